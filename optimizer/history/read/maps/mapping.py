"""The map: which column of an export means what, which rows count, and what no CRM knows."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from optimizer.history.read.maps.assumptions import Assume
from optimizer.history.read.maps.conditions import Conditions
from optimizer.history.read.maps.map_sections import (
    BECAME_DEAL,
    Calls,
    Change,
    Closed,
    Day,
    Deals,
    Experiment,
    Leads,
    Spend,
    Touches,
)
from optimizer.history.read.maps.start_questions import StartQuestions
from optimizer.scenario.files import read_plain
from optimizer.scenario.json_schema import schema_of
from optimizer.scenario.messages import findings_of, keys_of
from optimizer.scenario.problems import Finding, did_you_mean, listed, shown
from optimizer.scenario.read import raise_any
from optimizer.scenario.start.library import LIBRARY
from optimizer.scenario.value_types import Frozen, LabelField, Name, Period, Positive
from optimizer.scenario.yaml_nodes import tree_of

WEEKS = {"month": 365.25 / 84, "quarter": 365.25 / 28, "half_year": 365.25 / 14, "year": 365.25 / 7}
"""Weeks per period."""


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
    rates: dict[Annotated[str, Field(pattern=r"^[A-Z]{3}$")], Positive] = {}  # noqa: RUF012 - pydantic copies
    """What one of another currency is worth in `currency`, by code; amounts in it are converted."""
    period: Period = "quarter"
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
    experiment: Experiment | None = None
    """Persons paid for the same work at different rates."""
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
    questions: StartQuestions | None = None
    """Which questions of `incentives start` the exports answer; needed for `--answers-out`."""

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
        headings = {"deals": _used(deals.columns, conditions)}
        if leads is not None:
            headings["leads"] = _used(leads, [leads.lost, leads.junk, *leads.steps.values()])
        if self.touches is not None:
            headings["touches"] = _used(self.touches, [self.touches.conversation])
        for name in ("closed", "spend", "calls", "experiment"):
            table = getattr(self, name)
            if table is not None:
                headings[name] = frozenset(_texts(table))
        return headings


def _used(columns: Frozen, conditions: Iterable[Conditions]) -> frozenset[str]:
    return frozenset(_texts(columns)).union(*(c for every in conditions for c in every))


def _texts(table: Frozen) -> list[str]:
    return [value for value in table.model_dump().values() if isinstance(value, str)]


def map_schema() -> dict[str, Any]:
    """The JSON Schema of map files, for editors."""
    return schema_of(Map, "Map of an export for the incentive optimizer")


def read_map(path: str | os.PathLike[str]) -> Map:
    """Read and check a map. Raises ScenarioError with every problem and its place."""
    hint = f"its keys: {listed(keys_of(Map))}; `incentives calibrate EXPORT --suggest-map` writes one"
    tree = tree_of(read_plain(Path(path)), hint)
    data = _composed(tree.root.content())
    if not isinstance(data, dict):
        raise_any(tree, [Finding((), shown(data), "a map is a mapping", hint)])
    given, findings = None, []
    try:
        given = Map.model_validate(data)
        findings = _problems(given)
    except ValidationError as error:
        findings = findings_of(error, Map)
    raise_any(tree, findings)
    assert given is not None
    return given


def _composed(data: Any) -> Any:
    """Accents joined to their letters, as in the headings and cells of exports."""
    if isinstance(data, str):
        return unicodedata.normalize("NFC", data)
    if isinstance(data, list):
        return [_composed(item) for item in data]
    if isinstance(data, dict):
        return {_composed(key): _composed(value) for key, value in data.items()}
    return data


def _problems(given: Map) -> list[Finding]:
    """What one section says against another."""
    from zoneinfo import available_timezones

    findings = []
    for role in ("good", "conversation", "handover", "kept"):
        step = getattr(given.deals, role)
        if step is not None and step not in given.steps:
            steps = listed(given.steps) or "none"
            findings.append(
                Finding(("deals", role), shown(step), "is not one of the steps", f"steps: {steps}")
            )
    if not given.deals.won and given.closed is None:
        hint = "write e.g. {Stage: [Closed Won]}, or name the export of wins in `closed`"
        findings.append(Finding(("deals", "won"), "", "is missing: nothing makes a row won", hint))
    findings += [*_joins(given), *_hands(given), *_questions(given)]
    if given.currency in given.rates:
        hint = f"leave it out: rates say what other currencies are worth in {given.currency}"
        findings.append(Finding(("rates", given.currency), "", "is the currency of the map itself", hint))
    if given.timezone not in available_timezones():
        findings.append(
            Finding(("timezone",), shown(given.timezone), "is no time zone", "write one such as Europe/Paris")
        )
    return findings


def _hands(given: Map) -> list[Finding]:
    """Teams beside marketing and sales have their step, their people and their hours."""
    findings, assume = [], given.assume
    if given.deals.handover is not None and given.deals.handover == given.deals.good:
        hint = "promising leads are told before anybody works them: name another step"
        step = shown(given.deals.handover)
        findings.append(Finding(("deals", "handover"), step, "is the step of `deals.good` too", hint))
    for step, team, work in (("handover", "sdr", "close"), ("kept", "success", "keep")):
        named = getattr(given.deals, step) is not None
        if assume is None:
            continue
        for at, there in (
            (("assume", team), getattr(assume, team)),
            (("assume", "work", work), getattr(assume.work, work)),
        ):
            if named and there is None:
                findings.append(Finding(at, "", f"is missing beside `deals.{step}`", "say it for that team"))
            elif not named and there is not None:
                hint = f"name the step in `deals.{step}`, or leave it out"
                findings.append(Finding(at, "", f"has no work without `deals.{step}`", hint))
    return findings


def _questions(given: Map) -> list[Finding]:
    """The kind of company is one of the library's, its steps are the map's, and no source arrives twice."""
    if given.questions is None:
        return []
    findings, named = [], [source for _, sources in given.questions.sources for source in sources]
    archetype = given.questions.archetype
    if archetype not in LIBRARY.archetypes:
        hint = did_you_mean(archetype, LIBRARY.archetypes)
        findings.append(
            Finding(("questions", "archetype"), shown(archetype), "is no known kind of company", hint)
        )
    for role, step in given.questions.steps():
        if step not in given.steps:
            hint = f"steps: {listed(given.steps) or 'none'}"
            findings.append(Finding(("questions", role), shown(step), "is not one of the steps", hint))
    if named and given.deals.columns.source is None:
        hint = "name the heading in `deals.columns.source`"
        findings.append(Finding(("questions", "sources"), "", "needs a column of sources", hint))
    for source in sorted({source for source in named if named.count(source) > 1}):
        hint = "keep it in one of the lists"
        findings.append(Finding(("questions", "sources"), shown(source), "is in two lists", hint))
    return findings


def _joins(given: Map) -> list[Finding]:
    """Leads join deals through one of two headings, and rows of one deal through its id."""
    columns, leads = given.deals.columns, given.leads
    findings = []
    if leads is not None and (leads.deal is None) == (columns.lead is None):
        said = "is said twice" if leads.deal is not None else "is missing: nothing joins leads and deals"
        hint = "write either `leads.deal` (heading of the deal) or `deals.columns.lead` (heading of the lead)"
        findings.append(Finding(("leads", "deal"), shown(leads.deal) if leads.deal else "", said, hint))
    if leads is None and columns.lead is not None:
        hint = "add the section `leads` for the export of leads, or leave it out"
        findings.append(Finding(("deals", "columns", "lead"), shown(columns.lead), "joins no leads", hint))
    joined = "leads" if leads is not None and leads.deal is not None else "closed" if given.closed else ""
    if columns.id is None and joined:
        hint = "name the heading that tells one deal from another"
        said = f"has no `id`, by which `{joined}` is joined"
        findings.append(Finding(("deals", "columns"), "", said, hint))
    if given.deals.changes and columns.id is None:
        hint = "name the heading of the deal, which repeats"
        findings.append(Finding(("deals", "changes"), "", "needs `id`: whose stages the rows are", hint))
    return findings
