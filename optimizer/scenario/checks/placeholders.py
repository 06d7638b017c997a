"""Numbers that nobody has given yet: each is one of the file's, and while there is one, all is a draft."""

from __future__ import annotations

from pydantic import BaseModel

from optimizer.scenario.checks.baseline_counts import Findings
from optimizer.scenario.checks.sources import unknown_path, value_at
from optimizer.scenario.problems import Finding, listed, shown
from optimizer.scenario.types import Scenario, TargetPay

NAMED = 3
"""Paths that the warning names."""


def problems(scenario: Scenario) -> Findings:
    """Placeholders that are none of the file's numbers, or stand twice."""
    seen: set[str] = set()
    for position, written in enumerate(scenario.placeholders):
        at = ("placeholders", position)
        if written in seen:
            yield Finding(at, shown(written), "stands here twice", "keep one of the two")
        elif (unknown := unknown_path(scenario, written)) is not None:
            yield Finding(at, shown(written), *unknown)
        elif not _is_number(found := value_at(scenario, written)):
            yield Finding(at, shown(written), "is no single number", _inside(written, found))
        seen.add(written)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _inside(written: str, value: object) -> str:
    """The first number below a path, to name instead."""
    if isinstance(value, TargetPay):
        return f"write {written}.current"
    keys = type(value).model_fields if isinstance(value, BaseModel) else value
    if isinstance(keys, dict) and keys:
        return f"name one number in it, e.g. {written}.{next(iter(keys))}"
    return "name a number of the file, e.g. teams.sales.hours"


def warnings(scenario: Scenario) -> Findings:
    """One for all of them: the file is a draft."""
    if not scenario.placeholders:
        return
    count = len(scenario.placeholders)
    named = listed(scenario.placeholders[:NAMED]) + (", ..." if count > NAMED else "")
    message = f"DRAFT: {_counted(count)} nobody has given yet: {named}"
    hint = "`incentives fill` writes a form of them and reads it back; no plan is to be decided on before"
    yield Finding(("placeholders",), str(count), message, hint, at_key=True)


def _counted(count: int) -> str:
    return f"{count} number{'s' if count > 1 else ''} that"
