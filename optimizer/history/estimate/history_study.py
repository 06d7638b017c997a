"""Everything that a history says, estimated in one go."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl
from threadpoolctl import threadpool_limits

from optimizer.history.estimate import side_metrics, speed_to_lead, timing
from optimizer.history.estimate.arrivals import Arrival
from optimizer.history.estimate.capacity import Capacity, capacity_of
from optimizer.history.estimate.controllability import Controlled
from optimizer.history.estimate.estimates import (
    arrival,
    by_month_of_quarter,
    common_swings,
    compared,
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
from optimizer.history.estimate.lags import Done, Lag
from optimizer.history.estimate.outcomes import Cohort, Days, Outcome, cohorts_of, days_of, outcome_of
from optimizer.history.estimate.people import EACH_NEEDED, Persons
from optimizer.history.estimate.rate_changes import Change, changes_of, parted
from optimizer.history.estimate.rates import Z95, Rate, Spread, quantiles
from optimizer.history.estimate.responsiveness import Effect, Responsiveness
from optimizer.history.estimate.spending import SourceCost, costs_of
from optimizer.history.read.account import NOBODY
from optimizer.history.read.deals import History
from optimizer.history.read.maps.mapping import WEEKS, Map


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
    days: Days
    """Leads by day of creation: won, lost, open."""
    outcome: Outcome | None
    """Share won in the end of those that are decided, by the parts of time between changes."""
    today: Outcome | None
    """The same since the last change."""
    changes: tuple[Change, ...]
    """When the win rate changed."""
    cohorts: tuple[Cohort, ...]
    done: tuple[Done, ...]
    """Share won within some days, leads too young allowed for."""
    value: Mapping[str, float]
    """Quantiles of the value of won deals."""
    people: Persons | None
    needed: int
    """Leads old enough to be judged that a person needs to be compared."""
    controlled: Mapping[str, Controlled]
    """How much of a KPI persons make, by KPI."""
    slopes: tuple[speed_to_lead.Slope, ...]
    """What waiting costs, with more and more held equal."""
    within: speed_to_lead.Slope | None
    """The same among leads that are all promising, or all not."""
    waiting: Mapping[str, Rate]
    rushes: Mapping[str, timing.Rush]
    by_month_of_quarter: Mapping[int, Rate]
    """Won of decided deals closed in the first, second and last month of quarters."""
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
    def _others(self) -> list[tuple[str, int, int]]:
        """Persons who are not compared, with their leads that are old enough and the wins among them."""
        compared = {p.id for p in self.people.people} if self.people else set()
        counts = self.mature.group_by(pl.col("owner").cast(pl.String)).agg(pl.len(), pl.col("won").sum())
        rows = counts.sort("owner").iter_rows()
        return [(str(o), int(n), int(k)) for o, n, k in rows if o != NOBODY and o not in compared]

    @cached_property
    def fewer(self) -> dict[str, int]:
        """Persons with too few leads to be compared, with their leads that are old enough."""
        return {owner: n for owner, n, _ in self._others if n < self.needed}

    @cached_property
    def other_roles(self) -> dict[str, int]:
        """Persons with leads enough who win, or lose, next to nothing: they do other work, and are not
        compared."""
        return {o: n for o, n, k in self._others if n >= self.needed and min(k, n - k) < EACH_NEEDED}

    @cached_property
    def weeks(self) -> float:
        """Length of the time in which mature leads were created."""
        return max(1.0, ((self.mature_before - self.first).days) / 7)

    def exposed(self, leads: pl.DataFrame) -> float:
        """Leads counted by the share of wins that can have come by their age: what wins are a share of."""
        if self.arrival is None or not self.arrival.told:
            return float(leads.height)
        ages = days_seen(leads, self.history).value_counts(name="leads")
        age, count = ages.to_series(0).to_numpy(), ages["leads"].to_numpy()
        return float(count @ self.arrival.by(age))

    def share_won(self, wins: int, leads: pl.DataFrame) -> Rate:
        """Of leads, by how many of them can have been won at their age."""
        return Rate(wins, max(round(self.exposed(leads)), wins))

    @property
    def since_change(self) -> Outcome | None:
        """Share won of leads created since the win rate last changed; None where it did not."""
        return self.today if self.changes else None

    def latest(self, leads: pl.DataFrame) -> pl.DataFrame:
        """Those since the win rate last changed, if enough of them are won to tell it; else all of them."""
        if not self.changes:
            return leads
        since = leads.filter(pl.col("created").dt.date() >= self.changes[-1].on)
        return since if int(since["won"].sum()) >= EACH_NEEDED else leads

    def unsettled(self, leads: pl.DataFrame) -> float:
        """How far the win rate of leads may lie from what is counted of these, as a share of it: how late
        wins come is not sure, deals long open may be decided yet, the rate changed since."""
        outcome, today = self.outcome, self.today
        if self.arrival is None or outcome is None or today is None:
            return 0.0
        since = self.days.since(day_of(leads["created"].min()))
        _, variance = self.arrival.exposed(since.age, since.leads)
        still = 0.0 if outcome.all_decided else 1 / outcome.decided - 1
        old = bool(self.changes) and since.day[0] < self.changes[-1].on
        counted = int(self.mature["won"].sum()) / max(1e-9, self.exposed(self.mature))
        moved = abs(today.rate * today.decided / max(1e-9, counted) - 1) if old else 0.0
        return Z95 * math.sqrt(variance) + max(still, moved)

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
    won, lost = (arrival(leads, history, outcome) for outcome in ("won", "lost"))
    days = days_of(leads, history.last)
    changes = changes_of(days, won, lost)
    parts = parted(days, changes)
    tell("persons")
    people, needed = compared(mature, leads, history, given)
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
        arrival=won,
        days=days,
        outcome=outcome_of(parts, won, lost),
        today=outcome_of(parts[-1:], won, lost),
        changes=changes,
        cohorts=cohorts_of(days, young),
        done=shares_done(mature, history),
        value=quantiles(wins["value"].filter(wins["value"] >= given.deals.least_value).drop_nulls()),
        people=people,
        needed=needed,
        controlled=controlled_by_persons(mature, people, given),
        slopes=slopes,
        within=within,
        waiting=speed_to_lead.by_waiting(mature, "won"),
        rushes=rushes(frame, history.last),
        by_month_of_quarter=by_month_of_quarter(leads),
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
