"""Everything that a history says, estimated in one go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl
from threadpoolctl import threadpool_limits

from optimizer.history.estimate import side_metrics, speed_to_lead, timing
from optimizer.history.estimate.capacity import Capacity, capacity_of
from optimizer.history.estimate.controllability import Controlled
from optimizer.history.estimate.estimates import (
    arrival,
    common_swings,
    controlled_by_persons,
    day_of,
    days_seen,
    effect_of_change,
    experiment_of,
    lags_of,
    maturity,
    noise_of,
    rates_of,
    rushes,
    shares_done,
    sides_of,
    slopes_of,
    spread_of_sources,
)
from optimizer.history.estimate.experiment import PayElasticity, responsiveness_of
from optimizer.history.estimate.lags import Arrival, Done, Lag
from optimizer.history.estimate.people import Persons, persons
from optimizer.history.estimate.rates import Rate, Spread, quantiles
from optimizer.history.estimate.responsiveness import Effect, Responsiveness
from optimizer.history.estimate.spending import SourceCost, costs_of
from optimizer.history.read.deals import History
from optimizer.history.read.mapping import WEEKS, Map

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
    """Funnel steps, then `won`, `<outcome>_given_<step>`, `<outcome>.<source>`,
    `won_by_segment.<segment>`."""
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
    slopes: tuple[speed_to_lead.Slope, ...]
    """What waiting costs, with more and more held equal."""
    within: speed_to_lead.Slope | None
    """The same among leads that are all promising, or all not."""
    waiting: Mapping[str, Rate]
    rushes: Mapping[str, timing.Rush]
    noise: Mapping[str, timing.Noise]
    """Scatter per period of the counts that a plan may pay."""
    common: float
    """Correlation of the swings of leads and wins."""
    costs: Mapping[str, SourceCost]
    effect: Effect | None
    """What a past change of the plan did."""
    experiment: PayElasticity | None
    """What an experiment tells of effort and pay."""
    responsiveness: Responsiveness
    """Of the owners of leads; the experiment's or the prior until `behaviour` matches the effect."""
    capacity: Capacity | None
    """What persons take on in a day, where calls are logged with theirs."""
    sides: Mapping[str, side_metrics.SideMetrics]
    """Persons by side metrics that look like gaming: `short_calls`, `silent_touches`."""

    @property
    def first(self) -> dt.date:
        return day_of(self.leads["created"].min())

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
        return float(self.arrival.by(days_seen(leads, self.history)).sum())

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
    lags = lags_of(frame)
    mature, young = mature_of(leads, history, given, lags)
    tell("persons")
    people = persons(mature, "won", "win_rate", _PEOPLE_LEADS)
    slopes, within = _slopes(mature, people, given, tell)
    tell("timing")
    experiment = experiment_of(history, given)
    return Study(
        history=history,
        given=given,
        mature_before=young,
        leads=leads,
        mature=mature,
        junk=frame.height - leads.height,
        rates=rates_of(frame, mature, given),
        sources=spread_of_sources(mature, given),
        lags=lags,
        arrival=arrival(leads, history),
        done=shares_done(mature, history),
        value=quantiles(wins["value"].filter(wins["value"] >= given.deals.least_value).drop_nulls()),
        people=people,
        controlled=controlled_by_persons(mature, people, given),
        slopes=slopes,
        within=within,
        waiting=speed_to_lead.by_waiting(mature, "won"),
        rushes=rushes(frame),
        noise=noise_of(leads, wins, given, young),
        common=common_swings(leads, wins),
        costs=costs_of(leads, history.spend),
        effect=effect_of_change(mature, history, given),
        experiment=experiment,
        responsiveness=responsiveness_of("sales", experiment),
        capacity=capacity_of(history.calls),
        sides=sides_of(leads, history, given),
    )


def mature_of(
    leads: pl.DataFrame, history: History, given: Map, lags: Mapping[str, Lag]
) -> tuple[pl.DataFrame, dt.date]:
    """Leads old enough to be judged, and the day before which those were created."""
    if given.mature_before is not None:
        limit = dt.datetime.combine(given.mature_before, dt.time.min)
    else:
        limit = maturity(history, lags.get("created_to_won"))
    mature = leads.filter(pl.col("created") < limit)
    return (mature, limit.date()) if mature.height else (leads, history.last.date() + dt.timedelta(days=1))


def _slopes(
    mature: pl.DataFrame, people: Persons | None, given: Map, tell: Callable[[str], None]
) -> tuple[tuple[speed_to_lead.Slope, ...], speed_to_lead.Slope | None]:
    """What sooner answers bring; nothing where no answer is dated."""
    if mature["response"].null_count() == mature.height:
        return (), None
    tell("response times")
    return slopes_of(mature, people, given)
