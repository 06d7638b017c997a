"""The verbs of `incentives`, one module each; importing them registers them."""

import sys

try:
    from optimizer.cli import (
        adjust,
        approve,
        batch,
        budget,
        calibrate,
        check,
        compare,
        completion,
        convert,
        diff,
        evaluate,
        form,
        frontier,
        measures,
        merge,
        pilot,
        published,
        report,
        rollup,
        schema,
        simulate,
        solve,
        split,
        start,
        template,
        verify,
    )
    from optimizer.cli.common import main
except KeyboardInterrupt:  # Ctrl-C before there is anything to stop
    sys.stderr.write("stopped\n")
    sys.exit(130)

__all__ = [
    "adjust",
    "approve",
    "batch",
    "budget",
    "calibrate",
    "check",
    "compare",
    "completion",
    "convert",
    "diff",
    "evaluate",
    "form",
    "frontier",
    "main",
    "measures",
    "merge",
    "pilot",
    "published",
    "report",
    "rollup",
    "schema",
    "simulate",
    "solve",
    "split",
    "start",
    "template",
    "verify",
]
