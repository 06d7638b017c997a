"""The verbs of `incentives`, one module each; importing them registers them."""

from optimizer.cli import (
    budget,
    check,
    compare,
    completion,
    convert,
    evaluate,
    measures,
    report,
    schema,
    solve,
    template,
)
from optimizer.cli.group import main

__all__ = [
    "budget",
    "check",
    "compare",
    "completion",
    "convert",
    "evaluate",
    "main",
    "measures",
    "report",
    "schema",
    "solve",
    "template",
]
