"""What becomes of leads in the end: won, lost or left open, by the day they were created.

By the end of observation a lead of some age is won with probability π·F(age), lost with λ·G(age), where F, G
say how fast wins and losses come. So wins over the leads that could have been won by now, W / ΣF, are π,
losses likewise λ; π + λ is less than 1 where deals are left open for good. Of those that are decided in the
end, π / (π + λ) are won: deals that stay open count neither way.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import special

from optimizer.arrays import Floats
from optimizer.history.estimate.arrivals import Arrival
from optimizer.history.estimate.rates import Z95, Rate, wilson


@dataclass(frozen=True)
class Days:
    """Leads by day of creation."""

    day: pl.Series
    age: Floats
    """Days to the end of observation."""
    leads: Floats
    won: Floats
    lost: Floats

    @property
    def open(self) -> Floats:
        return self.leads - self.won - self.lost

    @property
    def losses_known(self) -> bool:
        """Whether the export tells lost deals from open ones."""
        return bool(self.lost.any())

    def between(self, first: int, end: int) -> Days:
        """Of the days from one to before another, by their place."""
        at = slice(first, end)
        return Days(self.day[at], self.age[at], self.leads[at], self.won[at], self.lost[at])

    def since(self, day: dt.date) -> Days:
        """Of that day and later ones."""
        return self.between(int((self.day < day).sum()), len(self.age))


def days_of(leads: pl.DataFrame, last: dt.datetime) -> Days:
    """Leads with `created`, `won` and, where it is known, `lost`."""
    lost = pl.col("lost").fill_null(False) & ~pl.col("won") if "lost" in leads.columns else pl.lit(False)
    table = (
        leads.group_by(pl.col("created").dt.date().alias("day"))
        .agg(pl.len().alias("leads"), pl.col("won").sum(), lost.sum().alias("lost"))
        .sort("day")
    )
    age = (pl.lit(last.date()) - pl.col("day")).dt.total_days()
    columns = table.select(age.alias("age"), "leads", "won", "lost").cast(pl.Float64)
    return Days(table["day"], *(columns[name].to_numpy() for name in columns.columns))


_ALL_DECIDED = 0.97
"""Larger shares decided in the end are all, but for chance."""


@dataclass(frozen=True)
class Outcome:
    """Share won in the end, with its 95 % interval."""

    rate: float
    lo: float
    hi: float
    decided: float
    """Share of leads that is decided in the end; others are left open for good."""

    @property
    def all_decided(self) -> bool:
        """But for chance, none are left open for good."""
        return self.decided >= _ALL_DECIDED


def outcome_of(parts: Sequence[Days], won: Arrival | None, lost: Arrival | None) -> Outcome | None:
    """Of leads created in parts of time between which the rate changed, each part by its own rate.

    None where too few wins are dated.
    """
    if won is None:
        return None
    known = any(part.losses_known for part in parts)
    each = [_of_part(part, won, lost, known) for part in parts if part.leads.sum()]
    size = np.array([n for *_, n in each])
    share, rate, variance, decided = size / size.sum(), *(np.array([e[i] for e in each]) for i in range(3))
    middle = float(np.clip(share @ rate, 1e-9, 1 - 1e-9))
    slope = share * rate * (1 - rate) / (middle * (1 - middle))
    half = Z95 * math.sqrt(float(slope**2 @ variance))
    odds = math.log(middle / (1 - middle))
    lo, hi = (float(special.expit(bound)) for bound in (odds - half, odds + half))
    return Outcome(middle, lo, hi, float(share @ decided))


def _of_part(
    part: Days, won: Arrival, lost: Arrival | None, known: bool
) -> tuple[float, float, float, float]:
    """Rate, variance of its log odds, share decided, and leads."""
    n, wins, losses = (float(x.sum()) for x in (part.leads, part.won, part.lost))
    exposed, unsure = won.exposed(part.age, part.leads)
    share = min(1.0, wins / exposed)
    if not known:
        lo, hi = wilson(wins, max(exposed, wins))
        return share, _variance(lo, hi) + unsure / max(1e-9, 1 - share) ** 2, 1.0, n
    ended, doubt = lost.exposed(part.age, part.leads) if lost is not None else (n, 0.0)
    gone = min(1.0, losses / ended)
    rate = share / (share + gone) if share + gone else 0.0
    lo, hi = wilson(wins, wins + losses)
    return rate, _variance(lo, hi) + unsure + doubt, min(1.0, share + gone), n


def _variance(lo: float, hi: float) -> float:
    """Of log odds, from an interval of the rate."""
    low, high = (math.log(x / (1 - x)) for x in np.clip((lo, hi), 1e-6, 1 - 1e-6))
    return float(((high - low) / 2 / Z95) ** 2)


@dataclass(frozen=True)
class Cohort:
    """Leads created in one quarter, or month where the history is short."""

    start: dt.date
    won: int
    lost: int
    open: int
    mature: bool
    """All of them are old enough to be judged."""

    @property
    def decided(self) -> Rate:
        return Rate(self.won, self.won + self.lost)


_SHORT = 400
"""Days of a history whose cohorts are months."""


def cohorts_of(days: Days, mature_before: dt.date) -> tuple[Cohort, ...]:
    """By the time they were created."""
    every = "1q" if (days.day[-1] - days.day[0]).days > _SHORT else "1mo"
    counts = pl.DataFrame({"day": days.day, "won": days.won, "lost": days.lost, "open": days.open})
    table = (
        counts.group_by(pl.col("day").dt.truncate(every).alias("start"))
        .agg(pl.col("won", "lost", "open").sum().cast(pl.Int64), pl.col("day").max().alias("last"))
        .sort("start")
    )
    return tuple(
        Cohort(start, won, lost, left, last < mature_before)
        for start, won, lost, left, last in table.iter_rows()
    )
