"""Moments of two correlated normal variables while both are large enough.

Rosenbaum 1961 (J. R. Stat. Soc. B 23:405-408) gives the truncated moments, Owen 1956
(doi:10.1214/aoms/1177728074) the probability.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import ndtr, owens_t

from optimizer.arrays import Floats

_TINY = 1e-300
_CLOSEST = 1e-12
"""1 − ρ² is taken to be at least this: with equal luck the formulas have limits, not values."""


@dataclass(frozen=True)
class UpperTail:
    """ε and η standard normal with a correlation, beyond h and k, which broadcast against each other."""

    h: Floats
    k: Floats
    correlation: Floats | float

    def moment(self, m: int, n: int) -> Floats:
        """E[(ε − h)^m (η − k)^n; ε ≥ h, η ≥ k], m and n from 0 to 2.

        By Stein's lemma on (ε − h)^(m−1) (η − k)^n, from lower moments and those where one is at its bound.
        """
        if (m, n) not in self._known:
            self._known[m, n] = self._moment(m, n)
        return self._known[m, n]

    @cached_property
    def at_h(self) -> tuple[Floats, Floats]:
        """P(η ≥ k) and E[(η − k)+] where ε = h."""
        return _beyond(self.correlation * self.h - self.k, self._rest)

    @cached_property
    def at_k(self) -> tuple[Floats, Floats]:
        """P(ε ≥ h) and E[(ε − h)+] where η = k."""
        return _beyond(self.correlation * self.k - self.h, self._rest)

    @cached_property
    def density_h(self) -> Floats:
        return _density(self.h)

    @cached_property
    def density_k(self) -> Floats:
        return _density(self.k)

    @cached_property
    def _known(self) -> dict[tuple[int, int], Floats]:
        return {}

    @cached_property
    def _rest(self) -> Floats:
        """Standard deviation of one where the other is known."""
        return np.asarray(np.sqrt(np.maximum(1 - np.square(self.correlation), _CLOSEST)))

    def _moment(self, m: int, n: int) -> Floats:
        """From lower ones, by the variable of the higher power."""
        if m == n == 0:
            return both_above(self.h, self.k, self.correlation)
        if m >= n:
            own = self.density_h * self.at_h[n] if m == 1 else self.moment(m - 2, n)
            other = n * self.moment(m - 1, n - 1) if n else self.density_k * self.at_k[m - 1]
            return np.asarray(own + self.correlation * other - self.h * self.moment(m - 1, n))
        own = self.density_k * self.at_k[m] if n == 1 else self.moment(m, n - 2)
        other = m * self.moment(m - 1, n - 1) if m else self.density_h * self.at_h[n - 1]
        return np.asarray(own + self.correlation * other - self.k * self.moment(m, n - 1))


def joint_moments(h: Floats, k: Floats, correlation: float) -> tuple[tuple[Floats, Floats], ...]:
    """E[(ε − h)^m (η − k)^n; ε ≥ h, η ≥ k] as [m][n], each 0 or 1."""
    h, k = np.broadcast_arrays(h, k)
    if correlation > 1 - _CLOSEST:
        return _one_luck(h, k)
    beyond = UpperTail(h, k, correlation)
    none, first = ((beyond.moment(m, 0), beyond.moment(m, 1)) for m in (0, 1))
    return none, first


def _beyond(gap: Floats, sd: Floats) -> tuple[Floats, Floats]:
    """Probability and mean excess of a normal that is expected to be beyond a bound by `gap`."""
    z = gap / sd
    return np.asarray(ndtr(z)), np.asarray(sd * (z * ndtr(z) + _density(z)))


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
