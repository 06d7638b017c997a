"""What the equations of the model are written over: one regime's numbers at given beliefs."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.arrays import Floats
from optimizer.plans.space import PlanSpace
from optimizer.response.beliefs import Beliefs, signals_of
from optimizer.response.calibration import Calibrated
from optimizer.response.network import Network
from optimizer.scenario.rule_types import Rules


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
    """∂E pay_ik/∂s_j, (I, K, K): θ_ik where j is k, and what a gate's score adds where j is the gate."""
    variance: Floats
    """Var pay_ik at the believed score, (I, K) per square euro at target."""
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

    @property
    def rules(self) -> Rules:
        return self.cal.scenario.rules


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
        variance=cal.curves.variance(believed),
        direct=signals.direct[0],
    )
