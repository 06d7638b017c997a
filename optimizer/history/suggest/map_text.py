"""A suggested map around its sections: what it was made from, and placeholders of what no CRM knows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

import polars as pl

from optimizer.history.read.account import NOBODY
from optimizer.history.read.deals import History
from optimizer.history.read.maps.mapping import WEEKS
from optimizer.history.suggest.map_lines import check
from optimizer.history.suggest.suggested_teams import HANDED

_HEAD = """\
# Map of an export from {system}, guessed from its headings and values: read every line before use.
{files}
{problem}# Run it: incentives calibrate EXPORT... --map THIS_FILE --out scenario.yaml
version: 1
name: history
currency: {currency}
period: quarter
{extra}
# What each column means, and which rows are won, lost, or were never leads. A cell condition is a text, a
# list of texts, `present`, or {{not: [texts]}}; several columns in one mapping must all hold.
# Every key: docs/reference/map.md, or `incentives schema --map`.
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
  marketing: {marketing}{sdr}
  sales: {sales}
  work: {work}   # hours per lead
  margin: 0.5            # share of a deal's value that is contribution
  prompt_within: 24      # hours within which an answer is in time
  current_plan: {plan}
"""
_HOURS = 460
"""Of a person and quarter."""
_A_FEW = 3
"""Owners that are assumed where the file cannot be read yet."""


def map_text(
    system: str,
    files: Mapping[str, str],
    currency: tuple[str, str],
    settings: Mapping[str, object],
    sections: str,
    history: History | None,
    rows: int,
    problem: str,
) -> str:
    """The whole file. `files`: the section of each, or why it is not used; `problem`: why it does not run."""
    people, leads = _sizes(history) if history is not None else (_A_FEW, float(rows))
    others, handed = max(1, people // 3), _handed(history)
    callers = max(1, round(people * (1 - handed.of_owners))) if handed else 0
    sellers = max(1, people - callers)
    # Hours per lead that fill 70 % of each team's hours, half of marketing's: the map runs at any volume.
    each = 0.7 * _HOURS * (callers or sellers) / max(1.0, leads)
    sourcing = 0.5 * _HOURS * others / max(1.0, leads)
    work = {"campaign": sourcing, "prompt": each, "late": 0.8 * each, "touch": 0.1 * each}
    plan = {"marketing": "leads", "sales": "wins"}
    if handed:
        work["close"] = 0.7 * _HOURS * sellers / max(1.0, leads * handed.of_leads)
        plan = {"marketing": "leads", "sdr": "handed_over", "sales": "wins"}
    return _HEAD.format(
        system=system,
        files="\n".join(f"# {name}: {_used(use)}" for name, use in files.items()),
        problem=_commented(f"IT DOES NOT RUN YET: {problem}\n") if problem else "",
        currency=currency[0] + (f"   # {check(currency[1])}" if currency[1] else ""),
        extra="".join(f"{k}: {json.dumps(v)}   # CHECK: no cell tells\n" for k, v in settings.items()),
        sections=sections,
        people=people,
        leads=leads,
        marketing=_team(others, 11000, 2000),
        sdr=f"\n  sdr: {_team(callers, 8000, 3000)}   # answers leads and hands them over" if handed else "",
        sales=_team(sellers, 9000, 6000),
        work=f"{{{', '.join(f'{name}: {_nice(hours)}' for name, hours in work.items())}}}",
        plan=f"{{{', '.join(f'{team}: {{{kpi}: 1}}' for team, kpi in plan.items())}}}",
    )


def _used(use: str) -> str:
    return use if " " in use else f"its rows are `{use}`"


def _commented(text: str) -> str:
    return "".join(f"# {line}\n" for line in text.splitlines())


def _sizes(history: History) -> tuple[int, float]:
    """Owners, and leads per quarter: placeholders in proportion leave room for today's work."""
    leads = history.deals.filter(~pl.col("junk"))
    counts = leads.filter(pl.col("owner") != NOBODY)["owner"].value_counts()["count"]
    people = max(1, int((counts >= 0.2 * leads.height / max(1, len(counts))).sum()))
    created = leads["created"]
    days = max(7.0, (created.max() - created.min()).total_seconds() / 86400)  # type: ignore[operator, union-attr]
    return people, leads.height / days * 7 * WEEKS["quarter"]


class _Handed(NamedTuple):
    """Shares that are with sales."""

    of_leads: float
    of_owners: float


def _handed(history: History | None) -> _Handed | None:
    """None where leads are not handed over; an owner is with sales if most of the owner's leads are."""
    step = f"step_{HANDED}"
    if history is None or step not in history.deals.columns:
        return None
    leads = history.deals.filter(~pl.col("junk"))
    owners = leads.filter(pl.col("owner") != NOBODY).group_by("owner").agg(pl.col(step).mean())
    most = owners.select((pl.col(step) > 0.5).mean()).item()
    return _Handed(max(0.01, float(leads[step].mean() or 0)), float(0.5 if most is None else most))  # type: ignore[arg-type]


def _team(people: int, base: int, target: int) -> str:
    pay = f"base_pay: {people * base}, target_pay: {people * target}, charges: 0.42, discount: 0.9"
    return f"{{headcount: {people}, hours: {people * _HOURS}, {pay}}}"


def _nice(value: float) -> str:
    return f"{value:.2g}" if value >= 1e-4 else f"{value:.6f}"
