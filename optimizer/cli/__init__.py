"""The verbs of `incentives`, one module each; importing them registers them."""

from optimizer.cli import bench, budget, check, compare, evaluate, measures, solve
from optimizer.cli.group import main

__all__ = ["bench", "budget", "check", "compare", "evaluate", "main", "measures", "solve"]
