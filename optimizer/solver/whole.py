"""Small spaces: every plan is judged at its own beliefs before any word is said (model.md §13.13)."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

import numpy as np

from optimizer.plans.enumeration import every_plan
from optimizer.plans.local_search import ScoredPlan
from optimizer.plans.space import plan_space
from optimizer.solver.state import Event, SolveState

BLOCK = 1024
"""Plans judged at once, so that an interrupt or the time limit is heard."""
ON_GRID = 1e-9
"""Share of pay within which a coarser plan is one of the space."""


def judge_whole(state: SolveState) -> bool:
    """Judge every plan where there are few; whether that was done.

    Where the time left would not do, no more than a first block is judged: a search finds more in it.
    """
    every = state.every
    if every is None:
        return False
    state.tell(Event("search", f"every one of {every.count:,} plans, at its own beliefs"))
    began, done = monotonic(), 0
    with state.timed("search"):
        for block in every.blocks(BLOCK):
            if state.out_of_time or _too_long(state, began, done, every.count):
                return False
            state.scored.look(block)
            done += len(block)
    state.whole = True
    return True


@dataclass(frozen=True)
class Coarse:
    """Plans at a coarser step that are plans of the space too; `all`: time did not run out."""

    plans: tuple[ScoredPlan, ...]
    all: bool


def judge_coarse(state: SolveState) -> Coarse:
    """What `--enumerate` asks for: what it finds is in memory, so that the best becomes the answer."""
    coarse = plan_space(state.cal, state.space.controllability, state.options.enumerate_step)
    judged = list[ScoredPlan]()
    for block in every_plan(coarse):
        euros = coarse.euros(block)
        units = state.space.units(euros)
        on_grid = np.abs(state.space.euros(units) - euros).max(axis=(1, 2)) <= ON_GRID * (1 + euros.max())
        for start in range(0, int(on_grid.sum()), BLOCK):
            if state.out_of_time:
                return Coarse(tuple(judged), all=False)
            judged += state.scored.look(units[on_grid][start : start + BLOCK])
            state.tell(Event("enumerate", f"{len(judged):,} plans"))
    return Coarse(tuple(judged), all=True)


def _too_long(state: SolveState, began: float, done: int, count: int) -> bool:
    left = state.limits.seconds
    return bool(left is not None and done and (monotonic() - began) / done * (count - done) > left)
