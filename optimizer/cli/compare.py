"""`incentives compare`: plans side by side."""

from __future__ import annotations

from pathlib import Path

import click

from optimizer.cli.common import main, print_json, verb
from optimizer.cli.given_scenario import given_and_warned, plan_named, tell_changed, with_changed
from optimizer.cli.parameters import file_argument, json_option, plan_names, seed_option, set_option


@main.command()
@file_argument
@click.argument("plans", nargs=-1, metavar="[PLAN]...", shell_complete=plan_names)
@seed_option
@set_option
@json_option
@verb
def compare(file: Path, plans: tuple[str, ...], seed: int, changes: tuple[str, ...], as_json: bool) -> None:
    """Plans side by side; without names, every named plan and the current one."""
    from optimizer.cli.show import results
    from optimizer.runs.api import judging

    read = given_and_warned(file, changes)
    scenario = read.scenario
    names = plans or judging.every_plan(scenario)
    compared = judging.compare(read, {name: plan_named(scenario, name) for name in names}, seed)
    if as_json:
        print_json(with_changed(scenario, compared.as_json))
    else:
        tell_changed(scenario)
        results.show_comparison(scenario, compared)
