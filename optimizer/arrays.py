"""Arrays that every room speaks of, and the product of plans with one matrix or many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]


def product(x: Floats, matrix: Floats) -> Floats:
    """x (..., n) times a matrix (n, m), or x (S, n) times one for each of its rows, (S, n, m)."""
    return np.asarray(x @ matrix if matrix.ndim == 2 else (x[:, None] @ matrix)[:, 0])


def stacked(every: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Arrays of several things, by name, with a row for each thing."""
    return {name: np.stack([arrays[name] for arrays in every]) for name in every[0]}
