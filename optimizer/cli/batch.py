"""`incentives batch`: many runs, resumable."""

from __future__ import annotations

import sys
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Literal

import click

from optimizer.cli.common import INTERRUPTED, main, verb
from optimizer.cli.parameters import Destination, ranged
from optimizer.cli.reader import echo


@main.command()
@click.argument("grid", type=click.Path(path_type=Path))
@click.option("--out", type=Destination(file_okay=False), help="Default: runs/<name of the grid file>.")
@click.option("--workers", type=ranged("batch", "workers"), help="Processes; default: one per core.")
@click.option("--scheduler", metavar="tcp://HOST:PORT", help="A Dask scheduler instead of processes.")
@click.option("--retry", type=click.Choice(["failed"]), help="Also do failed runs again.")
@click.option("--wait", is_flag=True, help="Wait while another batch works in the folder.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout at the end.")
@click.option("--json-lines", is_flag=True, help="A JSON object per event on stdout, as they come.")
@verb
def batch(
    grid: Path,
    out: Path | None,
    as_json: bool,
    json_lines: bool,
    workers: int | None,
    scheduler: str | None,
    retry: Literal["failed"] | None,
    wait: bool,
) -> None:
    """Solve and report every run of a grid; only what is not finished is done."""
    from optimizer.runs.api import making
    from optimizer.runs.batch import AttemptsError, LockedError, UnreachableError
    from optimizer.runs.batch.progress import ProgressView, batch_run_json, show_batch_run
    from optimizer.runs.folder import NotARunFolderError

    if as_json and json_lines:
        raise click.UsageError("--json is one object at the end, --json-lines one per event: choose one")
    view = partial(ProgressView, lines=json_lines)
    try:
        done = making.batch(grid, out, workers, scheduler, retry, wait, view)
    except KeyboardInterrupt:
        echo("stopped; the same command goes on from here: finished runs are kept", err=True)
        sys.exit(INTERRUPTED)
    except (LockedError, AttemptsError, NotARunFolderError) as error:
        raise click.BadParameter(str(error), param_hint="--out") from error
    except UnreachableError as error:
        raise click.BadParameter(str(error), param_hint="--scheduler") from error
    if as_json:
        click.echo(batch_run_json(done.run))
    elif not json_lines:
        show_batch_run(done.run)
    sys.exit(exit_code(done.run.counts))


def exit_code(counts: Counter[str]) -> int:
    """The gravest of all runs: 4 failed, 1 infeasible, 3 without proof, 0 all optimal or imposed."""
    if any(counts[status] for status in ("failed", "waiting", "error", "no_equilibrium")):
        return 4
    return 1 if counts["infeasible"] else 3 if counts["feasible"] or counts["not_found"] else 0
