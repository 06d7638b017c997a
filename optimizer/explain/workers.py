"""Independent jobs, in order, in this process or in several; the result does not depend on how many.

Processes are spawned, so a script that asks for more than one must guard its top level with
`if __name__ == "__main__"`; the verbs do.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")

OnDone = Callable[[int, int], None]
"""Told (jobs done, jobs in all)."""


def cpus() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def each(
    work: Callable[[Job], Result], jobs: Sequence[Job], workers: int = 1, on_done: OnDone | None = None
) -> list[Result]:
    """`work` done on every job; with more than one worker both must be picklable."""
    workers = min(workers, len(jobs))
    if workers <= 1:
        return list(_told(map(work, jobs), len(jobs), on_done))
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        try:
            return list(_told(pool.map(work, jobs), len(jobs), on_done))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _told(results: Iterable[Result], count: int, on_done: OnDone | None) -> Iterator[Result]:
    for done, result in enumerate(results, 1):
        if on_done is not None:
            on_done(done, count)
        yield result
