"""`incentives evaluate`: what people do under one plan."""

from __future__ import annotations

from pathlib import Path

import click

from optimizer.cli.group import (
    file_argument,
    json_option,
    main,
    plan_named,
    plan_names,
    print_json,
    read,
    verb,
)


@main.command()
@file_argument
@click.option(
    "--plan",
    "plan_name",
    metavar="NAME|PLANFILE",
    shell_complete=plan_names,
    help="Default: the current plan.",
)
@json_option
@verb
def evaluate(file: Path, plan_name: str | None, as_json: bool) -> None:
    """What people do under any plan, next quarter and once they have learnt."""
    from optimizer import evaluation, results, screen

    scenario = read(file)
    found = evaluation.evaluate(scenario, plan_named(scenario, plan_name))
    if as_json:
        print_json(results.evaluation_json(found))
    else:
        screen.show_evaluation(found)
