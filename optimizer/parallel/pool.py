"""Where independent jobs are done: processes of this machine, behind `concurrent.futures`.

Processes import the main module again, so a script that asks for more than one must guard its top level with
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
from importlib import import_module
from multiprocessing.connection import wait
from multiprocessing.context import BaseContext, SpawnContext, SpawnProcess
from types import TracebackType
from typing import Any, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")

WORKER = "optimizer.parallel.worker"
"""Loaded by workers, before everything else, and only by them."""
ONE_THREAD = dict.fromkeys(
    (
        "MKL_NUM_THREADS",
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "POLARS_MAX_THREADS",
        "RAYON_NUM_THREADS",  # the PDF engine
        "VECLIB_MAXIMUM_THREADS",
    ),
    "1",
)
"""Environment of a worker."""
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
            self._pool = self._open.enter_context(local(self.count, [_home(work)]))
        return list(_told(self._pool.map(work, jobs), len(jobs), on_done))


ALONE = Workers()
"""This process only; nothing to close."""


def each(
    work: Callable[[Job], Result], jobs: Sequence[Job], workers: int = 1, on_done: OnDone | None = None
) -> list[Result]:
    """`work` done on every job by workers that serve nothing else."""
    with Workers(min(workers, len(jobs))) as these:
        return these.each(work, jobs, on_done)


def _home(work: Callable[..., Any]) -> str:
    """The module that a worker needs."""
    return str(getattr(work, "func", work).__module__)


def _told(results: Iterable[Result], count: int, on_done: OnDone | None) -> Iterator[Result]:
    for done, result in enumerate(results, 1):
        if on_done is not None:
            on_done(done, count)
        yield result


@contextmanager
def local(workers: int, preload: Sequence[str] = ()) -> Iterator[Executor]:
    """Processes of this machine; none outlives this one.

    Where the system can, they are copies of one that has loaded the modules of `preload`: the second and
    all later ones start at once. The first call decides on the modules.
    """
    pool = ProcessPoolExecutor(workers, mp_context=_context(preload), initializer=_start_worker)
    try:
        with _uninterrupted():
            pool.submit(os.getpid)
        try:
            yield pool
        except BaseException:
            for process in multiprocessing.active_children():
                process.terminate()
            raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C is answered at the end, and not by processes that start meanwhile: they inherit what is blocked.

    One that is interrupted, or left alone, while it starts has a lot to say about it.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "pthread_sigmask"):
        yield
        return
    came = threading.Event()
    before = signal.signal(signal.SIGINT, lambda *_: came.set())
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        signal.signal(signal.SIGINT, before)
        if came.is_set():
            raise KeyboardInterrupt


def _context(preload: Sequence[str]) -> BaseContext:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return _SpawnContext()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([WORKER, *preload])
    return context


class _Spawned(SpawnProcess):
    """A new Python, which imports the main module first: whatever that loads has one thread already."""

    def start(self) -> None:
        before = dict(os.environ)
        os.environ.update(ONE_THREAD)
        try:
            super().start()
        finally:
            for name in ONE_THREAD.keys() - before.keys():
                del os.environ[name]
            os.environ.update(before)


class _SpawnContext(SpawnContext):
    Process = _Spawned


def _start_worker() -> None:
    import_module(WORKER)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
