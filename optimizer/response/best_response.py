"""Each team's best response at given beliefs (model.md §5), in numpy, independent of the optimization model.

All functions take a batch: euros e_ik of S plans (S, I, K) are answered at once, by one company or, where
its arrays have a row for every plan, each by its own (`optimizer.response.batched`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from optimizer.arrays import Floats, Ints
from optimizer.response.beliefs import EMPTY, Beliefs, perceived_rewards
from optimizer.response.calibration import Behaviour
from optimizer.response.network import Network, TeamBlock
from optimizer.response.separable_qp import solve_separable

PASSES = 200
"""Of all teams, while inflows do not agree yet."""


class Work(NamedTuple):
    """What a team's work nets it per unit, and the curvature, at given beliefs: U_i = net·x − ½ q·x².

    net (S, A); q (A,), or (S, A) where the plans are answered by different companies.
    """

    net: Floats
    quadratic: Floats


class Prices(NamedTuple):
    """What an hour of each team, λ (S, I), and a unit at each stage, μ (S, N), is worth to it."""

    hour: Floats
    stage: Floats


@dataclass(frozen=True)
class Response:
    """What every team does. x (S, A); hour prices λ (S, I); stage prices μ (S, N); reduced costs s (S, A).

    `imbalance` (S,) is the worst relative miss of (1) and (2): rounding, unless beliefs have run away.
    """

    x: Floats
    hour_price: Floats
    stage_price: Floats
    reduced_cost: Floats
    imbalance: Floats

    @property
    def prices(self) -> Prices:
        return Prices(self.hour_price, self.stage_price)

    def select(self, rows: Ints) -> Response:
        """Of some of the plans."""
        return Response(
            x=self.x[rows],
            hour_price=self.hour_price[rows],
            stage_price=self.stage_price[rows],
            reduced_cost=self.reduced_cost[rows],
            imbalance=self.imbalance[rows],
        )


def work(
    cal: Behaviour, network: Network, beliefs: Beliefs, euros: Floats, at_once: Floats | float = 1.0
) -> Work:
    """Linear net reward per unit, (S, A): r_a(w) − c_a − what waiting costs (`waiting`)."""
    reward = perceived_rewards(network, cal.curves, cal.targets_at(beliefs), beliefs, euros)
    return Work(reward - cal.linear - waiting(network, beliefs.price, at_once), cal.quadratic)


def waiting(network: Network, price: Floats, at_once: Floats | float = 1.0) -> Floats:
    """(1 − δ^ℓ) Σ_{m own} P_ma μ̄_m at believed stage prices (..., N), (..., A) currency per unit of work.

    The prices of (4) count a unit as if it came at once; this takes back what it is worth less for coming
    later. `at_once` (A,) is the share of yields that comes at once where that is not all of them.
    """
    return np.asarray((at_once - network.own_delay) * network.own_worth(price))


def marginal_gain(network: Network, todo: Work, x: Floats, prices: Prices) -> Floats:
    """Equation (4) without s: what a unit more of each activity gains its team at prices, (S, A).

    net_a − q_a x_a − h_a λ − μ of the stage it takes from + Σ_{m own} P_ma μ_m: 0 where x_a > 0 is a best
    response, −s_a where x_a = 0 is. At x = 0 it is the gain of the first unit.
    """
    spent = network.unit_hours * prices.hour[:, network.team]
    taken = network.at_source(prices.stage)
    return np.asarray(todo.net - todo.quadratic * x - spent - taken + network.own_worth(prices.stage))


def respond(cal: Behaviour, network: Network, beliefs: Beliefs, euros: Floats) -> Response:
    """Each team's unique best response at beliefs, with inflows that agree with each other.

    beliefs with S = 1 serve all plans.
    """
    return agree(network, work(cal, network, beliefs, euros))


def agree(network: Network, todo: Work) -> Response:
    """One pass where nobody feeds back; else passes until inflows repeat."""
    plans = len(todo.net)
    order, single = network.team_order
    x = np.zeros_like(todo.net)
    if not single:
        x = np.broadcast_to(network.baseline, x.shape).copy()
    prices = _no_prices(network, plans)
    missed = np.zeros(plans)
    for _ in range(PASSES):
        before, missed = x.copy(), np.zeros(plans)
        for i in order:
            missed = np.maximum(missed, _answer(network, network.blocks[i], i, todo, x, prices))
        if single or np.abs(x - before).max() <= 1e-13 * (1 + np.abs(x).max()):
            break
    gain = marginal_gain(network, todo, x, prices)
    reduced = np.where(x > 0, 0.0, np.maximum(-gain, 0.0))
    return Response(x, prices.hour, prices.stage, reduced, missed)


def _no_prices(network: Network, plans: int) -> Prices:
    return Prices(np.zeros((plans, len(network.teams))), np.zeros((plans, len(network.stages))))


def _answer(network: Network, block: TeamBlock, i: int, todo: Work, x: Floats, prices: Prices) -> Floats:
    """Team i's best response to the others' flows in x, written into x and the prices; its imbalance (S,)."""
    mine = block.activities
    if not len(mine):
        return np.zeros(len(x))
    supply = outside_supply(network, block, i, x)
    optimum = solve_separable(
        todo.net[:, mine], todo.quadratic[..., mine], block.balance, supply, np.array(0.0), np.array(np.inf)
    )
    x[:, mine] = optimum.x
    count = len(block.stages)
    prices.stage[:, block.stages] = optimum.y[:, :count]
    if block.has_hours:
        prices.hour[:, i] = optimum.y[:, count]
    _price_empty_stages(network, block, todo, x, prices)
    return optimum.imbalance


def outside_supply(network: Network, block: TeamBlock, i: int, x: Floats) -> Floats:
    """Right-hand sides of the team's balance, (S, rows): inflow from outside the team, then its hours."""
    others = np.where(network.team == i, 0.0, x)
    inflow = network.stage_inflow(others)[:, block.stages]
    if not block.has_hours:
        return inflow
    hours = np.broadcast_to(network.fixed_hours[..., i, None], (len(x), 1))
    return np.hstack([inflow, hours])


def _price_empty_stages(network: Network, block: TeamBlock, todo: Work, x: Floats, prices: Prices) -> None:
    """A unit at a stage without inflow is worth its best use: μ_n = max_a of the other terms of (4)."""
    inflow = network.stage_inflow(x)
    empty = inflow <= EMPTY * np.maximum(1.0, np.abs(x).max(axis=1, keepdims=True))
    if not empty[:, block.stages].any():
        return
    for n in network.downstream_first:
        rows = empty[:, n] if n in block.stages else np.zeros(len(x), dtype=bool)
        if rows.any():
            prices.stage[rows, n] = 0.0
            gain = marginal_gain(network, todo, np.zeros_like(x), prices)[:, network.from_stage[n]].max(
                axis=1
            )
            prices.stage[rows, n] = gain[rows]


def utility(todo: Work, x: Floats, some: Ints) -> Floats:
    """U_i(x), (S,) currency per period, over a team's activities."""
    part = x[:, some]
    return np.asarray((todo.net[:, some] * part - 0.5 * todo.quadratic[some] * part**2).sum(axis=1))


def regrets(cal: Behaviour, network: Network, beliefs: Beliefs, euros: Floats, x: Floats) -> Floats:
    """max U_i − U_i(x) at the same beliefs and inflow, (S, I) currency per period (model.md §5)."""
    todo = work(cal, network, beliefs, euros)
    regret = np.zeros((len(x), len(network.teams)))
    for i, block in enumerate(network.blocks):
        optimum = x.copy()
        _answer(network, block, i, todo, optimum, _no_prices(network, len(x)))
        regret[:, i] = utility(todo, optimum, block.activities) - utility(todo, x, block.activities)
    return regret
