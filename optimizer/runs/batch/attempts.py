"""What is known about every run of a batch: SQLite, which survives a power cut. Only the parent writes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

State = Literal["waiting", "running", "done", "failed"]


@dataclass(frozen=True)
class Entry:
    """A run: `key` as `Job.key`, `status` of the solve, `reason` why not optimal, hash of its manifest."""

    name: str
    key: str
    state: State = "waiting"
    status: str = ""
    reason: str = ""
    attempts: int = 0
    seconds: float = 0.0
    manifest: str = ""


_COLUMNS = tuple(f.name for f in fields(Entry))
_CREATE = """CREATE TABLE IF NOT EXISTS run (
    name TEXT PRIMARY KEY, key TEXT NOT NULL, state TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL,
    attempts INTEGER NOT NULL, seconds REAL NOT NULL, manifest TEXT NOT NULL)"""


class AttemptsError(RuntimeError):
    """The record of attempts cannot be read or written; the message says what to do."""


class Attempts:
    """Entries by name; every change is a transaction of its own. Everything here may raise AttemptsError."""

    def __init__(self, file: Path) -> None:
        self._file = file
        with _explained(file):
            self._db = sqlite3.connect(file, isolation_level=None)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.execute(_CREATE)

    def entries(self) -> dict[str, Entry]:
        with _explained(self._file):
            return _entries(self._db)

    def put(self, entries: Iterable[Entry]) -> None:
        """Add or replace, all or none."""
        marks = ", ".join("?" * len(_COLUMNS))
        rows = [tuple(getattr(entry, column) for column in _COLUMNS) for entry in entries]
        with _explained(self._file), self._db:
            self._db.execute("BEGIN")
            self._db.executemany(f"INSERT OR REPLACE INTO run ({', '.join(_COLUMNS)}) VALUES ({marks})", rows)

    def close(self) -> None:
        self._db.close()


def read_attempts(file: Path) -> dict[str, Entry]:
    """Entries by name, without writing anything: the folder may be read-only. Raises AttemptsError."""
    unfinished = file.with_name(f"{file.name}-wal").exists()
    address = f"{file.resolve().as_uri()}?{'mode=ro' if unfinished else 'immutable=1'}"
    with _explained(file), closing(sqlite3.connect(address, uri=True)) as db:
        return _entries(db)


def _entries(db: sqlite3.Connection) -> dict[str, Entry]:
    return {row[0]: Entry(*row) for row in db.execute(f"SELECT {', '.join(_COLUMNS)} FROM run")}


@contextmanager
def _explained(file: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        remedy = "make room on the disk, or move the file away: finished runs are known by their hashes"
        raise AttemptsError(f"{file}: {error}; {remedy}") from error
