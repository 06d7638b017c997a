"""`solve`: rounds of beliefs, a local search, the proof, and the certificate (model.md §8)."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import numpy as np

from optimizer.parallel.interrupt import interruptible
from optimizer.plans.evaluator import linearised
from optimizer.plans.local_search import climb
from optimizer.plans.space import plan_space
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
from optimizer.solver.certify import certified
from optimizer.solver.clock import Clock
from optimizer.solver.continuous import solve_continuous
from optimizer.solver.curve_choice import Curves, best_choice
from optimizer.solver.highs import use_threads
from optimizer.solver.no_plan import never_settled, no_plan, refused, starved, stopped
from optimizer.solver.options import Options
from optimizer.solver.proof import prove
from optimizer.solver.solution import Check, Problem, Solution
from optimizer.solver.state import Event, OnEvent, SolveState, baseline_beliefs, scored_at
from optimizer.solver.verdict import Certified, NoPlan, Verdict


def solve(
    scenario: Scenario,
    options: Options | None = None,
    on_event: OnEvent | None = None,
    clock: Clock | None = None,
) -> Solution:
    """The plan that maximizes the scenario's objective under its rules, with its certificate.

    Every status of scenario.md is a value, not an exception; CalibrationError is raised for a baseline that
    cannot be calibrated. Ctrl-C ends the search and keeps the best plan found; a second one raises. Among
    plans that tie to nine digits the nearest to today's is handed out, then the one with more on what the
    scenario lists first (`ScoredPlan.rank`).
    """
    options, clock, tell = options or Options(), clock or Clock(), on_event or (lambda _: None)
    with clock.timed("calibrate"):
        use_threads(options.threads)
        problem = problem_of(scenario, options.seed)
    started = time.monotonic()

    def with_curves(curves: Curves, stop: threading.Event) -> Verdict:
        if curves:
            tell(Event("curves", ", ".join(f"{team}: {name}" for team, name in curves.items())))
        return _verdict(SolveState(under(problem, curves), options, tell, started, stop, clock))

    with interruptible() as stop:
        solution = best_choice(scenario, options.gap, lambda curves: with_curves(curves, stop))
        if stop.is_set():
            tell(Event("interrupted", "the best plan found so far is kept"))
    clock.add_rest("between phases")
    return solution


def problem_of(scenario: Scenario, seed: int) -> Problem:
    """The company calibrated, under its own curves. Raises CalibrationError."""
    cal = calibrate(scenario, seed)
    measures = measure(cal)
    return Problem(cal, plan_space(cal, measures.controllability), measures)


def under(problem: Problem, curves: Curves) -> Problem:
    """The same where teams have these curves."""
    cal, controllability = problem.cal.paid_by(curves), problem.measures.controllability
    return replace(problem, cal=cal, space=plan_space(cal, controllability, curves=curves))


def _verdict(state: SolveState) -> Verdict:
    conflict = starved(state.space)
    if conflict is not None:
        return NoPlan(state, "infeasible", conflict=conflict)
    if state.space.continuous:
        return solve_continuous(state)
    return _at_baseline(state) if state.options.beliefs == "baseline" else _at_own_beliefs(state)


def _at_baseline(state: SolveState) -> Verdict:
    """Once, at baseline beliefs, with payouts linearised there."""
    at = baseline_beliefs(state)
    answer, fixed = solve_at(state, at, state.limits)
    if answer.units is None:
        return refused(state, at) if answer.status == "infeasible" else stopped(state)
    scored = scored_at(state, at)
    plan = climb(state.space, scored, scored.one(answer.units))
    note_round(state, at, answer, plan)
    bound = answer.bound
    if fixed is not None and relative_gap(plan.value, bound) > state.options.gap:
        bound = min(bound if np.isfinite(relative_gap(plan.value, bound)) else np.inf, fixed.relaxed_bound())
    gap, limit = relative_gap(plan.value, bound), state.options.gap
    with state.timed("verify"):
        checks = (
            Check("gap", gap <= limit, gap, limit, "at baseline beliefs"),
            check_rules(scored.judge(plan.units[None])),
            *check_model(fixed, state.space, plan.units, at.beliefs),
        )
    seen = linearised(state.cal, state.space.euros(plan.units)[None], at.beliefs).one(0)
    others = diverse(state, scored, plan, at, proven=gap <= limit)
    return Certified(state, plan, bound, checks, others, seen)


def _at_own_beliefs(state: SolveState) -> Verdict:
    """Rounds of beliefs, local search on the exact evaluator, then the proof."""
    refusal, every = _search(state)
    incumbent = state.incumbent
    if incumbent is None or not incumbent.kept:
        return _without_plan(state, refusal, every)
    return certified(state, prove(state, verified(state, incumbent)))


def _search(state: SolveState) -> tuple[Refusal | None, bool]:
    """Score plans; the model's refusal where it had no plan, and whether every plan was judged."""
    refusal, every = rounds(state), False
    if state.incumbent is None or not state.incumbent.kept:
        repair(state)
    incumbent = state.incumbent
    if incumbent is not None and incumbent.kept:
        converged(state, incumbent)
    elif not state.out_of_time:
        every = judge_every(state)
    return refusal, every


def _without_plan(state: SolveState, refusal: Refusal | None, every: bool) -> NoPlan:
    """A time-out is never called infeasible, and neither is a company that never settles."""
    if not every and state.out_of_time:
        return stopped(state)
    if state.incumbent is not None and state.incumbent.violation == float("inf"):
        return never_settled(state)
    if refusal is not None and refusal[1].status != "infeasible" and not every:
        return stopped(state)
    return no_plan(state, refusal, every)
