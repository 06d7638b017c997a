"""`incentives measures`: what each team can move."""

from __future__ import annotations

from pathlib import Path

from optimizer.cli.group import file_argument, json_option, main, print_json, read, verb


@main.command()
@file_argument
@json_option
@verb
def measures(file: Path, as_json: bool) -> None:
    """What each team can move: controllability, swing, lag, exposure, congruence."""
    from optimizer import evaluation, results, screen

    found = evaluation.influence(read(file))
    if as_json:
        print_json(results.influence_json(found))
    else:
        screen.show_influence(found)
