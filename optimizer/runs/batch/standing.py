"""Where a run of a batch stands: what its folder says of it and, where there is none, the last attempt."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from optimizer.runs.batch.attempts import Attempt
from optimizer.runs.batch.job import Job
from optimizer.runs.batch.reasons import Incomplete
from optimizer.runs.folder import changed_files
from optimizer.scenario.plan import curves_in_words, pay_in_words, plan_in, plan_in_words
from optimizer.tables.table import Row

State = Literal["waiting", "done", "failed"]
MONEY = ("gross", "direct_costs", "revenue", "loaded_pay", "net")
DAMAGED = (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)
"""What reading a run folder raises whose files are not those of a run."""


@dataclass(frozen=True)
class Entry:
    """A run: `status` of its solve, `reason` why it is not optimal or failed, wall time [s]."""

    name: str
    state: State = "waiting"
    status: str = ""
    reason: str = ""
    attempts: int = 0
    seconds: float = 0.0


def standing(job: Job, folder: Path, tried: Sequence[Attempt]) -> Entry:
    """Finished if its folder proves it, whatever was tried; failed if the last attempt at it was."""
    if is_finished(job, folder):
        return finished(job.name, folder, tried)
    if tried and tried[-1].key == job.key and tried[-1].failure:
        return failed(tried)
    return Entry(job.name, attempts=len(tried))


def failed(tried: Sequence[Attempt]) -> Entry:
    """A run that came to nothing, as its last attempt says."""
    last = tried[-1]
    return Entry(last.run, "failed", reason=last.failure, attempts=len(tried), seconds=last.seconds)


def finished(name: str, folder: Path, tried: Sequence[Attempt]) -> Entry:
    """A run that has a folder. Raises one of DAMAGED where that is none of a run."""
    row = folder_row(folder)
    return Entry(name, "done", row["status"], row["reason"], len(tried), row["seconds"])


def is_finished(job: Job, folder: Path) -> bool:
    """Whether a folder is what was written, for what is asked now."""
    try:
        if folder.is_symlink() or not folder.is_dir() or changed_files(folder):
            return False
        folder_row(folder)
        return bool(read_json(folder / "inputs.json") == job.record)
    except DAMAGED:
        return False


def folder_row(folder: Path) -> Row:
    """What a run folder says of its run, in the columns of the index. Raises one of DAMAGED."""
    result, about, options = (
        read_json(folder / name) for name in ("result.json", "manifest.json", "inputs.json")
    )
    options = options["options"]
    (summary,) = _cells(folder / "tables" / "summary.csv")
    consistent = result["consistent"] or {}
    return {
        "seed": int(options["seed"]),
        "status": str(result["status"]),
        "reason": Incomplete.of(result, about, options["time_limit"]).reason,
        "seconds": round(sum(float(value) for value in about["seconds"].values()), 3),
        "currency": summary["currency"],
        "period": summary["period"],
        "objective": summary["objective"],
        "value": _number(result["objective"]),
        "bound": _number(result["bound"]),
        "gap": _number(result["gap"]),
        "gain": float(summary["gain"] or "nan"),
        **_money(consistent),
        "net_change": float(summary["net_change"] or "nan"),
        "budget": float(summary["budget"] or "nan"),
        "placeholders": float(summary["placeholders"]),
        **_plan(folder, result),
    }


def _money(consistent: Mapping[str, Any]) -> Row:
    """Payouts as booked, and the net that they leave."""
    told = {name: _number(consistent.get(name)) for name in MONEY}
    booked = consistent.get("booked")
    if booked:
        told["loaded_pay"] = float(booked["company"]["loaded"])
        told["net"] = told["revenue"] - told["loaded_pay"]
    return told


def _cells(file: Path) -> list[dict[Any, Any]]:
    return pd.read_csv(file, dtype=str, na_filter=False).to_dict("records")


def read_json(file: Path) -> Any:
    """A file of a run folder. Raises one of DAMAGED."""
    return json.loads(file.read_text(encoding="utf-8"))


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)


def _plan(folder: Path, result: Mapping[str, Any]) -> Row:
    """Weights, and what a solve decides beside them where it is free to."""
    if result["plan"] is None:
        return {"plan": "", "curves": "", "target_pay": ""}
    plan = plan_in(result)
    return {
        "plan": plan_in_words(plan.weights),
        "curves": curves_in_words(plan.curves),
        "target_pay": pay_in_words({team: plan.target_pay[team] for team in _deciding(folder)}),
    }


def _deciding(folder: Path) -> Iterator[str]:
    """Teams whose target pay is decided."""
    return (team["name"] for team in read_json(folder / "company.json")["teams"] if team["decides"])
