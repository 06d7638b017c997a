"""What a prediction is called beside what was found. Words for people are made of the codes elsewhere."""

from __future__ import annotations

from typing import Literal

from optimizer.rollout.published.case import Published

Fit = Literal["within_2", "sign_right", "smaller", "size_off", "wrong_sign", "not_smaller"]

MISSES: tuple[Fit, ...] = ("size_off", "wrong_sign", "not_smaller")
"""Verdicts that are listed as misses."""
FACTOR = 2.0
"""Of the right order of magnitude: between half and twice what was found."""
NOTHING = 1e-9
"""A change below this is none, and has no sign."""


def verdict_of(published: Published, predicted: float, larger: float | None = None) -> Fit:
    """`larger`: the prediction of the measure that is said to have moved more.

    Of a size that was published the ratio decides; of a sign alone, the sign.
    """
    if larger is not None:
        return "smaller" if abs(predicted) < abs(larger) else "not_smaller"
    if published.sign is not None:
        return "sign_right" if predicted * published.sign > NOTHING else "wrong_sign"
    ratio = predicted / (published.value or 1.0)
    if ratio <= 0 or abs(predicted) <= NOTHING:
        return "wrong_sign"
    return "within_2" if 1 / FACTOR <= ratio <= FACTOR else "size_off"
