"""`incentives compare`: plans side by side."""

from __future__ import annotations

from pathlib import Path

import click

from optimizer.cli.common import main, print_json, verb
from optimizer.cli.given_scenario import plan_named, read_and_warn, tell_changed, with_changed
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
    from optimizer.plans import evaluation
    from optimizer.response.calibration import calibrate
    from optimizer.tables import json_values

    scenario = read_and_warn(file, changes)
    names = plans or (evaluation.CURRENT, *scenario.plans)
    evaluations = evaluation.compare(scenario, {name: plan_named(scenario, name) for name in names}, seed)
    if as_json:
        print_json(with_changed(scenario, json_values.compare_json(calibrate(scenario), evaluations)))
    else:
        tell_changed(scenario)
        results.show_comparison(scenario, evaluations)
