"""What a row must hold to be won, lost, junk: conditions on its cells, as maps write them."""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence
from typing import Annotated, Any

import polars as pl
from pydantic import BeforeValidator, Field, WithJsonSchema

from optimizer.scenario.value_types import Frozen


class Is(Frozen):
    """What a cell must hold."""

    any_of: Annotated[tuple[str, ...], Field(strict=False, min_length=1)] | None = None
    """One of these texts; not given: anything at all."""
    none_of: Annotated[tuple[str, ...], Field(strict=False, min_length=1)] | None = None
    """None of these texts; an empty cell is none of them."""
    present: bool = False
    """The cell is not empty."""


def _is(value: Any) -> Any:
    """`[A, B]` and `A` for any of them, `present`, `{not: [C]}`."""
    if isinstance(value, str):
        return {"present": True} if value == "present" else {"any_of": [value]}
    if isinstance(value, list):
        return {"any_of": value}
    if isinstance(value, dict) and set(value) == {"not"}:
        rest = value["not"]
        return {"none_of": [rest] if isinstance(rest, str) else rest}
    return value


_TEXTS = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
_CELL = {
    "anyOf": [
        *_TEXTS["anyOf"],
        {"type": "object", "properties": {"not": _TEXTS}, "required": ["not"], "additionalProperties": False},
    ]
}
_ALL = {"type": "object", "additionalProperties": _CELL, "minProperties": 1}
_WRITTEN = {"$comment": "conditions", "anyOf": [_ALL, {"type": "array", "items": _ALL}]}
"""How people write conditions, for editors; reading turns it into the types here."""
Condition = Annotated[dict[str, Annotated[Is, BeforeValidator(_is)]], Field(min_length=1)]
"""`{heading: what its cell must hold}`; all of them."""


def _one_or_more(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


Conditions = Annotated[
    tuple[Condition, ...], Field(strict=False), BeforeValidator(_one_or_more), WithJsonSchema(_WRITTEN)
]
"""Any one of the conditions."""


def any_of(conditions: Sequence[Condition]) -> pl.Expr:
    """Whether a row fulfils one of the conditions."""
    every = pl.repeat(False, pl.len(), dtype=pl.Boolean)
    return functools.reduce(operator.or_, [_all(c) for c in conditions], every)


def _all(condition: Condition) -> pl.Expr:
    return functools.reduce(operator.and_, [_holds(pl.col(name), cell) for name, cell in condition.items()])


def _holds(cell: pl.Expr, wanted: Is) -> pl.Expr:
    holds = cell.is_not_null() if wanted.present else pl.lit(True)
    if wanted.any_of:
        holds = holds & cell.is_in(list(wanted.any_of)).fill_null(False)
    if wanted.none_of:
        holds = holds & ~cell.is_in(list(wanted.none_of)).fill_null(False)
    return holds
