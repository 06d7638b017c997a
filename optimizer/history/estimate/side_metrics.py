"""Side metrics that look like gaming: calls too short to be a conversation, touches without one; per person,
with reliability."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from optimizer.history.estimate.rates import Rate, Spread, rates_by, spread_of, wilson

_DOUBT = 0.01
"""Of all persons together, by Bonferroni: one false alarm in a hundred companies."""
_TIMES = 2.0
"""An outlier's share is surely more than so many times the median person's; or, where most of everybody's
touches are silent, the conversations are surely fewer than the median person's by that factor."""


@dataclass(frozen=True)
class Oddity:
    """One person's share of calls or touches that are no conversation."""

    id: str
    share: Rate
    shrunk: float
    """Drawn towards the others by what luck explains."""
    reliability: float
    outlier: bool


@dataclass(frozen=True)
class SideMetrics:
    people: tuple[Oddity, ...]
    """Only those with enough calls to say anything."""
    spread: Spread
    median: float


def short_calls(calls: pl.DataFrame, short: float, least: int = 50) -> SideMetrics | None:
    """Calls of at most `short` seconds, by person."""
    marked = calls.filter(pl.col("seconds") > 0).with_columns(short=pl.col("seconds") <= short)
    return compared(rates_by(marked, "owner", "short", least))


def silent_touches(touches: pl.DataFrame, least: int = 50) -> SideMetrics | None:
    """Touches without conversation, by person; `touches` has owner and conversation."""
    return compared(rates_by(touches.with_columns(silent=~pl.col("conversation")), "owner", "silent", least))


def compared(rates: Mapping[str, Rate]) -> SideMetrics | None:
    """Persons against the median person; None where there are too few to have one."""
    if len(rates) < 5:
        return None
    spread, median = spread_of(rates), float(np.median([r.rate for r in rates.values()]))
    people, odd = [], min(_TIMES * median, 1 - (1 - median) / _TIMES)
    for name, rate in rates.items():
        reliability = spread.reliability(rate.n)
        sure = wilson(rate.k, rate.n, 1 - _DOUBT / len(rates))[0]
        shrunk = spread.p + reliability * (rate.rate - spread.p)
        people.append(Oddity(name, rate, shrunk, reliability, sure > odd and spread.pvalue < 0.01))
    return SideMetrics(tuple(people), spread, median)
