"""`incentives diff`: what changed between two runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from optimizer.cli.common import main, print_json, verb
from optimizer.cli.parameters import json_option
from optimizer.cli.reader import echo
from optimizer.scenario.problems import printable

run_folder = click.Path(exists=True, file_okay=False, path_type=Path)


@main.command()
@click.argument("before", type=run_folder, metavar="RUN_A")
@click.argument("after", type=run_folder, metavar="RUN_B")
@json_option
@verb
def diff(before: Path, after: Path, as_json: bool) -> None:
    """What differs between two runs, with the version of each and who approved it.

    Payouts and limits, bad cases and probabilities first; then plan, outcome and inputs.
    """
    from optimizer.runs.diff import PARTS, differences, standing_of
    from optimizer.runs.folder import ChangedRunError, NotARunFolderError

    try:
        changes = differences(before, after)
        standings = {"before": standing_of(before), "after": standing_of(after)}
    except (ChangedRunError, NotARunFolderError):
        raise
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise click.BadParameter(
            f"a run folder is damaged ({type(error).__name__}: {error}); verify says where"
        ) from error
    if as_json:
        print_json({**standings, "changes": [change.as_json() for change in changes]})
        return
    for folder, standing in zip((before, after), standings.values(), strict=True):
        echo(printable(_told(folder, standing, standings["before"]["version"])))
    for part in PARTS:
        lines = [change for change in changes if change.part == part]
        echo(f"{part}: {'nothing changed' if not lines else ''}".rstrip())
        for change in lines:
            echo(f"  {change}")


def _told(folder: Path, standing: Mapping[str, Any], before: str) -> str:
    """Version and approvals of a run in a line."""
    by = ", ".join(standing["approved_by"])
    approved = f"approved by {by}" if by else "not approved"
    takes = "; it replaces the other" if before in standing["replaces"] else ""
    return f"{folder}: version {standing['version'][:12]}, {approved}{takes}"
