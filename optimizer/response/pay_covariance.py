"""How uncertain a team's pay is in all, where KPIs share their luck (model.md §13.8).

    Var pay_i = Σ_kj e_ik e_ij Cov(pay_k, pay_j)

Two names for one number have one luck, so that paying on both spreads nothing. Pay of a KPI is a line with
bends and jumps in a normal attainment, and luck has the correlation R, so that Cov follows from moments of
two correlated normals (`bivariate_normal`). With θ the slope of expected pay and b that of its first line, by
Stein's lemma

    Cov(pay_k, pay_j) = σ_k σ_j R_kj (b_k θ_j + θ_k b_j − b_k b_j) + Cov(bends_k, bends_j).

Behind a gate pay hangs on two lucks, and two such pays on four: there variances are exact, and a team's
payments are correlated as in a sample of DRAWS (a correlation is off by 0.01 or so). The same pay under two
names is one there too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
from scipy.special import ndtr, ndtri

from optimizer.arrays import Floats
from optimizer.response.bivariate_normal import joint_moments
from optimizer.response.gates import NO_GATES
from optimizer.response.pay_curves import PayCurves
from optimizer.response.shared_luck import person_correlation

DRAWS = 2048
"""Of luck, for payments behind gates: a power of 2."""
_SHARED = 1e-12
"""Correlation of luck below this is none."""
_BLOCK = 1 << 20
"""Attainments that are paid at once."""


@dataclass(frozen=True)
class PaySpread:
    """Uncertainty of pay from luck alone at scores (S or 1, K), per square euro at target; `luck` is R."""

    curves: PayCurves
    luck: Floats
    score: Floats

    def of_teams(self, euros: Floats) -> Floats:
        """Var pay_i at euros at target (S, I, K), (S, I)."""
        if self.curves.apart.any():
            return np.hstack([part.of_teams(euros[:, [i]]) for i, part in enumerate(self._persons())])
        alone = np.einsum("sik,sik->si", euros**2, np.broadcast_to(self.variance, euros.shape))
        for k, j in self._pairs():
            both = euros[..., k] * euros[..., j]
            if both.any():
                alone = alone + 2 * both * self._of_pair(k, j)
        return np.asarray(np.maximum(alone, 0.0))

    def matrix(self) -> Floats:
        """Cov(pay_k, pay_j) of every team, (S, I, K, K)."""
        if self.curves.apart.any():
            return np.concatenate([part.matrix() for part in self._persons()], axis=1)
        every = self.variance[..., None] * np.eye(len(self.luck))
        for k, j in self._pairs():
            every[..., k, j] = every[..., j, k] = self._of_pair(k, j)
        return np.asarray(every)

    @cached_property
    def variance(self) -> Floats:
        """Var pay_k, (S, I, K)."""
        return self.curves.variance(self.score)

    def _persons(self) -> Iterator[PaySpread]:
        """Of each team alone, whose luck is then that of one of its persons where these are paid."""
        for i in range(self.curves.teams):
            curves = self.curves.of_team_alone(i)
            spread = curves.spread[0]
            alike = person_correlation(self.luck, curves.noise, float(curves.skill[0, 0]), spread)
            of_one = replace(curves, noise=spread, skill=0 * curves.skill, alone=0 * curves.alone)
            yield PaySpread(of_one, alike, self.score)

    def _pairs(self) -> Iterator[tuple[int, int]]:
        """KPIs, each two once, whose luck has something in common."""
        for k, j in np.argwhere(np.triu(np.abs(self.luck) > _SHARED, 1)):
            yield int(k), int(j)

    def _of_pair(self, k: int, j: int) -> Floats:
        """Cov(pay_k, pay_j), (S, I)."""
        free, behind = self._without_gates(k, j), np.unique(self.curves.gates.team)
        if not len(behind):
            return free
        free = np.array(np.broadcast_to(free, (len(self.score), self.curves.teams)))
        for i in behind:
            free[:, i] = self._behind_gates(int(i), k, j)
        return free

    # --- exactly, for pay on one luck

    @cached_property
    def _slope(self) -> Floats:
        """θ without gates, (S, I, K)."""
        return replace(self.curves, gates=NO_GATES).slope(self.score)

    def _sd(self, k: int) -> Floats:
        """σ of a KPI, () or (C,)."""
        return np.asarray(self.curves.noise[..., k])

    def _without_gates(self, k: int, j: int) -> Floats:
        first = self.curves.first_slope
        a, b = (np.broadcast_to(first[:, n], (self.curves.teams,)) for n in (k, j))
        one, other = (self._slope[..., n] for n in (k, j))
        shared = self._sd(k) * self._sd(j) * self.luck[k, j]
        return np.asarray(shared * (a * other + b * one - a * b) + self._bends(k, j))

    def _bends(self, k: int, j: int) -> Floats:
        """Cov of all that knots add to the first lines, (S, C) or (S, I)."""
        if not (self._has_bends(k) and self._has_bends(j)):
            return np.zeros(())
        one, other = self._knots(k), self._knots(j)
        joint = joint_moments(one[0][..., :, None], other[0][..., None, :], float(self.luck[k, j]))
        both = sum(
            (one[1 + m][..., :, None] * other[1 + n][..., None, :] * joint[m][n]).sum(axis=(-2, -1))
            for m in (0, 1)
            for n in (0, 1)
        )
        cov = np.asarray(both - _mean(*one) * _mean(*other))
        return np.broadcast_to(cov, (len(cov), self.curves.teams))

    def _has_bends(self, k: int) -> bool:
        return bool((self.curves.changes[:, k] != 0).any() or (self.curves.jumps[:, k] != 0).any())

    def _knots(self, k: int) -> tuple[Floats, Floats, Floats]:
        """Where knots lie in luck (S, C, J), and jumps and slope changes there per unit of luck (C, J)."""
        c, sd = self.curves, np.asarray(self._sd(k))[..., None]
        away = (c.knots[:, k] - self.score[:, k, None, None]) / np.where(sd > 0, sd, 1.0)
        return away, c.jumps[:, k], c.changes[:, k] * sd

    # --- nearly, behind gates

    def _behind_gates(self, i: int, k: int, j: int) -> Floats:
        """(S,): deviations as they are, correlated as in the sample."""
        alike, spread = self._alike(i), np.sqrt(self.variance[:, i])
        return np.asarray(alike[:, k, j] * spread[:, k] * spread[:, j])

    def _alike(self, i: int) -> Floats:
        """Correlation of a team's payments in the sample, (S, K, K)."""
        if i not in self._known:
            luck, curves = sample(self.luck), self.curves.of_team_alone(i)
            rows = max(1, _BLOCK // luck.size)
            blocks = (self.score[at : at + rows] for at in range(0, len(self.score), rows))
            self._known[i] = np.concatenate([_correlation(curves, some, luck) for some in blocks])
        return self._known[i]

    @cached_property
    def _known(self) -> dict[int, Floats]:
        return {}


def sample(luck: Floats) -> Floats:
    """DRAWS of the luck of KPIs, (D, K), of which R is the correlation; always the same."""
    return _sample(luck.tobytes(), len(luck))


@lru_cache(maxsize=8)
def _sample(luck: bytes, kpis: int) -> Floats:
    from scipy.stats import qmc

    size, axes = np.linalg.eigh(np.frombuffer(luck).reshape(kpis, kpis))
    independent = ndtri(qmc.Sobol(kpis, rng=np.random.default_rng(0)).random(DRAWS))
    return np.asarray(independent @ (axes * np.sqrt(np.maximum(size, 0.0))).T)


def _correlation(curves: PayCurves, score: Floats, luck: Floats) -> Floats:
    """Of the payments of the only team at scores (S, K), (S, K, K); 0 where one never varies."""
    paid = curves.certain(score[:, None] + curves.noise * luck)[:, :, 0]
    paid = paid - paid.mean(axis=1, keepdims=True)
    size = np.sqrt((paid**2).sum(axis=1))
    paid = paid / np.where(size > 0, size, 1.0)[:, None]
    return np.asarray(np.swapaxes(paid, 1, 2) @ paid)


def _mean(away: Floats, jumps: Floats, changes: Floats) -> Floats:
    """Σ_j of what knots add on average, (S, C)."""
    beyond = ndtr(-away)
    above = np.exp(-0.5 * away * away) / np.sqrt(2 * np.pi) - away * beyond
    return np.asarray((jumps * beyond + changes * above).sum(axis=-1))
