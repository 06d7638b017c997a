"""`incentives approve`: one person's approval of a run, in a journal beside its files."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path

import click

from optimizer.cli.common import main, print_json, verb
from optimizer.cli.parameters import json_option
from optimizer.cli.reader import echo

run_folder = click.Path(exists=True, file_okay=False, path_type=Path)


class Day(click.ParamType[dt.date]):
    """A day as YYYY-MM-DD."""

    name = "YYYY-MM-DD"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        try:
            return dt.datetime.strptime(str(value), "%Y-%m-%d").date()
        except ValueError:
            self.fail(f"{value!r} is no day; write it as 2026-11-30", param, ctx)


@main.command()
@click.argument("run", type=run_folder)
@click.option("--by", required=True, metavar="NAME", help="Who approves.")
@click.option("--role", required=True, help="In which function: finance, HR, management.")
@click.option("--comment", default="", metavar="TEXT", help="Printed beside the name.")
@click.option("--date", "day", type=Day(), help="Of the approval; default today.")
@click.option(
    "--plan",
    "plan_name",
    metavar="PLAN",
    help="Approve this plan instead: the folder that `report RUN --plan PLAN` wrote.",
)
@click.option("--replaces", type=run_folder, metavar="RUN", help="The approved run whose place it takes.")
@json_option
@verb
def approve(
    run: Path,
    by: str,
    role: str,
    comment: str,
    day: dt.date | None,
    plan_name: str | None,
    replaces: Path | None,
    as_json: bool,
) -> None:
    """Approve what a run folder holds; documents made afterwards print it.

    Adds a line to approvals.jsonl in the folder, sealed with the hash of the line before; nothing else there
    changes. A draft, a run with a failed check or without a plan, and a folder that is not what was written
    are refused. `verify RUN --against VERSION` tells a folder that holds what was approved.
    """
    from optimizer.runs.approve import approve as approved
    from optimizer.tables.table import TableError

    folder = run if plan_name is None else _of_plan(run, plan_name)
    try:
        approval = approved(folder, by, role, day or dt.date.today(), comment, replaces)
    except TableError as error:
        raise click.BadParameter(str(error), param_hint="RUN") from error
    if as_json:
        print_json({"run": str(folder), "approval": asdict(approval)})
        return
    echo(f"approved by {approval.by} ({approval.role}) on {approval.date}: {folder}")
    echo(f"version {approval.version}")
    echo(f"plan {approval.plan[:12]}, approval {approval.number}: {approval.short}")
    echo("`incentives report` prints it on the documents", err=True)


def _of_plan(run: Path, plan_name: str) -> Path:
    """The folder of a plan's documents, where it has one."""
    from optimizer.runs.given import folder_of

    folder = folder_of(run, Path(plan_name).stem)
    if not folder.is_dir():
        raise click.BadParameter(
            f"{folder} is not there: incentives report {run} --plan {plan_name} writes it; with --out, name "
            "that folder as RUN",
            param_hint="--plan",
        )
    return folder
