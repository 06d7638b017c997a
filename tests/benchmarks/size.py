"""How long, and in how much memory, `calibrate` reads a large export.

    uv run python -m tests.benchmarks.size --rows 5000000

The verb runs in a process of its own on two cores. On a machine that others use too, wall time says less than
processor time: both are printed.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[2] / "scenarios" / "school_crm_twin"))  # pytest has it already
import twin

from tests.benchmarks.recovery import COMPANY

ROOT = Path(__file__).parent.parent.parent
MAP = ROOT / "tests" / "cases" / "history" / "twin.yaml"
CORES = 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=5_000_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        # In a process of its own: the memory of a parent counts as that of the children it starts.
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as apart:
            export = apart.submit(written, rows, Path(folder)).result()
        size = export.stat().st_size / 1e6
        wall, processor, scored = measured(export)
    print(f"{rows:,} rows, {size:,.0f} MB: {wall:.1f} s wall, {processor:.1f} s processor on {CORES} cores")
    print(f"processor over wall {processor / wall:.2f}, peak memory {scored:.2f} GB")


def written(rows: int, folder: Path) -> Path:
    """One export with about so many rows."""
    per_week = sum(s.per_week for s in COMPANY.sources.values())
    factor = rows / (per_week * COMPANY.weeks)
    sources = {n: replace(s, per_week=s.per_week * factor) for n, s in COMPANY.sources.items()}
    paths = twin.write(twin.simulate(replace(COMPANY, sources=sources, swings=0.0, owners=200), 0), folder)
    return paths[0]


def measured(export: Path) -> tuple[float, float, float]:
    """Wall [s], processor [s] and peak memory [GB] of one run of the verb."""
    verb = [
        sys.executable,
        "-m",
        "optimizer.cli",
        "calibrate",
        str(export),
        str(export.with_name("spend.csv")),
    ]
    limits = {"OMP_NUM_THREADS": str(CORES), "POLARS_MAX_THREADS": str(CORES)}
    began = perf_counter()
    command = [*_two_cores(), *verb, "--map", str(MAP), "--json"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**os.environ, **limits})
    _, status, used = os.wait4(process.pid, 0)
    assert status == 0, "the verb failed"
    return perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1e6


def _two_cores() -> list[str]:
    some = sorted(os.sched_getaffinity(0))[:CORES]
    return ["taskset", "-c", ",".join(map(str, some))]


if __name__ == "__main__":
    main()
