"""A scenario with some of its placeholders answered: the numbers, where they come from, and what is left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from optimizer.scenario.from_values import from_values
from optimizer.scenario.problems import InputProblem, ScenarioError, dotted, listed, number
from optimizer.scenario.spoken import spoken
from optimizer.scenario.types import Scenario
from optimizer.scenario.xlsx.filled_form import Answer

Tree = dict[str, Any]


def completed(scenario: Scenario, answers: Sequence[Answer], file: Path) -> Scenario:
    """The scenario once these answers of a form are in it. Raises ScenarioError, with the cells, for answers
    to what is no placeholder of it, for two to one, and where the numbers do not fit together."""
    problems = list(_misplaced(scenario, answers, file))
    if problems:
        raise ScenarioError(problems)
    tree: Tree = scenario.model_dump(mode="python", by_alias=True)
    for answer in answers:
        put(tree, answer.path, answer.value)
        tree["sources"][answer.path] = _source(answer, file)
    given = {answer.path for answer in answers}
    tree["placeholders"] = [path for path in scenario.placeholders if path not in given]
    return validated(tree, str(file), {answer.path: answer.spot for answer in answers})


def _misplaced(scenario: Scenario, answers: Sequence[Answer], file: Path) -> Iterator[InputProblem]:
    seen: set[str] = set()
    for answer in answers:
        value = number(answer.value)
        if answer.path not in scenario.placeholders:
            left = listed(scenario.placeholders) if scenario.placeholders else "none is left"
            hint = f"empty the cell; placeholders: {left}"
            message = "is no placeholder of the scenario"
            yield InputProblem(answer.path, value, message, hint, str(file), spot=answer.spot)
        elif answer.path in seen:
            message, hint = "is answered twice", "keep one of the two rows"
            yield InputProblem(answer.path, value, message, hint, str(file), spot=answer.spot)
        seen.add(answer.path)


def _source(answer: Answer, file: Path) -> Tree:
    """Who says so; the form where nobody does."""
    text = {"en": f"form {file.name}", "fr": f"formulaire {file.name}"}
    return {"text": answer.source or text, "of": spoken(answer.value)} | (
        {} if answer.off is None else {"range": answer.off}
    )


def put(tree: Tree, path: str, value: float) -> None:
    """A number at a dotted path; a count stays a whole number where it is one."""
    *parents, last = path.split(".")
    place = tree
    for name in parents:
        place = place[name]
    whole = isinstance(place[last], int) and float(value).is_integer()
    place[last] = int(value) if whole else value


def validated(tree: Tree, file: str, spots: Mapping[str, str]) -> Scenario:
    """The scenario that the values are. Raises ScenarioError where they are none, with the `spots` in a file
    of the numbers that were changed."""
    scenario, findings = from_values(tree)
    if scenario is None or findings:
        raise ScenarioError(
            InputProblem(where, f.value, f.message, f.hint, file, spot=_spot(where, spots))
            for f, where in ((f, dotted(f.path)) for f in findings)
        )
    return scenario


def _spot(where: str, spots: Mapping[str, str]) -> str:
    """Of the number itself, else of the first changed one beside or below what is wrong."""
    near = [path for path in spots if path.startswith(where) or where.startswith(path)]
    return spots[near[0]] if near else ""
