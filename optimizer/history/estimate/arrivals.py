"""When those come that come at all: what is too young to have come is allowed for.

An event is seen only if it comes by the end of observation: the lags seen are too short. The density of
what was seen, f(t) / F(age), is that of a lag cut off at the age of its lead (right truncation); its maximum
likelihood gives the whole distribution, whatever share of the leads ever comes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, stats

from optimizer.arrays import Floats
from optimizer.history.estimate.lags import FAMILIES, SAME_DAY
from optimizer.history.estimate.rates import Z95

_NEEDED = 20
_WATCHED, _OLD = 1.25, 0.25
"""Where so large a share of the events is of leads watched so many times as long as the longest lag seen,
lags have a bound."""
_ALIKE = 6.0
"""Difference of log likelihoods beyond which a distribution is left out."""
_OLD_NEEDED, _FAR = 30, 3.0
"""Old leads, and standard errors, that make them speak against a distribution."""
_OPEN = 50.0
"""A mean that may be so many times larger is not known."""
_DISTINCT = 5000
Family = Callable[[Floats], "stats.rv_continuous"]


@dataclass(frozen=True)
class Truncated:
    """One distribution fitted to the lags, with the uncertainty of its two parameters."""

    name: str
    loglik: float
    at: Floats
    """Logarithms of scale and shape."""
    covariance: Floats
    """By the curvature of the likelihood."""
    robust: Floats
    """By how single lags pull (White 1982): right where no distribution is quite that of the lags, as where
    fast and slow persons are together."""
    cap: float
    """No lag is longer [days]; infinite where that was not seen."""

    @property
    def frozen(self) -> stats.rv_continuous:
        return _frozen(self.name, self.at)

    def by(self, age: ArrayLike, at: Floats | None = None) -> Floats:
        """Share that has come by an age [days]."""
        family, law = FAMILIES[self.name], _parameters(self.at if at is None else at)
        within = np.minimum(np.asarray(age, float) + SAME_DAY, self.cap)
        return np.asarray(family.cdf(within, *law) / family.cdf(self.cap, *law))

    def mean(self, at: Floats | None = None) -> float:
        """Days, of those within the cap."""
        law = _frozen(self.name, self.at if at is None else at)
        if math.isinf(self.cap):
            return float(law.mean())
        level = (np.arange(2000) + 0.5) / 2000 * law.cdf(self.cap)
        return float(law.ppf(level).mean())

    @property
    def usable(self) -> bool:
        """Lags that are nearly one and the same fit no distribution."""
        mean = self.mean()
        if not 0 < mean < math.inf:
            return False
        return math.isfinite(self.variance(lambda at: math.log(self.mean(at) or 1e-9)))

    def variance(self, of: Callable[[Floats], float]) -> float:
        """Of a function of the parameters, by its slope and the wider of the two covariances; infinite where
        these cannot be had."""
        slope = optimize.approx_fprime(self.at, of, 1e-5)
        if not all(np.isfinite(a).all() for a in (slope, self.covariance, self.robust)):
            return math.inf
        return max(0.0, *(float(slope @ c @ slope) for c in (self.covariance, self.robust)))


@dataclass(frozen=True)
class Arrival:
    """When those come that come at all."""

    name: str
    """The likeliest distribution."""
    mean: float
    """Days, with its 95 % interval."""
    lo: float
    hi: float
    n: int
    laws: tuple[tuple[float, Truncated], ...]
    """Distributions that the lags do not tell apart, each with its weight, the likeliest first."""

    @property
    def told(self) -> bool:
        """Whether the mean is known at all: wins that come later than leads were watched leave it open."""
        return self.hi <= _OPEN * self.mean

    @property
    def frozen(self) -> stats.rv_continuous:
        return self.laws[0][1].frozen

    def by(self, age: ArrayLike) -> Floats:
        """Share that has come by an age [days]."""
        return np.asarray(sum(weight * law.by(age) for weight, law in self.laws))

    def exposed(self, age: Floats, leads: Floats) -> tuple[float, float]:
        """How many `leads` of each `age` could have come by now, and the variance of its logarithm."""
        return _pooled(self.laws, lambda law, at: math.log(float(leads @ law.by(age, at)) or 1e-300))


def arrival_of(lag: ArrayLike, age: ArrayLike) -> Arrival | None:
    """Lags [days] of what came, each seen only because it is no longer than its `age` [days].

    None with fewer than twenty. Distributions that the lags do not tell apart are averaged by their
    likelihood: those that fit what was seen alike may differ in what was not.
    """
    seen, oldest = np.asarray(lag, float), np.asarray(age, float)
    kept = (seen >= 0) & (oldest >= seen)
    seen, oldest = seen[kept], oldest[kept]
    if len(seen) < _NEEDED or np.ptp(seen) == 0:
        return None
    watched = float((oldest >= _WATCHED * seen.max()).mean()) >= _OLD
    data = _Data.of(seen, oldest)
    every = (_fitted(name, data, _bound(seen) if watched else math.inf) for name in FAMILIES)
    fitted = [law for law in every if law.usable]
    if not fitted:
        return None
    most = max(law.loglik for law in fitted)
    alike = sorted((s for s in fitted if most - s.loglik <= _ALIKE), key=lambda s: -s.loglik)
    weights = np.exp([law.loglik - most for law in alike])
    laws = tuple(zip((weights / weights.sum()).tolist(), alike, strict=True))
    mean, variance = _pooled(laws, lambda law, at: math.log(law.mean(at)))
    half = math.exp(min(50.0, Z95 * math.sqrt(variance)))
    middle = (mean, mean / half, min(mean * half, laws[0][1].cap))
    return Arrival(
        alike[0].name,
        *_unless_old_ones_differ(middle, seen[oldest >= _WATCHED * np.quantile(seen, 0.99)]),
        len(seen),
        laws,
    )


def _bound(seen: Floats) -> float:
    """Beyond which no lag is: as far from the longest seen as that from the next, since the longest of a
    sample falls short of the longest there is (Robson and Whitlock 1964) [days]."""
    next_longest, longest = np.partition(seen, -2)[-2:]
    return float(2 * longest - next_longest)


def _unless_old_ones_differ(middle: tuple[float, float, float], old: Floats) -> tuple[float, float, float]:
    """The mean with its interval; that of `old` leads alone, watched longer than nearly all lags, where it is
    far from it: then no distribution is that of the lags, and its tail is wrong."""
    if len(old) < _OLD_NEEDED:
        return middle
    mean, error = float(old.mean()), float(old.std(ddof=1)) / math.sqrt(len(old))
    if abs(mean - middle[0]) <= _FAR * error:
        return middle
    return mean, max(0.0, mean - Z95 * error), mean + Z95 * error


def _pooled(
    laws: tuple[tuple[float, Truncated], ...], log: Callable[[Truncated, Floats], float]
) -> tuple[float, float]:
    """A positive number by every law: its geometric mean, and the variance of its logarithm within and
    between them."""
    weight = np.array([w for w, _ in laws])
    value = np.array([log(law, law.at) for _, law in laws])
    within = np.array([law.variance(lambda at, s=law: log(s, at)) for _, law in laws])  # type: ignore[misc]
    middle = float(weight @ value)
    return math.exp(middle), float(weight @ (within + (value - middle) ** 2))


class _Data(NamedTuple):
    """Different lags and ages, how often each occurs, and which are each event's."""

    days: Floats
    came: Floats
    age: Floats
    watched: Floats
    day_of: NDArray[np.intp]
    age_of: NDArray[np.intp]

    @classmethod
    def of(cls, seen: Floats, oldest: Floats) -> _Data:
        days, day_of, came = _counted(seen)
        age, age_of, watched = _counted(oldest)
        return cls(days, came, age, watched, day_of, age_of)


def _counted(days: Floats) -> tuple[Floats, NDArray[np.intp], Floats]:
    """Of very many different ones, whole days."""
    value, at, count = np.unique(days, return_inverse=True, return_counts=True)
    if len(value) > _DISTINCT:
        value, at, count = np.unique(np.round(days), return_inverse=True, return_counts=True)
    return value, at, count.astype(float)


def _frozen(name: str, at: Floats) -> stats.rv_continuous:
    return FAMILIES[name](*_parameters(at))


def _parameters(at: Floats) -> tuple[float, float, float]:
    """Shape, place and scale."""
    return math.exp(min(at[1], 50.0)), 0.0, math.exp(min(at[0], 50.0))


def _fitted(name: str, data: _Data, cap: float) -> Truncated:
    """One family by maximum likelihood; its uncertainty by the curvature there."""
    early, later = data.days < SAME_DAY, np.maximum(data.days, SAME_DAY)
    limit, family = np.minimum(data.age + SAME_DAY, cap), FAMILIES[name]

    def logs(at: Floats) -> tuple[Floats, Floats]:
        """Of the density of each lag, and of the share that comes by each age."""
        law = _parameters(at)  # a frozen one takes as long to make as to use
        each = np.where(early, family.logcdf(SAME_DAY, *law), family.logpdf(later, *law))
        return each, family.logcdf(limit, *law)

    def loss(at: Floats) -> float:
        each, by = logs(at)
        value = -float(data.came @ each - data.watched @ by)
        return value if math.isfinite(value) else 1e300

    start = np.array([math.log(float(np.average(data.days, weights=data.came)) + SAME_DAY), 0.0])
    # The default simplex is flat where a coordinate starts at 0, and then stops far from the maximum.
    simplex = start + np.array([[0.0, 0.0], [0.3, 0.0], [0.0, 0.3]])
    options = {"xatol": 1e-4, "fatol": 1e-5, "initial_simplex": simplex, "maxiter": 600}
    at = optimize.minimize(loss, start, method="Nelder-Mead", options=options).x
    covariance: Floats = np.linalg.pinv(_curvature(loss, at), hermitian=True).astype(np.float64)
    pulls = _pulls(logs, at, data)
    with np.errstate(over="ignore", invalid="ignore"):  # lags that are all alike: no curvature, no bound
        robust = covariance @ (pulls.T @ pulls) @ covariance
    return Truncated(name, -loss(at), at, covariance, robust, cap)


def _pulls(
    logs: Callable[[Floats], tuple[Floats, Floats]], at: Floats, data: _Data, step: float = 1e-4
) -> Floats:
    """Slope of each event's log likelihood in both parameters."""
    columns = []
    for way in np.eye(2) * step:
        (day, by), (less_day, less_by) = logs(at + way), logs(at - way)
        columns.append((day - less_day)[data.day_of] - (by - less_by)[data.age_of])
    return np.nan_to_num(np.column_stack(columns) / (2 * step))


def _curvature(loss: Callable[[Floats], float], at: Floats, step: float = 1e-3) -> Floats:
    """Second differences of a function of two variables."""
    e = np.eye(len(at)) * step
    rows = [[loss(at + a + b) - loss(at + a - b) - loss(at - a + b) + loss(at - a - b) for b in e] for a in e]
    return np.array(rows) / (4 * step**2)
