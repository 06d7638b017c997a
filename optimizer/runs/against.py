"""Is a run folder the version that somebody approved?"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from optimizer.scenario.problems import printable
from optimizer.tables.approvals import SHORT, Approval, BrokenChainError, approvals_of, run_version


@dataclass(frozen=True)
class Standing:
    """A run beside the hash of a version, or of an approval."""

    run: str
    against: str
    version: str
    """What the folder holds."""
    same: bool
    """Whether that is the version asked for, or the approval asked for is one of it."""
    approvals: tuple[Approval, ...]
    """Of this version; empty where its journal is broken."""

    def __str__(self) -> str:
        return printable(f"{self.run}: {self._told()}")

    def _told(self) -> str:
        if not self.same:
            return f"NOT the version {self.against[:SHORT]}: it holds {self.version[:SHORT]}"
        held = f"is the version {self.version[:SHORT]}"
        if not self.approvals:
            return f"{held}; the folder has no approval of it"
        return f"{held}, approved by " + ", ".join(
            f"{one.by} ({one.role}, {one.date})" for one in self.approvals
        )

    def as_json(self) -> dict[str, Any]:
        return {**vars(self), "approvals": [asdict(one) for one in self.approvals]}


def standing(folder: Path, against: str) -> Standing:
    """`against`: lower-case digits of a hash, all or the first."""
    version = run_version(folder)
    try:
        approvals = tuple(one for one in approvals_of(folder) if one.version == version)
    except BrokenChainError:
        approvals = ()
    named = any(one.hash.startswith(against) for one in approvals)
    return Standing(folder.name, against, version, version.startswith(against) or named, approvals)
