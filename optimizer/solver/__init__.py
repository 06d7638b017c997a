"""From a scenario to a certified plan. Names come when asked for: options and results need no Pyomo."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimizer.solver.optimize import solve
    from optimizer.solver.options import Options
    from optimizer.solver.solution import Alternative, Check, Conflict, MovedLimit, Round, Solution
    from optimizer.solver.state import Event

_HOME = {
    "Alternative": "solution",
    "Check": "solution",
    "Conflict": "solution",
    "Event": "state",
    "Options": "options",
    "MovedLimit": "solution",
    "Round": "solution",
    "Solution": "solution",
    "solve": "optimize",
}

__all__ = ["Alternative", "Check", "Conflict", "Event", "MovedLimit", "Options", "Round", "Solution", "solve"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'optimizer.solver' has no attribute {name!r}")
    return getattr(import_module(f"optimizer.solver.{_HOME[name]}"), name)
