"""The verbs of `incentives`, one module each; importing them registers them."""

from optimizer.cli import budget, check, compare, evaluate, frontier, measures, solve
from optimizer.cli.group import main

__all__ = ["budget", "check", "compare", "evaluate", "frontier", "main", "measures", "solve"]
