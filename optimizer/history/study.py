"""Everything that a history says, estimated in one go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from threadpoolctl import threadpool_limits

from optimizer.history import response, sides, speed, timing
from optimizer.history.account import NOBODY
from optimizer.history.controllability import Controlled, controlled
from optimizer.history.deals import History
from optimizer.history.lags import Arrival, Done, Lag, arrival_of, done_within, lag_of
from optimizer.history.mapping import PROMPT, Map
from optimizer.history.people import Persons, persons
from optimizer.history.rates import Floats, Rate, Spread, quantiles, rate_of, rates_by, spread_of
from optimizer.history.spending import SourceCost, costs_of

WEEKS = {"month": 365.25 / 84, "quarter": 365.25 / 28, "half_year": 365.25 / 14, "year": 365.25 / 7}
"""Weeks per period."""
WEEKS_NEEDED = 8
"""To say how far counts scatter."""
_PEOPLE_LEADS = 200


@dataclass(frozen=True)
class Study:
    """Estimates of a history under a map. Rates are of leads that are old enough to be judged."""

    history: History
    given: Map
    mature_before: dt.date
    leads: pl.DataFrame
    """All that is no junk."""
    mature: pl.DataFrame
    """Leads created before `mature_before`."""
    junk: int
    rates: Mapping[str, Rate]
    """Funnel steps, then `won`, then `<outcome>_given_<step>`, then `<outcome>.<source>`."""
    sources: Spread | None
    lags: Mapping[str, Lag]
    arrival: Arrival | None
    """When wins come, once those that had no time to come are allowed for."""
    done: tuple[Done, ...]
    """Share won within some days, leads too young allowed for."""
    value: Mapping[str, float]
    """Quantiles of the value of won deals."""
    people: Persons | None
    controlled: Mapping[str, Controlled]
    """How much of a KPI persons make, by KPI."""
    slopes: tuple[speed.Slope, ...]
    """What waiting costs, with more and more held equal."""
    within: speed.Slope | None
    """The same among leads that are all promising, or all not."""
    waiting: Mapping[str, Rate]
    rushes: Mapping[str, timing.Rush]
    noise: Mapping[str, timing.Noise]
    """Scatter per period of the counts that a plan may pay."""
    common: float
    """Correlation of the swings of leads and wins."""
    costs: Mapping[str, SourceCost]
    effect: response.Effect | None
    """What a past change of the plan did."""
    responsiveness: response.Responsiveness
    """Of the owners of leads; the prior until `behaviour.settled` matches the effect."""
    sides: Mapping[str, sides.Sides]
    """Persons by side metrics that look like gaming: `short_calls`, `silent_touches`."""

    @property
    def first(self) -> dt.date:
        return _day(self.leads["created"].min())

    @cached_property
    def current(self) -> pl.DataFrame:
        """Mature leads of the time of the current plan: how people work now."""
        change = self.given.change
        if change is None:
            return self.mature
        since = self.mature.filter(pl.col("created") >= change.on)
        return since if since.height else self.mature

    @cached_property
    def weeks(self) -> float:
        """Length of the time in which mature leads were created."""
        return max(1.0, ((self.mature_before - self.first).days) / 7)

    def exposed(self, leads: pl.DataFrame) -> float:
        """Leads counted by the share of wins that can have come by their age: what wins are a share of."""
        if self.arrival is None:
            return float(leads.height)
        return float(self.arrival.by(_days_seen(leads, self.history)).sum())

    def per_period(self, count: float) -> float:
        """A count of mature leads as units per period."""
        return count / self.weeks * WEEKS[self.given.period]


def study_of(history: History, given: Map, tell: Callable[[str], None] = lambda _: None) -> Study:
    """Estimate everything. `tell` hears about progress."""
    with threadpool_limits(1):
        return _study(history, given, tell)


def _study(history: History, given: Map, tell: Callable[[str], None]) -> Study:
    frame = history.deals
    leads = frame.filter(~pl.col("junk"))
    wins = frame.filter("won")
    tell("rates and lags")
    lags = _lags(frame)
    young = given.mature_before or _maturity(history, lags.get("created_to_won"))
    mature = leads.filter(pl.col("created") < young)
    if not mature.height:
        mature, young = leads, history.last.date() + dt.timedelta(days=1)
    slopes: tuple[speed.Slope, ...] = ()
    within: speed.Slope | None = None
    tell("persons")
    people = persons(mature, "won", "win_rate", _PEOPLE_LEADS)
    if mature["response"].null_count() < mature.height:
        tell("response times")
        slopes, within = _slopes(mature, people, given)
    tell("timing")
    return Study(
        history,
        given,
        young,
        leads,
        mature,
        frame.height - leads.height,
        _rates(frame, mature, given),
        _sources(mature, given),
        lags,
        _arrival(leads, history),
        _done(mature, history),
        quantiles(wins["value"].filter(wins["value"] >= given.deals.least_value).drop_nulls()),
        people,
        _controlled(mature, people, given),
        slopes,
        within,
        speed.by_waiting(mature, "won"),
        _rushes(frame),
        _noise(leads, wins, given, young),
        _common(leads, wins),
        costs_of(leads, history.spend),
        _effect(mature, history, given),
        response.PRIOR,
        _sides(leads, history, given),
    )


def _day(moment: object) -> dt.date:
    assert isinstance(moment, dt.datetime)
    return moment.date()


def _maturity(history: History, lag: Lag | None) -> dt.date:
    """The last day less the time in which nine of ten wins have come."""
    days = float(np.percentile(lag.observed, 90)) if lag is not None and len(lag.observed) else 0.0
    return history.last.date() - dt.timedelta(days=round(days))


def _rates(frame: pl.DataFrame, mature: pl.DataFrame, given: Map) -> dict[str, Rate]:
    steps = [f"step_{name}" for name in given.steps]
    found = {name.removeprefix("step_"): rate_of(mature, name) for name in [*steps, "won"]}
    for step in steps:
        found[f"won_given_{step.removeprefix('step_')}"] = rate_of(mature.filter(step), "won")
    found["won_of_all_rows"] = rate_of(frame, "won")
    outcomes = ["won"] if given.deals.good is None else ["won", f"step_{given.deals.good}"]
    if given.deals.columns.source is not None:
        for outcome in outcomes:
            by = rates_by(mature, "source", outcome, given.least)
            found |= {f"{outcome.removeprefix('step_')}.{source}": rate for source, rate in by.items()}
    return found


def _sources(mature: pl.DataFrame, given: Map) -> Spread | None:
    by = rates_by(mature, "source", "won", given.least)
    return spread_of(by) if len(by) > 1 else None


def _lags(frame: pl.DataFrame) -> dict[str, Lag]:
    """Of closed deals; open ones among them do not tell when, or whether, they will be won."""
    found = {}
    for outcome in ("won", "lost"):
        days = frame.filter(outcome)["lag"].drop_nulls()
        if len(days):
            found[f"created_to_{outcome}"] = lag_of(days)
    return found


def _arrival(leads: pl.DataFrame, history: History) -> Arrival | None:
    dated = leads.filter(pl.col("won") & pl.col("lag").is_not_null())
    return arrival_of(dated["lag"], _days_seen(dated, history))


def _days_seen(leads: pl.DataFrame, history: History) -> pl.Series:
    """Calendar days from the creation of leads to the end of observation."""
    seen = (pl.lit(history.last.date()) - pl.col("created").dt.date()).dt.total_days()
    return leads.select(seen).to_series()


def _done(mature: pl.DataFrame, history: History) -> tuple[Done, ...]:
    """Wins without a date are taken to come as soon as dated ones: the share is scaled up by them."""
    known = mature.filter(~pl.col("won") | pl.col("lag").is_not_null())
    if not known["won"].any():
        return ()
    age = (pl.lit(history.last) - pl.col("created")).dt.total_days()
    known = known.with_columns(age.alias("age")).filter(pl.col("age") >= 0)
    days = (7, 14, 30, 60, 90, 120, 150)
    found = done_within(days, known["lag"].fill_null(0), known["won"], known["age"])
    undated = int(mature["won"].sum()) / int(known["won"].sum())
    return tuple(Done(d.days, *(min(1.0, undated * x) for x in (d.share, d.lo, d.hi))) for d in found)


def _slopes(
    mature: pl.DataFrame, people: Persons | None, given: Map
) -> tuple[tuple[speed.Slope, ...], speed.Slope | None]:
    """Closers only, where they are known: who works a lead decides both how soon and how well."""
    used = mature.with_columns(
        pl.col("created").dt.truncate("1mo").alias("month"),
        pl.col("created").dt.hour().alias("hour"),
        pl.col("created").dt.weekday().alias("weekday"),
    )
    if people is not None:
        used = used.filter(_among(people))
    most = ("source", "month", "owner")
    steps = ((), most[:1], most[:2], most, (*most, "hour", "weekday"))
    found = (speed.slope(used, "won", controls) for controls in steps)
    within = None
    if given.deals.good is not None:
        used = used.rename({f"step_{given.deals.good}": given.deals.good})
        within = speed.slope(used, "won", (*most, given.deals.good))
    return tuple(s for s in found if s is not None), within


def _rushes(frame: pl.DataFrame) -> dict[str, timing.Rush]:
    """Of wins and, for comparison, of leads: what nobody is paid for should show no rush."""
    first, last = _day(frame["created"].min()), _day(frame["created"].max())
    found = {}
    for months, name in ((1, "month_end"), (3, "quarter_end")):
        span = timing.complete_periods(first, last, months)
        if span is not None and (span[1] - span[0]).days > 80:
            found[f"{name}_won"] = timing.rush(frame.filter("won")["closed"], *span, months)
            found[f"{name}_created"] = timing.rush(frame["created"], *span, months)
    return {name: rush for name, rush in found.items() if rush.events}


def _noise(leads: pl.DataFrame, wins: pl.DataFrame, given: Map, young: dt.date) -> dict[str, timing.Noise]:
    first, weeks = _day(leads["created"].min()), WEEKS[given.period]
    series = {"leads": leads["created"], "wins": wins["closed"]}
    if given.deals.good is not None:
        series["good_leads"] = leads.filter(f"step_{given.deals.good}")["created"]
    counts = {name: _weekly(dates, first, young) for name, dates in series.items()}
    dated = {name: dates.count() / len(dates) for name, dates in series.items() if len(dates)}
    return {
        name: timing.period_noise(c, weeks, dated[name])
        for name, c in counts.items()
        if len(c) >= WEEKS_NEEDED and c.sum() > 0
    }


def _weekly(events: pl.Series, first: dt.date, before: dt.date) -> Floats:
    return timing.weekly(events, first, before - dt.timedelta(days=1))


def _common(leads: pl.DataFrame, wins: pl.DataFrame) -> float:
    first, last = _day(leads["created"].min()), _day(leads["created"].max())
    series = [timing.weekly(dates, first, last) for dates in (leads["created"], wins["closed"])]
    usable = all(len(s) >= WEEKS_NEEDED and s.sum() > 0 for s in series)
    return timing.common_factor(series) if usable else 0.0


def _controlled(mature: pl.DataFrame, people: Persons | None, given: Map) -> dict[str, Controlled]:
    """Of wins and of answering in time, among the persons compared."""
    if people is None:
        return {}
    used = _answered_in_time(mature.filter(_among(people)), given)
    months = WEEKS[given.period] / WEEKS["month"]
    found = {"wins": controlled(used, "won", months, people.explained_by == "skill")}
    if used["answered_in_time"].any():
        apart = spread_of(rates_by(used, "owner", "answered_in_time")).pvalue < 0.05
        found["answered_in_time"] = controlled(used, "answered_in_time", months, apart, rate=True)
    return {kpi: share for kpi, share in found.items() if share is not None}


def _among(people: Persons) -> pl.Expr:
    return pl.col("owner").is_in([p.id for p in people.people])


def _answered_in_time(leads: pl.DataFrame, given: Map) -> pl.DataFrame:
    within = given.assume.prompt_within if given.assume else PROMPT
    return leads.with_columns((pl.col("response") <= within).fill_null(False).alias("answered_in_time"))


def _sides(leads: pl.DataFrame, history: History, given: Map) -> dict[str, sides.Sides]:
    """Touches without conversation are those of their own export, or leads answered that never came to the
    step that takes a conversation."""
    talked, touches = given.deals.conversation, history.touches
    if talked is not None and not touches.height:
        answered = leads.filter((pl.col("response") > 0) & (pl.col("owner") != NOBODY))
        touches = answered.select("owner", pl.col(f"step_{talked}").alias("conversation"))
    found = {
        "short_calls": sides.short_calls(history.calls, given.calls.short) if given.calls else None,
        "silent_touches": sides.silent_touches(touches),
    }
    return {metric: persons for metric, persons in found.items() if persons is not None}


def _effect(mature: pl.DataFrame, history: History, given: Map) -> response.Effect | None:
    """By leads answered in time where that is known: wins are few, and mostly luck."""
    change = given.change
    if change is None:
        return None
    leads = _answered_in_time(mature.filter(pl.col("owner") != NOBODY), given)
    outcome = "answered_in_time" if leads["answered_in_time"].any() else "won"
    return response.after_change(leads, outcome, change.on, change.weeks, history.concerned, change.reward)
