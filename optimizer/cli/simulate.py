"""`incentives simulate`: the switch from the current plan to another one, period by period."""

from __future__ import annotations

from pathlib import Path

import click

from optimizer.cli.common import main, print_json, verb, write_study
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
@click.option("--periods", type=click.IntRange(1, 400), default=8, show_default=True)
@click.option("--draws", type=click.IntRange(min=2), default=1000, show_default=True, help="Of luck.")
@click.option(
    "--learning",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.5,
    show_default=True,
    help="Share of the way from belief to what was seen that people go each period.",
)
@seed_option
@out_option
@set_option
@json_option
@verb
def simulate(
    file: Path,
    plan: str | None,
    periods: int,
    draws: int,
    learning: float,
    seed: int,
    out: Path | None,
    changes: tuple[str, ...],
    as_json: bool,
) -> None:
    """What happens after a switch of plan: work, KPIs, cash, when the gain shows, what to watch."""
    from optimizer.response.calibration import calibrate
    from optimizer.rollout.early_warning import limits
    from optimizer.rollout.transition import transition
    from optimizer.tables.changed_values import changed_table
    from optimizer.tables.table import records
    from optimizer.tables.transition import TABLES, Simulated, transition_tables

    scenario = read_and_warn(file, changes)
    chosen = plan_named(scenario, plan)
    cal, euros = calibrate(scenario), chosen.euros(scenario)
    run = transition(cal, euros, periods, draws, seed, learning, chosen.terms)
    alarms = limits(run.cal, euros, seed)
    tables = transition_tables(Simulated(plan or "current", seed, learning, euros, run, alarms))
    if out is not None:
        from reports.studies.transition import transition_pdfs

        write_study(out, "simulation", TABLES, tables, transition_pdfs({**tables, **changed_table(scenario)}))
    if as_json:
        print_json(with_changed(scenario, records(tables)))
    else:
        from optimizer.cli.show.transition import show_transition

        tell_changed(scenario)
        show_transition(tables)
