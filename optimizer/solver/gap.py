"""How far the best plan known is from what no plan can exceed: needs no solver."""

from __future__ import annotations

import numpy as np

AGREEMENT = 1e-6
"""Relative: the model's value and payouts against the equilibrium's."""


def relative_gap(objective: float, bound: float) -> float:
    """(bound − objective) / |objective|, never below 0; inf where a bound below the objective is none."""
    if not bound >= objective - AGREEMENT * max(1.0, abs(objective)):
        return np.inf
    return max(0.0, bound - objective) / max(abs(objective), 1e-9)
