"""What rules look at: one team's part of some plans, or what people do under them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.arrays import Bools, Floats, Ints
from optimizer.plans.space import TOLERANCE, PlanSpace
from optimizer.response.calibration import Calibrated
from optimizer.response.equilibrium import Equilibrium
from optimizer.risk.cvar import NO_TAIL, BadCases
from optimizer.scenario.plan import weights_of
from optimizer.scenario.rule_types import Rules


@dataclass(frozen=True)
class TeamPlans:
    """S plans as one team sees them: its weights (S, K) and its pay (S,)."""

    space: PlanSpace
    i: int
    weights: Floats
    pay: Floats

    @classmethod
    def of(cls, space: PlanSpace, i: int, euros: Floats) -> TeamPlans:
        """From euros (S, I, K); weights of plans that do not pay the team are 0."""
        return cls(space, i, weights_of(euros[:, i]), euros[:, i].sum(axis=1))

    @property
    def team(self) -> str:
        return list(self.space.scenario.teams)[self.i]

    @property
    def rules(self) -> Rules:
        return self.space.scenario.rules

    @property
    def paid(self) -> Bools:
        """(S,): without pay there are no weights, and most rules on them say nothing."""
        return np.asarray(self.pay > 0)

    @property
    def free(self) -> Bools:
        """(K,): not locked."""
        return free_kpis(self.space, self.i)

    @property
    def used(self) -> Bools:
        """(S, K)."""
        return np.asarray(self.weights > TOLERANCE)

    @property
    def chosen(self) -> Bools:
        """(S, K): used, and not locked."""
        return np.asarray(self.used & self.free)


def free_kpis(space: PlanSpace, i: int) -> Bools:
    """(K,): which weights of a team are not locked."""
    return np.asarray(np.isnan(space.locked[i]))


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


@dataclass(frozen=True)
class Facts:
    """S plans, `euros` (S, I, K), and what people do in each regime; pay (S, I) before charges.

    Where a rule asks for them: exposure (S, K, J), each regime's deterrence, and what is paid in bad cases.
    """

    cal: Calibrated
    euros: Floats
    by_regime: tuple[Equilibrium, ...]
    pay: Floats
    exposure: Floats | None = None
    deterred: tuple[Deterrence, ...] | None = None
    tail: BadCases = NO_TAIL
