"""How fast reports are made: one, many in one process against two, and memory over 200 in one process.

    uv run python -m tests.benchmarks.reports RUN [COUNT]

RUN is a run folder that `solve` wrote. Ratios count; seconds differ between machines.
"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter, process_time

from reports.documents import documents
from reports.run import RunContent, read_run

MEMORY = 200
"""Reports made in one process."""


@cache
def run_of(folder: str) -> RunContent:
    return read_run(Path(folder))


def one(job: tuple[str, int]) -> int:
    """A report like no other, as the engine remembers; returns the peak memory so far [KiB]."""
    folder, number = job
    run = run_of(folder)
    title = f"Company {number}"
    labels = run.tables["labels"]
    labels = labels.assign(label=labels["label"].where(labels["thing"] != "company", title))
    list(documents(RunContent({**run.tables, "labels": labels}, run.files), ("pdf",), ("fr",)))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def many(folder: str, count: int, processes: int) -> float:
    """Seconds for `count` reports once the processes are warm."""
    with ProcessPoolExecutor(processes, get_context("forkserver")) as pool:
        list(pool.map(one, [(folder, -n) for n in range(2 * processes)]))
        began = perf_counter()
        list(pool.map(one, [(folder, n) for n in range(count)], chunksize=4))
        return perf_counter() - began


def main(folder: str, count: int = 100) -> None:
    """Prints one line per question; one core per process, as the engine would take them all."""
    os.environ["RAYON_NUM_THREADS"] = "1"
    one((folder, 0))
    began, used = perf_counter(), process_time()
    one((folder, 1))
    print(f"one report: {perf_counter() - began:.2f} s, {process_time() - used:.2f} s of processor time")
    alone, together = many(folder, count, 1), many(folder, count, 2)
    print(f"{count} reports: {alone:.1f} s in one process, {together:.1f} s in two: {alone / together:.2f} x")
    peaks = _peaks(folder, range(MEMORY))
    print(f"memory: {peaks[19] // 1024} MB after 20 reports, {peaks[-1] // 1024} MB after {MEMORY}")


def _peaks(folder: str, numbers: Iterable[int]) -> list[int]:
    with ProcessPoolExecutor(1, get_context("forkserver")) as pool:
        return list(pool.map(one, [(folder, n) for n in numbers]))


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:3]))
