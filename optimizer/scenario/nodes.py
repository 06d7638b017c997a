"""What a file says as a tree of values that know their places, whatever kind of file it is."""

from __future__ import annotations

import pathlib
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from optimizer.scenario.messages import Medium
from optimizer.scenario.problems import InputProblem, Mark, Path

DUPLICATE = "duplicate key"
NOT_A_NAME = "a key must be a name"


class Source(Protocol):
    """A file that problems can point into."""

    @property
    def path(self) -> pathlib.Path: ...

    def problem(self, mark: Mark, where: str, message: str, hint: str, value: str = "") -> InputProblem:
        """A problem at a place of the file."""
        ...


@dataclass(slots=True)
class Node:
    """A value with its place. Aliased nodes are shared."""

    value: Any
    mark: Mark
    plain: bool = False
    """A scalar without quotes."""
    keys: dict[str, Mark] = field(default_factory=dict)
    """Places of a mapping's keys; in a workbook also of those left blank."""
    size: int = 1
    height: int = 0

    @property
    def is_container(self) -> bool:
        """A mapping or a list."""
        return isinstance(self.value, dict | list)

    def child(self, part: str | int) -> Node | None:
        """What a key or a list position leads to."""
        if isinstance(self.value, dict):
            return self.value.get(part)
        if isinstance(self.value, list) and isinstance(part, int) and part < len(self.value):
            return cast(Node, self.value[part])
        return None

    def content(self) -> Any:
        """Plain Python values; depth and size are bounded by then."""
        if isinstance(self.value, dict):
            return {key: child.content() for key, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.content() for child in self.value]
        return self.value


@dataclass(frozen=True)
class Tree:
    """A file as one root node, with the doubts that left it readable."""

    source: Source
    medium: Medium
    root: Node
    problems: tuple[InputProblem, ...]
    """Doubtful values, keys that are not names, duplicate keys."""
    warnings: tuple[InputProblem, ...] = ()
    """What was read although it can hardly be seen."""

    def mark(self, path: Path, at_key: bool) -> Mark:
        """A scalar's own place; the key's for mappings, nothing and where asked; the parent's if missing."""
        node, mark = self.root, self.root.mark
        for depth, part in enumerate(path, 1):
            child = node.child(part)
            if child is None:
                return node.keys.get(str(part), mark)
            keyed = (at_key and depth == len(path)) or child.is_container or child.value is None
            node, mark = child, node.keys.get(str(part), child.mark) if keyed else child.mark
        return mark
