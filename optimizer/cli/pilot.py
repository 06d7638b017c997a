"""`incentives pilot`: how to test a plan on a few people before everybody has it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from optimizer.cli.common import EXIT, main, print_json, save_study, verb
from optimizer.cli.given_scenario import given_and_warned, plan_named, tell_changed, with_changed
from optimizer.cli.parameters import (
    file_argument,
    json_option,
    out_option,
    plan_option,
    ranged,
    seed_option,
    set_option,
)


@main.command()
@file_argument
@plan_option
@click.option(
    "--periods",
    type=ranged("pilot", "periods"),
    default=4,
    show_default=True,
    help="Longest pilot.",
)
@seed_option
@out_option
@set_option
@json_option
@verb
def pilot(
    file: Path,
    plan: str | None,
    periods: int,
    seed: int,
    out: Path | None,
    changes: tuple[str, ...],
    as_json: bool,
) -> None:
    """Which people, for how long: the smallest pilot that would see the plan work (80 % power at 5 %).

    Exit code 1 where no pilot within the headcount would.
    """
    from optimizer.runs.api import studies

    read = given_and_warned(file, changes)
    plan_named(read.scenario, plan)
    study = studies.pilot(read, plan, periods, seed)
    save_study(study, out)
    if as_json:
        print_json(with_changed(read.scenario, study.as_json))
    else:
        from optimizer.cli.show.pilot import show_pilots

        tell_changed(read.scenario)
        show_pilots(study.tables)
    sys.exit(0 if study.would_see else EXIT["infeasible"])
