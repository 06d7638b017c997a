"""All runs of a batch side by side: one table, as CSV and as parquet."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from optimizer.runs.batch.job import Job
from optimizer.runs.batch.ledger import Entry
from optimizer.runs.batch.reasons import Shortfall, as_it_is
from optimizer.runs.batch.run import RUNS, Night
from optimizer.scenario.plan import pay_decided, pay_in_words, plan_in, plan_in_words
from optimizer.scenario.problems import printable
from optimizer.scenario.types import Scenario
from optimizer.tables.labels import NO_TEXT, whole_plan_text
from optimizer.tables.table import Row, named_cells

INDEX = {
    "run": "name of the run and of its folder",
    "base": "name of the base scenario",
    "override": "name of the override; empty without one",
    "seed": "seed of every draw",
    "state": "done, failed (no run folder) or waiting",
    "status": "status of the solve; empty where there is none",
    "reason": "why the status is not optimal, or why there is none; what there was no time for",
    "reason_en": "the same for people, in English",
    "reason_fr": "the same for people, in French",
    "seconds": "wall time of solve and documents",
    "attempts": "how often it was tried",
    "currency": "ISO code",
    "period": "month, quarter, half_year or year",
    "objective": "what is maximized: revenue, net or surplus",
    "value": "objective of the recommended plan",
    "bound": "no plan has a higher objective at the beliefs of the recommended one",
    "gap": "(bound − value) / |value|",
    "gain": "objective over the current plan's, at consistent beliefs",
    "gross": "stage values and activity values",
    "direct_costs": "cash spent on activities",
    "revenue": "gross − direct_costs: revenue after direct costs",
    "loaded_pay": "expected payouts, employer charges included",
    "net": "revenue − loaded_pay",
    "budget": "limit on expected loaded payouts; empty without one",
    "plan": "the recommended plan, team: KPI weight",
    "curves": "chosen for it, team: curve; empty without a choice",
    "target_pay": "of teams for which it is a decision, team: amount; empty without one",
    "plan_en": "the same with curves and pay for people, in English",
    "plan_fr": "the same with curves and pay for people, in French",
}
"""Columns of the index of a batch."""

MONEY = ("gross", "direct_costs", "revenue", "loaded_pay", "net")
WHOLE = ("seed", "attempts")
FIGURES = ("seconds", "value", "bound", "gap", "gain", *MONEY, "budget")
TYPES = {name: int if name in WHOLE else float if name in FIGURES else str for name in INDEX}
"""Types of the columns in parquet, whatever the runs came to; what does not exist is null there."""


def index_of(night: Night) -> pd.DataFrame:
    """A row per run, in the order of the grid (columns in `INDEX`)."""
    pairs = zip(night.jobs, night.entries, strict=True)
    rows = [_row(job, entry, night.folder / RUNS / job.name) for job, entry in pairs]
    return pd.DataFrame(rows, columns=list(INDEX))


def write_index(night: Night) -> pd.DataFrame:
    """Write `index.csv` and `index.parquet`; returns the table."""
    import polars as pl

    table = index_of(night)
    known = table.astype(object).where(table.notna(), None)
    typed = pl.DataFrame(known.to_dict("list"), schema=TYPES)
    _replace(night.folder / "index.csv", lambda file: table.to_csv(file, index=False))
    _replace(night.folder / "index.parquet", typed.write_parquet)
    return table


def _replace(target: Path, write: Callable[[Path], None]) -> None:
    part = target.with_name(f".{target.name}")
    write(part)
    os.replace(part, target)


def _row(job: Job, entry: Entry, folder: Path) -> Row:
    row: Row = {
        "run": job.name,
        "base": job.base,
        "override": job.override,
        "seed": job.seed,
        "state": entry.state,
        "status": entry.status,
        "reason": printable(entry.reason),
        **named_cells("reason", as_it_is(printable(entry.reason))),
        "seconds": entry.seconds,
        "attempts": entry.attempts,
    }
    return row if entry.state != "done" else row | _result(job, folder)


def _result(job: Job, folder: Path) -> Row:
    result, about = (
        json.loads((folder / name).read_text(encoding="utf-8")) for name in ("result.json", "manifest.json")
    )
    summary = pd.read_csv(folder / "tables" / "summary.csv").iloc[0]
    brought = result["consistent"] or {}
    return {
        **named_cells("reason", Shortfall.of(result, about, job.time_limit).label(job.scenario)),
        "currency": summary["currency"],
        "period": summary["period"],
        "objective": summary["objective"],
        "value": _number(result["objective"]),
        "bound": _number(result["bound"]),
        "gap": _number(result["gap"]),
        "gain": float(summary["gain"]),
        **{name: _number(brought.get(name)) for name in MONEY},
        "budget": float(summary["budget"]),
        **_plan(job.scenario, result),
    }


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)


def _plan(scenario: Scenario, result: Row) -> Row:
    """Weights, and what a solve decides beside them where it is free to."""
    if result["plan"] is None:
        return {"plan": "", "curves": "", "target_pay": "", **named_cells("plan", NO_TEXT)}
    plan = plan_in(result)
    return {
        "plan": plan_in_words(plan.weights),
        "curves": "; ".join(f"{team}: {name}" for team, name in plan.curves.items()),
        "target_pay": pay_in_words(pay_decided(scenario, plan)),
        **named_cells("plan", whole_plan_text(scenario, plan)),
    }
