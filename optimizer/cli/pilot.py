"""`incentives pilot`: how to test a plan on a few people before everybody has it."""

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


@main.command()
@file_argument
@plan_option
@click.option(
    "--periods",
    type=click.IntRange(1, 40),
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
    from optimizer.response.calibration import calibrate
    from optimizer.rollout.pilot import changed_teams, settings
    from optimizer.rollout.pilot import pilot as design
    from optimizer.tables.changed_values import changed_table
    from optimizer.tables.pilot import TABLES, pilot_tables
    from optimizer.tables.table import records

    scenario = read_and_warn(file, changes)
    chosen = plan_named(scenario, plan)
    cal, euros = calibrate(scenario), chosen.euros(scenario)
    changed = [cal.network.teams[i] for i in changed_teams(cal, euros, chosen.terms)]
    pilots = [design(setting, seed) for setting in settings(cal, euros, periods, chosen.terms)]
    tables = pilot_tables(scenario, plan or "current", seed, pilots, changed)
    if out is not None:
        from reports.studies.pilot import pilot_pdfs

        write_study(out, "pilot", TABLES, tables, pilot_pdfs({**tables, **changed_table(scenario)}))
    if as_json:
        print_json(with_changed(scenario, records(tables)))
    else:
        from optimizer.cli.show.pilot import show_pilots

        tell_changed(scenario)
        show_pilots(tables)
    sys.exit(0 if tables["summary"].iloc[0]["team"] or not changed else EXIT["infeasible"])
