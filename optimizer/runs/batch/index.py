"""All runs of a batch side by side: one table, as CSV and as parquet."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from optimizer.runs.batch.attempts import Entry
from optimizer.runs.batch.batch_run import RUNS, BatchRun
from optimizer.runs.batch.job import Job
from optimizer.scenario.plan import curves_in_words, pay_decided, pay_in_words, plan_in, plan_in_words
from optimizer.scenario.problems import printable
from optimizer.scenario.types import Scenario
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
    plan=Column(str, "text", "the recommended plan, team: KPI weight", "weights"),
    curves=Column(str, "text", "chosen for it, team: curve; empty without a choice"),
    target_pay=Column(str, "text", "of teams for which it is a decision, team: amount; empty without one"),
)
"""What `batch` writes, as index.parquet; index.csv says `reason` and `plan` in words, too."""

MONEY = ("gross", "direct_costs", "revenue", "loaded_pay", "net")
NOT_SOLVED: Row = dict.fromkeys(INDEX.columns)
"""Cells of a run that came to nothing."""


def index_of(batch: BatchRun) -> pd.DataFrame:
    """A row per run, in the order of the grid."""
    pairs = zip(batch.jobs, batch.entries, strict=True)
    rows = [_row(job, entry, batch.folder / RUNS / job.name) for job, entry in pairs]
    return INDEX.frame(rows)


def write_index(batch: BatchRun) -> pd.DataFrame:
    """Write `index.csv` and `index.parquet`; returns the table."""
    import polars as pl

    table = index_of(batch)
    known = table.astype(object).where(table.notna(), None)
    typed = pl.DataFrame(
        known.to_dict("list"), schema={name: column.type for name, column in INDEX.columns.items()}
    )
    _replace(batch.folder / "index.csv", partial(INDEX.write, _in_words(table, labels_of(batch))))
    _replace(batch.folder / "index.parquet", typed.write_parquet)
    return table


def labels_of(batch: BatchRun) -> dict[str, list[Row]]:
    """What the company of every run calls its things."""
    return {job.name: list(labels_rows(job.scenario)) for job in batch.jobs}


def _in_words(table: pd.DataFrame, labels: dict[str, list[Row]]) -> pd.DataFrame:
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
    row: Row = NOT_SOLVED | {
        "run": job.name,
        "base": job.base,
        "override": job.override,
        "seed": job.options.seed,
        "state": entry.state,
        "status": entry.status,
        "reason": printable(entry.reason),
        "seconds": entry.seconds,
        "attempts": entry.attempts,
    }
    return row if entry.state != "done" else row | _result(job, folder)


def _result(job: Job, folder: Path) -> Row:
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    summary = pd.read_csv(folder / "tables" / "summary.csv", dtype=str, na_filter=False).iloc[0]
    consistent = result["consistent"] or {}
    return {
        "currency": summary["currency"],
        "period": summary["period"],
        "objective": summary["objective"],
        "value": _number(result["objective"]),
        "bound": _number(result["bound"]),
        "gap": _number(result["gap"]),
        "gain": float(summary["gain"] or "nan"),
        **{name: _number(consistent.get(name)) for name in MONEY},
        "net_change": float(summary["net_change"] or "nan"),
        "budget": float(summary["budget"] or "nan"),
        **_plan(job.scenario, result),
    }


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)


def _plan(scenario: Scenario, result: Row) -> Row:
    """Weights, and what a solve decides beside them where it is free to."""
    if result["plan"] is None:
        return {"plan": "", "curves": "", "target_pay": ""}
    plan = plan_in(result)
    return {
        "plan": plan_in_words(plan.weights),
        "curves": curves_in_words(plan.curves),
        "target_pay": pay_in_words(pay_decided(scenario, plan)),
    }
