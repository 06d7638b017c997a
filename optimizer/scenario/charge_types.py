"""Employer charges as a scenario states them: a rate, brackets of a year's pay per head, or a country's."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from optimizer.scenario.document_types import Day
from optimizer.scenario.value_types import Frozen, LabelField, NonNegative, Positive, Share

Preset = Literal["FR-2026"]


class ChargeBracket(Frozen):
    """A rate that holds up to some pay."""

    to: Positive | None = None
    """Gross pay of a head in a year, fixed and variable, up to which the rate holds [currency/year]; without
    it, above."""
    rate: NonNegative
    """Employer charges on what lies in the bracket, 0.42 = 42 %."""


class Charges(Frozen):
    """Charges that depend on what a head earns in a year: the variable lies on top of the fixed, and each
    euro of it is charged where it falls."""

    brackets: Annotated[tuple[ChargeBracket, ...], Field(strict=False)] = ()
    """By rising pay; the last has no end. Instead of `preset`."""
    preset: Preset | None = None
    """A country's published rates of a year, with their reductions, in place of brackets."""
    accidents: Share = 0.0
    """With `preset`: accidents at work and whatever else the company itself is charged, on all pay."""
    as_of: Day | None = None
    """Day from which the brackets hold: 2026-01-01."""
    source: LabelField = None
    """Where they come from."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Charges:
        if bool(self.brackets) == bool(self.preset):
            raise PydanticCustomError("charges", "says brackets or a preset, one of the two")
        if self.accidents and not self.preset:
            raise PydanticCustomError("charges", "has accidents without a preset: add them to the brackets")
        if self.preset and self.as_of:
            raise PydanticCustomError("charges", "has as_of with a preset, which has its own")
        if self.brackets:
            _rising(self.brackets)
        return self


def _rising(brackets: tuple[ChargeBracket, ...]) -> None:
    ends = [bracket.to for bracket in brackets]
    if ends[-1] is not None:
        raise PydanticCustomError("charges", "has a last bracket with `to`: what lies above has no rate")
    inner = [end for end in ends[:-1] if end is not None]
    if len(inner) < len(ends) - 1 or any(b <= a for a, b in pairwise(inner)):
        raise PydanticCustomError("charges", "has brackets whose `to` do not rise")


def _kind(value: Any) -> str:
    return "table" if isinstance(value, dict | Charges) else "rate"


def _of_list(value: Any) -> Any:
    return {"brackets": value} if isinstance(value, list | tuple) else value


ChargesField = Annotated[
    Annotated[NonNegative, Tag("rate")] | Annotated[Charges, Tag("table")],
    Discriminator(_kind),
    BeforeValidator(_of_list, json_schema_input_type=NonNegative | tuple[ChargeBracket, ...] | Charges),
]
"""A rate, brackets in a list, or what `Charges` says."""
