"""What the equations of the model are written over: one regime's numbers at given beliefs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimizer.arrays import Floats, rounded
from optimizer.plans.space import RELATIVE, PlanSpace
from optimizer.response.beliefs import Beliefs, signals_of
from optimizer.response.booking import booking_decimals, most_rounding
from optimizer.response.calibration import Calibrated
from optimizer.response.network import Network
from optimizer.response.outcome import pay_spread
from optimizer.scenario.rule_types import Rules
from optimizer.scenario.types import Scenario


@dataclass(frozen=True)
class RegimeData:
    """One regime at given beliefs, all linear in the plan's euros e_ik.

    Reward of a unit: r_a = Σ_k e_{i(a)k} `reward[k, a]` + `onward[a]`. Linearised score of KPI k:
    ŝ_k = `score_constant[k]` + Σ_a `score[k, a]` x_a. Linearised pay per euro of pair (i, k): `level[i, k]` +
    `slope[i, k]`·ŝ.
    """

    name: str
    probability: float
    network: Network
    reward: Floats
    onward: Floats
    waiting: Floats
    """(1 − δ^ℓ) Σ_{m own} P_ma μ̄_m, (A,) currency per unit."""
    score: Floats
    score_constant: Floats
    believed: Floats
    """m_k, (K,): the score that people believe."""
    level: Floats
    """E pay at the believed scores less what `slope` says there, (I, K)."""
    slope: Floats
    """∂E pay_ik/∂s_j, (I, K, K): θ_ik where j is k, and what the KPI it hangs on adds where j is that."""
    direct: Floats
    """θ_k N_ka / (Den_k T_k), (K, A): reward per euro from the activity's own numerator credit."""


@dataclass(frozen=True)
class ModelData:
    """Everything the model is built from."""

    cal: Calibrated
    space: PlanSpace
    regimes: tuple[RegimeData, ...]
    exposure: Floats | None
    """d_kj, (K, J), at the believed plan; None where no rule needs it."""
    money: float = 1.0
    """Units of money in these numbers per unit of the scenario: a power of two (model.md §13.13)."""
    for_booking: bool = True
    """Whether limits on payouts are moved by what booking can move a payout."""

    @cached_property
    def rules(self) -> Rules:
        """Those of the scenario, in the model's unit of money."""
        if not self.for_booking:
            return _after_reserve(self.cal.scenario.rules)
        return _unrounded(self.cal.scenario, _sign(self.space), self.money)

    @cached_property
    def pay_covariance(self) -> Floats:
        """Σ_s π_s Cov(pay_ik, pay_il) at the believed scores, (I, K, K) per square euro at target."""
        parts = (w.probability * pay_spread(self.cal, w.believed[None]).matrix()[0] for w in self.regimes)
        return np.asarray(sum(parts))

    @property
    def cent(self) -> float:
        """How far booking moves a payout against the least that is asked for, signed as limits are moved."""
        moved = _sign(self.space) if self.for_booking else 0.0
        return moved * self.money * 10.0 ** -booking_decimals(self.cal.scenario, self.money)


def _sign(space: PlanSpace) -> float:
    """Which way limits on payouts are moved: +1 lets more pass, −1 keeps something in hand."""
    return -1.0 if space.continuous else 1.0


def _unrounded(scenario: Scenario, sign: float, money: float) -> Rules:
    """Rules for payouts that are not rounded, as the model's are, while the evaluator tests booked ones.

    With steps the model lets pass whatever may be within its limit once booked, and the evaluator refuses the
    others. Without, plans end at their limit: there the model keeps as much in hand.
    """
    budget, room = scenario.rules.budget, sign * most_rounding(scenario, money)
    decimals = booking_decimals(scenario, money)
    of = dict(zip(scenario.teams, map(float, room), strict=True))

    def moved(limit: float, by: float) -> float:
        stated = rounded(limit / money, decimals) * money
        if sign < 0:
            by = min(by, -RELATIVE * limit)  # what the model itself may miss
        return max((max if sign > 0 else min)(limit, stated) + by, 0.5 * limit)

    tail = sign * 0.5 * 10.0**-decimals * money
    limits = {
        "expected": budget.expected and moved(budget.expected, float(room.sum())),
        "teams": {team: moved(most, of[team]) for team, most in budget.teams.items()},
        **{
            key: case and case.model_copy(update={"limit": moved(case.limit, tail)})
            for key, case in (("cvar", budget.cvar), ("percentile", budget.percentile))
        },
    }
    return _after_reserve(scenario.rules.model_copy(update={"budget": budget.model_copy(update=limits)}))


def _after_reserve(rules: Rules) -> Rules:
    """Limits on the payouts of all teams together, less what is set aside."""
    budget, kept = rules.budget, rules.budget.reserve
    if not kept:
        return rules
    cases = {key: getattr(budget, key) for key in ("cvar", "percentile")}
    limits = {
        "expected": None if budget.expected is None else budget.expected - kept,
        **{key: c and c.model_copy(update={"limit": c.limit - kept}) for key, c in cases.items()},
    }
    return rules.model_copy(update={"budget": budget.model_copy(update=limits)})


def model_data(
    cal: Calibrated,
    space: PlanSpace,
    beliefs: tuple[Beliefs, ...],
    exposure: Floats | None = None,
    money: float = 1.0,
) -> ModelData:
    """The model's numbers at one belief (S = 1) per regime, all in one unit of money."""
    stated = cal.regimes
    regimes = tuple(
        _regime_data(cal, name or "base", probability, network, at)
        for name, probability, network, at in zip(
            stated.names, stated.odds, stated.networks, beliefs, strict=True
        )
    )
    return ModelData(cal, space, regimes, exposure, money)


def _regime_data(cal: Calibrated, name: str, probability: float, network: Network, at: Beliefs) -> RegimeData:
    signals = signals_of(network, cal.curves, cal.targets_at(at), at)
    believed, slope = signals.score[0], signals.slope.matrix()[0]
    return RegimeData(
        name=name,
        probability=probability,
        network=network,
        reward=signals.reward_per_euro[0],
        onward=signals.onward[0],
        waiting=(1 - network.own_delay) * (at.price[0] @ network.own_yields),
        score=signals.marginal[0],
        score_constant=signals.constant[0],
        believed=believed,
        level=signals.level[0] - slope @ believed,
        slope=slope,
        direct=signals.direct[0],
    )
