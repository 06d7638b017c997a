"""`incentives verify`: are run folders what was written, and right?"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from optimizer.cli.common import json_option, main, print_json, verb


@main.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@json_option
@verb
def verify(folder: Path, as_json: bool) -> None:
    """Recompute hashes, equilibria, payouts and rules of a run or a batch; exit code 4 on a difference."""
    from optimizer.parallel.pool import cores
    from optimizer.runs.batch.verify import verify_batch
    from optimizer.runs.verify import run_folders, verify_runs

    runs = run_folders(folder)
    if not runs:
        raise click.BadParameter(f"{folder} holds no run; name a run folder or a batch", param_hint="FOLDER")
    differences = [difference for of_run in verify_runs(runs, cores()) for difference in of_run]
    differences += verify_batch(folder)
    if as_json:
        print_json({"runs": len(runs), "differences": [vars(difference) for difference in differences]})
    else:
        for difference in differences:
            click.echo(str(difference))
        click.echo(f"{_counted(len(runs), 'run')}, {_counted(len(differences), 'difference')}")
    sys.exit(4 if differences else 0)


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
