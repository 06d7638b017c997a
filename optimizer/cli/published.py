"""`incentives published`: what the model says of published changes of pay, and what happened."""

from __future__ import annotations

from pathlib import Path

import click

from optimizer.cli.common import main, print_json, verb
from optimizer.cli.parameters import json_option


def case_names(_context: click.Context, _parameter: click.Parameter, start: str) -> list[str]:
    """Names of the cases that come with the program, for a shell to complete."""
    from optimizer.rollout.published import cases_folder, names_in

    return [name for name in names_in(cases_folder()) if name.startswith(start)]


@main.command()
@click.argument("case", required=False, metavar="[CASE]", shell_complete=case_names)
@click.option(
    "--cases",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of cases; default: those that come with the program.",
)
@json_option
@verb
def published(case: str | None, folder: Path | None, as_json: bool) -> None:
    """Published changes of pay: what the model says from what was known before, what happened, and misses."""
    from optimizer.cli.show.published import show_case, show_predictions
    from optimizer.rollout.published import cases_folder, collection_in, predictions_of
    from optimizer.tables.published import predictions_json

    collection = collection_in(folder or cases_folder(), case)
    predictions = predictions_of(collection)
    if as_json:
        print_json(predictions_json(collection, predictions))
        return
    show_predictions(collection.defaults, predictions)
    if case is not None:
        show_case(collection.cases[0])
