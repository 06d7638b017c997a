"""What a study says of the people who work leads, as tables."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimizer.history.estimate.history_study import Study
from optimizer.tables.table import Column, Table

PEOPLE = Table(
    "people",
    person=Column(str, "name", "pseudonym"),
    n=Column(int, "count", "decided leads that are compared"),
    raw=Column(float, "share", "rate before anything is taken out"),
    expected=Column(float, "share", "rate of the same leads in average hands"),
    estimate=Column(float, "share", "rate after supply and mix"),
    lo=Column(float, "share", "lower end of its 90 % interval"),
    hi=Column(float, "share", "upper end of its 90 % interval"),
    shrunk=Column(float, "share", "the estimate drawn towards the others by what luck explains"),
    reliability=Column(float, "share", "share of the difference that is the person's own"),
    open_share=Column(float, "share", "of all the person's leads, neither won nor lost yet"),
    verdict=Column(str, "code", "above, below, not_distinguishable", "calibration.verdict"),
)


def people_cells(study: Study) -> Iterator[tuple[object, ...]]:
    for p in study.people.people if study.people else ():
        yield (
            p.id,
            p.n,
            p.raw,
            p.expected,
            p.estimate,
            p.lo,
            p.hi,
            p.shrunk,
            p.reliability,
            p.open_share,
            p.verdict,
        )


MOVES = Table(
    "moves",
    cause=Column(str, "code", "what moves a person's wins from month to month", "calibration.cause"),
    share=Column(float, "share", "of their variance"),
)


def moves_cells(study: Study) -> Iterator[tuple[object, ...]]:
    panel = study.people.panel if study.people else None
    if panel is not None:
        for cause in ("supply", "person", "month", "rest", "chance"):
            yield cause, getattr(panel, cause)


CONTROL = Table(
    "control",
    kpi=Column(str, "code", "what persons make a share of", "calibration.kpi"),
    share=Column(float, "share", "of the variance of their results per period"),
    lo=Column(float, "share", "lower end of its 95 % interval"),
    hi=Column(float, "share", "upper end of its 95 % interval"),
    supply=Column(float, "share", "share of the number and mix of leads given to them"),
    season=Column(float, "share", "share of the months"),
    luck=Column(float, "share", "share of what nothing explains"),
    persons=Column(int, "count", "persons compared"),
    written=Column(bool, "flag", "it replaces the model's own number in the scenario"),
)


def control_cells(study: Study) -> Iterator[tuple[object, ...]]:
    for kpi, c in study.controlled.items():
        others = (c.others.get(part, np.nan) for part in ("supply", "season", "luck"))
        written = c.tells and kpi == "wins"
        yield kpi, c.value, c.lo, c.hi, *others, c.persons, written


CAPACITY = Table(
    "capacity",
    persons=Column(int, "count", "who log calls with their day"),
    days=Column(int, "count", "of work, of all persons together"),
    calls=Column(float, "units/day", "per person and day with calls"),
    lo=Column(float, "units/day", "lower end of its 95 % interval"),
    hi=Column(float, "units/day", "upper end of its 95 % interval"),
    busy=Column(float, "units/day", "calls on the fullest day of ten"),
    hours=Column(float, "hours/day", "on the phone per person and day"),
    own=Column(float, "share", "share of the variance of calls that lies between persons"),
)


def capacity_cells(study: Study) -> Iterator[tuple[object, ...]]:
    c = study.capacity
    if c is not None:
        yield c.persons, c.days, c.calls, c.lo, c.hi, c.busy, c.hours, c.share["owner"]


SIDES = Table(
    "sides",
    metric=Column(str, "code", "short_calls or silent_touches", "calibration.metric"),
    person=Column(str, "name", "pseudonym"),
    n=Column(int, "count", "calls or touches"),
    share=Column(float, "share", "of them without a conversation"),
    median=Column(float, "share", "share of the median person"),
    reliability=Column(float, "share", "share of the difference that is the person's own"),
    outlier=Column(bool, "flag", "surely more than twice the median person's"),
)


def sides_cells(study: Study) -> Iterator[tuple[object, ...]]:
    for metric, persons in study.sides.items():
        for p in persons.people:
            yield metric, p.id, p.share.n, p.share.rate, persons.median, p.reliability, p.outlier
