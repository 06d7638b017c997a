"""From a scenario to a certified plan."""

from optimizer.solver.optimize import solve
from optimizer.solver.solution import Alternative, Check, Conflict, MovedLimit, Round, Solution
from optimizer.solver.state import Event, Options

__all__ = ["Alternative", "Check", "Conflict", "Event", "MovedLimit", "Options", "Round", "Solution", "solve"]
