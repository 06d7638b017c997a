"""What one plan changes against another, and for whom (model.md §13.10).

A plan is weights, pay, curves and targets; targets are the company's, alike in all of its plans. Whatever
compares two plans of a company asks here, so that a curve alone is a change, and a curve that pays the same
under another name is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.arrays import Floats
from optimizer.response.pay_knots import curve_of, pay_terms, stated_curve
from optimizer.scenario.plan import CurveNames, weights_of
from optimizer.scenario.types import Scenario

PaidPlan = tuple[Floats, CurveNames]
"""Euros at target (I, K) [currency/period] and the curves that a plan chooses."""
ALIKE = 1e-9
"""Of a team's target pay: amounts that differ by no more are the same amount."""


@dataclass(frozen=True)
class TeamChange:
    """What differs for one team."""

    weights: bool
    pay: bool
    curve: bool
    """Of a KPI that the second plan pays it on."""

    @property
    def any(self) -> bool:
        return self.weights or self.pay or self.curve


def team_changes(scenario: Scenario, before: PaidPlan, after: PaidPlan) -> tuple[TeamChange, ...]:
    """For every team, in the order of the file."""
    sides = zip(scenario.teams, before[0], after[0], strict=True)
    return tuple(
        TeamChange(
            weights=_other_weights(old, new),
            pay=bool(abs(old.sum() - new.sum()) > ALIKE * max(old.sum(), new.sum())),
            curve=_other_curve(scenario, team, new > 0, before[1], after[1]),
        )
        for team, old, new in sides
    )


def same_plan(scenario: Scenario, before: PaidPlan, after: PaidPlan) -> bool:
    """Whether everybody is paid the same for the same results."""
    return not any(change.any for change in team_changes(scenario, before, after))


def same_curves(scenario: Scenario, before: CurveNames, after: CurveNames) -> bool:
    """Whether two choices of curves pay the same on every KPI, whatever a plan's weights."""
    every = np.ones(len(scenario.kpis), dtype=bool)
    return not any(_other_curve(scenario, team, every, before, after) for team in scenario.teams)


def curves_offered(scenario: Scenario, plan: PaidPlan) -> bool:
    """Whether the rules let a plan follow its curves: every team that has a choice follows one of those."""
    paid = dict(zip(scenario.teams, plan[0] > 0, strict=True))
    return all(
        any(not _other_curve(scenario, team, paid[team], plan[1], {team: name}) for name in names)
        for team, names in scenario.rules.curves.items()
    )


def curve_named(scenario: Scenario, team: str, kpis: Sequence[str], chosen: CurveNames) -> str:
    """The name of the curve that a team's pay on some KPIs follows: the one stated, else one that pays the
    same; empty where none does, or where it is paid on none."""
    if not kpis:
        return ""
    stated = {stated_curve(scenario, team, kpi, chosen) for kpi in kpis}
    if len(stated) == 1 and isinstance(name := stated.pop(), str):
        return name
    terms = [pay_terms(curve_of(scenario, team, kpi, chosen), kpi) for kpi in kpis]
    alike = (n for n, c in scenario.curves.items() if [pay_terms(c, kpi) for kpi in kpis] == terms)
    return next(alike, "")


def _other_weights(old: Floats, new: Floats) -> bool:
    """Nobody paid before or after has no weights, so that beginning to be paid is a change of them."""
    return bool(np.abs(weights_of(old) - weights_of(new)).max(initial=0.0) > ALIKE)


def _other_curve(scenario: Scenario, team: str, paid: Floats, before: CurveNames, after: CurveNames) -> bool:
    used = [kpi for kpi, on in zip(scenario.kpis, paid, strict=True) if on]
    return any(
        pay_terms(curve_of(scenario, team, kpi, before), kpi)
        != pay_terms(curve_of(scenario, team, kpi, after), kpi)
        for kpi in used
    )
