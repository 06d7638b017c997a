"""Rates with Wilson intervals, and how much groups differ beyond chance (method of moments)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike
from scipy import stats

LEVEL = 0.95
Z95 = 1.959964
"""Standard errors on either side of a normal estimate that hold LEVEL."""
MISSING = "missing"
"""The group of rows without one."""


@dataclass(frozen=True)
class Rate:
    """k of n, with the Wilson interval (Wilson 1927) at LEVEL."""

    k: int
    n: int

    @property
    def rate(self) -> float:
        return self.k / self.n if self.n else math.nan

    @property
    def lo(self) -> float:
        return wilson(self.k, self.n)[0]

    @property
    def hi(self) -> float:
        return wilson(self.k, self.n)[1]

    def as_json(self) -> dict[str, float | int | None]:
        interval = {"rate": self.rate, "lo": self.lo, "hi": self.hi} if self.n else {}
        return {"k": self.k, "n": self.n, "rate": None, "lo": None, "hi": None, **interval}


def wilson(k: float, n: float, level: float = LEVEL) -> tuple[float, float]:
    """The interval of k / n that a score test does not reject; (0, 1) without observations."""
    if n == 0:
        return 0.0, 1.0
    z = float(stats.norm.ppf((1 + level) / 2))
    p, spread = k / n, z * z / n
    centre = (p + spread / 2) / (1 + spread)
    half = math.sqrt(p * (1 - p) * spread + spread * spread / 4) / (1 + spread)
    return max(0.0, centre - half), min(1.0, centre + half)


def rate_of(frame: pl.DataFrame, outcome: str) -> Rate:
    return Rate(int(frame[outcome].sum()), frame.height)


def rates_by(frame: pl.DataFrame, group: str, outcome: str, least: int = 0) -> dict[str, Rate]:
    """The rate of each group with at least so many rows; rows without a group are `missing`."""
    keys = pl.col(group).cast(pl.String).fill_null(MISSING)
    counted = frame.group_by(group).agg(pl.col(outcome).sum().alias("k"), pl.len().alias("n"))
    counts = counted.group_by(keys).agg(pl.col("k", "n").sum()).sort(group)
    return {name: Rate(k, n) for name, k, n in counts.iter_rows() if n >= least}


@dataclass(frozen=True)
class Spread:
    """How far the rates of groups lie apart beyond binomial noise."""

    groups: int
    p: float
    """Rate of all groups together."""
    sd: float
    """Standard deviation between groups, noise removed."""
    chi2: float
    pvalue: float
    median_n: float

    @property
    def cv(self) -> float:
        return self.sd / self.p if self.p else math.nan

    def reliability(self, n: float) -> float:
        """Share of the variance of a group's rate over n rows that is the group's own."""
        noise = self.p * (1 - self.p) / n
        return self.sd**2 / (self.sd**2 + noise) if self.sd else 0.0


def spread_of(rates: Mapping[str, Rate]) -> Spread:
    """Between-group variance by moments: max(0, (Q − (G−1)p(1−p)) / (N − Σn²/N)), Q = Σ n(p_i − p)²."""
    k = np.array([r.k for r in rates.values()], float)
    n = np.array([r.n for r in rates.values()], float)
    total = n.sum()
    if len(n) < 2 or not 0 < k.sum() < total:
        p = k.sum() / total if total else math.nan
        return Spread(len(n), float(p), 0.0, 0.0, 1.0, float(np.median(n)) if len(n) else 0.0)
    p = k.sum() / total
    q = float((n * (k / n - p) ** 2).sum())
    noise = p * (1 - p)
    tau2 = max(0.0, (q - (len(n) - 1) * noise) / (total - (n**2).sum() / total))
    chi2 = float(q / noise)
    pvalue = float(stats.chi2.sf(chi2, len(n) - 1))
    return Spread(len(n), float(p), math.sqrt(tau2), chi2, pvalue, float(np.median(n)))


@dataclass(frozen=True)
class Dispersion:
    """How counts per period scatter."""

    periods: int
    mean: float
    variance: float

    @property
    def fano(self) -> float:
        """Variance over mean; 1 for pure chance."""
        return self.variance / self.mean if self.mean else math.nan

    @property
    def extra_cv(self) -> float:
        """Relative scatter that chance does not explain."""
        return math.sqrt(max(0.0, self.variance - self.mean)) / self.mean if self.mean else math.nan


def dispersion_of(counts: ArrayLike) -> Dispersion:
    x = np.asarray(counts, float)
    return Dispersion(len(x), float(x.mean()), float(x.var(ddof=1)))


def told(quantiles: dict[str, float]) -> dict[str, float]:
    """The quantiles that so few values tell: of one value none, nine of ten from ten on; the others NaN."""
    n = quantiles["n"]
    beyond = {name: min(int(name[1:]), 100 - int(name[1:])) / 100 for name in quantiles if name[1:].isdigit()}
    return {name: math.nan if n * beyond.get(name, 1) < 1 else value for name, value in quantiles.items()}


def standard_error(of: Mapping[str, float]) -> float:
    """Of the mean of `quantiles`; NaN where one value or none is known."""
    return of.get("sd", math.nan) / math.sqrt(of["n"]) if of["n"] else math.nan


def quantiles(values: ArrayLike) -> dict[str, float]:
    """n, mean, sd and the usual quantiles."""
    x = np.asarray(values, float)
    if not len(x):
        return {"n": 0}
    shares = (5, 10, 25, 50, 75, 90, 95)
    percentiles = {f"p{s}": float(q) for s, q in zip(shares, np.percentile(x, shares), strict=True)}
    sd = float(x.std(ddof=1)) if len(x) > 1 else math.nan
    return {**percentiles, "n": len(x), "mean": float(x.mean()), "sd": sd}
