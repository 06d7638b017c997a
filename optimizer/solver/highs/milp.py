"""Whole programs: mixed-integer ones with progress and a warm start, and convex quadratic ones."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import highspy
import numpy as np

from optimizer.solver.highs.session import (
    Limits,
    MilpResult,
    MilpStatus,
    OnProgress,
    Progress,
    new_solver,
    use_threads,
)
from optimizer.solver.highs.standard_form import Compiled, power_of_two, values_of

QP_STEPS = 100
"""Steps of the active-set solver per column and row, at most. Programs of the tests need less than one;
HiGHS 1.15.1 can also go round in circles for ever."""
COARSE = MappingProxyType(
    {"mip_feasibility_tolerance": 1e-6, "primal_feasibility_tolerance": 1e-6, "mip_root_presolve_only": True}
)
"""Options under which `infeasible` is believed ..."""
INTERIOR = MappingProxyType({"mip_lp_solver": "ipm"})
"""... unless another algorithm finds a point: where costs differ by orders of magnitude the simplex method
has called programs infeasible that a point met to 5e-13 in every row."""


def solve_milp(
    compiled: Compiled,
    limits: Limits,
    start: Mapping[int, float] | None = None,
    on_progress: OnProgress | None = None,
) -> MilpResult:
    """Solve; an interruption or the time limit keep the incumbent. `start` maps ids of variables to values.

    Without presolve: that of HiGHS 1.15.1 has called feasible models infeasible and has ended the process
    (a segmentation fault, repeatable in tests/test_frontiers.py). With a start it has also been "optimal"
    with a bound that its own value exceeds; then it is asked again without one. "Infeasible" counts only
    where coarse tolerances say so too and an interior-point method finds nothing: programs with a point that
    meets every row have been called so.
    """
    result = _solved(compiled, limits, start, on_progress)
    unproven = result.status == "optimal" and not _bounds(result, compiled.maximize)
    if (result.status == "infeasible" or unproven) and start and not limits.interrupted:
        result = _solved(compiled, limits, None, on_progress)
    if result.status == "infeasible" and not limits.interrupted:
        coarse = _solved(compiled, limits, None, on_progress, COARSE)
        if coarse.status != "infeasible" or limits.interrupted:
            return coarse
        other = _solved(compiled, limits, None, on_progress, INTERIOR)
        return other if other.values else coarse
    return result


def _bounds(result: MilpResult, maximize: bool) -> bool:
    """The bound is a number that the value found does not exceed, but for rounding."""
    beyond = result.objective - result.bound if maximize else result.bound - result.objective
    return bool(np.isfinite(result.bound) and beyond <= 1e-6 * max(1.0, abs(result.objective)))


def _solved(
    compiled: Compiled,
    limits: Limits,
    start: Mapping[int, float] | None,
    on_progress: OnProgress | None,
    options: Mapping[str, Any] = MappingProxyType({}),
) -> MilpResult:
    if limits.threads is not None:
        use_threads(limits.threads)
    solver = new_solver()
    solver.setOptionValue("presolve", "off")
    solver.setOptionValue("mip_rel_gap", limits.gap)
    solver.setOptionValue("mip_abs_gap", 0.0)
    for name, value in options.items():
        solver.setOptionValue(name, value)
    if limits.seconds is not None:
        solver.setOptionValue("time_limit", max(limits.seconds, 0.1))
    solver.passModel(compiled.lp)
    unit = _with_small_objective(solver, compiled)
    if start:
        _warm_start(solver, compiled, start)
    _listen(solver, limits, on_progress, unit)
    solver.run()
    return _in_unit(_result(solver, compiled), unit)


def _with_small_objective(solver: Any, compiled: Compiled) -> float:
    """Count the objective in units of its largest coefficient, and return that unit.

    Billions with `mip_abs_gap` 0 have corrupted memory (HiGHS 1.15.1).
    """
    cost = np.array(compiled.lp.col_cost_)
    unit = float(power_of_two(np.abs(cost).max(initial=0.0, keepdims=True))[0])
    solver.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost / unit)
    solver.changeObjectiveOffset(compiled.lp.offset_ / unit)
    return unit


def _in_unit(result: MilpResult, unit: float) -> MilpResult:
    return replace(result, objective=result.objective * unit, bound=result.bound * unit)


def solve_quadratic(compiled: Compiled, curvature: Mapping[tuple[int, int], float]) -> MilpResult:
    """Maximize the objective less ½ Σ curvature · column · column over a model of continuous columns only.

    `curvature` is symmetric and positive semidefinite, by pairs of ids of Pyomo variables. `unknown` where
    the active-set solver gave up, which HiGHS 1.15.1 does on badly scaled programs, or went in circles.
    """
    solver = new_solver()
    solver.setOptionValue("qp_regularization_value", 0.0)
    solver.setOptionValue("qp_iteration_limit", QP_STEPS * (len(compiled.columns) + compiled.lp.num_row_))
    solver.passModel(compiled.lp)
    position, scale = compiled.position, compiled.scale
    lower = sorted(
        (position[column], position[row], -value * scale[position[row]] * scale[position[column]])
        for (row, column), value in curvature.items()
        if row in position and column in position and position[row] >= position[column]
    )
    count = len(compiled.columns)
    columns = np.array([column for column, _, _ in lower], dtype=np.int32)
    rows = np.array([row for _, row, _ in lower], dtype=np.int32)
    starts = np.searchsorted(columns, np.arange(count)).astype(np.int32)
    kind = int(highspy.HessianFormat.kTriangular)
    solver.passHessian(count, len(rows), kind, starts, rows, np.array([value for *_, value in lower]))
    solver.run()
    if solver.getModelStatus() not in (
        highspy.HighsModelStatus.kOptimal,
        highspy.HighsModelStatus.kInfeasible,
    ):
        return MilpResult("unknown", -np.inf, np.inf, {})
    return _result(solver, compiled)


def _warm_start(solver: Any, compiled: Compiled, start: Mapping[int, float]) -> None:
    position = compiled.position
    known = [
        (position[key], value / compiled.scale[position[key]])
        for key, value in start.items()
        if key in position
    ]
    index = np.array([j for j, _ in known], dtype=np.int32)
    solver.setSolution(len(known), index, np.array([v for _, v in known], dtype=float))


def _listen(solver: Any, limits: Limits, on_progress: OnProgress | None, unit: float) -> None:
    last = [0.0]

    def watch(event: Any) -> None:
        if limits.interrupted:
            event.interrupt()
        now = time.monotonic()
        if on_progress is not None and now - last[0] > 0.2:
            last[0] = now
            out = event.data_out
            incumbent, bound = out.mip_primal_bound * unit, out.mip_dual_bound * unit
            on_progress(Progress(incumbent, bound, out.mip_gap, out.running_time))

    solver.cbMipInterrupt += watch


def _result(solver: Any, compiled: Compiled) -> MilpResult:
    state, info = solver.getModelStatus(), solver.getInfo()
    has_values = info.primal_solution_status == 2
    values = values_of(solver, compiled) if has_values else {}
    kinds = highspy.HighsModelStatus
    status: MilpStatus = "feasible" if has_values else "unknown"
    if state == kinds.kOptimal:
        status = "optimal"
    elif state in (kinds.kInfeasible, kinds.kUnboundedOrInfeasible):
        status = "infeasible"
    objective = info.objective_function_value if has_values else (-np.inf if compiled.maximize else np.inf)
    is_mip = any(not v.is_continuous() for v in compiled.columns)
    return MilpResult(status, objective, info.mip_dual_bound if is_mip else objective, values)
