"""What a night costs: speed-up, overhead, memory, and how fast many runs are verified.

    taskset -c 0,1 uv run python -m tests.benchmarks.batch --variants 200 --small 1000

Batches run as people run them, as commands in processes of their own. `--variants 0` or `--small 0` leaves a
part out, `--base` takes another scenario than the reference company, `--json` prints the numbers. Memory is
read from /proc: Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

import yaml

from tests import nights

ALIGNMENT = nights.ROOT / "scenarios" / "alignment"
EARLY = 0.1
"""Share of the runs after which memory is read for the first time."""
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Moment:
    """A run has ended: when [s], the largest peak of a worker and the parent's [MB], processor times [s]."""

    seconds: float
    worker: float
    parent: float
    workers_spent: float
    parent_spent: float


@dataclass(frozen=True)
class Batch:
    """A batch that was watched. Times in seconds, memory in MB."""

    workers: int
    runs: int
    wall: float
    once: float
    """What a batch costs once: reading the grid and starting workers; index and summary at the end."""
    overhead: float
    """Mean wall time per run after the first, outside solve and documents; of use with one worker, and where
    nothing else runs."""
    processor: float
    """Processor time of the workers per run after the first ones."""
    parent_processor: float
    """The same of the parent: handing out, putting away, hashes and ledger."""
    worker_early: float
    worker_end: float
    parent_early: float
    parent_end: float


def watched(grid: Path, out: Path, workers: int) -> Batch:
    """Run a batch and look at its processes whenever a run ends."""
    began = perf_counter()
    moments, phases, seen = [], [], dict[int, tuple[float, float]]()
    command = nights.command(grid, out, "--workers", str(workers), "--json-lines")
    with subprocess.Popen(command, cwd=nights.ROOT, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            event = json.loads(line)
            if event["event"] == "run":
                assert event["status"] == "optimal", event
                moments.append(_moment(process.pid, perf_counter() - began, seen))
                phases.append(_phases(out / "runs" / event["run"]))
    assert process.returncode == 0
    return _batch(workers, moments, phases, perf_counter() - began)


def _batch(workers: int, moments: list[Moment], phases: list[float], wall: float) -> Batch:
    place = max(workers, round(EARLY * len(moments))) - 1
    first, early, last = moments[0], moments[place], moments[-1]
    return Batch(
        workers=workers,
        runs=len(moments),
        wall=wall,
        once=first.seconds - phases[0] + wall - last.seconds,
        overhead=(last.seconds - first.seconds - sum(phases[1:])) / (len(moments) - 1),
        processor=(last.workers_spent - early.workers_spent) / (len(moments) - 1 - place),
        parent_processor=(last.parent_spent - early.parent_spent) / (len(moments) - 1 - place),
        worker_early=early.worker,
        worker_end=last.worker,
        parent_early=early.parent,
        parent_end=last.parent,
    )


def _moment(parent: int, seconds: float, seen: dict[int, tuple[float, float]]) -> Moment:
    """`seen` keeps the last that was known of a worker: the last run ends as workers do."""
    for pid in nights.workers_of(parent):
        with suppress(OSError, StopIteration):
            seen[pid] = _peak(pid), _processor(pid)
    peaks, spent = zip(*seen.values(), strict=True)
    return Moment(seconds, max(peaks), _peak(parent), sum(spent), _processor(parent))


def _peak(pid: int) -> float:
    """Largest resident memory that a process ever had [MB]."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def _processor(pid: int) -> float:
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / TICKS


def _phases(run: Path) -> float:
    """Seconds of solve, explanation, tables and documents of a run."""
    return sum(json.loads((run / "manifest.json").read_text())["seconds"].values())


def variants(folder: Path, base: Path, count: int) -> Path:
    """A grid of one scenario under budgets from 97 % to 112 % of its own."""
    budget = yaml.safe_load((base / "scenario.yaml" if base.is_dir() else base).read_text())["rules"][
        "budget"
    ]
    steps = [round(budget["expected"] * (0.97 + 0.15 * n / count)) for n in range(count)]
    content = {
        "base": [os.path.relpath(base, folder)],
        "overrides": {f"b{n}": {"rules": {"budget": {"expected": step}}} for n, step in enumerate(steps)},
        "languages": ["en"],
    }
    file = folder / "grid.yaml"
    file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return file


def verified(out: Path) -> float:
    """Seconds of `incentives verify`, which must find nothing."""
    began = perf_counter()
    command = [sys.executable, "-m", "optimizer.cli", "verify", str(out)]
    done = subprocess.run(command, cwd=nights.ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return perf_counter() - began


def machine() -> str:
    """What a reader needs to compare seconds with those of another machine."""
    info = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(":")[2].strip() for line in info if line.startswith("model name")), "?")
    cores, load = len(os.sched_getaffinity(0)), os.getloadavg()[0]
    libraries = ", ".join(f"{name} {version(name)}" for name in ("incentive-optimizer", "highspy", "typst"))
    used = f"{cores} cores used, load {load:.1f} at the start"
    return f"{model}, {used}; Python {platform.python_version()}, {libraries}"


def measured(base: Path, count: int, small: int, folder: Path) -> dict[str, object]:
    """All that was asked for, as plain values."""
    measurements: dict[str, object] = {"machine": machine()}
    if count:
        grid = variants(folder, base, count)
        alone, together = (watched(grid, folder / f"by{workers}", workers) for workers in (1, 2))
        measurements |= {"alone": asdict(alone), "together": asdict(together)}
        measurements |= {"speed_up": alone.wall / together.wall}
    if small:
        (folder / "small").mkdir()
        crowd = watched(variants(folder / "small", nights.SHOP, small), folder / "crowd", 2)
        measurements |= {"small": asdict(crowd), "verify": verified(folder / "crowd")}
    return measurements


def table(measurements: dict[str, object]) -> Iterator[str]:
    """The table that README quotes."""
    yield from (str(measurements["machine"]), "", "| | 1 worker | 2 workers |", "|---|---|---|")
    if "alone" in measurements:
        one, two = Batch(**measurements["alone"]), Batch(**measurements["together"])  # type: ignore[arg-type]
        yield f"| {one.runs} variants with PDF, all in all | {one.wall:.0f} s | {two.wall:.0f} s |"
        yield f"| speed-up | | {measurements['speed_up']:.2f} |"
        yield f"| once: grid, start of the workers, index and summary | {one.once:.1f} s | {two.once:.1f} s |"
        yield f"| overhead per run outside solve and report | {1000 * one.overhead:.0f} ms | |"
        yield f"| processor time per run, workers | {one.processor:.2f} s | {two.processor:.2f} s |"
        yield (
            f"| processor time per run, parent | {1000 * one.parent_processor:.0f} ms "
            f"| {1000 * two.parent_processor:.0f} ms |"
        )
        yield _memory("a worker", one.worker_early, one.worker_end, two.worker_early, two.worker_end)
        yield _memory("the parent", one.parent_early, one.parent_end, two.parent_early, two.parent_end)
    if "small" in measurements:
        crowd = Batch(**measurements["small"])  # type: ignore[arg-type]
        yield f"| {crowd.runs} small runs with PDF | | {crowd.wall:.0f} s |"
        yield _memory("a worker", None, None, crowd.worker_early, crowd.worker_end)
        yield f"| `verify` of them | | {measurements['verify']:.1f} s |"


def _memory(whose: str, *peaks: float | None) -> str:
    one, two = ("" if a is None else f"{a:.0f} → {b:.0f} MB" for a, b in (peaks[:2], peaks[2:]))
    return f"| peak memory of {whose}, after {EARLY:.0%} of the runs → at the end | {one} | {two} |"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--variants", type=int, default=200, help="of the base scenario, each with its PDF")
    parser.add_argument("--base", type=Path, default=ALIGNMENT, help="a scenario with a budget")
    parser.add_argument("--small", type=int, default=1000, help="runs of a company of three activities")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        measurements = measured(asked.base.resolve(), asked.variants, asked.small, Path(scratch))
    print(json.dumps(measurements) if asked.json else "\n".join(table(measurements)))


if __name__ == "__main__":
    main()
