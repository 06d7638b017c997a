"""Towards a plan that keeps the rules at its own beliefs: rounds of beliefs, local search, last resorts.

At believed routing and prices a local search looks for a plan, and the model where it finds none; that
plan is judged at its own consistent beliefs, and believed next. Where rounds end without one that keeps the
rules, the search goes on from the plan that breaks them least.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.arrays import Ints
from optimizer.plans.local_search import (
    ScoredPlan,
    best_of,
    climb,
    climb_by_two,
    ranked,
    simple_plans,
)
from optimizer.response.global_response import Deviation, deviations
from optimizer.response.outcome import evaluate_plan
from optimizer.scenario.plan import plan_from_euros, plan_of
from optimizer.solver.conflicts import least_break
from optimizer.solver.highs import InfeasibleError, Limits
from optimizer.solver.program.at_beliefs import Answer, FixedModel, model_at
from optimizer.solver.solution import Rejected, Round
from optimizer.solver.state import BeliefPoint, Event, SolveState, baseline_beliefs, own_beliefs, scored_at

MOST_ROUNDS = 8
ROUND_GAP = 1e-3
"""Relative gap of the rounds on the way; only the last beliefs need the full proof."""
MOST_REJECTED = 25
"""Plans passed over because people would not stay at them."""
STARTS = 3
"""Plans from which the local search climbs."""

Refusal = tuple[BeliefPoint, Answer]
"""Beliefs at which the model had no plan, and what it said."""


def starts(state: SolveState) -> Ints:
    """Today's plan, named plans and simple plans, as step counts."""
    scenario = state.cal.scenario
    named = [plan_of(scenario, w).euros(scenario) for w in (scenario.current_plan, *scenario.plans.values())]
    known = np.array([state.space.units(e) for e in named])
    exact = np.abs(state.space.euros(known) - np.array(named)).max(axis=(1, 2)) <= 1e-6
    return np.concatenate([known[exact], simple_plans(state.space)])


def floor_of(value: float) -> float:
    """A known value, less what rounding in the solver may take."""
    return value - 1e-7 * max(1.0, abs(value))


def built(state: SolveState, at: BeliefPoint, floor: float | None = None) -> FixedModel | None:
    """The model at these beliefs; None where not even its linear relaxation has a plan.

    A floor that contradicts the relaxation can only be rounding: then it is dropped.
    """
    with state.timed("build and bounds"):
        for known in dict.fromkeys((floor, None)):
            try:
                return model_at(at.data(state), known)
            except InfeasibleError:
                continue
    return None


def solve_at(state: SolveState, at: BeliefPoint, limits: Limits) -> tuple[Answer, FixedModel | None]:
    """The model at fixed beliefs, started from a local search there."""
    guess = _guess(state, at)
    fixed = built(state, at, floor_of(guess.value) if guess else None)
    if fixed is None:
        answer = Answer("infeasible", None, -np.inf, -np.inf)
    else:
        with state.timed("solve"):
            start = guess.units if guess else None
            answer = fixed.solve(limits, start, state.progress(f"solve at {at.name} beliefs"))
    if answer.units is None and guess is not None:
        bound = answer.bound if answer.status != "infeasible" else np.inf
        answer = Answer("feasible", guess.units, guess.value, bound)
    return answer, fixed


def _guess(state: SolveState, at: BeliefPoint) -> ScoredPlan | None:
    """The best plan at these beliefs that a local search finds; None where none keeps the rules."""
    with state.timed("search"):
        scored = scored_at(state, at)
        first = ranked(scored.look(starts(state)))
        best = best_of(climb(state.space, scored, plan) for plan in first[:STARTS])
    return best if best is not None and best.kept else None


def rounds(state: SolveState) -> Refusal | None:
    """Find a plan, believe what it brings, find another, until one repeats or keeps the rules at its own
    beliefs: there the proof goes on. What they find is in memory.

    A refusal is returned where the model had no plan.
    """
    with state.timed("search"):
        state.scored.look(starts(state))
    at, seen = baseline_beliefs(state), set[bytes]()
    for turn in range(MOST_ROUNDS):
        if state.out_of_time:
            break
        guess = _guess(state, at)
        if guess is None:
            answer, _ = solve_at(state, at, replace(state.limits, gap=max(state.options.gap, ROUND_GAP)))
            if answer.units is None:
                return at, answer
            plan = _brought(state, answer.units)
            note_round(state, at, answer, plan)
        else:
            plan = _brought(state, guess.units)
        if plan.kept or plan.key in seen:
            break
        seen.add(plan.key)
        at = own_beliefs(state, plan, f"round {turn + 1}")
    return None


def _brought(state: SolveState, units: Ints) -> ScoredPlan:
    with state.timed("evaluate"):
        return state.scored.one(units)


def note_round(state: SolveState, at: BeliefPoint, answer: Answer, plan: ScoredPlan) -> None:
    """Keep what a round promised and brings, and tell it."""
    weights = plan_from_euros(state.cal.scenario, state.space.euros(plan.units)).weights
    state.rounds.append(Round(at.name, weights, answer.objective, answer.bound, plan.value, plan.kept))
    state.tell(Event("round", f"{at.name} beliefs: value {plan.value:,.0f}, keeps rules: {plan.kept}"))


def converged(state: SolveState, incumbent: ScoredPlan) -> ScoredPlan:
    """Where climbs end: each at the beliefs of the plan before, where judging is cheap, then at their own."""
    state.tell(Event("search", "around the best plan"))
    with state.timed("search"):
        for _ in range(MOST_ROUNDS):
            if state.out_of_time:
                break
            candidate = best_of(
                state.scored.look(_ahead(state, own_beliefs(state, incumbent, "own"), incumbent))
            )
            if candidate is None or not candidate.beats(incumbent):
                candidate = climb(state.space, state.scored, incumbent)
            if not candidate.beats(incumbent):
                break
            incumbent = candidate
    return incumbent


def _ahead(state: SolveState, at: BeliefPoint, plan: ScoredPlan) -> Ints:
    """The plans that look best at held beliefs, after climbing there by one shift or two at a time."""
    at_beliefs = scored_at(state, at)
    climb_by_two(state.space, at_beliefs, at_beliefs.one(plan.units))
    return np.array([p.units for p in ranked(at_beliefs.seen.values())[:STARTS]])


def verified(state: SolveState, incumbent: ScoredPlan) -> ScoredPlan:
    """The best plan that people would stay at: where a team would do quite other work, the next one.

    A plan refused is not proposed again (a no-good cut). After MOST_REJECTED, or where no other plan keeps
    the rules, the first is handed back, and its certificate says what is wrong with it.
    """
    first = incumbent
    while not state.out_of_time:
        deviations = _deviations(state, incumbent)
        if not deviations:
            return incumbent
        if len(state.rejected) >= MOST_REJECTED:
            break
        plan = plan_from_euros(state.cal.scenario, state.space.euros(incumbent.units))
        state.tell(Event("search", f"people would not stay at the best plan: {deviations[0].words}"))
        state.rejected.append(Rejected(plan, incumbent.value, deviations))
        state.scored.reject(incumbent)
        following = state.incumbent
        if following is None or not following.kept:
            break
        incumbent = following if state.whole else converged(state, following)
    return first


def _deviations(state: SolveState, plan: ScoredPlan) -> tuple[Deviation, ...]:
    euros = state.space.euros(plan.units)
    with state.timed("verify"):
        return tuple(deviations(state.cal, euros, evaluate_plan(state.cal, euros)))


# --- no plan so far keeps the rules once beliefs agree --------------------------------------------------


def repair(state: SolveState) -> None:
    """Climb towards fewer broken rules, believe what that brings, and let the model break least there."""
    state.tell(Event("search", "no plan keeps the rules yet: on from those that break least"))
    tried = set[bytes]()
    for _ in range(MOST_ROUNDS):
        with state.timed("search"):
            nearest = _nearest(state)
        if nearest is None or nearest.kept or nearest.key in tried or state.out_of_time:
            return
        tried.add(nearest.key)
        if not np.isfinite(nearest.violation):
            return
        at = own_beliefs(state, nearest, "nearest")
        with state.timed("solve"):
            answer = least_break(at.data(state), replace(state.limits, gap=ROUND_GAP))
        if answer.units is not None:
            state.scored.look(answer.units[None])


def _nearest(state: SolveState) -> ScoredPlan | None:
    """The plan that breaks the rules least, after climbing from the least broken ones."""
    for plan in ranked(state.scored.seen.values())[:STARTS]:
        if state.out_of_time or climb_by_two(state.space, state.scored, plan, lambda p: p.kept).kept:
            break
    return state.incumbent
