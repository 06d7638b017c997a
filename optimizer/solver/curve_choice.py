"""Which curves: every combination that the rules offer is solved, and the best of all handed out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import product

import numpy as np

from optimizer.plans.local_search import significant
from optimizer.scenario.types import Scenario
from optimizer.solver.outcome import status_of
from optimizer.solver.solution import Check, Combination, Solution

Chosen = Mapping[str, str]
"""The curve of each team that has a choice."""
_WORST = ("error", "no_equilibrium", "infeasible")
"""What is said where no combination has a plan: the first that any of them says."""


def combinations(scenario: Scenario) -> list[Chosen]:
    """Every way to give each team one of its curves; one empty choice where there is none."""
    offered = scenario.rules.curves
    return [dict(zip(offered, names, strict=True)) for names in product(*offered.values())]


def best_choice(scenario: Scenario, gap: float, solve_with: Callable[[Chosen], Solution]) -> Solution:
    """The best solution over all combinations; among ties to nine digits the one listed first.

    Optimal only if no other combination can be better: each is proven, or its bound is not above the best.
    """
    choices = combinations(scenario)
    if len(choices) == 1:
        return solve_with(choices[0])
    solutions = [solve_with(chosen) for chosen in choices]
    listed = tuple(
        Combination(dict(c), s.status, s.objective, s.bound) for c, s in zip(choices, solutions, strict=True)
    )
    planned = [s for s in solutions if s.plan is not None]
    if not planned:
        worst = min(solutions, key=lambda s: (_WORST.index(s.status), not s.unproven))
        return replace(worst, combinations=listed, seconds=_added(solutions))
    best = max(planned, key=lambda s: significant(s.objective))
    check = _every_curve([s for s in solutions if s is not best], best, gap)
    checks = (*best.checks, check)
    return replace(
        best, status=status_of(list(checks)), checks=checks, combinations=listed, seconds=_added(solutions)
    )


def _every_curve(others: list[Solution], best: Solution, gap: float) -> Check:
    limit = best.objective + gap * abs(best.objective)
    open_ = [s for s in others if not _settled(s, limit)]
    what = f"of {len(others) + 1} combinations of curves might hold a better plan"
    return Check("every_curve", not open_, float(len(open_)), 0.0, what)


def _settled(solution: Solution, limit: float) -> bool:
    """Nothing better can be there."""
    if solution.plan is None:
        return solution.status == "infeasible" and not solution.unproven
    return solution.status == "optimal" or (np.isfinite(solution.bound) and solution.bound <= limit)


def _added(solutions: list[Solution]) -> dict[str, float]:
    """Wall time by phase over all combinations; they are calibrated together."""
    phases = dict.fromkeys(phase for s in solutions for phase in s.seconds)
    added = {phase: sum(s.seconds.get(phase, 0.0) for s in solutions) for phase in phases}
    return added | {"calibrate": solutions[0].seconds["calibrate"]}
