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
    """Finance's check of any plan: every budget line, and the first year by period; exit code 1 if a line is
    exceeded, or, where the scenario says how the year goes (phasing), a period's limit."""
    from optimizer.cli.show import results
    from optimizer.cli.show.year import show_year
    from optimizer.plans import budget_lines, evaluation
    from optimizer.rollout.year.earned import first_year
    from optimizer.scenario.phasing_types import Phasing
    from optimizer.tables import json_values
    from optimizer.tables.table import plain_rows
    from optimizer.tables.year import exceeded, rows_of_year

    scenario = read_and_warn(file, changes)
    at = evaluation.evaluate(scenario, plan_named(scenario, plan_name), seed)
    lines = budget_lines.budget_lines(at)
    phased = rows_of_year(first_year(at.cal, at.euros, at.terms))
    if as_json:
        told = {name: plain_rows(rows) for name, rows in phased.items()}
        print_json(with_changed(scenario, json_values.budget_json(at, lines) | told))
    else:
        tell_changed(scenario)
        results.show_budget(at, lines)
        show_year(scenario, phased)
    stated = scenario.phasing != Phasing()
    if not all(line.kept for line in lines) or (stated and exceeded(phased["year"])):
        sys.exit(1)
