"""Which tests are slow, and skips that must not pass unseen.

With `--strict-skips` only a test without its data may be skipped.
"""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

import pytest

os.environ.update(LC_ALL="C.UTF-8")  # tests read English, whatever the language of who runs them

ALLOWED = ("data is absent", "--benchmark-skip active", "--benchmark-only active")
"""In reasons of skips that do not fail a strict run: data that is not copied here, benchmarks run apart."""

SLOW = ("documents", "batch", "browser", "data")
"""Marks of kinds of tests that `-m "not slow"` leaves out."""

BYTECODE = Path(__file__).parents[1] / ".pytest_cache" / "bytecode"


def _compile_once() -> None:
    """Where Python may not write bytecode, each process that tests start would compile all libraries
    anew (Pyomo takes two seconds): it is kept, in a folder of the tests' own."""
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = str(BYTECODE)
        sys.dont_write_bytecode = False


_compile_once()


GARBAGE = (100_000, 20, 100)
"""New objects before Python looks for cycles among them, and so on for older ones: as often as it does by
itself (700), it takes a sixteenth of all processor time, and a third of recalculating a workbook."""


def pytest_collection_finish() -> None:
    """Libraries and tests stay: no cycle among them is looked for again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)


@pytest.hookimpl(tryfirst=True)  # before tests are chosen by their marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if any(item.get_closest_marker(kind) for kind in SLOW):
            item.add_marker(pytest.mark.slow)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--strict-skips", action="store_true", help="fail if a test is skipped for want of a program"
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> object:
    """A skip for any other reason becomes a failure that says so."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and item.config.getoption("strict_skips"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        unmarked = ALLOWED[0] in reason and item.get_closest_marker("data") is None
        if unmarked or not any(allowed in reason for allowed in ALLOWED):
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid} may not be skipped here{' unmarked' * unmarked}: {reason}"
    return report


@pytest.fixture(autouse=True)
def _english_before_each() -> None:
    """A verb that ran in French leaves the process speaking it."""
    reader = sys.modules.get("optimizer.cli.reader")
    if reader is not None:
        reader.speak("en")
