"""`solve --robust`: of candidate plans that keep every rule, the one that does best when numbers are off.

Candidates are the plan in force, the best one at the numbers of the file, the alternatives listed, and the
best plans within one shift of weight. A plan picked for another reason than the objective is the best of
these and no more: the certificate says so, and the status is then `feasible`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from optimizer.arrays import Floats
from optimizer.parallel.pool import ALONE, OnDone, Workers
from optimizer.plans.local_search import ScoredPlan, neighbours, ranked
from optimizer.plans.plan_changes import same_terms
from optimizer.plans.robustness import DRAWS, Candidate, Criterion, Kind, Robustness, robustness
from optimizer.response.outcome import evaluate_plan, value_of
from optimizer.scenario.plan import IN_FORCE
from optimizer.solver.certificate import (
    check_equilibrium,
    check_global,
    check_rules,
    check_sample,
)
from optimizer.solver.check_words import because
from optimizer.solver.clock import Clock
from optimizer.solver.gap import relative_gap
from optimizer.solver.options import Options
from optimizer.solver.solution import Check, Solution
from optimizer.solver.state import SolveState
from optimizer.solver.verdict import Certified, solution_of

MOST = 40
"""Candidates beside the plan in force and the best one; a shift of weight may lead to hundreds of plans."""
ON_GRID = 1e-6
"""Currency by which the plan in force may miss a plan of whole steps and be one of them."""


def robustly(
    solution: Solution,
    options: Options,
    criterion: Criterion | None = None,
    draws: int = DRAWS,
    workers: Workers = ALONE,
    on_done: OnDone | None = None,
    clock: Clock | None = None,
) -> Solution:
    """The solution with its robustness and, where a criterion is given, with the candidate best by it.

    A solution without a plan that passed the checks of the software is returned as it is. Raises RangeError
    where nothing can be drawn.
    """
    if solution.chosen is None or solution.status == "error":
        return solution
    state = _resumed(solution, options, clock or Clock())
    with state.timed("robustness"):
        candidates = list(_candidates(state, solution, solution.chosen.euros))
        compared = robustness(state.cal, candidates, draws, workers, on_done)
        if criterion is not None:
            picked = next(c for c in compared.ranking(criterion) if _stays(state, compared, c))
            compared = replace(compared, criterion=criterion, picked=picked)
    solution = replace(solution, asked=replace(solution.asked, robustness=compared))
    return solution if criterion is None else _recommended(state, solution, compared)


def _resumed(solution: Solution, options: Options, clock: Clock) -> SolveState:
    """The solve, as it was when it ended."""
    certificate = solution.certificate
    return SolveState(
        solution.problem,
        options,
        clock=clock,
        rounds=list(certificate.rounds),
        rejected=list(certificate.rejected),
    )


# --- candidates -----------------------------------------------------------------------------------------


def _candidates(state: SolveState, solution: Solution, euros: Floats) -> Iterator[Candidate]:
    """The plan in force and the best at the file's numbers, always; then others, no plan twice."""
    scenario, space, scored = state.cal.scenario, state.space, state.scored
    nominal = scored.one(space.units(euros))
    yield _today(state)
    if not (_offered(state) and np.array_equal(space.units(state.cal.current), nominal.units)):
        yield Candidate("nominal", euros, nominal.value, nominal.kept, space.terms)
    alternatives = solution.asked.alternatives
    listed = [scored.one(space.units(a.plan.euros(scenario))) for a in alternatives]
    near = ranked(scored.look(neighbours(space, nominal.units)))
    others: list[tuple[Kind, ScoredPlan]] = [("alternative", p) for p in listed if p.kept]
    others += [("neighbour", p) for p in near if p.kept]
    known = {nominal.key} | ({space.units(state.cal.current).tobytes()} if _offered(state) else set())
    most = len(known) + MOST
    for kind, plan in others:
        if plan.key not in known and len(known) < most:
            known.add(plan.key)
            yield Candidate(kind, space.euros(plan.units), plan.value, plan.kept, space.terms)


def _today(state: SolveState) -> Candidate:
    """The plan in force, under the curves in force; it may be picked if it is one of those to choose from."""
    cal, space = state.cal, state.space
    value = value_of(cal, evaluate_plan(cal.paid_by(IN_FORCE), cal.current))
    kept = _offered(state) and state.scored.one(space.units(cal.current)).kept
    return Candidate("current", cal.current, value, kept)


def _offered(state: SolveState) -> bool:
    """Whether the plan in force is one of those to choose from: in whole steps, paid by the same curves."""
    cal, space = state.cal, state.space
    on_grid = np.abs(space.euros(space.units(cal.current)) - cal.current).max() <= ON_GRID
    return bool(on_grid) and same_terms(cal.scenario, IN_FORCE, space.terms)


def _stays(state: SolveState, compared: Robustness, c: int) -> bool:
    """Nobody would do quite other work; the best at the file's numbers has been asked already."""
    euros = compared.candidates[c].euros
    return c == compared.nominal or all(
        check.ok for check in check_global(state.cal, euros, evaluate_plan(state.cal, euros))
    )


# --- the plan recommended -------------------------------------------------------------------------------


def _recommended(state: SolveState, solution: Solution, compared: Robustness) -> Solution:
    """The solution with the plan that was picked, its own checks, and what it gives up.

    Alternatives are listed behind the best plan, not behind this one; they stay as candidates.
    """
    check, certificate = _robust_check(compared), solution.certificate
    if compared.picked == compared.nominal:
        return replace(solution, certificate=replace(certificate, checks=(*certificate.checks, check)))
    plan = state.scored.one(state.space.units(compared.candidates[compared.picked].euros))
    checks = (check, *_checks(state, plan, certificate.bound))
    verdict = Certified(state, plan, certificate.bound, checks)
    return solution_of(verdict, solution.asked.combinations, compared)


def _robust_check(compared: Robustness) -> Check:
    """Whether robustness costs nothing; `value` is what it costs [currency/period]."""
    known: dict[str, Any] = {"criterion": compared.criterion, "candidates": len(compared.candidates)}
    known["draws"] = len(compared.values)
    why = because("best_of_candidates", **known)
    if compared.runner_up is not None:
        ahead, error = (float(v[compared.runner_up]) for v in (compared.behind, compared.behind_error))
        why = because("ahead_of_candidates", **known, ahead=ahead, error=error)
    return Check("robust", compared.picked == compared.nominal, compared.cost, 0.0, **why)


def _checks(state: SolveState, plan: ScoredPlan, bound: float) -> Iterator[Check]:
    """What must hold of a plan that the model was not asked for; the bound is that of the best plan."""
    gap, limit = relative_gap(plan.value, bound), state.options.gap
    yield Check("gap", gap <= limit, gap, limit, **because("bound_without_draws"))
    yield check_rules(state.scored.judge(plan.units[None]))
    euros = state.space.euros(plan.units)
    outcome = evaluate_plan(state.cal, euros)
    yield from check_equilibrium(state.cal, euros, outcome)
    yield from check_global(state.cal, euros, outcome)
    yield from check_sample(state.cal, euros, outcome)
