"""Why there is no plan: no time, no equilibrium, or rules that cannot hold together."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from optimizer.plans.enumeration import count_plans
from optimizer.plans.evaluation import evaluate_batch
from optimizer.plans.local_search import ScoredPlan
from optimizer.plans.rules.controllability import FLOOR
from optimizer.plans.space import PlanSpace
from optimizer.solver.belief_rounds import BRUTE_FORCE, Refusal
from optimizer.solver.conflicts import breaks_weight_rules, explain_conflict
from optimizer.solver.solution import Check, Conflict, MovedLimit
from optimizer.solver.state import BeliefPoint, Event, SolveState, baseline_beliefs
from optimizer.solver.verdict import NoPlan


def starved(space: PlanSpace) -> Conflict | None:
    """A paid team that the controllability floor leaves without any KPI."""
    floor = space.scenario.rules.controllability.floor or 0.0
    short = [
        MovedLimit(FLOOR.named(team), floor, floor - float(space.controllability[i][listed].max()))
        for i, team in enumerate(space.scenario.teams)
        if space.least[i] > 0 and not space.allowed[i].any() and (listed := space.listed[i]).any()
    ]
    return Conflict(tuple(r.rule for r in short), tuple(short)) if short else None


def stopped(state: SolveState) -> NoPlan:
    """Time ran out, or the solver gave up, before any plan was found: neither a plan nor "infeasible"."""
    spent, limit = time.monotonic() - state.started, state.options.time_limit or 0.0
    check = Check("solver", False, 0.0, 1.0, "the solver gave up without an answer")
    if state.out_of_time:
        check = Check("time", False, spent, limit, "no plan yet")
    return NoPlan(state, "error", (check,))


def never_settled(state: SolveState) -> NoPlan:
    """Under no plan that was judged do beliefs come to agree with what happens."""
    return NoPlan(state, "no_equilibrium")


def refused(state: SolveState, at: BeliefPoint) -> NoPlan:
    """The model has no plan at the only beliefs that count."""
    return NoPlan(state, "infeasible", conflict=conflict_at(state, at))


def no_plan(state: SolveState, refusal: Refusal | None, every: bool) -> NoPlan:
    """No plan keeps the rules at its own beliefs: proven where all were judged or weights alone conflict."""
    at, nearest = refusal[0] if refusal else baseline_beliefs(state), state.incumbent
    conflict = conflict_at(state, at)
    if not conflict.rules and nearest is not None and np.isfinite(nearest.violation):
        conflict = Conflict((), tuple(_broken(state, nearest)))
    return NoPlan(state, "infeasible", (_exhausted(state, at, every),), conflict)


def conflict_at(state: SolveState, at: BeliefPoint) -> Conflict:
    """Which rules cannot hold together at these beliefs."""
    state.tell(Event("conflict", "which rules cannot hold together"))
    with state.timed("explain conflict"):
        return explain_conflict(at.data(state), state.limits)


def _broken(state: SolveState, nearest: ScoredPlan) -> Iterator[MovedLimit]:
    """How far each rule would have to move for the plan that breaks them least."""
    at = evaluate_batch(state.cal, state.space, state.space.euros(nearest.units)[None]).one(0)
    for rule in at.broken_rules:
        yield MovedLimit(rule.name, rule.limit, -rule.slack)


def _exhausted(state: SolveState, at: BeliefPoint, every: bool) -> Check:
    """Whether "infeasible" is proven, or only no plan was found among those that were tried."""
    count = float(count_plans(state.space, BRUTE_FORCE))
    if every:
        return Check("every_plan_judged", True, count, float(BRUTE_FORCE), "plans, each at its own beliefs")
    if breaks_weight_rules(at.data(state), state.limits):
        return Check("every_plan_judged", True, 0.0, float(BRUTE_FORCE), "plans keep the rules on weights")
    what = "plans; only likely ones were judged, so that one may exist"
    return Check("every_plan_judged", False, count, float(BRUTE_FORCE), what)
