"""A batch: what is finished already, the rest through an executor, every result put away at once."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from optimizer.runs.batch.attempts import Attempts, Entry
from optimizer.runs.batch.job import Done, Job
from optimizer.runs.batch.lock import locked
from optimizer.runs.batch.reasons import Incomplete
from optimizer.runs.batch.schedule import GRACE, schedule
from optimizer.runs.batch.workers import OpenCrew
from optimizer.runs.folder import NotARunFolderError, changed_files, replace_folder
from optimizer.scenario.files import system_reason

RUNS, ATTEMPTS, LOG = "runs", "ledger.sqlite", "failures.log"


@dataclass(frozen=True)
class Progress:
    """A run that ended (or was found finished), and how the batch stands."""

    entry: Entry
    known: bool
    """Finished by an earlier batch."""
    ended: int
    total: int


@dataclass(frozen=True)
class BatchRun:
    """All entries of a batch, in the order of the grid."""

    folder: Path
    jobs: tuple[Job, ...]
    entries: tuple[Entry, ...]
    done_before: int

    @property
    def counts(self) -> Counter[str]:
        """Runs by status; `failed` where there is none."""
        return Counter(entry.status or entry.state for entry in self.entries)


@dataclass(frozen=True)
class Settings:
    """How a batch is done: where, by how many workers, and whether failed runs are tried again."""

    open_workers: OpenCrew
    workers: int
    retry_failed: bool = False
    wait: bool = False
    grace: float = GRACE


def run_batch(
    jobs: Sequence[Job], folder: Path, settings: Settings, tell: Callable[[Progress], None]
) -> BatchRun:
    """Do what is not done yet.

    Raises HeldError where another batch works in the folder, LedgerError where the state cannot be kept.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder, wait=settings.wait):
        runs = _runs_folder(folder, [job.name for job in jobs])
        attempts = Attempts(folder / ATTEMPTS)
        try:
            return _run(tuple(jobs), folder, runs, attempts, settings, tell)
        finally:
            attempts.close()


def _runs_folder(folder: Path, names: Sequence[str]) -> Path:
    """The folder of run folders, without what a killed batch left half-written of these runs."""
    runs = folder / RUNS
    if runs.is_symlink():
        raise OSError(f"{runs} is a symbolic link; a batch writes into real folders only")
    runs.mkdir(exist_ok=True)
    unfinished = tuple(f".{name}." for name in names)
    for left in runs.iterdir():
        if left.name.startswith(unfinished) and left.is_dir() and not left.is_symlink():
            shutil.rmtree(left)
    return runs


def _run(
    jobs: tuple[Job, ...],
    folder: Path,
    runs: Path,
    attempts: Attempts,
    settings: Settings,
    tell: Callable[[Progress], None],
) -> BatchRun:
    before = attempts.entries()
    entries = {job.name: _standing(job, before.get(job.name), runs, settings.retry_failed) for job in jobs}
    attempts.put(entries.values())
    todo = [job for job in jobs if entries[job.name].state == "waiting"]
    done_before = ended = len(jobs) - len(todo)
    for number, entry in enumerate((e for e in entries.values() if e.state != "waiting"), 1):
        tell(Progress(entry, True, number, len(jobs)))
    for job, done in schedule(todo, settings.open_workers, settings.workers, settings.grace):
        ended += 1
        entries[job.name] = entry = _put_away(job, done, runs, entries[job.name])
        attempts.put([entry])
        tell(Progress(entry, False, ended, len(jobs)))
    return BatchRun(folder, jobs, tuple(entries.values()), done_before)


def _standing(job: Job, before: Entry | None, runs: Path, retry_failed: bool) -> Entry:
    """Where a run stands: finished if its folder proves it, whatever the attempts say."""
    fresh = Entry(job.name, job.key, attempts=before.attempts if before else 0)
    folder = runs / job.name
    if _is_finished(job, folder):
        seconds = before.seconds if before and before.key == job.key else 0.0
        return _finished(replace(fresh, seconds=seconds), job, folder)
    if before and before.key == job.key and before.state == "failed" and not retry_failed:
        return before
    return fresh


def _is_finished(job: Job, folder: Path) -> bool:
    if folder.is_symlink() or not folder.is_dir() or changed_files(folder):
        return False
    try:
        inputs = json.loads((folder / "inputs.json").read_text(encoding="utf-8"))
        result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return inputs == job.record and isinstance(result, dict) and "status" in result


def _finished(entry: Entry, job: Job, folder: Path) -> Entry:
    """The entry of a run whose folder is complete."""
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    manifest = (folder / "manifest.json").read_bytes()
    reason = Incomplete.of(result, json.loads(manifest), job.options.time_limit).reason
    digest = hashlib.sha256(manifest).hexdigest()
    return replace(entry, state="done", status=result["status"], reason=reason, manifest=digest)


def _put_away(job: Job, done: Done, runs: Path, before: Entry) -> Entry:
    """The run folder in its place, and the entry that says so; or the reason why there is none."""
    entry = replace(before, attempts=before.attempts + 1, seconds=round(done.seconds, 3))
    if done.reason:
        _log(runs.parent / LOG, job, done)
        return replace(entry, state="failed", reason=done.reason)
    folder = runs / job.name
    try:
        if folder.is_symlink():
            raise OSError(f"{folder} is a symbolic link")
        replace_folder(folder, lambda fresh: _write(fresh, done.files))
        return _finished(entry, job, folder)
    except OSError as error:
        return replace(entry, state="failed", reason=f"its folder cannot be written: {system_reason(error)}")
    except NotARunFolderError as error:
        return replace(entry, state="failed", reason=f"its folder cannot be written: {error}")


def _log(file: Path, job: Job, done: Done) -> None:
    """Where in the software a run failed; a log that cannot be written stops nothing."""
    with suppress(OSError), file.open("a", encoding="utf-8") as log:
        log.write(f"{job.name}: {done.reason}\n{done.detail}\n")


def _write(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        target = folder.joinpath(*_inside(name))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def _inside(name: str) -> Iterator[str]:
    """Parts of a path that a worker sent, which must stay within the run folder."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name:
        raise OSError(f"a worker sent a file with the path {name!r}")
    yield from path.parts
