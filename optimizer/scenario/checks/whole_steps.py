"""Whole numbers of steps."""

from __future__ import annotations

import math

STEPS = 1e-6
"""A number of steps is whole within this."""


def is_whole(steps: float) -> bool:
    """Whole up to rounding."""
    return abs(steps - round(steps)) <= STEPS


def on_grid(low: float, high: float, step: float) -> tuple[float, float]:
    """Bounds moved inwards to multiples of the step; as they are without one."""
    if step == 0:
        return low, high
    return step * math.ceil(low / step - STEPS), step * math.floor(high / step + STEPS)
