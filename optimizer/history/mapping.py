"""The map: which column of an export means what, which rows count, and what no CRM knows."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError

from optimizer.history.conditions import Conditions
from optimizer.problems import Finding, listed, shown
from optimizer.read import raise_any
from optimizer.scenario import Frozen, LabelField, Name, NonNegative, Positive, Rules, Share, Weights
from optimizer.textfile import read_text
from optimizer.wording import findings_of, keys_of
from optimizer.yamltree import tree_of

PROMPT = 24.0
"""Hours within which an answer is in time, unless the map says otherwise."""


def _date(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            return value
    return value


Day = Annotated[dt.date, BeforeValidator(_date)]


class DealColumns(Frozen):
    """Headings of the export with one row per lead or deal."""

    id: str
    """What tells one row from another."""
    created: str
    """When it arrived."""
    owner: str | None = None
    """Who works it."""
    source: str | None = None
    """Where it came from."""
    closed: str | None = None
    """When it was won or lost."""
    value: str | None = None
    """What a won one is worth [currency]."""
    response: str | None = None
    """How long it waited for a first answer, or when that came."""
    product: str | None = None
    """What was sold."""


class Deals(Frozen):
    """The export with one row per lead or deal."""

    columns: DealColumns
    """Which heading means what."""
    won: Conditions = ()
    """What makes a row won; may be left out where `closed` lists the wins."""
    lost: Conditions = ()
    """What makes a row lost; others are open."""
    junk: Conditions = ()
    """What was never a lead: duplicates, wrong numbers, tests."""
    steps: dict[Name, Conditions] = {}  # noqa: RUF012 - pydantic copies defaults
    """Steps of the funnel that a row has reached, in order."""
    good: Name | None = None
    """The step that makes a lead a promising one."""
    conversation: Name | None = None
    """The step that takes a conversation: answered leads without it were only touched."""
    least_value: NonNegative = 0.0
    """Smaller values are placeholders and left out [currency]."""


class Leads(Frozen):
    """An export of leads, some of which became deals of the main export: its rows are then deals only."""

    id: str
    """Heading that tells one lead from another."""
    deal: str
    """Heading of the deal it became; empty where it became none."""
    created: str
    """Heading of when it arrived."""
    owner: str | None = None
    """Heading of who works it."""
    source: str | None = None
    """Heading of where it came from."""
    lost: Conditions = ()
    """What makes it lost before it was a deal."""
    junk: Conditions = ()
    """What was never a lead."""
    steps: dict[Name, Conditions] = {}  # noqa: RUF012 - pydantic copies defaults
    """Steps of the funnel that a lead has reached; those of deals may be among them."""


BECAME_DEAL = "became_deal"
"""Step of leads that became deals."""


class Closed(Frozen):
    """A second export with the won deals only, joined by `id`."""

    id: str
    """Heading of the deal it belongs to."""
    closed: str
    """Heading of the date of the win."""
    owner: str | None = None
    """Heading of who won it."""
    value: str | None = None
    """Heading of its value."""


class Spend(Frozen):
    """The export with what each source cost."""

    date: str
    """Heading of the day."""
    source: str
    """Heading of the source, with the same names as in the deals."""
    cost: str
    """Heading of the amount [currency]."""


class Calls(Frozen):
    """An export of single calls, to compare persons on something besides results."""

    owner: str
    """Heading of the person."""
    seconds: str
    """Heading of the length."""
    short: Positive = 10.0
    """Not longer than this is no conversation [s]."""


class Touches(Frozen):
    """An export of single touches: calls, mails, visits."""

    owner: str
    """Heading of the person."""
    conversation: Conditions
    """What makes a touch a conversation."""


class Change(Frozen):
    """A past change of the pay plan, for the people it concerned and the others."""

    on: Day
    """First day of the new plan."""
    weeks: Annotated[int, Field(ge=4, le=52)] = 13
    """Weeks compared before and after."""
    concerned: Annotated[tuple[str, ...], Field(strict=False)]
    """Owners whose plan changed."""
    reward: Positive
    """New variable pay for the same results over old: 1.25 is a quarter more."""


class TeamAssumed(Frozen):
    """What payroll knows of a team."""

    headcount: Annotated[int, Field(ge=1)]
    """People."""
    hours: Positive
    """Hours the team can work [hours/period]."""
    base_pay: NonNegative
    """Fixed pay of the team [currency/period]."""
    target_pay: NonNegative
    """Variable pay of the team at target [currency/period]."""
    charges: NonNegative = 0.42
    """Employer charges on variable pay."""
    discount: Share = 0.9
    """Weight of a reward one period later."""
    responsiveness: Positive | None = None
    """Replaces the documented prior."""


class Work(Frozen):
    """How long work takes [hours]."""

    campaign: NonNegative
    """Marketing, per lead brought in by a paid source."""
    prompt: Positive
    """Sales, per lead answered in time."""
    late: Positive
    """Sales, per lead answered late."""
    touch: Positive = 0.1
    """Sales, per lead only touched."""


class Assume(Frozen):
    """What a CRM export does not say; placeholders until payroll and the teams are asked."""

    placeholders: bool = False
    """These numbers are nobody's yet: every source says so."""
    marketing: TeamAssumed
    """Who brings leads."""
    sales: TeamAssumed
    """Who works them."""
    work: Work
    """How long it takes."""
    margin: Share = 1.0
    """Share of a deal's value that is contribution."""
    prompt_within: Positive = PROMPT
    """An answer within so many hours is in time."""
    current_plan: Weights
    """`{team: {kpi: weight}}` in force in the history; KPIs: leads, good_leads, answered_in_time, wins."""
    rules: Rules = Rules()
    """Rules of the scenario."""


class Map(Frozen):
    """A whole map file."""

    version: Literal[1] = 1
    """Of the map format."""
    name: Name = "history"
    """Name of the scenario."""
    label: LabelField = None
    """How people read it."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "EUR"
    """Three letters."""
    period: Literal["month", "quarter", "half_year", "year"] = "quarter"
    """What the scenario's volumes are per."""
    deals: Deals
    """The main export."""
    leads: Leads | None = None
    """Leads, where they are in an export of their own."""
    closed: Closed | None = None
    """Won deals, where they are in an export of their own."""
    spend: Spend | None = None
    """What sources cost."""
    calls: Calls | None = None
    """Single calls, with their length."""
    touches: Touches | None = None
    """Single touches, with what came of them."""
    change: Change | None = None
    """A past change of the plan."""
    start: Day | None = None
    """Rows created before are left out (history recorded only in part)."""
    mature_before: Day | None = None
    """Rows created from then on are too young to be judged; default: the last day less the 90 % quantile
    of the lag."""
    day_first: bool | None = None
    """Whether 03/04/2024 is in April; needed where no cell tells."""
    decimal: Literal["point", "comma"] | None = None
    """Whether 1.234 is a little more than one; needed where no cell tells."""
    timezone: str = "UTC"
    """Where the clocks of dates with an offset are read."""
    response_unit: Literal["seconds", "minutes", "hours", "days"] = "hours"
    """Of a response time that is a plain number."""
    least: Annotated[int, Field(ge=2)] = 50
    """Groups with fewer leads are pooled."""
    assume: Assume | None = None
    """What the exports do not say; needed for a scenario, not for the estimates."""

    @property
    def steps(self) -> tuple[str, ...]:
        """Names of the funnel's steps, in order."""
        if self.leads is None:
            return tuple(self.deals.steps)
        return tuple(dict.fromkeys((*self.leads.steps, BECAME_DEAL, *self.deals.steps)))

    def headings(self) -> dict[str, frozenset[str]]:
        """Headings that each table needs, by table."""
        deals, leads = self.deals, self.leads
        conditions = [deals.won, deals.lost, deals.junk, *deals.steps.values()]
        found = {"deals": _used(deals.columns, conditions)}
        if leads is not None:
            found["leads"] = _used(leads, [leads.lost, leads.junk, *leads.steps.values()])
        if self.touches is not None:
            found["touches"] = _used(self.touches, [self.touches.conversation])
        for name in ("closed", "spend", "calls"):
            table = getattr(self, name)
            if table is not None:
                found[name] = frozenset(_texts(table))
        return found


def _used(columns: Frozen, conditions: Iterable[Conditions]) -> frozenset[str]:
    return frozenset(_texts(columns)).union(*(c for every in conditions for c in every))


def _texts(table: Frozen) -> list[str]:
    return [value for value in table.model_dump().values() if isinstance(value, str)]


def read_map(path: str | os.PathLike[str]) -> Map:
    """Read and check a map. Raises ScenarioError with every problem and its place."""
    tree = tree_of(read_text(path))
    data = tree.root.content()
    if not isinstance(data, dict):
        hint = f"its keys: {listed(keys_of(Map))}; `incentives calibrate EXPORT --suggest-map` writes one"
        raise_any(tree, [Finding((), shown(data), "a map is a mapping", hint)])
    found, findings = None, []
    try:
        found = Map.model_validate(data)
        findings = _problems(found)
    except ValidationError as error:
        findings = findings_of(error, Map)
    raise_any(tree, findings)
    assert found is not None
    return found


def _problems(given: Map) -> list[Finding]:
    """What one section says against another."""
    from zoneinfo import available_timezones

    found = []
    for role in ("good", "conversation"):
        step = getattr(given.deals, role)
        if step is not None and step not in given.steps:
            steps = listed(given.steps) or "none"
            found.append(Finding(("deals", role), shown(step), "is not one of the steps", f"steps: {steps}"))
    if not given.deals.won and given.closed is None:
        hint = "write e.g. {Stage: [Closed Won]}, or name the export of wins in `closed`"
        found.append(Finding(("deals", "won"), "", "is missing: nothing makes a row won", hint))
    if given.timezone not in available_timezones():
        found.append(
            Finding(("timezone",), shown(given.timezone), "is no time zone", "write one such as Europe/Paris")
        )
    return found
