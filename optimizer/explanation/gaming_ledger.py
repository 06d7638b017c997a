"""The gaming ledger: who gains by an activity that earns credit without value, and what it costs the company.

The team's side is private: at the prices and beliefs of the plan it re-allocates the units and hours that
stopping would free among the rest of its own work,

    max −s·Δx − ½ q·Δx²   s.t. (1), (2) for Δx with zero right-hand side, x + Δx ≥ 0, Δx_a given

(`s` reduced costs; the gradient elsewhere is zero at a best response), which
costs it its stake.

The company's side is an experiment on the whole company: the same plan, once with the activity and once with
it forbidden (an effort cost that no reward outweighs), everybody answering and beliefs agreeing in both. An
activity that nobody does is not forbidden but eased, until a little of it is done. So freed hours are worth
what people would really do with them, in all teams. A loss may be negative: a pushed deal is worth more than
none where hours are too short for a clean one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from optimizer.arrays import Floats
from optimizer.plans.rules.caps import caps
from optimizer.plans.rules.margin import deterrence
from optimizer.response.beliefs import perceived_rewards
from optimizer.response.best_response import waiting
from optimizer.response.calibration import Calibrated
from optimizer.response.equilibrium import Equilibrium, consistent_response
from optimizer.response.network import Network
from optimizer.response.outcome import Outcome, outcome_of
from optimizer.response.separable_qp import solve_separable

SMALL = 0.01
"""An activity that nobody does is eased until about this share of its scale is done."""
BALANCED = 1e-6
"""Relative imbalance above which a move is impossible."""
DEARER = 10.0
"""Effort cost of a forbidden activity, in κ; ten times more, up to ATTEMPTS times, while it is still done."""
ATTEMPTS = 4


@dataclass(frozen=True)
class Gaming:
    """One gaming activity at a plan, expected over regimes; money in the scenario's currency.

    `current`, `recommended` units per period under the current plan and under this one; `cap` units per
    period, NaN without one. `team_reward` what a unit brings its team, before hours and effort;
    `team_stake` what the team would lose by stopping [currency/period]. `company_loss`, `net_loss` what
    revenue and net would win if it were impossible [currency/period]; `company_cost` the revenue lost per
    unit, of a little of it where nobody does it; negative: it is worth more than what would be done
    instead; NaN where beliefs do not settle. `margin` how far its credit may rise before the cap breaks, as
    a share: inf where it earns no credit, NaN without a cap; the least over regimes.
    """

    activity: int
    current: float
    recommended: float
    cap: float
    team_reward: float
    company_cost: float
    team_stake: float
    company_loss: float
    net_loss: float
    margin: float


def gaming_ledger(cal: Calibrated, euros: Floats, current: Outcome, outcome: Outcome) -> tuple[Gaming, ...]:
    """Every gaming activity, for one plan (I, K)."""
    expect = cal.regimes.expect
    ledgers = [_RegimeLedger(cal, at.equilibrium, euros) for at in outcome.by_regime]
    caps, margins = [case.caps() for case in ledgers], [case.margins() for case in ledgers]

    def line(a: int) -> Gaming:
        reward, stake = map(float, expect(np.array(case.team_side(a)) for case in ledgers))
        cost, loss, net_loss = company_side(cal, euros, outcome, a)
        cap = float(expect(np.array([regime.get(a, np.nan) for regime in caps])))
        margin = float(np.min([regime.get(a, np.nan) for regime in margins]))
        before, after = float(current.x[a]), float(outcome.x[a])
        return Gaming(a, before, after, cap, reward, cost, stake, loss, net_loss, margin)

    return tuple(line(int(a)) for a in np.flatnonzero(cal.network.gaming))


# --- the company's side: an experiment ------------------------------------------------------------------


def company_side(cal: Calibrated, euros: Floats, at: Outcome, a: int) -> tuple[float, float, float]:
    """(revenue lost per unit, revenue lost, net lost) by an activity under a plan; NaN if unsettled."""
    units = float(at.x[a])
    other = forbidden(cal, euros, at, a) if units > 0 else _eased(cal, euros, at, a)
    if other is None:
        return (np.nan, np.nan, np.nan) if units > 0 else (np.nan, 0.0, 0.0)
    fewer = units - float(other.x[a])
    loss = other.revenue - at.revenue
    cost = loss / fewer if fewer else np.nan
    return (cost, loss, other.net - at.net) if units > 0 else (cost, 0.0, 0.0)


def forbidden(cal: Calibrated, euros: Floats, at: Outcome, a: int) -> Outcome | None:
    """What people do when they cannot do it; None where beliefs do not settle."""
    for more in range(ATTEMPTS):
        outcome = _with_cost(cal, euros, at, a, DEARER * 10**more * float(cal.curvature_value[a]))
        if outcome is not None and not any(e.x[a] > 0 for e in outcome.by_regime):
            return outcome
    return None


def _eased(cal: Calibrated, euros: Floats, at: Outcome, a: int) -> Outcome | None:
    """What people do when so much of its effort is taken away that a little is done."""
    little = SMALL * float(cal.quadratic[a] * cal.network.scale[a])
    missing = min(float(e.reduced_cost[a]) for e in at.by_regime)
    outcome = _with_cost(cal, euros, at, a, -(missing + little))
    return outcome if outcome is not None and outcome.x[a] > 0 else None


def _with_cost(cal: Calibrated, euros: Floats, at: Outcome, a: int, more: float) -> Outcome | None:
    """The plan answered where a unit of the activity takes `more` effort [currency]; None if unsettled."""
    linear = cal.linear.copy()
    linear[a] += more
    dearer = replace(cal, linear=linear)
    regimes = tuple(consistent_response(dearer, e.network, euros[None], e.beliefs) for e in at.equilibria)
    outcome = outcome_of(cal, euros[None], regimes).one(0)
    return outcome if outcome.converged else None


# --- the team's side: a deviation -----------------------------------------------------------------------


@dataclass(frozen=True)
class _RegimeLedger:
    """One regime at a plan's equilibrium (S = 1)."""

    cal: Calibrated
    at: Equilibrium
    euros: Floats

    @property
    def network(self) -> Network:
        return self.at.network

    def caps(self) -> dict[int, float]:
        capped = caps(self.cal, self.network)
        most = capped.at(self.network, self.at.x)[0]
        return {int(a): float(cap) for a, cap in zip(capped.activities, most, strict=True)}

    def margins(self) -> dict[int, float]:
        deterred = deterrence(self.cal, self.at, self.euros[None])
        return {int(a): float(m) for a, m in zip(deterred.activities, deterred.margin[0], strict=True)}

    def team_side(self, a: int) -> tuple[float, float]:
        """Reward per unit, and the stake of all units."""
        x = float(self.at.x[0, a])
        return self._reward(a), self._utility_lost(self._move(a, -x)) if x > 0 else 0.0

    def _reward(self, a: int) -> float:
        """r_a(w) and what its yields are worth in the team's own stages, delay discounted, per unit."""
        cal, network, beliefs = self.cal, self.network, self.at.beliefs
        targets = cal.targets_at(beliefs)
        reward = perceived_rewards(network, cal.curves, targets, beliefs, self.euros[None])
        later = network.own_worth(self.at.response.stage_price)
        return float((reward + later - waiting(network, beliefs.price))[0, a])

    def _move(self, a: int, units: float) -> Floats:
        """Δx of the whole team, (A,), when the activity moves by `units`; NaN where nothing can give way."""
        network = self.network
        block = network.blocks[network.team[a]]
        mine = block.activities
        lower, upper = -self.at.x[:, mine], np.full((1, len(mine)), np.inf)
        lower[:, mine == a] = upper[:, mine == a] = units
        still = np.zeros((1, len(block.balance)))
        optimum = solve_separable(
            -self.at.response.reduced_cost[:, mine],
            self.cal.quadratic[mine],
            block.balance,
            still,
            lower,
            upper,
        )
        move = np.zeros(len(network.activities))
        move[mine] = optimum.x[0] if optimum.imbalance[0] <= BALANCED else np.nan
        return move

    def _utility_lost(self, move: Floats) -> float:
        prices = self.at.response.reduced_cost[0]
        return float((prices * move + 0.5 * self.cal.quadratic * move**2).sum())


def gaming_hours(cal: Calibrated, outcome: Outcome) -> float:
    """Hours per period that go into gaming activities."""
    network = cal.network
    return float(outcome.x @ (network.unit_hours * network.gaming))


def gaming_excess(cal: Calibrated, outcome: Outcome) -> float:
    """Largest excess of gaming over its cap, as a share of the activity's scale; NaN without caps."""
    parts = [part for at in outcome.equilibria for part in _excesses(cal, at.network, at.x)]
    return float(np.max(parts)) if parts else np.nan


def _excesses(cal: Calibrated, network: Network, x: Floats) -> Iterator[Floats]:
    capped = caps(cal, network).of_gaming(network)
    beyond = x[:, capped.activities] - capped.at(network, x)
    yield from (beyond / network.scale[capped.activities]).T
