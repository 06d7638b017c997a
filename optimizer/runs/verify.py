"""Run folders verified: are they what was written, and does the same follow from scenario and plan again?

Hashes say what changed since; whoever changes hashes too is found by computing again: equilibria, payouts and
rules by the independent response, then every file from scenario and plan, and documents from the files. What
only a search can know is said, not trusted (`Verification.open`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.parallel.pool import each
from optimizer.response.calibration import CalibrationError
from optimizer.runs.folder import changed_files
from optimizer.runs.recompute import recomputed
from optimizer.scenario.problems import ScenarioError, printable

if TYPE_CHECKING:
    from optimizer.runs.follow import Open

MANY = 4
"""Run folders from which on starting processes pays."""
NOT_READ = (
    OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, ScenarioError,
    CalibrationError,
)  # fmt: skip
"""What reading a run folder raises whose files are not those of a run."""


@dataclass(frozen=True)
class Difference:
    """Something in a run folder that is not as it should be."""

    run: str
    what: str
    recorded: str = ""
    found: str = ""

    def __str__(self) -> str:
        return printable(f"{self.run}: {described((self.what, self.recorded, self.found))}")


def described(parts: tuple[str, ...]) -> str:
    """What differs, with what is recorded and what was found where there are such."""
    what, recorded, found = (*parts, "", "")[:3]
    return f"{what}: recorded {recorded}, found {found}" if recorded or found else what


@dataclass(frozen=True)
class Verification:
    """What is wrong with a run, and what is `open`: neither confirmed nor refuted, with the reason."""

    differences: tuple[Difference, ...] = ()
    open: tuple[Open, ...] = ()


def run_folders(folder: Path) -> list[Path]:
    """The run folder itself, or those of a batch."""
    if (folder / "manifest.json").is_file():
        return [folder]
    inside = folder / "runs" if (folder / "runs").is_dir() else folder
    return sorted(path for path in inside.iterdir() if path.is_dir() and not path.name.startswith("."))


def verify_run(folder: Path) -> tuple[Difference, ...]:
    """All that is wrong with one run folder; empty for a sound one."""
    return verification(folder).differences


def verification(folder: Path, again: bool = False) -> Verification:
    """What is wrong with one run folder, and what is open; `again`: solve again, so that nothing is."""
    name = folder.name
    changed = changed_files(folder)
    if changed:
        return Verification(tuple(Difference(name, what) for what in changed))
    try:
        return _followed(folder, again)
    except NOT_READ as error:
        return Verification((Difference(name, f"cannot be evaluated: {type(error).__name__}: {error}"),))


def verifications(folders: Sequence[Path], workers: int, again: bool = False) -> list[Verification]:
    """`verification` of each, in their order; in several processes where there are many."""
    return each(partial(verification, again=again), folders, workers if len(folders) >= MANY else 1)


def _followed(folder: Path, again: bool) -> Verification:
    """What does not follow from scenario and plan; nothing has changed since it was written."""
    from optimizer.runs.follow import data_apart, documents_apart

    first = list(recomputed(folder))
    if first:
        return Verification(_named(folder, first))
    data = data_apart(folder, again)
    if data.apart:
        return Verification(_named(folder, data.apart), data.open)
    documents = documents_apart(folder)
    return Verification(_named(folder, documents.apart), (*data.open, *documents.open))


def _named(folder: Path, parts: Sequence[tuple[str, ...]]) -> tuple[Difference, ...]:
    return tuple(Difference(folder.name, *part) for part in parts)
