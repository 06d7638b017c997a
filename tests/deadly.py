"""Runs that are the end of their workers; a module of its own, as workers load it."""

from __future__ import annotations

import os
import resource
import signal
import time
from pathlib import Path
from typing import Any

from optimizer.runs.batch.job import Job

SPARE = 64 << 20
"""Bytes that a starved worker may still take: too few to load what solves."""


class Deadly(Job):
    """A run that is killed whenever a worker takes it up, as by a system that is short of memory."""

    def __reduce__(self) -> Any:
        return _die, ()


class Starving(Job):
    """A run whose worker may take hardly any more memory."""

    def __reduce__(self) -> Any:
        return _starve, (Job(**vars(self)),)


class Stuck(Job):
    """A run that never ends."""

    def __reduce__(self) -> Any:
        return _hang, ()


def _hang() -> None:
    while True:
        time.sleep(1)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _starve(job: Job) -> Job:
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + SPARE, used + SPARE))
    return job
