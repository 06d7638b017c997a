"""The scenario: what a company tells the optimizer, as frozen types.

Names and units are those of the scenario file. Every number is finite; shares are 0-1; money is in the
scenario's currency; time is in periods. Values that need more than one section to be judged (a KPI over an
unknown activity, a stage overdrawn at baseline) are judged in `optimizer.scenario.checks`, not here.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from optimizer.scenario.charge_types import ChargesField
from optimizer.scenario.curve_types import Curve, CurveField
from optimizer.scenario.document_types import PlanDocument
from optimizer.scenario.phasing_types import Phasing
from optimizer.scenario.plan_types import PlanField, Targets
from optimizer.scenario.rule_types import Rules
from optimizer.scenario.spoken import said_again
from optimizer.scenario.value_types import (
    Frozen,
    LabelField,
    Name,
    NonNegative,
    Period,
    Positive,
    Share,
    SourceField,
    Weights,
)


class TargetPay(Frozen):
    """Target pay as a decision of the solver: euros per period, in steps. `current` calibrates."""

    current: Positive
    """In force when the baseline was observed [currency/period]."""
    min: NonNegative
    """Least that may be chosen [currency/period]."""
    max: Positive
    """Most that may be chosen [currency/period]."""
    step: NonNegative
    """Distance between values that may be chosen; 0, and without meaning, where weights have no steps."""


class Team(Frozen):
    """A team (model.md §2, index i)."""

    label: LabelField = None
    """How people read it: one text, or one per language."""
    headcount: Annotated[int, Field(ge=1)] | None = None
    """People in the team."""
    hours: Positive | None = None
    """H_i: hours the team can work [hours/period]; without it they are not limited (λ_i = 0)."""
    base_pay: NonNegative = 0.0
    """Fixed pay of the whole team [currency/period]."""
    target_pay: NonNegative | TargetPay = 0.0
    """B_i: variable pay of the whole team at 100 % attainment [currency/period]."""
    hour_value: Positive | None = None
    """λ⁰_i: what an hour trades at [currency/hour]; default (base_pay + target_pay) / hours."""
    charges: ChargesField = 0.0
    """τ_i: employer charges on variable pay, 0.42 = 42 %; brackets of a head's gross pay in a year, or a
    preset: each euro is charged where it falls."""
    discount: Share = 1.0
    """δ_i: weight of a reward that comes one period later."""
    risk_aversion: NonNegative = 0.0
    """r_i of the team as one person [1/currency], for objective surplus: n people who share alike, each with
    absolute risk aversion ρ, are one of ρ/n."""
    responsiveness: Positive = 0.4
    """η_i: relative change of volume per relative change of net reward (model.md §6)."""
    effort: NonNegative = 0.0
    """ε_i: relative change of hours worked, or of their intensity, per relative change of what an hour brings
    (model.md §13.4); 0: hours are fixed."""
    luck_discount: Share = 0.0
    """ψ_i: how much luck and others' influence weaken a measure: its reward counts c_ik^ψ_i (model.md
    §13.5)."""
    paid_on: Literal["team", "person"] | None = None
    """Whose attainment pay curves are applied to; default `person` where `skill_spread` is given, else
    `team`."""
    skill_spread: NonNegative = 0.0
    """Standard deviation of a person's attainment around the team's that lasts: 0.25 = 25 points of
    target."""
    curve: CurveField | None = None
    """Replaces the curves of all KPIs in this team's pay."""

    @property
    def pays_persons(self) -> bool:
        """Pay curves are applied to each person's attainment, not to the team's; of one person they are
        one."""
        asked = self.paid_on == "person" or (self.paid_on is None and self.skill_spread > 0)
        return asked and self.headcount != 1

    @property
    def current_pay(self) -> float:
        """B_i in force when the baseline was observed [currency/period]."""
        return self.target_pay.current if isinstance(self.target_pay, TargetPay) else self.target_pay


class Stage(Frozen):
    """A pool of things waiting to be worked (index n)."""

    label: LabelField = None
    """How people read it: one text, or one per language."""
    owner: Name | None = None
    """The team that works it; none for a terminal stage."""
    inflow: NonNegative = 0.0
    """F_n: units arriving by themselves [units/period]."""
    value: float = 0.0
    """V_n: contribution per unit entering [currency/unit]."""


class Cost(Frozen):
    """A directly stated cost of an activity: linear [currency/unit] and quadratic [currency/unit²]."""

    linear: float = 0.0
    """c_a: cost of the first unit [currency/unit]."""
    quadratic: Positive
    """q_a: by how much each unit costs more than the one before [currency/unit²]."""


class Activity(Frozen):
    """A way of working units of a stage (index a)."""

    label: LabelField = None
    """How people read it: one text, or one per language."""
    team: Name
    """The team that does it."""
    from_: Annotated[Name | None, Field(alias="from")] = None
    """Stage the units are taken from; none: from the market."""
    yields: dict[Name, NonNegative] = {}
    """P_na: expected units of each later stage per unit of this activity."""
    hours: NonNegative = 0.0
    """h_a: work per unit [hours/unit]."""
    cash: float = 0.0
    """m_a: money spent per unit [currency/unit]."""
    value: float = 0.0
    """v_a: value of a unit besides what it yields [currency/unit]."""
    lag: NonNegative = 0.0
    """ℓ_a: periods until the yield arrives."""
    baseline: NonNegative = 0.0
    """x⁰_a: units per period observed under the current plan."""
    gaming: bool = False
    """It earns KPI credit and little or no value."""
    reach: Positive | None = None
    """How far it could go [units/period]: its scale where that is more than `baseline`, so that gaming seen
    today can grow (model.md §13.3); needed where `baseline` is 0."""
    entry: NonNegative = 0.0
    """How much better, in κ, it must become before people start (baseline 0 only)."""
    responsiveness: Positive | None = None
    """Overrides the team's responsiveness."""
    cost: Cost | None = None
    """States the cost instead of calibrating it."""


class Timing(Frozen):
    """How far people can choose the period in which a result counts (sandbagging, pull-forward)."""

    share: Share
    """Share of a period's result that can be moved into or out of it."""
    loss: Annotated[float, Field(ge=0, lt=1)]
    """Share of a result that is given away to have it a period earlier, e.g. by a discount on the price."""


class Kpi(Frozen):
    """A performance measure (index k): a count, or a rate where it has a denominator."""

    label: LabelField = None
    """How people read it: one text, or one per language."""
    unit: LabelField = None
    """What it is counted in, e.g. contracts: one text, or one per language."""
    definition: LabelField = None
    """What exactly counts, and when, in one sentence: one text, or one per language."""
    counted_on: LabelField = None
    """The event on whose date it counts, e.g. the signature: one text, or one per language."""
    data_source: LabelField = None
    """The system in which that is recorded: one text, or one per language."""
    excluded: LabelField = None
    """What does not count: one text, or one per language."""
    measured_by: LabelField = None
    """The function that measures it: one text, or one per language."""
    round: Positive | None = None
    """Step to which plan documents round objectives down; default 1, money 100 or 1,000, rates 0.001."""
    numerator: dict[str, float] = {}
    """N_ka: credit per unit of each activity."""
    denominator: dict[str, float] = {}
    """D_ka: units that the numerator is divided by, per unit of each activity."""
    entering: dict[Name, float] = {}
    """Numerator by stages: N_ka += coefficient · P_na."""
    constant: float = 0.0
    """Of the numerator, whatever anybody does: satisfaction = 42 + 0.5 per deep onboarding is an index."""
    entering_denominator: dict[Name, float] = {}
    """Denominator by stages: D_ka += coefficient · P_na."""
    target: Positive | None = None
    """T_k: the value that is 100 % attainment; default the baseline value."""
    noise: NonNegative = 0.0
    """σ_k: standard deviation of attainment that nobody here causes."""
    individual_noise: NonNegative = 0.0
    """Standard deviation of one person's attainment by luck beyond the team's, where persons are paid on
    their own; a count of n events a head has about √(1 / n)."""
    noise_with: dict[Name, Annotated[float, Field(ge=-1, le=1)]] = {}
    """Correlation of its luck with that of other KPIs, where that is known: `{bookings: 0.9}`."""
    curve: CurveField | None = None
    """Pay beyond linear, here or by its name in `curves`; default linear and unbounded."""
    timing: Timing | None = None
    """How far the period in which a result counts can be chosen; default not at all. Counts only."""

    @property
    def is_rate(self) -> bool:
        return bool(self.denominator or self.entering_denominator)


class Regime(Frozen):
    """A state of the world (index s): multipliers on yields, inflow and value; those not named are 1."""

    label: LabelField = None
    """How people read it: one text, or one per language."""
    probability: Share
    """π_s: how likely it is; those of all regimes sum to 1."""
    yields: dict[Name, NonNegative] = {}
    """Per activity."""
    inflow: dict[Name, NonNegative] = {}
    """Per stage."""
    value: dict[Name, NonNegative] = {}
    """Per stage or activity."""


SpokenField = Annotated[
    str, BeforeValidator(said_again, json_schema_input_type=float | dict[str, float] | str)
]


class Source(Frozen):
    """Where a number comes from, and how far it may be off: by a share (`range`) or a factor (`factor`)."""

    text: SourceField
    """The source in words: one text, or one per language."""
    range: Annotated[float, Field(ge=0, lt=1)] | None = None
    """How far the number may be off: 0.2 = ± 20 %."""
    factor: Annotated[float, Field(ge=1, le=100)] | None = None
    """In place of `range`: 2 = half to double of it."""
    kind: Literal["measured", "assumed"] | None = None
    """Whether it was counted in data, or nobody measured it; empty where that is not said. `incentives merge`
    puts measured numbers in place of others."""

    of: SpokenField | None = None
    """The number that the text speaks of, or `{lead: 6, deal: 0.5}` where it speaks of several: what the file
    said when the text was written. `check` tells where it says something else now."""

    @property
    def ends(self) -> tuple[float, float] | None:
        """Factors on the number at the ends of its range; None where none is stated."""
        if self.factor is not None and self.factor > 1:
            return 1 / self.factor, self.factor
        return (1 - self.range, 1 + self.range) if self.range else None


class ChangedValue(Frozen):
    """A value that was changed for a run by `--set`: what the scenario said, and what holds here."""

    path: Annotated[str, StringConstraints(min_length=1)]
    """Path in this file, e.g. `rules.budget.expected`."""
    before: str = ""
    """What the scenario said, as text; empty where it said nothing."""
    after: str = ""
    """What it says here; empty where it was taken out."""


class Scenario(Frozen):
    """A whole scenario file."""

    version: Literal[1] = 1
    """Of the file format."""
    name: Name = "scenario"
    """How the scenario is called; default: the name of its file."""
    label: LabelField = None
    """How people read it: one text, or one per language."""
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "EUR"
    """Three letters, e.g. EUR."""
    period: Period = "quarter"
    """What all volumes, hours and money are per."""
    teams: Annotated[dict[Name, Team], Field(min_length=1)]
    """Who is paid."""
    stages: dict[Name, Stage] = {}
    """Pools of things waiting to be worked."""
    activities: Annotated[dict[Name, Activity], Field(min_length=1)]
    """Ways of working them."""
    kpis: Annotated[dict[Name, Kpi], Field(min_length=1)]
    """What can be measured and paid."""
    current_plan: Weights
    """`{team: {kpi: weight}}` in force when the baseline was observed; weights of a team sum to 1."""
    plans: dict[Name, PlanField] = {}
    """Named alternatives to compare: weights, or weights, pay, curves and targets."""
    regimes: dict[Name, Regime] = {}
    """States of the market; probabilities sum to 1."""
    noise_correlation: Share = 0.0
    """Correlation between the noise of any two KPIs, caused by one common factor."""
    curves: dict[Name, Curve] = {}
    """Pay curves by name, for KPIs, teams and rules."""
    targets: Targets = Targets()
    """Whether targets stay or are issued anew with the plan."""
    rules: Rules = Rules()
    """What the plan must keep; what is left out does not bind."""
    phasing: Phasing = Phasing()
    """The year: people by period, how new ones start, seasons, pay dates. Budgets and reports follow it, the
    plan does not."""
    plan_document: PlanDocument = PlanDocument()
    """What people are handed besides amounts: dates, legal form, whom to ask."""
    placeholders: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """Dotted paths of numbers that nobody has given yet, e.g. `teams.sales.hours`; while there is one, all
    that is made of the file is a draft."""
    sources: dict[str, Source] = {}
    """Keyed by dotted path into this file, e.g. `activities.touch_fit.yields`."""
    changed: Annotated[tuple[ChangedValue, ...], Field(strict=False)] = ()
    """What was changed for this run by `--set`, written into run folders: everything made of it says so."""
