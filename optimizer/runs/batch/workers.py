"""Who does the runs of a batch: processes of this machine, or a Dask cluster. Answers are `Future`s."""

from __future__ import annotations

import logging
import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import AbstractContextManager, ExitStack, contextmanager
from multiprocessing.process import BaseProcess
from typing import Any, Protocol
from uuid import uuid4

from optimizer.parallel.pool import local
from optimizer.runs.batch.job import LOADED, Done, Job, perform

Answer = Future[Done]


class Workers(Protocol):
    """Workers that are handed runs, as many at a time as there are workers."""

    @property
    def size(self) -> int:
        """Workers there are."""

    def submit(self, job: Job) -> Answer:
        """A run for a worker that has none. Raises BrokenExecutor, OSError or EOFError where none starts."""

    def stop(self, answer: Answer) -> None:
        """Put an end to a run that has not ended, so that another can have its worker."""


OpenCrew = Callable[[int], AbstractContextManager[Workers]]
"""A crew of at most so many; a cluster has its own number."""


# --- this machine ---------------------------------------------------------------------------------------


@contextmanager
def processes(count: int) -> Iterator[Workers]:
    """Processes of this machine; each is a pool of its own, so that its death is nobody else's."""
    workers = _Processes(count)
    with workers.open:
        yield workers


class _Processes:
    def __init__(self, count: int) -> None:
        self.size = count
        self.open = ExitStack()
        self._places: list[_Place] = []

    def submit(self, job: Job) -> Answer:
        place = next((p for p in self._places if p.free), None)
        if place is None:
            place = _Place(self.open)
            self._places.append(place)
        return place.submit(job)

    def stop(self, answer: Answer) -> None:
        for place in self._places:
            if place.answer is answer:
                place.kill()


class _Place:
    """A place for one process, which is replaced when it has died, or failed at a run."""

    def __init__(self, workers: ExitStack) -> None:
        self._open = workers.enter_context(ExitStack())
        self._pool: Executor
        self._process: BaseProcess | None = None
        self.answer: Answer | None = None

    @property
    def free(self) -> bool:
        return self.answer is None or self.answer.done()

    @property
    def _sound(self) -> bool:
        """The process lives and its last run did not fail: one without memory may still have none."""
        if self._process is None or self.answer is None or not self._process.is_alive():
            return False
        return self.answer.exception() is None and not self.answer.result().reason

    def submit(self, job: Job) -> Answer:
        if not self._sound:
            self._process = self._started()
        self.answer = self._pool.submit(perform, job)
        return self.answer

    def _started(self) -> BaseProcess:
        self._open.close()
        others = set(multiprocessing.active_children())
        self._pool = self._open.enter_context(local(1, LOADED))
        started = set(multiprocessing.active_children()) - others
        if not started:
            raise BrokenExecutor("the worker died as it started")
        return started.pop()

    def kill(self) -> None:
        if self._process is not None and self.answer is not None:
            self._process.kill()
            self.answer.exception()


# --- a cluster ------------------------------------------------------------------------------------------


TOLD_BY_DASK = ("distributed.client", "distributed.utils", "distributed.core", "distributed.comm")
"""Loggers that speak where a connection is lost."""


class UnreachableError(RuntimeError):
    """There is no cluster to work on; the message says what to do."""


@contextmanager
def cluster(address: str) -> Iterator[Workers]:
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
        client.wait_for_workers(1)
        yield _Cluster(client, address)


class _Cluster:
    def __init__(self, client: Any, address: str) -> None:
        self._client, self._address = client, address
        self._executor = client.get_executor(pure=False, retries=0)
        self._keys: dict[Answer, str] = {}
        self._lost = 0

    @property
    def size(self) -> int:
        """Threads of all workers, those included that came since; without those that cannot be freed.

        Raises UnreachableError where the scheduler went away: what it was given is lost, and no run's fault.
        """
        if self._client.status != "running":
            for name in TOLD_BY_DASK:
                logging.getLogger(name).setLevel(logging.CRITICAL)  # the same, with tracebacks
            remedy = "finished runs are kept; start it again, and the same command goes on from here"
            raise UnreachableError(f"the Dask scheduler at {self._address} went away: {remedy}")
        threads: int = sum(self._client.nthreads().values())
        return max(1, threads - self._lost)

    def submit(self, job: Job) -> Answer:
        key = f"{job.name}-{uuid4().hex}"
        answer: Answer = self._executor.submit(perform, job, key=key)
        self._keys[answer] = key
        answer.add_done_callback(lambda ended: self._keys.pop(ended, None))
        return answer

    def stop(self, answer: Answer) -> None:
        """Start its worker again; where nothing watches over a worker (`--no-nanny`), its thread is lost."""
        key = self._keys.get(answer)
        where = [worker for worker, runs in self._client.processing().items() if key in runs]
        answer.cancel()
        try:
            self._client.restart_workers(where, raise_for_error=False)
        except ValueError:
            self._lost += 1
