"""One assignment as it is typed: a path, `=` or `+=`, and a value as a file would have it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

from optimizer.scenario.files import TextFile
from optimizer.scenario.problems import InputProblem, Path, ScenarioError, shown
from optimizer.scenario.yaml_nodes import tree_of

EXAMPLE = "write a path, = and a value: rules.budget.expected=126000"
SHARE = re.compile(r"(?P<sign>[-+\u2212]?)\s*(?P<number>\d+(?:\.\d+)?)\s*%")
SIGNED = re.compile(r"\+\d+(\.\d+)?")
THOUSANDS = re.compile(r"\d{1,3}(\.\d{3})+")
"""What some write for a whole number, and YAML reads as one with decimals."""
STEP = re.compile(r"[^.\[\]]+|\[\d+\]")
FROM = "@"
"""Begins the path that a value is taken from."""


@dataclass(frozen=True)
class Assignment:
    """What is put where; `keys` as typed, not yet those of the file."""

    text: str
    keys: Path
    value: Any
    adds: bool
    """To a list, instead of replacing it."""

    @property
    def said(self) -> str:
        """As it was typed, for messages."""
        return f"--set {self.text}"

    def wrong(self, where: str, value: object, message: str, hint: str) -> ScenarioError:
        """To raise about this assignment."""
        seen = value if isinstance(value, str) else shown(value)
        return ScenarioError([InputProblem(where, seen, message, hint, self.said)])

    @property
    def written(self) -> str:
        """The value as it was typed."""
        return self.text.partition("=")[2].strip()

    @property
    def share(self) -> tuple[bool, float] | None:
        """Of `20%` the share, of `+5%` and `-5%` that it is a change; None of any other value."""
        match = SHARE.fullmatch(self.value.strip()) if isinstance(self.value, str) else None
        if match is None:
            return None
        size = float(match["number"]) / 100
        return bool(match["sign"]), -size if match["sign"] in ("-", "\u2212") else size


def assignment_of(text: str) -> Assignment:
    """Raises ScenarioError for what is none, and where the value cannot be read."""
    path, equals, written = text.partition("=")
    adds, path = path.endswith("+"), path.removesuffix("+").strip()
    steps = STEP.findall(path)
    said = Assignment(text, (), None, adds)
    if not equals or not steps or ".".join(steps).replace(".[", "[") != path:
        raise said.wrong("", "", "is no assignment", EXAMPLE)
    keys = tuple(int(step.strip("[]")) if step.strip("[]").isdecimal() else step for step in steps)
    if not written.strip():
        raise said.wrong(path, "", "is given no value", f"write {path}=null to take it out of the scenario")
    return Assignment(text, keys, _value(said, path, written.strip()), adds)


def _value(said: Assignment, path: str, written: str) -> Any:
    """A text that YAML has a meaning of its own for, `@path` and `20%`, is left as it is."""
    if written.startswith((FROM, "%")) or SHARE.fullmatch(written):
        return written
    if SIGNED.fullmatch(written):
        hint = f"write {path}={written[1:]} for the number, {path}={written}% for that much more"
        raise said.wrong(path, written, "can be a number, or so much more than there is", hint)
    if written in ("null", "~"):
        return None
    try:
        tree = tree_of(TextFile(File("value"), written))
        problems = tree.problems
    except ScenarioError as error:
        problems, tree = error.problems, None
    if problems or tree is None:
        hint = f"{problems[0].hint}; in a shell, quotes around the whole: --set '{path}=...'"
        raise said.wrong(path, problems[0].value or written, problems[0].message, hint)
    return tree.root.content()
