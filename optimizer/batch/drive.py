"""Jobs through an executor, a few ahead of the workers, surviving workers that die."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import AbstractContextManager

from optimizer.batch.job import Done, Job, perform

OpenPool = Callable[[int], AbstractContextManager[Executor]]
AHEAD = 2
"""Jobs handed out per worker: enough that none waits, few enough that memory stays flat."""
DIED = "the worker died twice on it: killed, or out of memory"


def drive(jobs: Iterable[Job], open_pool: OpenPool, workers: int) -> Iterator[tuple[Job, Done]]:
    """Every job with what came of it, as they end.

    When a worker dies the pool is lost with all that was in it: those jobs are tried again, each alone, so
    that the one that kills its worker is found and the others are done.
    """
    suspects: list[Job] = []
    yield from _until_empty(deque(jobs), open_pool, workers, suspects)
    for job in suspects:
        guilty: list[Job] = []
        yield from _until_empty(deque([job]), open_pool, 1, guilty)
        if guilty:
            yield job, Done({}, 0.0, DIED)


def _until_empty(
    waiting: deque[Job], open_pool: OpenPool, workers: int, suspects: list[Job]
) -> Iterator[tuple[Job, Done]]:
    while waiting:
        with open_pool(workers) as pool:
            yield from _until_broken(waiting, pool, workers, suspects)


def _until_broken(
    waiting: deque[Job], pool: Executor, workers: int, suspects: list[Job]
) -> Iterator[tuple[Job, Done]]:
    running: dict[Future[Done], Job] = {}
    while waiting or running:
        whole = _hand_out(waiting, running, pool, AHEAD * workers)
        ended, _ = wait(running, return_when=FIRST_COMPLETED)
        broken = [future for future in ended if isinstance(future.exception(), BrokenExecutor)]
        yield from ((running.pop(future), _result(future)) for future in ended if future not in broken)
        if broken or not whole:
            suspects.extend(running.values())
            return


def _hand_out(waiting: deque[Job], running: dict[Future[Done], Job], pool: Executor, most: int) -> bool:
    """Jobs to the pool until it has enough; False where it has broken meanwhile."""
    try:
        while waiting and len(running) < most:
            running[pool.submit(perform, waiting[0])] = waiting[0]
            waiting.popleft()
    except BrokenExecutor:
        return False
    return True


def _result(future: Future[Done]) -> Done:
    """An executor may fail a job without breaking: a cluster gives up on one after some dead workers."""
    error = future.exception()
    if error is None:
        return future.result()
    return Done({}, 0.0, f"the cluster gave it up: {type(error).__name__}: {error}")
