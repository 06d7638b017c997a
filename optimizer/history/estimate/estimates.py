"""Each estimate of a study, from typed rows and what the map says."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl

from optimizer.arrays import Floats
from optimizer.history.estimate import responsiveness, side_metrics, speed_to_lead, timing
from optimizer.history.estimate.arrivals import Arrival, arrival_of
from optimizer.history.estimate.comparable import leads_needed, settled_of
from optimizer.history.estimate.controllability import Controlled, controlled
from optimizer.history.estimate.experiment import PayElasticity, pay_elasticity
from optimizer.history.estimate.lags import Done, Lag, done_within, lag_of
from optimizer.history.estimate.people import Persons, persons, with_open_shares
from optimizer.history.estimate.rates import Rate, Spread, rate_of, rates_by, spread_of
from optimizer.history.estimate.timing import WEEKS_NEEDED
from optimizer.history.read.account import NOBODY
from optimizer.history.read.deals import History
from optimizer.history.read.maps.assumptions import PROMPT
from optimizer.history.read.maps.mapping import WEEKS, Map


def day_of(moment: object) -> dt.date:
    assert isinstance(moment, dt.datetime)
    return moment.date()


def maturity(history: History, lag: Lag | None) -> dt.datetime:
    """The last day less the time in which nine of ten wins have come."""
    days = float(np.percentile(lag.observed, 90)) if lag is not None and len(lag.observed) else 0.0
    return dt.datetime.combine(history.last, dt.time.min) - dt.timedelta(days=days)


def rates_of(frame: pl.DataFrame, mature: pl.DataFrame, given: Map) -> dict[str, Rate]:
    steps = [f"step_{name}" for name in given.steps]
    rates = {name.removeprefix("step_"): rate_of(mature, name) for name in [*steps, "won"]}
    for step in steps:
        rates[f"won_given_{step.removeprefix('step_')}"] = rate_of(mature.filter(step), "won")
    rates["won_of_all_rows"] = rate_of(frame, "won")
    decided = frame.filter(~pl.col("junk") & (pl.col("won") | pl.col("lost").fill_null(False)))
    if not decided["won"].all():
        rates["won_of_decided"] = rate_of(decided, "won")
    outcomes = ["won"] if given.deals.good is None else ["won", f"step_{given.deals.good}"]
    if given.deals.columns.source is not None:
        for outcome in outcomes:
            by = rates_by(mature, "source", outcome, given.least)
            rates |= {f"{outcome.removeprefix('step_')}.{source}": rate for source, rate in by.items()}
    if given.deals.columns.segment is not None:
        by = rates_by(mature, "segment", "won", given.least)
        rates |= {f"won_by_segment.{segment}": rate for segment, rate in by.items()}
    return rates


def spread_of_sources(mature: pl.DataFrame, given: Map) -> Spread | None:
    by = rates_by(mature, "source", "won", given.least)
    return spread_of(by) if len(by) > 1 else None


def lags_of(frame: pl.DataFrame) -> dict[str, Lag]:
    """Of closed deals; open ones among them do not tell when, or whether, they will be won."""
    lags = {}
    for outcome in ("won", "lost"):
        days = frame.filter(outcome)["lag"].drop_nulls()
        if len(days):
            lags[f"created_to_{outcome}"] = lag_of(days)
    return lags


def arrival(leads: pl.DataFrame, history: History, outcome: str = "won") -> Arrival | None:
    dated = leads.filter(pl.col(outcome) & pl.col("lag").is_not_null())
    return arrival_of(dated["lag"], days_seen(dated, history))


def days_seen(leads: pl.DataFrame, history: History) -> pl.Series:
    """Calendar days from the creation of leads to the end of observation."""
    seen = (pl.lit(history.last.date()) - pl.col("created").dt.date()).dt.total_days()
    return leads.select(seen).to_series()


def shares_done(mature: pl.DataFrame, history: History) -> tuple[Done, ...]:
    """Wins without a date are taken to come as soon as dated ones: the share is scaled up by them."""
    known = mature.filter(~pl.col("won") | pl.col("lag").is_not_null())
    if not known["won"].any():
        return ()
    age = (pl.lit(history.last) - pl.col("created")).dt.total_days()
    known = known.with_columns(age.alias("age")).filter(pl.col("age") >= 0)
    days = (7, 14, 30, 60, 90, 120, 150)
    shares = done_within(days, known["lag"].fill_null(0), known["won"], known["age"])
    undated = int(mature["won"].sum()) / int(known["won"].sum())
    return tuple(Done(d.days, *(min(1.0, undated * x) for x in (d.share, d.lo, d.hi))) for d in shares)


def slopes_of(
    mature: pl.DataFrame, people: Persons | None, given: Map
) -> tuple[tuple[speed_to_lead.Slope, ...], speed_to_lead.Slope | None]:
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
    slopes = (speed_to_lead.slope(used, "won", controls) for controls in steps)
    within = None
    if given.deals.good is not None:
        used = used.rename({f"step_{given.deals.good}": given.deals.good})
        within = speed_to_lead.slope(used, "won", (*most, given.deals.good))
    return tuple(s for s in slopes if s is not None), within


def rushes(frame: pl.DataFrame, last: dt.datetime) -> dict[str, timing.Rush]:
    """Of wins and, for comparison, of leads: what nobody is paid for should show no rush. Each in the time in
    which it is seen: closings begin later than creations and may end later."""
    closings = _closings(frame)
    windows = {"won": closings.filter(closings <= last), "created": frame["created"]}
    events = {"won": frame.filter("won")["closed"], "created": frame["created"]}
    rushes_by_name = {}
    for months, name in ((1, "month_end"), (3, "quarter_end")):
        for kind, seen in windows.items():
            span = _span(seen, months)
            if span is not None and (span[1] - span[0]).days > 80:
                rushes_by_name[f"{name}_{kind}"] = timing.rush(events[kind], *span, months)
    return {name: rush for name, rush in rushes_by_name.items() if rush.events}


def _closings(frame: pl.DataFrame) -> pl.Series:
    """Closings of decided deals that are not before their creation."""
    return frame.filter(pl.col("closed").is_not_null() & pl.col("lag").is_not_null())["closed"]


def _span(seen: pl.Series, months: int) -> tuple[dt.date, dt.date] | None:
    if not seen.count():
        return None
    return timing.complete_periods(day_of(seen.min()), day_of(seen.max()), months)


def by_month_of_quarter(frame: pl.DataFrame) -> dict[int, Rate]:
    """Won of the decided deals closed in the first, second and last month of quarters; nothing where
    lost deals are not told, or have no dates."""
    dated = frame.filter(pl.col("closed").is_not_null() & pl.col("lag").is_not_null())
    if not dated["lost"].fill_null(False).any():
        return {}
    month = ((dated["closed"].dt.month() - 1) % 3 + 1).alias("month")
    counts = dated.select(month, "won").group_by("month").agg(pl.col("won").sum(), pl.len().alias("n"))
    return {int(m): Rate(int(k), int(n)) for m, k, n in counts.sort("month").iter_rows()}


def noise_of(leads: pl.DataFrame, wins: pl.DataFrame, given: Map, young: dt.date) -> dict[str, timing.Noise]:
    first, weeks = day_of(leads["created"].min()), WEEKS[given.period]
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


def common_swings(leads: pl.DataFrame, wins: pl.DataFrame) -> float:
    first, last = day_of(leads["created"].min()), day_of(leads["created"].max())
    series = [timing.weekly(dates, first, last) for dates in (leads["created"], wins["closed"])]
    usable = all(len(s) >= WEEKS_NEEDED and s.sum() > 0 for s in series)
    return timing.common_factor(series) if usable else 0.0


_COMPARED_ON = ("owner", "created", "won", "lost", "lag", "source", "segment", "product")


def compared(
    mature: pl.DataFrame, leads: pl.DataFrame, history: History, given: Map
) -> tuple[Persons | None, int]:
    """Persons, and the leads that each needs to be compared; where the map says which leads are old enough,
    they are so in everybody's hands."""
    used = mature.select(_COMPARED_ON)  # of millions of rows every copy counts
    settled = None if given.mature_before else settled_of(used, history.last)
    found = persons(used, "won", "win_rate", settled=settled)
    needed = leads_needed((int(mature["won"].sum()) + 1) / (mature.height + 2))
    return (with_open_shares(found, leads), needed) if found is not None else (None, needed)


def controlled_by_persons(mature: pl.DataFrame, people: Persons | None, given: Map) -> dict[str, Controlled]:
    """Of wins and of answering in time, among the persons compared."""
    if people is None:
        return {}
    used = _answered_in_time(mature.filter(_among(people)), given)
    months = WEEKS[given.period] / WEEKS["month"]
    shares = {"wins": controlled(used, "won", months, people.explained_by == "skill")}
    wins = shares["wins"]
    if wins is not None and not wins.apart:
        # Persons who cannot be told apart may all be alike, whatever the leave-one-out interval says.
        shares["wins"] = replace(wins, lo=0.0)
    if used["answered_in_time"].any():
        apart = spread_of(rates_by(used, "owner", "answered_in_time")).pvalue < 0.05
        shares["answered_in_time"] = controlled(used, "answered_in_time", months, apart, rate=True)
    return {kpi: share for kpi, share in shares.items() if share is not None}


def _among(people: Persons) -> pl.Expr:
    return pl.col("owner").is_in([p.id for p in people.people])


def _answered_in_time(leads: pl.DataFrame, given: Map) -> pl.DataFrame:
    within = given.assume.prompt_within if given.assume else PROMPT
    return leads.with_columns((pl.col("response") <= within).fill_null(False).alias("answered_in_time"))


def sides_of(leads: pl.DataFrame, history: History, given: Map) -> dict[str, side_metrics.SideMetrics]:
    """Touches without conversation are those of their own export, or leads answered that never came to the
    step that takes a conversation."""
    talked, touches = given.deals.conversation, history.touches
    if talked is not None and not touches.height:
        answered = leads.filter((pl.col("response") > 0) & (pl.col("owner") != NOBODY))
        touches = answered.select("owner", pl.col(f"step_{talked}").alias("conversation"))
    metrics = {
        "short_calls": side_metrics.short_calls(history.calls, given.calls.short) if given.calls else None,
        "silent_touches": side_metrics.silent_touches(touches),
    }
    return {metric: persons for metric, persons in metrics.items() if persons is not None}


def effect_of_change(mature: pl.DataFrame, history: History, given: Map) -> responsiveness.Effect | None:
    """By leads answered in time where that is known: wins are few, and mostly luck."""
    change = given.change
    if change is None:
        return None
    leads = _answered_in_time(mature.filter(pl.col("owner") != NOBODY), given)
    outcome = "answered_in_time" if leads["answered_in_time"].any() else "won"
    return responsiveness.after_change(
        leads, outcome, change.on, change.weeks, history.concerned, change.reward
    )


def experiment_of(history: History, given: Map) -> PayElasticity | None:
    experiment = given.experiment
    if experiment is None:
        return None
    return pay_elasticity(history.experiment, ", ".join(history.files["experiment"]), experiment.teams)
