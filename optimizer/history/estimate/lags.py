"""How long things take: censored data, the best of three distributions, and the share done by a day."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from optimizer.arrays import Floats
from optimizer.history.estimate.rates import LEVEL

FAMILIES = {"lognormal": stats.lognorm, "weibull": stats.weibull_min, "gamma": stats.gamma}
SAME_DAY = 0.5
"""Days are counted whole: a lag of 0 days is up to half a day, and counts as that where a distribution needs
more than 0; an age is up to half a day more."""
_FITTED = 50_000
"""Lags that a distribution is fitted to; of more, a sample is as good."""


@dataclass(frozen=True)
class Fit:
    """One distribution: its parameters by their usual names, and how well it fits."""

    name: str
    parameters: dict[str, float]
    loglik: float
    frozen: stats.rv_continuous

    @property
    def median(self) -> float:
        return float(self.frozen.median())

    @property
    def mean(self) -> float:
        return float(self.frozen.mean())


@dataclass(frozen=True)
class Lag:
    """Lags in days, best fit first."""

    observed: Floats
    censored: Floats
    fits: tuple[Fit, ...]

    @property
    def best(self) -> Fit:
        return self.fits[0]


def lag_of(observed: ArrayLike, censored: ArrayLike = ()) -> Lag:
    """Fit lags in days; `censored` ones are only known to be longer. Negative lags are left out."""
    seen = np.asarray(observed, float)
    seen = seen[seen >= 0]
    open_ones = np.asarray(censored, float)
    open_ones = open_ones[open_ones > 0]
    fitted = seen if len(seen) <= _FITTED else np.random.default_rng(0).choice(seen, _FITTED, replace=False)
    return Lag(seen, open_ones, fits_of(fitted, open_ones) if len(np.unique(seen)) > 2 else ())


def fits_of(observed: Floats, censored: Floats) -> tuple[Fit, ...]:
    """Log-normal, Weibull and gamma by maximum likelihood with location 0, the most likely first."""
    x = np.where(observed == 0, SAME_DAY, observed)
    data = stats.CensoredData(uncensored=x, right=censored) if len(censored) else x
    fits = [_fit(name, data, x, censored) for name in FAMILIES]
    return tuple(sorted(fits, key=lambda fit: -fit.loglik))


def _fit(name: str, data: Floats | stats.CensoredData, x: Floats, censored: Floats) -> Fit:
    family = FAMILIES[name]
    shape, _, scale = map(float, family.fit(data, floc=0))
    frozen = family(shape, 0, scale)
    loglik = float(frozen.logpdf(x).sum() + frozen.logsf(censored).sum())
    usual = {"mu": math.log(scale), "sigma": shape} if name == "lognormal" else None
    return Fit(name, usual or {"shape": shape, "scale": scale}, loglik, frozen)


# --- share done by a day --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Done:
    """Share of all leads that are won within some days, open ones allowed for (Kaplan and Meier 1958)."""

    days: float
    share: float
    lo: float
    hi: float


def done_within(days: Sequence[float], lag: ArrayLike, won: ArrayLike, age: ArrayLike) -> list[Done]:
    """`lag` [days] counts where `won`; other leads are only known not to be won at their `age`."""
    yes = np.asarray(won, bool)
    times = np.where(yes, np.asarray(lag, float), np.asarray(age, float))
    survival = stats.ecdf(stats.CensoredData(uncensored=times[yes], right=times[~yes]))
    with warnings.catch_warnings():
        # The formula has no value where the share is 0 or 1, and says so.
        warnings.simplefilter("ignore", RuntimeWarning)
        interval = survival.cdf.confidence_interval(LEVEL, method="log-log")
    return [
        Done(
            day,
            *(float(f.evaluate(day)) for f in (survival.cdf, interval.low, interval.high)),
        )
        for day in days
    ]
