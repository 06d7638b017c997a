"""Linear programs asked many times: ranges of variables, a relaxation with cuts, extremes of a polytope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import highspy
import numpy as np

from optimizer.arrays import Floats
from optimizer.solver.highs.session import InfeasibleError, Limits, new_solver
from optimizer.solver.highs.standard_form import Compiled, power_of_two, values_of


def extremes(
    compiled: Compiled, targets: Sequence[tuple[Any, int]], limits: Limits, *, relaxed: bool = True
) -> Floats:
    """Smallest (sign +1) or largest (sign −1) value of variables over the model, (len(targets),).

    With `relaxed`, over its linear relaxation. NaN where the solver did not finish: no new bound.
    Raises InfeasibleError where the model has no point at all.
    """
    solver = new_solver()
    solver.setOptionValue("presolve", "off")
    solver.passModel(compiled.lp)
    count = compiled.lp.num_col_
    if relaxed:
        solver.changeColsIntegrality(
            count, np.arange(count, dtype=np.int32), [highspy.HighsVarType.kContinuous] * count
        )
    solver.changeObjectiveSense(highspy.ObjSense.kMinimize)
    solver.changeColsCost(count, np.arange(count, dtype=np.int32), np.zeros(count))
    solver.changeObjectiveOffset(0.0)
    if limits.seconds is not None:
        solver.setOptionValue("time_limit", limits.seconds)
    position, values = compiled.position, []
    for variable, sign in targets:
        column = position[id(variable)]
        solver.changeColCost(column, float(sign))
        solver.run()
        values.append(sign * float(compiled.scale[column]) * _extreme(solver, relaxed))
        solver.changeColCost(column, 0.0)
    return np.array(values)


def _extreme(solver: Any, relaxed: bool) -> float:
    state, kinds = solver.getModelStatus(), highspy.HighsModelStatus
    if state == kinds.kInfeasible:
        raise InfeasibleError
    if state != kinds.kOptimal:
        return np.nan if relaxed else float(solver.getInfo().mip_dual_bound)
    return float(solver.getInfo().objective_function_value if relaxed else solver.getInfo().mip_dual_bound)


class LpRelaxation:
    """The linear relaxation of a compiled model, solved again after each row added."""

    def __init__(self, compiled: Compiled) -> None:
        self._compiled, self._position = compiled, compiled.position
        self._count = compiled.lp.num_col_
        self._solver = new_solver()
        self._solver.setOptionValue("presolve", "off")
        self._solver.passModel(compiled.lp)
        every = np.arange(self._count, dtype=np.int32)
        self._solver.changeColsIntegrality(
            self._count, every, [highspy.HighsVarType.kContinuous] * self._count
        )

    def solve(self) -> dict[int, float] | None:
        """Values by id of the Pyomo variable; None where there is no optimum."""
        self._solver.run()
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return values_of(self._solver, self._compiled)

    def bound(self) -> float:
        """Value that no point of a model to maximize exceeds; inf where there is no optimum."""
        self._solver.run()
        if not self._compiled.maximize or self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return np.inf
        value = float(self._solver.getInfo().objective_function_value)
        return value + 1e-7 * max(1.0, abs(value))

    def add_row(self, coefficients: Mapping[int, float], low: float) -> None:
        """Σ coefficient · variable ≥ low."""
        known = [(self._position[v], c) for v, c in coefficients.items() if v in self._position]
        index = np.array([j for j, _ in known], dtype=np.int32)
        values = np.array([c for _, c in known], dtype=float) * self._compiled.scale[index]
        size = float(power_of_two(np.abs(values).max(initial=0.0, keepdims=True))[0])
        values, low = values / size, low / size
        self._solver.addRow(low, highspy.kHighsInf, len(known), index, values)


class LinearSet:
    """{θ : low ≤ rows θ ≤ high, θ_low ≤ θ ≤ θ_high}, asked for many linear minima with a warm basis.

    HiGHS sees θ in units of its range and rows in units of their largest coefficient, as in `Compiled`.
    """

    def __init__(
        self, rows: Floats, low: Floats, high: Floats, theta_low: Floats, theta_high: Floats
    ) -> None:
        self._count = rows.shape[1]
        size = np.maximum(np.abs(theta_low), np.abs(theta_high))
        self._scale = power_of_two(np.where(np.isfinite(size), size, 1.0))
        rows = rows * self._scale
        per_row = 1 / power_of_two(np.abs(rows).max(axis=1, initial=0.0))
        rows, low, high = rows * per_row[:, None], low * per_row, high * per_row
        theta_low, theta_high = theta_low / self._scale, theta_high / self._scale
        self._low, self._high = low, high
        lp = highspy.HighsLp()
        lp.num_row_, lp.num_col_ = rows.shape
        lp.row_lower_, lp.row_upper_ = low, high
        lp.col_lower_, lp.col_upper_ = theta_low, theta_high
        lp.col_cost_ = np.zeros(self._count)
        row, column = np.nonzero(rows)
        a = lp.a_matrix_
        a.format_ = highspy.MatrixFormat.kRowwise
        a.num_row_, a.num_col_ = rows.shape
        a.start_ = np.r_[0, np.cumsum(np.bincount(row, minlength=len(rows)))].astype(np.int32)
        a.index_, a.value_ = column.astype(np.int32), rows[row, column]
        self._solver = new_solver()
        self._solver.setOptionValue("presolve", "off")
        self._solver.passModel(lp)

    def extreme(self, cost: Floats) -> float:
        """min cost·θ. Raises InfeasibleError where the set is empty; −inf where unbounded."""
        cost = cost * self._scale
        size = float(np.abs(cost).max(initial=0.0)) or 1.0
        self._solver.changeColsCost(self._count, np.arange(self._count, dtype=np.int32), cost / size)
        self._solver.run()
        state, kinds = self._solver.getModelStatus(), highspy.HighsModelStatus
        if state == kinds.kInfeasible:
            raise InfeasibleError
        if state != kinds.kOptimal:
            return -np.inf
        return size * float(self._solver.getInfo().objective_function_value)

    @property
    def point(self) -> Floats:
        """Where the last extreme is taken, (n,)."""
        return np.asarray(self._scale * np.array(self._solver.getSolution().col_value))

    def add_row(self, row: Floats, low: float) -> None:
        """row·θ ≥ low from now on."""
        row = row * self._scale
        size = float(power_of_two(np.abs(row).max(initial=0.0, keepdims=True))[0])
        at = np.flatnonzero(row).astype(np.int32)
        self._solver.addRow(low / size, highspy.kHighsInf, len(at), at, row[at] / size)

    def relax(self, row: int) -> None:
        """Drop one row until it is restored."""
        self._solver.changeRowBounds(row, -highspy.kHighsInf, highspy.kHighsInf)

    def restore(self, row: int) -> None:
        self._solver.changeRowBounds(row, self._low[row], self._high[row])
