"""Weights without steps, for objective surplus: the best plan over a continuum.

At given beliefs the model is mixed-integer only in who works on what. Patterns of that are proposed by the
relaxed model, best bound first; each is solved exactly (`pattern`) and forbidden, until the relaxation promises
no more than the best pattern brings (outer approximation: Duran & Grossmann 1986, doi:10.1007/BF02592064).

Where beliefs cannot matter (no stages to pass on, no rates, no curves) that is the optimum. Elsewhere it is
repeated at the beliefs of the plan found, until the plan repeats; a continuum of other plans cannot be listed,
so the answer is then `feasible`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyomo.environ as pyo

from optimizer.baseline import Calibrated
from optimizer.judge import judge_at, judge_consistent, linearised
from optimizer.network import Floats
from optimizer.outcome import evaluate_plans
from optimizer.plan import plan_from_euros, plan_of
from optimizer.search import Judged, Memory, best_of, climb
from optimizer.solver.certificate import check_equilibrium, check_model, check_rules, relative_gap
from optimizer.solver.conflicts import explain_conflict
from optimizer.solver.finish import enumerated, finished, status_of
from optimizer.solver.fixed import FixedModel, model_at
from optimizer.solver.highs import InfeasibleError, MilpResult
from optimizer.solver.pattern import Patterns
from optimizer.solver.run import Event, Held, Run, baseline_beliefs, own_beliefs
from optimizer.solver.solution import Check, Round, Solution
from optimizer.solver.tangents import solve_outer
from optimizer.space import PlanSpace

MOST_PATTERNS = 2000
MOST_ROUNDS = 8
SAME = 1e-9
"""Shares of pay that differ by no more are the same plan."""
FINER = (0.05, 0.01, 0.002, 0.0004)
"""Shares of pay that the search around a plan shifts."""


@dataclass(frozen=True)
class Answer:
    """The best shares (I, K) at fixed beliefs, their value, a bound on all others, patterns looked at.

    `bound` −inf means that no plan keeps the rules; None otherwise that none was found.
    """

    units: Floats | None
    value: float
    bound: float
    patterns: int
    fixed: FixedModel | None


def solve_continuous(run: Run, blank: Solution) -> Solution:
    """Objective surplus over all weights, with the same certificate as with steps."""
    if run.options.beliefs == "baseline" or not beliefs_matter(run.cal, run.space):
        held = baseline_beliefs(run)
        answer = solve_at(run, held)
        return _concluded(run, blank, held, answer, proven=True)
    return _learnt(run, blank)


def beliefs_matter(cal: Calibrated, space: PlanSpace) -> bool:
    """Whether what people believe can change what a plan is worth to them."""
    paid = space.allowed.any(axis=0)
    curved = np.array([k.curve is not None for k in cal.scenario.kpis.values()])
    return bool((cal.network.owner >= 0).any() or ((cal.network.is_rate | curved) & paid).any())


def solve_at(run: Run, held: Held) -> Answer:
    """The best plan at fixed beliefs: patterns by falling bound, each solved exactly."""
    setting = held.setting(run)
    try:
        with run.timed("build and bounds"):
            fixed = model_at(setting)
            patterns = Patterns(setting, fixed.bounds, run.options.threads)
    except InfeasibleError:
        return Answer(None, -np.inf, -np.inf, 0, None)
    memory = Memory(judge_at(run.cal, run.space, held.beliefs, held.exposure))
    best: Judged | None = None
    solved, bound = -np.inf, np.inf
    for count in range(1, MOST_PATTERNS + 1):
        with run.timed("solve"):
            found = solve_outer(fixed.model, setting, run.limits, None, run.progress("solve"))
        run.interrupted |= found.interrupted
        bound = min(bound, max(found.bound if found.status != "infeasible" else -np.inf, solved))
        if not found.values or run.out_of_time or (best and _gap(best, bound) <= run.options.gap):
            break
        with run.timed("patterns"):
            pattern = patterns.best(_binaries(fixed.model, found))
        solved = max(solved, pattern.bound)
        if pattern.units is not None:
            plan = _kept(run, memory, pattern.units)
            best = plan if plan.kept and plan.beats(best) else best
        if not _forbid(fixed.model, found):
            bound = min(bound, solved)
            break
    if best is None:
        return Answer(None, -np.inf, bound, count, fixed)
    return Answer(best.units, best.value, max(bound, best.value), count, fixed)


def _kept(run: Run, memory: Memory, units: Floats) -> Judged:
    """A pattern's plan, or one near it that keeps the budget where its payout does not bend upwards."""
    plan = memory.look(units[None])[0]
    with run.timed("search"):
        for shift in () if plan.kept else FINER:
            plan = climb(replace(run.space, shift=shift), memory, plan)
    return plan


def _gap(best: Judged, bound: float) -> float:
    return relative_gap(best.value, bound)


def _binaries(m: pyo.ConcreteModel, found: MilpResult) -> dict[tuple[str, object], float]:
    """Who works on what, and which KPIs are used."""
    some = ((name, component) for name in ("working", "used") for component in [m.component(name)])
    return {(name, index): found.value(v) for name, c in some for index, v in c.items()}


def _forbid(m: pyo.ConcreteModel, found: MilpResult) -> bool:
    """Another pattern, please; False where there is only one."""
    binaries = [v for name in ("working", "used") for v in m.component(name).values()]
    if binaries:
        m.excluded.add(sum(1 - v if found.value(v) > 0.5 else v for v in binaries) >= 1)
    return bool(binaries)


def _learnt(run: Run, blank: Solution) -> Solution:
    """Rounds of beliefs until the plan repeats, then a search around the best plan."""
    memory = Memory(judge_consistent(run.cal, run.space))
    held, before, best = baseline_beliefs(run), None, best_of(memory.look(_named(run)))
    for turn in range(MOST_ROUNDS):
        answer = solve_at(run, held)
        if answer.units is None or run.out_of_time:
            break
        plan = memory.look(answer.units[None])[0]
        _note(run, held, answer, plan)
        best = plan if plan.beats(best) else best
        if before is not None and np.abs(before - answer.units).max() <= SAME:
            break
        before, held = answer.units, own_beliefs(run, plan, f"round {turn + 1}")
    if best is None or not best.kept:
        return _concluded(run, blank, held, replace(answer, units=None), proven=False)
    with run.timed("search"):
        for shift in FINER if not run.out_of_time else ():
            best = climb(replace(run.space, shift=shift), memory, best)
    held = own_beliefs(run, best, "final")
    answer = solve_at(run, held)
    return _concluded(run, blank, held, replace(answer, units=best.units, value=best.value), proven=False)


def _named(run: Run) -> Floats:
    """Today's plan and the named ones."""
    scenario = run.cal.scenario
    weights = (scenario.current_plan, *scenario.plans.values())
    return np.array([run.space.units(plan_of(scenario, w).euros(scenario)) for w in weights])


def _note(run: Run, held: Held, answer: Answer, plan: Judged) -> None:
    weights = plan_from_euros(run.cal.scenario, run.space.euros(plan.units)).weights
    run.rounds.append(Round(held.name, weights, answer.value, answer.bound, plan.value, plan.kept))
    run.tell(Event("round", f"{held.name} beliefs: value {plan.value:,.6g}, keeps rules: {plan.kept}"))


def _concluded(run: Run, blank: Solution, held: Held, answer: Answer, *, proven: bool) -> Solution:
    """The certificate, or why there is no plan."""
    if answer.units is None or answer.fixed is None:
        return _without_plan(run, blank, held, answer)
    euros = run.space.euros(answer.units)[None]
    if proven:
        weights = Memory(judge_at(run.cal, run.space, held.beliefs, held.exposure)).look(answer.units[None])[0]
        _note(run, held, answer, weights)
    with run.timed("verify"):
        checks = [*_proof(run, answer, proven), *_verified(run, held, answer, euros)]
    short = run.options.beliefs == "baseline"
    seen = linearised(run.cal, euros, held.beliefs) if short else None
    return finished(run, blank, status_of(checks), answer.units, answer.value, answer.bound, checks, seen)


def _proof(run: Run, answer: Answer, proven: bool) -> Iterator[Check]:
    gap, limit = relative_gap(answer.value, answer.bound), run.options.gap
    yield Check("gap", gap <= limit * (1 + 1e-9), gap, limit, "at the plan's own beliefs")
    why = "patterns of who works on what, each solved exactly"
    if not proven:
        why = "weights without steps: a continuum of plans cannot be listed where beliefs move with the plan"
    yield Check("no_better_plan", proven, float(answer.patterns), float(MOST_PATTERNS), why)


def _verified(run: Run, held: Held, answer: Answer, euros: Floats) -> Iterator[Check]:
    if answer.units is None or answer.fixed is None:
        return
    if run.options.beliefs == "baseline":
        yield check_rules(judge_at(run.cal, run.space, held.beliefs, held.exposure)(answer.units[None]))
    else:
        yield check_rules(judge_consistent(run.cal, run.space)(answer.units[None]))
    answer.fixed.model.excluded.clear()
    yield from check_model(answer.fixed, answer.units, held.beliefs)
    if run.options.beliefs != "baseline":
        yield from check_equilibrium(run.cal, euros, evaluate_plans(run.cal, euros))
        yield from enumerated(run, answer.value)


def _without_plan(run: Run, blank: Solution, held: Held, answer: Answer) -> Solution:
    """Infeasible, with the conflict explained, where that is proven; else only that no plan was found."""
    if np.isfinite(answer.bound):
        limit = run.options.time_limit or 0.0
        none = Check("time", False, time.monotonic() - run.started, limit, "no plan yet")
        return replace(blank, status="error", checks=(none,), rounds=tuple(run.rounds), seconds=run.seconds)
    with run.timed("explain conflict"):
        conflict = explain_conflict(held.setting(run), run.limits)
    return replace(
        blank, status="infeasible", conflict=conflict, rounds=tuple(run.rounds), seconds=dict(run.seconds)
    )
