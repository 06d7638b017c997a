"""What a plan brings: true scores, payouts, revenue (model.md §3, §8; scenario.md `E`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from optimizer.baseline import Calibrated
from optimizer.network import Floats, Network
from optimizer.response import Equilibrium, consistent_response, first_response

Mode = Literal["first_response", "consistent"]


@dataclass(frozen=True)
class Outcome:
    """Expectations over regimes, for S plans.

    x (S, A) units; score (S, K) attainments; pay (S, I), gross, direct_costs, revenue, loaded_pay, net (S,)
    currency per period; residual (S,) the worst over regimes. `worlds` holds the equilibrium of each regime.
    """

    x: Floats
    score: Floats
    pay: Floats
    gross: Floats
    direct_costs: Floats
    loaded_pay: Floats
    residual: Floats
    worlds: tuple[Equilibrium, ...]

    @property
    def revenue(self) -> Floats:
        """Gross less direct costs: R(x)."""
        return self.gross - self.direct_costs

    @property
    def net(self) -> Floats:
        """Revenue less loaded payouts."""
        return self.revenue - self.loaded_pay


def evaluate_plans(cal: Calibrated, euros: Floats, mode: Mode = "consistent") -> Outcome:
    """What people do under S plans, (S, I, K) euros at target, and what it brings."""
    answer = consistent_response if mode == "consistent" else first_response
    return outcome_of(cal, euros, tuple(answer(cal, network, euros) for _, network in cal.worlds))


def outcome_of(cal: Calibrated, euros: Floats, equilibria: tuple[Equilibrium, ...]) -> Outcome:
    """Expectations over the equilibria of the regimes."""
    odds = [probability for probability, _ in cal.worlds]
    networks = [network for _, network in cal.worlds]
    scores = [true_scores(cal, n, e.x) for n, e in zip(networks, equilibria, strict=True)]
    pays = [payouts(cal, euros, s) for s in scores]

    def expect(values: list[Floats]) -> Floats:
        return np.asarray(sum(p * v for p, v in zip(odds, values, strict=True)))

    pairs = list(zip(networks, equilibria, strict=True))
    pay = expect(pays)
    return Outcome(
        x=expect([e.x for e in equilibria]),
        score=expect(scores),
        pay=pay,
        gross=expect([e.x @ n.marginal_gross for n, e in pairs]),
        direct_costs=expect([e.x @ n.cash for n, e in pairs]),
        loaded_pay=pay @ loading(cal),
        residual=np.max([e.residual for e in equilibria], axis=0),
        worlds=equilibria,
    )


def loading(cal: Calibrated) -> Floats:
    """1 + τ_i, (I,)."""
    return np.array([1 + t.charges for t in cal.scenario.teams.values()])


def true_scores(cal: Calibrated, network: Network, x: Floats) -> Floats:
    """s_k = y_k / T_k, (S, K); a rate whose denominator vanished scores 0."""
    per = np.where(network.is_rate, x @ network.denominator.T, 1.0)
    counted = x @ network.numerator.T
    return np.where(per > 0, counted / np.where(per > 0, per, 1.0), 0.0) / cal.targets


def payouts(cal: Calibrated, euros: Floats, score: Floats) -> Floats:
    """Σ_k e_ik E pay(s_k), (S, I) currency per period, before charges."""
    return np.asarray(np.einsum("sik,sk->si", euros, cal.curves.expected(score)))
