"""Independent jobs, in order, in this process or in several; the result does not depend on how many.

Processes are spawned, so a script that asks for more than one must guard its top level with
`if __name__ == "__main__"`; the verbs do.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from types import TracebackType
from typing import TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")

OnDone = Callable[[int, int], None]
"""Told (jobs done, jobs in all)."""


def cpus() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Workers:
    """Processes that start with the first jobs that need them, and serve all that follow until closed."""

    def __init__(self, count: int = 1) -> None:
        self.count = count
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=error is None, cancel_futures=True)
            self._pool = None

    def each(
        self, work: Callable[[Job], Result], jobs: Sequence[Job], on_done: OnDone | None = None
    ) -> list[Result]:
        """`work` done on every job; with more than one worker both must be picklable."""
        if min(self.count, len(jobs)) <= 1:
            return list(_told(map(work, jobs), len(jobs), on_done))
        if self._pool is None:
            self._pool = ProcessPoolExecutor(self.count, mp_context=get_context("spawn"))
        return list(_told(self._pool.map(work, jobs), len(jobs), on_done))


ALONE = Workers(1)
"""This process only; nothing to close."""


def _told(results: Iterable[Result], count: int, on_done: OnDone | None) -> Iterator[Result]:
    for done, result in enumerate(results, 1):
        if on_done is not None:
            on_done(done, count)
        yield result
