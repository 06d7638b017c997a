"""Where the gain comes from: the change of net split by team and cause, adding up exactly.

A team works at *benches*: the market, and each stage that it owns. What a bench hands on per unit of what it
uses (units entering the stage; at the market, the hours that the team spends there) has four parts:

    effect = gaming + (1 − gaming's share) · size · composition

`gaming` what the gaming activities hand on and cost; `size` how many units of any stage the other work hands
on; `composition` which ones, and at what direct cost. At the market the hours spent there are part of size.
Revenue is a function of these parts alone, so today's part can be swapped for the new one, part by part:

| cause | parts |
|---|---|
| volume | size at the market |
| conversion | size at stages before the sale |
| quality | composition at the market and at stages before the sale |
| retention | size and composition at stages after the sale |
| gaming | gaming everywhere; what replaces it is the other work in its mix of today |
| moved | none: results that are lost because they are moved over the ends of periods |
| payout | loaded payouts |

What a swap is worth depends on what was swapped before it. No order is better than another, so every order
of teams counts equally, and within a team's turn every order of its causes: the Owen value (Owen 1977,
doi:10.1007/978-3-642-45494-3_7), the Shapley value where teams stay together. A team's causes add up to
its own Shapley value, all teams to the change of revenue. Beyond MANY teams only the orders down and up the
funnel count. With regimes, parts are expected over regimes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import comb
from typing import Literal, get_args

import numpy as np

from optimizer.arrays import Bools, Floats, Ints, half_up
from optimizer.response.booking import book
from optimizer.response.calibration import Calibrated
from optimizer.response.moved_results import every_movable
from optimizer.response.network import Network
from optimizer.response.outcome import Outcome

Cause = Literal["volume", "quality", "conversion", "retention", "gaming", "moved", "payout"]
CAUSES: tuple[Cause, ...] = get_args(Cause)
WORKED = CAUSES[:-2]
"""Causes that lie in what is worked."""
MANY = 10
"""Teams that change something, above which not every order of teams is tried."""


@dataclass(frozen=True)
class WaterfallStep:
    """Part of the change that a team brings by a cause [currency/period]."""

    team: int
    cause: Cause
    revenue: float
    net: float


def waterfall(cal: Calibrated, current: Outcome, recommended: Outcome) -> tuple[WaterfallStep, ...]:
    """From one plan to another, by team and cause; causes that cannot arise are left out.

    Payouts are those booked.
    """
    both = zip(current.by_regime, recommended.by_regime, strict=True)
    funnels = [_Funnel.of(a.network, a.x, b.x) for a, b in both]
    revenue = cal.regimes.expect(_parts(funnel) for funnel in funnels)
    possible = funnels[0].possible
    before, after = (book(cal.scenario, outcome.pay) for outcome in (current, recommended))
    pay = half_up(before.loaded - after.loaded, before.decimals)
    worked = [
        WaterfallStep(int(i), WORKED[c], float(revenue[i, c]), float(revenue[i, c]))
        for i, c in np.argwhere(possible)
    ]
    paid = [WaterfallStep(i, "payout", 0.0, float(part)) for i, part in enumerate(pay)]
    lost = np.zeros(len(pay))
    for choice in every_movable(cal):
        lost[choice.team] += recommended.moved[choice.kpi] - current.moved[choice.kpi]
    moved = [WaterfallStep(int(i), "moved", float(lost[i]), float(lost[i])) for i in np.flatnonzero(lost)]
    return tuple(sorted([*worked, *moved, *paid], key=lambda s: (s.team, CAUSES.index(s.cause))))


# --- the funnel as benches ------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Bench:
    """Where a team works: `stage` -1 is the market. `causes` drive (gaming, size, composition).

    `effect` (2**5, N + 1): what a unit of what it uses brings to each stage, and directly, for every choice
    of causes that have been swapped (bit c for WORKED[c]); for the market, what all of it brings.
    """

    team: int
    stage: int
    causes: tuple[int, int, int]
    effect: Floats


@dataclass(frozen=True)
class _Funnel:
    """A network with its benches, between two plans."""

    network: Network
    benches: tuple[_Bench, ...]

    @classmethod
    def of(cls, network: Network, current: Floats, recommended: Floats) -> _Funnel:
        after = after_sale(network)
        places = [(i, -1) for i in range(len(network.teams))]
        places += [(int(i), n) for n, i in enumerate(network.owner) if i >= 0]
        benches = (_bench(network, after, i, n, current, recommended) for i, n in places)
        return cls(network, tuple(b for b in benches if b is not None))

    @property
    def possible(self) -> Bools:
        """Causes that can arise in each team, (I, 5)."""
        possible = np.zeros((len(self.network.teams), len(WORKED)), dtype=bool)
        for bench in self.benches:
            gaming, *rest = bench.causes
            possible[bench.team, rest] = True
            at = self.network.source == bench.stage
            possible[bench.team, gaming] |= bool(
                (self.network.gaming & at & (self.network.team == bench.team)).any()
            )
        return possible

    @property
    def changed(self) -> Ints:
        """Teams that do anything else than before."""
        return np.unique([b.team for b in self.benches if not (b.effect == b.effect[0]).all()])

    def revenue(self, swapped: Ints) -> Floats:
        """R, (R,), for each team's swapped causes as bits, (R, I)."""
        network = self.network
        inflow = np.tile(network.inflow, (len(swapped), 1))
        direct = np.zeros(len(swapped))
        at = {b.stage: b for b in self.benches if b.stage >= 0}
        for bench in (b for b in self.benches if b.stage < 0):
            added = bench.effect[swapped[:, bench.team]]
            inflow, direct = inflow + added[:, :-1], direct + added[:, -1]
        for n in reversed(network.downstream_first):
            if n in at:
                added = inflow[:, n, None] * at[n].effect[swapped[:, at[n].team]]
                inflow, direct = inflow + added[:, :-1], direct + added[:, -1]
        return np.asarray((inflow - network.inflow) @ network.stage_value + direct)


def after_sale(network: Network) -> Bools:
    """Stages whose units are sold already, (N,).

    Those entered with value and worked further, what comes after them, and what arrives by itself at a team
    that works on nothing else than these (contracts due for renewal).
    """
    after = (network.stage_value > 0) & (network.owner >= 0)
    for n in reversed(network.downstream_first):
        if after[n]:
            after |= (network.yields[:, network.source == n] > 0).any(axis=1)
    fed = (network.yields > 0).any(axis=1)
    for alone in np.flatnonzero(~fed & (network.owner >= 0) & ~after):
        others = (network.owner == network.owner[alone]) & fed
        after[alone] = bool(others.any() and after[others].all())
    return np.asarray(after)


def _bench(
    network: Network, after: Bools, team: int, stage: int, current: Floats, recommended: Floats
) -> _Bench | None:
    """None where nobody can do anything there."""
    some = np.flatnonzero((network.source == stage) & (network.team == team))
    if stage < 0:
        some = some[network.explicit[some]]
    if not network.explicit[some].any():
        return None
    sides = [_Parts.of(network, some, stage, x) for x in (current, recommended)]
    sides = [mine.or_else(other) for mine, other in zip(sides, sides[::-1], strict=True)]
    names: tuple[Cause, Cause, Cause] = ("gaming", "conversion", "quality")
    if stage < 0:
        names = ("gaming", "volume", "quality")
    elif after[stage]:
        names = ("gaming", "retention", "retention")
    causes = (WORKED.index(names[0]), WORKED.index(names[1]), WORKED.index(names[2]))
    effect = [_effect(*(sides[(bits >> c) & 1] for c in causes)) for bits in range(2 ** len(WORKED))]
    return _Bench(team, stage, causes, np.array(effect))


@dataclass(frozen=True)
class _Parts:
    """What a bench does under one plan, per unit of what it uses; NaN where nothing tells.

    `used` is 1 at a stage (its inflow is the others' doing), the units of use at the market. `gamed` (N + 1,)
    and its share of use, `size`, `composition` (N + 1,) per unit handed on.
    """

    used: float
    gamed: Floats
    share: float
    size: float
    composition: Floats

    @classmethod
    def of(cls, network: Network, some: Ints, stage: int, x: Floats) -> _Parts:
        effects = np.vstack([network.yields[:, some], (network.unit_value - network.cash)[some]])
        handed_on = effects[:-1].sum(axis=0)
        counted = np.where((handed_on == 0) & network.explicit[some], 1.0, handed_on)
        hours = network.unit_hours[some]
        use = hours if stage < 0 and (hours > 0).all() else np.ones(len(some))
        whole = float(use @ x[some])
        rate = x[some] / whole if whole > 0 else np.full(len(some), np.nan)
        gaming = network.gaming[some]
        share = float((use * rate)[gaming].sum())
        rest = 1 - share
        size = float((counted * rate)[~gaming].sum()) / rest if rest > 1e-12 else np.nan
        effect = effects[:, ~gaming] @ rate[~gaming]
        composition = effect / (rest * size) if size > 0 else np.full(len(effect), np.nan)
        return cls(1.0 if stage >= 0 else whole, effects[:, gaming] @ rate[gaming], share, size, composition)

    def or_else(self, other: _Parts) -> _Parts:
        """With what nothing tells here taken from the other plan; 0 where nothing tells there either."""
        gamed = self if np.isfinite(self.share) else other
        size = self.size if np.isfinite(self.size) else other.size
        known = np.isfinite(self.composition).all()
        return _Parts(
            self.used,
            np.nan_to_num(gamed.gamed),
            float(np.nan_to_num(gamed.share)),
            float(np.nan_to_num(size)),
            np.nan_to_num(self.composition if known else other.composition),
        )


def _effect(gaming: _Parts, size: _Parts, composition: _Parts) -> Floats:
    """Gaming of one side, size of another, composition of a third."""
    return size.used * (gaming.gamed + (1 - gaming.share) * size.size * composition.composition)


# --- every order counts equally -------------------------------------------------------------------------


def _parts(funnel: _Funnel) -> Floats:
    """Each team's and cause's part of the change of revenue, (I, 5)."""
    teams, every = funnel.changed, 2 ** len(WORKED) - 1
    own = np.arange(every + 1)
    parts = np.zeros((len(funnel.network.teams), len(WORKED)))
    order = [i for i in funnel.network.team_order[0] if i in teams]
    for i in teams:
        value = np.zeros(len(own))
        for weight, before in _before(order, int(i)):
            swapped = np.zeros((len(own), len(funnel.network.teams)), dtype=np.intp)
            swapped[:, before] = every
            swapped[:, i] = own
            value += weight * funnel.revenue(swapped)
        parts[i] = _shapley(value)
    return parts


def _before(order: list[int], team: int) -> Iterator[tuple[float, list[int]]]:
    """(weight, teams that have moved before this one), over all orders of teams."""
    place = order.index(team)
    above, below = order[:place], order[place + 1 :]
    if len(order) > MANY:
        yield from ((0.5, above), (0.5, below))
        return
    others = above + below
    for picked in product((False, True), repeat=len(others)):
        count = sum(picked)
        weight = 1 / (len(order) * comb(len(others), count))
        yield weight, [j for j, taken in zip(others, picked, strict=True) if taken]


def _shapley(value: Floats) -> Floats:
    """Shapley value of a game with players as bits of the position in `value` (2**m,)."""
    players = (len(value) - 1).bit_length()
    subsets = np.arange(len(value))
    size = np.array([s.bit_count() for s in range(len(value))])
    weight = np.array([1 / (players * comb(players - 1, s)) if s < players else 0.0 for s in size])
    without = [subsets[(subsets >> p) & 1 == 0] for p in range(players)]
    return np.array([weight[w] @ (value[w | (1 << p)] - value[w]) for p, w in enumerate(without)])
