"""One run of a batch, and doing it: plain values in, files as bytes out, so that any machine can do it."""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from optimizer.runs.folder import inputs_record
from optimizer.runs.options import RunOptions
from optimizer.scenario.files import system_reason
from optimizer.scenario.types import Scenario

LOADED = ("optimizer.runs.solve", "reports.documents")
"""What a worker needs, loaded once before all workers start."""


@dataclass(frozen=True)
class Job:
    """A run of a grid."""

    name: str
    base: str
    override: str
    scenario: Scenario = field(repr=False)
    text: str = field(repr=False)
    """The scenario as a file, which a worker need not read."""
    options: RunOptions

    @property
    def record(self) -> dict[str, Any]:
        """What `inputs.json` of its run folder must say: everything that decides the result."""
        return inputs_record(self.text.encode(), self.text, self.options.record)

    @property
    def key(self) -> str:
        """What tells it from a run of the same name that was asked for otherwise."""
        return key_of(self.record)


def key_of(record: Mapping[str, Any]) -> str:
    """SHA-256 of what `inputs.json` holds."""
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Done:
    """What a worker sends back: files by their path in the run folder, or the reason why there are none."""

    files: dict[str, bytes] = field(repr=False)
    seconds: float
    reason: str = ""
    detail: str = field(default="", repr=False)
    """A traceback for the log, where the software failed."""


def perform(job: Job) -> Done:
    """Solve and report in a folder of this machine's own, and send its files back. Never raises."""
    began = time.perf_counter()
    try:
        files = _files_of(job)
    except MemoryError:
        return Done({}, time.perf_counter() - began, "out of memory")
    except OSError as error:
        return Done({}, time.perf_counter() - began, f"its worker cannot write: {system_reason(error)}")
    except Exception as error:
        kind = type(error).__name__
        return Done({}, time.perf_counter() - began, f"{kind}: {error}", traceback.format_exc())
    return Done(files, time.perf_counter() - began)


def _files_of(job: Job) -> dict[str, bytes]:
    from optimizer.runs.solve import solve_to_folder

    with tempfile.TemporaryDirectory(prefix="incentives-") as scratch:
        folder = Path(scratch) / "run"
        solve_to_folder(job.scenario, folder, job.options, source=job.text.encode())
        files = sorted(p for p in folder.rglob("*") if p.is_file())
        return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files}
