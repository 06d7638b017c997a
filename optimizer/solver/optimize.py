"""`solve`: rounds of beliefs, a local search, the proof, and the certificate (model.md §8)."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import numpy as np

from optimizer.parallel.interrupt import interruptible
from optimizer.plans.evaluator import linearised
from optimizer.plans.local_search import ScoredPlan, climb
from optimizer.plans.space import plan_space
from optimizer.response.calibration import calibrate
from optimizer.response.measures import measure
from optimizer.scenario.plan import PlanTerms
from optimizer.scenario.types import Scenario
from optimizer.solver.alternatives import diverse
from optimizer.solver.belief_rounds import (
    Refusal,
    converged,
    note_round,
    repair,
    rounds,
    solve_at,
    verified,
)
from optimizer.solver.certificate import check_model, check_rules
from optimizer.solver.certify import certified, certified_of_all
from optimizer.solver.chance import better_by_chance, kept_by_chance, sampler
from optimizer.solver.check_words import because
from optimizer.solver.clock import Clock
from optimizer.solver.continuous import solve_continuous
from optimizer.solver.curve_choice import Curves, best_choice, combinations
from optimizer.solver.gap import relative_gap
from optimizer.solver.highs import use_threads
from optimizer.solver.no_plan import (
    contradictory,
    never_settled,
    no_plan,
    none_of_all,
    refused,
    starved,
    stopped,
)
from optimizer.solver.options import Options
from optimizer.solver.proof import MOST_TURNS, Proof, prove
from optimizer.solver.solution import Check, Problem, Solution
from optimizer.solver.state import Event, OnEvent, SolveState, baseline_beliefs, scored_at
from optimizer.solver.verdict import Certified, NoPlan, Verdict, solution_of
from optimizer.solver.whole import judge_coarse, judge_whole


def solve(
    scenario: Scenario,
    options: Options | None = None,
    on_event: OnEvent | None = None,
    clock: Clock | None = None,
    terms: PlanTerms | None = None,
) -> Solution:
    """The plan that maximizes the scenario's objective under its rules, with its certificate.

    With `terms` plans pay by these curves and targets, whatever the rules offer. Every status of scenario.md
    is a value, not an exception; CalibrationError is raised for a baseline that cannot be calibrated. Ctrl-C
    ends the search and keeps the best plan found; a second one raises. Among plans that tie to nine digits
    the nearest to today's is handed out, then the one with more on what the scenario lists first
    (`ScoredPlan.rank`).
    """
    options, clock, tell = options or Options(), clock or Clock(), on_event or (lambda _: None)
    with clock.timed("calibrate"):
        use_threads(options.threads)
        problem = problem_of(scenario, options.seed)
    started = time.monotonic()

    def with_curves(curves: Curves, stop: threading.Event) -> Verdict:
        if curves:
            tell(Event("curves", ", ".join(f"{team}: {name}" for team, name in curves.items())))
        return on_terms(PlanTerms(curves), len(combinations(scenario)), stop)

    def on_terms(given: PlanTerms, choices: int, stop: threading.Event) -> Verdict:
        state = SolveState(under(problem, given), options, tell, started, stop, clock)
        state.choices = choices
        return _verdict(state)

    with interruptible() as stop:
        if terms is None:
            solution = best_choice(scenario, options.gap, lambda curves: with_curves(curves, stop))
        else:
            solution = solution_of(on_terms(terms, 1, stop))
        if stop.is_set():
            tell(Event("interrupted", "the best plan found so far is kept"))
    clock.add_rest("between phases")
    return solution


def problem_of(scenario: Scenario, seed: int) -> Problem:
    """The company calibrated, under its own curves. Raises CalibrationError."""
    cal = calibrate(scenario, seed)
    measures = measure(cal)
    return Problem(cal, plan_space(cal, measures.controllability), measures)


def under(problem: Problem, terms: PlanTerms) -> Problem:
    """The same where plans pay on these terms."""
    cal, controllability = problem.cal.paid_by(terms), problem.measures.controllability
    return replace(problem, cal=cal, space=plan_space(cal, controllability, terms=terms))


def _verdict(state: SolveState) -> Verdict:
    hungry = starved(state)
    if hungry is not None:
        return hungry
    if state.space.continuous:
        return solve_continuous(state)
    if state.options.beliefs == "consistent" and judge_whole(state):
        return _of_all(state)
    contradiction = contradictory(state)
    if contradiction is not None:
        return contradiction
    return _at_baseline(state) if state.options.beliefs == "baseline" else _at_own_beliefs(state)


def _of_all(state: SolveState) -> Verdict:
    """The best of all plans, each judged at its own beliefs."""
    best = state.incumbent
    if best is None or not best.kept:
        return none_of_all(state)
    return certified_of_all(state, verified(state, best))


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
            Check("gap", gap <= limit, gap, limit, **because("baseline_beliefs")),
            check_rules(scored.judge(plan.units[None])),
            *check_model(fixed, plan.units, at.beliefs),
        )
    seen = linearised(state.cal, state.space.euros(plan.units)[None], at.beliefs).one(0)
    others = diverse(state, scored, plan, at, proven=gap <= limit)
    return Certified(state, plan, bound, checks, others, seen)


def _at_own_beliefs(state: SolveState) -> Verdict:
    """Rounds of beliefs, local search on the exact evaluator, then the proof."""
    refusal = _search(state)
    incumbent = state.incumbent
    if incumbent is None or not incumbent.kept:
        return _without_plan(state, refusal)
    verdict = certified(state, *proven(state, incumbent))
    better = state.incumbent
    if better is not None and better.kept and better.beats(verdict.plan):  # met while listing alternatives
        verdict = certified(state, *proven(state, better))
    return verdict


def proven(state: SolveState, incumbent: ScoredPlan) -> tuple[Proof, int]:
    """The proof of the best plan, and how many random plans were judged since one of them improved on it.

    None are where there is no proof that they could shake.
    """
    draws, judged = sampler(state), 0
    for _ in range(MOST_TURNS):
        proof = prove(state, verified(state, incumbent))
        if not proof.complete:
            return proof, 0
        better, judged = better_by_chance(state, draws, proof.plan)
        if better is None:
            break
        incumbent = converged(state, better)
    return proof, judged


def _search(state: SolveState) -> Refusal | None:
    """Score likely plans; the model's refusal where it had no plan."""
    refusal = rounds(state)
    if state.options.enumerate_step is not None:
        judge_coarse(state)
    for look_further in (kept_by_chance, repair):
        if state.incumbent is None or not state.incumbent.kept:
            look_further(state)
    incumbent = state.incumbent
    if incumbent is not None and incumbent.kept:
        converged(state, incumbent)
    return refusal


def _without_plan(state: SolveState, refusal: Refusal | None) -> NoPlan:
    """A time-out is never called infeasible, and neither is a company that never settles."""
    if state.out_of_time:
        return stopped(state)
    if state.incumbent is not None and state.incumbent.violation == float("inf"):
        return never_settled(state)
    if refusal is not None and refusal[1].status != "infeasible":
        return stopped(state)
    return no_plan(state, refusal)
