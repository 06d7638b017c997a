"""A scenario read as the verbs read it, with what is changed for this run."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optimizer.runs.folder import refuse_changed_run
from optimizer.scenario.files import scenario_file
from optimizer.scenario.from_values import from_values
from optimizer.scenario.problems import Finding, InputProblem, ScenarioError, dotted, shown, within
from optimizer.scenario.read import located, read_scenario
from optimizer.scenario.types import Scenario

IN_PYTHON = "the scenario"
"""Where a change is made that is made to no file."""


@dataclass(frozen=True)
class Sound:
    """A scenario that was checked when it was read, and the file that it is from; what a verb hands on."""

    scenario: Scenario
    file: Path | None = None
    changes: tuple[str, ...] = ()

    @property
    def source(self) -> bytes | None:
        """The scenario's file as it stands there."""
        return None if self.file is None else scenario_file(self.file).read_bytes()


GivenScenario = Scenario | str | os.PathLike[str] | Sound
"""A scenario, or the path of its file, workbook or folder."""


def read(file: str | os.PathLike[str], changes: Sequence[str] = ()) -> Scenario:
    """The scenario of a file, checked.

    Parameters
    ----------
    file : path
        YAML, JSON, a workbook, a folder with a `scenario.yaml`, or a run folder that is what was written.
    changes : sequence of str
        `path=value` as `--set` takes it: `budget.expected=126000`, `budget.expected=+5%`.

    Returns
    -------
    Scenario
        Frozen; what was changed stands in its `changed`.

    Raises
    ------
    ScenarioError
        With every problem of the file: place, value, remedy.
    ChangedRunError
        Where a run folder is no longer what was written.

    Examples
    --------
    >>> import optimizer as io
    >>> io.read("scenarios/alignment", ["budget.expected=+5%"]).changed[0].path
    'rules.budget.expected'
    """
    return sound(_path(file), changes).scenario


def sound(given: GivenScenario, changes: Sequence[str] = ()) -> Sound:
    """What a call is given, checked as `check` checks a file (about 2 ms), and changed for this run.

    Types are validated again: a frozen model can be copied with any values, and its mappings can be changed.
    Raises ScenarioError.
    """
    texts = _texts(changes)
    if isinstance(given, Sound):
        return given
    if isinstance(given, Scenario):
        return Sound(_changed(_checked(given), texts, IN_PYTHON), None, texts)
    file = _path(given)
    refuse_changed_run(file)
    return Sound(_changed(read_scenario(file), texts, str(file)), file, texts)


def checked_scenario(given: GivenScenario) -> Scenario:
    """The scenario alone. Raises as `sound`."""
    return sound(given).scenario


def placed(given: Sound, findings: Sequence[Finding]) -> tuple[InputProblem, ...]:
    """Findings with their places in the file; what the changes brought stands nowhere in it."""
    if given.file is None:
        return tuple(finding.problem() for finding in findings)
    changed = _changed_now(given) if given.changes else []
    of_run = [f for f in findings if any(within(dotted(f.path), path) for path in changed)]
    here = [finding.problem("--set") for finding in of_run]
    return (*here, *located(given.file, [f for f in findings if f not in of_run]))


def _changed_now(given: Sound) -> list[str]:
    """Paths of what was changed now: a run folder that is itself a what-if has what was changed before in its
    file."""
    assert given.file is not None
    before = {(change.path, change.after) for change in read_scenario(given.file).changed}
    return [change.path for change in given.scenario.changed if (change.path, change.after) not in before]


def _changed(scenario: Scenario, changes: Sequence[str], place: str) -> Scenario:
    if not changes:
        return scenario
    from optimizer.scenario.assigned.changed_scenario import changed_scenario

    return changed_scenario(scenario, changes, place)


def _checked(given: Scenario) -> Scenario:
    scenario, findings = from_values(given.model_dump(by_alias=True, warnings=False))
    if scenario is None or findings:
        raise ScenarioError(finding.problem() for finding in findings)
    return scenario


def _path(given: Any) -> Path:
    if isinstance(given, str | os.PathLike):
        return Path(os.fsdecode(given))
    hint = (
        "give a Scenario, or the path of a scenario file; Scenario.model_validate(tree) makes one of a tree"
    )
    raise ScenarioError([Finding((), type(given).__name__, "is no scenario", hint).problem()])


def path_of(name: str, given: Any) -> Path:
    """A path that is given as `name`. Raises ScenarioError."""
    if isinstance(given, str | os.PathLike):
        return Path(os.fsdecode(given))
    hint = "give the path of a file or folder"
    raise ScenarioError([Finding((name,), shown_type(given), "is no path", hint).problem()])


def _texts(changes: Any) -> tuple[str, ...]:
    """One text stands for itself: its letters would be read as changes."""
    if isinstance(changes, str):
        return (changes,)
    if isinstance(changes, Sequence) and all(isinstance(text, str) for text in changes):
        return tuple(changes)
    hint = "give texts like `budget.expected=126000`"
    raise ScenarioError([Finding(("changes",), shown_type(changes), "are no changes", hint).problem()])


def shown_type(value: Any) -> str:
    """A value of the wrong type, or its type where it is long to write."""
    simple = value is None or isinstance(value, bool | int | float | str)
    return shown(value) if simple else type(value).__name__
