"""How much people do in a day where calls are logged with their date: what the team can take on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import stats

from optimizer.history.estimate import mixed_models
from optimizer.history.estimate.rates import LEVEL

_DAYS_NEEDED = 20
"""Of a person's work."""


@dataclass(frozen=True)
class Capacity:
    """Calls and hours on the phone per person and day with calls."""

    persons: int
    days: int
    """Persons times days."""
    calls: float
    """Mean, with its interval by persons, whose days resemble each other."""
    lo: float
    hi: float
    busy: float
    """Calls on the fullest day of ten."""
    hours: float
    """Logged, mean."""
    share: Mapping[str, float]
    """Of the variance of calls: `owner`, `day`, `residual`."""


def capacity_of(calls: pl.DataFrame) -> Capacity | None:
    """Of `calls` with owner, day and seconds; None with fewer than three persons or twenty days of work."""
    dated = calls.filter(pl.col("day").is_not_null() & (pl.col("seconds") > 0))
    cells = dated.group_by("owner", "day").agg(
        pl.len().cast(pl.Float64).alias("calls"), (pl.col("seconds").sum() / 3600).alias("hours")
    )
    means = cells.group_by("owner").agg(pl.col("calls").mean())["calls"].to_numpy()
    if len(means) < 3 or cells.height < _DAYS_NEEDED or cells["calls"].n_unique() < 2:
        return None
    mean = float(cells["calls"].to_numpy().mean())
    error = float(means.std(ddof=1)) / np.sqrt(len(means))
    half = float(stats.t.ppf((1 + LEVEL) / 2, len(means) - 1)) * error
    return Capacity(
        len(means),
        cells.height,
        mean,
        max(0.0, mean - half),
        mean + half,
        float(np.percentile(cells["calls"].to_numpy(), 90)),
        float(cells["hours"].to_numpy().mean()),
        mixed_models.linear(cells, "calls", ["owner", "day"]).share,
    )
