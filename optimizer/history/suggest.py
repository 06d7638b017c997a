"""A first map: columns recognised, outcomes guessed from their values, the rest placeholders."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from optimizer.history.account import NOBODY
from optimizer.history.deals import read_history
from optimizer.history.exports import Export, read_export
from optimizer.history.mapping import Map
from optimizer.history.study import WEEKS
from optimizer.history.vendors import NEEDED, recognised
from optimizer.problems import Problem, ScenarioError, listed

_WON = re.compile(r"\b(closed[ _-]?won|won|payment done|paid|customer|gagn|gewonnen)|^closedwon$", re.I)
_LOST = re.compile(r"\b(closed[ _-]?lost|lost|disqualified|perdu|verloren|not converted)|^closedlost$", re.I)
_JUNK = re.compile(r"duplicate|invalid|wrong number|^test$|spam|doublon|doppelt", re.I)
_GOOD = re.compile(r"^(a|b)\b|\bhot\b|\bhigh\b", re.I)
_MOST_VALUES = 300
"""A column with more different values holds no categories."""


def suggested_map(paths: Sequence[Path], today: dt.date | None = None) -> str:
    """The text of a map that runs. Raises ScenarioError where the columns are not recognised."""
    exports = [read_export(path) for path in paths]
    for export in exports:
        found = recognised(export.columns)
        if found is not None:
            break
    else:
        needed = listed(NEEDED)
        hint = f"write a map by hand: it needs columns for {needed}; {exports[0].headings}"
        raise ScenarioError([Problem("", "", "is no export that is recognised", hint, str(exports[0].path))])
    vendor, roles = found
    deals = _deals(export, roles)
    spend = next((s for e in exports if (s := _spend(e)) is not None), None)
    tables = {"deals": deals} | ({"spend": spend} if spend else {})
    used = [export.path, *(e.path for e in exports if e is not export and spend and _spend(e) == spend)]
    settings = _settings(used, tables, today)
    return _text(vendor.name, tables, settings, _sizes(used, tables | settings, today))


def _deals(export: Export, roles: Mapping[str, str]) -> dict[str, object]:
    """The section `deals`, guesses from the values of the columns."""
    columns = {r: name for r, name in roles.items() if r not in ("outcome", "reason", "grade")}
    values = {
        role: _values(export, roles[role])
        for role in ("outcome", "reason", "grade", "source")
        if role in roles
    }
    won = [v for v in values["outcome"] if _WON.search(v) and not _LOST.search(v)]
    lost = [v for v in values["outcome"] if _LOST.search(v)]
    if not won:
        hint = f"write a map by hand; the column has: {listed(values['outcome'])}"
        message = "no value looks like a won deal"
        raise ScenarioError([Problem(roles["outcome"], "", message, hint, str(export.path))])
    section: dict[str, object] = {"columns": columns, "won": {roles["outcome"]: won}}
    if lost:
        section["lost"] = {roles["outcome"]: lost}
    junk = [
        {roles[role]: found}
        for role in ("reason", "source")
        if (found := [v for v in values.get(role, []) if _JUNK.search(v)])
    ]
    if junk:
        section["junk"] = junk
    good = [v for v in values.get("grade", []) if _GOOD.search(v)]
    if good:
        section |= {"steps": {"promising": {roles["grade"]: good}}, "good": "promising"}
    return section


def _values(export: Export, column: str) -> list[str]:
    counts = export.frame[column].drop_nulls().value_counts(sort=True)
    return [str(v) for v in counts[column]] if counts.height <= _MOST_VALUES else []


def _spend(export: Export) -> dict[str, object] | None:
    """A file of costs by source, by its usual headings."""
    there = {c.lower(): c for c in export.columns}
    names = {
        "date": ("date", "day"),
        "source": ("source", "channel"),
        "cost": ("spend", "cost", "amount spent"),
    }
    found = {role: next((there[n] for n in ns if n in there), None) for role, ns in names.items()}
    return dict(found) if all(found.values()) else None


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
# Map of a {vendor} export, guessed from its headings and values: read every line before use.
# Run it: incentives calibrate EXPORT... --map THIS_FILE --out scenario.yaml
version: 1
name: history
currency: EUR
period: quarter
{extra}
# What each column means, and which rows are won, lost, or were never leads. A cell condition is a text, a
# list of texts, `present`, or {{not: [texts]}}; several columns in one mapping must all hold.
{sections}

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
    each, brought = 0.7 * _HOURS * people / max(1.0, leads), 0.5 * _HOURS * others / max(1.0, leads)
    work = {"campaign": brought, "prompt": each, "late": 0.8 * each, "touch": 0.1 * each}
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
