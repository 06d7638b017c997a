"""Towards a plan that keeps the rules at its own beliefs: rounds of beliefs, local search, last resorts.

At believed routing and prices a local search looks for a plan, and the model where it finds none; that
plan is judged at its own consistent beliefs, and believed next. Where rounds end without one that keeps the
rules, the search goes on from the plan that breaks them least.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.arrays import Ints
from optimizer.plans.enumeration import count_plans, every_plan
from optimizer.plans.local_search import (
    ScoredPlan,
    ScoredPlans,
    best_of,
    climb,
    climb_by_two,
    ranked,
    simple_plans,
)
from optimizer.response.global_response import Deviation, deviations
from optimizer.response.outcome import evaluate_plans
from optimizer.scenario.plan import plan_from_euros, plan_of
from optimizer.solver.conflicts import least_break
from optimizer.solver.highs import InfeasibleError, Limits
from optimizer.solver.program.at_beliefs import Answer, FixedModel, model_at
from optimizer.solver.solution import Rejected, Round
from optimizer.solver.state import BeliefPoint, Event, Run, baseline_beliefs, own_beliefs, scored_at

MOST_ROUNDS = 8
ROUND_GAP = 1e-3
"""Relative gap of the rounds on the way; only the last beliefs need the full proof."""
MOST_REJECTED = 25
"""Plans passed over because people would not stay at them."""
STARTS = 3
"""Plans from which the local search climbs."""
BRUTE_FORCE = 20_000
"""Plans up to which all are judged before a scenario is called infeasible at consistent beliefs."""

Refusal = tuple[BeliefPoint, Answer]
"""Beliefs at which the model had no plan, and what it said."""


def starts(run: Run) -> Ints:
    """Today's plan, named plans and simple plans, as step counts."""
    scenario = run.cal.scenario
    named = [plan_of(scenario, w).euros(scenario) for w in (scenario.current_plan, *scenario.plans.values())]
    known = np.array([run.space.units(e) for e in named])
    exact = np.abs(run.space.euros(known) - np.array(named)).max(axis=(1, 2)) <= 1e-6
    return np.concatenate([known[exact], simple_plans(run.space)])


def floor_of(value: float) -> float:
    """A known value, less what rounding in the solver may take."""
    return value - 1e-7 * max(1.0, abs(value))


def built(run: Run, at: BeliefPoint, floor: float | None = None) -> FixedModel | None:
    """The model at these beliefs; None where not even its linear relaxation has a plan.

    A floor that contradicts the relaxation can only be rounding: then it is dropped.
    """
    with run.timed("build and bounds"):
        for known in dict.fromkeys((floor, None)):
            try:
                return model_at(at.data(run), known)
            except InfeasibleError:
                continue
    return None


def solve_at(run: Run, at: BeliefPoint, limits: Limits) -> tuple[Answer, FixedModel | None]:
    """The model at fixed beliefs, started from a local search there."""
    guess = _guess(run, at)
    fixed = built(run, at, floor_of(guess.value) if guess else None)
    if fixed is None:
        answer = Answer("infeasible", None, -np.inf, -np.inf)
    else:
        with run.timed("solve"):
            start = guess.units if guess else None
            answer = fixed.solve(limits, start, run.progress(f"solve at {at.name} beliefs"))
    if answer.units is None and guess is not None:
        bound = answer.bound if answer.status != "infeasible" else np.inf
        answer = Answer("feasible", guess.units, guess.value, bound)
    return answer, fixed


def _guess(run: Run, at: BeliefPoint) -> ScoredPlan | None:
    """The best plan at these beliefs that a local search finds; None where none keeps the rules."""
    with run.timed("search"):
        scored = scored_at(run, at)
        first = ranked(scored.look(starts(run)))
        best = best_of(climb(run.space, scored, plan) for plan in first[:STARTS])
    return best if best is not None and best.kept else None


def rounds(run: Run, scored: ScoredPlans) -> Refusal | None:
    """Find a plan, believe what it brings, find another, until one repeats or keeps the rules at its own
    beliefs: there the proof goes on. What they find is in memory.

    A refusal is returned where the model had no plan.
    """
    with run.timed("search"):
        scored.look(starts(run))
    at, seen = baseline_beliefs(run), set[bytes]()
    for turn in range(MOST_ROUNDS):
        if run.out_of_time:
            break
        guess = _guess(run, at)
        if guess is None:
            answer, _ = solve_at(run, at, replace(run.limits, gap=max(run.options.gap, ROUND_GAP)))
            if answer.units is None:
                return at, answer
            plan = _brought(run, scored, answer.units)
            note_round(run, at, answer, plan)
        else:
            plan = _brought(run, scored, guess.units)
        if plan.kept or plan.key in seen:
            break
        seen.add(plan.key)
        at = own_beliefs(run, plan, f"round {turn + 1}")
    return None


def _brought(run: Run, scored: ScoredPlans, units: Ints) -> ScoredPlan:
    with run.timed("evaluate"):
        return scored.look(units[None])[0]


def note_round(run: Run, at: BeliefPoint, answer: Answer, plan: ScoredPlan) -> None:
    """Keep what a round promised and brings, and tell it."""
    weights = plan_from_euros(run.cal.scenario, run.space.euros(plan.units)).weights
    run.rounds.append(Round(at.name, weights, answer.objective, answer.bound, plan.value, plan.kept))
    run.tell(Event("round", f"{at.name} beliefs: value {plan.value:,.0f}, keeps rules: {plan.kept}"))


def converged(run: Run, scored: ScoredPlans, incumbent: ScoredPlan) -> ScoredPlan:
    """Where climbs end: each at the beliefs of the plan before, where judging is cheap, then at their own."""
    run.tell(Event("search", "around the best plan"))
    with run.timed("search"):
        for _ in range(MOST_ROUNDS):
            if run.out_of_time:
                break
            candidate = best_of(scored.look(_ahead(run, own_beliefs(run, incumbent, "own"), incumbent)))
            if candidate is None or not candidate.beats(incumbent):
                candidate = climb(run.space, scored, incumbent)
            if not candidate.beats(incumbent):
                break
            incumbent = candidate
    return incumbent


def _ahead(run: Run, at: BeliefPoint, plan: ScoredPlan) -> Ints:
    """The plans that look best at held beliefs, after climbing there by one shift or two at a time."""
    at_beliefs = scored_at(run, at)
    climb_by_two(run.space, at_beliefs, at_beliefs.look(plan.units[None])[0])
    return np.array([p.units for p in ranked(at_beliefs.seen.values())[:STARTS]])


def verified(run: Run, scored: ScoredPlans, incumbent: ScoredPlan) -> ScoredPlan:
    """The best plan that people would stay at: where a team would do quite other work, the next one.

    A plan refused is not proposed again (a no-good cut). After MOST_REJECTED, or where no other plan keeps
    the rules, the first is handed back, and its certificate says what is wrong with it.
    """
    first = incumbent
    while not run.out_of_time:
        deviations = _deviations(run, incumbent)
        if not deviations:
            return incumbent
        if len(run.rejected) >= MOST_REJECTED:
            break
        plan = plan_from_euros(run.cal.scenario, run.space.euros(incumbent.units))
        run.tell(Event("search", f"people would not stay at the best plan: {deviations[0].words}"))
        run.rejected.append(Rejected(plan, incumbent.value, deviations))
        scored.reject(incumbent)
        following = scored.best()
        if following is None or not following.kept:
            break
        incumbent = converged(run, scored, following)
    return first


def _deviations(run: Run, plan: ScoredPlan) -> tuple[Deviation, ...]:
    euros = run.space.euros(plan.units)
    with run.timed("verify"):
        return tuple(deviations(run.cal, euros, evaluate_plans(run.cal, euros[None])))


# --- no plan so far keeps the rules once beliefs agree --------------------------------------------------


def repair(run: Run, scored: ScoredPlans) -> None:
    """Climb towards fewer broken rules, believe what that brings, and let the model break least there."""
    run.tell(Event("search", "no plan keeps the rules yet: on from those that break least"))
    tried = set[bytes]()
    for _ in range(MOST_ROUNDS):
        with run.timed("search"):
            nearest = _nearest(run, scored)
        if nearest is None or nearest.kept or nearest.key in tried or run.out_of_time:
            return
        tried.add(nearest.key)
        if not np.isfinite(nearest.violation):
            return
        at = own_beliefs(run, nearest, "nearest plan's")
        with run.timed("solve"):
            answer = least_break(at.data(run), replace(run.limits, gap=ROUND_GAP))
        if answer.units is not None:
            scored.look(answer.units[None])


def _nearest(run: Run, scored: ScoredPlans) -> ScoredPlan | None:
    """The plan that breaks the rules least, after climbing from the least broken ones."""
    for plan in ranked(scored.seen.values())[:STARTS]:
        if run.out_of_time or climb_by_two(run.space, scored, plan, lambda p: p.kept).kept:
            break
    return scored.best()


def judge_every(run: Run, scored: ScoredPlans) -> bool:
    """In a small space, judge every plan at its own beliefs; whether that was done."""
    if count_plans(run.space, BRUTE_FORCE) > BRUTE_FORCE:
        return False
    run.tell(Event("search", "every plan, before saying that none keeps the rules"))
    with run.timed("search"):
        for block in every_plan(run.space):
            if run.out_of_time:
                return False
            scored.look(block)
    return True
