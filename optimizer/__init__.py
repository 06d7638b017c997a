"""Variable-pay plans that people answer in their own interest: model, response, solver.

import optimizer as io

best = io.solve("scenarios/alignment")
best.weights
best.table("gaming")
best.save("runs/alignment")

Every verb of `incentives` is a call of the same name with the same parameters and defaults (docs/python.md).
"""

from __future__ import annotations

TYPE_CHECKING = False
"""As type checkers read it; nothing is loaded here, so that an interrupt finds nothing to interrupt."""
if TYPE_CHECKING:
    from typing import Any

    from optimizer.plans.evaluation import Evaluation
    from optimizer.runs.api.judging import budget, check, compare, evaluate, measures
    from optimizer.runs.api.making import batch, calibrate, start
    from optimizer.runs.api.reading import read
    from optimizer.runs.api.solving import (
        Result,
        explain,
        frontier,
        load,
        save,
        solve,
        solve_to_folder,
    )
    from optimizer.runs.api.studies import adjust, pilot, rollup, simulate
    from optimizer.runs.options import RunOptions
    from optimizer.runs.solve import Run
    from optimizer.scenario.plan import Plan, PlanTerms
    from optimizer.scenario.problems import ScenarioError
    from optimizer.scenario.read import read_plan, read_scenario
    from optimizer.scenario.types import Scenario
    from optimizer.solver import Options, Solution

_HOME = {
    "Evaluation": "optimizer.plans.evaluation",
    "Options": "optimizer.solver.options",
    "Plan": "optimizer.scenario.plan",
    "PlanTerms": "optimizer.scenario.plan",
    "Result": "optimizer.runs.api.solving",
    "Run": "optimizer.runs.solve",
    "RunOptions": "optimizer.runs.options",
    "Scenario": "optimizer.scenario.types",
    "ScenarioError": "optimizer.scenario.problems",
    "Solution": "optimizer.solver.solution",
    "adjust": "optimizer.runs.api.studies",
    "batch": "optimizer.runs.api.making",
    "budget": "optimizer.runs.api.judging",
    "calibrate": "optimizer.runs.api.making",
    "check": "optimizer.runs.api.judging",
    "compare": "optimizer.runs.api.judging",
    "evaluate": "optimizer.runs.api.judging",
    "explain": "optimizer.runs.api.solving",
    "frontier": "optimizer.runs.api.solving",
    "load": "optimizer.runs.api.solving",
    "measures": "optimizer.runs.api.judging",
    "pilot": "optimizer.runs.api.studies",
    "read": "optimizer.runs.api.reading",
    "read_plan": "optimizer.scenario.read",
    "read_scenario": "optimizer.scenario.read",
    "rollup": "optimizer.runs.api.studies",
    "save": "optimizer.runs.api.solving",
    "simulate": "optimizer.runs.api.studies",
    "solve": "optimizer.runs.api.solving",
    "solve_to_folder": "optimizer.runs.api.solving",
    "start": "optimizer.runs.api.making",
}

__all__ = [
    "Evaluation",
    "Options",
    "Plan",
    "PlanTerms",
    "Result",
    "Run",
    "RunOptions",
    "Scenario",
    "ScenarioError",
    "Solution",
    "adjust",
    "batch",
    "budget",
    "calibrate",
    "check",
    "compare",
    "evaluate",
    "explain",
    "frontier",
    "load",
    "measures",
    "pilot",
    "read",
    "read_plan",
    "read_scenario",
    "rollup",
    "save",
    "simulate",
    "solve",
    "solve_to_folder",
    "start",
]


def __getattr__(name: str) -> Any:
    """Names come when they are asked for, so that `incentives --help` loads neither Pyomo nor pandas."""
    if name not in _HOME:
        raise AttributeError(f"module 'optimizer' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    """The public names, and no module that happens to be loaded."""
    return __all__
