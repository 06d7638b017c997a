"""What a plan must keep, as a scenario states it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from optimizer.scenario.value_types import Frozen, Name, NameList, NonNegative, Positive, Share, Weights


class WeightLimit(Frozen):
    """Bounds of one weight, beside those that hold for all."""

    min: Share = 0.0
    """Least weight; above 0 it makes the KPI obligatory for the team."""
    max: Share = 1.0
    """Largest weight; 0 rules the KPI out."""


class TeamWeights(Frozen):
    """What holds for the weights of one team instead of what holds for all."""

    min_measures: Annotated[int, Field(ge=1)] | None = None
    """Least number of KPIs that the team is paid on."""
    max_measures: Annotated[int, Field(ge=1)] | None = None
    """Most KPIs of the team; replaces `max_measures` of all teams."""
    step: Annotated[float, Field(gt=0, le=1)] | None = None
    """The team's weights are multiples of it; replaces `step` of all teams."""


class WeightGroup(Frozen):
    """Bounds of the sum of some weights of a team."""

    team: Name
    """The team whose weights are meant."""
    kpis: NameList
    """The KPIs whose weights are added up."""
    min: Share = 0.0
    """Least sum of their weights."""
    max: Share = 1.0
    """Largest sum of their weights."""


class WeightRules(Frozen):
    """w_ik ∈ {0} ∪ [min, max], multiples of `step` (0: any share); at most `max_measures` per team."""

    step: Share = 0.05
    """Weights are multiples of it; 0.05 = 5 %."""
    min: Share = 0.0
    """Least weight of a KPI that is used at all."""
    max: Share = 1.0
    """Largest weight of a KPI."""
    max_measures: Annotated[int, Field(ge=1)] | None = None
    """Most KPIs per team."""
    limits: dict[Name, dict[Name, WeightLimit]] = {}
    """`{team: {kpi: {min, max}}}`: bounds of single weights."""
    teams: dict[Name, TeamWeights] = {}
    """Numbers of KPIs and steps of single teams."""
    groups: Annotated[tuple[WeightGroup, ...], Field(strict=False)] = ()
    """Bounds of sums of weights."""

    def step_of(self, team: str) -> float:
        """What the team's weights are multiples of; 0: any share."""
        own = self.teams.get(team)
        return self.step if own is None or own.step is None else own.step

    def most_measures(self, team: str) -> int | None:
        """Most KPIs of the team; None: any number."""
        own = self.teams.get(team)
        return self.max_measures if own is None or own.max_measures is None else own.max_measures

    def least_measures(self, team: str) -> int:
        """Least number of KPIs of the team."""
        own = self.teams.get(team)
        return 1 if own is None or own.min_measures is None else own.min_measures

    def limit_of(self, team: str, kpi: str) -> WeightLimit:
        """Bounds of one weight that were written for it; 0 and 1 where none were."""
        return self.limits.get(team, {}).get(kpi, WeightLimit())


class Cvar(Frozen):
    """Conditional value at risk of the loaded payout at `level`, at most `limit`."""

    level: Annotated[float, Field(gt=0, lt=1)]
    """0.95: the mean of the worst 5 %."""
    limit: Positive
    """Largest payout in those cases [currency/period]."""


class Percentile(Frozen):
    """The loaded payout stays within `limit` with probability `level`."""

    level: Annotated[float, Field(gt=0, lt=1)]
    """0.9: in nine of ten periods."""
    limit: Positive
    """Largest payout in those cases [currency/period]."""


class Budget(Frozen):
    """Limits on loaded payouts [currency/period], charges included."""

    expected: Positive | None = None
    """All teams together [currency/period]."""
    teams: dict[Name, Positive] = {}
    """Per team [currency/period]."""
    cvar: Cvar | None = None
    """All teams together on average in the worst cases for the payer, over draws of noise and regimes."""
    percentile: Percentile | None = None
    """All teams together in all but the worst cases for the payer, over draws of noise and regimes."""
    min_share_of_target: NonNegative | None = None
    """Each team's expected payout is at least this share of its target pay."""
    reserve: NonNegative = 0.0
    """Contests, guarantees, corrections: added to the payouts of all teams together wherever these are held
    against a limit [currency/period]."""


class Measured(Frozen):
    """A controllability measured elsewhere, with its source."""

    value: Share
    """c_ik: share of the KPI’s variance that the team causes."""
    source: Annotated[str, StringConstraints(min_length=1)]
    """Where the value was measured."""


class ControllabilityRules(Frozen):
    """How much of a KPI a team must itself control to be paid on it."""

    floor: Share | None = None
    """A KPI may be paid to a team only if c_ik ≥ floor."""
    mean: Share | None = None
    """Weighted mean controllability of a team's plan."""
    override: dict[Name, dict[Name, Measured]] = {}
    """`{team: {kpi: ...}}`, measured elsewhere."""


class Pair(Frozen):
    """w_{team,volume} ≤ ratio · w_{team,quality}."""

    team: Name
    """The team whose weights are meant."""
    volume: Name
    """The KPI that may not outweigh the other."""
    quality: Name
    """The KPI that holds it in check."""
    ratio: NonNegative = 1.0
    """Largest weight of `volume` per weight of `quality`."""


class Exposure(Frozen):
    """A limit on exposure, and what sinking another's KPI costs the team that does it."""

    limit: NonNegative
    """Largest relative fall, weighted by the plan."""
    basis: Literal["pay", "utility"] = "pay"
    """pay: what it loses of its own variable pay; utility: that, and the effort of working otherwise."""


class GamingRules(Frozen):
    """How far activities that only look good may grow (model.md §8)."""

    tolerance: NonNegative = 0.10
    """A gaming activity may grow by this share over its baseline fraction of the stage's inflow."""
    margin: NonNegative | None = None
    """Deterrence holds even if gaming's direct credit is (1 + margin) times what is believed."""
    caps: dict[Name, NonNegative] = {}
    """Absolute caps [units/period]."""
    pairs: Annotated[tuple[Pair, ...], Field(strict=False)] = ()
    """Volume held in check by quality."""
    exposure: NonNegative | Exposure | None = None
    """How far another team j may sink a team's pay for next to nothing: Σ_k w_ik d_kj ≤ exposure."""


Objective = Literal["revenue", "net", "surplus"]
"""What the company wants most of: revenue after direct costs, that less loaded payouts, or that less what
work and uncertain pay cost the teams (model.md §8)."""


class Rules(Frozen):
    """What the plan must keep; a rule left out does not bind."""

    objective: Objective = "revenue"
    """What the plan maximizes: revenue after direct costs, net of payouts, or surplus."""
    weights: WeightRules = WeightRules()
    """Which weights may be used."""
    measures: dict[Name, Annotated[tuple[Name, ...], Field(strict=False)]] = {}
    """KPIs that may be used for a team; a team not named may use every KPI."""
    locks: Weights = {}
    """`{team: {kpi: weight}}` that must not change."""
    same: Annotated[tuple[NameList, ...], Field(strict=False)] = ()
    """Teams that have equal weights: `[[north, south]]`; `bookings_north` of north is `bookings_south` of
    south."""
    change_limit: NonNegative | None = None
    """Most that a team's weights may change in all, Σ_k |w_ik − w⁰_ik|: 2 is anything."""
    change_from: Name | None = None
    """The plan in `plans` that `change_limit` is counted from; default the current plan."""
    budget: Budget = Budget()
    """What may be paid."""
    controllability: ControllabilityRules = ControllabilityRules()
    """How much of a KPI a team must itself control."""
    gaming: GamingRules | None = None
    """How far activities that only look good may grow."""
    curves: dict[Name, Annotated[tuple[Name, ...], Field(strict=False, min_length=1)]] = {}
    """Curves of which one is chosen for all of a team's pay; a team not named keeps its own."""

    @property
    def exposure_limit(self) -> float | None:
        """What exposure may come to; None where no rule says so."""
        stated = self.gaming.exposure if self.gaming else None
        return stated.limit if isinstance(stated, Exposure) else stated

    @property
    def exposure_basis(self) -> Literal["pay", "utility"]:
        """What exposure costs the team that causes it is counted in."""
        stated = self.gaming.exposure if self.gaming else None
        return stated.basis if isinstance(stated, Exposure) else "pay"
