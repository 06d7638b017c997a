"""All runs of a batch side by side: one table, as CSV and as parquet, derived from the run folders."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from optimizer.runs.batch.batch_run import RUNS, BatchRun
from optimizer.runs.batch.job import Job
from optimizer.runs.batch.standing import DAMAGED, Entry, folder_row
from optimizer.scenario.problems import printable
from optimizer.tables.labels import labels_rows
from optimizer.tables.table import Column, Row, Table
from reports.words.catalogue import labels_in
from reports.words.labelled import names_of, row_plan, row_reason
from reports.words.locales import languages

INDEX = Table(
    "index",
    run=Column(str, "name", "name of the run and of its folder"),
    base=Column(str, "name", "name of the base scenario"),
    override=Column(str, "name", "name of the override; empty without one"),
    seed=Column(int, "id", "seed of every draw"),
    state=Column(str, "code", "done, failed (no run folder) or waiting", "batch.state"),
    status=Column(str, "code", "status of the solve; empty where there is none", "status"),
    reason=Column(
        str,
        "text",
        "why the status is not optimal, and what there was no time for: time_limit, rules, checks, left_out "
        "and their names; why a run failed, as the software said it",
        "reason",
    ),
    seconds=Column(float, "seconds", "wall time of solve and documents"),
    attempts=Column(int, "count", "how often it was tried"),
    currency=Column(str, "iso", "of ISO 4217"),
    period=Column(str, "code", "month, quarter, half_year or year", "period"),
    objective=Column(str, "code", "what is maximized: revenue, net or surplus", "objective"),
    value=Column(float, "money/period", "objective of the recommended plan"),
    bound=Column(
        float, "money/period", "no plan has a higher objective at the beliefs of the recommended one"
    ),
    gap=Column(float, "share", "(bound − value) / |value|"),
    gain=Column(float, "money/period", "objective over the current plan's, at consistent beliefs"),
    gross=Column(float, "money/period", "stage values and activity values"),
    direct_costs=Column(float, "money/period", "cash spent on activities"),
    revenue=Column(float, "money/period", "gross − direct_costs: revenue after direct costs"),
    loaded_pay=Column(float, "money/period", "expected payouts, employer charges included"),
    net=Column(float, "money/period", "revenue − loaded_pay"),
    net_change=Column(float, "money/period", "net over the current plan's, at consistent beliefs"),
    budget=Column(float, "money/period", "limit on expected loaded payouts; empty without one"),
    placeholders=Column(
        float, "count", "numbers of the scenario that nobody has given yet; with any, the run is a draft"
    ),
    plan=Column(str, "text", "the recommended plan, team: KPI weight", "weights"),
    curves=Column(str, "text", "chosen for it, team: curve; empty without a choice"),
    target_pay=Column(str, "text", "of teams for which it is a decision, team: amount; empty without one"),
)
"""What `batch` writes, as index.parquet; index.csv says `reason` and `plan` in words, too."""

NOT_SOLVED: Row = dict.fromkeys(INDEX.columns)
"""Cells of a run that came to nothing."""
Labels = Mapping[str, Sequence[Row]]
"""What the company of every run calls its things: rows of its table `labels`, by the name of the run."""


def index_of(batch: BatchRun) -> pd.DataFrame:
    """A row per run, in the order of the grid."""
    pairs = zip(batch.jobs, batch.entries, strict=True)
    rows = [_row(job, entry, batch.folder / RUNS / job.name) for job, entry in pairs]
    return INDEX.frame(rows)


def write_index(batch: BatchRun) -> pd.DataFrame:
    """Write `index.csv` and `index.parquet`; returns the table."""
    table = index_of(batch)
    _replace(batch.folder / "index.csv", partial(INDEX.write, in_words(table, labels_of(batch))))
    _replace(batch.folder / "index.parquet", typed(table).write_parquet)
    return table


def typed(table: pd.DataFrame) -> Any:
    """The index as a frame of polars, whose cells have the types of the columns."""
    import polars as pl

    known = table.astype(object).where(table.notna(), None)
    types = {name: column.type for name, column in INDEX.columns.items()}
    return pl.DataFrame(known.to_dict("list"), schema=types)


def labels_of(batch: BatchRun) -> Labels:
    """What the company of every run calls its things."""
    return {job.name: list(labels_rows(job.scenario)) for job in batch.jobs}


def in_words(table: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Reasons and plans in every language, too."""
    worded = table.copy()
    for language in languages():
        names = [names_of(labels_in(labels[run], language), language) for run in table["run"]]
        rows = list(zip(names, table.to_dict("records"), strict=True))
        worded[f"reason_{language}"] = [row_reason(named, row) for named, row in rows]
        worded[f"plan_{language}"] = [row_plan(named, row) for named, row in rows]
    return worded


def _replace(target: Path, write: Callable[[Path], None]) -> None:
    part = target.with_name(f".{target.name}")
    write(part)
    os.replace(part, target)


def _row(job: Job, entry: Entry, folder: Path) -> Row:
    asked: Row = {"base": job.base, "override": job.override, "seed": job.options.seed}
    return row_of(entry, folder, asked)


def row_of(entry: Entry, folder: Path, asked: Row) -> Row:
    """What the folder of a run that is done says; of any other, what was `asked` and why there is no more."""
    stands = {"run": entry.name, "state": entry.state, "status": "", "attempts": entry.attempts}
    row = NOT_SOLVED | asked | stands
    if entry.state != "done":
        return row | {"reason": printable(entry.reason), "seconds": entry.seconds}
    try:
        return row | folder_row(folder)
    except DAMAGED as error:
        reason = f"its folder cannot be read: {type(error).__name__}: {error}"
        return row | {"state": "failed", "reason": printable(reason), "seconds": entry.seconds}
