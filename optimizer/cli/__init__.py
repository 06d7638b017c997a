"""The verbs of `incentives`, one module each; importing them registers them."""

from optimizer.cli import (
    batch,
    bench,
    budget,
    calibrate,
    check,
    compare,
    completion,
    convert,
    diff,
    evaluate,
    frontier,
    measures,
    report,
    schema,
    solve,
    template,
    verify,
)
from optimizer.cli.group import main

__all__ = [
    "batch",
    "bench",
    "budget",
    "calibrate",
    "check",
    "compare",
    "completion",
    "convert",
    "diff",
    "evaluate",
    "frontier",
    "main",
    "measures",
    "report",
    "schema",
    "solve",
    "template",
    "verify",
]
