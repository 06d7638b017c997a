"""What makes a row won or lost, as a map says it; and what speaks for a column that tells it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from optimizer.history.suggest.column_facts import Column


class Outcome(NamedTuple):
    """What makes a row won or lost, as a map says it, and what is not sure about it."""

    heading: str = ""
    won: tuple[dict[str, Any], ...] = ()
    """Conditions, any of them; none: not found."""
    lost: tuple[dict[str, Any], ...] = ()
    checks: tuple[str, ...] = ()
    """Sentences for those who read the map."""
    points: float = 0.0
    """How much speaks for it."""


_HEADING = {"stage": 3.0, "status": 3.0, "reason": -9.0, "last": -6.0, "modified": -6.0, "source": -6.0,
            "owner": -6.0, "expected": -4.0, "count": -6.0, "product": -3.0, "lead": -1.0, "activity": -5.0,
            "next": -6.0, "name": -0.5, "account": -2.0, "grade": -4.0, "won": 2.0}  # fmt: skip


def named(column: Column) -> float:
    """How much a heading says that its column holds stages."""
    return sum(_HEADING.get(idea, 0) for idea in column.ideas)


def one_of(column: Column, values: Sequence[str]) -> tuple[dict[str, Any], ...]:
    return ({column.heading: list(values)},) if values else ()


def counted(column: Column, values: Iterable[str]) -> str:
    return ", ".join(f'"{value}" ({column.counts[value]} rows)' for value in values)
