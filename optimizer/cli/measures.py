"""`incentives measures`: what each team can move."""

from __future__ import annotations

from pathlib import Path

from optimizer.cli.common import file_argument, json_option, main, print_json, read_and_warn, verb


@main.command()
@file_argument
@json_option
@verb
def measures(file: Path, as_json: bool) -> None:
    """What each team can move: controllability, swing, lag, exposure, congruence."""
    from optimizer.cli.show import results
    from optimizer.plans import evaluation
    from optimizer.tables import json_values

    influence = evaluation.influence(read_and_warn(file))
    if as_json:
        print_json(json_values.influence_json(influence))
    else:
        results.show_influence(influence)
