"""Which runs of a batch were tried, and what kept them from a folder: SQLite, which survives a power cut.

What a run came to is in its folder and nowhere else. Only the parent writes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass, fields
from pathlib import Path


@dataclass(frozen=True)
class Attempt:
    """A run that was tried: `key` as `Job.key`, wall time [s], why there is no folder; empty: there is."""

    run: str
    key: str
    seconds: float
    failure: str = ""


Tried = dict[str, tuple[Attempt, ...]]
"""Attempts by the name of the run, in the order in which they ended."""
_COLUMNS = ", ".join(f.name for f in fields(Attempt))
_CREATE = """CREATE TABLE IF NOT EXISTS attempt (
    number INTEGER PRIMARY KEY, run TEXT NOT NULL, key TEXT NOT NULL, seconds REAL NOT NULL,
    failure TEXT NOT NULL)"""


class AttemptsError(RuntimeError):
    """The record of attempts cannot be read or written; the message says what to do."""


class Attempts:
    """What was tried; every change is a transaction of its own. Everything here may raise AttemptsError."""

    def __init__(self, file: Path) -> None:
        self._file = file
        with _explained(file):
            self._db = sqlite3.connect(file, isolation_level=None)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.execute(_CREATE)

    def tried(self) -> Tried:
        with _explained(self._file):
            return _tried(self._db)

    def add(self, attempts: Iterable[Attempt]) -> None:
        """All or none."""
        marks = ", ".join("?" * len(fields(Attempt)))
        rows = [astuple(attempt) for attempt in attempts]
        with _explained(self._file), self._db:
            self._db.execute("BEGIN")
            self._db.executemany(f"INSERT INTO attempt ({_COLUMNS}) VALUES ({marks})", rows)

    def close(self) -> None:
        self._db.close()


def read_attempts(file: Path) -> Tried:
    """What was tried, without writing anything: the folder may be read-only. Raises AttemptsError."""
    unfinished = file.with_name(f"{file.name}-wal").exists()
    address = f"{file.resolve().as_uri()}?{'mode=ro' if unfinished else 'immutable=1'}"
    with _explained(file), closing(sqlite3.connect(address, uri=True)) as db:
        return _tried(db)


def _tried(db: sqlite3.Connection) -> Tried:
    tried: Tried = {}
    for row in db.execute(f"SELECT {_COLUMNS} FROM attempt ORDER BY number"):
        attempt = Attempt(*row)
        tried[attempt.run] = (*tried.get(attempt.run, ()), attempt)
    return tried


@contextmanager
def _explained(file: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, UnicodeError) as error:
        remedy = "make room on the disk, or move the file away: finished runs are known by their hashes"
        raise AttemptsError(f"{file}: {error}; {remedy}") from error
