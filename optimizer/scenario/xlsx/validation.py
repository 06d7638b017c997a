"""What a type allows, in words and as a rule that a spreadsheet can enforce while people type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic import TypeAdapter

from optimizer.scenario.messages import options_of
from optimizer.scenario.problems import number

_SIGNS = {
    "minimum": ("≥", ">="),
    "exclusiveMinimum": (">", ">"),
    "maximum": ("≤", "<="),
    "exclusiveMaximum": ("<", "<"),
}
"""Bounds of a JSON schema: the sign for people, and the criterion for xlsxwriter."""


@dataclass(frozen=True)
class Limits:
    """`rule` is what xlsxwriter's `data_validation` takes; None where anything may be typed."""

    words: str
    rule: dict[str, Any] | None = None
    bounds: tuple[str, ...] = ()
    """Of numbers, as signs that every language has: `≥ 0`."""


def literals_of(annotation: Any) -> list[str]:
    """The texts that are allowed; none where every text or number is."""
    options = options_of(annotation)
    return [str(value) for option in options if get_origin(option) is Literal for value in get_args(option)]


def limits_of(annotation: Any) -> Limits:
    """The limits of a column's values."""
    options = options_of(annotation)
    if bool in options:
        return Limits("TRUE or FALSE")
    if literals := literals_of(annotation):
        return Limits(", ".join(literals))
    return _of_number(annotation) if {int, float} & set(options) else Limits("text")


def _of_number(annotation: Any) -> Limits:
    schema = TypeAdapter(annotation).json_schema()
    branch = next(part for part in schema.get("anyOf", [schema]) if part.get("type") in ("number", "integer"))
    bounds = [(sign, branch[key]) for key, sign in _SIGNS.items() if key in branch]
    kind = "whole number" if branch["type"] == "integer" else "number"
    said = tuple(f"{sign} {number(value)}" for (sign, _), value in bounds)
    rule: dict[str, Any] = {"validate": "integer" if branch["type"] == "integer" else "decimal"}
    if {"minimum", "maximum"} <= branch.keys():
        rule |= {"criteria": "between", "minimum": branch["minimum"], "maximum": branch["maximum"]}
    elif bounds:
        (_, criterion), value = bounds[0]
        rule |= {"criteria": criterion, "value": value}
    else:
        rule |= {"criteria": "between", "minimum": -1e300, "maximum": 1e300}
    return Limits(f"{kind} {' and '.join(said)}".strip(), rule, said)
