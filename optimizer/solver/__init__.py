"""From a scenario to a certified plan."""

from optimizer.solver.loop import solve
from optimizer.solver.run import Event, Options
from optimizer.solver.solution import Alternative, Check, Conflict, Relaxation, Round, Solution

__all__ = ["Alternative", "Check", "Conflict", "Event", "Options", "Relaxation", "Round", "Solution", "solve"]
