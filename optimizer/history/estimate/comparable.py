"""Which leads persons can be compared on: enough, old enough in everybody's hands, and decided."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import stats

from optimizer.history.read.account import NOBODY

_USUAL = 0.3
"""Standard deviation of persons' results over the average that is usual among closers."""
_RELIABLE = 2 / 3
"""Share of a difference that is to be the person's own, for persons to be compared."""
_LAGS_NEEDED = 20
"""Dated wins of a person, to know how fast the person wins."""
_DIFFER = 0.01


def leads_needed(rate: float) -> int:
    """Leads of a person of which two thirds of the usual difference between persons would show."""
    ratio = _RELIABLE / (1 - _RELIABLE)
    return math.ceil(ratio * (1 - rate) / (max(rate, 1e-4) * _USUAL**2))


@dataclass(frozen=True)
class Settled:
    """Leads that had time to be decided in everybody's hands."""

    leads: pl.DataFrame
    too_young: bool = False
    """Persons differ in speed, and the history is too short to wait for the slowest."""

    @property
    def readings(self) -> dict[str, float]:
        """A reading by which all differences may be those of speed."""
        return {"speed": 1.0} if self.too_young else {}


def settled_of(mature: pl.DataFrame, last: dt.datetime) -> Settled:
    """Mature leads that even the slowest person had time to win (95 % of the person's own lags), at least the
    older half."""
    dated = mature.filter(pl.col("won") & pl.col("lag").is_not_null() & (pl.col("owner") != NOBODY))
    by = dated.group_by(pl.col("owner").cast(pl.String)).agg(pl.col("lag"))
    lags = [values for values in by["lag"].to_list() if len(values) >= _LAGS_NEEDED]
    if len(lags) < 2:
        return Settled(mature)
    slowest = max(float(np.percentile(values, 95)) for values in lags)
    limit = dt.datetime.combine(last, dt.time.min) - dt.timedelta(days=slowest)
    half = mature["created"].quantile(0.5, "higher")
    assert isinstance(half, dt.datetime)
    settled = mature.filter(pl.col("created") < max(limit, half))
    differ = limit < half and float(stats.kruskal(*lags).pvalue) < _DIFFER
    return Settled(settled, differ)


def readings_of(frame: pl.DataFrame, outcome: str) -> dict[str, pl.DataFrame]:
    """Decided leads, and all of them with open ones counted as lost; the same where nothing tells them."""
    if outcome != "won" or not _losses_known(frame):
        return {"decided": frame}
    decided = frame.filter(pl.col("won") | pl.col("lost").fill_null(False))
    alone = decided.height == frame.height
    return {"decided": decided} | ({} if alone else {"open_as_lost": frame})


def _losses_known(frame: pl.DataFrame) -> bool:
    """Whether the export tells lost deals from open ones."""
    return "lost" in frame.columns and bool(frame["lost"].any())


def open_shares(frame: pl.DataFrame) -> dict[str, float]:
    if not _losses_known(frame):
        return {}
    left = (~pl.col("won") & ~pl.col("lost").fill_null(False)).mean()
    shares = frame.group_by(pl.col("owner").cast(pl.String)).agg(left.alias("share"))
    return {str(owner): float(share) for owner, share in shares.iter_rows()}
