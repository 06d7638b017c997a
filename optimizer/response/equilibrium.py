"""Best response and equilibrium (model.md §5, §7), in numpy and independent of the optimization model.

All functions take a batch: euros e_ik of S plans (S, I, K) are answered at once, by one company or, where
its arrays have a row for every plan, each by its own (`optimizer.response.batched`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from optimizer.arrays import Floats, Ints, product
from optimizer.response.beliefs import (
    DENOMINATOR_FLOOR,
    EMPTY,
    Beliefs,
    Signals,
    beliefs_from,
    perceived_rewards,
)
from optimizer.response.calibration import Behaviour
from optimizer.response.fixed_point import fixed_points
from optimizer.response.network import Network, TeamBlock
from optimizer.response.separable_qp import solve_separable

PASSES = 200
CONSISTENT = 1e-8
"""Residual at or below which beliefs agree with what happens (model.md §7)."""
_TARGET = 1e-10
"""Residual at which the search stops: well below CONSISTENT, so that reported numbers carry 8 digits."""


class Work(NamedTuple):
    """What a team's work nets it per unit, and the curvature, at given beliefs: U_i = net·x − ½ q·x².

    net (S, A); q (A,), or (S, A) where the plans are answered by different companies.
    """

    net: Floats
    quadratic: Floats


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


@dataclass(frozen=True)
class Equilibrium:
    """Responses at beliefs; `residual` (S,) says how far beliefs are from what happens.

    `rounds` counts those in which all plans still open were answered at once.
    """

    response: Response
    beliefs: Beliefs
    residual: Floats
    rounds: int

    @property
    def x(self) -> Floats:
        return self.response.x


def work(cal: Behaviour, network: Network, beliefs: Beliefs, euros: Floats) -> Work:
    """Linear net reward per unit, (S, A): r_a(w) − c_a − (1 − δ^ℓ) Σ_{m own} P_ma μ̄_m."""
    waiting = (1 - network.own_delay) * product(beliefs.price, network.own_yields)
    reward = perceived_rewards(network, cal.curves, cal.targets_at(beliefs), beliefs, euros)
    return Work(reward - cal.linear - waiting, cal.quadratic)


def rewards(network: Network, signals: Signals, euros: Floats) -> Floats:
    """r_a(w), (S, A) currency per unit: what a team perceives it earns with a unit of work."""
    paid = euros[:, network.team, :]
    return np.asarray(np.einsum("sak,ska->sa", paid, signals.reward_per_euro) + signals.onward)


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
    hour_price = np.zeros((plans, len(network.teams)))
    stage_price = np.zeros((plans, len(network.stages)))
    missed = np.zeros(plans)
    for _ in range(PASSES):
        before, missed = x.copy(), np.zeros(plans)
        for i in order:
            miss = _answer(network, network.blocks[i], i, todo, x, hour_price, stage_price)
            missed = np.maximum(missed, miss)
        if single or np.abs(x - before).max() <= 1e-13 * (1 + np.abs(x).max()):
            break
    reduced = _reduced_costs(network, todo, x, hour_price, stage_price)
    return Response(x, hour_price, stage_price, reduced, missed)


def _answer(
    network: Network, block: TeamBlock, i: int, todo: Work, x: Floats, hour_price: Floats, stage_price: Floats
) -> Floats:
    """Team i's best response to the others' flows in x, written into x and the prices; its imbalance (S,)."""
    mine = block.activities
    if not len(mine):
        return np.zeros(len(x))
    supply = outside_supply(network, block, i, x)
    best = solve_separable(
        todo.net[:, mine], todo.quadratic[..., mine], block.balance, supply, np.array(0.0), np.array(np.inf)
    )
    x[:, mine] = best.x
    count = len(block.stages)
    stage_price[:, block.stages] = best.y[:, :count]
    if block.has_hours:
        hour_price[:, i] = best.y[:, count]
    _price_empty_stages(network, block, i, todo, x, hour_price, stage_price)
    return best.imbalance


def outside_supply(network: Network, block: TeamBlock, i: int, x: Floats) -> Floats:
    """Right-hand sides of the team's balance, (S, rows): inflow from outside the team, then its hours."""
    others = np.where(network.team == i, 0.0, x)
    inflow = network.stage_inflow(others)[:, block.stages]
    if not block.has_hours:
        return inflow
    hours = np.broadcast_to(network.hours[..., i, None], (len(x), 1))
    return np.hstack([inflow, hours])


def _price_empty_stages(
    network: Network, block: TeamBlock, i: int, todo: Work, x: Floats, hour_price: Floats, stage_price: Floats
) -> None:
    """A unit at a stage without inflow is worth its best use: μ_n = max_a of the other terms of (4)."""
    inflow = network.stage_inflow(x)
    empty = inflow <= EMPTY * np.maximum(1.0, np.abs(x).max(axis=1, keepdims=True))
    if not empty[:, block.stages].any():
        return
    for n in network.downstream_first:
        rows = empty[:, n] if n in block.stages else np.zeros(len(x), dtype=bool)
        if rows.any():
            taking = network.from_stage[n]
            later = product(stage_price, network.own_yields[..., taking])
            spent = network.unit_hours[..., taking] * hour_price[:, i, None]
            best = (todo.net[:, taking] + later - spent).max(axis=1)
            stage_price[rows, n] = best[rows]


def _reduced_costs(
    network: Network, todo: Work, x: Floats, hour_price: Floats, stage_price: Floats
) -> Floats:
    """s_a of (4), (S, A): how much a unit more would lose; 0 (to rounding) where x_a > 0."""
    taken = _taken_price(network, stage_price)
    later = product(stage_price, network.own_yields)
    spent = network.unit_hours * hour_price[:, network.team]
    gain = todo.net - todo.quadratic * x - spent - taken + later
    return np.where(x > 0, 0.0, np.maximum(-gain, 0.0))


def _taken_price(network: Network, stage_price: Floats) -> Floats:
    if not len(network.stages):
        return np.zeros((len(stage_price), len(network.source)))
    return np.where(network.source >= 0, stage_price[:, network.source], 0.0)


def utility(todo: Work, x: Floats, some: Ints) -> Floats:
    """U_i(x), (S,) currency per period, over a team's activities."""
    part = x[:, some]
    return np.asarray((todo.net[:, some] * part - 0.5 * todo.quadratic[some] * part**2).sum(axis=1))


def regrets(cal: Behaviour, network: Network, beliefs: Beliefs, euros: Floats, x: Floats) -> Floats:
    """max U_i − U_i(x) at the same beliefs and inflow, (S, I) currency per period (model.md §5)."""
    todo = work(cal, network, beliefs, euros)
    regret = np.zeros((len(x), len(network.teams)))
    for i, block in enumerate(network.blocks):
        best = x.copy()
        prices = np.zeros((len(x), len(network.teams))), np.zeros((len(x), len(network.stages)))
        _answer(network, block, i, todo, best, *prices)
        regret[:, i] = utility(todo, best, block.activities) - utility(todo, x, block.activities)
    return regret


def first_response(cal: Behaviour, network: Network, euros: Floats) -> Equilibrium:
    """Everybody acts on baseline beliefs: next quarter."""
    response = respond(cal, network, cal.beliefs, euros)
    seen = _seen(cal, network, response, cal.beliefs.repeated(len(euros)))
    residual = _residual(cal.beliefs, seen, _scale(cal).stacked())
    return Equilibrium(response, cal.beliefs.repeated(len(euros)), residual, 0)


def consistent_response(
    cal: Behaviour, network: Network, euros: Floats, start: Beliefs | None = None
) -> Equilibrium:
    """Beliefs relaxed towards what happens until they agree with it: once people have learnt.

    `start` (S plans, or 1 for all) replaces baseline beliefs. A residual above CONSISTENT means
    `no_equilibrium`: none was found that learning in small steps stays at.
    """
    return converged((cal, network), euros, start or cal.beliefs, lambda _: (cal, network))


def converged(
    company: tuple[Behaviour, Network],
    euros: Floats,
    start: Beliefs,
    answering: Callable[[Ints], tuple[Behaviour, Network]],
) -> Equilibrium:
    """Consistent beliefs of S plans, from `start`; `answering` gives what some of them need of it."""
    begin = start.repeated(len(euros)).stacked()
    scale = np.broadcast_to(_scale(company[0]).stacked(), begin.shape)
    least = _least(company[0]).stacked() / scale

    def image(rows: Ints, z: Floats) -> tuple[Floats, Floats]:
        unit = scale[rows]
        _, seen, residual = _tested(*answering(rows), start.unstacked(z * unit), euros[rows], unit)
        return seen.stacked() / unit, residual

    found, rounds = fixed_points(image, begin / scale, least, _TARGET)
    beliefs = start.unstacked(found * scale)
    response, _, residual = _tested(*company, beliefs, euros, scale)
    return Equilibrium(response, beliefs, residual, rounds)


def _tested(
    cal: Behaviour, network: Network, beliefs: Beliefs, euros: Floats, scale: Floats
) -> tuple[Response, Beliefs, Floats]:
    """What people do at beliefs, what they then see, and how far the two are apart (S,)."""
    response = respond(cal, network, beliefs, euros)
    seen = _seen(cal, network, response, beliefs)
    return response, seen, np.maximum(_residual(beliefs, seen, scale), response.imbalance)


def _seen(cal: Behaviour, network: Network, response: Response, before: Beliefs) -> Beliefs:
    return beliefs_from(network, response.x, response.stage_price, before, cal.beliefs)


def _scale(cal: Behaviour) -> Beliefs:
    """What a difference in beliefs is compared with: 1, Num⁰, Den⁰, max(1, |μ⁰|); S = 1."""
    base = cal.beliefs
    return Beliefs(
        routing=np.ones_like(base.routing),
        numerator=np.where(base.numerator > 0, base.numerator, cal.targets * base.denominator),
        denominator=base.denominator,
        price=np.maximum(1.0, np.abs(base.price)),
    )


def _least(cal: Behaviour) -> Beliefs:
    """What beliefs stay at or above; S as of the baseline beliefs."""
    base = cal.beliefs
    return Beliefs(
        routing=np.zeros_like(base.routing),
        numerator=np.zeros_like(base.numerator),
        denominator=DENOMINATOR_FLOOR * base.denominator,
        price=np.full_like(base.price, -np.inf),
    )


def _residual(at: Beliefs, seen: Beliefs, scale: Floats) -> Floats:
    """max over |Δφ|, |ΔNum|/Num⁰, |ΔDen|/Den⁰, |Δμ̄|/max(1, |μ⁰|); (S,)."""
    apart = np.abs(seen.stacked() - at.stacked()) / scale
    return np.asarray(apart.max(axis=1, initial=0.0))
