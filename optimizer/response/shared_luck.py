"""Luck belongs to what is counted: KPIs that count the same work share theirs (model.md §13.8).

    R = ρ 11' + (1 − ρ) O,   O_kl = Σ_a N_ka N_la x⁰_a / √(Σ_a N_ka² x⁰_a · Σ_a N_la² x⁰_a)

is the correlation of the luck of KPIs, ρ the scenario's `noise_correlation`: O is what they share because the
same work counts for both, ρ what everything has in common beside. Two names for one number have one luck, so
that paying on both spreads nothing. R is a correlation for any ρ: O is that of sums of independent parts.
What a scenario states of a pair (`noise_with`) replaces it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.arrays import Floats
from optimizer.response.network import Network
from optimizer.scenario.types import Scenario

_NONE = 1e-9
"""Variance that is left to a KPI below this is rounding: it has none of its own."""
_PROJECTIONS = 1000
_SEEN = 1e-3
"""Difference between a stated correlation and the one used that is worth a word."""
_TIDY = 12
"""Decimals of an overlap that are more than rounding."""


def overlap(network: Network) -> Floats:
    """O, (K, K); a KPI that counts nothing today shares nothing."""
    counted = network.numerator * np.sqrt(network.baseline)
    size = np.linalg.norm(counted, axis=1)
    alike = (counted @ counted.T) / np.outer(*(np.where(size > 0, size, 1.0),) * 2)
    np.fill_diagonal(alike, 1.0)
    return np.asarray(np.clip(np.round(alike, _TIDY), -1.0, 1.0))


@dataclass(frozen=True)
class LuckFactors:
    """ε = √common · F + √(1 − common) · own ε', of independent F and ε' (K,): luck with correlation R."""

    common: float
    own: Floats
    """(K, K)."""


def luck_factors(scenario: Scenario, network: Network) -> LuckFactors:
    """What draws of luck are made of."""
    if not _stated(scenario):
        return LuckFactors(scenario.noise_correlation, _root(overlap(network)))
    return LuckFactors(0.0, _root(luck_correlation(scenario, network)))


def luck_correlation(scenario: Scenario, network: Network) -> Floats:
    """R, (K, K), of the luck of KPIs: what they count together, what all have in common, and what is
    stated."""
    common = scenario.noise_correlation
    whole = common + (1 - common) * overlap(network)
    stated = _stated(scenario)
    if not stated:
        return whole
    for k, other, r in stated:
        whole[k, other] = whole[other, k] = r
    return nearest_correlation(whole)


def is_contradictory(scenario: Scenario, network: Network) -> bool:
    """Stated correlations cannot all hold: the nearest that can are used."""
    found = luck_correlation(scenario, network)
    return any(abs(found[k, other] - r) > _SEEN for k, other, r in _stated(scenario))


def _stated(scenario: Scenario) -> list[tuple[int, int, float]]:
    kpis = list(scenario.kpis)
    pairs = ((a, b, r) for a, kpi in scenario.kpis.items() for b, r in kpi.noise_with.items())
    return [(kpis.index(a), kpis.index(b), r) for a, b, r in pairs if a != b]


def nearest_correlation(matrix: Floats) -> Floats:
    """The nearest positive semidefinite matrix with ones on its diagonal (Higham 2002,
    doi:10.1093/imanum/22.3.329): projections on either in turn, the first corrected by what it took away."""
    at, taken = matrix.copy(), np.zeros_like(matrix)
    for _ in range(_PROJECTIONS):
        values, vectors = np.linalg.eigh(at - taken)
        if values.min() >= -_NONE:
            return np.asarray(at)
        positive = (vectors * np.maximum(values, 0.0)) @ vectors.T
        taken = positive - (at - taken)
        at = positive.copy()
        np.fill_diagonal(at, 1.0)
    return np.asarray(np.clip(at, -1.0, 1.0))


def person_correlation(luck: Floats, noise: Floats, skill: float, spread: Floats) -> Floats:
    """(K, K), of one person's attainments, whose standard deviations are `spread` (K,) (model.md §13.2).

    The luck R of KPIs with `noise` (K,) is the team's; skill is in all alike, luck of its own in none else.
    """
    size = np.where(spread > 0, spread, 1.0)
    alike = (luck * np.outer(noise, noise) + skill**2) / np.outer(size, size)
    np.fill_diagonal(alike, 1.0)
    return np.asarray(alike)


def _root(alike: Floats) -> Floats:
    """A with A A' = a correlation, (K, K), lower triangular (Cholesky): a KPI adds luck of its own to that of
    earlier ones."""
    mix = np.zeros_like(alike)
    for k in range(len(alike)):
        own = alike[k, k] - mix[k, :k] @ mix[k, :k]
        if own > _NONE:
            mix[k:, k] = (alike[k:, k] - mix[k:, :k] @ mix[k, :k]) / np.sqrt(own)
    return mix
