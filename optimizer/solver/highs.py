"""The solver seam: the only file that knows HiGHS.

A Pyomo model is compiled once to a sparse matrix and handed over; progress, warm start and interruption stay
reachable, and Pyomo's own HiGHS interfaces (which deadlock in threads) are not used.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import highspy
import numpy as np
import pyomo.environ as pyo
from pyomo.common.errors import InfeasibleConstraintException
from pyomo.common.gc_manager import PauseGC
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler
from scipy.sparse import diags_array

from optimizer.network import Floats

MilpStatus = Literal["optimal", "feasible", "infeasible", "unknown"]
INTEGRALITY = 1e-9
NEGLIGIBLE = 1e-9
"""Scaled coefficients that HiGHS would drop itself, below its tolerance for rows; its own way of dropping
them has ended in corrupted memory (1.15.1)."""
SEED = 0


@dataclass(frozen=True)
class Progress:
    """What the solver knows now: best value, proven bound, relative gap, seconds in this solve."""

    incumbent: float
    bound: float
    gap: float
    seconds: float


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True)
class Limits:
    """`gap` relative, `seconds` per call or None, `threads` of HiGHS, None for those in use."""

    gap: float = 1e-4
    seconds: float | None = None
    threads: int | None = None


@dataclass(frozen=True)
class MilpResult:
    """`feasible` means a limit stopped the proof; `bound` is proven either way."""

    status: MilpStatus
    objective: float
    bound: float
    values: dict[int, float]
    """Column values by id of the Pyomo variable."""
    interrupted: bool

    def value(self, variable: Any) -> float:
        """Value of a Pyomo variable (its own where the compiler dropped it as fixed)."""
        return self.values.get(id(variable), variable.value if variable.fixed else 0.0)


@dataclass(frozen=True)
class Compiled:
    """A linear model as HiGHS takes it, with its Pyomo columns in order.

    Columns are in units of their range and rows in units of their largest coefficient, so that tolerances
    mean the same whether volumes are counted in thousands or money in millions; `scale` (powers of two, 1
    for integers) turns the solver's values into the model's.
    """

    lp: Any
    columns: tuple[Any, ...]
    maximize: bool
    scale: Floats

    @property
    def position(self) -> dict[int, int]:
        return {id(v): j for j, v in enumerate(self.columns)}


def compile_model(model: pyo.ConcreteModel) -> Compiled:
    """Pyomo to columns and rows, once. Raises InfeasibleError where a row without variables cannot hold."""
    try:
        with PauseGC():
            form = LinearStandardFormCompiler().write(model, mixed_form=True, set_sense=None)
    except InfeasibleConstraintException as error:
        raise InfeasibleError from error
    kind = np.fromiter((r.bound_type for r in form.rows), int, len(form.rows))
    low, high = _ends(form.columns)
    scale = _column_scale(form.columns, low, high)
    matrix, per_row = _scaled(form.A.tocsc(), scale)
    rhs = np.asarray(form.rhs, float) * per_row
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = matrix.shape
    lp.row_lower_ = np.where(kind == 1, -highspy.kHighsInf, rhs)
    lp.row_upper_ = np.where(kind == -1, highspy.kHighsInf, rhs)
    lp.col_cost_ = np.asarray(form.c.todense(), float).ravel() * scale
    lp.offset_ = float(form.c_offset[0])
    maximize = form.objectives[0].sense == pyo.maximize
    lp.sense_ = highspy.ObjSense.kMaximize if maximize else highspy.ObjSense.kMinimize
    lp.col_lower_, lp.col_upper_ = low / scale, high / scale
    lp.integrality_ = [
        highspy.HighsVarType.kContinuous if v.is_continuous() else highspy.HighsVarType.kInteger
        for v in form.columns
    ]
    a = lp.a_matrix_
    a.format_ = highspy.MatrixFormat.kColwise
    a.num_row_, a.num_col_ = matrix.shape
    a.start_, a.index_, a.value_ = (
        matrix.indptr.astype(np.int32),
        matrix.indices.astype(np.int32),
        matrix.data,
    )
    return Compiled(lp, tuple(form.columns), maximize, scale)


def _ends(columns: Sequence[Any]) -> tuple[Floats, Floats]:
    ends = [v.bounds for v in columns]
    low = np.array([-highspy.kHighsInf if low is None else low for low, _ in ends], dtype=float)
    high = np.array([highspy.kHighsInf if high is None else high for _, high in ends], dtype=float)
    return low, high


def _column_scale(columns: Sequence[Any], low: Floats, high: Floats) -> Floats:
    """The range of each continuous column, to a power of two; 1 where it is open or nothing."""
    size = np.maximum(np.abs(low), np.abs(high))
    whole = np.array([not v.is_continuous() for v in columns], dtype=bool)
    return _power_of_two(np.where(whole | ~np.isfinite(size), 1.0, size))


def _scaled(matrix: Any, scale: Floats) -> tuple[Any, Floats]:
    """A matrix (CSC) with its columns scaled and each row's largest coefficient near 1; the rows' factors."""
    scaled = (matrix @ diags_array(scale)).tocsc()
    largest = np.zeros(scaled.shape[0])
    np.maximum.at(largest, scaled.indices, np.abs(scaled.data))
    per_row = 1 / _power_of_two(largest)
    scaled = (diags_array(per_row) @ scaled).tocsc()
    scaled.data[np.abs(scaled.data) <= NEGLIGIBLE] = 0.0
    scaled.eliminate_zeros()
    return scaled, per_row


def _power_of_two(size: Floats) -> Floats:
    """The nearest power of two, so that scaling changes no digit; 1 for 0."""
    return np.asarray(2.0 ** np.round(np.log2(np.where(size > 0, size, 1.0))))


def write_mps(compiled: Compiled, file: Path) -> None:
    """The model as an MPS file, for other solvers. Raises OSError where it cannot be written."""
    solver = _solver()
    solver.passModel(compiled.lp)
    if solver.writeModel(str(file)) == highspy.HighsStatus.kError:
        raise OSError(f"{file} could not be written")


def solve_milp(
    compiled: Compiled,
    limits: Limits,
    start: Mapping[int, float] | None = None,
    on_progress: OnProgress | None = None,
) -> MilpResult:
    """Solve; Ctrl-C or the time limit keep the incumbent. `start` maps ids of variables to values.

    Without presolve: that of HiGHS 1.15.1 has called feasible models infeasible and has ended the process
    (a segmentation fault, repeatable in tests/test_frontiers.py). With a start it has also been "optimal"
    with a bound that its own value exceeds; then it is asked again without one.
    """
    found = _solved(compiled, limits, start, on_progress)
    unproven = found.status == "optimal" and not _bounds(found, compiled.maximize)
    if (found.status == "infeasible" or unproven) and start and not found.interrupted:
        return _solved(compiled, limits, None, on_progress)
    return found


def _bounds(found: MilpResult, maximize: bool) -> bool:
    """The bound is a number that the value found does not exceed, but for rounding."""
    beyond = found.objective - found.bound if maximize else found.bound - found.objective
    return bool(np.isfinite(found.bound) and beyond <= 1e-6 * max(1.0, abs(found.objective)))


def _solved(
    compiled: Compiled,
    limits: Limits,
    start: Mapping[int, float] | None,
    on_progress: OnProgress | None,
) -> MilpResult:
    if limits.threads is not None:
        use_threads(limits.threads)
    solver = _solver()
    solver.setOptionValue("presolve", "off")
    solver.setOptionValue("mip_rel_gap", limits.gap)
    solver.setOptionValue("mip_abs_gap", 0.0)
    if limits.seconds is not None:
        solver.setOptionValue("time_limit", max(limits.seconds, 0.1))
    solver.passModel(compiled.lp)
    unit = _with_small_objective(solver, compiled)
    if start:
        _warm_start(solver, compiled, start)
    with _interruptible() as stop:
        _listen(solver, stop, on_progress, unit)
        solver.run()
    return _in_unit(_result(solver, compiled, stop.is_set()), unit)


def _with_small_objective(solver: Any, compiled: Compiled) -> float:
    """Count the objective in units of its largest coefficient, and return that unit.

    Billions with `mip_abs_gap` 0 have corrupted memory (HiGHS 1.15.1).
    """
    cost = np.array(compiled.lp.col_cost_)
    unit = float(_power_of_two(np.abs(cost).max(initial=0.0, keepdims=True))[0])
    solver.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost / unit)
    solver.changeObjectiveOffset(compiled.lp.offset_ / unit)
    return unit


def _in_unit(found: MilpResult, unit: float) -> MilpResult:
    return replace(found, objective=found.objective * unit, bound=found.bound * unit)


def solve_quadratic(compiled: Compiled, curvature: Mapping[tuple[int, int], float]) -> MilpResult:
    """Maximize the objective less ½ Σ curvature · column · column over a model of continuous columns only.

    `curvature` is symmetric and positive semidefinite, by pairs of ids of Pyomo variables. `unknown` where
    the active-set solver gave up, which HiGHS 1.15.1 does on badly scaled programs.
    """
    solver = _solver()
    solver.setOptionValue("qp_regularization_value", 0.0)
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
        return MilpResult("unknown", -np.inf, np.inf, {}, interrupted=False)
    return _result(solver, compiled, interrupted=False)


_threads = [1]
"""Threads of HiGHS' scheduler: one number for the whole process."""


def use_threads(threads: int) -> None:
    """From now on, in linear programs too: HiGHS refuses to run with another number than its scheduler has.

    The scheduler starts anew only where the number changes; doing so before every program has corrupted
    memory (1.15.1). Programs begun before are not to be run again after a change.
    """
    if _threads != [threads]:
        highspy.Highs.resetGlobalScheduler(True)
        _threads[:] = [threads]


def _solver() -> Any:
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    for name, value in {
        "threads": _threads[0],
        "random_seed": SEED,
        "mip_feasibility_tolerance": INTEGRALITY,
        "primal_feasibility_tolerance": 1e-9,
        "dual_feasibility_tolerance": 1e-9,
    }.items():
        solver.setOptionValue(name, value)
    return solver


def _warm_start(solver: Any, compiled: Compiled, start: Mapping[int, float]) -> None:
    position = compiled.position
    known = [
        (position[key], value / compiled.scale[position[key]])
        for key, value in start.items()
        if key in position
    ]
    index = np.array([j for j, _ in known], dtype=np.int32)
    solver.setSolution(len(known), index, np.array([v for _, v in known], dtype=float))


def _listen(solver: Any, stop: threading.Event, on_progress: OnProgress | None, unit: float) -> None:
    last = [0.0]

    def watch(event: Any) -> None:
        if stop.is_set():
            event.interrupt()
        now = time.monotonic()
        if on_progress is not None and now - last[0] > 0.2:
            last[0] = now
            out = event.data_out
            best, bound = out.mip_primal_bound * unit, out.mip_dual_bound * unit
            on_progress(Progress(best, bound, out.mip_gap, out.running_time))

    solver.cbMipInterrupt += watch


@contextmanager
def _interruptible() -> Iterator[threading.Event]:
    """Ctrl-C sets the event instead of raising, in the main thread only."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = signal.signal(signal.SIGINT, lambda *_: stop.set())
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def _result(solver: Any, compiled: Compiled, interrupted: bool) -> MilpResult:
    state, info = solver.getModelStatus(), solver.getInfo()
    found = info.primal_solution_status == 2
    values = _values(solver, compiled) if found else {}
    kinds = highspy.HighsModelStatus
    status: MilpStatus = "feasible" if found else "unknown"
    if state == kinds.kOptimal:
        status = "optimal"
    elif state in (kinds.kInfeasible, kinds.kUnboundedOrInfeasible):
        status = "infeasible"
    objective = info.objective_function_value if found else (-np.inf if compiled.maximize else np.inf)
    is_mip = any(not v.is_continuous() for v in compiled.columns)
    return MilpResult(status, objective, info.mip_dual_bound if is_mip else objective, values, interrupted)


def _values(solver: Any, compiled: Compiled) -> dict[int, float]:
    """Values in the model's units, by id of the Pyomo variable."""
    found = compiled.scale * np.array(solver.getSolution().col_value)
    return dict(zip(map(id, compiled.columns), found.tolist(), strict=True))


def extremes(
    compiled: Compiled, targets: Sequence[tuple[Any, int]], limits: Limits, *, relaxed: bool = True
) -> Floats:
    """Smallest (sign +1) or largest (sign −1) value of variables over the model, (len(targets),).

    With `relaxed`, over its linear relaxation. NaN where the solver did not finish: no new bound.
    Raises InfeasibleError where the model has no point at all.
    """
    solver = _solver()
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
    position, found = compiled.position, []
    for variable, sign in targets:
        column = position[id(variable)]
        solver.changeColCost(column, float(sign))
        solver.run()
        found.append(sign * float(compiled.scale[column]) * _extreme(solver, relaxed))
        solver.changeColCost(column, 0.0)
    return np.array(found)


class InfeasibleError(Exception):
    """No plan keeps the rules at these beliefs."""


def _extreme(solver: Any, relaxed: bool) -> float:
    state, kinds = solver.getModelStatus(), highspy.HighsModelStatus
    if state == kinds.kInfeasible:
        raise InfeasibleError
    if state != kinds.kOptimal:
        return np.nan if relaxed else float(solver.getInfo().mip_dual_bound)
    return float(solver.getInfo().objective_function_value if relaxed else solver.getInfo().mip_dual_bound)


class Relaxation:
    """The linear relaxation of a compiled model, solved again after each row added."""

    def __init__(self, compiled: Compiled) -> None:
        self._compiled, self._position = compiled, compiled.position
        self._count = compiled.lp.num_col_
        self._solver = _solver()
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
        return _values(self._solver, self._compiled)

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
        size = float(_power_of_two(np.abs(values).max(initial=0.0, keepdims=True))[0])
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
        self._scale = _power_of_two(np.where(np.isfinite(size), size, 1.0))
        rows = rows * self._scale
        per_row = 1 / _power_of_two(np.abs(rows).max(axis=1, initial=0.0))
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
        self._solver = _solver()
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
        size = float(_power_of_two(np.abs(row).max(initial=0.0, keepdims=True))[0])
        at = np.flatnonzero(row).astype(np.int32)
        self._solver.addRow(low / size, highspy.kHighsInf, len(at), at, row[at] / size)

    def relax(self, row: int) -> None:
        """Drop one row until it is restored."""
        self._solver.changeRowBounds(row, -highspy.kHighsInf, highspy.kHighsInf)

    def restore(self, row: int) -> None:
        self._solver.changeRowBounds(row, self._low[row], self._high[row])
