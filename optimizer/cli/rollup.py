"""`incentives rollup`: several units under one envelope."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from optimizer.cli.common import EXIT, main, print_json, verb, write_study
from optimizer.cli.parameters import json_option, out_option, seed_option
from optimizer.cli.reader import echo


@main.command()
@click.argument(
    "runs", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, file_okay=False)
)
@click.option(
    "--budget",
    type=click.FloatRange(min=0.0, min_open=True),
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
    from optimizer.rollout.envelope import roll_up
    from optimizer.runs.rollup import plan_files, units_in
    from optimizer.tables.rollup import TABLES, rollup_tables
    from optimizer.tables.table import records

    rolled = roll_up(units_in(runs, seed), budget, seed)
    tables = rollup_tables(rolled)
    if out is not None:
        from reports.studies.rollup import rollup_pdfs

        write_study(out, "rollup", TABLES, tables, rollup_pdfs(tables))
        for file in plan_files(rolled, out / "plans"):
            echo(f"wrote {file}", err=True)
    if as_json:
        print_json(records(tables))
    else:
        from optimizer.cli.show.rollup import show_rollup

        show_rollup(tables)
    sys.exit(EXIT["infeasible"] if rolled.best is None else 0)
