"""`incentives rollup`: several units under one envelope."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from optimizer.cli.common import EXIT, main, print_json, save_study, verb
from optimizer.cli.parameters import json_option, out_option, ranged, seed_option


@main.command()
@click.argument(
    "runs", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, file_okay=False)
)
@click.option(
    "--budget",
    type=ranged("rollup", "budget"),
    required=True,
    help="The envelope: limit on expected payouts of all units together, charges and reserves included, "
    "a period.",
)
@seed_option
@out_option
@json_option
@verb
def rollup(runs: tuple[Path, ...], budget: float, seed: int, out: Path | None, as_json: bool) -> None:
    """One solved plan for every unit, so that all together keep one envelope.

    RUNS are run folders, or folders of batches. Runs of one scenario name are one unit: its plan in force,
    what each run recommends and the plans of its frontier (solve with --explain full) are what it can be
    given. The choice with the largest net in all is found, and luck drawn once for all units. Exit code 1
    where not even the cheapest plans keep the envelope.
    """
    from optimizer.cli.show.rollup import show_rollup
    from optimizer.runs.api import studies

    study = studies.rollup(runs, budget, seed)
    save_study(study, out)
    if as_json:
        print_json(study.as_json)
    else:
        show_rollup(study.tables)
    sys.exit(0 if study.feasible else EXIT["infeasible"])
