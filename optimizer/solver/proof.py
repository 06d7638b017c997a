"""The proof at a plan's own beliefs (model.md §8, certificate).

What counts is value and rules at each plan's own beliefs. So every plan that the model, held at the beliefs
of the best one, values above it is listed, judged at its own beliefs and excluded, until none is left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.arrays import Ints
from optimizer.plans.local_search import ScoredPlan, ScoredPlans, best_of, neighbours
from optimizer.solver.belief_rounds import built, converged, floor_of, note_round, verified
from optimizer.solver.program.at_beliefs import FixedModel
from optimizer.solver.state import BeliefPoint, SolveState, own_beliefs, scored_at

MOST_LISTED = 2_000
"""Plans that the model may value above the best before the proof is given up."""
MOST_TURNS = 24
"""Plans, each better than the one before, whose proof is tried."""


@dataclass(frozen=True)
class Proof:
    """The best plan, its beliefs, the model there (None where it has no plan), and how the listing went.

    `bound` holds at `at` for every plan but the `listed` ones, which were judged at their own beliefs;
    `complete` if none but those is worth more than the gap above `plan`.
    """

    plan: ScoredPlan
    at: BeliefPoint
    fixed: FixedModel | None
    bound: float
    listed: int
    complete: bool


def prove(state: SolveState, incumbent: ScoredPlan) -> Proof:
    """List what the model at the best plan's beliefs values above it, until nothing is left."""
    for _ in range(MOST_TURNS):
        result = _list_better(state, incumbent)
        if isinstance(result, Proof):
            return result
        incumbent = verified(state, converged(state, result))
        if state.out_of_time:
            break
    at = own_beliefs(state, incumbent, "final")
    return _stopped(incumbent, at, built(state, at, floor_of(incumbent.value)), np.inf, 0)


def _list_better(state: SolveState, incumbent: ScoredPlan) -> Proof | ScoredPlan:
    """A proof for `incumbent`, complete or as far as it got; or the first plan found to beat it.

    `incumbent` stays in the model, so that it always has a solution and "infeasible" cannot pass for a proof.
    """
    at = own_beliefs(state, incumbent, f"round {len(state.rounds)}")
    target = incumbent.value + state.options.gap * abs(incumbent.value)
    at_beliefs = scored_at(state, at)
    listed, bound, tempting, fixed = {incumbent.key}, np.inf, neighbours(state.space, incumbent.units), None
    while True:
        above = _above(state, at_beliefs, tempting, target, listed)
        listed |= {plan.key for plan in above}
        candidate = best_of(state.scored.look(np.concatenate([tempting, *(p.units[None] for p in above)])))
        if candidate is not None and candidate.beats(incumbent):
            return candidate
        fixed = fixed or built(state, at, floor_of(incumbent.value))
        if fixed is None or state.out_of_time or (len(listed) > MOST_LISTED and np.isfinite(bound)):
            return _stopped(incumbent, at, fixed, bound, len(listed) - 1)
        fixed.exclude(plan.units for plan in above)
        with state.timed("prove"):
            answer = fixed.solve(state.limits, incumbent.units, state.progress("prove"))
        if answer.units is None:
            return _stopped(incumbent, at, fixed, bound, len(listed) - 1)
        if not np.isfinite(bound):
            note_round(state, at, answer, state.scored.one(answer.units))
        bound = min(bound, answer.bound)
        if bound <= target:
            return Proof(incumbent, at, fixed, bound, len(listed) - 1, complete=True)
        if answer.units.tobytes() == incumbent.key:
            return _stopped(incumbent, at, fixed, bound, len(listed) - 1)
        fixed.exclude([answer.units])
        listed.add(answer.units.tobytes())
        tempting = np.concatenate([answer.units[None], neighbours(state.space, answer.units)])


def _above(
    state: SolveState, at_beliefs: ScoredPlans, plans: Ints, target: float, listed: set[bytes]
) -> tuple[ScoredPlan, ...]:
    """Plans not yet listed that the model would propose: of these, and of those that shifts reach from them.

    The evaluator finds in one pass what would cost the model a solve each.
    """
    above: dict[bytes, ScoredPlan] = {}
    with state.timed("prove"):
        while len(plans) and len(above) <= MOST_LISTED and not state.out_of_time:
            fresh = [p for p in at_beliefs.look(plans) if p.key not in above and p.key not in listed]
            high = {p.key: p for p in fresh if p.kept and p.value >= floor_of(target)}
            above |= high
            around = [neighbours(state.space, p.units) for p in high.values()]
            plans = np.unique(np.concatenate(around), axis=0) if around else plans[:0]
    return tuple(above.values())


def _stopped(
    incumbent: ScoredPlan, at: BeliefPoint, fixed: FixedModel | None, bound: float, listed: int
) -> Proof:
    """No proof; where the solver had not come to a bound, the relaxation's."""
    if fixed is not None and not np.isfinite(bound):
        bound = fixed.relaxed_bound()
    return Proof(incumbent, at, fixed, bound, listed, complete=False)


def exclude_above(
    state: SolveState,
    fixed: FixedModel,
    at_beliefs: ScoredPlans,
    plans: Ints,
    target: float,
    incumbent: ScoredPlan,
) -> int:
    """Judge plans at these beliefs; forbid those that the model would still propose, but `incumbent`."""
    with state.timed("prove"):
        known = {incumbent.key, *at_beliefs.seen}
        fresh = [p for p in at_beliefs.look(plans) if p.key not in known]
        above = [p.units for p in fresh if p.kept and p.value >= floor_of(target)]
        fixed.exclude(above)
    return len(above)
