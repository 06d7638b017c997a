"""A batch: what is finished already, the rest through an executor, every result put away at once."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from optimizer.runs.batch.attempts import Attempt, Attempts, Tried
from optimizer.runs.batch.job import Done, Job
from optimizer.runs.batch.lock import locked
from optimizer.runs.batch.schedule import GRACE, schedule
from optimizer.runs.batch.standing import DAMAGED, Entry, failed, finished, standing
from optimizer.runs.batch.workers import OpenCrew
from optimizer.runs.folder import NotARunFolderError, replace_folder
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

    Raises LockedError where another batch works in the folder, AttemptsError where attempts cannot be kept.
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
    tried = attempts.tried()
    entries = {job.name: standing(job, runs / job.name, tried.get(job.name, ())) for job in jobs}
    if settings.retry_failed:
        entries = {name: Entry(name) if e.state == "failed" else e for name, e in entries.items()}
    attempts.add(_forgotten(jobs, entries, tried))
    tried = attempts.tried()
    entries = {name: replace(e, attempts=len(tried.get(name, ()))) for name, e in entries.items()}
    todo = [job for job in jobs if entries[job.name].state == "waiting"]
    done_before = ended = len(jobs) - len(todo)
    for number, entry in enumerate((e for e in entries.values() if e.state != "waiting"), 1):
        tell(Progress(entry, True, number, len(jobs)))
    for job, done in schedule(todo, settings.open_workers, settings.workers, settings.grace):
        ended += 1
        attempt = _put_away(job, done, runs)
        attempts.add([attempt])
        entries[job.name] = entry = _ended(attempt, runs / job.name, tried.get(job.name, ()))
        tell(Progress(entry, False, ended, len(jobs)))
    return BatchRun(folder, jobs, tuple(entries.values()), done_before)


def _forgotten(jobs: Sequence[Job], entries: Mapping[str, Entry], tried: Tried) -> Iterator[Attempt]:
    """Attempts that must have been, as there is a folder: a batch was killed, or the ledger is another."""
    for job in jobs:
        known = any(attempt.key == job.key and not attempt.failure for attempt in tried.get(job.name, ()))
        if entries[job.name].state == "done" and not known:
            yield Attempt(job.name, job.key, entries[job.name].seconds)


def _ended(attempt: Attempt, folder: Path, before: Sequence[Attempt]) -> Entry:
    tried = (*before, attempt)
    return failed(tried) if attempt.failure else finished(attempt.run, folder, tried)


def _put_away(job: Job, done: Done, runs: Path) -> Attempt:
    """The run folder in its place, and the attempt that led to it; or the reason why there is none."""
    failure, folder = done.reason, runs / job.name
    if failure:
        _log(runs.parent / LOG, job, done)
    else:
        failure = _written(folder, done.files)
    return Attempt(job.name, job.key, round(done.seconds, 3), failure)


def _written(folder: Path, files: Mapping[str, bytes]) -> str:
    """Why the folder of a run is not there, or is none; empty where it is."""
    try:
        if folder.is_symlink():
            raise OSError(f"{folder} is a symbolic link")
        replace_folder(folder, lambda fresh: _write(fresh, files))
    except OSError as error:
        return f"its folder cannot be written: {system_reason(error)}"
    except NotARunFolderError as error:
        return f"its folder cannot be written: {error}"
    try:
        finished(folder.name, folder, ())
    except DAMAGED as error:
        return f"its worker sent no run: {type(error).__name__}: {error}"
    return ""


def _log(file: Path, job: Job, done: Done) -> None:
    """Where in the software a run failed; a log that cannot be written stops nothing."""
    with suppress(OSError), file.open("a", encoding="utf-8") as log:
        log.write(f"{job.name}: {done.reason}\n{done.detail}\n")


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
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
