"""What one plan changes against another, and for whom (model.md §13.10).

A plan is weights, pay, curves and targets. Whatever compares two plans of a company asks here, so that a
curve or a target alone is a change, and a curve that pays the same under another name, or today's target
written out, is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.arrays import Floats
from optimizer.response.pay_knots import curve_of, pay_terms, stated_curve
from optimizer.scenario.checks.baseline_counts import baseline_counts
from optimizer.scenario.plan import IN_FORCE, PlanTerms, weights_of
from optimizer.scenario.types import Scenario

PaidPlan = tuple[Floats, PlanTerms]
"""Euros at target (I, K) [currency/period], and the curves and targets by which a plan pays."""
ALIKE = 1e-9
"""Of a team's target pay: amounts that differ by no more are the same amount."""


@dataclass(frozen=True)
class TeamChange:
    """What differs for one team."""

    weights: bool
    pay: bool
    curve: bool
    """Of a KPI that the second plan pays it on."""
    target: bool = False
    """Likewise, or whether targets are issued anew."""

    @property
    def any(self) -> bool:
        return self.weights or self.pay or self.curve or self.target


def team_changes(scenario: Scenario, before: PaidPlan, after: PaidPlan) -> tuple[TeamChange, ...]:
    """For every team, in the order of the file."""
    sides = zip(scenario.teams, before[0], after[0], strict=True)
    return tuple(
        TeamChange(
            weights=_other_weights(old, new),
            pay=bool(abs(old.sum() - new.sum()) > ALIKE * max(old.sum(), new.sum())),
            curve=_other_curve(scenario, team, new > 0, before[1], after[1]),
            target=_other_target(scenario, new > 0, before[1], after[1]),
        )
        for team, old, new in sides
    )


def same_plan(scenario: Scenario, before: PaidPlan, after: PaidPlan) -> bool:
    """Whether everybody is paid the same for the same results."""
    return not any(change.any for change in team_changes(scenario, before, after))


def same_terms(scenario: Scenario, before: PlanTerms, after: PlanTerms) -> bool:
    """Whether curves and targets of two plans pay the same on every KPI, whatever their weights."""
    every = np.ones(len(scenario.kpis), dtype=bool)
    other = any(_other_curve(scenario, team, every, before, after) for team in scenario.teams)
    return not (other or _other_target(scenario, every, before, after))


def curves_offered(scenario: Scenario, plan: PaidPlan) -> bool:
    """Whether the rules let a plan follow its curves: every team that has a choice follows one of those, all
    others keep theirs, and targets stay as they are."""
    paid = dict(zip(scenario.teams, plan[0] > 0, strict=True))
    every = np.ones(len(scenario.kpis), dtype=bool)
    offered = {team: [{team: name} for name in names] for team, names in scenario.rules.curves.items()}
    return not _other_target(scenario, every, IN_FORCE, plan[1]) and all(
        any(
            not _other_curve(scenario, team, paid[team], plan[1], PlanTerms(choice))
            for choice in offered.get(team, [{}])
        )
        for team in scenario.teams
    )


def curve_named(scenario: Scenario, team: str, kpis: Sequence[str], terms: PlanTerms) -> str:
    """The name of the curve that a team's pay on some KPIs follows: the one stated, else one that pays the
    same; empty where none does, or where it is paid on none."""
    if not kpis:
        return ""
    stated = {stated_curve(scenario, team, kpi, terms) for kpi in kpis}
    if len(stated) == 1 and isinstance(name := stated.pop(), str):
        return name
    paid = [pay_terms(curve_of(scenario, team, kpi, terms), kpi) for kpi in kpis]
    alike = (n for n, c in scenario.curves.items() if [pay_terms(c, kpi) for kpi in kpis] == paid)
    return next(alike, "")


def _other_weights(old: Floats, new: Floats) -> bool:
    """Nobody paid before or after has no weights, so that beginning to be paid is a change of them."""
    return bool(np.abs(weights_of(old) - weights_of(new)).max(initial=0.0) > ALIKE)


def _other_curve(scenario: Scenario, team: str, paid: Floats, before: PlanTerms, after: PlanTerms) -> bool:
    used = [kpi for kpi, on in zip(scenario.kpis, paid, strict=True) if on]
    return any(
        pay_terms(curve_of(scenario, team, kpi, before), kpi)
        != pay_terms(curve_of(scenario, team, kpi, after), kpi)
        for kpi in used
    )


def _other_target(scenario: Scenario, paid: Floats, before: PlanTerms, after: PlanTerms) -> bool:
    """Of targets that are issued anew only by how much counts: those in force are left behind."""
    if (before.targets, before.issued) == (after.targets, after.issued):
        return False
    issued = [terms.issued or scenario.targets for terms in (before, after)]
    modes = {one.mode for one in issued}
    if "reset" in modes:
        return bool(paid.any()) and (len(modes) > 1 or issued[0].stretch != issued[1].stretch)
    today = baseline_counts(scenario)
    used = [(name, kpi) for (name, kpi), on in zip(scenario.kpis.items(), paid, strict=True) if on]
    stated = [(name, kpi.target if kpi.target is not None else today.value(kpi)) for name, kpi in used]
    pairs = [[terms.targets.get(name, now) for terms in (before, after)] for name, now in stated]
    return any(abs(old - new) > ALIKE * max(old, new) for old, new in pairs)
