"""The library behind `incentives start`: kinds of company, families of work, ranges and where they come from.

`library.json` is the data; this module gives it types. A number with a range has `low`, `mid` (what is taken)
and `high`; shares of families are 0-1, ranges of questions in their own unit (percent where it says %).
"""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from optimizer.scenario.value_types import Frozen, Label, Period

Names = Annotated[tuple[str, ...], Field(strict=False)]


class Estimate(Frozen):
    """A number that nobody has measured here."""

    low: float
    mid: float
    """What is taken."""
    high: float

    @property
    def spread(self) -> float:
        """The larger half width over `mid`, at most 0.9: the `range` of a source."""
        if self.mid == 0:
            return 0.9
        return min(0.9, max((self.mid - self.low) / self.mid, (self.high - self.mid) / self.mid))


class Parameter(Estimate):
    """A number about people or markets, and where it comes from."""

    unit: str = ""
    source: str


class Reference(Frozen):
    """A publication or a computation that sources name by its id."""

    mark: str
    """R read, R-low vendor text, D computed, M from memory, A assumption."""
    says: str
    title: str = ""
    address: str = ""


class Family(Frozen):
    """A way of working that many companies have."""

    id: str
    function: str
    role: Literal["good", "quick", "gaming", "single", "timing"]
    label: Label
    unit: str
    """What one unit of it is: a lead, a campaign, an hour."""
    gaming: bool
    sources: dict[str, str]
    """By field: ids of references and assumptions, separated by semicolons."""
    hours: Estimate | None = None
    """Per unit."""
    share_today: Estimate | None = None
    """Of the stage's worked units."""
    yield_vs_good: Estimate | None = None
    """Yield over that of the good way."""
    units_per_unit: Estimate | None = None
    """What one unit brings, where it brings something from the market."""
    fit_share: Estimate | None = None
    """Share of the leads it brings that are in the target."""
    lag_days: Estimate | None = None
    cash: Estimate | None = None
    """Money per unit [EUR]."""
    reach_share: Estimate | None = None
    """How far gaming could go, as a share of the stage's inflow."""
    entry: Estimate | None = None
    good_way: str | None = None
    note: str = ""


class Way(Frozen):
    """One way of working a stage."""

    act: str
    """Name of the activity."""
    family: str
    to: dict[str, float]
    """Which stage a success goes to: shares that add up to 1; empty where nothing comes of it."""
    share: float | str | None = None
    """In place of the family's: a share, or the name of an answer that tells it (rule R3)."""
    ratio: float | None = None
    """In place of the family's yield against the good way."""
    hours_factor: float = 1.0
    lag_days: float | None = None
    cash_of_price: float = 0.0
    """Money given away per unit, as a share of the price."""
    label: Label | None = None
    """In place of the family's, where it speaks of another kind of company."""


class StageForm(Frozen):
    """A stage of an archetype."""

    id: str
    owner: str | None
    label: Label
    rate: str | None
    """The answer that says which share of arrivals becomes something."""
    group: str | None
    """Stages with one observed rate between them."""
    class_factor: float | str
    """The stage's rate against the group's; a name: the yield_vs_good of that family."""
    passes: bool
    """A hand-over: every worked unit passes."""
    leave: float | str
    """Share of arrivals that nobody works: a number or the name of an answer."""
    cycle: str | None
    """The step of the cycle that its lag takes."""
    inflow: str | None
    """The answer that says what arrives by itself."""
    value: str | None
    """Formula of the value that arises on entering."""
    ways: Annotated[tuple[Way, ...], Field(strict=False)]


class Campaigns(Frozen):
    """Where leads from the market arrive."""

    team: str
    answer: str
    event_answer: str
    fit: str
    """Stage of leads in the target."""
    broad: str
    event_to: dict[str, float]


class Hourly(Frozen):
    """Work whose result a year is asked rather than its volume."""

    act: str
    family: str
    team: str
    answer: str
    share: float
    """Of the answer."""
    to: str
    unit_hours: bool = True
    """One unit is one hour; else it has the family's hours."""
    y_from: str | None = None
    """The family whose result a unit is multiplied by this one's yield_vs_good."""


class Counted(Frozen):
    """Numerator of a KPI."""

    enter: dict[str, float | str] = {}  # noqa: RUF012 - pydantic copies
    """By stage: 1, or an amount of money by name."""
    work: Names = ()
    """Stages of which what is worked counts."""
    acts: dict[str, float] = {}  # noqa: RUF012 - pydantic copies


class KpiForm(Frozen):
    """A KPI of an archetype."""

    id: str
    label: Label
    kind: Literal["count", "rate", "amount", "kept"]
    num: Counted
    den: Annotated[tuple[str, ...] | None, Field(strict=False)]
    cap: float | None
    """Cap of its pay curve, in attainment."""
    of: str | None = None
    """The stock that `kept` is a part of."""


class TeamForm(Frozen):
    """A team of an archetype."""

    id: str
    function: str
    label: Label


Paired = Annotated[tuple[str, str, str, float], Field(strict=False)]
"""Team, the KPI that may not outweigh, the KPI that it may not outweigh, ratio."""


class AskedAs(Frozen):
    """What of a question is otherwise in a kind of company; the rest stays."""

    label: Label
    low: float | None = None
    high: float | None = None
    who: Label | None = None
    default: float | None = None


class Archetype(Frozen):
    """A kind of company."""

    label: Label
    period: Period
    teams: Annotated[tuple[TeamForm, ...], Field(strict=False)]
    campaign: Campaigns | None
    cycle: dict[str, float]
    hourly: Annotated[tuple[Hourly, ...], Field(strict=False)]
    stages: Annotated[tuple[StageForm, ...], Field(strict=False)]
    count: str
    """The answer that is invoiced."""
    count_stages: Names
    kpis: Annotated[tuple[KpiForm, ...], Field(strict=False)]
    measures: dict[str, Names]
    pairs: Annotated[tuple[Paired, ...], Field(strict=False)]
    usual: dict[str, dict[str, float]]
    questions: Names
    asked: dict[str, AskedAs] = {}  # noqa: RUF012 - pydantic copies
    """Questions that mean something else here, or have another range."""

    @cached_property
    def team(self) -> dict[str, TeamForm]:
        """Teams by id."""
        return {team.id: team for team in self.teams}

    @cached_property
    def stage(self) -> dict[str, StageForm]:
        """Stages by id, in the order of the funnel."""
        return {stage.id: stage for stage in self.stages}

    @cached_property
    def kpi(self) -> dict[str, KpiForm]:
        """KPIs by id."""
        return {kpi.id: kpi for kpi in self.kpis}


class Question(Frozen):
    """What is asked."""

    label: Label
    unit: str
    low: float
    high: float
    feeds: str
    """The field or the rule that it goes into."""
    who: Label
    """Who in a company knows."""


class MarginalRate(Frozen):
    """French charges at a level of pay."""

    pay_in_smic: float
    pay: float
    """A month [EUR]."""
    average: float
    on_one_more_euro: float


class Library(Frozen):
    """All that `incentives start` knows."""

    sources: dict[str, Reference]
    parameters: dict[str, Parameter]
    families: dict[str, Family]
    questions: dict[str, Question]
    per_team_questions: Names
    defaults: dict[str, float]
    archetypes: dict[str, Archetype]
    marginal: Annotated[tuple[MarginalRate, ...], Field(strict=False)]
    """Of France, by rising pay."""
    examples: dict[str, dict[str, object]]


_FILE = Path(__file__).with_name("library.json")


def _read() -> Library:
    data = json.loads(_FILE.read_text("utf-8"))
    kept = {name: data[name] for name in Library.model_fields if name in data}
    kept["families"] = {family["id"]: family for family in data["families"]}
    kept["marginal"] = data["france"]["marginal"]["rows"]
    return Library.model_validate(kept)


LIBRARY = _read()


def default_of(form: Archetype, question: str) -> float | None:
    """What is taken in a kind of company where a question is skipped; None where it must be answered."""
    here = form.asked.get(question)
    return LIBRARY.defaults.get(question) if here is None or here.default is None else here.default
