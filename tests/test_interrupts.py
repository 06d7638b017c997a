"""Ctrl-C at any moment, in any verb: 130 and one word, or what was found."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "cases" / "trust" / "folder.yaml"
VERBS = {
    "check": ["check", str(FOLDER), "--json"],
    "evaluate": ["evaluate", str(FOLDER)],
    "budget": ["budget", str(FOLDER), "--plan", "current"],
    "simulate": ["simulate", str(FOLDER)],
    "solve": ["solve", str(FOLDER), "--out", "run"],
    "convert": ["convert", str(FOLDER), "book.xlsx"],
}
ENTRY = """
import sys
class Told:
    def find_spec(name, *_):
        if name == "optimizer.cli.adjust":
            print("up", flush=True)
sys.meta_path.insert(0, Told)
from optimizer.cli import main
main()
"""
"""Says when the first verb is loaded: before, there is nothing of ours that could answer."""
MOMENTS = (0.0, 0.02, 0.3, 0.8, 2.0)
"""Seconds: while modules are loaded, the file is read, numbers are computed, results are written."""


def interrupted(words: list[str], after: float, folder: Path) -> tuple[int, str]:
    """Exit code and what was said on stderr by a verb that is interrupted so many seconds after its start."""
    command = [sys.executable, "-c", ENTRY, *words]
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(after)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=120)
    return process.returncode, said


@pytest.mark.slow
@pytest.mark.parametrize("verb", VERBS)
def test_ctrl_c_at_any_moment_is_130_without_a_traceback(verb: str, tmp_path: Path) -> None:
    ended = (0, 3)  # what was found is kept, or there was nothing left to stop
    for moment in MOMENTS:
        code, said = interrupted(VERBS[verb], moment, tmp_path)
        assert code in (130, *ended), (moment, code, said)
        assert "Traceback" not in said
        assert code != 130 or "stopped" in said
        (tmp_path / "book.xlsx").unlink(missing_ok=True)


LOST = """
import gc, os, signal, time, weakref
from optimizer.cli.common import _interruptible
class Thing: pass
def dropped(_):
    print("up", flush=True)
    time.sleep(3)
thing = Thing()
kept = weakref.ref(thing, dropped)
with _interruptible():
    del thing
    time.sleep(30)
"""


def test_an_interrupt_that_python_loses_comes_again() -> None:
    """Where it comes while a weak reference is dropped (three seconds here), Python prints it and goes on."""
    command = [sys.executable, "-c", LOST]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    os.kill(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (130, "stopped\n")
