"""What sources cost, and how leads follow spend from week to week.

The second is a correlation and no experiment: budgets are raised when leads come easily, in season, and for
offers that work, so it can be too high; spend that works later makes it too low.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import stats

from optimizer.history.estimate.rates import LEVEL

_LEAST_SPEND = 20.0
"""Currency per week: below, a campaign is being switched on or off."""
_WEEKS_NEEDED = 20


@dataclass(frozen=True)
class Elasticity:
    """Percent more leads in weeks with a percent more spend."""

    weeks: int
    value: float
    se: float
    r2: float

    @property
    def lo(self) -> float:
        return self.value - self._half

    @property
    def hi(self) -> float:
        return self.value + self._half

    @property
    def _half(self) -> float:
        return float(stats.t.ppf((1 + LEVEL) / 2, self.weeks - 2)) * self.se


@dataclass(frozen=True)
class SourceCost:
    """What a source cost per lead that it brought."""

    cost: float
    leads: int
    wins: int
    elasticity: Elasticity | None

    @property
    def per_lead(self) -> float:
        return self.cost / self.leads

    @property
    def per_next_lead(self) -> float | None:
        """If leads follow spend as they did: average cost over elasticity."""
        elasticity = self.elasticity
        return self.per_lead / elasticity.value if elasticity and elasticity.lo > 0 else None


def costs_of(leads: pl.DataFrame, spend: pl.DataFrame) -> dict[str, SourceCost]:
    """Sources with any cost, in alphabetical order."""
    source = pl.col("source").cast(pl.String)
    costs = spend.group_by(source).agg(pl.col("cost").sum()).filter(pl.col("cost") > 0)
    counts = leads.group_by(source).agg(pl.len().alias("n"), pl.col("won").sum().alias("k"))
    joined = costs.join(counts, on="source").sort("source")
    weekly = _weekly(leads, spend) if joined.height else pl.DataFrame(schema={"source": pl.String})
    return {
        s: SourceCost(float(c), int(n), int(k), _elasticity(weekly.filter(pl.col("source") == s)))
        for s, c, n, k in joined.iter_rows()
    }


def _weekly(leads: pl.DataFrame, spend: pl.DataFrame) -> pl.DataFrame:
    """Leads and spend by source and week, where there are both."""
    source = pl.col("source").cast(pl.String)
    spent = spend.group_by(source, pl.col("date").dt.truncate("1w").alias("week")).agg(pl.col("cost").sum())
    came = leads.group_by(source, pl.col("created").dt.truncate("1w").alias("week")).agg(pl.len().alias("n"))
    both = spent.filter(pl.col("cost") > _LEAST_SPEND).join(came, on=["source", "week"])
    return both.sort("source", "week")


def _elasticity(weeks: pl.DataFrame) -> Elasticity | None:
    """Slope of log leads on log spend; None with too few weeks or one level of spend."""
    if weeks.height < _WEEKS_NEEDED or weeks["cost"].n_unique() < 3:
        return None
    line = stats.linregress(np.log(weeks["cost"].to_numpy()), np.log(weeks["n"].to_numpy()))
    return Elasticity(weeks.height, float(line.slope), float(line.stderr), float(line.rvalue**2))
