"""Bounds that follow from data, never guessed (model.md §8): they make the big-M of complementarity valid.

Hours and inflow bound x; `other` and `leave` bound prices from below; then prices are bounded from above
downstream first, and reduced costs last. `optimizer.solver` shrinks them with linear programs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.arrays import Floats
from optimizer.model.data import ModelData, RegimeData


@dataclass(frozen=True)
class Interval:
    """Lower and upper bounds of equal shape."""

    low: Floats
    high: Floats


@dataclass(frozen=True)
class Bounds:
    """Valid bounds of one regime: x (A,), reduced costs s (A,), hour prices λ (I,), stage prices μ (N,)
    and linearised scores (K,)."""

    x: Interval
    reduced_cost: Interval
    hour_price: Interval
    stage_price: Interval
    score: Interval


def data_bounds(data: ModelData, regime: RegimeData) -> Bounds:
    """Bounds from hours, inflow and the range of rewards alone.

    Raises ValueError naming the activity where a volume cannot be bounded.
    """
    network, cal = regime.network, data.cal
    low_pay, high_pay = reward_range(data, regime)
    low = low_pay - cal.linear - regime.waiting
    high = high_pay - cal.linear - regime.waiting
    hour_low = _hour_price_low(data, regime, low)
    price_high = _price_high(regime, high, hour_low)
    x_high = _x_high(data, regime, high, hour_low, price_high)
    price_low = _price_low(data, regime, low, x_high)
    hour_high = _hour_price_high(regime, high, price_low, price_high)
    x_high = _within_effort(data, regime, x_high, hour_high)
    taken_high = np.append(price_high, 0.0)[network.source]
    dearest = np.where(network.unit_hours >= 0, hour_high[network.team], hour_low[network.team])
    lost = network.unit_hours * dearest + taken_high - price_low @ network.own_yields - low
    zero = np.zeros(len(x_high))
    return Bounds(
        Interval(zero, x_high),
        Interval(zero, np.maximum(lost, 0.0)),
        Interval(hour_low, hour_high),
        Interval(price_low, price_high),
        score_range(regime, Interval(zero, x_high)),
    )


def reward_range(data: ModelData, regime: RegimeData) -> tuple[Floats, Floats]:
    """Smallest and largest r_a over the plans of the space, (A,) each."""
    space, team = data.space, regime.network.team
    most, least = space.most * space.unit, space.least * space.unit
    usable = space.allowed[team].T
    highest = np.where(usable, regime.reward, -np.inf).max(axis=0, initial=-np.inf)
    lowest = np.where(usable, regime.reward, np.inf).min(axis=0, initial=np.inf)
    any_ = usable.any(axis=0)
    highest, lowest = np.where(any_, highest, 0.0), np.where(any_, lowest, 0.0)
    high = np.where(highest > 0, most[team], least[team]) * highest
    low = np.where(lowest < 0, most[team], least[team]) * lowest
    return low + regime.onward, high + regime.onward


def score_range(regime: RegimeData, x: Interval) -> Interval:
    """Linearised scores over a box of volumes."""
    up, down = np.maximum(regime.score, 0.0), np.minimum(regime.score, 0.0)
    return Interval(
        regime.score_constant + up @ x.low + down @ x.high,
        regime.score_constant + up @ x.high + down @ x.low,
    )


def _hour_price_low(data: ModelData, regime: RegimeData, low: Floats) -> Floats:
    """λ ≥ net − q H of `other`, whose hours are at most H; 0 for a team without hours.

    With effort z, λ ≥ −net of `effort` where z > 0, and λ ≥ net of `other` where z = 0 leaves it no hours.
    """
    network = regime.network
    price = np.zeros(len(network.teams))
    for i, block in enumerate(network.blocks):
        if block.has_hours:
            a = network.activities.index(f"other:{network.teams[i]}")
            all_of_them = low[a] - data.cal.quadratic[a] * network.hours[i]
            price[i] = all_of_them if block.effort is None else min(low[a], -low[block.effort])
    return price


def _price_high(regime: RegimeData, high: Floats, hour_low: Floats) -> Floats:
    """μ_n ≤ the best net use of a unit; downstream first."""
    network = regime.network
    price = np.zeros(len(network.stages))
    for n in network.downstream_first:
        if network.owner[n] >= 0:
            taking = network.from_stage[n]
            spent = network.unit_hours[taking] * hour_low[network.owner[n]]
            price[n] = (high[taking] - spent + price @ network.own_yields[:, taking]).max()
    return price


def _x_high(
    data: ModelData, regime: RegimeData, high: Floats, hour_low: Floats, price_high: Floats
) -> Floats:
    """Volumes by hours, inflow, or (market work without hours) by where reward stops paying for cost."""
    network = regime.network
    gain = high - network.unit_hours * hour_low[network.team] + price_high @ network.own_yields
    fixed = np.array([block.has_hours and block.effort is None for block in network.blocks])
    timed = fixed[network.team] & (network.unit_hours > 0)
    by_hours = np.where(timed, network.hours[network.team] / np.where(timed, network.unit_hours, 1.0), np.inf)
    by_gain = np.where(network.source < 0, np.maximum(gain, 0.0) / data.cal.quadratic, np.inf)
    x = np.where(network.is_effort, 0.0, np.minimum(by_hours, by_gain))
    for n in reversed(network.downstream_first):
        taking = network.from_stage[n]
        x[taking] = np.minimum(
            x[taking], network.inflow[n] + network.yields[n] @ np.where(network.yields[n] > 0, x, 0.0)
        )
    if not np.isfinite(x).all():
        endless = [network.activities[a] for a in np.flatnonzero(~np.isfinite(x))]
        raise ValueError(f"volume of {', '.join(endless)} cannot be bounded; give its team `hours`")
    return np.asarray(x)


def _within_effort(data: ModelData, regime: RegimeData, x_high: Floats, hour_high: Floats) -> Floats:
    """Hours of `effort`: what all work could take, or where an hour more costs more than it is worth."""
    network, x = regime.network, x_high.copy()
    for i, block in enumerate(network.blocks):
        if block.effort is not None:
            others = block.activities[block.activities != block.effort]
            worth = hour_high[i] - data.cal.linear[block.effort]
            most = network.unit_hours[others] @ x[others]
            x[block.effort] = min(most, max(worth, 0.0) / data.cal.quadratic[block.effort])
            timed = others[network.unit_hours[others] > 0]
            x[timed] = np.minimum(x[timed], x[block.effort] / network.unit_hours[timed])
    return x


def _price_low(data: ModelData, regime: RegimeData, low: Floats, x_high: Floats) -> Floats:
    """μ_n ≥ net − q x of `leave`."""
    network = regime.network
    price = np.zeros(len(network.stages))
    for n, stage in enumerate(network.stages):
        if network.owner[n] >= 0:
            a = network.activities.index(f"leave:{stage}")
            price[n] = low[a] - data.cal.quadratic[a] * x_high[a]
    return price


def _hour_price_high(regime: RegimeData, high: Floats, price_low: Floats, price_high: Floats) -> Floats:
    """Some work with hours is done (H > 0), and pays at least λ per hour; without any, effort is worth no
    more than its first hour costs."""
    network = regime.network
    taken = np.append(price_low, 0.0)[network.source]
    gain = high - taken + price_high @ network.own_yields
    price = np.zeros(len(network.teams))
    for i, block in enumerate(network.blocks):
        if block.has_hours:
            timed = block.activities[network.unit_hours[block.activities] > 0]
            price[i] = (gain[timed] / network.unit_hours[timed]).max()
            if block.effort is not None:
                price[i] = max(price[i], -high[block.effort])
    return price
