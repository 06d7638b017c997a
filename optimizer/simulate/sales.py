"""Luck of what is sold: units that enter a stage of value scatter as the KPI that counts them.

A KPI's attainment is s_k + σ_k ε_k, so what it counts comes in at 1 + σ_k ε_k / s_k times its expectation,
and so does what the company gets for it: one luck moves attainment, pay and revenue. A stage follows the KPI
whose credit lies most on the work that fills it (cosine of the two over activities, at baseline); a rate only
where no count does, the first of equals. A stage that no KPI counts, direct costs, and what follows from
lucky units further down the funnel have no luck. As attainment, units are not cut at 0, so that means are
those of the engine; and as its luck is additive, it brings as many units more or fewer under every plan.
"""

from __future__ import annotations

import numpy as np

from optimizer.network import Floats, Ints, Network

_ALIKE = 9
"""Decimals of a cosine; closer ones are equal."""


def counting_kpis(network: Network) -> Ints:
    """The KPI whose luck the units entering each stage of value share, (N,); −1 for none."""
    credit, filled = network.numerator * network.baseline, network.yields * network.baseline
    sizes = np.linalg.norm(credit, axis=1)[:, None] * np.linalg.norm(filled, axis=1)
    alike = np.round(credit @ filled.T / np.where(sizes > 0, sizes, 1.0), _ALIKE)
    ranked = np.where(alike > 0, alike + np.where(network.is_rate, 0, 1)[:, None], 0.0)
    found = (ranked.max(axis=0, initial=0.0) > 0) & (network.stage_value != 0)
    return np.asarray(np.where(found, ranked.argmax(axis=0), -1))


def lucky_value(network: Network, counting: Ints, entered: Floats, score: Floats, luck: Floats) -> Floats:
    """Currency per period, (S,), that luck of KPIs (S, K) adds to units entering stages (S, N)."""
    lucky = np.where(score > 0, luck / np.where(score > 0, score, 1.0), 0.0)
    by_stage = np.where(counting >= 0, lucky[:, counting], 0.0)
    return np.asarray((entered * by_stage) @ network.stage_value)
