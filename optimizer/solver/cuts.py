"""What makes the linear relaxation strong: a convex piece per region, with payouts' true cost.

While nobody switches what they work on, volumes are affine in the plan's euros e, so loaded payout is a
quadratic L(e), nearly convex: people are paid more for what they then do more of. Its tangent at e*, less a
chord for each direction in which it bends down, lies below it over the region:

    L(e) ≥ L(e*) + ∇L·(e − e*) + ½ Σ_{λ_j < 0} λ_j [ (l_j + u_j) t_j − l_j u_j ],
    t_j = v_j·(e − e*) ∈ [l_j, u_j]

with λ_j, v_j the eigenpairs of ∇²L on moves that keep each team's pay. Regions are joined by their convex
hull: e = Σ_j e^j, one e^j per region and all but one of them 0 (Balas 1985, doi:10.1137/0606047). The
products (12) of FORMULATION.md stay what makes payouts exact; rows (18) to (20) only make the bound strong.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import pyomo.environ as pyo
from pyomo.repn import generate_standard_repn

from optimizer.model.setting import Setting, World
from optimizer.model.weights import steps_of
from optimizer.network import Bools, Floats, Ints
from optimizer.outcome import loading
from optimizer.solver.highs import InfeasibleError, LinearSet, Relaxation, compile_model
from optimizer.solver.regions import OUTSIDE, Regions

MOST_JOINT = 48
"""Joint regions (all teams, all regimes) beyond which the relaxation is left as it is."""
ROUNDS = 15
UNDERSTATED = 1e-5
"""Cutting goes on while the relaxation understates payout by more than this share."""
NOISE = 1e-11
"""Coefficients below this share of a row's largest are rounding."""
FLAT = 1e-9
"""Curvature below this share of the largest counts as none."""


@dataclass(frozen=True)
class Quadratic:
    """L(e) = ½ e·H e + g·e over one joint region, and where the region is. P pairs of the plan space."""

    patterns: tuple[Bools, ...]
    """Activities at work, per regime."""
    facets: Floats
    """(F, P + 1): rows a·e + b ≥ 0 that tell the region from others, scaled."""
    worth: Floats
    """(P + 1,): expected revenue as an affine map of e."""
    hessian: Floats
    gradient: Floats
    bends: Floats
    """(J, P): rows v_j of directions in which L bends down, in euros."""
    curvature: Floats
    """(J,) λ_j < 0."""
    ends: Floats
    """(J, 2): range of v_j·e over the region."""

    def value(self, euros: Floats) -> float:
        return float(0.5 * euros @ self.hessian @ euros + self.gradient @ euros)

    def tangent(self, at: Floats) -> tuple[Floats, float]:
        """(coefficients (P,), constant) of the row below L over the region."""
        slope = self.hessian @ at + self.gradient
        offset = self.bends @ at
        low, high = self.ends[:, 0] - offset, self.ends[:, 1] - offset
        chord = 0.5 * self.curvature * (low + high)
        constant = self.value(at) - slope @ at - chord @ offset - 0.5 * self.curvature @ (low * high)
        return slope + chord @ self.bends, float(constant)


def payout_quadratics(
    setting: Setting, regions: tuple[Regions, ...], floor: float | None
) -> list[Quadratic] | None:
    """One per joint region that has a plan worth at least `floor`; None where they cannot be listed."""
    per_world = [_joint_patterns(world, r) for world, r in zip(setting.worlds, regions, strict=True)]
    if any(p is None for p in per_world) or np.prod([len(p or ()) for p in per_world]) > MOST_JOINT:
        return None
    found = []
    for patterns in product(*(p or () for p in per_world)):
        maps = [joint_map(setting, w, p) for w, p in zip(setting.worlds, patterns, strict=True)]
        if any(m is None for m in maps):
            return None
        quadratic = payout_quadratic(setting, patterns, [m for m in maps if m is not None], floor)
        if quadratic is not None:
            found.append(quadratic)
    return found


def _joint_patterns(world: World, regions: Regions) -> list[Bools] | None:
    per_team = [p for p in regions.patterns if p is not None]
    if len(per_team) < len(regions.patterns) or np.prod([len(p) for p in per_team]) > MOST_JOINT:
        return None
    joint = []
    for chosen in product(*per_team):
        working = np.zeros(len(world.network.activities), dtype=bool)
        for block, own in zip(world.network.blocks, chosen, strict=True):
            working[block.activities] = own
        joint.append(working)
    return joint


def joint_map(setting: Setting, world: World, working: Bools) -> Floats | None:
    """Volumes and (negated, where resting) gains of all activities as affine maps of e, (A, P + 1).

    Rows of working activities are x_a, rows of resting ones s_a: all ≥ 0 is the region.
    """
    network, pairs = world.network, setting.space.pairs
    net = np.zeros((len(working), len(pairs) + 1))
    for j, (i, k) in enumerate(pairs):
        net[:, j] = np.where(network.team == i, world.reward[k], 0.0)
    net[:, -1] = world.onward - setting.cal.linear - world.waiting
    whole, own, supply = _balances(world)
    free = working / setting.cal.quadratic
    system = (whole * free) @ own.T
    if not len(system):
        return np.where(working[:, None], net * free[:, None], -net)
    right = (whole * free) @ net
    right[:, -1] -= supply
    try:
        gain = net - own.T @ np.linalg.solve(system, right)
    except np.linalg.LinAlgError:
        return None
    return np.where(working[:, None], gain * free[:, None], -gain)


def _balances(world: World) -> tuple[Floats, Floats, Floats]:
    """Every team's balances: over all activities, over its own only, and the fixed supply."""
    network = world.network
    whole, own, supply = [], [], []
    for i, block in enumerate(network.blocks):
        for row, n in zip(block.balance, block.stages, strict=False):
            whole.append((network.source == n) - network.yields[n])
            own.append(_spread(row, block.activities, len(network.activities)))
            supply.append(network.inflow[n])
        if block.has_hours:
            whole.append(np.where(network.team == i, network.unit_hours, 0.0))
            own.append(whole[-1])
            supply.append(network.hours[i])
    shape = (len(whole), len(network.activities))
    return np.reshape(whole, shape), np.reshape(own, shape), np.array(supply, dtype=float)


def _spread(values: Floats, at: Ints, size: int) -> Floats:
    out = np.zeros(size)
    out[at] = values
    return out


def payout_quadratic(
    setting: Setting, patterns: tuple[Bools, ...], maps: list[Floats], floor: float | None
) -> Quadratic | None:
    """Expected loaded payout over a joint region; None where the region holds no plan of interest."""
    charge, pairs = loading(setting.cal), setting.space.pairs
    bilinear = np.zeros((len(pairs), len(pairs)))
    linear, value = np.zeros(len(pairs)), np.zeros(len(pairs) + 1)
    for world, working, affine in zip(setting.worlds, patterns, maps, strict=True):
        x = np.where(working[:, None], affine, 0.0)
        score = world.score @ x
        score[:, -1] += world.score_constant
        value += world.probability * (world.network.marginal_value @ x)
        for j, (i, k) in enumerate(pairs):
            weight = world.probability * charge[i]
            bilinear[j] += weight * world.slope[k] * score[k, :-1]
            linear[j] += weight * (world.level[k] + world.slope[k] * score[k, -1])
    hessian = bilinear + bilinear.T
    facets = _facets(setting, maps)
    region = _region(setting, facets, value, floor)
    bends, curvature = _bends(setting, hessian)
    try:
        ends = np.array([[region.extreme(v), -region.extreme(-v)] for v in bends]).reshape(-1, 2)
        region.extreme(np.zeros(len(pairs)))
    except InfeasibleError:
        return None
    return Quadratic(patterns, facets, value, hessian, linear, bends, curvature, ends)


def _facets(setting: Setting, maps: list[Floats]) -> Floats:
    """Volumes of working and reduced costs of resting activities, in units of their size."""
    rows = np.vstack(maps)
    size = np.maximum(np.abs(rows[:, :-1]).max(axis=1) * setting.space.unit.max(), 1e-9)
    return np.asarray(rows / size[:, None])


def _region(setting: Setting, facets: Floats, worth: Floats, floor: float | None) -> LinearSet:
    """Euros that keep every pattern, each team's pay, and (for objective revenue) the floor on value."""
    space = setting.space
    totals = np.array([[float(i == t) for i, _ in space.pairs] for t in range(len(space.unit))])
    least, most = space.least * space.unit, space.most * space.unit
    paid = totals.any(axis=1)
    low = [-facets[:, -1] - OUTSIDE, least[paid]]
    high = [np.full(len(facets), np.inf), most[paid]]
    body = [facets[:, :-1], totals[paid]]
    if floor is not None and setting.rules.objective == "revenue":
        body.append(worth[None, :-1])
        low.append(np.array([floor - worth[-1]]))
        high.append(np.array([np.inf]))
    top = np.array([most[i] for i, _ in space.pairs])
    return LinearSet(np.vstack(body), np.concatenate(low), np.concatenate(high), 0 * top, top)


def _bends(setting: Setting, hessian: Floats) -> tuple[Floats, Floats]:
    """Directions in which L bends down, on moves that keep each team's pay where it is fixed."""
    space = setting.space
    scale = np.array([space.most[i] * space.unit[i] for i, _ in space.pairs])
    keep = np.eye(len(scale))
    for t in np.flatnonzero(space.least == space.most):
        mine = np.array([i == t for i, _ in space.pairs])
        if mine.any():
            keep -= np.outer(mine, mine) / mine.sum()
    curvature, directions = np.linalg.eigh(keep @ (hessian * np.outer(scale, scale)) @ keep)
    down = curvature < -FLAT * max(1.0, np.abs(curvature).max(initial=0.0))
    return (keep @ directions[:, down]).T / scale, curvature[down]


def strengthen(
    setting: Setting, model: pyo.ConcreteModel, regions: tuple[Regions, ...], floor: float | None
) -> None:
    """Join the regions by their hull, and cut at the plans the relaxation proposes until payouts are true."""
    if not len(model.above):
        return
    quadratics = payout_quadratics(setting, regions, floor)
    if not quadratics:
        return
    _join(setting, model, quadratics)
    model.payout_cuts = pyo.ConstraintList(doc="(20) payout at least its tangents")
    relaxation = Relaxation(compile_model(model))
    points = [np.zeros(len(setting.space.pairs)) for _ in quadratics]
    for _ in range(ROUNDS):
        values = relaxation.solve()
        if values is None or not _cut(setting, model, quadratics, relaxation, values, points):
            return


def _join(setting: Setting, m: pyo.ConcreteModel, quadratics: list[Quadratic]) -> None:
    """Which region the plan is in, and its euros there."""
    space, network = setting.space, setting.cal.network
    names = [(network.teams[i], network.kpis[k]) for i, k in space.pairs]
    m.REGIONS = pyo.RangeSet(0, len(quadratics) - 1)
    m.region = pyo.Var(m.REGIONS, domain=pyo.Binary, doc="the plan is in this region")
    m.part = pyo.Var(m.REGIONS, m.PAIRS, domain=pyo.NonNegativeReals, doc="steps, in the plan's region")
    m.one_region = pyo.Constraint(expr=sum(m.region[j] for j in m.REGIONS) == 1, doc="(18) one region")
    m.parts = pyo.Constraint(
        m.PAIRS,
        rule=lambda m, *p: sum(m.part[j, p] for j in m.REGIONS) == steps_of(m, *p),
        doc="(18) its steps",
    )
    ends = {t: (int(space.least[i]), int(space.most[i])) for i, t in enumerate(network.teams)}

    def pay(m: pyo.ConcreteModel, j: int, i: str, side: int) -> pyo.Expression:
        total = sum(m.part[j, p] for p in names if p[0] == i)
        limit = ends[i][side] * m.region[j]
        return total >= limit if side == 0 else total <= limit

    m.part_pay = pyo.Constraint(m.REGIONS, m.PAID, (0, 1), rule=pay, doc="(18) pay, in the plan's region")
    open_ = [r for r in range(len(quadratics[0].facets)) if _varies(quadratics, r)]

    def facet(m: pyo.ConcreteModel, j: int, r: int) -> pyo.Expression:
        return _affine(setting, m, quadratics[j].facets[r], j) >= -OUTSIDE * m.region[j]

    m.facet = pyo.Constraint(m.REGIONS, open_, rule=facet, doc="(18) the region's facets")
    m.worth = pyo.Constraint(expr=_worth(setting, m, quadratics), doc="(19) revenue by region")
    at = {w.name: s for s, w in enumerate(setting.worlds)}
    m.pattern = pyo.Constraint(
        m.OPEN,
        rule=lambda m, s, a: (
            m.working[s, a]
            == sum(
                m.region[j]
                for j, q in enumerate(quadratics)
                if q.patterns[at[s]][network.activities.index(a)]
            )
        ),
        doc="(18) who works on what",
    )


def _varies(quadratics: list[Quadratic], row: int) -> bool:
    """The activity works in some regions and rests in others."""
    states = {bool(np.concatenate(q.patterns)[row]) for q in quadratics}
    return len(states) > 1


def _affine(setting: Setting, m: pyo.ConcreteModel, row: Floats, j: int) -> pyo.Expression:
    """An affine map of the region's euros, over its steps; coefficients lost in rounding are dropped."""
    steps = np.array([setting.space.unit[i] for i, _ in setting.space.pairs]) * row[:-1]
    felt = np.where(np.abs(steps) > NOISE * np.abs(steps).max(initial=0.0), steps, 0.0)
    parts = sum(float(c) * m.part[j, p] for c, p in zip(felt, m.PAIRS, strict=True) if c)
    return parts + float(row[-1]) * m.region[j]


def _worth(setting: Setting, m: pyo.ConcreteModel, quadratics: list[Quadratic]) -> pyo.Expression:
    """Never more than the region says; an equality would be one rounding away from infeasible."""
    revenue = sum(
        w.probability * float(v) * m.x[w.name, a]
        for w in setting.worlds
        for a, v in zip(w.network.activities, w.network.marginal_value, strict=True)
        if v
    )
    size = max(1.0, *(abs(float(q.worth[-1])) for q in quadratics))
    by_region = sum(_affine(setting, m, q.worth / size, j) for j, q in enumerate(quadratics))
    return revenue / size <= by_region + OUTSIDE


def _cut(
    setting: Setting,
    m: pyo.ConcreteModel,
    quadratics: list[Quadratic],
    relaxation: Relaxation,
    values: dict[int, float],
    points: list[Floats],
) -> bool:
    """Add the tangents at the relaxation's euros, if they say that payouts are understated there."""
    unit = np.array([setting.space.unit[i] for i, _ in setting.space.pairs])
    for j in m.REGIONS:
        share = values.get(id(m.region[j]), 0.0)
        if share > 1e-6:
            points[j] = unit * np.array([values.get(id(m.part[j, p]), 0.0) / share for p in m.PAIRS])
    body = sum(m.loaded[i] for i in m.PAID)
    for j, (quadratic, at) in enumerate(zip(quadratics, points, strict=True)):
        coefficients, constant = quadratic.tangent(at)
        body = body - _affine(setting, m, np.append(coefficients, constant), j)
    repn = generate_standard_repn(body)
    terms = {id(v): float(c) for v, c in zip(repn.linear_vars, repn.linear_coefs, strict=True)}
    missing = -(float(repn.constant) + sum(c * values.get(v, 0.0) for v, c in terms.items()))
    if missing <= UNDERSTATED * max(q.value(p) for q, p in zip(quadratics, points, strict=True)):
        return False
    m.payout_cuts.add(body >= 0)
    relaxation.add_row(terms, -float(repn.constant))
    return True
