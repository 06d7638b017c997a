"""How long things take: censored data, the best of three distributions, and the share done by a day."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, stats

from optimizer.history.estimate.rates import LEVEL

Floats = NDArray[np.float64]
_SAME_DAY = 0.5
"""A lag of 0 days counts as half a day where a distribution needs more than 0."""
_FITTED = 50_000
"""Lags that a distribution is fitted to; of more, a sample is as good."""
_LONGEST = 400.0
"""Longer lags [days] are slips of the pen."""


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
    """Fit lags in days; `censored` ones are only known to be longer. Lags out of [0, 400] are left out."""
    seen = np.asarray(observed, float)
    seen = seen[(seen >= 0) & (seen <= _LONGEST)]
    open_ones = np.asarray(censored, float)
    open_ones = open_ones[open_ones > 0]
    fitted = seen if len(seen) <= _FITTED else np.random.default_rng(0).choice(seen, _FITTED, replace=False)
    return Lag(seen, open_ones, fits_of(fitted, open_ones) if len(np.unique(seen)) > 2 else ())


def fits_of(observed: Floats, censored: Floats) -> tuple[Fit, ...]:
    """Log-normal, Weibull and gamma by maximum likelihood with location 0, the most likely first."""
    x = np.where(observed == 0, _SAME_DAY, observed)
    data = stats.CensoredData(uncensored=x, right=censored) if len(censored) else x
    fits = [
        _fit(
            "lognormal",
            stats.lognorm,
            data,
            x,
            censored,
            lambda s, scale: {"mu": math.log(scale), "sigma": s},
        ),
        _fit("weibull", stats.weibull_min, data, x, censored, lambda c, scale: {"shape": c, "scale": scale}),
        _fit("gamma", stats.gamma, data, x, censored, lambda a, scale: {"shape": a, "scale": scale}),
    ]
    return tuple(sorted(fits, key=lambda fit: -fit.loglik))


def _fit(name, family, data, x, censored, named) -> Fit:  # type: ignore[no-untyped-def]
    shape, _, scale = family.fit(data, floc=0)
    frozen = family(shape, 0, scale)
    loglik = float(frozen.logpdf(x).sum() + frozen.logsf(censored).sum())
    return Fit(name, named(float(shape), float(scale)), loglik, frozen)


# --- what has not come yet ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Arrival:
    """When those come that come at all within _LONGEST days, young ones that still may come allowed for."""

    name: str
    mean: float
    """Days, with its 95 % interval."""
    lo: float
    hi: float
    n: int
    frozen: stats.rv_continuous

    def by(self, age: ArrayLike) -> Floats:
        """Share that has come by an age [days]."""
        within = np.minimum(np.asarray(age, float), _LONGEST)
        return np.asarray(self.frozen.cdf(within) / self.frozen.cdf(_LONGEST))


_FAMILIES = {"lognormal": stats.lognorm, "weibull": stats.weibull_min, "gamma": stats.gamma}
_ARRIVALS_NEEDED = 20
_SAMPLE = 2000
_ALIKE = 1.92
"""Log likelihood within the 95 % region of one parameter."""


def arrival_of(lag: ArrayLike, age: ArrayLike) -> Arrival | None:
    """Lags [days] of what came, each seen only because it is shorter than its `age` [days].

    Maximum likelihood of the right-truncated density f(t) / F(age): an old event could have been late, a
    young one could not, and the mean of what was seen is too short. None with fewer than twenty; of very many
    a sample, which only widens the interval.
    """
    seen, oldest = np.asarray(lag, float), np.asarray(age, float)
    kept = (seen >= 0) & (seen <= _LONGEST) & (oldest >= seen)
    seen, oldest = np.maximum(seen[kept], _SAME_DAY), np.minimum(oldest[kept] + 1, _LONGEST)
    if len(seen) > _SAMPLE:
        some = np.random.default_rng(0).choice(len(seen), _SAMPLE, replace=False)
        seen, oldest = seen[some], oldest[some]
    if len(seen) < _ARRIVALS_NEEDED or np.ptp(seen) == 0:
        return None
    return _together([_truncated(name, seen, oldest) for name in _FAMILIES])


def _together(fits: list[tuple[float, Arrival]]) -> Arrival:
    """The likeliest family, with the mean and interval of all that the data do not tell from it: those that
    fit what was seen alike may differ in what was not."""
    most, likeliest = max(fits, key=lambda pair: pair[0])
    alike = [(math.exp(loglik - most), a) for loglik, a in fits if most - loglik <= _ALIKE]
    mean = sum(weight * a.mean for weight, a in alike) / sum(weight for weight, _ in alike)
    return replace(likeliest, mean=mean, lo=min(a.lo for _, a in alike), hi=max(a.hi for _, a in alike))


def _truncated(name: str, seen: Floats, oldest: Floats) -> tuple[float, Arrival]:
    """Log likelihood and the fit of one family; its interval by the curvature of the likelihood."""

    def family(p: Floats) -> stats.rv_continuous:
        return _FAMILIES[name](math.exp(p[1]), 0, math.exp(p[0]))

    def loss(p: Floats) -> float:
        frozen = family(p)
        value = -float((frozen.logpdf(seen) - frozen.logcdf(oldest)).sum())
        return value if math.isfinite(value) else 1e300

    def mean(p: Floats) -> float:
        frozen = family(p)
        level = (np.arange(2000) + 0.5) / 2000 * frozen.cdf(_LONGEST)
        return math.log(float(frozen.ppf(level).mean()))

    start = np.array([math.log(float(np.median(seen))), 0.0])
    # The default simplex is flat where a coordinate starts at 0, and then stops far from the maximum.
    simplex = start + np.array([[0.0, 0.0], [0.3, 0.0], [0.0, 0.3]])
    options = {"xatol": 1e-4, "fatol": 1e-5, "initial_simplex": simplex}
    optimum = optimize.minimize(loss, start, method="Nelder-Mead", options=options).x
    slope = optimize.approx_fprime(optimum, mean, 1e-5)
    variance = float(slope @ np.linalg.pinv(_curvature(loss, optimum)) @ slope)
    half = 1.959964 * math.sqrt(variance) if variance > 0 else math.inf
    middle = mean(optimum)
    lo, hi = math.exp(middle - half), min(_LONGEST, math.exp(min(middle + half, 50.0)))
    return -loss(optimum), Arrival(name, math.exp(middle), lo, hi, len(seen), family(optimum))


def _curvature(loss: Callable[[Floats], float], at: Floats, step: float = 1e-3) -> Floats:
    """Second differences of a function of two variables."""
    e = np.eye(len(at)) * step
    rows = [[loss(at + a + b) - loss(at + a - b) - loss(at - a + b) + loss(at - a - b) for b in e] for a in e]
    return np.array(rows) / (4 * step**2)


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
