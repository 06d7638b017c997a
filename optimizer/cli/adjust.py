"""`incentives adjust`: after the launch, learn from actuals and look for the smallest change."""

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
from optimizer.cli.reader import echo


@main.command()
@file_argument
@click.argument("actuals", metavar="ACTUALS.csv", type=click.Path(path_type=Path))
@plan_option
@click.option("--time-limit", type=ranged("adjust", "time_limit"), help="Seconds for each solve.")
@click.option("--gap", type=ranged("adjust", "gap"), default=1e-4, show_default=True, help="Relative.")
@seed_option
@out_option
@set_option
@json_option
@verb
def adjust(
    file: Path,
    actuals: Path,
    plan: str | None,
    time_limit: float | None,
    gap: float,
    seed: int,
    out: Path | None,
    changes: tuple[str, ...],
    as_json: bool,
) -> None:
    """Actuals against expectations, responsiveness learnt from them, and the smallest change worth making.

    ACTUALS.csv has the columns period,team,kpi,value: period 1 is the first one under the plan, the value is
    the KPI's own (leads, not attainment).
    """
    from optimizer.cli.show.narrator import Narrator
    from optimizer.runs.api import studies

    read = given_and_warned(file, changes)
    plan_named(read.scenario, plan)
    with Narrator() as narrator:
        study = studies.adjust(read, actuals, plan, time_limit, gap, seed, listener=narrator)
    for doubt in study.warnings:
        echo(f"warning: {doubt}", err=True)
    save_study(study, out)
    if as_json:
        print_json(with_changed(read.scenario, study.as_json))
    else:
        from optimizer.cli.show.adjust import show_adjustment

        tell_changed(read.scenario)
        show_adjustment(read.scenario, study.tables)
    sys.exit(EXIT[study.status])
