"""Arrays that every room speaks of, the product of plans with one matrix or many, and rounding half up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]
CENT = 2
"""Decimals of a cent."""
_NOISE = 1e-6
"""Of the last decimal: what lies so near to a half is one, but for the noise of doubles."""


def product(x: Floats, matrix: Floats) -> Floats:
    """x (..., n) times a matrix (n, m), or x (S, n) times one for each of its rows, (S, n, m)."""
    return np.asarray(x @ matrix if matrix.ndim == 2 else (x[:, None] @ matrix)[:, 0])


def stacked(every: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Arrays of several things, by name, with a row for each thing."""
    return {name: np.stack([arrays[name] for arrays in every]) for name in every[0]}


def half_up(amounts: ArrayLike, decimals: int = CENT) -> Floats:
    """Rounded to decimals, halves away from zero, as people and spreadsheets do."""
    scale = 10.0**decimals
    units = np.abs(np.asarray(amounts, dtype=float)) * scale
    whole = np.floor(units + 0.5 + _NOISE + 4 * np.finfo(float).eps * units)
    return np.asarray(np.copysign(whole / scale, amounts) + 0.0)


def rounded(amount: float, decimals: int = CENT) -> float:
    """`half_up` of one amount."""
    return float(half_up(amount, decimals))
