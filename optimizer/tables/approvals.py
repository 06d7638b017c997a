"""Who approved a run: a journal beside its files, each entry sealed with the hash of the one before.

An entry is one line of JSON. Its hash covers everything that it says, the hash of the entry before included,
so that a word changed in an old one breaks the chain there. What a chain cannot tell is whether its last
entries were taken away: whoever keeps the short hash that documents print can (`verify --against`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

JOURNAL = "approvals.jsonl"
SHORT = 12
"""Digits of a hash that are printed."""
FIRST = "0" * 64
"""What the first entry has in place of the hash before it."""


@dataclass(frozen=True)
class Approval:
    """One person's approval of one version of one plan."""

    number: int
    """From 1, in the order in which they were given."""
    version: str
    """Of the run (`run_version`)."""
    plan: str
    """Of the plan (`plan_id`)."""
    by: str
    role: str
    date: str
    """YYYY-MM-DD, as given."""
    comment: str
    replaces: str
    """The approved version that this one takes the place of; empty where nobody said."""
    previous: str
    hash: str

    @property
    def short(self) -> str:
        """Its hash as printed."""
        return self.hash[:SHORT]


class BrokenChainError(ValueError):
    """An entry of a journal is not what was written, or approves something else than the folder holds."""


def sealed(**said: Any) -> Approval:
    """An approval with its hash."""
    return Approval(**said, hash=_hash(said))


def _hash(said: dict[str, Any]) -> str:
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def line_of(approval: Approval) -> str:
    """As the journal has it."""
    return json.dumps(asdict(approval), ensure_ascii=False) + "\n"


def approvals_of(folder: Path) -> tuple[Approval, ...]:
    """Those of a run folder, oldest first; none where it has no journal. Raises BrokenChainError."""
    try:
        text = (folder / JOURNAL).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ()
    except UnicodeDecodeError as error:
        raise BrokenChainError(f"{JOURNAL} cannot be read: {error.reason}") from error
    return tuple(_entries(text))


def _entries(text: str) -> Iterator[Approval]:
    before = FIRST
    lines = text.split("\n")
    for number, line in enumerate(lines[:-1] if lines[-1] == "" else lines, 1):
        entry = _entry(number, line)
        who = f"{JOURNAL}, entry {number} ({entry.by}, {entry.date})"
        said = {key: value for key, value in asdict(entry).items() if key != "hash"}
        if entry.hash != _hash(said) or line + "\n" != line_of(entry):
            raise BrokenChainError(f"{who} has changed since it was written")
        if entry.previous != before or entry.number != number:
            who = f"{JOURNAL}, entry {entry.number} ({entry.by}, {entry.date})"
            raise BrokenChainError(f"{who} does not follow the entry before it: one was removed or moved")
        before = entry.hash
        yield entry
    if lines[-1]:
        raise BrokenChainError(f"{JOURNAL}, entry {len(lines)} has no end: its line was cut")


def _entry(number: int, line: str) -> Approval:
    try:
        entry = Approval(**json.loads(line))
        kept = {name: type(value) for name, value in asdict(entry).items()}
        if kept.pop("number") is not int or set(kept.values()) != {str}:
            raise TypeError
        dt.date.fromisoformat(entry.date)
    except (ValueError, TypeError, RecursionError):
        raise BrokenChainError(f"{JOURNAL}, entry {number} is no approval") from None
    return entry


def run_version(folder: Path) -> str:
    """SHA-256 of what a run says: scenario, inputs, result, the page's company and tables, not documents, log
    or approvals. That of the list which `sha256sum` prints of these files, in the order of their names."""
    files = [folder / name for name in ("company.json", "inputs.json", "result.json", "scenario.yaml")]
    files += sorted((folder / "tables").glob("*.csv"))
    listed = (
        f"{digest_of(file)}  {file.relative_to(folder).as_posix()}\n" for file in files if file.is_file()
    )
    return hashlib.sha256("".join(listed).encode()).hexdigest()


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def plan_id(result: dict[str, Any]) -> str:
    """SHA-256 of who is paid how much on what: equal for the same plan, whichever run found it."""
    parts = {key: result.get(key) for key in ("plan", "target_pay", "curves", "targets") if result.get(key)}
    return _hash(parts)
