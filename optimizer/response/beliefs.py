"""What teams believe, and what a unit of work is worth to them at those beliefs (model.md §4).

Every array has a leading axis S: beliefs of S plans are handled at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.arrays import Floats, Ints
from optimizer.response.gates import Sensitivity
from optimizer.response.network import Network
from optimizer.response.pay_curves import PayCurves

EMPTY = 1e-12
"""A stage with less inflow than this (relative to the largest volume) counts as empty."""
DENOMINATOR_FLOOR = 0.05
"""Believed denominators stay at or above this share of baseline."""


@dataclass(frozen=True)
class Beliefs:
    """Routing fractions φ (S, A), KPI numerators and denominators (S, K), prices μ̄ of stages (S, N).

    The denominator of a count is 1.
    """

    routing: Floats
    numerator: Floats
    denominator: Floats
    price: Floats

    def select(self, rows: Ints) -> Beliefs:
        """The beliefs of some of the plans."""
        return Beliefs(*(field[rows] for field in self._fields()))

    @staticmethod
    def together(parts: Sequence[Beliefs]) -> Beliefs:
        """Beliefs of several batches of plans as those of one."""
        return Beliefs(
            routing=np.concatenate([part.routing for part in parts]),
            numerator=np.concatenate([part.numerator for part in parts]),
            denominator=np.concatenate([part.denominator for part in parts]),
            price=np.concatenate([part.price for part in parts]),
        )

    def with_money(self, factor: float) -> Beliefs:
        """The same where money is counted in another unit: prices times `factor`."""
        return Beliefs(self.routing, self.numerator, self.denominator, self.price * factor)

    def repeated(self, count: int) -> Beliefs:
        """One plan's beliefs, held by `count` plans."""
        return Beliefs(*(np.broadcast_to(f, (count, *f.shape[1:])) for f in self._fields()))

    def stacked(self) -> Floats:
        """All of it side by side, (S, D)."""
        return np.concatenate(self._fields(), axis=1)

    def unstacked(self, z: Floats) -> Beliefs:
        """Beliefs of the same company from what `stacked` made of them."""
        ends = np.cumsum([field.shape[1] for field in self._fields()])
        return Beliefs(*np.split(z, ends[:-1], axis=1))

    def _fields(self) -> tuple[Floats, Floats, Floats, Floats]:
        return self.routing, self.numerator, self.denominator, self.price


@dataclass(frozen=True)
class Signals:
    """What follows from beliefs.

    `score` m_k (S, K); `constant`, the linearised score ŝ_k if nobody worked (S, K); `level` E pay(m_k)
    (S, I, K) and `slope`, how it moves with scores; `credit` C_ka of the activity's own team (S, K, A);
    `onward` δ Σ_{m not own} P_ma β_m (S, A) currency per unit; `marginal` G_ka (S, K, A); `reward_per_euro`
    θ_ik C_ka (S, K, A), what one euro at target on KPI k adds to the reward of a unit of a, and `direct`
    (S, K, A), the part of it from the activity's own numerator credit.
    """

    score: Floats
    constant: Floats
    level: Floats
    slope: Sensitivity
    credit: Floats
    onward: Floats
    marginal: Floats
    reward_per_euro: Floats
    direct: Floats


def believed_score(network: Network, targets: Floats, beliefs: Beliefs) -> Floats:
    """m_k, (S, K): what attainment people expect."""
    return np.asarray(beliefs.numerator / np.where(network.is_rate, beliefs.denominator, 1.0) / targets)


def signals_of(network: Network, curves: PayCurves, targets: Floats, beliefs: Beliefs) -> Signals:
    """Perceived rewards at beliefs, without the weights; `targets` (K,), or (S, K) where they differ."""
    marginal = marginal_score(network, targets, beliefs)
    per = np.where(network.is_rate, beliefs.denominator, 1.0)
    score = believed_score(network, targets, beliefs)
    worth = stage_worth(network, beliefs.routing, beliefs.price)
    gained = credit(network, beliefs.routing, marginal, network.delay)
    seen = curves.perceived(score)
    return Signals(
        score=score,
        constant=_constant(network, targets, beliefs),
        level=curves.expected(score),
        slope=curves.sensitivity(score),
        credit=gained,
        onward=onward_worth(network, worth),
        marginal=marginal,
        reward_per_euro=seen.through(gained, network.team),
        direct=seen.through(network.numerator / (per * targets)[:, :, None], network.team),
    )


def marginal_score(network: Network, targets: Floats, beliefs: Beliefs) -> Floats:
    """G_ka, (S, K, A): change of the score per unit of an activity, at beliefs."""
    den = np.where(network.is_rate, beliefs.denominator, 1.0)
    ratio = beliefs.numerator / den
    return (network.numerator - ratio[:, :, None] * network.denominator) / (den * targets)[:, :, None]


def _constant(network: Network, targets: Floats, beliefs: Beliefs) -> Floats:
    """r/T of rates, and what arrives by itself at the slopes of `marginal_score`, (S, K)."""
    den = np.where(network.is_rate, beliefs.denominator, 1.0)
    ratio = beliefs.numerator / den
    arriving = (network.numerator_arriving - ratio * network.denominator_arriving) / (den * targets)
    return np.where(network.is_rate, ratio / targets, 0.0) + arriving


def credit(network: Network, routing: Floats, marginal: Floats, delay: Floats) -> Floats:
    """C_ka, (S, K, A): G_ka and what comes back to the activity's own team from downstream."""
    expected = downstream_credit(network, routing, marginal, delay)
    gained = np.array(marginal, dtype=float)
    for i, block in enumerate(network.blocks):
        mine = block.activities
        following = network.next_stages(mine)
        coming = expected[:, i, :, following].transpose(1, 2, 0) @ network.yields[np.ix_(following, mine)]
        gained[:, :, mine] += delay[i, mine] * coming
    return gained


def downstream_credit(network: Network, routing: Floats, marginal: Floats, delay: Floats) -> Floats:
    """e_kn for every team, (S, I, K, N): credit a unit entering n brings where others decide."""
    plans, kpis = marginal.shape[:2]
    expected = np.zeros((plans, len(network.teams), kpis, len(network.stages)))
    for n in network.downstream_first:
        if network.owner[n] < 0:
            continue
        taking = network.from_stage[n]
        following = network.next_stages(taking)
        later = expected[..., following] @ network.yields[np.ix_(following, taking)]
        gained = marginal[:, None, :, taking] + delay[None, :, None, taking] * later
        expected[:, :, :, n] = (gained * routing[:, None, None, taking]).sum(axis=-1)
        expected[:, network.owner[n], :, n] = 0.0
    return expected


def stage_worth(network: Network, routing: Floats, price: Floats) -> Floats:
    """β_n for every team, (S, I, N) currency per unit: μ̄_n where its own, 0 where terminal."""
    worth = np.zeros((len(routing), len(network.teams), len(network.stages)))
    for n in network.downstream_first:
        if network.owner[n] >= 0:
            worth[:, :, n] = worth_to_others(network, routing, worth, n)
            worth[:, network.owner[n], n] = price[:, n]
    return worth


def worth_to_others(network: Network, routing: Floats, worth: Floats, n: int) -> Floats:
    """Σ_{a from n} φ_a δ_i^{ℓ_a} Σ_m P_ma β_m, (S, I)."""
    taking = network.from_stage[n]
    later = network.delay[None, :, taking] * (worth @ network.yields[:, taking])
    return np.asarray((later * routing[:, None, taking]).sum(axis=-1), dtype=float)


def onward_worth(network: Network, worth: Floats) -> Floats:
    """δ_i^{ℓ_a} Σ_{m not own} P_ma β_m, (S, A) currency per unit."""
    onward = worth @ (network.yields - network.own_yields)
    return np.asarray(network.own_delay * onward[:, network.team, np.arange(len(network.team))])


def perceived_rewards(
    network: Network, curves: PayCurves, targets: Floats, beliefs: Beliefs, euros: Floats
) -> Floats:
    """r_a(w), (S, A) currency per unit: what a team perceives it earns with a unit of work under S plans.

    The same as the sum of `Signals` over a plan's euros, which it adds up before following the funnel: one
    recursion over stages carries both the pay that comes back, e, and the worth to others, β (model.md §4).
    """
    per = np.where(network.is_rate, beliefs.denominator, 1.0)
    ratio = beliefs.numerator / per
    paid = curves.perceived(ratio / targets).pull(euros) / (per * targets)[:, None, :]
    rate = network.is_rate
    direct = paid @ network.numerator
    direct -= (paid[:, :, rate] * ratio[:, None, rate]) @ network.denominator[..., rate, :]
    worth = np.zeros((len(direct), len(network.teams), len(network.stages)))
    for n in network.downstream_first:
        if network.owner[n] >= 0:
            taking = network.from_stage[n]
            later = network.delay[..., taking] * (worth @ network.yields[..., taking])
            gained = direct[:, :, taking] + later
            worth[:, :, n] = (gained @ beliefs.routing[:, taking, None])[:, :, 0]
            worth[:, network.owner[n], n] = beliefs.price[:, n]
    own = direct[:, network.team, np.arange(len(network.team))]
    return np.asarray(own + onward_worth(network, worth))


def at_least_a_little(denominator: Floats, baseline: Beliefs) -> Floats:
    """Denominators (..., K) as believed, and as paid by: never below the floor (model.md §13.9)."""
    return np.maximum(denominator, DENOMINATOR_FLOOR * baseline.denominator)


def beliefs_from(network: Network, x: Floats, price: Floats, before: Beliefs, baseline: Beliefs) -> Beliefs:
    """What people see when x happens: (S, A) and prices (S, N); an empty stage keeps its baseline routing."""
    taken = network.source_inflow(x, market=1.0)
    empty = taken <= EMPTY * np.maximum(1.0, np.abs(x).max(axis=1, keepdims=True))
    routing = np.where(empty, baseline.routing, x / np.where(empty, 1.0, taken))
    return Beliefs(
        routing=np.where(network.source >= 0, routing, before.routing),
        numerator=network.numerators(x),
        denominator=at_least_a_little(network.denominators(x), baseline),
        price=price,
    )
