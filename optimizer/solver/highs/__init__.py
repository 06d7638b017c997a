"""The solver seam: the only package that knows HiGHS.

A Pyomo model is compiled once to a sparse matrix and handed over; progress, warm start and interruption stay
reachable, and Pyomo's own HiGHS interfaces (which deadlock in threads) are not used.
"""

from optimizer.solver.highs.lp import LinearSet, LpRelaxation, extremes
from optimizer.solver.highs.milp import solve_milp, solve_quadratic
from optimizer.solver.highs.session import (
    InfeasibleError,
    Limits,
    MilpResult,
    MilpStatus,
    OnProgress,
    Progress,
    use_threads,
)
from optimizer.solver.highs.standard_form import Compiled, compile_model, write_mps

__all__ = [
    "Compiled",
    "InfeasibleError",
    "Limits",
    "LinearSet",
    "LpRelaxation",
    "MilpResult",
    "MilpStatus",
    "OnProgress",
    "Progress",
    "compile_model",
    "extremes",
    "solve_milp",
    "solve_quadratic",
    "use_threads",
    "write_mps",
]
