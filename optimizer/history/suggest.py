"""A first map: columns recognised, outcomes guessed from their values, the rest placeholders."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from optimizer.history.estimate.timing import WEEKS
from optimizer.history.read.account import NOBODY
from optimizer.history.read.deals import read_history
from optimizer.history.read.exports import Export, read_export
from optimizer.history.read.map_sections import DealColumns, Leads
from optimizer.history.read.mapping import Map
from optimizer.history.read.vendors import NEEDED, Vendor, recognised
from optimizer.scenario.problems import InputProblem, ScenarioError, listed
from optimizer.scenario.value_types import Frozen

_WON = re.compile(
    r"\b(closed[ _-]?won|won|payment done|paid|customer|converted|gagn|gewonnen)|^closedwon$", re.I
)
_LOST = re.compile(r"\b(closed[ _-]?lost|lost|disqualified|perdu|verloren|not converted)|^closedlost$", re.I)
_JUNK = re.compile(r"duplicate|invalid|wrong number|^test$|spam|doublon|doppelt", re.I)
_GOOD = re.compile(r"^(a|b)\b|\bhot\b|\bhigh\b", re.I)
_YES = re.compile(r"^(1|true|yes)$", re.I)
_PROMISING = "promising"
Section = dict[str, Any]
_MOST_VALUES = 300
"""A column with more different values holds no categories."""


def suggested_map(paths: Sequence[Path], today: dt.date | None = None) -> str:
    """The text of a map that runs. Raises ScenarioError where the columns are not recognised."""
    exports = [read_export(path) for path in paths]
    matched = [_Known(export, *match) for export in exports if (match := recognised(export.columns))]
    if not matched:
        needed = listed(NEEDED)
        hint = f"write a map by hand: it needs columns for {needed}; {exports[0].headings}"
        raise ScenarioError(
            [InputProblem("", "", "is no export that is recognised", hint, str(exports[0].path))]
        )
    main = next((known for known in matched if "deal" not in known.roles), matched[0])
    tables, used = {"deals": _deals(main)}, [main.export.path]
    for leads in (known for known in matched if "deal" in known.roles and known is not main):
        tables["leads"] = section = _leads(leads)
        used.append(leads.export.path)
        if "steps" in section:
            tables["deals"]["good"] = _PROMISING
    for export in exports:
        if "spend" not in tables and (spend := _spend(export)) is not None:
            tables["spend"] = spend
            used.append(export.path)
    settings = _settings(used, tables, today)
    return _text(main.vendor.name, tables, settings, _sizes(used, tables | settings, today))


class _Known(NamedTuple):
    """An export of a system, and its headings by role."""

    export: Export
    vendor: Vendor
    roles: Mapping[str, str]

    def values(self, role: str) -> list[str]:
        """What the column of a role holds, where these are categories; the commonest first."""
        return _values(self.export, self.roles[role]) if role in self.roles else []

    def columns(self, section: type[Frozen]) -> dict[str, object]:
        return {role: name for role, name in self.roles.items() if role in section.model_fields}


def _deals(known: _Known) -> Section:
    """The section `deals`, guesses from the values of the columns."""
    outcome, outcomes = known.roles["outcome"], known.values("outcome")
    won = [v for v in outcomes if _WON.search(v) and not _LOST.search(v)]
    if not won:
        hint = f"write a map by hand; the column has: {listed(outcomes)}"
        message = "no value looks like a won deal"
        raise ScenarioError([InputProblem(outcome, "", message, hint, str(known.export.path))])
    return {"columns": known.columns(DealColumns), "won": {outcome: won}, **_others(known)}


def _leads(known: _Known) -> Section:
    """The section `leads`, of those that are no deals yet."""
    section = {**known.columns(Leads), **_others(known)}
    section.pop("good", None)
    return section


def _others(known: _Known) -> Section:
    """What is lost, junk or promising, as far as values tell."""
    section: Section = {}
    if lost := [v for v in known.values("outcome") if _LOST.search(v)]:
        section["lost"] = {known.roles["outcome"]: lost}
    patterns = (("reason", _JUNK), ("source", _JUNK), ("deleted", _YES))
    junk = [
        {known.roles[role]: values}
        for role, like in patterns
        if (values := [v for v in known.values(role) if like.search(v)])
    ]
    if junk:
        section["junk"] = junk
    if good := [v for v in known.values("grade") if _GOOD.search(v)]:
        section |= {"steps": {_PROMISING: {known.roles["grade"]: good}}, "good": _PROMISING}
    return section


def _values(export: Export, column: str) -> list[str]:
    counts = export.frame[column].drop_nulls().value_counts(sort=True)
    return [str(v) for v in counts[column]] if counts.height <= _MOST_VALUES else []


def _spend(export: Export) -> Section | None:
    """A file of costs by source, by its usual headings."""
    there = {c.lower(): c for c in export.columns}
    names = {
        "date": ("date", "day"),
        "source": ("source", "channel"),
        "cost": ("spend", "cost", "amount spent"),
    }
    columns = {role: next((there[n] for n in ns if n in there), None) for role, ns in names.items()}
    return dict(columns) if all(columns.values()) else None


def _settings(
    paths: Sequence[Path], tables: Mapping[str, object], today: dt.date | None
) -> dict[str, object]:
    """What has to be decided before the file can be read, decided as most people would."""
    settings: dict[str, object] = {}
    for _ in range(2):
        try:
            read_history(paths, _map(tables, settings), today=today)
            break
        except ScenarioError as error:
            asked = [k for k in ("day_first", "decimal") if f"`{k}:" in str(error) and k not in settings]
            if not asked:
                raise
            settings[asked[0]] = {"day_first": True, "decimal": "point"}[asked[0]]
    return settings


def _map(tables: Mapping[str, object], settings: Mapping[str, object]) -> Map:
    return Map.model_validate({**tables, **settings})


def _sizes(paths: Sequence[Path], tables: Mapping[str, object], today: dt.date | None) -> dict[str, float]:
    """Owners, and leads per quarter: placeholders in proportion leave room for today's work."""
    history = read_history(paths, Map.model_validate(tables), today=today)
    leads = history.deals.filter(~pl.col("junk"))
    counts = leads.filter(pl.col("owner") != NOBODY)["owner"].value_counts()["count"]
    people = max(1, int((counts >= 0.2 * leads.height / max(1, len(counts))).sum()))
    created = leads["created"]
    days = max(7.0, (created.max() - created.min()).total_seconds() / 86400)  # type: ignore[operator, union-attr]
    return {"people": people, "leads": leads.height / days * 7 * WEEKS["quarter"]}


# --- text -----------------------------------------------------------------------------------------------


_HEAD = """\
# Map of an export from {vendor}, guessed from its headings and values: read every line before use.
# Run it: incentives calibrate EXPORT... --map THIS_FILE --out scenario.yaml
version: 1
name: history
currency: EUR
period: quarter
{extra}
# What each column means, and which rows are won, lost, or were never leads. A cell condition is a text, a
# list of texts, `present`, or {{not: [texts]}}; several columns in one mapping must all hold.
{sections}

# How strongly work follows pay is a prior, unless a past change of the sellers' pay or an experiment tells
# (a row per person, paid for the same work at different rates). Uncomment what there is; the change counts
# before the experiment:
# change: {{on: "2024-06-03", weeks: 13, concerned: [OWNER, OWNER, OWNER], reward: 1.25}}
# experiment: {{pay: PAY PER UNIT, effort: UNITS DONE}}

# ASSUME: what no CRM knows. Every number here is a PLACEHOLDER in proportion to the {people} owners and
# {leads:.0f} leads a quarter of the file, and the scenario's sources say so. Ask payroll and the teams,
# replace them, then write `placeholders: false`. Hours and pay are per team and quarter.
assume:
  placeholders: true
  marketing: {marketing}
  sales: {sales}
  work: {work}   # hours per lead
  margin: 0.5            # share of a deal's value that is contribution
  prompt_within: 24      # hours within which an answer is in time
  current_plan: {{marketing: {{leads: 1}}, sales: {{wins: 1}}}}
"""
_HOURS = 460
"""Of a person and quarter."""


def _text(
    vendor: str, tables: Mapping[str, object], settings: Mapping[str, object], sizes: Mapping[str, float]
) -> str:
    people, leads = int(sizes["people"]), sizes["leads"]
    others = max(1, people // 3)
    # Hours per lead that fill 70 % of sales' hours and half of marketing's: the map runs at any volume.
    each, sourcing = 0.7 * _HOURS * people / max(1.0, leads), 0.5 * _HOURS * others / max(1.0, leads)
    work = {"campaign": sourcing, "prompt": each, "late": 0.8 * each, "touch": 0.1 * each}
    return _HEAD.format(
        vendor=vendor,
        extra="".join(
            f"{key}: {json.dumps(value)}   # CHECK: no cell tells\n" for key, value in settings.items()
        ),
        sections="\n".join(f"{name}:\n{_indented(section)}" for name, section in tables.items()),
        people=people,
        leads=leads,
        marketing=_team(others, 11000, 2000),
        sales=_team(people, 9000, 6000),
        work=f"{{{', '.join(f'{name}: {_nice(hours)}' for name, hours in work.items())}}}",
    )


def _team(people: int, base: int, target: int) -> str:
    pay = f"base_pay: {people * base}, target_pay: {people * target}, charges: 0.42, discount: 0.9"
    return f"{{headcount: {people}, hours: {people * _HOURS}, {pay}}}"


def _nice(value: float) -> str:
    return f"{value:.2g}" if value >= 1e-4 else f"{value:.6f}"


def _indented(section: object) -> str:
    """Nested values as YAML; texts quoted as JSON does, which YAML reads alike."""
    assert isinstance(section, dict)
    lines = []
    for key, value in section.items():
        if isinstance(value, list):
            lines += [f"  {key}:", *(f"    - {_flow(item)}" for item in value)]
        else:
            lines.append(f"  {key}: {_flow(value)}")
    return "\n".join(lines)


def _flow(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
