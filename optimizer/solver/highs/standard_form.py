"""A Pyomo model as columns and rows, scaled for HiGHS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import highspy
import numpy as np
import pyomo.environ as pyo
from pyomo.common.errors import InfeasibleConstraintException
from pyomo.common.gc_manager import PauseGC
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler
from scipy.sparse import diags_array

from optimizer.arrays import Floats
from optimizer.solver.highs.session import InfeasibleError, new_solver

NEGLIGIBLE = 1e-9
"""Scaled coefficients that HiGHS would drop itself, below its tolerance for rows; its own way of dropping
them has ended in corrupted memory (1.15.1)."""


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
    return power_of_two(np.where(whole | ~np.isfinite(size), 1.0, size))


def _scaled(matrix: Any, scale: Floats) -> tuple[Any, Floats]:
    """A matrix (CSC) with its columns scaled and each row's largest coefficient near 1; the rows' factors."""
    scaled = (matrix @ diags_array(scale)).tocsc()
    largest = np.zeros(scaled.shape[0])
    np.maximum.at(largest, scaled.indices, np.abs(scaled.data))
    per_row = 1 / power_of_two(largest)
    scaled = (diags_array(per_row) @ scaled).tocsc()
    scaled.data[np.abs(scaled.data) <= NEGLIGIBLE] = 0.0
    scaled.eliminate_zeros()
    return scaled, per_row


def power_of_two(size: Floats) -> Floats:
    """The nearest power of two, so that scaling changes no digit; 1 for 0."""
    return np.asarray(2.0 ** np.round(np.log2(np.where(size > 0, size, 1.0))))


def write_mps(compiled: Compiled, file: Path) -> None:
    """The model as an MPS file, for other solvers. Raises OSError where it cannot be written."""
    solver = new_solver()
    solver.passModel(compiled.lp)
    if solver.writeModel(str(file)) == highspy.HighsStatus.kError:
        raise OSError(f"{file} could not be written")


def values_of(solver: Any, compiled: Compiled) -> dict[int, float]:
    """Values in the model's units, by id of the Pyomo variable."""
    values = compiled.scale * np.array(solver.getSolution().col_value)
    return dict(zip(map(id, compiled.columns), values.tolist(), strict=True))
