"""`incentives diff`: what changed between two runs."""

from __future__ import annotations

from pathlib import Path

import click

from optimizer.cli.common import main, print_json, verb
from optimizer.cli.parameters import json_option
from optimizer.cli.reader import echo

run_folder = click.Path(exists=True, file_okay=False, path_type=Path)


@main.command()
@click.argument("before", type=run_folder, metavar="RUN_A")
@click.argument("after", type=run_folder, metavar="RUN_B")
@json_option
@verb
def diff(before: Path, after: Path, as_json: bool) -> None:
    """What differs in inputs, plan and outcome, in words and numbers."""
    from optimizer.runs.diff import differences
    from optimizer.runs.folder import ChangedRunError, NotARunFolderError

    try:
        changes = differences(before, after)
    except (ChangedRunError, NotARunFolderError):
        raise
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise click.BadParameter(
            f"a run folder is damaged ({type(error).__name__}: {error}); verify says where"
        ) from error
    if as_json:
        print_json({"changes": [change.as_json() for change in changes]})
        return
    for part in ("inputs", "plan", "outcome"):
        lines = [change for change in changes if change.part == part]
        echo(f"{part}: {'nothing changed' if not lines else ''}".rstrip())
        for change in lines:
            echo(f"  {change}")
