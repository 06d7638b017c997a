"""Processes that work, however a system starts them."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from optimizer.parallel.pool import ONE_THREAD, each

ROOT = Path(__file__).parent.parent
SCRIPT = """
import json, multiprocessing, os, sys
import numpy, polars
from threadpoolctl import threadpool_info
from optimizer.parallel.pool import each

def threads(_):
    return [polars.thread_pool_size(), *(library["num_threads"] for library in threadpool_info())]

if __name__ == "__main__":
    multiprocessing.get_all_start_methods = lambda: sys.argv[1:]
    workers = each(threads, [1, 2, 3], 2)
    print(json.dumps({"own": threads(0), "workers": workers, "environment": dict(os.environ)}))
"""


@pytest.mark.slow
@pytest.mark.parametrize("method", ["forkserver", "spawn"])
def test_workers_have_one_thread_where_the_main_module_loads_libraries_and_their_parent_keeps_its_own(
    method: str, tmp_path: Path
) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    before = {**os.environ, "PYTHONPATH": str(ROOT), **dict.fromkeys(ONE_THREAD, "3")}
    del before["MKL_NUM_THREADS"]
    done = subprocess.run(
        [sys.executable, script, method], env=before, capture_output=True, text=True, timeout=120, check=True
    )
    said = json.loads(done.stdout)
    assert {threads for worker in said["workers"] for threads in worker} == {1}
    assert {*said["own"]} != {1}
    assert {name: said["environment"].get(name) for name in ONE_THREAD} == {
        name: before.get(name) for name in ONE_THREAD
    }


def test_answers_come_in_the_order_of_the_questions() -> None:
    assert each(math.sqrt, [9.0, 1.0, 4.0, 25.0], 2) == [3.0, 1.0, 2.0, 5.0]
