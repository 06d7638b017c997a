"""When things happen: ends of months and quarters, weekly scatter, swings that KPIs share."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import stats

from optimizer.arrays import Floats

WEEKS_NEEDED = 8
"""To say how far counts scatter."""


@dataclass(frozen=True)
class Rush:
    """Events in the last days of periods, against an even spread.

    `z` supposes independent events and raises false alarms where they cluster; `p_shift` (circular shifts of
    the daily series by whole weeks) and `t` (over the periods' own ratios) do not.
    """

    events: int
    share_events: float
    share_days: float
    z: float
    shifts: int
    p_shift: float
    per_period: tuple[float, ...]
    t: float
    first_ratio: float
    """Events in the first five days against an even spread."""

    @property
    def ratio(self) -> float:
        return self.share_events / self.share_days if self.events else math.nan

    @property
    def p_t(self) -> float:
        """One-sided, over periods."""
        return float(stats.t.sf(self.t, len(self.per_period) - 1)) if len(self.per_period) > 2 else math.nan

    @property
    def real(self) -> bool:
        """Both tests that allow for clustering agree; one alone is a hint."""
        return self.p_shift <= 0.05 and self.p_t <= 0.05


def complete_periods(first: dt.date, last: dt.date, months: int) -> tuple[dt.date, dt.date] | None:
    """First day and last day of the whole months (1) or quarters (3) between two days."""
    start = first if first.day == 1 and (first.month - 1) % months == 0 else _next(first, months)
    end = _next(last + dt.timedelta(days=1), months, at_most=True) - dt.timedelta(days=1)
    return (start, end) if start < end else None


def _next(day: dt.date, months: int, at_most: bool = False) -> dt.date:
    """The first day of the next period; `at_most`: of the period that contains the day."""
    index = day.year * 12 + day.month - 1
    index = index // months * months + (0 if at_most else months)
    return dt.date(index // 12, index % 12 + 1, 1)


def daily(events: pl.Series, start: dt.date, end: dt.date) -> Floats:
    """Events on each day from `start` to `end`."""
    days = events.drop_nulls().dt.date()
    days = days.filter(days.is_between(start, end))
    at = (days - pl.Series([start])).dt.total_days().to_numpy()
    return np.bincount(at.astype(int), minlength=(end - start).days + 1).astype(float)


def rush(events: pl.Series, start: dt.date, end: dt.date, months: int = 1) -> Rush:
    """The last 5 days of months, or the last 10 of quarters, from `start` to `end` (whole periods)."""
    counts = daily(events, start, end)
    period, late, early = _places(start, len(counts), months)
    total = counts.sum()
    days = float(late.mean())
    share = float(counts[late].sum() / total) if total else math.nan
    shifted = [np.roll(counts, 7 * k)[late].sum() for k in range(1, len(counts) // 7)]
    beaten = sum(float(s) >= float(counts[late].sum()) for s in shifted)
    ratios = [_ratio(counts[period == p], late[period == p]) for p in np.unique(period)]
    known = np.array([r for r in ratios if math.isfinite(r)])
    spread = known.std(ddof=1) if len(known) > 1 else 0.0
    return Rush(
        int(total),
        share,
        days,
        float((share - days) / math.sqrt(days * (1 - days) / total)) if total else math.nan,
        len(shifted),
        (1 + beaten) / (1 + len(shifted)),
        tuple(float(r) for r in known),
        float((known.mean() - 1) / (spread / math.sqrt(len(known)))) if spread else math.nan,
        _ratio(counts, early),
    )


def _ratio(counts: Floats, chosen: NDArray[np.bool_]) -> float:
    total = counts.sum()
    return float(counts[chosen].sum() / total / chosen.mean()) if total else math.nan


def _places(
    start: dt.date, days: int, months: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Number of each day's period, and whether it is one of its last, or first five, days."""
    dates = pl.date_range(start, start + dt.timedelta(days=days - 1), "1d", eager=True)
    index = (dates.dt.year().cast(pl.Int64) * 12 + dates.dt.month() - 1).to_numpy() // months
    ends = np.flatnonzero(np.diff(index, append=index[-1] + 1))
    to_end = ends[np.searchsorted(ends, np.arange(days))] - np.arange(days)
    starts = np.concatenate(([0], ends[:-1] + 1))
    from_start = np.arange(days) - starts[np.searchsorted(ends, np.arange(days))]
    return index, to_end < (5 if months == 1 else 10), from_start < 5


def weekly(events: pl.Series, start: dt.date, end: dt.date) -> Floats:
    """Events in each whole week, Monday to Sunday, between two days."""
    first = start + dt.timedelta(days=-start.weekday() % 7)
    weeks = ((end - first).days + 1) // 7
    if weeks < 1:
        return np.zeros(0)
    counts = daily(events, first, first + dt.timedelta(days=7 * weeks - 1))
    return np.asarray(counts.reshape(weeks, 7).sum(axis=1))


@dataclass(frozen=True)
class Noise:
    """How far a count per period scatters around its mean, as a share of it."""

    chance: float
    """What single independent events cause: 1 / √mean."""
    swings: float
    """What is left over: markets, seasons, campaigns."""
    lo: float
    hi: float
    weeks: int
    weekly: float
    """Swing of a single week, chance removed."""

    @property
    def sd(self) -> float:
        return math.hypot(self.chance, self.swings)


def period_noise(counts: Floats, weeks_per_period: float, dated: float = 1.0) -> Noise:
    """Scatter of a count per period from weekly ones, a straight trend removed; seasons count as far as
    they do not average out over a period.

    Only the share `dated` of the events is among the counts, by chance; all of them make up the period's.
    """
    mean = float(counts.mean())
    rest, season = without_seasons(counts)
    seasons = sum(
        wave * float(np.sinc(k * weeks_per_period / _YEAR)) ** 2 for k, wave in enumerate(season, 1)
    )
    extra = max(0.0, float(rest @ rest) / (len(counts) - 2) - mean) / mean**2
    alike = persistence(rest)
    swings = math.sqrt(extra * alike / weeks_per_period + seasons / mean**2)
    chance = 1 / math.sqrt(mean / dated * weeks_per_period)
    sd = math.hypot(chance, swings)
    lo, hi = (sd * f for f in deviation_bounds(independent(rest) / alike))
    return Noise(chance, swings, lo, hi, len(counts), math.sqrt(extra))


_YEAR = 365.25 / 7
_SEASONS_KNOWN = 52
"""Weeks in which seasons can be seen."""
_SEASON_SURE = 0.01


def without_seasons(counts: Floats) -> tuple[Floats, tuple[float, ...]]:
    """What a line and the time of the year leave, and the variance of waves of a year and of half a year.

    No waves where the weeks' own swings, which resemble their neighbours, would explain as much.
    """
    plain, weeks = without_trend(counts), len(counts)
    if weeks < _SEASONS_KNOWN or not plain.any():
        return plain, ()
    turn = 2 * np.pi * np.arange(weeks) / _YEAR
    waves = np.column_stack([f(k * turn) for k in (1, 2) for f in (np.sin, np.cos)])
    line = np.column_stack([np.ones(weeks), np.linspace(-1, 1, weeks), waves])
    fit = np.linalg.lstsq(line, counts, rcond=None)[0]
    rest = counts - line @ fit
    used, free = waves.shape[1], weeks - line.shape[1]
    own = float(rest @ rest) / free * persistence(rest)
    gained = float(plain @ plain - rest @ rest)
    if own <= 0 or float(stats.f.sf(gained / used / own, used, free)) >= _SEASON_SURE:
        return plain, ()
    luck = 2 * own / weeks  # what chance alone gives the variance of a wave
    return rest, tuple(max(0.0, float(fit[i] ** 2 + fit[i + 1] ** 2) / 2 - luck) for i in (2, 4))


def without_trend(values: Floats) -> Floats:
    """What a straight line leaves."""
    time = np.arange(len(values)) - (len(values) - 1) / 2
    centred = values - values.mean()
    return np.asarray(centred - time * float(time @ centred) / float(time @ time))


def persistence(rest: Floats) -> float:
    """How many times slower than chance swings average out, at least 1: 1 + 2 Σ (1 − j/5) ρ_j over four
    weeks, since weeks resemble their neighbours (Bartlett weights)."""
    if not rest.any():
        return 1.0
    return max(1.0, 1 + 2 * sum((1 - j / 5) * _autocorrelation(rest, j) for j in range(1, 5)))


def independent(rest: Floats) -> float:
    """Normal values that would tell a variance as well: heavy tails tell less, by 1 + half their kurtosis."""
    return len(rest) / (1 + max(0.0, float(stats.kurtosis(rest))) / 2)


def deviation_bounds(free: float) -> tuple[float, float]:
    """Factors from an estimated standard deviation to its 95 % interval, by independent values seen."""
    free = max(free, 2.0)
    return tuple(math.sqrt(free / float(stats.chi2.ppf(q, free))) for q in (0.975, 0.025))  # type: ignore[return-value]


def _autocorrelation(rest: Floats, by: int) -> float:
    return float(rest[by:] @ rest[:-by] / (rest @ rest))


def common_factor(series: Sequence[Floats]) -> float:
    """Mean correlation of the relative weekly swings of several counts, chance removed; 0 to 1."""
    rows = np.array([(s - s.mean()) / s.mean() for s in series])
    covariance = np.cov(rows)
    own = np.array([max(0.0, covariance[i, i] - 1 / s.mean()) for i, s in enumerate(series)])
    pairs = [
        covariance[i, j] / math.sqrt(own[i] * own[j])
        for i in range(len(own))
        for j in range(i)
        if own[i] > 0 and own[j] > 0
    ]
    return float(np.clip(np.mean(pairs), 0, 1)) if pairs else 0.0
