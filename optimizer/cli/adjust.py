"""`incentives adjust`: after the launch, learn from actuals and look for the smallest change."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from optimizer.cli.common import EXIT, main, print_json, verb, write_study
from optimizer.cli.given_scenario import plan_named, read_and_warn, tell_changed, with_changed
from optimizer.cli.parameters import (
    file_argument,
    json_option,
    out_option,
    plan_option,
    seed_option,
    set_option,
)
from optimizer.cli.reader import echo


@main.command()
@file_argument
@click.argument("actuals_file", metavar="ACTUALS.csv", type=click.Path(path_type=Path))
@plan_option
@click.option("--time-limit", type=click.FloatRange(min=0, min_open=True), help="Seconds for each solve.")
@click.option("--gap", type=click.FloatRange(0, 1), default=1e-4, show_default=True, help="Relative.")
@seed_option
@out_option
@set_option
@json_option
@verb
def adjust(
    file: Path,
    actuals_file: Path,
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
    from optimizer.rollout.actuals import read_actuals
    from optimizer.rollout.adjust import adjust as find_adjustment
    from optimizer.solver import Options
    from optimizer.tables.adjust import TABLES, adjust_tables
    from optimizer.tables.changed_values import changed_table
    from optimizer.tables.table import records

    scenario = read_and_warn(file, changes)
    chosen, (actuals, doubts) = plan_named(scenario, plan), read_actuals(actuals_file, scenario)
    for doubt in doubts:
        echo(f"warning: {doubt}", err=True)
    with Narrator() as narrator:
        options = Options(gap=gap, time_limit=time_limit, seed=seed)
        adjustment = find_adjustment(scenario, chosen, actuals, options, seed=seed, tell=narrator.say)
    tables = adjust_tables(adjustment, plan or "current")
    if out is not None:
        from reports.studies.adjust import adjust_pdfs

        write_study(out, "adjustment", TABLES, tables, adjust_pdfs({**tables, **changed_table(scenario)}))
    if as_json:
        print_json(with_changed(scenario, records(tables)))
    else:
        from optimizer.cli.show.adjust import show_adjustment

        tell_changed(scenario)
        show_adjustment(scenario, tables)
    summary = tables["summary"].iloc[0]
    if adjustment.verdict == "no_plan":
        sys.exit(EXIT[adjustment.unlimited.solution.status])
    sys.exit(0 if summary["proven"] else EXIT["feasible"])
