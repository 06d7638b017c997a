"""What people wait for: processor time of verbs, documents and explanation, as a table.

    uv run python -m tests.benchmarks.waiting                all rows that take seconds
    uv run python -m tests.benchmarks.waiting check solve    these rows, beside what they are compared with
    uv run python -m tests.benchmarks.waiting --long         batches and the test command too: an hour

Medians of `--times` measurements of processor time (user and system, child processes included), and how many
times that is of `import numpy, pandas, matplotlib.pyplot` in the same run, which is what can be compared
between machines. Each command runs in a process of its own, after one that is not counted; bytecode is kept,
as on a user's machine.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median

import numpy as np

from tests import nights
from tests.benchmarks.batch import variants
from tests.benchmarks.peers.companies import random_company

ALIGNMENT = nights.ROOT / "scenarios" / "alignment"
LIBRARIES = "import numpy, pandas, matplotlib.pyplot"
SCRATCH = Path(tempfile.gettempdir()) / f"waiting-{os.getpid()}"
PLANS, ANSWERS = 3_000, 50


@dataclass(frozen=True)
class Used:
    """Processor time [s] and largest resident memory [MB] of a command; what it printed."""

    seconds: float
    memory: float
    printed: str


@dataclass(frozen=True)
class Row:
    """What is waited for, how it is measured, in which unit, and what is aimed at."""

    work: str
    measure: Callable[[], float]
    goal: str
    unit: str = "s"
    long: bool = False


def used(*command: str | Path) -> Used:
    """Raises CalledProcessError where the command fails; an exceeded budget (1) is an answer."""
    words = [sys.executable, *map(str, command)]
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(words, cwd=nights.ROOT, env=env, stdout=out, stderr=said)
        _, status, spent = os.wait4(process.pid, 0)
        code = os.waitstatus_to_exitcode(status)
        process.returncode = code
        out.seek(0)
        said.seek(0)
        if code not in (0, 1):
            raise subprocess.CalledProcessError(code, words, stderr=said.read())
        return Used(spent.ru_utime + spent.ru_stime, spent.ru_maxrss / 1024, out.read())


def verb(*words: str | Path) -> float:
    """Seconds of a verb."""
    return used("-m", "optimizer.cli", *words).seconds


def part(program: str) -> float:
    """What a program prints of itself: seconds, or so many a second."""
    return float(used("-c", program).printed.split()[-1])


# --- what is measured -----------------------------------------------------------------------------------


@cache
def crowd() -> Path:
    """40 teams with 500 activities."""
    SCRATCH.mkdir(parents=True, exist_ok=True)
    file = SCRATCH / "crowd.json"
    scenario = random_company(np.random.default_rng(40), teams=40, activities=500)
    file.write_text(scenario.model_dump_json(by_alias=True, exclude_unset=True), encoding="utf-8")
    return file


@cache
def solved() -> Path:
    """A run folder of the reference company."""
    verb("solve", ALIGNMENT, "--out", SCRATCH / "run")
    return SCRATCH / "run"


def solving(*more: str) -> float:
    return verb("solve", ALIGNMENT, "--out", SCRATCH / "again", *more)


def documents() -> float:
    return part(
        "from pathlib import Path; from time import process_time; from reports.documents import documents; "
        f"from reports.run import read_run; run = read_run(Path({str(solved())!r})); began = process_time(); "
        "list(documents(run)); print(process_time() - began)"
    )


def explanation() -> float:
    return part(
        "from time import process_time; from optimizer import read_scenario, solve; "
        "from optimizer.explanation.build import explain; "
        f"solution = solve(read_scenario({str(ALIGNMENT)!r})); began = process_time(); "
        "explain(solution); print(process_time() - began)"
    )


def plans_a_second() -> float:
    """At consistent beliefs, of the reference company."""
    return part(
        "import numpy as np; from time import process_time; from optimizer import read_scenario; "
        "from optimizer.response.calibration import calibrate; "
        "from optimizer.response.outcome import evaluate_plans; "
        f"cal = calibrate(read_scenario({str(ALIGNMENT)!r})); rng = np.random.default_rng(0); "
        f"shares = rng.dirichlet(np.ones(len(cal.network.kpis)), ({PLANS}, len(cal.network.teams))); "
        "euros = shares * cal.current.sum(axis=1)[None, :, None]; evaluate_plans(cal, euros[:10]); "
        f"began = process_time(); evaluate_plans(cal, euros); print({PLANS} / (process_time() - began))"
    )


def page_answer() -> float:
    """Milliseconds of the what-if page's core in V8, for plans of the reference company."""
    return part(
        "import json; from time import process_time; from py_mini_racer import mini_racer; "
        "from optimizer import read_scenario; from optimizer.plans.space import plan_space; "
        "from optimizer.response.calibration import calibrate; "
        "from optimizer.response.measures import measure; from optimizer.tables.whatif import company_data; "
        "from reports.browser import embedded; from reports.whatif import core_script\n"
        f"cal = calibrate(read_scenario({str(ALIGNMENT)!r}))\n"
        "data = company_data(cal, plan_space(cal, measure(cal).controllability))\n"
        "with mini_racer() as js:\n"
        "    js.eval(core_script()); js.eval(f'const company = companyOf({embedded(data)});')\n"
        "    js.eval('const ask = (euros) => JSON.stringify(evaluatePlan(company, euros).loadedPay);')\n"
        "    plan = cal.current.tolist(); js.call('ask', plan); began = process_time()\n"
        f"    for _ in range({ANSWERS}): js.call('ask', plan)\n"
        f"    print(1000 * (process_time() - began) / {ANSWERS})"
    )


def batch(base: Path, count: int) -> float:
    """Variants of a company with two workers, in a folder of their own."""
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        grid = variants(Path(folder), base, count)
        return verb("batch", grid, "--out", Path(folder) / "out", "--workers", "2")


ROWS = {
    "help": Row("`incentives --help`", lambda: verb("--help"), "0.15"),
    "version": Row("`incentives --version`", lambda: verb("--version"), "0.15"),
    "check": Row("`check` of the reference company", lambda: verb("check", ALIGNMENT), "0.65"),
    "evaluate": Row("`evaluate`", lambda: verb("evaluate", ALIGNMENT), "0.65"),
    "budget": Row("`budget`", lambda: verb("budget", ALIGNMENT, "--plan", "current"), "0.65"),
    "measures": Row("`measures`", lambda: verb("measures", ALIGNMENT), "0.65"),
    "crowd": Row("`check` of 40 teams, 500 activities", lambda: verb("check", crowd()), "4 s"),
    "crowd_memory": Row(
        "its memory", lambda: used("-m", "optimizer.cli", "check", crowd()).memory, "250 MB", "MB"
    ),
    "solve": Row("`solve` of the reference company, everything", solving, "4.6"),
    "documents": Row("of which documents", documents, "2 s"),
    "explanation": Row("of which explanation", explanation, "1.2 s"),
    "robust": Row(
        "`solve --robust mean` over 2,000 draws", lambda: solving("--robust", "mean"), "15 s more than solve"
    ),
    "plans": Row("plans judged at consistent beliefs, a second", plans_a_second, "3,000", "a second"),
    "page": Row("what-if page, one answer", page_answer, "5 ms", "ms"),
    "variants": Row("200 variants with PDF, 2 workers", lambda: batch(ALIGNMENT, 200), "500 s", long=True),
    "small_runs": Row("1,000 small runs with PDF", lambda: batch(nights.SHOP, 1000), "300 s", long=True),
    "tests": Row(
        "the test command", lambda: used("-m", "pytest").seconds, "960 s of processor time", long=True
    ),
}


def table(names: list[str], times: int) -> Iterator[str]:
    """Line by line, as it is measured: a row in seconds has its multiple of loading the libraries."""
    loading = _median(lambda: used("-c", LIBRARIES).seconds, times)
    yield "| work | median | multiple | goal (a bare number: the multiple) |"
    yield "|---|---|---|---|"
    yield f"| `{LIBRARIES}` | {loading:.2f} s | 1 | |"
    for name in names:
        row = ROWS[name]
        value = row.measure() if row.long else _median(row.measure, times)
        multiple = f"{value / loading:.2f}" if row.unit == "s" else ""
        yield f"| {row.work} | {value:,.2f} {row.unit} | {multiple} | {row.goal} |"


def _median(measure: Callable[[], float], times: int) -> float:
    measure()
    return median(measure() for _ in range(times))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", metavar="ROW", help=", ".join(ROWS))
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--long", action="store_true")
    asked = parser.parse_args()
    if unknown := [name for name in asked.rows if name not in ROWS]:
        parser.error(f"no row called {', '.join(unknown)}; there are {', '.join(ROWS)}")
    names = asked.rows or [name for name, row in ROWS.items() if asked.long or not row.long]
    SCRATCH.mkdir(parents=True, exist_ok=True)
    try:
        for line in table(names, asked.times):
            print(line, flush=True)
    finally:
        shutil.rmtree(SCRATCH)


if __name__ == "__main__":
    main()
