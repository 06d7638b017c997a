"""Many plans in blocks small enough for the clock and an interrupt to be heard between them."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic

import numpy as np

from optimizer.solver.state import SolveState

BLOCK = 1024
"""Plans judged at once, at most."""
PART = 0.1
"""Of the time left that one block should take."""
GROWTH = 8
"""A block to the one before, at most: the first plans tell little of the others."""


def paced(state: SolveState, count: int, most: int = BLOCK) -> Iterator[slice]:
    """The places of `count` plans in turn, until they or the time are over.

    Where time is limited the first plan comes alone: where beliefs swing, it alone may take a second.
    """
    at, size = 0, most if state.limits.seconds is None else 1
    while at < count and not state.out_of_time:
        began, some = monotonic(), slice(at, min(at + size, count))
        yield some
        if (left := state.limits.seconds) is not None:
            pace = (monotonic() - began) / (some.stop - at)
            size = int(np.clip(PART * left / max(pace, 1e-9), 1, min(most, GROWTH * size)))
        at = some.stop
