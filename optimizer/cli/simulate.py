"""`incentives simulate`: the switch from the current plan to another one, period by period."""

from __future__ import annotations

from pathlib import Path

import click

from optimizer.cli.common import main, print_json, save_study, verb
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
@click.option("--periods", type=ranged("simulate", "periods"), default=8, show_default=True)
@click.option("--draws", type=ranged("simulate", "draws"), default=1000, show_default=True, help="Of luck.")
@click.option(
    "--learning",
    type=ranged("simulate", "learning"),
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
    from optimizer.runs.api import studies

    read = given_and_warned(file, changes)
    plan_named(read.scenario, plan)
    study = studies.simulate(read, plan, periods, draws, learning, seed)
    save_study(study, out)
    if as_json:
        print_json(with_changed(read.scenario, study.as_json))
    else:
        from optimizer.cli.show.transition import show_transition

        tell_changed(read.scenario)
        show_transition(study.tables)
