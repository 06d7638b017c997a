"""`incentives budget`: finance's check of one plan."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from optimizer.cli.common import main, print_json, verb
from optimizer.cli.given_scenario import plan_named, read_and_warn, tell_changed, with_changed
from optimizer.cli.parameters import PLAN, file_argument, json_option, plan_names, seed_option, set_option


@main.command()
@file_argument
@click.option("--plan", "plan_name", metavar=PLAN, shell_complete=plan_names, required=True)
@seed_option
@set_option
@json_option
@verb
def budget(file: Path, plan_name: str, seed: int, changes: tuple[str, ...], as_json: bool) -> None:
    """Finance's check of any plan: every budget line; exit code 1 if one is exceeded."""
    from optimizer.cli.show import results
    from optimizer.plans import budget_lines, evaluation
    from optimizer.tables import json_values

    scenario = read_and_warn(file, changes)
    at = evaluation.evaluate(scenario, plan_named(scenario, plan_name), seed)
    lines = budget_lines.budget_lines(at)
    if as_json:
        print_json(with_changed(scenario, json_values.budget_json(at, lines)))
    else:
        tell_changed(scenario)
        results.show_budget(at, lines)
    if not all(line.kept for line in lines):
        sys.exit(1)
