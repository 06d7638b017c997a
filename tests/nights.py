"""Small batches as people run them: a command in a process of its own, that may be killed."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from optimizer.runs.batch import BatchRun, Job, Settings, read_grid, run_batch
from optimizer.runs.batch.job import perform
from optimizer.runs.batch.verify import verify_batch
from optimizer.runs.batch.workers import Answer
from optimizer.runs.verify import run_folders, verify_run

ROOT = Path(__file__).parent.parent
SHOP = Path(__file__).parent / "cases" / "batch" / "shop.yaml"
SAME_BYTES = ("result.json", "inputs.json", "scenario.yaml", "report.en.pdf")


LUCKY = {
    "curves": {"flat": {"cap": 1.2}, "steep": {"cap": 1.6, "accelerators": [{"from": 1.0, "slope": 2.0}]}},
    "noise_correlation": 0.3,
    "rules": {
        "curves": {"sales": ["flat", "steep"]},
        "budget": {"expected": 35000.0, "cvar": {"level": 0.95, "limit": 60000.0}},
    },
}
"""An override with a choice of curves, and luck that counts: draws decide on plans."""


def grid_file(folder: Path, budgets: Mapping[str, float | dict[str, Any]], **more: Any) -> Path:
    """A grid over the shop with a budget, or all that changes, per override."""
    folder.mkdir(parents=True, exist_ok=True)
    overrides = {
        name: value if isinstance(value, dict) else {"rules": {"budget": {"expected": value}}}
        for name, value in budgets.items()
    }
    content = {"base": [os.path.relpath(SHOP, folder)], "overrides": overrides, "languages": ["en"], **more}
    file = folder / "grid.yaml"
    file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return file


def budgets(count: int) -> dict[str, float]:
    return {f"b{number}": 30000.0 + 100 * number for number in range(count)}


def broken(job: Job) -> Job:
    """The run with a company that nobody checked: its activities belong to no team."""
    return replace(job, scenario=job.scenario.model_copy(update={"teams": {}}))


def command(grid: Path, out: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "optimizer.cli", "batch", str(grid), "--out", str(out), *more]


def start(grid: Path, out: Path, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(grid, out, *more),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(grid: Path, out: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(grid, out, *more), cwd=ROOT, capture_output=True, text=True, timeout=300)


class Here:
    """A crew of this process alone: nothing to start."""

    size = 1

    def submit(self, job: Job) -> Answer:
        answer: Answer = Future()
        answer.set_result(perform(job))
        return answer

    def stop(self, _: Answer) -> None:
        """Nothing runs on here."""


def run_here(grid: Path, out: Path, **more: Any) -> BatchRun:
    """A batch in this process."""
    return run_batch(read_grid(grid), out, Settings(lambda _: nullcontext(Here()), 1, **more), lambda _: None)


def counts(done: subprocess.CompletedProcess[str]) -> dict[str, int]:
    content: dict[str, int] = json.loads(done.stdout)["counts"]
    return content


def outcome_bytes(out: Path) -> dict[str, bytes]:
    """What must not depend on how a batch went."""
    runs = out / "runs"
    return {
        f"{run.name}/{name}": (run / name).read_bytes()
        for run in sorted(runs.iterdir())
        for name in SAME_BYTES
    }


def kill_something(process: subprocess.Popen[str], dice: random.Random) -> str:
    """SIGKILL to the batch or to one of its workers; says which."""
    victim = dice.choice([process.pid, *workers_of(process.pid)])
    try:
        os.kill(victim, signal.SIGKILL)
    except ProcessLookupError:
        return "nobody"
    return "parent" if victim == process.pid else "worker"


def workers_of(batch: int) -> list[int]:
    """Process numbers: the one that workers are copies of, and the workers."""
    servers = [pid for pid in _children(batch) if "forkserver" in _command_of(pid)]
    return [pid for server in servers for pid in (server, *_children(server))]


def _children(pid: int) -> list[int]:
    try:
        return [int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def _command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def disturbed(grid: Path, out: Path, dice: random.Random, longest: float) -> str:
    """Start a batch, kill something at a random moment, and let what is left come to its end."""
    process = start(grid, out, "--workers", "2")
    time.sleep(dice.uniform(0.0, longest))
    victim = kill_something(process, dice)
    process.communicate(timeout=300)
    return victim


def assert_whole(out: Path, calm: Mapping[str, bytes]) -> None:
    """Every run is there once, its hashes and its plan hold, and it is what an undisturbed batch gives."""
    assert outcome_bytes(out) == calm
    folders = run_folders(out)
    assert [difference for folder in folders for difference in verify_run(folder)] == []
    assert verify_batch(out) == []
    assert sorted(pd.read_csv(out / "index.csv")["run"]) == [folder.name for folder in folders]


def main() -> None:
    """`python -m tests.nights --batches 20`: kill workers and parents, resume, compare with a calm batch."""
    import argparse
    import tempfile

    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--batches", type=int, default=20)
    parser.add_argument("--runs", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    dice = random.Random(asked.seed)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        grid = grid_file(folder, budgets(asked.runs))
        began = time.monotonic()
        run(grid, folder / "calm", "--workers", "2")
        longest, calm = time.monotonic() - began, outcome_bytes(folder / "calm")
        victims = Counter[str]()
        for number in range(asked.batches):
            out = folder / f"night{number}"
            victims.update(disturbed(grid, out, dice, longest) for _ in range(dice.randint(1, 3)))
            resumed = run(grid, out, "--workers", "2", "--json", "--retry", "failed")
            assert resumed.returncode == 0, resumed.stderr
            assert_whole(out, calm)
            print(f"batch {number + 1}: killed so far {dict(victims)}, whole", flush=True)


if __name__ == "__main__":
    main()
