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
from optimizer.solver.state import BeliefPoint, Run, own_beliefs, scored_at

MOST_LISTED = 2_000
"""Plans that the model may value above the best before the proof is given up."""
MOST_TURNS = 24
"""Plans, each better than the one before, whose proof is tried."""


@dataclass(frozen=True)
class Proof:
    """The best plan, its beliefs, the model there (None where it has no plan), and how the listing went.

    `bound` holds at `at` for every plan but the `listed` ones, which were judged at their own beliefs;
    `complete` if none but those is worth more than the gap above `best`.
    """

    best: ScoredPlan
    at: BeliefPoint
    fixed: FixedModel | None
    bound: float
    listed: int
    complete: bool


def prove(run: Run, scored: ScoredPlans, best: ScoredPlan) -> Proof:
    """List what the model at the best plan's beliefs values above it, until nothing is left."""
    for _ in range(MOST_TURNS):
        found = _list_better(run, scored, best)
        if isinstance(found, Proof):
            return found
        best = verified(run, scored, converged(run, scored, found))
        if run.out_of_time:
            break
    at = own_beliefs(run, best, "final")
    return _stopped(best, at, built(run, at, floor_of(best.value)), np.inf, 0)


def _list_better(run: Run, scored: ScoredPlans, best: ScoredPlan) -> Proof | ScoredPlan:
    """A proof for `best`, complete or as far as it got; or the first plan found to beat it.

    `best` stays in the model, so that it always has a solution and "infeasible" cannot pass for a proof.
    """
    at = own_beliefs(run, best, f"round {len(run.rounds)}")
    target = best.value + run.options.gap * abs(best.value)
    at_held = scored_at(run, at)
    listed, bound, tempting, fixed = {best.key}, np.inf, neighbours(run.space, best.units), None
    while True:
        above = _above(run, at_held, tempting, target, listed)
        listed |= {plan.key for plan in above}
        found = best_of(scored.look(np.concatenate([tempting, *(p.units[None] for p in above)])))
        if found is not None and found.beats(best):
            return found
        fixed = fixed or built(run, at, floor_of(best.value))
        if fixed is None or run.out_of_time or (len(listed) > MOST_LISTED and np.isfinite(bound)):
            return _stopped(best, at, fixed, bound, len(listed) - 1)
        fixed.exclude(plan.units for plan in above)
        with run.timed("prove"):
            answer = fixed.solve(run.limits, best.units, run.progress("prove"))
        if answer.units is None:
            return _stopped(best, at, fixed, bound, len(listed) - 1)
        if not np.isfinite(bound):
            note_round(run, at, answer, scored.look(answer.units[None])[0])
        bound = min(bound, answer.bound)
        if bound <= target:
            return Proof(best, at, fixed, bound, len(listed) - 1, complete=True)
        if answer.units.tobytes() == best.key:
            return _stopped(best, at, fixed, bound, len(listed) - 1)
        fixed.exclude([answer.units])
        listed.add(answer.units.tobytes())
        tempting = np.concatenate([answer.units[None], neighbours(run.space, answer.units)])


def _above(
    run: Run, at_held: ScoredPlans, plans: Ints, target: float, listed: set[bytes]
) -> tuple[ScoredPlan, ...]:
    """Plans not yet listed that the model would propose: of these, and of those that shifts reach from them.

    The evaluator finds in one pass what would cost the model a solve each.
    """
    found: dict[bytes, ScoredPlan] = {}
    with run.timed("prove"):
        while len(plans) and len(found) <= MOST_LISTED and not run.out_of_time:
            fresh = [p for p in at_held.look(plans) if p.key not in found and p.key not in listed]
            high = {p.key: p for p in fresh if p.kept and p.value >= floor_of(target)}
            found |= high
            around = [neighbours(run.space, p.units) for p in high.values()]
            plans = np.unique(np.concatenate(around), axis=0) if around else plans[:0]
    return tuple(found.values())


def _stopped(best: ScoredPlan, at: BeliefPoint, fixed: FixedModel | None, bound: float, listed: int) -> Proof:
    """No proof; where the solver had not come to a bound, the relaxation's."""
    if fixed is not None and not np.isfinite(bound):
        bound = fixed.relaxed_bound()
    return Proof(best, at, fixed, bound, listed, complete=False)


def exclude_above(
    run: Run, fixed: FixedModel, at_held: ScoredPlans, plans: Ints, target: float, best: ScoredPlan
) -> int:
    """Judge plans at the held beliefs, and forbid those that the model would still propose, but `best`."""
    with run.timed("prove"):
        known = {best.key, *at_held.seen}
        fresh = [p for p in at_held.look(plans) if p.key not in known]
        above = [p.units for p in fresh if p.kept and p.value >= floor_of(target)]
        fixed.exclude(above)
    return len(above)
