"""The gaming ledger: who gains by an activity that earns credit without value, and what it costs the company.

One experiment gives both sides. The volume of the activity is moved, and its team re-allocates the units and
hours that this frees among the rest of its own work, at the prices and beliefs of the plan:

    max −s·Δx − ½ q·Δx²   s.t. (1), (2) for Δx with zero right-hand side, x + Δx ≥ 0, Δx_a given

(`s` reduced costs; the gradient elsewhere is zero at a best response.) The company's side values Δx by what
each unit brings after direct costs, downstream at the routing of the plan and undiscounted. Other teams'
routing stays; their hours are not made scarcer or freer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from optimizer.baseline import Calibrated
from optimizer.beliefs import signals
from optimizer.gaming import deterrence
from optimizer.measures import marginal_company_value
from optimizer.network import Floats, Network
from optimizer.outcome import Outcome
from optimizer.quadratic import solve_separable
from optimizer.response import Equilibrium, rewards
from optimizer.rules import gaming_caps

SMALL = 0.01
"""A marginal unit is measured by a move of this share of the activity's scale."""
BALANCED = 1e-6
"""Relative imbalance above which a move is impossible."""


@dataclass(frozen=True)
class Gaming:
    """One gaming activity at a plan, expected over regimes; money in the scenario's currency.

    `now`, `then` units per period under the current plan and under this one; `cap` units per period, NaN
    without one. `team_reward` what a unit brings its team, before hours and effort; `company_cost` what a
    unit costs the company against the work that the team would do instead (negative: it is worth more).
    `team_stake` and `company_loss` are the same for all units [currency/period]. `margin` how far its credit
    may rise before the cap breaks, as a share: inf where it earns no credit, NaN without a cap; the least
    over regimes.
    """

    activity: int
    now: float
    then: float
    cap: float
    team_reward: float
    company_cost: float
    team_stake: float
    company_loss: float
    margin: float


def gaming_ledger(cal: Calibrated, euros: Floats, now: Outcome, then: Outcome) -> tuple[Gaming, ...]:
    """Every gaming activity, for one plan (I, K) and outcomes with S = 1."""
    odds = np.array([probability for probability, _ in cal.worlds])
    cases = [_World(cal, world, at, euros) for (_, world), at in zip(cal.worlds, then.worlds, strict=True)]
    caps, margins = [case.caps() for case in cases], [case.margins() for case in cases]

    def line(a: int) -> Gaming:
        reward, cost, stake, loss = (float(v) for v in odds @ np.array([case.sides(a) for case in cases]))
        cap = float(odds @ np.array([held.get(a, np.nan) for held in caps]))
        margin = float(np.min([held.get(a, np.nan) for held in margins]))
        return Gaming(a, float(now.x[0, a]), float(then.x[0, a]), cap, reward, cost, stake, loss, margin)

    return tuple(line(int(a)) for a in np.flatnonzero(cal.network.gaming))


@dataclass(frozen=True)
class _World:
    """One regime at a plan's equilibrium (S = 1)."""

    cal: Calibrated
    network: Network
    at: Equilibrium
    euros: Floats

    def caps(self) -> dict[int, float]:
        inflow = np.append(self.network.stage_inflow(self.at.x)[0], 0.0)
        held = gaming_caps(self.cal, self.network)
        return {a: float(c + share * inflow[self.network.source[a]]) for a, c, share in held}

    def margins(self) -> dict[int, float]:
        held = deterrence(self.cal, self.network, self.at, self.euros[None])
        return {int(a): float(m) for a, m in zip(held.activities, held.margin[0], strict=True)}

    def sides(self, a: int) -> tuple[float, float, float, float]:
        """Reward and cost per unit, stake and loss of all units."""
        x = float(self.at.x[0, a])
        step = SMALL * float(self.network.scale[a])
        step = -min(step, x) if x > 0 else step
        value = own_value(self.cal, self.network, self.at)
        cost = float(value @ self._move(a, step)) / -step if step else np.nan
        if x <= 0:
            return self._reward(a), cost, 0.0, 0.0
        stopped = self._move(a, -x)
        return self._reward(a), cost, self._utility_lost(stopped), float(value @ stopped)

    def _reward(self, a: int) -> float:
        """r_a(w) and what its yields are worth in the team's own stages, delay discounted, per unit."""
        network, held = self.network, self.at.beliefs
        told = signals(network, self.cal.curves, self.cal.targets, held)
        own = network.own_yields[:, a]
        waiting = (1 - network.own_delay[a]) * (held.price[0] @ own)
        later = self.at.response.stage_price[0] @ own
        return float(rewards(network, told, self.euros[None])[0, a] + later - waiting)

    def _move(self, a: int, units: float) -> Floats:
        """Δx of the whole team, (A,), when the activity moves by `units`; NaN where nothing can give way."""
        network = self.network
        block = network.blocks[network.team[a]]
        mine = block.activities
        lower, upper = -self.at.x[:, mine], np.full((1, len(mine)), np.inf)
        lower[:, mine == a] = upper[:, mine == a] = units
        still = np.zeros((1, len(block.balance)))
        found = solve_separable(
            -self.at.response.reduced_cost[:, mine],
            self.cal.quadratic[mine],
            block.balance,
            still,
            lower,
            upper,
        )
        move = np.zeros(len(network.activities))
        move[mine] = found.x[0] if found.imbalance[0] <= BALANCED else np.nan
        return move

    def _utility_lost(self, move: Floats) -> float:
        prices = self.at.response.reduced_cost[0]
        return float((prices * move + 0.5 * self.cal.quadratic * move**2).sum())


def own_value(cal: Calibrated, network: Network, at: Equilibrium) -> Floats:
    """What a unit brings the company beyond its team's own stages, (A,) currency per unit.

    The own stages' part shows in the team's other activities, which a move lists one by one.
    """
    whole = marginal_company_value(replace(cal, beliefs=at.beliefs), network)
    return np.asarray(whole - _stage_values(network, whole, at) @ network.own_yields)


def _stage_values(network: Network, whole: Floats, at: Equilibrium) -> Floats:
    """What a unit entering a stage brings at the plan's routing, (N,)."""
    routing = at.beliefs.routing[0]
    return np.array([routing[taking] @ whole[taking] for taking in network.from_stage])


def gaming_hours(cal: Calibrated, x: Floats) -> Floats:
    """Hours that go into gaming activities, (S,), for volumes (S, A)."""
    network = cal.network
    return np.asarray(x @ (network.unit_hours * network.gaming))


def gaming_excess(cal: Calibrated, outcome: Outcome) -> Floats:
    """Largest excess of gaming over its cap, as a share of the activity's scale, (S,); NaN without caps."""
    parts = [
        part
        for (_, network), at in zip(cal.worlds, outcome.worlds, strict=True)
        for part in _excesses(cal, network, at.x)
    ]
    return np.max(parts, axis=0) if parts else np.full(len(outcome.x), np.nan)


def _excesses(cal: Calibrated, network: Network, x: Floats) -> Iterator[Floats]:
    inflow = np.hstack([network.stage_inflow(x), np.zeros((len(x), 1))])
    for a, constant, share in gaming_caps(cal, network):
        if network.gaming[a]:
            limit = constant + share * inflow[:, network.source[a]]
            yield (x[:, a] - limit) / network.scale[a]
