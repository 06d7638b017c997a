"""Variable-pay plans that people answer in their own interest: model, response, solver.

scenario = read_scenario("scenarios/alignment")
today = evaluate(scenario)
best = solve(scenario)
"""

from __future__ import annotations

TYPE_CHECKING = False
"""As type checkers read it; nothing is loaded here, so that an interrupt finds nothing to interrupt."""
if TYPE_CHECKING:
    from typing import Any

    from optimizer.plans.evaluation import Evaluation
    from optimizer.runs.api.functions import (
        check_budget,
        compare,
        evaluate,
        measures,
        solve,
        solve_to_folder,
    )
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
    "Run": "optimizer.runs.solve",
    "RunOptions": "optimizer.runs.options",
    "Scenario": "optimizer.scenario.types",
    "ScenarioError": "optimizer.scenario.problems",
    "Solution": "optimizer.solver.solution",
    "check_budget": "optimizer.runs.api.functions",
    "compare": "optimizer.runs.api.functions",
    "evaluate": "optimizer.runs.api.functions",
    "measures": "optimizer.runs.api.functions",
    "read_plan": "optimizer.scenario.read",
    "read_scenario": "optimizer.scenario.read",
    "solve": "optimizer.runs.api.functions",
    "solve_to_folder": "optimizer.runs.api.functions",
}

__all__ = [
    "Evaluation",
    "Options",
    "Plan",
    "PlanTerms",
    "Run",
    "RunOptions",
    "Scenario",
    "ScenarioError",
    "Solution",
    "check_budget",
    "compare",
    "evaluate",
    "measures",
    "read_plan",
    "read_scenario",
    "solve",
    "solve_to_folder",
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
