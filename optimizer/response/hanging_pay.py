"""What luck makes of pay that hangs on another KPI: f(y) g(z), y and z normal and correlated (model.md §9).

Both are lines that jump and bend at knots (`bent_lines`): f what the KPI itself pays, g the factor. With g₀
and f₀ before the first knots, f₀ a level, F and G what knots add,

    E[f g] = g₀ E f + f₀ E G + E[F G]
    dE[f g]/dm = g₀ dE f/dm + Σ_j J_j φ(h_j)/σ E[G | y = K_j] + C_j E[G; y ≥ K_j]

and the mirror image for the score of z, from moments of two correlated normals (`bivariate_normal`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import ndtr

from optimizer.arrays import Floats, Ints
from optimizer.response.bivariate_normal import UpperTail
from optimizer.response.gates import Gates


@dataclass(frozen=True)
class HangingPay:
    """The P pairs at scores (..., K)."""

    gates: Gates
    row: Ints
    """Which curve each pair is paid by, (P,)."""
    first_level: Floats
    knots: Floats
    spread: Floats
    """σ of the attainments that are paid, (C, K)."""
    score: Floats

    def moment(self, rises: tuple[Floats, ...], factor: tuple[Floats, ...]) -> Floats:
        """E[f g] above g₀ E f by the rises of f (C, K, J) and of g (P, M) at knots; of squares, by theirs."""
        before = self._first if len(rises) == 2 else self._first**2
        alone = zip(factor, self._moments_of_factor, range(3), strict=False)
        total = before * sum((r * self._tau**n * mean).sum(axis=-1) for r, mean, n in alone)
        for m, paid in enumerate(map(self._of_pairs, rises)):
            for n, times in enumerate(factor):
                if not (paid.any() and times.any()):
                    continue
                both = (paid * self._sigma**m)[..., :, None] * (times * self._tau**n)[..., None, :]
                total = total + (both * self._tail.moment(m, n)).sum(axis=(-2, -1))
        return np.asarray(total)

    def own_slope(self, rises: tuple[Floats, Floats]) -> Floats:
        """∂E[f g]/∂(score of the KPI itself), above g₀ dE f, (..., P)."""
        jumps, changes = map(self._of_pairs, rises)
        there = self._tail.at_h
        beyond = self._tail.moment(0, 0), self._tail.moment(0, 1)
        at, above = (self._factor_of(means) for means in (there, beyond))
        density = _density(self._tail.h[..., 0]) / self._sigma
        return np.asarray((jumps * density * at + changes * above).sum(axis=-1))

    def gate_slope(self, rises: tuple[Floats, Floats]) -> Floats:
        """∂E[f g]/∂(score of the KPI that it hangs on), (..., P)."""
        jumps, changes = self.gates.rises
        beyond = self._tail.moment(0, 0), self._tail.moment(1, 0)
        at, above = (self._paid_by(rises, means) for means in (self._tail.at_k, beyond))
        first = self._first[..., None]
        reached, density = self._moments_of_factor[0], _density(self._tail.k[..., 0, :]) / self._tau
        steps = jumps * density * (first + at)
        return np.asarray((steps + changes * (first * reached + above)).sum(axis=-1))

    # --- parts

    @cached_property
    def _first(self) -> Floats:
        """f₀, (..., P)."""
        return np.asarray(self.first_level[..., self.row, self.gates.kpi])

    @cached_property
    def _sigma(self) -> Floats:
        """(..., P, 1): luck of the KPI itself."""
        return np.asarray(self.spread[..., self.row, self.gates.kpi, None])

    @cached_property
    def _tau(self) -> Floats:
        """(..., P, 1): luck of the KPI that it hangs on."""
        return np.asarray(self.spread[..., self.row, self.gates.on, None])

    @cached_property
    def _tail(self) -> UpperTail:
        """Beyond every knot of f and every one of g, (..., P, J, M)."""
        away = (self._of_pairs(self.knots) - self.score[..., self.gates.kpi, None]) / self._sigma
        closed = (self.gates.knots - self.score[..., self.gates.on, None]) / self._tau
        return UpperTail(away[..., :, None], closed[..., None, :], self.gates.correlation[..., None, None])

    @cached_property
    def _moments_of_factor(self) -> tuple[Floats, Floats, Floats]:
        """E[(η − c)^n; η ≥ c], n from 0 to 2, at knots of g, (..., P, M)."""
        c = self._tail.k[..., 0, :]
        reached, density = ndtr(-c), _density(c)
        return reached, density - c * reached, (1 + c * c) * reached - c * density

    def _of_pairs(self, by_curve: Floats) -> Floats:
        """(..., P, J) of (..., C, K, J)."""
        return by_curve[..., self.row, self.gates.kpi, :]

    def _factor_of(self, means: tuple[Floats, Floats]) -> Floats:
        """G from the probability of its knots and the mean excess over them, (..., P, J)."""
        jumps, changes = (rise[..., None, :] for rise in self.gates.rises)
        return np.asarray((jumps * means[0] + changes * self._tau[..., None] * means[1]).sum(axis=-1))

    def _paid_by(self, rises: tuple[Floats, Floats], means: tuple[Floats, Floats]) -> Floats:
        """F likewise, (..., P, M)."""
        jumps, changes = (self._of_pairs(rise)[..., :, None] for rise in rises)
        return np.asarray((jumps * means[0] + changes * self._sigma[..., None] * means[1]).sum(axis=-2))


def _density(z: Floats) -> Floats:
    return np.asarray(np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi))
