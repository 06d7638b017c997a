"""`incentives measures`: what each team can move."""

from __future__ import annotations

from pathlib import Path

from optimizer.cli.common import main, print_json, verb
from optimizer.cli.given_scenario import given_and_warned, tell_changed, with_changed
from optimizer.cli.parameters import file_argument, json_option, set_option


@main.command()
@file_argument
@set_option
@json_option
@verb
def measures(file: Path, changes: tuple[str, ...], as_json: bool) -> None:
    """What each team can move: controllability, swing, lag, exposure, congruence."""
    from optimizer.cli.show import results
    from optimizer.runs.api import judging

    read = given_and_warned(file, changes)
    found = judging.measures(read)
    if as_json:
        print_json(with_changed(read.scenario, found.as_json))
    else:
        tell_changed(read.scenario)
        results.show_influence(found)
