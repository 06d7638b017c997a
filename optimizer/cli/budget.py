"""`incentives budget`: finance's check of one plan."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from optimizer.cli.common import main, print_json, verb
from optimizer.cli.given_scenario import given_and_warned, plan_named, tell_changed, with_changed
from optimizer.cli.parameters import PLAN, file_argument, json_option, plan_names, seed_option, set_option


@main.command()
@file_argument
@click.option("--plan", metavar=PLAN, shell_complete=plan_names, required=True)
@seed_option
@set_option
@json_option
@verb
def budget(file: Path, plan: str, seed: int, changes: tuple[str, ...], as_json: bool) -> None:
    """Finance's check of any plan: every budget line, and the first year by period; exit code 1 if a line is
    exceeded, or, where the scenario says how the year goes (phasing), a period's limit."""
    from optimizer.cli.show import results
    from optimizer.cli.show.year import show_year
    from optimizer.runs.api import judging
    from optimizer.tables import json_values
    from optimizer.tables.table import plain_rows

    read = given_and_warned(file, changes)
    scenario = read.scenario
    found = judging.budget(read, plan_named(scenario, plan), seed)
    if as_json:
        told = {name: plain_rows(rows) for name, rows in found.year.items()}
        print_json(with_changed(scenario, json_values.budget_json(found.evaluation, found.lines) | told))
    else:
        tell_changed(scenario)
        results.show_budget(found.evaluation, found.lines)
        show_year(scenario, found.year)
    if not found.kept:
        sys.exit(1)
