"""Where a team's response is affine: exact bounds on volumes, prices and reduced costs.

A team's response to its euros and inflow is piecewise affine: which activities are worked decides the piece,
and each piece (critical region: Bemporad et al. 2002, doi:10.1016/S0005-1098(01)00174-1) is a polytope.
Regions are found by crossing facets from one to the next, so they cover the whole box of euros and inflow;
over them each quantity's range is a linear program. Where there are too many regions, or one is degenerate,
the bounds from data remain.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from optimizer.arrays import Bools, Floats, Ints
from optimizer.model.bounds import Bounds, Interval, data_bounds
from optimizer.model.data import ModelData, RegimeData
from optimizer.response.separable_qp import solve_separable
from optimizer.solver.highs import InfeasibleError, LinearSet

MOST_REGIONS = 150
OUTSIDE = 1e-7
"""How far a point must lie beyond a facet (relative to the quantity's scale) to count as outside."""
PADDING = 1e-7
"""Bounds are widened by this share against the solver's rounding; never across 0."""


SINGULAR = 1e10
"""Condition number from which prices count as not unique."""


@dataclass(frozen=True)
class TeamBox:
    """What varies for one team: θ = (euros of its usable KPIs, inflow of its stages) in a polytope."""

    kpis: Ints
    rows: Floats
    low: Floats
    high: Floats
    theta_low: Floats
    theta_high: Floats


@dataclass(frozen=True)
class Piece:
    """Affine maps over θ (with a trailing constant): volumes x, prices y, reduced costs s."""

    working: Bools
    x: Floats
    y: Floats
    s: Floats


@dataclass(frozen=True)
class Regions:
    """One regime: valid bounds, and per team the patterns (own activities at work) of all its responses."""

    bounds: Bounds
    patterns: tuple[tuple[Bools, ...] | None, ...]
    """None for a team whose regions could not be listed."""


def find_regions(data: ModelData, regime: RegimeData) -> Regions:
    """Bounds valid for every plan of the space in this regime, teams upstream first."""
    bounds = data_bounds(data, regime)
    order, single = regime.network.team_order
    patterns: dict[int, tuple[Bools, ...] | None] = {}
    for _ in range(1 if single else 3):
        for i in order:
            box = _team_box(data, regime, i, bounds)
            pieces = None if _may_stay_empty(regime, i) else _pieces(data, regime, i, box)
            patterns[i] = None
            if pieces is not None:
                with suppress(InfeasibleError):  # rounding: a piece that was crossed into has no inside
                    bounds = _narrowed(regime, i, box, pieces, bounds)
                    patterns[i] = tuple(p.working for p in pieces)
    return Regions(bounds, tuple(patterns[i] for i in range(len(regime.network.teams))))


def _may_stay_empty(regime: RegimeData, i: int) -> bool:
    """A stage of the team is empty today; while it stays so, its price is not unique and pieces overlap."""
    inflow = regime.network.stage_inflow(regime.network.baseline)
    return bool((inflow[regime.network.blocks[i].stages] <= 0).any())


def _team_box(data: ModelData, regime: RegimeData, i: int, bounds: Bounds) -> TeamBox:
    space, network = data.space, regime.network
    kpis = np.flatnonzero(space.allowed[i])
    most, least = space.most[i] * space.unit[i], space.least[i] * space.unit[i]
    locked = space.locked[i, kpis]
    low = np.where(np.isnan(locked), 0.0, np.nan_to_num(locked) * least)
    high = np.where(np.isnan(locked), data.rules.weights.max * most, np.nan_to_num(locked) * most)
    stages = network.blocks[i].stages
    outside = np.where(network.team == i, 0.0, network.yields[stages])
    inflow_low = network.inflow[stages] + outside @ bounds.x.low
    inflow_high = network.inflow[stages] + outside @ bounds.x.high
    total = np.r_[np.ones(len(kpis)), np.zeros(len(stages))][None, :]
    return TeamBox(
        kpis, total, np.array([least]), np.array([most]), np.r_[low, inflow_low], np.r_[high, inflow_high]
    )


def _piece(data: ModelData, regime: RegimeData, i: int, box: TeamBox, working: Bools) -> Piece | None:
    """The affine response when exactly `working` activities have x > 0; None where prices are not unique."""
    network, block = regime.network, regime.network.blocks[i]
    mine, q = block.activities, data.cal.quadratic[block.activities]
    size = len(box.kpis) + len(block.stages)
    net = np.zeros((len(mine), size + 1))
    net[:, : len(box.kpis)] = regime.reward[np.ix_(box.kpis, mine)].T
    net[:, -1] = regime.onward[mine] - data.cal.linear[mine] - regime.waiting[mine]
    supply = np.zeros((len(block.balance), size + 1))
    supply[np.arange(len(block.stages)), len(box.kpis) + np.arange(len(block.stages))] = 1.0
    if block.has_hours:
        supply[-1, -1] = network.fixed_hours[i]
    free = working / q
    system = (block.balance * free) @ block.balance.T
    if len(system) and _condition(system) > SINGULAR:
        return None
    y = supply
    if len(system):
        y = np.asarray(np.linalg.solve(system, (block.balance * free) @ net - supply), dtype=float)
    gain = net - block.balance.T @ y
    return Piece(working, gain * free[:, None], y, np.where(working[:, None], 0.0, -gain))


def _condition(system: Floats) -> float:
    """Condition number after scaling the diagonal to 1."""
    root = np.sqrt(np.maximum(np.diag(system), 1e-300))
    return float(np.linalg.cond(system / np.outer(root, root)))


def _facets(data: ModelData, regime: RegimeData, i: int, piece: Piece) -> Floats:
    """Rows ≥ 0 of the region in units of each quantity's scale: x of working, s of resting activities."""
    mine = regime.network.blocks[i].activities
    rows = np.where(piece.working[:, None], piece.x, piece.s)
    return np.asarray(rows / facet_scale(data, regime, mine, piece.working)[:, None])


def facet_scale(data: ModelData, regime: RegimeData, activities: Ints, working: Bools) -> Floats:
    """What a row of each activity is compared with: its volume where it works, else its reduced cost."""
    volume = volume_scale(regime, activities)
    return np.where(working, volume, data.cal.quadratic[activities] * volume)


def volume_scale(regime: RegimeData, activities: Ints | int) -> Floats:
    return np.maximum(regime.network.scale[activities], 1e-6)


def _pieces(data: ModelData, regime: RegimeData, i: int, box: TeamBox) -> list[Piece] | None:
    """Every region, by crossing facets; None where there are too many or one is degenerate."""
    if not len(regime.network.blocks[i].activities):
        return [Piece(np.zeros(0, dtype=bool), *(np.zeros((0, 1)),) * 3)]
    start = _pattern_at(data, regime, i, box, _inside(box))
    patterns, queue = {start.tobytes(): start}, deque([start])
    pieces = []
    while queue:
        working = queue.popleft()
        piece = _piece(data, regime, i, box, working)
        if piece is None or len(patterns) > MOST_REGIONS:
            return None
        crossed = _crossed(box, _facets(data, regime, i, piece))
        if crossed is None:
            return None
        pieces.append(piece)
        one_by_one, corners = crossed
        beyond = [working ^ (np.arange(len(working)) == a) for a in one_by_one]
        beyond += [_pattern_at(data, regime, i, box, theta) for theta in corners]
        for pattern in beyond:
            if pattern.tobytes() not in patterns:
                patterns[pattern.tobytes()] = pattern
                queue.append(pattern)
    return pieces or None


def _crossed(box: TeamBox, facets: Floats) -> tuple[list[int], list[Floats]] | None:
    """Facets that the box reaches beyond while the others hold, and points beyond several at once.

    Facets that coincide cannot be crossed one at a time: each holds the region back for the others. None
    where the region is empty.
    """
    region = _linear_set(box, facets)
    try:
        region.extreme(np.zeros(facets.shape[1] - 1))
    except InfeasibleError:
        return None
    crossed, touched = [], []
    for a, row in enumerate(facets):
        region.relax(a)
        lowest = region.extreme(row[:-1]) + row[-1]
        if lowest < -OUTSIDE:
            crossed.append(a)
        elif lowest <= OUTSIDE:
            touched.append(a)
        region.restore(a)
    return crossed, _beyond_together(region, facets, touched)


def _beyond_together(region: LinearSet, facets: Floats, touched: list[int]) -> list[Floats]:
    """Points θ farthest beyond each of the facets, where none of them holds."""
    for a in touched:
        region.relax(a)
    return [
        region.point
        for a in touched
        if len(touched) > 1 and region.extreme(facets[a, :-1]) + facets[a, -1] < -OUTSIDE
    ]


def _linear_set(box: TeamBox, facets: Floats) -> LinearSet:
    rows = np.vstack([facets[:, :-1], box.rows])
    low = np.r_[-facets[:, -1] - 0.1 * OUTSIDE, box.low]
    high = np.r_[np.full(len(facets), np.inf), box.high]
    return LinearSet(rows, low, high, box.theta_low, box.theta_high)


def _pattern_at(data: ModelData, regime: RegimeData, i: int, box: TeamBox, theta: Floats) -> Bools:
    """Which activities work at a point of the box, by the independent best-response solver."""
    block = regime.network.blocks[i]
    mine, count = block.activities, len(box.kpis)
    net = regime.reward[np.ix_(box.kpis, mine)].T @ theta[:count]
    net = net + regime.onward[mine] - data.cal.linear[mine] - regime.waiting[mine]
    supply = np.r_[theta[count:], [regime.network.fixed_hours[i]] if block.has_hours else []]
    response = solve_separable(
        net[None], data.cal.quadratic[mine], block.balance, supply[None], np.array(0.0), np.array(np.inf)
    )
    return np.asarray(response.x[0] > 0)


def _inside(box: TeamBox) -> Floats:
    """A point of the box with the euros adding up."""
    count = len(box.kpis)
    middle = 0.5 * (box.theta_low + box.theta_high)
    if count:
        room = box.theta_high[:count] - box.theta_low[:count]
        rest = 0.5 * (box.low[0] + box.high[0]) - box.theta_low[:count].sum()
        middle[:count] = box.theta_low[:count] + room * (rest / room.sum() if room.sum() > 0 else 0.0)
    return middle


def _narrowed(regime: RegimeData, i: int, box: TeamBox, pieces: list[Piece], bounds: Bounds) -> Bounds:
    """Ranges over all regions of the team, put into the bounds."""
    block = regime.network.blocks[i]
    if not len(block.activities):
        return bounds
    maps = [np.vstack([p.x, p.s, p.y]) for p in pieces]
    facet_rows = [np.where(p.working[:, None], p.x, p.s) for p in pieces]
    ends = [_ranges(_linear_set(box, f), m) for f, m in zip(facet_rows, maps, strict=True)]
    low, high = np.min([e[0] for e in ends], axis=0), np.max([e[1] for e in ends], axis=0)
    n, stages = len(block.activities), len(block.stages)
    parts = {
        "x": (block.activities, slice(0, n)),
        "reduced_cost": (block.activities, slice(n, 2 * n)),
        "stage_price": (block.stages, slice(2 * n, 2 * n + stages)),
        "hour_price": (np.array([i] if block.has_hours else [], dtype=np.intp), slice(2 * n + stages, None)),
    }
    for name, (at, rows) in parts.items():
        kept = _met(getattr(bounds, name), at, low[rows], high[rows])
        bounds = replace(bounds, **{name: kept})
    return bounds


def _ranges(region: LinearSet, maps: Floats) -> tuple[Floats, Floats]:
    low = [region.extreme(row[:-1]) + row[-1] for row in maps]
    high = [-region.extreme(-row[:-1]) + row[-1] for row in maps]
    return np.array(low), np.array(high)


def _met(interval: Interval, at: Ints, low: Floats, high: Floats) -> Interval:
    """The interval narrowed at some places, padded, and kept on its side of 0."""
    padding = PADDING * (1 + np.abs(np.r_[low, high]).reshape(2, -1).max(axis=0, initial=0.0))
    new_low, new_high = interval.low.copy(), interval.high.copy()
    padded_low = np.where(low > padding, np.maximum(low - padding, 0.0), low - padding)
    padded_high = np.where(np.abs(high) <= padding, np.maximum(high, 0.0), high + padding)
    new_low[at] = np.maximum(interval.low[at], padded_low)
    new_high[at] = np.minimum(interval.high[at], padded_high)
    return Interval(new_low, np.maximum(new_high, new_low))
