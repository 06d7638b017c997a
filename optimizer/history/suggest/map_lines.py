"""The lines of a suggested map: keys, and beside them what was not found or should be looked at."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from optimizer.history.suggest.column_facts import Column

_SHOWN = 8


class Line(NamedTuple):
    """A key of the map, or only a remark."""

    key: str
    value: object = None
    """None: there is none, and the remark says why."""
    remark: str = ""
    """Behind `# `; empty: nothing."""
    deep: int = 1
    """Levels that it is indented by."""
    needed: bool = False
    """Without it the map does not run."""

    @property
    def text(self) -> str:
        space = "  " * self.deep
        if self.value is None:
            return f"{space}# {self.remark}" if self.remark else f"{space}{self.key}:"
        beside = f"   # {self.remark}" if self.remark else ""
        if isinstance(self.value, list):
            items = [f"{space}  - {_flow(item)}" for item in self.value]
            return "\n".join([f"{space}{self.key}:{beside}", *items])
        return f"{space}{self.key}: {_flow(self.value)}{beside}"


def _flow(value: object) -> str:
    """Texts are quoted as JSON does, which YAML reads alike."""
    return json.dumps(value, ensure_ascii=False)


def check(sentence: str) -> str:
    return f"CHECK: {sentence}" if sentence else ""


def not_found(what: str, candidates: Iterable[Column], otherwise: str = "") -> str:
    """That no column was found, and those among which it may be."""
    names = [json.dumps(column.heading, ensure_ascii=False) for column in candidates]
    more = [f"and {len(names) - _SHOWN} more"] if len(names) > _SHOWN else []
    listed = ", ".join([*names[:_SHOWN], *more])
    chosen = f"; choose one of: {listed}" if names else "; no column of the file looks like one"
    return f"NOT FOUND: {what}{chosen}{otherwise}"


def section(name: str, lines: Sequence[Line]) -> str:
    return "\n".join([f"{name}:", *(line.text for line in lines)])
