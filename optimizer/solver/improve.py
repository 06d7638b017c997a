"""A better plan met after the search, by whatever means, becomes the answer (model.md §13.13)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from optimizer.plans.local_search import ScoredPlan, best_of, significant
from optimizer.scenario.plan import Plan, PlanTerms
from optimizer.solver.certify import certified
from optimizer.solver.clock import Clock
from optimizer.solver.curve_choice import combinations
from optimizer.solver.optimize import proven, under
from optimizer.solver.options import Options
from optimizer.solver.solution import Solution
from optimizer.solver.state import OnEvent, SolveState
from optimizer.solver.verdict import Certified, solution_of

ON_GRID = 1e-9
"""Share of pay within which a plan is one of the space."""


def improved(
    solution: Solution, options: Options, others: Iterable[Plan], tell: OnEvent, clock: Clock
) -> Solution | None:
    """The solution with the best of other plans that keep the rules and bring more; None where none does.

    Not where another reason than the objective chose the plan, nor at today's beliefs.
    """
    asked = solution.asked
    if asked.linearised is not None or (asked.robustness is not None and asked.robustness.criterion):
        return None
    found = [(state, plan) for state, plan in _judged(solution, options, others, tell, clock) if plan.kept]
    if not found:
        return None
    state, plan = max(found, key=lambda one: (not one[1].starved, significant(one[1].value)))
    if not _beats(solution, plan):
        return None
    verdict = certified(state, *proven(state, plan))
    return solution_of(_with_curves_checked(verdict, solution), asked.combinations)


def _judged(
    solution: Solution, options: Options, others: Iterable[Plan], tell: OnEvent, clock: Clock
) -> list[tuple[SolveState, ScoredPlan]]:
    """Of every choice of curves, the best of the plans that are plans of its space."""
    scenario, judged = solution.problem.scenario, []
    offered = combinations(scenario)
    for curves in offered:
        plans = [p.euros(scenario) for p in others if p.terms == PlanTerms(dict(curves))]
        state = SolveState(
            under(solution.problem, PlanTerms(dict(curves))), options, tell, clock=clock, choices=len(offered)
        )
        units = [state.space.units(e) for e in plans]
        exact = [
            u
            for u, e in zip(units, plans, strict=True)
            if np.abs(state.space.euros(u) - e).max() <= ON_GRID * (1 + e.max())
        ]
        best = best_of(state.scored.look(np.array(exact))) if exact else None
        judged += [] if best is None else [(state, best)]
    return judged


def _beats(solution: Solution, plan: ScoredPlan) -> bool:
    """Brings more than the solution's plan, beyond rounding; a plan that starves a rate beats no sane one."""
    if solution.chosen is None:
        return True
    starving = bool(solution.chosen.consistent.starved.any())
    worth = significant(plan.value) > significant(solution.certificate.objective)
    return (starving and not plan.starved) or (starving == plan.starved and worth)


def _with_curves_checked(verdict: Certified, solution: Solution) -> Certified:
    """What the search said of other choices of curves holds against a better plan too."""
    kept = tuple(c for c in solution.certificate.checks if c.name == "every_curve")
    return replace(verdict, checks=(*verdict.checks, *kept))
