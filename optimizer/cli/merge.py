"""`incentives merge`: what a history measured, in place of what a scenario assumed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from optimizer.cli.common import main, print_json, verb
from optimizer.cli.convert import refuse_kind, write_scenario
from optimizer.cli.given_scenario import read
from optimizer.cli.parameters import Destination, file_argument, json_option
from optimizer.cli.reader import echo

if TYPE_CHECKING:
    from optimizer.runs.merged import Change


@main.command()
@file_argument
@click.argument("estimated", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=Destination(new=True), help="The merged scenario, .yaml or .xlsx.")
@click.option(
    "--as",
    "renamed",
    multiple=True,
    metavar="THEIRS=OURS",
    help="What a path of ESTIMATED is called in FILE: activities.work_lead=activities.touch_fit.",
)
@click.option("--keep", multiple=True, metavar="PATH", help="What of FILE stays as it is.")
@click.option("--renew", is_flag=True, help="Replace also what FILE says was measured before.")
@json_option
@verb
def merge(
    file: Path,
    estimated: Path,
    out: Path,
    renamed: tuple[str, ...],
    keep: tuple[str, ...],
    renew: bool,
    as_json: bool,
) -> None:
    """Merge the scenario ESTIMATED, which calibrate wrote, into FILE: measured numbers replace assumed ones.

    Numbers are told by their paths. The result passes check, or nothing is written and what does not fit is
    said. Comments of FILE are not kept.
    """
    from optimizer.runs.merged import merged, pairs_of

    refuse_kind(out, "--out")
    scenario, history = read(file), read(estimated)
    if not any(source.kind == "measured" for source in history.sources.values()):
        raise click.BadParameter(
            f"{estimated} has no measured number: sources of what was counted say `kind: measured`",
            param_hint="ESTIMATED",
        )
    result = merged(scenario, history, pairs_of(renamed), keep, renew, str(file))
    write_scenario(result.scenario, out, file)
    if as_json:
        print_json(
            {
                "file": str(out),
                "changed": [vars(change) for change in result.changed],
                "followed": [vars(change) for change in result.followed],
                "kept": list(result.kept),
                "missing": list(result.missing),
                "placeholders": list(result.scenario.placeholders),
            }
        )
        return
    for change in result.changed:
        _tell(change, f"was: {change.was or 'without a source'}; is: {change.source}")
    for change in result.followed:
        _tell(change, change.source)
    _list("kept", result.kept)
    _list("no place in the scenario for (--as says what is what)", result.missing)
    changed = f"{len(result.changed)} number{'s' if len(result.changed) != 1 else ''} replaced"
    echo(f"wrote {out}: {changed}; next: incentives check {out}")


def _tell(change: Change, why: str) -> None:
    echo(f"{change.path}: {change.before:,.6g} to {change.after:,.6g}\n    {why}")


def _list(what: str, paths: tuple[str, ...]) -> None:
    if paths:
        echo(f"{what}: {', '.join(paths)}")
