"""Mistakes that the tests must see: each is made in a copy of the tree, and the tests named for it must fail.

    python -m tests.mutations            # all of tests/mutations.toml, some minutes
    python -m tests.mutations payroll    # those with a word in their name

prints caught or survived for each, and ends with 1 if any survives. Nothing here touches the tree itself.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
LIST = Path(__file__).with_suffix(".toml")
COPIED = ("optimizer", "reports", "scenarios", "tests", "docs", "pyproject.toml", "README.md")
SECONDS = 600
"""Longest that the tests of one mutation may take; beyond it the mutation counts as seen."""
PASSED, FAILED = 0, 1
"""Exit codes of pytest."""


@dataclass(frozen=True)
class Mutation:
    """In `file`, `text` becomes `replacement`: at least one of `tests` must fail."""

    name: str
    file: str
    text: str
    replacement: str
    tests: tuple[str, ...]

    def mutated(self, content: str) -> str:
        """Raises ValueError where the text is not there, or more than once."""
        if content.count(self.text) != 1:
            raise ValueError(f"{self.name}: {self.file} has {content.count(self.text)} times {self.text!r}")
        return content.replace(self.text, self.replacement)


def mutations() -> tuple[Mutation, ...]:
    listed = tomllib.loads(LIST.read_text(encoding="utf-8"))["mutation"]
    return tuple(Mutation(**(entry | {"tests": tuple(entry["tests"])})) for entry in listed)


@contextmanager
def copy() -> Iterator[Path]:
    """The tree in a folder of its own."""
    with TemporaryDirectory(prefix="mutations-") as folder:
        for name in COPIED:
            source, target = ROOT / name, Path(folder) / name
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, target)
        yield Path(folder)


def pytest_in(tree: Path, tests: Sequence[str], **more: str) -> subprocess.Popen[str]:
    """Pytest in a copy, whose packages come first."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider"]
    command += ["--override-ini", "addopts=", *tests]
    environment = os.environ | {"PYTHONPATH": str(tree)} | more
    environment.pop("PYTEST_ADDOPTS", None)
    return subprocess.Popen(command, cwd=tree, env=environment, stdout=subprocess.PIPE, text=True)


def refuse_failing(tree: Path, tests: Sequence[str]) -> None:
    """Ends the program where tests fail that nobody gave a reason to. Modules are compiled on the way."""
    process = pytest_in(tree, tests)
    said, _ = process.communicate()
    if process.returncode != PASSED:
        sys.exit(f"{said[-3000:]}\nthe tests fail without any mutation")


def outcome(tree: Path, tests: Sequence[str]) -> int:
    """Exit code of pytest where something was mutated, which leaves nothing compiled behind."""
    process = pytest_in(tree, tests, PYTHONDONTWRITEBYTECODE="1")
    try:
        process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return FAILED
    return process.returncode


def verdict(tree: Path, mutation: Mutation) -> str:
    """`caught`, `survived`, or what kept the tests from being run."""
    file = tree / mutation.file
    whole = file.read_text(encoding="utf-8")
    file.write_text(mutation.mutated(whole), encoding="utf-8")
    try:
        code = outcome(tree, mutation.tests)
    finally:
        file.write_text(whole, encoding="utf-8")
    return {PASSED: "survived", FAILED: "caught"}.get(code, f"pytest ended with {code}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Make mistakes in a copy; the tests must see them.")
    parser.add_argument("words", nargs="*", help="only mutations with one of these in their name")
    asked = parser.parse_args()
    chosen = [m for m in mutations() if not asked.words or any(word in m.name for word in asked.words)]
    with copy() as tree:
        refuse_failing(tree, sorted({test for mutation in chosen for test in mutation.tests}))
        verdicts = []
        for mutation in chosen:
            began = time.monotonic()
            verdicts.append(verdict(tree, mutation))
            print(f"{verdicts[-1]:9} {time.monotonic() - began:5.0f} s  {mutation.name}", flush=True)
    print(f"{verdicts.count('caught')} of {len(verdicts)} caught")
    sys.exit(verdicts.count("caught") < len(verdicts))


if __name__ == "__main__":
    main()
