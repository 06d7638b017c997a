"""What a plan brings: true scores, payouts, revenue (model.md §3, §8; scenario.md `E`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, Literal, Protocol, TypeVar

import numpy as np

from optimizer.arrays import Bools, Floats
from optimizer.response.beliefs import at_least_a_little
from optimizer.response.calibration import Calibrated
from optimizer.response.equilibrium import CONSISTENT, Equilibrium, consistent_response, first_response
from optimizer.response.long_run import moved_level, moved_value
from optimizer.response.network import Network
from optimizer.response.pay_covariance import PaySpread
from optimizer.response.pay_curves import PayCurves
from optimizer.response.shared_luck import luck_correlation
from optimizer.scenario.charges import loading

Amount = TypeVar("Amount", float, Floats)
Worth = TypeVar("Worth", covariant=True)
Mode = Literal["first_response", "consistent"]

STARVED = 1e-9
"""Share of its floor by which a denominator has to be below it to count as starved."""
_FLAT = 1e-12
"""Slopes below this are what rounding leaves of none."""
_BLOCK = 4096
"""Draws handled at once, so that a team's numbers stay in the processor's cache."""


@dataclass(frozen=True)
class Money(Generic[Amount]):
    """What a plan brings and costs, in expectation over regimes, currency per period.

    `moved_pay`: of loaded_pay, for results moved over the ends of periods (`long_run`). One number
    each, or one for every plan of a batch, (S,).
    """

    gross: Amount
    direct_costs: Amount
    loaded_pay: Amount
    effort_cost: Amount
    risk_premium: Amount
    moved_pay: Amount

    @property
    def revenue(self) -> Amount:
        """Gross less direct costs: R(x)."""
        return self.gross - self.direct_costs

    @property
    def net(self) -> Amount:
        """Revenue less loaded payouts."""
        return self.revenue - self.loaded_pay

    @property
    def surplus(self) -> Amount:
        """Revenue less what work and uncertain pay cost the teams; payouts only change hands."""
        return self.revenue - self.effort_cost - self.risk_premium


@dataclass(frozen=True)
class RegimeOutcome:
    """What one plan brings in one regime: its equilibrium, a batch of one, and attainments (K,)."""

    equilibrium: Equilibrium
    score: Floats

    @property
    def network(self) -> Network:
        return self.equilibrium.network

    @property
    def x(self) -> Floats:
        """(A,) units."""
        return np.asarray(self.equilibrium.x[0])

    @property
    def reduced_cost(self) -> Floats:
        """s_a of (4), (A,): how much a unit more would lose."""
        return np.asarray(self.equilibrium.response.reduced_cost[0])


@dataclass(frozen=True)
class Outcome(Money[float]):
    """What one plan brings, in expectation over regimes.

    x (A,) units; score (K,) attainments; pay (I,) currency per period before charges; residual the worst over
    regimes; `by_regime` what happens in each.
    """

    x: Floats
    score: Floats
    pay: Floats
    residual: float
    by_regime: tuple[RegimeOutcome, ...]
    starved: Bools
    """Paid rates whose denominator has all but vanished in some regime, (K,)."""
    moved: Floats
    """Of gross, what is lost because results are moved, by KPI, (K,), at most 0."""

    @property
    def equilibria(self) -> tuple[Equilibrium, ...]:
        """By regime, batches of one: where whoever computes on from here begins."""
        return tuple(at.equilibrium for at in self.by_regime)

    @property
    def moved_value(self) -> float:
        """Of gross, what is lost because results are moved, at most 0, currency per period."""
        return float(self.moved.sum())

    @property
    def converged(self) -> bool:
        """Beliefs came to agree with what happens."""
        return self.residual <= CONSISTENT


@dataclass(frozen=True)
class OutcomeBatch(Money[Floats]):
    """What S plans bring: x (S, A), score (S, K), pay (S, I), amounts and residual (S,)."""

    x: Floats
    score: Floats
    pay: Floats
    residual: Floats
    by_regime: tuple[Equilibrium, ...]
    scores: tuple[Floats, ...]
    """Attainments by regime, (S, K) each."""
    starved: Bools
    """Paid rates whose denominator has all but vanished in some regime, (S, K)."""
    moved: Floats
    """Of gross, what is lost because results are moved, by KPI, (S, K), at most 0."""

    @property
    def converged(self) -> Bools:
        """(S,): beliefs came to agree with what happens."""
        return np.asarray(self.residual <= CONSISTENT)

    def one(self, plan: int) -> Outcome:
        """That of one plan."""
        row, by_regime = np.array([plan]), zip(self.by_regime, self.scores, strict=True)
        return Outcome(
            gross=float(self.gross[plan]),
            direct_costs=float(self.direct_costs[plan]),
            loaded_pay=float(self.loaded_pay[plan]),
            effort_cost=float(self.effort_cost[plan]),
            risk_premium=float(self.risk_premium[plan]),
            moved_pay=float(self.moved_pay[plan]),
            moved=self.moved[plan],
            x=self.x[plan],
            score=self.score[plan],
            pay=self.pay[plan],
            residual=float(self.residual[plan]),
            by_regime=tuple(RegimeOutcome(at.select(row, at.network), s[plan]) for at, s in by_regime),
            starved=self.starved[plan],
        )


class Valued(Protocol[Worth]):
    """What can be worth something to the company: a number, or one for every plan."""

    @property
    def revenue(self) -> Worth: ...
    @property
    def net(self) -> Worth: ...
    @property
    def surplus(self) -> Worth: ...


def value_of(cal: Calibrated, outcome: Valued[Worth]) -> Worth:
    """What the scenario maximizes, currency per period."""
    match cal.scenario.rules.objective:
        case "revenue":
            return outcome.revenue
        case "net":
            return outcome.net
        case "surplus":
            return outcome.surplus


def evaluate_plan(cal: Calibrated, euros: Floats, mode: Mode = "consistent") -> Outcome:
    """What people do under one plan, (I, K) euros at target, and what it brings."""
    return evaluate_plans(cal, euros[None], mode).one(0)


def evaluate_plans(cal: Calibrated, euros: Floats, mode: Mode = "consistent") -> OutcomeBatch:
    """What people do under S plans, (S, I, K) euros at target, and what it brings."""
    answer = consistent_response if mode == "consistent" else first_response
    return outcome_of(cal, euros, tuple(answer(cal, network, euros) for network in cal.regimes.networks))


def outcome_of(cal: Calibrated, euros: Floats, equilibria: tuple[Equilibrium, ...]) -> OutcomeBatch:
    """Expectations over the equilibria of the regimes."""
    expect = cal.regimes.expect
    scores = tuple(true_scores(cal, e) for e in equilibria)
    pay = expect(payouts(cal, euros, s) for s in scores)
    more = expect(_pay(euros, moved_level(cal, euros, s)) for s in scores)
    lost = expect(moved_value(cal, euros, e, s) for e, s in zip(equilibria, scores, strict=True))
    return OutcomeBatch(
        x=expect(e.x for e in equilibria),
        score=expect(scores),
        pay=pay,
        gross=expect(e.x @ e.network.marginal_gross for e in equilibria) + lost.sum(axis=1),
        direct_costs=expect(e.x @ e.network.cash for e in equilibria),
        loaded_pay=pay @ loading(cal.scenario),
        effort_cost=expect(effort_cost(cal, e.x) for e in equilibria),
        risk_premium=expect(risk_premium(cal, euros, s) for s in scores),
        moved_pay=more @ loading(cal.scenario),
        moved=lost,
        residual=np.max([e.residual for e in equilibria], axis=0),
        by_regime=equilibria,
        scores=scores,
        starved=starved_rates(cal, euros, equilibria),
    )


def true_scores(cal: Calibrated, at: Equilibrium) -> Floats:
    """s_k = y_k / T_k, (S, K); a rate is divided by no less than what people believe (model.md §13.9)."""
    network = at.network
    per = at_least_a_little(network.denominators(at.x), cal.beliefs)
    return np.asarray(network.numerators(at.x) / per / cal.targets_at(at.beliefs))


def starved_rates(cal: Calibrated, euros: Floats, equilibria: tuple[Equilibrium, ...]) -> Bools:
    """Rates that plans (S, I, K) pay on, and whose denominator is below its floor in some regime, (S, K).

    What they pay rests on the floor then, a convention of the model, and on nothing that anybody measured.
    """
    paid, gates = np.asarray((euros > 0).any(axis=1)), cal.curves.gates
    for i, k, on in zip(gates.team, gates.kpi, gates.on, strict=True):
        paid[..., on] |= euros[:, i, k] > 0
    floor = at_least_a_little(np.zeros_like(cal.beliefs.denominator), cal.beliefs) * (1 - STARVED)
    dry = [e.network.is_rate & (e.network.denominators(e.x) < floor) for e in equilibria]
    return np.asarray(paid & np.any(dry, axis=0))


def payouts(cal: Calibrated, euros: Floats, score: Floats) -> Floats:
    """Σ_k e_ik E pay(s_k), moved results included, (S, I) currency per period, before charges."""
    return _pay(euros, cal.curves.expected(score) + moved_level(cal, euros, score))


def moved_pay(cal: Calibrated, euros: Floats, outcome: Outcome) -> Floats:
    """Of loaded pay under one plan (I, K), what is for moved results, by KPI, (K,) currency per period."""
    level = cal.regimes.expect(moved_level(cal, euros[None], at.score[None])[0] for at in outcome.by_regime)
    return np.asarray(loading(cal.scenario) @ (euros * level))


def _pay(euros: Floats, level: Floats) -> Floats:
    """Per team, (S, I), at levels of pay per euro at target (S, I, K)."""
    return np.asarray(np.einsum("sik,sik->si", euros, level))


def realised_pay(cal: Calibrated, attainment: Floats) -> Floats:
    """What the curves pay per euro at target at an attainment (..., K), gates included: (..., I, K)."""
    return cal.curves.certain(attainment)


def team_pay(cal: Calibrated, attainment: Floats) -> Floats:
    """What teams are paid per euro at target where KPIs attain so (..., K): (..., I, K)."""
    return cal.curves.of_team(attainment)


def expected_pay(cal: Calibrated, score: Floats) -> Floats:
    """E pay at scores (..., K) per euro at target, (..., I, K)."""
    return cal.curves.expected(score)


def paid_people(cal: Calibrated, i: int, euros: Floats, attainment: Floats, apart: Floats) -> Floats:
    """What people of team i earn, (n, D): `euros` (K,) each times `realised_pay` at the attainment (D, K) of
    KPIs plus what sets each of them `apart` (K, n, D). In place and in blocks: there are millions."""
    paid = np.empty(apart.shape[1:])
    for at in range(0, len(attainment), _BLOCK):
        some = slice(at, at + _BLOCK)
        reached = attainment[some].T[:, None] + apart[:, :, some]
        paid[:, some] = _paid_block(cal.curves, i, euros, reached)
    return paid


def _paid_block(curves: PayCurves, i: int, euros: Floats, reached: Floats) -> Floats:
    """KPIs that hang on no other together, the others each by itself; attainments `reached` (K, n, D)."""
    g = curves.gates
    behind = {int(g.kpi[p]): int(p) for p in np.flatnonzero(g.team == i)}
    free = np.array([k not in behind for k in range(len(euros))])
    total = _paid_freely(curves, i, np.where(free, euros, 0.0), reached)
    for k, p in behind.items():
        if euros[k]:
            alone = np.where(np.arange(len(euros)) == k, euros, 0.0)
            total += g.of_pair(p, reached[g.on[p]]) * _paid_freely(curves, i, alone, reached)
    return total


def _paid_freely(curves: PayCurves, i: int, euros: Floats, reached: Floats) -> Floats:
    """A straight line, what the pieces after each knot add to it, and jumps."""
    c = min(i, len(curves.knots) - 1)
    total = np.tensordot(euros * curves.first_slope[c], reached, axes=1)
    total += float(euros @ curves.first_level[c])
    bent = euros * ((curves.changes[c] != 0) | (curves.jumps[c] != 0)).any(axis=1)
    part = np.empty_like(total)
    for k in np.flatnonzero(bent):
        for low, high, slope in _pieces(curves.knots[c, k], curves.changes[c, k]):
            np.clip(reached[k], low, high, out=part)
            part -= low
            part *= euros[k] * slope
            total += part
        for j in np.flatnonzero(curves.jumps[c, k]):
            np.greater_equal(reached[k], curves.knots[c, k, j], out=part)
            part *= euros[k] * curves.jumps[c, k, j]
            total += part
    return np.asarray(total)


def _pieces(knots: Floats, changes: Floats) -> Iterator[tuple[float, float, float]]:
    """(from, to, slope above that of the line before the first knot) where that is not 0."""
    ends = np.append(knots[1:], np.inf)
    for low, high, slope in zip(knots, ends, np.cumsum(changes), strict=True):
        if high > low and abs(slope) > _FLAT:
            yield float(low), float(high), float(slope)


def effort_cost(cal: Calibrated, x: Floats) -> Floats:
    """Σ_a c_a x_a + ½ q_a x_a², (S,): what teams bear themselves, `leave` and `other` included."""
    return np.asarray(x @ cal.linear + 0.5 * x**2 @ cal.quadratic)


def risk_aversion(cal: Calibrated) -> Floats:
    """r_i, (I,) per currency."""
    return np.array([t.risk_aversion for t in cal.scenario.teams.values()])


def risk_premium(cal: Calibrated, euros: Floats, score: Floats) -> Floats:
    """½ Σ_i r_i Σ_kl e_ik e_il Cov(pay_k, pay_l), (S,): how much less uncertain pay is worth than its mean.

    `score` (S or 1, K); luck that KPIs share is one (model.md §13.8).
    """
    averse = risk_aversion(cal)
    if not averse.any():
        return np.zeros(len(euros))
    borne = np.where(averse[:, None] > 0, euros, 0.0)
    return np.asarray(0.5 * pay_spread(cal, score).of_teams(borne) @ averse)


def pay_spread(cal: Calibrated, score: Floats) -> PaySpread:
    """Uncertainty of pay at scores (S or 1, K)."""
    luck = luck_correlation(cal.scenario, cal.network)
    return PaySpread(cal.curves, luck, score)
