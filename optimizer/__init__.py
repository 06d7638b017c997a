"""Variable-pay plans that people answer in their own interest: model, response, solver.

scenario = read_scenario("scenarios/alignment")
today = evaluate(scenario)
best = solve(scenario)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimizer.plans.evaluation import Evaluation, evaluate
    from optimizer.scenario.problems import ScenarioError
    from optimizer.scenario.read import read_plan, read_scenario
    from optimizer.scenario.types import Scenario
    from optimizer.solver import Options, Solution, solve

_HOME = {
    "Evaluation": "optimizer.plans.evaluation",
    "Options": "optimizer.solver",
    "Scenario": "optimizer.scenario.types",
    "ScenarioError": "optimizer.scenario.problems",
    "Solution": "optimizer.solver",
    "evaluate": "optimizer.plans.evaluation",
    "read_plan": "optimizer.scenario.read",
    "read_scenario": "optimizer.scenario.read",
    "solve": "optimizer.solver",
}

__all__ = [
    "Evaluation",
    "Options",
    "Scenario",
    "ScenarioError",
    "Solution",
    "evaluate",
    "read_plan",
    "read_scenario",
    "solve",
]


def __getattr__(name: str) -> Any:
    """Names come when they are asked for, so that `incentives --help` loads neither Pyomo nor pandas."""
    if name not in _HOME:
        raise AttributeError(f"module 'optimizer' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
