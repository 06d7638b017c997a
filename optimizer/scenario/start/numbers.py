"""How the generator writes numbers: exact ones in full, volumes rounded down, hours short."""

from __future__ import annotations

import math

ROUNDING = 1e-13
"""Relative: a number that only the last bits of its computation put below a round one is that round one."""


def exactly(value: float) -> float:
    """Twelve significant digits: what was observed comes out within 1e-9."""
    return float(f"{value:.12g}")


def short(value: float) -> float:
    """Six significant digits."""
    return float(f"{value:.6g}")


def below(value: float, digits: int = 6) -> float:
    """So many significant digits, rounded down: volumes that are added up never exceed what arrives."""
    if value <= 0:
        return 0.0
    power = digits - 1 - math.floor(math.log10(value))
    scale = 10.0**power
    return float(f"{math.floor(value * scale * (1 + ROUNDING)) / scale:.{digits}g}")
