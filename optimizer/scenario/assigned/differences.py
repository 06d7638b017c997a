"""What differs between a scenario and one that was made of it, value by value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from optimizer.scenario.problems import number
from optimizer.scenario.types import ChangedValue, Scenario

UNTOLD = ("version", "name", "changed")


def changes_between(before: Scenario, after: Scenario) -> tuple[ChangedValue, ...]:
    """What had been changed before, and what is otherwise now; a value that is what it was at first is
    none."""
    first = {change.path: change for change in before.changed}
    one, other = (_Told.of(scenario) for scenario in (before, after))
    for path, was, now in _differing("", one, other):
        origin = first[path].before if path in first else was
        first[path] = ChangedValue(path=path, before=origin, after=now)
    return tuple(change for change in first.values() if change.before != change.after)


@dataclass(frozen=True)
class _Told:
    """A value with every default, and as a file would say it."""

    whole: Any
    brief: Any

    @classmethod
    def of(cls, scenario: Scenario) -> _Told:
        dumps = (
            scenario.model_dump(mode="python", by_alias=True, exclude_defaults=brief)
            for brief in (False, True)
        )
        return cls(*({key: value for key, value in dump.items() if key not in UNTOLD} for dump in dumps))

    def inside(self, key: Any) -> _Told:
        """What a key or a place leads to; nothing where there is no such."""
        return _Told(child(self.whole, key), child(self.brief, key))

    @property
    def text(self) -> str:
        """On one line; empty for nothing."""
        return _text(self.whole if self.brief is None else self.brief)


def child(value: Any, key: Any) -> Any:
    """What a key or a place of plain values leads to; None for nothing."""
    if isinstance(value, Mapping):
        return value.get(key)
    listed = isinstance(value, list | tuple) and isinstance(key, int) and key < len(value)
    return value[key] if listed else None


def _differing(place: str, before: _Told, after: _Told) -> Iterator[tuple[str, str, str]]:
    one, other = before.whole, after.whole
    if one == other:
        return
    both_listed = isinstance(one, list | tuple) and isinstance(other, list | tuple)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in dict.fromkeys((*one, *other)):
            inner = f"{place}.{key}" if place else str(key)
            yield from _differing(inner, before.inside(key), after.inside(key))
    elif both_listed and (len(one) == len(other) or other[: len(one)] == one):
        for at in range(len(other)):
            yield from _differing(f"{place}[{at}]", before.inside(at), after.inside(at))
    else:
        yield place, before.text, after.text


def _text(value: Any) -> str:
    """As a file would have it, on one line, without what is not said; empty for nothing."""
    if value is None or value == {} or value == ():
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _flow(value)
    return number(value)


def _flow(value: Any) -> str:
    plain = _said(value)
    if isinstance(plain, str):
        return plain
    text = yaml.safe_dump(
        plain, default_flow_style=True, width=float("inf"), sort_keys=False, allow_unicode=True
    )
    return text.removesuffix("\n...\n").strip()


def _said(value: Any) -> Any:
    """Without defaults that say nothing, and whole numbers without `.0`."""
    if isinstance(value, Mapping):
        kept = {key: _said(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item not in (None, {}, [], False)}
    if isinstance(value, list | tuple):
        return [_said(item) for item in value]
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else float(number(value))
    return value
