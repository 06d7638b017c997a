"""From a scenario to a certified plan."""

from optimizer.solve.loop import solve
from optimizer.solve.run import Event, Options
from optimizer.solve.solution import Check, Conflict, Relaxation, Round, Solution

__all__ = ["Check", "Conflict", "Event", "Options", "Relaxation", "Round", "Solution", "solve"]
