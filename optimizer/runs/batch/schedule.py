"""Runs through a crew, one per worker at a time, surviving workers that die and runs that do not end."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, wait
from dataclasses import dataclass, field

from optimizer.runs.batch.job import Done, Job
from optimizer.runs.batch.workers import Answer, OpenCrew, Workers

GRACE = 180.0
"""Seconds that a run may take beyond its time limit before its worker is stopped."""
DIED = "the worker died twice on it: killed, or out of memory"
NO_WORKER = (BrokenExecutor, OSError, EOFError)
"""What a crew raises, or its answer holds, where a worker died or none could be started."""


def schedule(
    jobs: Iterable[Job], open_workers: OpenCrew, workers: int, grace: float = GRACE
) -> Iterator[tuple[Job, Done]]:
    """Every job with what came of it, as they end.

    A run whose worker dies is tried again, after all others and alone, when it has the memory of the machine
    for itself. One that takes longer than its time limit and `grace` is stopped with its worker.
    """
    died: list[Job] = []
    with open_workers(workers) as crew:
        yield from _Shift(crew, deque(jobs), died, grace).ended()
    if died:
        again: list[Job] = []
        with open_workers(1) as crew:
            yield from _Shift(crew, deque(died), again, grace, most=1).ended()
        yield from ((job, Done({}, 0.0, DIED)) for job in again)


@dataclass
class _Shift:
    """Jobs that wait, and those that run with the moment [s, monotonic] at which each must have ended."""

    crew: Workers
    waiting: deque[Job]
    died: list[Job]
    grace: float
    most: float = math.inf
    running: dict[Answer, tuple[Job, float]] = field(default_factory=dict)

    def ended(self) -> Iterator[tuple[Job, Done]]:
        """As they end; the next ones are handed out before a result is put away, so that no worker waits."""
        self._hand_out()
        while self.running:
            first = min(until for _, until in self.running.values())
            answers, _ = wait(self.running, _left(first), return_when=FIRST_COMPLETED)
            over = [(self.running.pop(answer)[0], answer) for answer in answers]
            late = list(self._late())
            self._hand_out()
            yield from late
            for job, answer in over:
                done = _result(answer)
                if done is None:
                    self.died.append(job)
                else:
                    yield job, done

    def _hand_out(self) -> None:
        room = min(self.crew.size, self.most)
        while self.waiting and len(self.running) < room:
            job = self.waiting.popleft()
            try:
                answer = self.crew.submit(job)
            except NO_WORKER:
                self.died.append(job)
            else:
                self.running[answer] = job, time.monotonic() + job.options.limit + self.grace

    def _late(self) -> Iterator[tuple[Job, Done]]:
        now = time.monotonic()
        for answer, (job, until) in list(self.running.items()):
            if now >= until and not answer.done():
                del self.running[answer]
                self.crew.stop(answer)
                yield job, Done({}, job.options.limit + self.grace, _too_long(job, self.grace))


def _left(until: float) -> float | None:
    return None if until == math.inf else max(0.0, until - time.monotonic())


def _too_long(job: Job, grace: float) -> str:
    return f"stopped with its worker {grace:g} s after its time limit of {job.options.limit:g} s"


def _result(answer: Answer) -> Done | None:
    """None where the worker died; a cluster gives up on a run after some dead workers."""
    try:
        return answer.result()
    except NO_WORKER:
        return None
    except Exception as error:
        return Done({}, 0.0, f"the cluster gave it up: {type(error).__name__}: {error}")
