"""What nobody causes, drawn once: the same for every plan that is compared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.baseline import Calibrated
from optimizer.network import Floats, Ints


@dataclass(frozen=True)
class Luck:
    """`noise` (T, S, K): σ_k ε of every period and draw; `regime` (S,): state of the market, which lasts."""

    noise: Floats
    regime: Ints


def draw_luck(cal: Calibrated, periods: int, draws: int, seed: int) -> Luck:
    """ε_k = √ρ F + √(1−ρ) ε'_k with one common factor F per period and draw."""
    rng = np.random.default_rng(seed)
    odds = np.array([probability for probability, _ in cal.worlds])
    regime = rng.choice(len(odds), size=draws, p=odds / odds.sum())
    correlation = cal.scenario.noise_correlation
    common = rng.standard_normal((periods, draws, 1))
    own = rng.standard_normal((periods, draws, len(cal.targets)))
    noise = cal.curves.noise * (np.sqrt(correlation) * common + np.sqrt(1 - correlation) * own)
    return Luck(noise, regime)
