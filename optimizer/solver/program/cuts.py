"""What makes the linear relaxation strong: the convex hull of the cells, with payouts' true cost in each.

Cells (`optimizer.solver.program.plan_cells`) are joined by their hull: e = Σ_j e^j and payout = Σ_j payout^j,
one e^j per cell and all but one of them 0 (Balas 1985, doi:10.1137/0606047), payout^j above the tangents of
its cell. The products (12) of FORMULATION.md stay what makes payouts exact; rows (18) to (20) only make the
bound strong.
"""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo
from pyomo.repn import generate_standard_repn

from optimizer.arrays import Floats
from optimizer.model.data import ModelData
from optimizer.model.weights import steps_of
from optimizer.solver.highs import LpRelaxation, compile_model
from optimizer.solver.program.plan_cells import PlanCell, Space, find_cells
from optimizer.solver.program.regions import OUTSIDE, Regions

ROUNDS = 8
UNDERSTATED = 1e-5
"""Cutting goes on while the relaxation understates payout by more than this share."""
NOISE = 1e-11
"""Coefficients below this share of a row's largest are rounding."""
SHARE = 1e-3
"""Least part of a plan in a cell at which its euros are still sharp enough to cut at."""


def strengthen(
    data: ModelData, model: pyo.ConcreteModel, regions: tuple[Regions, ...], floor: float | None
) -> None:
    """Join the cells by their hull, and cut at the plans the relaxation proposes until payouts are true."""
    if not len(model.above):
        return
    rules, limits = _rules_on_euros(data, model)
    cells = find_cells(Space(data, rules, limits, -np.inf if floor is None else floor), regions)
    if not cells:
        return
    _join(data, model, cells)
    for j, cell in enumerate(cells):
        for at in cell.points:
            _cut(data, model, cell, j, at)
    relaxation = LpRelaxation(compile_model(model))
    for _ in range(ROUNDS):
        values = relaxation.solve()
        if values is None or not _cut_all(data, model, cells, relaxation, values):
            return


def _rules_on_euros(data: ModelData, m: pyo.ConcreteModel) -> tuple[Floats, Floats]:
    """Every row of the model that only the plan decides, as rows over euros ≥ limits, scaled."""
    digits = {id(m.digit[i, k, b]): (j, b) for j, (i, k) in enumerate(m.PAIRS) for b in m.BITS[i, k]}
    unit = np.array([data.space.unit[i] for i, _ in data.space.pairs])
    rows, limits = [np.zeros(len(unit))], [-1.0]
    for constraint in m.component_data_objects(pyo.Constraint, active=True):
        repn = generate_standard_repn(constraint.body)
        if not repn.linear_vars or any(id(v) not in digits for v in repn.linear_vars):
            continue
        row = np.zeros(len(unit))
        for v, c in zip(repn.linear_vars, repn.linear_coefs, strict=True):
            j, b = digits[id(v)]
            row[j] = c / 2**b / unit[j]
        size = np.abs(row).max() * unit.max()
        for sign, end in ((1.0, constraint.lower), (-1.0, constraint.upper)):
            if end is not None:
                rows.append(sign * row / size)
                limits.append(sign * (float(end) - float(repn.constant)) / size)
    return np.array(rows), np.array(limits)


def _join(data: ModelData, m: pyo.ConcreteModel, cells: list[PlanCell]) -> None:
    """Which cell the plan is in, its euros and its payout there."""
    network = data.cal.network
    m.CELLS = pyo.RangeSet(0, len(cells) - 1)
    m.cell = pyo.Var(m.CELLS, domain=pyo.Binary, doc="the plan is in this cell")
    m.part = pyo.Var(m.CELLS, m.PAIRS, domain=pyo.NonNegativeReals, doc="steps, in the plan's cell")
    m.part_payout = pyo.Var(m.CELLS, domain=pyo.Reals, doc="loaded payout, in the plan's cell")
    m.one_cell = pyo.Constraint(expr=sum(m.cell[j] for j in m.CELLS) == 1, doc="(18) one cell")
    m.parts = pyo.Constraint(
        m.PAIRS,
        rule=lambda m, *p: sum(m.part[j, p] for j in m.CELLS) == steps_of(m, *p),
        doc="(18) its steps",
    )
    _part_pay(data, m)
    m.facet = pyo.Constraint(
        [(j, r) for j, cell in enumerate(cells) for r in range(len(cell.facets))],
        rule=lambda m, j, r: _affine(data, m, cells[j].facets[r], j) >= -OUTSIDE * m.cell[j],
        doc="(18) the cell's facets",
    )
    m.worth = pyo.Constraint(expr=_worth(data, m, cells), doc="(19) revenue by cell")
    at = {w.name: s for s, w in enumerate(data.regimes)}
    column = {a: j for j, a in enumerate(network.activities)}

    def works(m: pyo.ConcreteModel, s: str, a: str) -> pyo.Expression:
        of_cells = [m.cell[j] for j, c in enumerate(cells) if c.patterns[at[s]][column[a]]]
        return m.working[s, a] == sum(of_cells)

    m.pattern = pyo.Constraint(m.OPEN, rule=works, doc="(18) who works on what")
    size = _size(data)
    m.payout_parts = pyo.Constraint(
        expr=sum(m.loaded[i] for i in m.PAID) / size >= sum(m.part_payout[j] for j in m.CELLS),
        doc="(20) payout by cell",
    )
    m.payout_cuts = pyo.ConstraintList(doc="(20) payout at least its tangents")


def _part_pay(data: ModelData, m: pyo.ConcreteModel) -> None:
    """A cell without the plan has no euros; the other has all of each team's."""
    space = data.space
    ends = {t: (int(space.least[i]), int(space.most[i])) for i, t in enumerate(data.cal.network.teams)}

    def pay(m: pyo.ConcreteModel, j: int, i: str, side: int) -> pyo.Expression:
        total = sum(m.part[j, p] for p in m.PAIRS if p[0] == i)
        limit = ends[i][side] * m.cell[j]
        return total >= limit if side == 0 else total <= limit

    m.part_pay = pyo.Constraint(m.CELLS, m.PAID, (0, 1), rule=pay, doc="(18) pay, in the plan's cell")


def _size(data: ModelData) -> float:
    """All target pay: the unit of `part_payout`."""
    return max(1.0, float(data.space.most @ data.space.unit))


def _affine(data: ModelData, m: pyo.ConcreteModel, row: Floats, j: int) -> pyo.Expression:
    """An affine map of the cell's euros, over its steps; coefficients lost in rounding are dropped."""
    steps = np.array([data.space.unit[i] for i, _ in data.space.pairs]) * row[:-1]
    felt = np.where(np.abs(steps) > NOISE * np.abs(steps).max(initial=0.0), steps, 0.0)
    parts = sum(float(c) * m.part[j, p] for c, p in zip(felt, m.PAIRS, strict=True) if c)
    return parts + float(row[-1]) * m.cell[j]


def _worth(data: ModelData, m: pyo.ConcreteModel, cells: list[PlanCell]) -> pyo.Expression:
    """Never more than the cell says; an equality would be one rounding away from infeasible."""
    revenue = sum(
        w.probability * float(v) * m.x[w.name, a]
        for w in data.regimes
        for a, v in zip(w.network.activities, w.network.marginal_value, strict=True)
        if v
    )
    size = max(1.0, *(abs(float(c.worth[-1])) for c in cells))
    by_cell = sum(_affine(data, m, c.worth / size, j) for j, c in enumerate(cells))
    return revenue / size <= by_cell + OUTSIDE


def _cut(data: ModelData, m: pyo.ConcreteModel, cell: PlanCell, j: int, at: Floats) -> pyo.Expression:
    """payout^j is above the tangent at some euros of the cell."""
    slope, constant = cell.tangent(at)
    row = np.append(slope, constant) / _size(data)
    body = m.part_payout[j] - _affine(data, m, row, j)
    m.payout_cuts.add(body >= -NOISE)
    return body


def _cut_all(
    data: ModelData,
    m: pyo.ConcreteModel,
    cells: list[PlanCell],
    relaxation: LpRelaxation,
    values: dict[int, float],
) -> bool:
    """Cut where the relaxation understates a cell's payout; whether there was such a cell."""
    unit = np.array([data.space.unit[i] for i, _ in data.space.pairs])
    any_cut = False
    for j, cell in enumerate(cells):
        share = values.get(id(m.cell[j]), 0.0)
        if share < SHARE:
            continue
        at = unit * np.array([values.get(id(m.part[j, p]), 0.0) / share for p in m.PAIRS])
        slope, constant = cell.tangent(at)
        paid = values[id(m.part_payout[j])] / share * _size(data)
        if slope @ at + constant - paid > UNDERSTATED * abs(constant + slope @ at):
            any_cut = True
            repn = generate_standard_repn(_cut(data, m, cell, j, at))
            terms = {id(v): float(c) for v, c in zip(repn.linear_vars, repn.linear_coefs, strict=True)}
            relaxation.add_row(terms, -float(repn.constant) - NOISE)
    return any_cut
