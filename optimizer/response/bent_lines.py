"""Lines that jump and bend at knots: what their squares do there, which variances need."""

from __future__ import annotations

import numpy as np

from optimizer.arrays import Floats


def square_rises(
    level: Floats, slope: Floats, knots: Floats, jumps: Floats, changes: Floats
) -> tuple[Floats, Floats, Floats]:
    """Changes of the square at each knot (..., J): its jump, its slope, and half its curvature.

    `level` and `slope` (...) are those of the line before the first knot, at attainment 0.
    """
    ahead = np.maximum(knots[..., :, None] - knots[..., None, :], 0.0)
    earlier = np.tri(knots.shape[-1], k=-1, dtype=bool)
    start = (level + 0.0)[..., None] + slope[..., None] * knots
    rose = np.where(earlier, jumps[..., None, :] + changes[..., None, :] * ahead, 0.0)
    before = start + rose.sum(axis=-1)
    rising = slope[..., None] + np.where(earlier, changes[..., None, :], 0.0).sum(axis=-1)
    after, steeper = before + jumps, rising + changes
    return after**2 - before**2, 2 * (after * steeper - before * rising), steeper**2 - rising**2
