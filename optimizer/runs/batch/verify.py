"""Do the record of attempts and the index of a batch say what its run folders hold?"""

from __future__ import annotations

import csv
import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path

from optimizer.runs.batch.attempts import AttemptsError, Entry, read_attempts
from optimizer.runs.batch.batch_run import ATTEMPTS, RUNS
from optimizer.runs.batch.index import MONEY
from optimizer.runs.verify import SAME, Difference, run_folders


def verify_batch(folder: Path) -> list[Difference]:
    """What attempts and index of a batch say wrongly; nothing where the folder is a single run."""
    if not (folder / RUNS).is_dir():
        return []
    runs = {run.name: run for run in run_folders(folder)}
    differences = [*_against_attempts(folder / ATTEMPTS, runs), *_against_index(folder / "index.csv", runs)]
    typed = folder / "index.parquet"
    return [*differences, *_against_index(typed, runs)] if typed.exists() else differences


def _against_attempts(file: Path, runs: Mapping[str, Path]) -> Iterator[Difference]:
    try:
        entries = read_attempts(file)
    except AttemptsError as error:
        yield Difference(file.name, f"cannot be read: {error}")
        return
    for name, entry in entries.items():
        if entry.state == "done":
            yield from _entry(entry, runs.get(name))
    for name in runs.keys() - entries.keys():
        yield Difference(name, f"is no run of {file.name}: added, or renamed")


def _entry(entry: Entry, run: Path | None) -> Iterator[Difference]:
    if run is None:
        yield Difference(entry.name, f"has no folder, and {ATTEMPTS} calls it done")
        return
    try:
        manifest = hashlib.sha256((run / "manifest.json").read_bytes()).hexdigest()
        status = json.loads((run / "result.json").read_text(encoding="utf-8"))["status"]
    except (OSError, ValueError, KeyError, TypeError):
        return  # the check of the run says so
    if manifest != entry.manifest:
        what = f"manifest.json is not the one in {ATTEMPTS}: changed, exchanged, or documents made again"
        yield Difference(entry.name, what, entry.manifest[:12], manifest[:12])
    if status != entry.status:
        yield Difference(entry.name, f"{ATTEMPTS} has another status", entry.status, str(status))


def _against_index(file: Path, runs: Mapping[str, Path]) -> Iterator[Difference]:
    try:
        rows = _rows(file)
    except (OSError, ValueError):
        yield Difference(file.name, "is missing or damaged: run the batch again, which does nothing twice")
        return
    for row in rows:
        run = runs.get(row.get("run") or "")
        if row.get("state") == "done" and run is not None:
            yield from _row(file.name, row, run)


def _rows(file: Path) -> list[dict[str, str]]:
    """Rows of an index as texts; what does not exist is empty. Raises OSError or ValueError."""
    if file.suffix == ".parquet":
        return _typed_rows(file)
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _typed_rows(file: Path) -> list[dict[str, str]]:
    import polars as pl

    try:
        rows = pl.read_parquet(file).rows(named=True)
    except pl.exceptions.PolarsError as error:
        raise ValueError(str(error)) from error
    return [{name: "" if value is None else str(value) for name, value in row.items()} for row in rows]


def _row(index: str, row: Mapping[str, str], run: Path) -> Iterator[Difference]:
    """Status and figures of a run in the index."""
    try:
        result = json.loads((run / "result.json").read_text(encoding="utf-8"))
        consistent = result["consistent"] or {}
        figures = {"value": result["objective"], **{name: consistent.get(name) for name in MONEY}}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return  # the check of the run says so
    if row.get("status") != result["status"]:
        yield Difference(run.name, f"{index} has another status", str(row.get("status")), result["status"])
    for name, figure in figures.items():
        if not _same(row.get(name) or "", figure):
            yield Difference(run.name, f"{index} has another {name}", str(row.get(name)), str(figure))


def _same(text: str, figure: float | None) -> bool:
    if figure is None:
        return text == ""
    try:
        return math.isclose(float(text), figure, rel_tol=SAME)
    except ValueError:
        return False
