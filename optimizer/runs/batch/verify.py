"""Do the record of attempts, the index and the summary of a batch say what its run folders hold?"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from optimizer.runs.batch.attempts import Attempt, AttemptsError, Tried, read_attempts
from optimizer.runs.batch.batch_run import ATTEMPTS, RUNS
from optimizer.runs.batch.index import INDEX, Labels, in_words, row_of
from optimizer.runs.batch.job import key_of
from optimizer.runs.batch.standing import DAMAGED, Entry, failed, finished, read_json
from optimizer.runs.follow import outdated
from optimizer.runs.verify import Difference, run_folders
from optimizer.tables.labels import LABELS
from optimizer.tables.table import Row
from reports.batch_summary import summaries

CSV, TYPED = "index.csv", "index.parquet"


def verify_batch(folder: Path) -> list[Difference]:
    """What is wrong beside the runs of a batch; nothing where the folder is a single run."""
    if not (folder / RUNS).is_dir():
        return []
    runs = {run.name: run for run in run_folders(folder)}
    try:
        tried = read_attempts(folder / ATTEMPTS)
    except AttemptsError as error:
        return [Difference(ATTEMPTS, f"cannot be read: {error}")]
    return [*_against_attempts(tried, runs), *_against_index(folder, tried, runs)]


def _against_attempts(tried: Tried, runs: Mapping[str, Path]) -> Iterator[Difference]:
    for name, attempts in tried.items():
        if not attempts[-1].failure:
            yield from _attempt(attempts[-1], runs.get(name))
    for name in runs.keys() - tried.keys():
        yield Difference(name, f"is no run of {ATTEMPTS}: added, or renamed")


def _attempt(attempt: Attempt, run: Path | None) -> Iterator[Difference]:
    if run is None:
        yield Difference(attempt.run, f"has no folder, and {ATTEMPTS} calls it done")
        return
    try:
        key = key_of(read_json(run / "inputs.json"))
    except DAMAGED:
        return  # the check of the run says so
    if key != attempt.key:
        what = f"inputs.json is not what {ATTEMPTS} says was asked: changed, or exchanged with another run"
        yield Difference(attempt.run, what, attempt.key[:12], key[:12])


# --- the index ------------------------------------------------------------------------------------------


def _against_index(folder: Path, tried: Tried, runs: Mapping[str, Path]) -> Iterator[Difference]:
    """Both files of the index against one that is derived from the folders again."""
    for name, read in ((CSV, INDEX.read), (TYPED, _typed)):
        if name == TYPED and not (folder / name).exists():
            continue
        try:
            recorded = read(folder / name)
            derived = INDEX.frame([_derived(row, tried, runs) for row in recorded.to_dict("records")])
        except (*DAMAGED, OverflowError):
            yield Difference(name, "is missing or damaged: run the batch again, which does nothing twice")
            continue
        differences = [*_apart(name, recorded, derived), *_without_row(name, recorded, runs)]
        yield from differences
        if name == CSV and not differences and not any(map(outdated, runs.values())):
            yield from _in_words(folder, derived, runs)


def _in_words(folder: Path, derived: pd.DataFrame, runs: Mapping[str, Path]) -> Iterator[Difference]:
    """What index and summary say of the runs in words; by the versions here, which wrote them."""
    labels = labels_in_runs(derived, runs)
    if _written(derived, labels) != (folder / CSV).read_bytes():
        yield Difference(CSV, "has other words than this version writes of the same runs")
    there = sorted(folder.glob("summary.*.pdf"))
    if not there:
        yield Difference("summary", "is missing: run the batch again, which does nothing twice")
    for file in there:
        made = summaries(derived, labels, [file.name.split(".")[1]], None)
        if file.is_symlink() or [one.content for one in made] != [file.read_bytes()]:
            yield Difference(file.name, "is not what the runs give: run the batch again")


def _typed(file: Path) -> pd.DataFrame:
    import polars as pl

    try:
        return INDEX.frame([dict(row) for row in pl.read_parquet(file).rows(named=True)])
    except pl.exceptions.PolarsError as error:
        raise ValueError(str(error)) from error


def _derived(row: Mapping[Any, Any], tried: Tried, runs: Mapping[str, Path]) -> Row:
    """The row of a run from its folder; what a grid says is taken from the row as far as it is the name."""
    name = str(row["run"])
    asked = {column: row[column] for column in ("base", "override", "seed")}
    parts = [part for part in (asked["base"], asked["override"]) if part]
    if name not in ("-".join(parts), "-".join([*parts, f"s{asked['seed']}"])):
        asked |= {"base": name, "override": ""}
    return row_of(_entry(name, tried.get(name, ()), runs.get(name)), runs.get(name, Path(name)), asked)


def _entry(name: str, tried: Sequence[Attempt], run: Path | None) -> Entry:
    if tried and tried[-1].failure:
        return failed(tried)
    return finished(name, run, tried) if run is not None else Entry(name, attempts=len(tried))


def _apart(index: str, recorded: pd.DataFrame, derived: pd.DataFrame) -> Iterator[Difference]:
    """Cells that differ; of a run that does not stand where it is said to, nothing else."""
    rows = zip(recorded.to_dict("records"), derived.to_dict("records"), strict=True)
    for said, found in rows:
        for column in INDEX.columns if said["state"] == found["state"] else ("state",):
            if not _same(said[column], found[column]):
                what = f"{index} has another {column}"
                yield Difference(str(said["run"]), what, str(said[column]), str(found[column]))


def _same(said: Any, found: Any) -> bool:
    return bool(said == found) or all(pd.isna(value) or value == "" for value in (said, found))


def _without_row(index: str, recorded: pd.DataFrame, runs: Mapping[str, Path]) -> Iterator[Difference]:
    for name in sorted(runs.keys() - set(recorded["run"])):
        yield Difference(name, f"has no row in {index}")


def _written(derived: pd.DataFrame, labels: Labels) -> bytes:
    """The CSV file of an index."""
    with tempfile.TemporaryDirectory(prefix="incentives-") as scratch:
        file = Path(scratch) / CSV
        INDEX.write(in_words(derived, labels), file)
        return file.read_bytes()


def labels_in_runs(index: pd.DataFrame, runs: Mapping[str, Path]) -> Labels:
    """What the company of every run calls its things, as far as there is a folder."""
    files = {name: runs[name] / "tables" / "labels.csv" for name in index["run"] if name in runs}
    known: dict[str, Any] = {name: LABELS.read(file).to_dict("records") for name, file in files.items()}
    return {name: known.get(name, []) for name in index["run"]}
