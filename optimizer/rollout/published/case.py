"""A published case as its file states it: source, what changed, what is measured, and what cannot be said."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from optimizer.scenario.value_types import Frozen, Name

Text = Annotated[str, StringConstraints(min_length=1)]
Names = Annotated[tuple[str, ...], Field(strict=False, min_length=1)]
Known = Literal["published", "default"]
"""Whether a number that decides how strong pay is stands in the study, or had to be taken from elsewhere."""


class Reference(Frozen):
    """Where a published effect is to be found."""

    authors: Names
    """Family names."""
    year: int
    """Of publication."""
    title: Text
    """As published."""
    journal: Text
    """With volume and number."""
    doi: Text | None = None
    """Digital object identifier."""
    address: Text | None = None
    """Where there is no such identifier."""


class Quantity(Frozen):
    """One number of an outcome; exactly one of its fields is given."""

    kpi: Name | None = None
    """Attainment of a KPI."""
    activity: Names | None = None
    """Sum of volumes [units/period]."""
    hours: Names | None = None
    """Sum of hours in activities [hours/period]."""
    pay: Name | None = None
    """Expected variable pay of a team [currency/period]."""
    gross: Literal[True] | None = None
    """Gross value, less what moving results over the period's end loses [currency/period]."""


class Published(Frozen):
    """What a study found of one measure: a size, or only its sign, or only that it is the smaller of two."""

    value: float | None = None
    """In the unit of the measure: 0.2 = 20 %, or 20 points."""
    low: float | None = None
    """Lower end of the interval."""
    high: float | None = None
    """Upper end of the interval."""
    sign: Literal[-1, 1] | None = None
    """Where no size was published, or none could be read."""
    smaller_than: Name | None = None
    """The measure of this case that moved more, whatever its sign."""
    interval: Text
    """What the interval is, or why there is none."""


class Measure(Frozen):
    """One number that the study has and the model can say."""

    label: Text
    """What is measured."""
    plan: Name
    """The plan of the scenario that was introduced."""
    against: Name | None = None
    """The plan it is compared with; default the one in force."""
    of: Quantity
    """The number."""
    per: Quantity | None = None
    """What it is divided by."""
    as_: Annotated[Literal["relative", "points"], Field(alias="as")]
    """Change over the value before, or difference."""
    published: Published
    """What was found."""


class Case(Frozen):
    """A change of pay with a published effect; everything in the scenario beside it was known before."""

    title: Text
    """In one line."""
    source: Reference
    """The study."""
    change: Text
    """What changed, in a sentence."""
    stakes: Known
    """Whether the study says how much money hangs on what."""
    slack: Known
    """Whether the study says how much time pay can still win."""
    measures: Annotated[dict[Name, Measure], Field(min_length=1)]
    """By name."""
    cannot_say: Names
    """What the model is silent about, sentence by sentence."""


class Default(Frozen):
    """A number where a study has none, with its range and its source."""

    value: float
    """What is taken."""
    low: float
    """The least that is likely."""
    high: float
    """The most that is likely."""
    source: Text
    """Where it comes from."""


class Parameters(Frozen):
    """How people answer to pay: the same in every case (model.md §6, §13.4, §13.5)."""

    responsiveness: Default
    """η of every team."""
    effort: Default
    """ε of every team."""
    luck_discount: Default
    """ψ of every team."""


class Defaults(Frozen):
    """What holds in all cases."""

    parameters: Parameters
    """What every team of every case must state."""
    inputs: dict[Name, Default]
    """What a case takes where its study is silent, and then says so."""


def parameters_of(parameters: Parameters) -> dict[str, Default]:
    """By the name of the field of a team."""
    return {name: getattr(parameters, name) for name in Parameters.model_fields}
