"""The value that a source's text speaks of: written beside the text, so that a value changed since is told.

One number, or several by their names, on one line as a file says them: `9000`, `{lead: 6, deal: 0.5}`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from pydantic import BaseModel


def spoken(value: object) -> str:
    """A value as a source speaks of it; empty for what holds no numbers."""
    numbers = dict(_numbers(value))
    if "" in numbers:
        return _text(numbers[""])
    return (
        f"{{{', '.join(f'{name}: {_text(number)}' for name, number in numbers.items())}}}" if numbers else ""
    )


def said_again(text: Any) -> Any:
    """What is written as `of`, numbers and mappings too, as text; anything else as it is."""
    return spoken(text) or text


def with_spoken(sources: Mapping[str, Any], tree: Mapping[str, Any]) -> dict[str, Any]:
    """Sources by their paths, each with the numbers that the tree of a scenario has there."""
    told = {path: spoken(_at(tree, path)) for path in sources}
    return {path: {**source, "of": told[path]} if told[path] else source for path, source in sources.items()}


def _at(tree: Any, path: str) -> object:
    """What stands at a path; None where a default does, and in a list, whose places move."""
    for name in path.split("."):
        tree = tree.get(name) if isinstance(tree, Mapping) else None
    return tree


def is_spoken(text: str) -> bool:
    """Whether a text says one number, or several by their names."""
    return bool(spoken(_read(text)))


def speaks_of(text: str, value: object) -> bool:
    """Whether the numbers of a text are those of a value, but for the last digits of a double."""
    said, stands = dict(_numbers(_read(text))), dict(_numbers(value))
    return said.keys() == stands.keys() and all(
        math.isclose(said[name], number, rel_tol=1e-9, abs_tol=1e-12) for name, number in stands.items()
    )


def part_of(text: str | None, part: str) -> str | None:
    """What a text that speaks of several numbers says of one; None where it says nothing of it."""
    said = dict(_numbers(_read(text or "")))
    return _text(said[part]) if part in said else None


def _read(text: str) -> object:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return None


def _numbers(value: object) -> Iterator[tuple[str, float]]:
    if _is_number(value):
        yield "", float(value)  # type: ignore[arg-type]
        return
    parts = dict(value) if isinstance(value, Mapping | BaseModel) else {}
    for name, part in parts.items():
        if _is_number(part):
            yield str(name), float(part)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(number: float) -> str:
    """Twelve digits: more than anybody says."""
    return f"{number:.12g}"
