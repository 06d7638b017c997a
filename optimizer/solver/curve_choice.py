"""Which curves: every combination that the rules offer is solved, and the best of all handed out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import product

import numpy as np

from optimizer.plans.local_search import significant
from optimizer.scenario.types import Scenario
from optimizer.solver.check_words import because
from optimizer.solver.solution import Check, Combination, Solution
from optimizer.solver.verdict import Certified, NoPlan, Verdict, plan_under, solution_of

Curves = Mapping[str, str]
"""The curve of each team that has a choice."""
_WORST = ("error", "no_equilibrium", "not_found", "infeasible")
"""What is said where no combination has a plan: the first that any of them says."""


def combinations(scenario: Scenario) -> list[Curves]:
    """Every way to give each team one of its curves; one empty choice where there is none."""
    offered = scenario.rules.curves
    return [dict(zip(offered, names, strict=True)) for names in product(*offered.values())]


def best_choice(scenario: Scenario, gap: float, solve_with: Callable[[Curves], Verdict]) -> Solution:
    """The best solution over all combinations, one that starves a paid rate last; among ties to nine digits
    the one listed first.

    Optimal only if no other combination can be better: each is proven, or its bound is not above the best.
    """
    choices = combinations(scenario)
    if len(choices) == 1:
        return solution_of(solve_with(choices[0]))
    verdicts = [solve_with(curves) for curves in choices]
    listed = tuple(_combination(c, v) for c, v in zip(choices, verdicts, strict=True))
    certified = [v for v in verdicts if isinstance(v, Certified)]
    if not certified:
        none = [v for v in verdicts if isinstance(v, NoPlan)]
        return solution_of(min(none, key=lambda v: _WORST.index(v.status)), listed)
    best = max(certified, key=lambda v: (not v.plan.starved, significant(v.objective)))
    check = _every_curve([v for v in verdicts if v is not best], best, gap)
    return solution_of(replace(best, checks=(*best.checks, check)), listed)


def _combination(curves: Curves, verdict: Verdict) -> Combination:
    plan = plan_under(verdict.state, verdict.plan) if isinstance(verdict, Certified) else None
    return Combination(dict(curves), verdict.status, verdict.objective, verdict.bound, plan)


def _every_curve(others: list[Verdict], best: Certified, gap: float) -> Check:
    limit = best.objective + gap * abs(best.objective)
    open_ = [v for v in others if not _settled(v, limit)]
    why = because("open_combinations", combinations=len(others) + 1)
    return Check("every_curve", not open_, float(len(open_)), 0.0, **why)


def _settled(verdict: Verdict, limit: float) -> bool:
    """Nothing better can be there."""
    if isinstance(verdict, NoPlan):
        return verdict.proven
    return verdict.status == "optimal" or (np.isfinite(verdict.bound) and verdict.bound <= limit)
