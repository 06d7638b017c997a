"""Small spaces: every plan is judged at its own beliefs before any word is said (model.md §13.13)."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

import numpy as np

from optimizer.plans.enumeration import every_plan
from optimizer.plans.local_search import ScoredPlan
from optimizer.plans.space import plan_space
from optimizer.solver.pace import paced
from optimizer.solver.state import Event, SolveState

FEW = 64
"""Plans judged before the pace of the rest is believed."""
ON_GRID = 1e-9
"""Share of pay within which a coarser plan is one of the space."""


def judge_whole(state: SolveState) -> bool:
    """Judge every plan where there are few; whether that was done.

    Where the time left would not do, a search finds more in it: no more than the first plans are judged.
    """
    every = state.every
    if every is None:
        return False
    state.tell(Event("search", f"every one of {every.count:,} plans, at its own beliefs"))
    began, done = monotonic(), 0
    with state.timed("search"):
        for some in paced(state, every.count):
            if some.start >= FEW and _too_long(state, began, some.start, every.count):
                return False
            state.scored.look(every.part(some))
            done = some.stop
    state.whole = done == every.count
    return state.whole


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
        before, count = len(judged), int(on_grid.sum())
        for some in paced(state, count):
            judged += state.scored.look(units[on_grid][some])
            state.tell(Event("enumerate", f"{len(judged):,} plans"))
        if len(judged) < before + count:
            return Coarse(tuple(judged), all=False)
    return Coarse(tuple(judged), all=True)


def _too_long(state: SolveState, began: float, done: int, count: int) -> bool:
    left = state.limits.seconds
    return bool(left is not None and done and (monotonic() - began) / done * (count - done) > left)
