"""Luck of what is sold: units that enter a stage of value scatter as the KPI that counts them.

A KPI's attainment is s_k + σ_k ε_k: what it counts comes in σ_k ε_k / s_k above its expectation, and so does
what the company gets for it. One luck moves attainment, pay and revenue. A stage follows the KPI whose credit
lies most on the work that fills it (cosine of the two over activities, at baseline); a rate only where no
count does, the first of equals. As the luck of attainment is additive, so are the units it brings: as many
more or fewer under every plan, measured at the baseline, and not cut at 0, so that means are those of the
engine. Direct costs, a stage that no KPI counts, and what lucky units bring further down have no luck.
"""

from __future__ import annotations

import numpy as np

from optimizer.arrays import Floats, Ints
from optimizer.response.calibration import Calibrated
from optimizer.response.network import Network

_ALIKE = 9
"""Decimals of a cosine; closer ones are equal."""


def counting_kpis(network: Network) -> Ints:
    """The KPI whose luck the units entering each stage of value share, (N,); −1 for none."""
    credit, filled = network.numerator * network.baseline, network.yields * network.baseline
    sizes = np.linalg.norm(credit, axis=1)[:, None] * np.linalg.norm(filled, axis=1)
    alike = np.round(credit @ filled.T / np.where(sizes > 0, sizes, 1.0), _ALIKE)
    ranked = np.where(alike > 0, alike + np.where(network.is_rate, 0, 1)[:, None], 0.0)
    counted = (ranked.max(axis=0, initial=0.0) > 0) & (network.stage_value != 0)
    return np.asarray(np.where(counted, ranked.argmax(axis=0), -1))


def worth_of_luck(cal: Calibrated, network: Network) -> Floats:
    """What one unit of luck of each KPI's attainment brings in a regime, (K,) currency per period."""
    base, worth = cal.network, np.zeros(len(cal.targets))
    per = np.where(base.is_rate, cal.beliefs.denominator[0], 1.0)
    score = cal.beliefs.numerator[0] / per / cal.targets
    filled = network.stage_value * (base.yields @ base.baseline)
    for n, k in enumerate(counting_kpis(base)):
        if k >= 0:
            worth[k] += filled[n] / score[k]
    return worth
