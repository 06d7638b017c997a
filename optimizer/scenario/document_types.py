"""What plan documents say besides amounts: dates, legal form, whom to ask. Nothing here changes what is
earned; `paid_after_days` also says when the cash of a year is paid."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from optimizer.scenario.value_types import Frozen, LabelField


def _day(text: str) -> str:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        raise PydanticCustomError(
            "day", "is no day: write the year, the month and the day, 2027-01-31"
        ) from None
    return text


Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$"), AfterValidator(_day)]
"""A day as a text: 2027-01-31."""
LegalForm = Literal["objectives_letter", "contract", "amendment", "collective_agreement"]
Leaving = Literal["last_day", "whole_period"]


class PlanDocument(Frozen):
    """What people are handed besides amounts; what is left out is a line of dots to complete."""

    legal_form: LegalForm | None = None
    """What is signed: a letter is received, a contract or an amendment is agreed."""
    purpose: LabelField = None
    """What the plan rewards, after "This plan rewards"."""
    start: Day | None = None
    """First day of the plan: 2027-01-01."""
    end: Day | None = None
    """Its last day."""
    delivered: Day | None = None
    """When it is handed over: before the period begins."""
    earned_when: LabelField = None
    """When pay is earned, after "It is earned when"."""
    acquired_if: LabelField = None
    """On what condition pay is earned that a curve pays later (`vesting`)."""
    payroll_month: LabelField = None
    """With the wages of which month it is paid."""
    paid_after_days: Annotated[int, Field(ge=0)] | None = None
    """Days from the end of the period to the payment, at most."""
    leaving: Leaving | None = None
    """On which results a leaver is paid: those at the last day of work, or those of the whole period."""
    agreement: LabelField = None
    """The collective agreement that may maintain pay during absences."""
    rules_reference: LabelField = None
    """Where commercial, price and data-entry rules are written down."""
    results_in: LabelField = None
    """Where people see the detail of their results."""
    results_updated: LabelField = None
    """How often that is updated."""
    questions_to: LabelField = None
    """Whom to ask, and to whom claims go."""
    answered_within_days: Annotated[int, Field(ge=1)] | None = None
    """Working days to a written answer."""
