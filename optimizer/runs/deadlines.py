"""How the time limit of a run is shared: the search first, then the explanation, then documents.

All three together end about when it is reached. What was found is written even later; of documents there are
as many as time was left for, and `report` makes the others.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

FOR_DOCUMENTS = (0.2, 5.0)
"""Of the limit, the share that is kept for documents, and the most seconds."""
FOR_EXPLANATION = (0.2, 5.0)
"""Likewise for the explanation."""


def kept(limit: float, part: tuple[float, float]) -> float:
    """Seconds of a limit that are kept for a part."""
    share, most = part
    return min(share * limit, most)


def searched_by(limit: float) -> float:
    """Seconds after the start at which the search ends."""
    both = kept(limit, FOR_DOCUMENTS) + kept(limit, FOR_EXPLANATION)
    return limit - both if math.isfinite(limit) else math.inf


def explained_by(limit: float) -> float:
    """Seconds after the start at which what takes long to explain is given up."""
    return limit - kept(limit, FOR_DOCUMENTS) if math.isfinite(limit) else math.inf


@dataclass(frozen=True)
class Deadlines:
    """Moments [s, time.monotonic]; infinite without a limit."""

    search: float
    explanation: float
    documents: float

    @classmethod
    def of(cls, started: float, limit: float) -> Deadlines:
        return cls(started + searched_by(limit), started + explained_by(limit), started + limit)
