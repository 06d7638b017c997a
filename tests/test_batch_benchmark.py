"""The benchmark of batches on the three-activity company: what it measures holds in the small."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from nights import ROOT, SHOP

pytestmark = pytest.mark.batch

WASTE = 1.5
"""Processor time per run by two workers over that by one: threads that fight would double it."""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads memory and times from /proc")
def test_two_workers_waste_no_time_and_memory_is_flat() -> None:
    command = [sys.executable, "-m", "tests.benchmarks.batch", "--base", str(SHOP), "--json"]
    asked = [*command, "--variants", "8", "--small", "0"]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    content = json.loads(done.stdout)
    one, two = content["alone"], content["together"]
    assert one["runs"] == two["runs"] == 8
    assert two["processor"] < WASTE * one["processor"]
    assert two["worker_end"] < 1.1 * two["worker_early"]
    assert two["parent_end"] < 1.1 * two["parent_early"]
