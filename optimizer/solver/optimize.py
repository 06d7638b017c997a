"""`solve`: rounds of beliefs, a local search, the proof, and the certificate (model.md §8)."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import numpy as np

from optimizer.parallel.interrupt import interruptible
from optimizer.plans.evaluator import judge_consistent, linearised
from optimizer.plans.local_search import ScoredPlan, ScoredPlans, climb
from optimizer.plans.rules.controllability import FLOOR
from optimizer.plans.space import PlanSpace, plan_space
from optimizer.response.calibration import calibrate
from optimizer.response.measures import measure
from optimizer.scenario.types import Scenario
from optimizer.solver.alternatives import diverse
from optimizer.solver.belief_rounds import (
    Refusal,
    converged,
    judge_every,
    note_round,
    repair,
    rounds,
    solve_at,
    verified,
)
from optimizer.solver.certificate import check_model, check_rules, relative_gap
from optimizer.solver.continuous import solve_continuous
from optimizer.solver.curve_choice import Chosen, best_choice
from optimizer.solver.highs import use_threads
from optimizer.solver.options import Options
from optimizer.solver.outcome import certified, finished, never_settled, no_plan, refused, stopped
from optimizer.solver.proof import prove
from optimizer.solver.solution import Check, Conflict, MovedLimit, Solution
from optimizer.solver.state import Event, OnEvent, Run, baseline_beliefs, scored_at


def solve(scenario: Scenario, options: Options | None = None, on_event: OnEvent | None = None) -> Solution:
    """The plan that maximizes the scenario's objective under its rules, with its certificate.

    Every status of scenario.md is a value, not an exception; CalibrationError is raised for a baseline that
    cannot be calibrated. Ctrl-C ends the search and keeps the best plan found; a second one raises. Among
    plans that tie to nine digits the nearest to today's is handed out, then the one with more on what the
    scenario lists first (`ScoredPlan.rank`).
    """
    options, began = options or Options(), time.perf_counter()
    use_threads(options.threads)
    cal, started = calibrate(scenario, options.seed), time.monotonic()
    measures = measure(cal)
    seconds, tell = {"calibrate": time.perf_counter() - began}, on_event or (lambda _: None)

    def with_curves(chosen: Chosen, stop: threading.Event) -> Solution:
        if chosen:
            tell(Event("curves", ", ".join(f"{team}: {name}" for team, name in chosen.items())))
        other = cal.choosing(chosen)
        space = plan_space(other, measures.controllability)
        return _solved(
            Run(other, space, options, tell, started, stop, seconds=dict(seconds)),
            Solution("error", other, space, measures),
        )

    with interruptible() as stop:
        solution = best_choice(scenario, options.gap, lambda chosen: with_curves(chosen, stop))
        if stop.is_set():
            tell(Event("interrupted", "the best plan found so far is kept"))
    between = time.perf_counter() - began - sum(solution.seconds.values())
    return replace(solution, seconds={**solution.seconds, "between phases": max(0.0, between)})


def _solved(run: Run, unsolved: Solution) -> Solution:
    """With the curves of the run."""
    space = run.space
    starved = _starved(space)
    if starved is not None:
        return replace(unsolved, status="infeasible", conflict=starved, seconds=dict(run.seconds))
    if space.continuous:
        return solve_continuous(run, unsolved)
    finish = _solve_baseline if run.options.beliefs == "baseline" else _solve_consistent
    return finish(run, unsolved)


def _starved(space: PlanSpace) -> Conflict | None:
    """A paid team that the controllability floor leaves without any KPI."""
    floor = space.scenario.rules.controllability.floor or 0.0
    short = [
        MovedLimit(FLOOR.named(team), floor, floor - float(space.controllability[i][listed].max()))
        for i, team in enumerate(space.scenario.teams)
        if space.least[i] > 0 and not space.allowed[i].any() and (listed := space.listed[i]).any()
    ]
    return Conflict(tuple(r.rule for r in short), tuple(short)) if short else None


def _solve_baseline(run: Run, unsolved: Solution) -> Solution:
    """Once, at baseline beliefs, with payouts linearised there."""
    at = baseline_beliefs(run)
    answer, fixed = solve_at(run, at, run.limits)
    if answer.units is None:
        return refused(run, unsolved, at) if answer.status == "infeasible" else stopped(run, unsolved)
    scored = scored_at(run, at)
    plan = climb(run.space, scored, scored.look(answer.units[None])[0])
    note_round(run, at, answer, plan)
    bound = answer.bound
    if fixed is not None and relative_gap(plan.value, bound) > run.options.gap:
        bound = min(bound if np.isfinite(relative_gap(plan.value, bound)) else np.inf, fixed.relaxed_bound())
    gap = relative_gap(plan.value, bound)
    with run.timed("verify"):
        checks = [
            Check("gap", gap <= run.options.gap, gap, run.options.gap, "at baseline beliefs"),
            check_rules(scored.judge(plan.units[None])),
            *check_model(fixed, run.space, plan.units, at.beliefs),
        ]
    seen = linearised(run.cal, run.space.euros(plan.units)[None], at.beliefs)
    solution = finished(run, unsolved, plan, bound, checks, seen)
    return replace(solution, alternatives=diverse(run, scored, plan, at, proven=gap <= run.options.gap))


def _solve_consistent(run: Run, unsolved: Solution) -> Solution:
    """Rounds of beliefs, local search on the exact evaluator, then the proof."""
    scored = ScoredPlans(judge_consistent(run.cal, run.space), run.space, lambda: run.out_of_time)
    refusal, every = _search(run, scored)
    incumbent = scored.best()
    if incumbent is None or not incumbent.kept:
        return _without_plan(run, unsolved, incumbent, refusal, every)
    proof = prove(run, scored, verified(run, scored, incumbent))
    solution = certified(run, unsolved, scored, proof)
    proven = solution.status == "optimal"
    return replace(solution, alternatives=diverse(run, scored, proof.plan, proof.at, proven=proven))


def _search(run: Run, scored: ScoredPlans) -> tuple[Refusal | None, bool]:
    """Fill the memory; the model's refusal where it had no plan, and whether every plan was judged."""
    refusal, every = rounds(run, scored), False
    incumbent = scored.best()
    if incumbent is None or not incumbent.kept:
        repair(run, scored)
        incumbent = scored.best()
    if incumbent is not None and incumbent.kept:
        converged(run, scored, incumbent)
    elif not run.out_of_time:
        every = judge_every(run, scored)
    return refusal, every


def _without_plan(
    run: Run, unsolved: Solution, best: ScoredPlan | None, refusal: Refusal | None, every: bool
) -> Solution:
    """A time-out is never called infeasible, and neither is a company that never settles."""
    if not every and run.out_of_time:
        return stopped(run, unsolved)
    if best is not None and best.violation == float("inf"):
        return never_settled(run, unsolved)
    if refusal is not None and refusal[1].status != "infeasible" and not every:
        return stopped(run, unsolved)
    return no_plan(run, unsolved, refusal, best, every)
