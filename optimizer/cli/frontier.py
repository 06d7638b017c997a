"""`incentives frontier`: what can be had for more budget, more tolerance, less control."""

from __future__ import annotations

import sys
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import click

from optimizer.cli.common import EXIT, main, print_json, verb
from optimizer.cli.given_scenario import given_and_warned, tell_changed, with_changed
from optimizer.cli.parameters import Destination, file_argument, json_option, ranged, set_option

if TYPE_CHECKING:
    from optimizer.explanation.frontier import Over


@main.command()
@file_argument
@click.option("--over", type=click.Choice(["budget", "gaming", "controllability"]), required=True)
@click.option(
    "--points",
    type=ranged("frontier", "points"),
    default=9,
    show_default=True,
    help="Limits tried; the scenario's own is always among them.",
)
@click.option("--out", type=Destination(dir_okay=False), help="Also write the table as CSV.")
@click.option(
    "--time-limit",
    type=ranged("frontier", "time_limit"),
    default=60.0,
    show_default=True,
    help="Seconds for each point; one that is not decided in them says so, with exit code 3.",
)
@click.option("--gap", type=ranged("frontier", "gap"), default=1e-4, show_default=True, help="Relative.")
@click.option("--workers", type=ranged("frontier", "workers"), help="Processes; default: all processors.")
@set_option
@json_option
@verb
def frontier(
    file: Path,
    over: Over,
    points: int,
    out: Path | None,
    time_limit: float,
    gap: float,
    workers: int | None,
    changes: tuple[str, ...],
    as_json: bool,
) -> None:
    """The best plan at every limit of the budget, of gaming or of controllability."""
    from optimizer.cli.show.narrator import Narrator
    from optimizer.cli.show.results import show_frontier
    from optimizer.parallel.pool import cores
    from optimizer.runs.api import solving
    from optimizer.tables.json_values import frontier_json

    read = given_and_warned(file, changes)
    with Narrator() as narrator:
        traced = solving.frontier(
            read, over, points, None, time_limit, gap, workers or cores(), listener=narrator
        )
    if out is not None:
        traced.save(out)
    if as_json:
        print_json(with_changed(read.scenario, frontier_json(traced.points)))
    else:
        tell_changed(read.scenario)
        show_frontier(read.scenario, traced.points)
    sys.exit(_exit_code(traced.statuses))


def _exit_code(statuses: Collection[str]) -> int:
    """0 where every point is settled, one way or the other; 1 where no limit leaves a plan."""
    if set(statuses) == {"infeasible"}:
        return EXIT["infeasible"]
    return max((EXIT[status] for status in statuses if status != "infeasible"), default=0)
