"""`solve --robust`: of candidate plans that keep every rule, the one that does best when numbers are off.

Candidates are the plan in force, the best one at the numbers of the file, the alternatives listed, and the
best plans within one shift of weight. A plan picked for another reason than the objective is the best of
these and no more: the certificate says so, and the status is then `feasible`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from optimizer.arrays import Floats
from optimizer.parallel.pool import ALONE, OnDone, Workers
from optimizer.plans.evaluator import judge_consistent
from optimizer.plans.local_search import ScoredPlan, ScoredPlans, neighbours, ranked
from optimizer.plans.robustness import DRAWS, Candidate, Criterion, Kind, Robustness, robustness
from optimizer.response.outcome import evaluate_plans, value_of
from optimizer.solver.certificate import (
    check_equilibrium,
    check_global,
    check_rules,
    check_sample,
    relative_gap,
)
from optimizer.solver.options import Options
from optimizer.solver.outcome import finished
from optimizer.solver.solution import Check, Solution
from optimizer.solver.state import Run

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
) -> Solution:
    """The solution with its robustness and, where a criterion is given, with the candidate best by it.

    A solution without a plan that passed the checks of the software is returned as it is. Raises RangeError
    where nothing can be drawn.
    """
    if solution.euros is None or solution.status == "error":
        return solution
    run = _resumed(solution, options)
    scored = ScoredPlans(judge_consistent(run.cal, run.space), run.space)
    with run.timed("robustness"):
        compared = robustness(run.cal, list(_candidates(solution, scored)), draws, workers, on_done)
        if criterion is not None:
            picked = next(c for c in compared.ranking(criterion) if _stays(run, compared, c))
            compared = replace(compared, criterion=criterion, picked=picked)
    solution = replace(solution, robustness=compared, seconds=dict(run.seconds))
    return solution if criterion is None else _recommended(run, solution, scored, compared)


def _resumed(solution: Solution, options: Options) -> Run:
    """The solve, as it was when it ended."""
    return Run(
        cal=solution.cal,
        space=solution.space,
        options=options,
        tell=lambda _: None,
        started=time.monotonic(),
        rounds=list(solution.rounds),
        seconds=dict(solution.seconds),
    )


# --- candidates -----------------------------------------------------------------------------------------


def _candidates(solution: Solution, scored: ScoredPlans) -> Iterator[Candidate]:
    """The plan in force and the best at the file's numbers, always; then others, no plan twice."""
    assert solution.euros is not None
    scenario, space = solution.cal.scenario, solution.space
    nominal = scored.look(space.units(solution.euros)[None])[0]
    yield _today(solution, scored)
    if not (_offered(solution) and np.array_equal(space.units(solution.cal.current), nominal.units)):
        yield Candidate("nominal", solution.euros, nominal.value, nominal.kept)
    listed = [scored.look(space.units(a.plan.euros(scenario))[None])[0] for a in solution.alternatives]
    near = ranked(scored.look(neighbours(space, nominal.units)))
    others: list[tuple[Kind, ScoredPlan]] = [("alternative", p) for p in listed if p.kept]
    others += [("neighbour", p) for p in near if p.kept]
    known = {nominal.key, space.units(solution.cal.current).tobytes()}
    most = len(known) + MOST
    for kind, plan in others:
        if plan.key not in known and len(known) < most:
            known.add(plan.key)
            yield Candidate(kind, space.euros(plan.units), plan.value, plan.kept)


def _today(solution: Solution, scored: ScoredPlans) -> Candidate:
    """The plan in force, under the curves in force; it may be picked if it is one of those to choose from."""
    cal, space = solution.cal, solution.space
    outcome = evaluate_plans(cal.today, cal.current[None])
    kept = _offered(solution) and scored.look(space.units(cal.current)[None])[0].kept
    return Candidate("current", cal.current, float(value_of(cal, outcome)[0]), kept)


def _offered(solution: Solution) -> bool:
    """Whether the plan in force is one of those to choose from: in whole steps, under the same curves."""
    cal, space = solution.cal, solution.space
    on_grid = np.abs(space.euros(space.units(cal.current)) - cal.current).max() <= ON_GRID
    return not cal.chosen and bool(on_grid)


def _stays(run: Run, compared: Robustness, c: int) -> bool:
    """Nobody would do quite other work; the best at the file's numbers has been asked already."""
    euros = compared.candidates[c].euros[None]
    return c == compared.nominal or all(
        check.ok for check in check_global(run.cal, euros[0], evaluate_plans(run.cal, euros))
    )


# --- the plan recommended -------------------------------------------------------------------------------


def _recommended(run: Run, solution: Solution, scored: ScoredPlans, compared: Robustness) -> Solution:
    """The solution with the plan that was picked, its own checks, and what it gives up.

    Alternatives are listed behind the best plan, not behind this one; they stay as candidates.
    """
    check = _robust_check(compared)
    if compared.picked == compared.nominal:
        return replace(solution, checks=(*solution.checks, check))
    plan = scored.look(run.space.units(compared.candidates[compared.picked].euros)[None])[0]
    checks = [check, *_checks(run, scored, plan, solution.bound)]
    return replace(finished(run, solution, plan, solution.bound, checks), alternatives=())


def _robust_check(compared: Robustness) -> Check:
    """Whether robustness costs nothing; `value` is what it costs [currency/period]."""
    candidates, draws = len(compared.candidates), len(compared.values)
    drawn = f"best by {compared.criterion} of {candidates} candidates in {draws:,} draws"
    if compared.runner_up is not None:
        ahead, error = (v[compared.runner_up] for v in (compared.behind, compared.behind_error))
        drawn += f", by {ahead:,.6g} ± {error:,.3g} (standard error)"
    free = compared.picked == compared.nominal
    return Check("robust", free, compared.cost, 0.0, f"{drawn}; value given up at the numbers of the file")


def _checks(run: Run, scored: ScoredPlans, plan: ScoredPlan, bound: float) -> Iterator[Check]:
    """What must hold of a plan that the model was not asked for; the bound is that of the best plan."""
    gap, limit = relative_gap(plan.value, bound), run.options.gap
    yield Check("gap", gap <= limit, gap, limit, "to the bound at the beliefs of the plan best without draws")
    yield check_rules(scored.judge(plan.units[None]))
    euros: Floats = run.space.euros(plan.units)[None]
    outcome = evaluate_plans(run.cal, euros)
    yield from check_equilibrium(run.cal, euros, outcome)
    yield from check_global(run.cal, euros[0], outcome)
    yield from check_sample(run.cal, euros, outcome)
