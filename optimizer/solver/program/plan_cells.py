"""Cells: parts of the plan space over which the value of a plan is known almost exactly.

While nobody switches what they work on, volumes are affine in the plan's euros e, so loaded payout is a
quadratic L(e), nearly convex: people are paid more for what they then do more of. Its tangent at e*, less a
chord for each direction in which it bends down, lies below it over the cell:

    L(e) ≥ L(e*) + ∇L·(e − e*) + ½ Σ_{λ_j < 0} λ_j [ (l_j + u_j) t_j − l_j u_j ],
    t_j = v_j·(e − e*) ∈ [l_j, u_j]

with λ_j, v_j the eigenpairs of ∇²L on moves that keep each team's pay. A chord misses by at most
|λ_j| (u_j − l_j)² / 8, and one direction does most of it; so cells are cut in two across it until chords miss
little, and cells that hold no plan worth the floor are dropped on the way (spatial branch and bound: Falk &
Soland 1969, doi:10.1287/mnsc.15.9.550; concave quadratics: Rosen & Pardalos 1986, doi:10.1007/BF01580581).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from itertools import count, product
from math import prod

import numpy as np

from optimizer.arrays import Bools, Floats
from optimizer.model.data import ModelData
from optimizer.scenario.charges import loading
from optimizer.solver.highs import InfeasibleError, LinearSet
from optimizer.solver.program.joint_regions import (
    MOST_JOINT,
    UnclearError,
    joint_map,
    joint_patterns,
    room_for_gaming,
)
from optimizer.solver.program.regions import OUTSIDE, Regions, facet_scale

MOST_CELLS = 32
"""Cells kept for the model; cutting ends there."""
FINE = 1e-5
"""Cutting ends where chords miss less than this share of the value ..."""
SHARE = 0.25
"""... or of what the bound is ahead of the floor: the rest is for the search over whole steps."""
TANGENTS = 12
"""Tangents at most on the way to one cell's bound."""
STILL = 1e-6
"""Of a quantity's own scale: rows that all plans together move by less are constants."""
FLAT = 1e-9
"""Curvature below this share of the largest counts as none."""


@dataclass(frozen=True)
class PlanCell:
    """L(e) = ½ e·H e + g·e over a part of one joint region. P pairs of the plan space."""

    patterns: tuple[Bools, ...]
    """Activities at work, per regime."""
    facets: Floats
    """(F, P + 1): rows a·e + b ≥ 0 that tell the cell from others, scaled."""
    worth: Floats
    """(P + 1,): expected revenue as an affine map of e."""
    hessian: Floats
    gradient: Floats
    bends: Floats
    """(J, P): rows v_j of directions in which L bends down, in euros."""
    curvature: Floats
    """(J,) λ_j < 0."""
    ends: Floats
    """(J, 2): range of v_j·e over the cell."""
    points: tuple[Floats, ...] = ()
    """Euros where tangents are worth having."""

    @property
    def misses(self) -> Floats:
        """(J,): by how much each chord may understate L, currency."""
        return np.asarray(-self.curvature * (self.ends[:, 1] - self.ends[:, 0]) ** 2 / 8)

    def value(self, euros: Floats) -> float:
        """L(e)."""
        return float(0.5 * euros @ self.hessian @ euros + self.gradient @ euros)

    def tangent(self, at: Floats) -> tuple[Floats, float]:
        """(coefficients (P,), constant) of the row below L over the cell, from a plan that pays target pay.

        From elsewhere L bends in directions that `bends` does not know, and the row would not be below it.
        """
        slope = self.hessian @ at + self.gradient
        offset = self.bends @ at
        low, high = self.ends[:, 0] - offset, self.ends[:, 1] - offset
        chord = 0.5 * self.curvature * (low + high)
        constant = self.value(at) - slope @ at - chord @ offset - 0.5 * self.curvature @ (low * high)
        return slope + chord @ self.bends, float(constant)


@dataclass(frozen=True)
class Space:
    """What cells are cut from: a setting, linear rules on euros (R, P) ≥ their limits, a value to reach."""

    data: ModelData
    rules: Floats
    limits: Floats
    floor: float


def find_cells(space: Space, regions: tuple[Regions, ...]) -> list[PlanCell] | None:
    """Cells that hold every plan worth at least the floor; None where joint regions are unclear."""
    queue: list[tuple[float, int, PlanCell]] = []
    turn = count()

    def push(cells: Iterator[PlanCell]) -> None:
        for cell in cells:
            bound, seen = _bound(space, cell)
            if bound >= space.floor:
                heappush(queue, (-bound, next(turn), seen))

    try:
        push(_regional(space, regions))
    except UnclearError:
        return None
    done: list[PlanCell] = []
    while queue and len(done) + len(queue) < MOST_CELLS:
        bound, _, cell = heappop(queue)
        if cell.misses.sum() <= max(FINE * abs(bound), SHARE * (-bound - space.floor)):
            done.append(cell)
        else:
            push(_halves(space, cell))
    return done + [cell for _, _, cell in queue]


# --- joint regions --------------------------------------------------------------------------------------


def _regional(space: Space, regions: tuple[Regions, ...]) -> Iterator[PlanCell]:
    """One cell per joint region that has a plan."""
    regimes = space.data.regimes
    per_regime = [joint_patterns(regime, r) for regime, r in zip(regimes, regions, strict=True)]
    if prod(len(p) for p in per_regime) > MOST_JOINT:
        raise UnclearError
    open_ = np.concatenate([np.ptp(np.array(p, dtype=int), axis=0) > 0 for p in per_regime])
    for patterns in product(*per_regime):
        maps = [joint_map(space.data, w, p) for w, p in zip(regimes, patterns, strict=True)]
        cell = cell_of(space, patterns, maps, open_)
        if cell is not None:
            yield cell


def cell_of(space: Space, patterns: tuple[Bools, ...], maps: list[Floats], open_: Bools) -> PlanCell | None:
    """Expected loaded payout over a joint region; None where the region holds no plan.

    `maps` as `joint_map` of each regime; only their `open_` rows are facets.
    """
    data = space.data
    charge, pairs = loading(data.cal.scenario), data.space.pairs
    bilinear = np.zeros((len(pairs), len(pairs)))
    linear, worth = np.zeros(len(pairs)), np.zeros(len(pairs) + 1)
    every = np.arange(len(data.cal.network.activities))
    scales = (facet_scale(data, w, every, p) for w, p in zip(data.regimes, patterns, strict=True))
    rows = [np.vstack([m / scale[:, None] for m, scale in zip(maps, scales, strict=True)])[open_]]
    for regime, working, affine in zip(data.regimes, patterns, maps, strict=True):
        x = np.where(working[:, None], affine, 0.0)
        score = regime.score @ x
        score[:, -1] += regime.score_constant
        worth += regime.probability * (regime.network.marginal_value @ x)
        rows.append(room_for_gaming(data, regime, x))
        for j, (i, k) in enumerate(pairs):
            weight = regime.probability * charge[i]
            bilinear[j] += weight * (regime.slope[i, k] @ score[:, :-1])
            linear[j] += weight * (regime.level[i, k] + regime.slope[i, k] @ score[:, -1])
    hessian = bilinear + bilinear.T
    bends, curvature = _bends(data, hessian)
    facets = _scaled(data, np.vstack(rows))
    ends = _ends_by_pay(data, bends)
    return _measured(space, PlanCell(patterns, facets, worth, hessian, linear, bends, curvature, ends))


def _ends_by_pay(data: ModelData, bends: Floats) -> Floats:
    """Range of each bend over everything that teams' target pay allows, (J, 2)."""
    space = data.space
    low, high = np.zeros(len(bends)), np.zeros(len(bends))
    team = np.array([i for i, _ in space.pairs])
    for i in np.unique(team):
        own = bends[:, team == i]
        ends = space.unit[i] * np.array([space.least[i], space.most[i]])
        low += np.minimum(*(own.min(axis=1) * end for end in ends))
        high += np.maximum(*(own.max(axis=1) * end for end in ends))
    return np.stack([low, high], axis=1)


def _scaled(data: ModelData, rows: Floats) -> Floats:
    """Rows in units of what the plan moves of them; where it moves nothing, their rounding stays rounding."""
    size = np.abs(rows[:, :-1]).max(axis=1, initial=0.0) * data.space.unit.max()
    return np.asarray(rows / np.maximum(size, STILL)[:, None])


def _bends(data: ModelData, hessian: Floats) -> tuple[Floats, Floats]:
    """Directions in which L bends down, on moves that keep each team's pay where it is fixed."""
    space = data.space
    scale = np.array([space.most[i] * space.unit[i] for i, _ in space.pairs])
    keep = np.eye(len(scale))
    for t in np.flatnonzero(space.least == space.most):
        mine = np.array([i == t for i, _ in space.pairs])
        if mine.any():
            keep -= np.outer(mine, mine) / mine.sum()
    curvature, directions = np.linalg.eigh(keep @ (hessian * np.outer(scale, scale)) @ keep)
    down = curvature < -FLAT * max(1.0, np.abs(curvature).max(initial=0.0))
    return np.asarray((keep @ directions[:, down]).T / scale), curvature[down]


# --- bounds and cuts of one cell ------------------------------------------------------------------------


def _measured(space: Space, cell: PlanCell) -> PlanCell | None:
    """The cell with the range of each bend that counts, and a point inside; None where it is empty."""
    region = _region(space, cell)
    ends = cell.ends.copy()
    try:
        region.extreme(np.zeros(len(cell.worth)))
        inside = region.point[:-1]
        felt = cell.misses > 0.1 * FINE * abs(float(cell.worth @ np.append(inside, 1.0)))
        for j in np.flatnonzero(felt):
            bend = np.append(cell.bends[j], 0.0)
            ends[j] = max(ends[j, 0], region.extreme(bend)), min(ends[j, 1], -region.extreme(-bend))
    except InfeasibleError:
        return None
    return replace(cell, ends=ends, points=(*cell.points, inside))


def _region(space: Space, cell: PlanCell) -> LinearSet:
    """(e, loaded payout): euros of the cell that keep the rules on weights, with payout within the budget."""
    plans, budget = space.data.space, space.data.rules.budget.expected
    team = np.array([i for i, _ in plans.pairs])
    paid = np.unique(team)
    totals = (team == paid[:, None]).astype(float)
    rows = np.vstack([cell.facets[:, :-1], space.rules, totals])
    low = np.concatenate(
        [-cell.facets[:, -1] - OUTSIDE, space.limits - OUTSIDE, (plans.least * plans.unit)[paid]]
    )
    high = np.full(len(low), np.inf)
    high[-len(paid) :] = (plans.most * plans.unit)[paid]
    top = np.array([plans.most[i] * plans.unit[i] for i, _ in plans.pairs])
    return LinearSet(
        np.c_[rows, np.zeros(len(rows))],
        low,
        high,
        np.append(0 * top, -np.inf),
        np.append(top, np.inf if budget is None else budget),
    )


COST_OF_PAY = {"revenue": 0.0, "net": 1.0}
"""What a euro of payout takes from the objective, where cells know the objective."""


def _bound(space: Space, cell: PlanCell) -> tuple[float, PlanCell]:
    """What no plan of the cell exceeds (inf where the objective is not known here), and where to cut."""
    cost_of_pay = COST_OF_PAY.get(space.data.rules.objective)
    if cost_of_pay is None:
        return np.inf, cell
    region = _region(space, cell)
    cost = np.append(-cell.worth[:-1], cost_of_pay)
    points, fresh, bound = list(cell.points), list(cell.points), np.inf
    try:
        for _ in range(TANGENTS):
            for at in fresh:
                slope, constant = cell.tangent(at)
                region.add_row(np.append(-slope, 1.0), constant)
            bound = float(cell.worth[-1]) - region.extreme(cost)
            at, paid = region.point[:-1], region.point[-1]
            points.append(at)
            slope, constant = cell.tangent(at)
            if slope @ at + constant - paid <= 0.1 * FINE * abs(bound) or bound < space.floor:
                break
            fresh = [at]
    except InfeasibleError:
        return -np.inf, cell
    return bound, replace(cell, points=tuple(points))


def _halves(space: Space, cell: PlanCell) -> Iterator[PlanCell]:
    """The cell cut in two across the direction whose chord misses most."""
    j = int(np.argmax(cell.misses))
    middle = float(cell.ends[j].mean())
    row = np.append(cell.bends[j], -middle)
    for side, end in ((1.0, 0), (-1.0, 1)):
        ends = cell.ends.copy()
        ends[j, end] = middle
        facets = np.vstack([cell.facets, _scaled(space.data, side * row[None])])
        near = tuple(p for p in cell.points if side * (row[:-1] @ p + row[-1]) >= 0)
        half = _measured(space, replace(cell, facets=facets, ends=ends, points=near))
        if half is not None:
            yield half
