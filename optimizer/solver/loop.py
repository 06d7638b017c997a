"""From beliefs to a plan and back: rounds, search, and the proof (model.md §8).

The model is solved at believed routing and prices; the plan it finds is judged at its own consistent beliefs.
What counts is value and rules at each plan's own beliefs, so the best plan is searched around, and then every
plan that the model at its beliefs values higher is listed, judged, and beaten.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from optimizer.baseline import calibrate
from optimizer.judge import Judge, Linearised, judge_at, judge_consistent, linearised
from optimizer.measures import measure
from optimizer.network import Ints
from optimizer.outcome import evaluate_plans
from optimizer.plan import plan_from_euros, plan_of
from optimizer.scenario import Scenario
from optimizer.search import Judged, Memory, best_of, climb, neighbours, simple_plans
from optimizer.solver.certificate import check_equilibrium, check_model, check_rules, relative_gap
from optimizer.solver.conflicts import explain_conflict
from optimizer.solver.continuous import solve_continuous
from optimizer.solver.finish import enumerated, finished, status_of
from optimizer.solver.fixed import Answer, FixedModel, model_at
from optimizer.solver.highs import InfeasibleError, Limits
from optimizer.solver.run import Event, Held, OnEvent, Options, Run, baseline_beliefs, own_beliefs
from optimizer.solver.solution import Check, Conflict, Relaxation, Round, Solution, Status
from optimizer.space import PlanSpace, count_plans, every_plan, plan_space

MOST_ROUNDS = 8
ROUND_GAP = 1e-3
"""Relative gap of the rounds on the way; only the last beliefs need the full proof."""
BRUTE_FORCE = 20_000
"""Plans up to which all are judged before a scenario is called infeasible at consistent beliefs."""
MOST_LISTED = 400
"""Plans that the model may value above the best before the proof is given up."""


@dataclass(frozen=True)
class Proof:
    """The best plan with the bound at its beliefs, the model it was proven in, and how the listing went."""

    best: Judged
    bound: float
    held: Held
    fixed: FixedModel
    listed: int
    complete: bool


def solve(scenario: Scenario, options: Options | None = None, on_event: OnEvent | None = None) -> Solution:
    """The plan that maximizes the scenario's objective under its rules, with its certificate.

    Every status of scenario.md is a value, not an exception; CalibrationError is raised for a baseline that
    cannot be calibrated.
    """
    options, began = options or Options(), time.perf_counter()
    cal = calibrate(scenario)
    measures = measure(cal)
    space = plan_space(cal, measures.controllability)
    run = Run(cal, space, options, on_event or (lambda _: None), time.monotonic())
    run.seconds["calibrate"] = time.perf_counter() - began
    blank = Solution("error", cal, space, measures)
    starved = _starved(space)
    if starved is not None:
        return replace(blank, status="infeasible", conflict=starved, seconds=dict(run.seconds))
    if space.continuous:
        return solve_continuous(run, blank)
    finish = _solve_baseline if options.beliefs == "baseline" else _solve_consistent
    return finish(run, blank)


def _starved(space: PlanSpace) -> Conflict | None:
    """A paid team that the controllability floor leaves without any KPI."""
    floor = space.scenario.rules.controllability.floor or 0.0
    found = [
        Relaxation(
            f"controllability.floor.{team}", floor, floor - float(space.controllability[i][listed].max())
        )
        for i, team in enumerate(space.scenario.teams)
        if space.least[i] > 0 and not space.allowed[i].any() and (listed := space.listed[i]).any()
    ]
    return Conflict(tuple(r.rule for r in found), tuple(found)) if found else None


def starts(run: Run) -> Ints:
    """Today's plan, named plans and simple plans, as step counts."""
    scenario = run.cal.scenario
    named = [plan_of(scenario, w).euros(scenario) for w in (scenario.current_plan, *scenario.plans.values())]
    known = np.array([run.space.units(e) for e in named])
    exact = np.abs(run.space.euros(known) - np.array(named)).max(axis=(1, 2)) <= 1e-6
    return np.concatenate([known[exact], simple_plans(run.space)])


def _climbed(run: Run, judge: Judge, from_: Ints) -> tuple[Judged | None, Memory]:
    memory = Memory(judge)
    first = memory.look(from_)
    order = sorted(range(len(first)), key=lambda j: (not first[j].kept, -first[j].value))
    best: Judged | None = None
    for j in order[:3]:
        found = climb(run.space, memory, first[j])
        best = found if found.beats(best) else best
    return best, memory


def solve_at(run: Run, held: Held, limits: Limits) -> tuple[Answer, FixedModel | None]:
    """The model at fixed beliefs, started from a local search there."""
    with run.timed("search"):
        guess, _ = _climbed(run, judge_at(run.cal, run.space, held.beliefs, held.exposure), starts(run))
    start = guess.units if guess is not None and guess.kept else None
    try:
        with run.timed("build and bounds"):
            fixed = model_at(held.setting(run), _floor(guess.value) if guess and guess.kept else None)
        with run.timed("solve"):
            answer = fixed.solve(limits, start, run.progress(f"solve at {held.name} beliefs"))
    except InfeasibleError:
        return Answer("infeasible", None, -np.inf, -np.inf, False), None
    run.interrupted |= answer.interrupted
    if answer.units is None and guess is not None and guess.kept:
        answer = Answer("feasible", guess.units, guess.value, answer.bound, answer.interrupted)
    return answer, fixed


def _floor(value: float) -> float:
    """A known value, less what rounding in the solver may take."""
    return value - 1e-7 * max(1.0, abs(value))


def _solve_baseline(run: Run, blank: Solution) -> Solution:
    """Once, at baseline beliefs, with payouts linearised there."""
    held = baseline_beliefs(run)
    answer, fixed = solve_at(run, held, run.limits)
    if answer.units is None or fixed is None:
        return _without_plan(run, blank, held, answer)
    judge = judge_at(run.cal, run.space, held.beliefs, held.exposure)
    judged = Memory(judge).look(answer.units[None])[0]
    _note_round(run, held, answer, judged)
    gap = relative_gap(judged.value, answer.bound)
    with run.timed("verify"):
        checks = [
            Check("gap", gap <= run.options.gap, gap, run.options.gap, "at baseline beliefs"),
            check_rules(judge(answer.units[None])),
            *check_model(fixed, answer.units, held.beliefs),
        ]
    euros = run.space.euros(answer.units)[None]
    status = status_of(checks)
    return finished(
        run,
        blank,
        status,
        judged.units,
        judged.value,
        answer.bound,
        checks,
        linearised(run.cal, euros, held.beliefs),
    )


def _solve_consistent(run: Run, blank: Solution) -> Solution:
    """Rounds of beliefs, local search on the exact evaluator, then the proof."""
    memory, refused = Memory(judge_consistent(run.cal, run.space)), None
    try:
        best, refused = _rounds(run, memory)
        if best is None or not best.kept:
            best = _rescue(run, memory, best)
        if best is not None and best.kept:
            best = _settled(run, memory, best)
    except KeyboardInterrupt:
        run.interrupted, best = True, best_of(memory.seen.values())
    if best is None or not best.kept:
        if best is not None and np.isinf(best.violation):
            return replace(blank, status="no_equilibrium", rounds=tuple(run.rounds), seconds=run.seconds)
        best = _by_brute_force(run, memory)
    if best is None or not best.kept:
        held, answer = refused or (baseline_beliefs(run), Answer("unknown", None, -np.inf, -np.inf, False))
        return _without_plan(run, blank, held, answer)
    return _certified(run, blank, memory, _prove(run, memory, best))


def _rounds(run: Run, memory: Memory) -> tuple[Judged | None, tuple[Held, Answer] | None]:
    """Solve, believe what the plan brings, solve again, until the plan repeats."""
    with run.timed("search"):
        best = best_of(memory.look(starts(run)))
    held, seen, refused = baseline_beliefs(run), set[bytes](), None
    for turn in range(MOST_ROUNDS):
        if run.out_of_time:
            break
        answer, _ = solve_at(run, held, replace(run.limits, gap=max(run.options.gap, ROUND_GAP)))
        if answer.units is None:
            refused = (held, answer)
            break
        with run.timed("evaluate"):
            plan = memory.look(answer.units[None])[0]
        _note_round(run, held, answer, plan)
        best = plan if plan.beats(best) else best
        if plan.key in seen:
            break
        seen.add(plan.key)
        held = own_beliefs(run, plan, f"round {turn + 1}")
    return best, refused


def _rescue(run: Run, memory: Memory, best: Judged | None) -> Judged | None:
    """No plan so far keeps the rules once beliefs agree: climb towards fewer broken rules."""
    with run.timed("search"):
        return climb(run.space, memory, best) if best is not None else None


def _by_brute_force(run: Run, memory: Memory) -> Judged | None:
    """Refused at some beliefs is not refused at all: in a small space, judge every plan at its own."""
    if run.out_of_time or count_plans(run.space) > BRUTE_FORCE:
        return None
    run.tell(Event("search", "every plan, before saying that none keeps the rules"))
    with run.timed("search"):
        return best_of(plan for block in every_plan(run.space) for plan in memory.look(block))


def _settled(run: Run, memory: Memory, best: Judged) -> Judged:
    run.tell(Event("search", "around the best plan"))
    with run.timed("search"):
        return best if run.out_of_time else climb(run.space, memory, best)


def _note_round(run: Run, held: Held, answer: Answer, plan: Judged) -> None:
    weights = plan_from_euros(run.cal.scenario, run.space.euros(plan.units)).weights
    run.rounds.append(Round(held.name, weights, answer.objective, answer.bound, plan.value, plan.kept))
    run.tell(Event("round", f"{held.name} beliefs: value {plan.value:,.0f}, keeps rules: {plan.kept}"))


def _prove(run: Run, memory: Memory, best: Judged) -> Proof:
    """List what the model at the best plan's beliefs values above it, until nothing is left."""
    try:
        for _ in range(MOST_ROUNDS):
            proof = _list_better(run, memory, best)
            if proof.best is best or run.out_of_time:
                return proof
            best = _settled(run, memory, proof.best)
    except KeyboardInterrupt:
        run.interrupted = True
        best = best_of(memory.seen.values()) or best
    held = own_beliefs(run, best, "final")
    return Proof(best, np.inf, held, model_at(held.setting(run)), 0, complete=False)


def _list_better(run: Run, memory: Memory, best: Judged) -> Proof:
    """A proof for `best`, or for the first plan found to beat it (then incomplete).

    `best` stays in the model, so that it always has a solution and "infeasible" cannot pass for a proof.
    """
    held = own_beliefs(run, best, "final")
    target = best.value + run.options.gap * abs(best.value)
    with run.timed("build and bounds"):
        fixed = model_at(held.setting(run), _floor(best.value))
    at_held = Memory(judge_at(run.cal, run.space, held.beliefs, held.exposure))
    listed, bound = 0, np.inf
    tempting = neighbours(run.space, best.units)
    while True:
        listed += _exclude(run, fixed, at_held, tempting, target)
        found = best_of(memory.look(tempting)) if len(tempting) else None
        if found is not None and found.beats(best) and found.value > best.value * (1 + 1e-12):
            return Proof(found, bound, held, fixed, listed, complete=False)
        if run.out_of_time or listed > MOST_LISTED:
            return Proof(best, bound, held, fixed, listed, complete=False)
        with run.timed("prove"):
            answer = fixed.solve(run.limits, best.units, run.progress("prove"))
        run.interrupted |= answer.interrupted
        bound = min(bound, answer.bound)
        if answer.units is None or bound <= target:
            return Proof(best, bound, held, fixed, listed, complete=answer.units is not None)
        if answer.units.tobytes() == best.key:
            return Proof(best, bound, held, fixed, listed, complete=False)
        fixed.exclude([answer.units])
        at_held.look(answer.units[None])
        listed += 1
        tempting = np.concatenate([answer.units[None], neighbours(run.space, answer.units)])


def _exclude(run: Run, fixed: FixedModel, at_held: Memory, plans: Ints, target: float) -> int:
    """Judge plans at the held beliefs, and forbid those that the model would still propose."""
    with run.timed("prove"):
        known = {p.key for p in at_held.seen.values()}
        fresh = [p for p in at_held.look(plans) if p.key not in known] if len(plans) else []
        above = [p.units for p in fresh if p.kept and p.value >= _floor(target)]
        fixed.exclude(above)
    return len(above)


def _certified(run: Run, blank: Solution, memory: Memory, proof: Proof) -> Solution:
    best = proof.best
    held = proof.held if proof.complete else own_beliefs(run, best, "final")
    fixed = proof.fixed if proof.complete else model_at(held.setting(run))
    bound = max(proof.bound, best.value) if proof.complete else proof.bound
    gap = relative_gap(best.value, bound)
    euros = run.space.euros(best.units)[None]
    with run.timed("verify"):
        outcome = evaluate_plans(run.cal, euros)
        checks = [
            Check(
                "gap", gap <= run.options.gap * (1 + 1e-9), gap, run.options.gap, "at the plan's own beliefs"
            ),
            Check(
                "no_better_plan",
                proof.complete,
                float(proof.listed),
                float(MOST_LISTED),
                "plans that looked better at these beliefs, each judged at its own",
            ),
            check_rules(memory.judge(best.units[None])),
            *check_model(fixed, best.units, held.beliefs),
            *check_equilibrium(run.cal, euros, outcome),
            *enumerated(run, best.value),
        ]
    return finished(run, blank, status_of(checks), best.units, best.value, bound, checks, None)


def _exhausted(run: Run) -> tuple[Check, ...]:
    """Whether "infeasible" covers every plan at its own beliefs, or only the beliefs that were tried."""
    if run.options.beliefs == "baseline":
        return ()
    count = count_plans(run.space)
    what = (
        "plans, each judged at its own beliefs"
        if count <= BRUTE_FORCE
        else "plans; only the likely ones were judged"
    )
    return (Check("every_plan_judged", count <= BRUTE_FORCE, float(count), float(BRUTE_FORCE), what),)


def _without_plan(run: Run, blank: Solution, held: Held, answer: Answer) -> Solution:
    """Infeasible, with the conflict explained; or stopped before any plan was found."""
    if answer.status != "infeasible" and run.out_of_time:
        stopped = Check(
            "time", False, time.monotonic() - run.started, run.options.time_limit or 0.0, "no plan yet"
        )
        return replace(
            blank, status="error", checks=(stopped,), rounds=tuple(run.rounds), seconds=run.seconds
        )
    run.tell(Event("conflict", "which rules cannot hold together"))
    with run.timed("explain conflict"):
        conflict = explain_conflict(held.setting(run), run.limits)
    return replace(
        blank,
        status="infeasible",
        conflict=conflict,
        checks=_exhausted(run),
        rounds=tuple(run.rounds),
        seconds=dict(run.seconds),
    )
