"""What a scenario has that four sheets have no place for: a value per row, by its path in the file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from optimizer.scenario.plan_types import plan_kind
from optimizer.scenario.rule_types import Exposure
from optimizer.scenario.types import Scenario
from optimizer.scenario.write import content_of
from optimizer.scenario.xlsx.short.sheet_words import LABEL_LANGUAGES

Parts = tuple[str, ...]
_PART = re.compile(r'"((?:[^"\\]|\\.)*)"|([^."]+)')
_JSON = ("[", "{", '"')
"""How texts start that say a list, nothing, or a text that starts so itself."""


def whole_content(scenario: Scenario) -> dict[str, Any]:
    """What the file says, each plan as a whole one; a plan that says no more than weights but is a whole one
    says so by having no targets of its own, a limit on exposure with its basis by that."""
    content = content_of(scenario)
    del content["version"]
    if "plans" in content:
        content["plans"] = {name: _whole(plan) for name, plan in content["plans"].items()}
    exposure = scenario.rules.gaming.exposure if scenario.rules.gaming else None
    if isinstance(exposure, Exposure):
        content["rules"]["gaming"]["exposure"]["basis"] = exposure.basis
    return content


def _whole(plan: Mapping[str, Any]) -> Mapping[str, Any]:
    if plan_kind(plan) != "whole":
        return {"weights": plan}
    return {**plan, "targets": {}} if set(plan) == {"weights"} else plan


def left_over(content: Any, read: Any, at: Parts = ()) -> Iterator[tuple[Parts, Any]]:
    """Paths and values of what is in the content and not among what is read from the sheets."""
    if content == {} and isinstance(read, Mapping):
        return
    if at and content is not None and isinstance(read, Mapping) and parts_of(at[-1], content) == read:
        return
    if not isinstance(content, Mapping) or not content:
        if read != content or isinstance(read, bool) != isinstance(content, bool):
            yield at, content
        return
    if at and not isinstance(read, Mapping):
        read = parts_of(at[-1], read)
    for key, value in content.items():
        if key not in read:
            yield from _leaves(value, (*at, key))
        else:
            yield from left_over(value, read[key], (*at, key))


def parts_of(key: str, value: Any) -> dict[str, Any]:
    """What one plain value stands for where its parts are told apart."""
    if value is None:
        return {}
    match key:
        case "target_pay":
            return {"current": value}
        case "exposure":
            return {"limit": value}
        case "label" | "unit" | "definition" | "text":
            return dict.fromkeys(LABEL_LANGUAGES, value)
    return {}


def _leaves(value: Any, at: Parts) -> Iterator[tuple[Parts, Any]]:
    if isinstance(value, Mapping) and value:
        for key, part in value.items():
            yield from _leaves(part, (*at, key))
    else:
        yield at, value


def path_text(parts: Parts) -> str:
    """Keys with points between them, those with points of their own in quotes."""
    return ".".join(json.dumps(part, ensure_ascii=False) if "." in part else part for part in parts)


def path_of(text: str) -> Parts | None:
    """The keys of a path; None where it is none."""
    parts, position = [], 0
    text = text.strip()
    while match := _PART.match(text, position):
        quoted, plain = match.groups()
        parts.append(plain if quoted is None else json.loads(f'"{quoted}"'))
        position = match.end()
        if position == len(text):
            return tuple(parts)
        if text[position] != ".":
            return None
        position += 1
    return None


def value_text(value: Any) -> Any:
    """A value as a cell holds it: numbers and truth values as they are, lists as JSON."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False) if value.startswith(_JSON) or value == "null" else value
    return value if isinstance(value, bool | int | float) else json.dumps(value, ensure_ascii=False)


def value_of(cell: Any) -> Any:
    """The value that a cell says. Raises ValueError for what looks like JSON and is none."""
    if isinstance(cell, str) and (cell.startswith(_JSON) or cell == "null"):
        return json.loads(cell)
    return cell
