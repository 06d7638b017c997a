"""Weights without steps, for objective surplus: the best plan over a continuum.

At given beliefs the model is mixed-integer only in who works on what. Patterns of that are proposed by the
relaxed model, best bound first; each is solved exactly (`pattern`) and forbidden, until the relaxation
promises no more than the best pattern brings (outer approximation: Duran & Grossmann 1986,
doi:10.1007/BF02592064).

Where beliefs cannot matter (no stages to pass on, no rates, no curves) that is the optimum. Elsewhere it is
repeated at the beliefs of the plan found, until the plan repeats; a continuum of other plans cannot be
listed, so the answer is then `feasible`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import Floats
from optimizer.plans.evaluator import linearised
from optimizer.plans.local_search import ScoredPlan, ScoredPlans, climb
from optimizer.plans.space import SHIFT, PlanSpace, plan_space
from optimizer.response.calibration import Calibrated
from optimizer.response.outcome import evaluate_plan
from optimizer.scenario.plan import plan_of
from optimizer.solver.belief_rounds import note_round
from optimizer.solver.certificate import (
    check_equilibrium,
    check_global,
    check_model,
    check_rules,
)
from optimizer.solver.certify import enumerated
from optimizer.solver.check_words import because
from optimizer.solver.gap import relative_gap
from optimizer.solver.highs import InfeasibleError, MilpResult
from optimizer.solver.no_plan import conflict_at, stopped
from optimizer.solver.program.at_beliefs import Answer as Milp
from optimizer.solver.program.at_beliefs import FixedModel, model_at
from optimizer.solver.program.pattern import Best, Patterns
from optimizer.solver.program.tangents import solve_outer
from optimizer.solver.solution import Check
from optimizer.solver.state import BeliefPoint, SolveState, baseline_beliefs, own_beliefs, scored_at
from optimizer.solver.verdict import Certified, NoPlan, Verdict
from optimizer.solver.whole import judge_coarse

MOST_PATTERNS = 2000
MOST_ROUNDS = 8
SAME = 1e-9
"""Shares of pay that differ by no more are the same plan."""
FINER = (0.05, 0.01, 0.002, 0.0004)
"""Shares of pay that the search around a plan shifts."""


@dataclass(frozen=True)
class Answer:
    """The best plan at fixed beliefs, a bound on all others, and how many patterns were looked at.

    Without a plan, `bound` −inf means that none keeps the rules, anything else that none was found.
    """

    best: ScoredPlan | None
    bound: float
    patterns: int
    fixed: FixedModel | None


def solve_continuous(state: SolveState) -> Verdict:
    """Objective surplus over all weights, with the same certificate as with steps."""
    if state.options.beliefs == "baseline" or not beliefs_matter(state.cal, state.space):
        at = baseline_beliefs(state)
        answer = solve_at(state, at)
        return _concluded(state, at, answer, proven=True)
    return _learnt(state)


def beliefs_matter(cal: Calibrated, space: PlanSpace) -> bool:
    """Whether what people believe can change what a plan is worth to them."""
    paid = space.allowed.any(axis=0)
    bent = (cal.curves.bent & space.allowed).any() or cal.scenario.targets.mode != "fixed"
    return bool((cal.network.owner >= 0).any() or bent or (cal.network.is_rate & paid).any())


def solve_at(state: SolveState, at: BeliefPoint) -> Answer:
    """The best plan at fixed beliefs: patterns by falling bound, each solved exactly."""
    data = at.data(state)
    try:
        with state.timed("build and bounds"):
            built = model_at(data)
            patterns = Patterns(data, built.bounds, state.options.threads)
    except InfeasibleError:
        return Answer(None, -np.inf, 0, None)
    scored, incumbent = scored_at(state, at), None
    solved, bound, looked = -np.inf, np.inf, 0
    while looked < MOST_PATTERNS:
        with state.timed("solve"):
            answer = solve_outer(built.model, data, state.limits, None, state.progress("solve"))
        promised = -np.inf if answer.status == "infeasible" else answer.bound / data.money
        bound = min(bound, max(promised, solved))
        if (
            not answer.values
            or state.out_of_time
            or (incumbent and _gap(incumbent, bound) <= state.options.gap)
        ):
            break
        with state.timed("patterns"):
            pattern = patterns.best(_binaries(built.model, answer))
        looked, solved = looked + 1, max(solved, pattern.bound / data.money)
        incumbent = _better(state, scored, pattern, incumbent)
        if not _forbid(built.model, answer):
            bound = min(bound, solved)
            break
    return Answer(incumbent, bound if incumbent is None else max(bound, incumbent.value), looked, built)


def _better(
    state: SolveState, scored: ScoredPlans, pattern: Best, incumbent: ScoredPlan | None
) -> ScoredPlan | None:
    """The best plan that keeps the rules, with this pattern's."""
    if pattern.units is None:
        return incumbent
    plan = _kept(state, scored, pattern.units)
    return plan if plan.kept and plan.beats(incumbent) else incumbent


def _kept(state: SolveState, scored: ScoredPlans, units: Floats) -> ScoredPlan:
    """A pattern's plan, or one near it that keeps the budget where its payout does not bend upwards."""
    plan = scored.one(units)
    with state.timed("search"):
        for shift in () if plan.kept else FINER:
            plan = climb(replace(state.space, shift=shift), scored, plan)
    return plan


def _gap(best: ScoredPlan, bound: float) -> float:
    return relative_gap(best.value, bound)


def _binaries(m: pyo.ConcreteModel, answer: MilpResult) -> dict[tuple[str, object], float]:
    """Who works on what, and which KPIs are used."""
    some = ((name, component) for name in ("working", "used") for component in [m.component(name)])
    return {(name, index): answer.value(v) for name, c in some for index, v in c.items()}


def _forbid(m: pyo.ConcreteModel, answer: MilpResult) -> bool:
    """Another pattern, please; False where there is only one."""
    binaries = [v for name in ("working", "used") for v in m.component(name).values()]
    if binaries:
        m.excluded.add(sum(1 - v if answer.value(v) > 0.5 else v for v in binaries) >= 1)
    return bool(binaries)


def _learnt(state: SolveState) -> Verdict:
    """Rounds of beliefs until the plan repeats, then a search around the best plan."""
    at, before = baseline_beliefs(state), None
    state.scored.look(_named(state))
    if state.options.enumerate_step is not None:
        judge_coarse(state)
    for turn in range(MOST_ROUNDS):
        answer = solve_at(state, at)
        if answer.best is None or state.out_of_time:
            break
        plan = state.scored.one(answer.best.units)
        note_round(state, at, _as_milp(answer), plan)
        if before is not None and np.abs(before - plan.units).max() <= SAME:
            break
        before, at = plan.units, own_beliefs(state, plan, f"round {turn + 1}")
    incumbent = state.incumbent
    if incumbent is None or not incumbent.kept:
        return _concluded(state, at, replace(answer, best=None), proven=False)
    with state.timed("search"):
        for shift in FINER:
            incumbent = climb(replace(state.space, shift=shift), state.scored, incumbent)
    at = own_beliefs(state, incumbent, "final")
    return _concluded(state, at, replace(solve_at(state, at), best=incumbent), proven=False)


def _named(state: SolveState) -> Floats:
    """Today's plan and the named ones."""
    scenario = state.cal.scenario
    weights = (scenario.current_plan, *scenario.plans.values())
    return np.array([state.space.units(plan_of(scenario, w).euros(scenario)) for w in weights])


def _as_milp(answer: Answer) -> Milp:
    value = answer.best.value if answer.best else -np.inf
    return Milp("optimal", None, value, answer.bound)


def _concluded(state: SolveState, at: BeliefPoint, answer: Answer, *, proven: bool) -> Verdict:
    """The certificate, or why there is no plan."""
    best = answer.best
    if best is None:
        if answer.bound > -np.inf:
            return stopped(state)
        return NoPlan(state, "infeasible", conflict=conflict_at(_stepped(state), at))
    if proven:
        note_round(state, at, _as_milp(answer), best)
    short = state.options.beliefs == "baseline"
    with state.timed("verify"):
        checks = (*_proof(state, answer, best, proven), *_verified(state, at, answer, best, short))
    seen = linearised(state.cal, state.space.euros(best.units)[None], at.beliefs).one(0) if short else None
    return Certified(state, best, answer.bound, checks, linearised=seen)


def _stepped(state: SolveState) -> SolveState:
    """The same with steps, which make payouts exact: what a conflict is explained with."""
    space = plan_space(state.cal, state.space.controllability, SHIFT)
    return replace(state, problem=replace(state.problem, space=space))


def _proof(state: SolveState, answer: Answer, best: ScoredPlan, proven: bool) -> Iterator[Check]:
    gap, limit = relative_gap(best.value, answer.bound), state.options.gap
    yield Check("gap", gap <= limit * (1 + 1e-9), gap, limit, **because("own_beliefs"))
    why = because("patterns" if proven else "continuum")
    yield Check("no_better_plan", proven, float(answer.patterns), float(MOST_PATTERNS), **why)


def _verified(
    state: SolveState, at: BeliefPoint, answer: Answer, best: ScoredPlan, short: bool
) -> Iterator[Check]:
    space = state.space
    judge = scored_at(state, at).judge if short else state.scored.judge
    yield check_rules(judge(best.units[None]))
    if answer.fixed is not None:
        answer.fixed.model.excluded.clear()
    yield from check_model(answer.fixed, best.units, at.beliefs)
    if not short:
        euros = space.euros(best.units)
        outcome = evaluate_plan(state.cal, euros)
        yield from check_equilibrium(state.cal, euros, outcome)
        yield from check_global(state.cal, euros, outcome)
        yield from enumerated(state, best)
