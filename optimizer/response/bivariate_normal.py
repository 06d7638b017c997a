"""Moments of two correlated normal variables while both are large enough.

Rosenbaum 1961 (J. R. Stat. Soc. B 23:405-408) gives the truncated moments, Owen 1956
(doi:10.1214/aoms/1177728074) the probability.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, owens_t

from optimizer.arrays import Floats

_TINY = 1e-300
_CLOSEST = 1e-12
"""1 − ρ² is taken to be at least this: with equal luck the formulas have limits, not values."""


@dataclass(frozen=True)
class UpperTail:
    """ε and η standard normal with a correlation; h and `closed` broadcast against each other.

    `moments`: E[(ε − h)^n; ε ≥ h, η ≥ closed] for n = 0, 1, 2. `own_density`: −d/dh of the first.
    `at_gate`: P(ε ≥ h) and E[(ε − h)+], both where η = closed.
    """

    closed: Floats
    moments: tuple[Floats, Floats, Floats]
    own_density: Floats
    at_gate: tuple[Floats, Floats]


def tail(h: Floats, closed: Floats, correlation: Floats | float) -> UpperTail:
    """Moments beyond h while the other variable is beyond `closed`."""
    rho, rest = correlation, np.sqrt(np.maximum(1 - np.square(correlation), _CLOSEST))
    p = both_above(h, closed, rho)
    own = _density(h) * ndtr((rho * h - closed) / rest)
    gate = _density(closed) * ndtr((rho * closed - h) / rest)
    corner = _density(np.sqrt((h * h - 2 * rho * h * closed + closed * closed) / rest**2))
    first = own + rho * gate
    second = p + h * own + rho**2 * closed * gate + rho * rest / np.sqrt(2 * np.pi) * corner
    z = (rho * closed - h) / rest
    return UpperTail(
        closed=closed,
        moments=(p, first - h * p, second - 2 * h * first + h * h * p),
        own_density=own,
        at_gate=(ndtr(z), rest * (z * ndtr(z) + _density(z))),
    )


def joint_moments(h: Floats, k: Floats, correlation: float) -> tuple[tuple[Floats, Floats], ...]:
    """E[(ε − h)^m (η − k)^n; ε ≥ h, η ≥ k] as [m][n], each 0 or 1."""
    h, k = np.broadcast_arrays(h, k)
    if correlation > 1 - _CLOSEST:
        return _one_luck(h, k)
    rho, rest = correlation, np.sqrt(max(1 - correlation**2, _CLOSEST))
    p = both_above(h, k, rho)
    at_h = _density(h) * ndtr((rho * h - k) / rest)
    at_k = _density(k) * ndtr((rho * k - h) / rest)
    corner = rest / np.sqrt(2 * np.pi) * _density(np.sqrt(h * h - 2 * rho * h * k + k * k) / rest)
    one, other = at_h + rho * at_k, at_k + rho * at_h
    both = rho * (p + h * at_h + k * at_k) + corner
    return (p, other - k * p), (one - h * p, both - h * other - k * one + h * k * p)


def _one_luck(h: Floats, k: Floats) -> tuple[tuple[Floats, Floats], ...]:
    """The same where η is ε."""
    far = np.maximum(h, k)
    p, first = ndtr(-far), _density(far)
    return (p, first - k * p), (first - h * p, p + far * first - (h + k) * first + h * k * p)


def both_above(h: Floats, k: Floats, correlation: Floats | float) -> Floats:
    """P(ε ≥ h, η ≥ k), by Owen's T."""
    a, b = (np.where(v == 0, _TINY, -v) for v in np.broadcast_arrays(h, k))
    rest = np.sqrt(np.maximum(1 - np.square(correlation), _CLOSEST))
    with np.errstate(over="ignore"):
        owed = owens_t(a, (b / a - correlation) / rest) + owens_t(b, (a / b - correlation) / rest)
    apart = np.where((np.sign(a) * np.sign(b) < 0), 0.5, 0.0)
    return np.asarray(np.clip(0.5 * (ndtr(a) + ndtr(b)) - owed - apart, 0.0, 1.0))


def _density(z: Floats) -> Floats:
    return np.asarray(np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi))
