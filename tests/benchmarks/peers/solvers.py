"""The same mixed-integer program given plainly to other solvers, through an MPS file.

Plainly: the equations of FORMULATION.md (1) to (15) with the bounds that follow from data alone; no regions,
no cells, no start, no cutoff. SCIP and Gurobi come with the optional extra `peers`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from optimizer.model.bounds import data_bounds
from optimizer.model.build import build_model
from optimizer.model.data import ModelData
from optimizer.solver.highs import Limits, compile_model, solve_milp, write_mps


@dataclass(frozen=True)
class PeerResult:
    """Seconds to the gap, or to the limit with the gap then; `note` says why there is none."""

    seconds: float | None
    value: float | None
    gap: float | None
    note: str = ""


Peer = Callable[[Path, Limits], PeerResult]


def write_plain(setting: ModelData, file: Path) -> tuple[int, int]:
    """Write the plain model; (rows, columns)."""
    model = build_model(setting, tuple(data_bounds(setting, w) for w in setting.regimes))
    compiled = compile_model(model)
    write_mps(compiled, file)
    return compiled.lp.num_row_, compiled.lp.num_col_


def plain_highs(setting: ModelData, limits: Limits) -> PeerResult:
    """HiGHS on the plain model, with presolve."""
    model = build_model(setting, tuple(data_bounds(setting, w) for w in setting.regimes))
    compiled = compile_model(model)
    began = time.perf_counter()
    result = solve_milp(compiled, limits)
    return _result(began, result.objective if result.values else None, result.bound)


def scip(file: Path, limits: Limits) -> PeerResult:
    """SCIP as in the pyscipopt wheel."""
    try:
        from pyscipopt import Model
    except ImportError:
        return PeerResult(None, None, None, "not installed")
    model = Model()
    model.hideOutput()
    model.readProblem(str(file))
    model.setParam("limits/gap", limits.gap)
    model.setParam("limits/time", limits.seconds or 1e20)
    began = time.perf_counter()
    model.optimize()
    value = model.getObjVal() if model.getNSols() else None
    return _result(began, value, model.getDualbound())


def gurobi(file: Path, limits: Limits) -> PeerResult:
    """Gurobi under the size-limited licence of its wheel."""
    try:
        import gurobipy
    except ImportError:
        return PeerResult(None, None, None, "not installed")
    try:
        with gurobipy.Env(params={"OutputFlag": 0}) as env, gurobipy.read(str(file), env) as model:
            model.Params.MIPGap = limits.gap
            model.Params.Threads = limits.threads or 1
            if limits.seconds is not None:
                model.Params.TimeLimit = limits.seconds
            began = time.perf_counter()
            model.optimize()
            return _result(began, model.ObjVal if model.SolCount else None, model.ObjBound)
    except gurobipy.GurobiError as error:
        large = "size-limited" in str(error)
        return PeerResult(None, None, None, "too large for its licence" if large else str(error))


def _result(began: float, value: float | None, bound: float) -> PeerResult:
    seconds = time.perf_counter() - began
    if value is None:
        return PeerResult(seconds, None, None, "no plan found")
    return PeerResult(seconds, value, max(0.0, bound - value) / max(1e-9, abs(value)))
