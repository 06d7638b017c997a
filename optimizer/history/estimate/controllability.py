"""How much of a person's result is the person's own, against lead supply, season and luck.

What is measured is how far persons *do* differ, which is the least that they can move: persons who all work
alike leave no spread and may still move much. So a measurement replaces the model's own number only where
persons differ beyond chance and the interval says something.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from scipy import stats

from optimizer.history.estimate import mixed_models, strata
from optimizer.history.estimate.rates import LEVEL

_LEADS_NEEDED = 10
"""Of a person and month."""
_CELLS_NEEDED, _PERSONS_NEEDED = 36, 5
_GROUPS = 20
"""Of persons left out together where there are more of them."""
_WIDEST = 0.5
"""An interval wider than this says nothing."""


@dataclass(frozen=True)
class Controlled:
    """Share of the variance of persons' results per period that persons make, after lead supply."""

    value: float
    lo: float
    hi: float
    persons: int
    cells: int
    """Persons times months."""
    apart: bool
    """Persons differ beyond chance after supply and mix."""
    others: Mapping[str, float] = field(default_factory=dict)
    """What makes the rest: shares of `supply`, `season` and `luck`."""

    @property
    def tells(self) -> bool:
        """It may replace the model's own number."""
        enough = self.persons >= _PERSONS_NEEDED and self.cells >= _CELLS_NEEDED
        return enough and self.apart and self.lo > 0 and self.hi - self.lo <= _WIDEST


def controlled(
    leads: pl.DataFrame, outcome: str, months: float, apart: bool, *, rate: bool = False
) -> Controlled | None:
    """Of `leads` with owner, attributes, created and an outcome; a period has so many `months`.

    Leads with the outcome (their share, where the KPI is a `rate`) by person and month are split into what
    the same leads bring by source, segment and product in average hands (supply) and the rest, and the rest
    into persons, months and luck (REML). Months and luck average out over a period, supply is taken not to.
    The interval leaves out one person at a time, or one of twenty groups (jackknife).
    """
    cells = _cells(leads, outcome, rate)
    owners = cells["owner"].unique().sort()
    if cells.height < 12 or len(owners) < 3 or cells["month"].n_unique() < 3 or cells["rest"].var() == 0:
        return None
    parts = _parts(cells, months)
    g = min(len(owners), _GROUPS)
    folds = (cells.filter(~pl.col("owner").is_in(owners[i::g].implode())) for i in range(g))
    without = np.array([_parts(fold, months)["own"] for fold in folds])
    error = math.sqrt((g - 1) / g * float(((without - without.mean()) ** 2).sum()))
    half = float(stats.t.ppf((1 + LEVEL) / 2, g - 1)) * error
    value = parts.pop("own")
    lo, hi = max(0.0, value - half), min(1.0, value + half)
    return Controlled(value, lo, hi, len(owners), cells.height, apart, parts)


def _cells(leads: pl.DataFrame, outcome: str, rate: bool) -> pl.DataFrame:
    names = strata.attributes_of(leads, outcome)
    units = pl.col("n") if rate else pl.lit(1)
    return (
        strata.with_levels(leads, names)
        .with_columns(pl.col(outcome).mean().over(names or pl.lit(0)).alias("chance"))
        .group_by("owner", "month", maintain_order=True)
        .agg(pl.len().alias("n"), pl.col(outcome).sum().alias("k"), pl.col("chance").sum().alias("supply"))
        .filter(pl.col("n") >= _LEADS_NEEDED)
        .with_columns(((pl.col("k") - pl.col("supply")) / units).alias("rest"), pl.col("supply") / units)
        .sort("owner", "month")
    )


def _parts(cells: pl.DataFrame, months: float) -> dict[str, float]:
    """Shares of a period's variance: `own`, `supply`, `season`, `luck`."""
    variance = mixed_models.linear(cells, "rest", ["owner", "month"]).variance
    parts = {
        "own": variance["owner"],
        "supply": float(cells["supply"].to_numpy().var(ddof=1)),
        "season": variance["month"] / months,
        "luck": variance["residual"] / months,
    }
    total = sum(parts.values())
    return {name: part / total for name, part in parts.items()}
