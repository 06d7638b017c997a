"""Which changes of a run make another company: its costs are calibrated anew, at today's plan.

The company is calibrated so that what people do today is best for them under today's plan. Where a what-if
changes what it is calibrated on, "today" is the changed company's, and nobody reacts to the change. What
people would do if pay, targets, curves or weights changed is what a plan asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from optimizer.scenario.document_texts import KPI_TEXTS
from optimizer.scenario.types import Scenario

COMPANY = ("teams", "stages", "activities", "kpis", "current_plan", "regimes", "noise_correlation", "period")
"""Sections that the company is calibrated on."""
WORDS = ("label", *KPI_TEXTS, "paid_on")
"""Of them, what says how a thing is read, and not what it is."""
DECIDED = ("min", "max", "step")
"""Of target pay, what rules leave to choose from."""
ASKED = (
    (r"teams\.(\w+)\.target_pay(\.current)?", "plans.PLAN.target_pay.{}"),
    (r"kpis\.(\w+)\.target", "plans.PLAN.targets.{}"),
    (r"teams\.(\w+)\.curve\b.*", "plans.PLAN.curves.{}"),
    (r"kpis\.(\w+)\.curve\b.*", "plans.PLAN.curves.TEAM.{}"),
    (r"current_plan\.(\w+)\b.*", "plans.PLAN.{}"),
)
"""Paths of the company that a plan can also set, and where it does."""


@dataclass(frozen=True)
class Anew:
    """A changed value that costs are calibrated on."""

    path: str
    instead: str
    """Path of a plan that asks what people would do about the change; empty where no plan can."""


def calibrated_anew(scenario: Scenario) -> tuple[Anew, ...]:
    """Of what was changed for this run, what makes today another company's."""
    used = set(_curves_in_force(scenario))
    return tuple(
        Anew(change.path, _instead(change.path))
        for change in scenario.changed
        if _is_of_company(change.path, used)
    )


def _is_of_company(path: str, curves: set[str]) -> bool:
    section, *rest = re.split(r"[.\[\]]+", path)
    if section == "curves":
        return bool(rest) and rest[0] in curves
    words = len(rest) > 1 and rest[1] in WORDS
    decided = section == "teams" and rest[1:2] == ["target_pay"] and rest[-1] in DECIDED
    return section in COMPANY and not words and not decided


def _curves_in_force(scenario: Scenario) -> Iterator[str]:
    curves = [team.curve for team in scenario.teams.values()] + [kpi.curve for kpi in scenario.kpis.values()]
    yield from (curve for curve in curves if isinstance(curve, str))


def _instead(path: str) -> str:
    found = ((re.fullmatch(pattern, path), place) for pattern, place in ASKED)
    return next((place.format(match[1]) for match, place in found if match), "")
