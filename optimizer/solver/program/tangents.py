"""Outer approximation of the squares of objective surplus (Duran & Grossmann 1986, doi:10.1007/BF02592064).

The model with tangents in place of squares is a relaxation, so its bound holds. Where its answer promises
more than the squares allow, the tangents there are added and it is solved again: no plan is overvalued twice.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pyomo.environ as pyo
from pyomo.repn import generate_standard_repn

from optimizer.model.data import ModelData
from optimizer.model.effort import Square, squares
from optimizer.solver.highs import Limits, LpRelaxation, MilpResult, OnProgress, compile_model, solve_milp

MOST_ROUNDS = 60
ROOT_ROUNDS = 12
PRECISION = 1e-9
"""Relative: what tangents may still understate of the objective."""
SAME_DIGITS = 9
"""Decimals of volumes and euros in which points are the same: tangents there cannot do more."""
SHARE = 0.1
"""Of the gap asked for, what tangents may understate; the solver proves the rest."""


def solve_outer(
    m: pyo.ConcreteModel,
    data: ModelData,
    limits: Limits,
    start: Mapping[int, float] | None = None,
    on_progress: OnProgress | None = None,
) -> MilpResult:
    """Solve until the answer is overstated by at most a tenth of the gap; its objective is the true one."""
    if not len(m.effort):
        return solve_milp(compile_model(m), limits, start, on_progress)
    began, bounds, every = time.monotonic(), [], list(squares(m, data))
    cut = set[tuple[float, ...]]()
    inner = replace(limits, gap=(1 - 2 * SHARE) * limits.gap)
    for _ in range(MOST_ROUNDS):
        left = None if limits.seconds is None else limits.seconds - (time.monotonic() - began)
        result = solve_milp(compile_model(m), replace(inner, seconds=left), start, on_progress)
        bounds.append(result.bound if result.values or result.status == "infeasible" else np.inf)
        if not result.values:
            break
        missing = sum(s.weight * _missing(s, result.values) for s in every)
        at = tuple(round(_base(s, result.values), SAME_DIGITS) for s in every)
        allowed = max(SHARE * limits.gap, PRECISION) * max(1.0, abs(result.objective))
        result = replace(result, objective=result.objective - missing)
        stopped = limits.interrupted or (left is not None and left <= 0)
        if stopped or missing <= allowed or at in cut:
            break
        cut.add(at)
        add_tangents(m, data, result)
    return replace(result, bound=min(bounds))


def tighten(m: pyo.ConcreteModel, data: ModelData) -> None:
    """Tangents that the linear relaxation asks for, before any branching."""
    if not len(m.effort):
        return
    every = list(squares(m, data))
    relaxation = LpRelaxation(compile_model(m))
    for _ in range(ROOT_ROUNDS):
        values = relaxation.solve()
        if values is None:
            return
        cut = [s for s in every if _missing(s, values) > 1e-4 * s.value(s.high)]
        if not cut:
            return
        for square in cut:
            row = m.tangents.add(square.tangent(_base(square, values)))
            repn = generate_standard_repn(row.body)
            terms = {id(v): -float(c) for v, c in zip(repn.linear_vars, repn.linear_coefs, strict=True)}
            relaxation.add_row(terms, float(repn.constant) - float(row.upper))


def add_tangents(m: pyo.ConcreteModel, data: ModelData, result: MilpResult) -> None:
    """The tangents of all squares at an answer."""
    for square in squares(m, data):
        m.tangents.add(square.tangent(_base(square, result.values)))


def _missing(square: Square, values: Mapping[int, float]) -> float:
    return square.value(_base(square, values)) - _at(square.cost, values)


def _base(square: Square, values: Mapping[int, float]) -> float:
    return _at(square.base, values)


def _at(expression: pyo.Expression, values: Mapping[int, float]) -> float:
    """A linear expression at column values (fixed variables at their own)."""
    repn = generate_standard_repn(expression)
    pairs = zip(repn.linear_vars, repn.linear_coefs, strict=True)
    return float(repn.constant) + sum(float(c) * values.get(id(v), 0.0) for v, c in pairs)


__all__ = ["add_tangents", "solve_outer", "tighten"]
