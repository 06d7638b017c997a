"""Luck belongs to what is counted: KPIs that count the same work share theirs (model.md §13.8).

    R = ρ 11' + (1 − ρ) O,   O_kl = Σ_a N_ka N_la x⁰_a / √(Σ_a N_ka² x⁰_a · Σ_a N_la² x⁰_a)

is the correlation of the luck of KPIs, ρ the scenario's `noise_correlation`: O is what they share because the
same work counts for both, ρ what everything has in common beside. Two names for one number have one luck, so
that paying on both spreads nothing. R is a correlation for any ρ: O is that of sums of independent parts.
"""

from __future__ import annotations

import numpy as np

from optimizer.arrays import Floats
from optimizer.response.network import Network

_NONE = 1e-9
"""Variance that is left to a KPI below this is rounding: it has none of its own."""
_TIDY = 12
"""Decimals of an overlap that are more than rounding."""


def overlap(network: Network) -> Floats:
    """O, (K, K); a KPI that counts nothing today shares nothing."""
    counted = network.numerator * np.sqrt(network.baseline)
    size = np.linalg.norm(counted, axis=1)
    alike = (counted @ counted.T) / np.outer(*(np.where(size > 0, size, 1.0),) * 2)
    np.fill_diagonal(alike, 1.0)
    return np.asarray(np.clip(np.round(alike, _TIDY), -1.0, 1.0))


def luck_correlation(network: Network, common: float) -> Floats:
    """R, (K, K), of the luck of KPIs that have `common` (ρ) beside what they count together."""
    return common + (1 - common) * overlap(network)


def mixing(network: Network) -> Floats:
    """A with A A' = O, (K, K), lower triangular (Cholesky): a KPI adds luck of its own to earlier ones'."""
    alike = overlap(network)
    mix = np.zeros_like(alike)
    for k in range(len(alike)):
        own = alike[k, k] - mix[k, :k] @ mix[k, :k]
        if own > _NONE:
            mix[k:, k] = (alike[k:, k] - mix[k:, :k] @ mix[k, :k]) / np.sqrt(own)
    return mix
