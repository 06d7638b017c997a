"""The sections of a map that say what the columns of each export mean."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from optimizer.history.read.maps.conditions import Conditions
from optimizer.scenario.value_types import Frozen, Name, NonNegative, Positive


def _date(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            return value
    return value


Day = Annotated[dt.date, BeforeValidator(_date)]


class DealColumns(Frozen):
    """Headings of the export with one row per lead or deal."""

    id: str | None = None
    """What tells one row from another; without it every row is a lead of its own."""
    created: str
    """When it arrived."""
    owner: str | None = None
    """Who works it."""
    source: str | None = None
    """Where it came from."""
    segment: str | None = None
    """What kind of customer it is: a region, a size, an industry."""
    closed: str | None = None
    """When it was won or lost; of open ones it is a forecast, and not used."""
    modified: str | None = None
    """When the record was last changed: nothing after the newest was seen. A heading that says so is used
    without being named."""
    value: str | None = None
    """What a won one is worth [currency]."""
    response: str | None = None
    """How long it waited for a first answer, or when that came."""
    product: str | None = None
    """What was sold."""
    lead: str | None = None
    """The id of the lead that it came from, where an export of `leads` does not name its deals."""
    currency: str | None = None
    """What currency the value is in; found by its heading and codes where it is not named."""


class Deals(Frozen):
    """The export with one row per lead or deal."""

    columns: DealColumns
    """Which heading means what."""
    won: Conditions = ()
    """What makes a row won; may be left out where `closed` lists the wins."""
    lost: Conditions = ()
    """What makes a row lost; others are open."""
    junk: Conditions = ()
    """What was never a lead: duplicates, wrong numbers, tests."""
    steps: dict[Name, Conditions] = {}  # noqa: RUF012 - pydantic copies defaults
    """Steps of the funnel that a row has reached, in order."""
    good: Name | None = None
    """The step that makes a lead a promising one."""
    handover: Name | None = None
    """The step from which sales work a lead; a team of its own (`assume.sdr`) answers leads until then. Its
    condition may be the role of the owner: `{Owner Role: [AE, CSM]}`."""
    kept: Name | None = None
    """The step of customers who stay; a team of its own (`assume.success`) works for it."""
    conversation: Name | None = None
    """The step that takes a conversation: answered leads without it were only touched."""
    changes: bool = False
    """A row is a stage that a deal came to, at the time of `created`: rows of one `id` are one deal, which
    began with the first and ended as the last says, by default at its time."""
    least_value: NonNegative = 0.0
    """Smaller values are placeholders and left out [currency]."""
    lines: Literal["add", "once"] | None = None
    """Rows with one id that are lines of a deal: values are added up, or each line has the deal's value;
    default: added up where a deal's lines differ in it."""


class Leads(Frozen):
    """An export of leads, some of which became deals of the main export: its rows are then deals only."""

    id: str
    """Heading that tells one lead from another."""
    deal: str | None = None
    """Heading of the deal it became; empty where it became none. Left out where deals name their lead
    (`deals.columns.lead`)."""
    created: str
    """Heading of when it arrived."""
    owner: str | None = None
    """Heading of who works it."""
    source: str | None = None
    """Heading of where it came from."""
    lost: Conditions = ()
    """What makes it lost before it was a deal."""
    junk: Conditions = ()
    """What was never a lead."""
    steps: dict[Name, Conditions] = {}  # noqa: RUF012 - pydantic copies defaults
    """Steps of the funnel that a lead has reached; those of deals may be among them."""


BECAME_DEAL = "became_deal"
"""Step of leads that became deals."""


class Closed(Frozen):
    """A second export with the won deals only, joined by `id`."""

    id: str
    """Heading of the deal it belongs to."""
    closed: str
    """Heading of the date of the win."""
    owner: str | None = None
    """Heading of who won it."""
    value: str | None = None
    """Heading of its value."""


class Spend(Frozen):
    """The export with what each source cost."""

    date: str
    """Heading of the day, or of the month: its costs then count from its first day."""
    source: str
    """Heading of the source, with the same names as in the deals."""
    cost: str
    """Heading of the amount [currency]."""


class Calls(Frozen):
    """An export of single calls, to compare persons on something besides results."""

    owner: str
    """Heading of the person."""
    seconds: str
    """Heading of the length."""
    date: str | None = None
    """Heading of the day: how many a person takes in a day is then measured."""
    short: Positive = 10.0
    """Not longer than this is no conversation [s]."""


class Touches(Frozen):
    """An export of single touches: calls, mails, visits."""

    owner: str
    """Heading of the person."""
    conversation: Conditions
    """What makes a touch a conversation."""


class Change(Frozen):
    """A past change of the pay plan, for the people it concerned and the others."""

    on: Day
    """First day of the new plan."""
    weeks: Annotated[int, Field(ge=4, le=52)] = 13
    """Weeks compared before and after."""
    concerned: Annotated[tuple[str, ...], Field(strict=False)]
    """Owners whose plan changed."""
    reward: Positive
    """New variable pay for the same results over old: 1.25 is a quarter more."""


class Experiment(Frozen):
    """An export with one row per person of an experiment that paid the same work at different rates."""

    pay: str
    """Heading of the pay per unit of effort, or of the scheme where `rates` says what each paid."""
    effort: str
    """Heading of how much of the work the person did."""
    rates: dict[str, Positive] = {}  # noqa: RUF012 - pydantic copies defaults
    """Pay per unit of effort by scheme, in any currency; persons of other schemes are left out."""
    teams: Annotated[tuple[Literal["marketing", "sales"], ...], Field(strict=False, min_length=1)] = (
        "sales",
    )
    """Teams whose responsiveness it tells; for sales a past change of the plan tells it better."""
