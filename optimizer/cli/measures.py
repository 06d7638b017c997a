"""`incentives measures`: what each team can move."""

from __future__ import annotations

from pathlib import Path

from optimizer.cli.common import main, print_json, verb
from optimizer.cli.given_scenario import read_and_warn, tell_changed, with_changed
from optimizer.cli.parameters import file_argument, json_option, set_option


@main.command()
@file_argument
@set_option
@json_option
@verb
def measures(file: Path, changes: tuple[str, ...], as_json: bool) -> None:
    """What each team can move: controllability, swing, lag, exposure, congruence."""
    from optimizer.cli.show import results
    from optimizer.plans import evaluation
    from optimizer.tables import json_values

    scenario = read_and_warn(file, changes)
    influence = evaluation.influence(scenario)
    if as_json:
        print_json(with_changed(scenario, json_values.influence_json(influence)))
    else:
        tell_changed(scenario)
        results.show_influence(influence)
