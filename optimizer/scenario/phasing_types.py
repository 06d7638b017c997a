"""The year as a scenario states it: who is there, how new people start, which share of a year falls in which
period, when is paid. The model stays one period; budgets and reports follow this."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from optimizer.scenario.value_types import Frozen, Name, NonNegative, Share

Vacancy = Literal["lowers_target", "keeps_target"]
DAYS_AFTER = 30
"""From the end of a period to the payment, where nothing says otherwise: with the next month's wages."""
MOST_LEAVE = 0.1

PerPeriod = Annotated[tuple[NonNegative, ...], Field(strict=False, min_length=1)]
Shares = Annotated[tuple[Share, ...], Field(strict=False, min_length=1)]


class PayDate(Frozen):
    """How long after a period is paid."""

    after_days: Annotated[int, Field(ge=0, le=730)] | None = None
    """Days from the end of a period to the payment; default `plan_document.paid_after_days`, else 30."""


class Phasing(Frozen):
    """A year of the plan in its periods, for budgets and reports."""

    periods: Annotated[int, Field(ge=1, le=12)] | None = None
    """How many periods of the scenario a year has: 12 months, 4 quarters, 2 half-years, 1 year; default that
    number."""
    headcount: dict[Name, PerPeriod] = {}
    """`{team: [6, 6, 7, 8]}`: people present and paid in each period of the year; half a person is there
    half of the time. A team not named keeps the people it has."""
    ramp: dict[Name, Shares] = {}
    """`{team: [0.25, 0.5, 1]}`: share of a full objective, and of pay at 100 %, in the first periods of a new
    person; all of it afterwards."""
    guaranteed: dict[Name, Share] = {}
    """`{team: 0.5}`: share of the pay at 100 % that the ramp leaves out which is paid whatever the result."""
    seasonality: dict[Name, Shares] = {}
    """`{kpi: [0.19, 0.245, 0.28, 0.285]}`: share of the year's objective, and of pay at 100 %, by period;
    sums to 1. A KPI not named is spread evenly."""
    vacancy: dict[Name, Vacancy] = {}
    """`{team: keeps_target}`: what happens to a team's objectives while there are fewer people than the team
    has: they fall with them (`lowers_target`, the default) or stay, and those present must make up for it."""
    paid_leave: Annotated[float, Field(ge=0, le=MOST_LEAVE)] = 0.0
    """Paid-leave pay on top of variable pay, where variable pay enters it: 0.1 = 10 %."""
    paid: PayDate = PayDate()
    """Pay dates: how long after a period what it earned is paid."""
