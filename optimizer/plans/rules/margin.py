"""What keeps people from gaming, in numbers (model.md §8, anti-gaming a and b)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.arrays import Floats, Ints
from optimizer.plans.rules import gaming_caps
from optimizer.response.beliefs import signals_of
from optimizer.response.calibration import Calibrated
from optimizer.response.equilibrium import Equilibrium, rewards
from optimizer.response.network import Network


@dataclass(frozen=True)
class Deterrence:
    """Per gaming activity, for S plans at an equilibrium; (S, G) each.

    `gain` net gain of the first unit at the plan's prices and `room` = q_a × cap_a [currency/unit]: gaming
    stays within its cap while gain ≤ room. `direct` is the part of the gain that the activity's own
    numerator credit pays. `margin` is the share by which that credit may grow before the cap breaks.
    """

    activities: Ints
    gain: Floats
    room: Floats
    direct: Floats

    @property
    def margin(self) -> Floats:
        """inf where the activity earns no direct credit."""
        paid = self.direct > 1e-12
        return np.where(paid, (self.room - self.gain) / np.where(paid, self.direct, 1.0), np.inf)


def deterrence(cal: Calibrated, network: Network, at: Equilibrium, euros: Floats) -> Deterrence:
    """How well a plan deters each gaming activity that has a cap."""
    caps = [(a, constant, share) for a, constant, share in gaming_caps(cal, network) if network.gaming[a]]
    some = np.array([a for a, _, _ in caps], dtype=np.intp)
    inflow = np.hstack([network.stage_inflow(at.x), np.zeros((len(at.x), 1))])
    limit = (
        np.array([c for _, c, _ in caps])
        + np.array([s for _, _, s in caps]) * inflow[:, network.source[some]]
    )
    signals = signals_of(network, cal.curves, cal.targets_at(at.beliefs), at.beliefs)
    direct = np.einsum("sgk,skg->sg", euros[:, network.team[some], :], signals.direct[:, :, some])
    prices = at.response
    gain = rewards(network, signals, euros) - cal.linear
    gain = gain - (1 - network.own_delay) * (at.beliefs.price @ network.own_yields)
    gain = gain + prices.stage_price @ network.own_yields
    gain = gain - network.unit_hours * prices.hour_price[:, network.team]
    gain = gain - np.hstack([prices.stage_price, np.zeros((len(at.x), 1))])[:, network.source]
    return Deterrence(some, gain[:, some], cal.quadratic[some] * limit, direct)
