"""Plans by chance: what the proof at one plan's beliefs cannot see (model.md §13.13).

Random plans of the space and climbs from the best of them are judged at their own beliefs. Where none of n
random ones is better, fewer than 3/n of all plans are, with 95 % confidence (the rule of three: Hanley &
Lippman-Hand 1983, doi:10.1001/jama.1983.03330370053031).
"""

from __future__ import annotations

import numpy as np

from optimizer.plans.local_search import ScoredPlan, best_of, climb, climb_by_two, ranked
from optimizer.plans.sampling import Sampler
from optimizer.solver.pace import paced
from optimizer.solver.state import Event, SolveState

DRAWN = 1000
"""Random plans, none of which may be better."""
BLOCK = 250
"""Plans judged at once, so that the time limit is heard."""
CLIMBS = 2
"""Of the best random plans that keep the rules, from how many a better one is looked for."""
REPAIRS = 8
"""Of those that break the rules least, from how many one that keeps them is looked for."""


def sampler(state: SolveState) -> Sampler:
    """Draws of the solve's own seed."""
    return Sampler.of(state.space, state.options.seed)


def drawn(state: SolveState, draws: Sampler) -> list[ScoredPlan]:
    """Random plans, judged, best first; fewer than DRAWN where time ran out or none can be drawn."""
    units, judged = draws.plans(DRAWN), list[ScoredPlan]()
    for some in paced(state, len(units), BLOCK):
        judged += state.scored.look(units[some])
    return ranked(judged)


def better_by_chance(
    state: SolveState, draws: Sampler, incumbent: ScoredPlan
) -> tuple[ScoredPlan | None, int]:
    """A plan better than `incumbent`, or None; and how many random plans were judged."""
    state.tell(Event("search", f"{DRAWN:,} random plans"))
    with state.timed("search"):
        random = drawn(state, draws)
        tops = [climb(state.space, state.scored, p) for p in random[:CLIMBS] if p.kept]
    best = best_of([*random[:1], *tops])
    return (best if best is not None and best.kept and best.beats(incumbent) else None), len(random)


def kept_by_chance(state: SolveState) -> None:
    """Look for a plan that keeps the rules from random plans that break them least; it stays in memory."""
    state.tell(Event("search", f"no plan keeps the rules yet: {DRAWN:,} random ones"))
    with state.timed("search"):
        for plan in drawn(state, sampler(state))[:REPAIRS]:
            if state.out_of_time or not np.isfinite(plan.violation):
                break
            if climb_by_two(state.space, state.scored, plan, lambda p: p.kept).kept:
                break
