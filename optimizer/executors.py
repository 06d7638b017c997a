"""Where independent jobs are done: processes of this machine or a Dask cluster, behind `concurrent.futures`.

Processes are spawned, so a script that asks for more than one must guard its top level with
`if __name__ == "__main__"`; the verbs do.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import wait
from types import TracebackType
from typing import Any, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")

OnDone = Callable[[int, int], None]
"""Told (jobs done, jobs in all)."""


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Workers:
    """Processes that start with the first jobs that need them, and serve all that follow until closed."""

    def __init__(self, count: int = 1) -> None:
        self.count = count
        self._open = ExitStack()
        self._pool: Executor | None = None

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool = None
        self._open.__exit__(kind, error, trace)

    def each(
        self, work: Callable[[Job], Result], jobs: Sequence[Job], on_done: OnDone | None = None
    ) -> list[Result]:
        """`work` done on every job, in order, however many processes; with more both must be picklable."""
        if min(self.count, len(jobs)) <= 1:
            return list(_told(map(work, jobs), len(jobs), on_done))
        if self._pool is None:
            self._pool = self._open.enter_context(local(self.count))
        return list(_told(self._pool.map(work, jobs), len(jobs), on_done))


ALONE = Workers()
"""This process only; nothing to close."""


def each(
    work: Callable[[Job], Result], jobs: Sequence[Job], workers: int = 1, on_done: OnDone | None = None
) -> list[Result]:
    """`work` done on every job by workers that serve nothing else."""
    with Workers(min(workers, len(jobs))) as these:
        return these.each(work, jobs, on_done)


def _told(results: Iterable[Result], count: int, on_done: OnDone | None) -> Iterator[Result]:
    for done, result in enumerate(results, 1):
        if on_done is not None:
            on_done(done, count)
        yield result


@contextmanager
def local(workers: int) -> Iterator[Executor]:
    """Fresh processes, each with everything imported once; none outlives this one."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker)
    try:
        yield pool
    except BaseException:
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _start_worker() -> None:
    """One thread per library; an interrupt is the parent's to answer; an end as soon as it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


class UnreachableError(RuntimeError):
    """There is no cluster to work on; the message says what to do."""


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """Workers of a Dask cluster; they need this package installed and nothing else in common.

    Raises UnreachableError where nobody answers at the address, or Dask is not installed.
    """
    try:
        from distributed import Client

        connected = Client(address, timeout="30s")  # type: ignore[no-untyped-call]
    except ImportError:
        raise UnreachableError("Dask is not here: pip install 'incentive-optimizer[cluster]'") from None
    except (OSError, ValueError) as error:
        raise UnreachableError(f"no Dask scheduler at {address}: {error}") from error
    with connected as client:
        executor: Any = client.get_executor(pure=False, retries=0)
        yield executor
