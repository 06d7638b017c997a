"""What actual results say about responsiveness: Bayes with the response model itself.

Prior: η_i is log-normal around the scenario's value, its 95 % interval as wide, on the log scale, as the
range that `sources` state for it, else as 0.1 to 0.8 is, between which field evidence on sales pay lies.

Likelihood: attainment is what the switch to the plan brings without luck, at that η, plus σ_k ε, luck of KPIs
in one period correlated, independent between periods; a mixture over regimes, which last. Teams are taken
in turn, the others at their posterior medians, until these settle: correlations between teams' posteriors are
not reported. KPIs without noise are not used: they would decide everything. Where targets are issued anew,
results are compared over the targets of today, and luck is a share of these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import logsumexp

from optimizer.arrays import Bools, Floats
from optimizer.response.calibration import Calibrated, calibrate
from optimizer.response.shared_luck import luck_correlation
from optimizer.risk.draws import calm
from optimizer.rollout.transition import LEARNING, follow
from optimizer.scenario.types import Scenario

Z95 = 1.959964
_FIELD = (0.1, 0.8)
_NODES = 13
"""Values of η at which the switch is followed; between them attainment is interpolated."""
_GRID = 601
_WIDTH = 3.5
"""The grid reaches so many prior standard deviations either way."""
_ROUNDS = 4
_SETTLED = 0.01
"""Relative change of every median at which the rounds end."""
_LARGEST_CORRELATION = 0.999


@dataclass(frozen=True)
class Belief:
    """η of a team: median, and 95 % interval."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Learnt:
    """A team's responsiveness before and after, and how much narrower the log interval has become."""

    team: str
    prior: Belief
    posterior: Belief

    @property
    def narrower(self) -> float:
        """1 − width after / width before, on the log scale; near 0: the results say next to nothing."""
        before, after = (np.log(b.high / b.low) for b in (self.prior, self.posterior))
        return float(1 - after / before)


def with_responsiveness(scenario: Scenario, eta: Mapping[str, float]) -> Scenario:
    """The scenario with other η of teams; activities that state their own keep it."""
    teams = {
        name: team.model_copy(update={"responsiveness": float(eta.get(name, team.responsiveness))})
        for name, team in scenario.teams.items()
    }
    return scenario.model_copy(update={"teams": teams})


def learn_responsiveness(
    cal: Calibrated, euros: Floats, attained: Floats, learning: float = LEARNING
) -> tuple[Learnt, ...]:
    """Posterior of every team's η from attainments (T, K), NaN where not measured, under a plan (I, K) with
    the curves chosen."""
    centre = {name: team.responsiveness for name, team in cal.scenario.teams.items()}
    priors = {name: _prior(cal.scenario, name) for name in centre}
    medians = dict(centre)
    posteriors: dict[str, Belief] = {}
    for _ in range(_ROUNDS):
        before = dict(medians)
        for name in centre:
            posteriors[name] = _posterior(cal, euros, attained, medians, name, priors[name], learning)
            medians[name] = posteriors[name].median
        if all(abs(medians[n] / before[n] - 1) < _SETTLED for n in medians):
            break
    return tuple(Learnt(n, _interval(centre[n], priors[n]), posteriors[n]) for n in centre)


def _prior(scenario: Scenario, team: str) -> float:
    """Standard deviation of ln η."""
    source = scenario.sources.get(f"teams.{team}.responsiveness")
    if source is not None and source.ends:
        return float(np.log(source.ends[1] / source.ends[0])) / 2 / Z95
    return float(np.log(_FIELD[1] / _FIELD[0])) / 2 / Z95


def _interval(median: float, sd: float) -> Belief:
    return Belief(median, float(median * np.exp(-Z95 * sd)), float(median * np.exp(Z95 * sd)))


def _posterior(
    cal: Calibrated,
    euros: Floats,
    attained: Floats,
    others: Mapping[str, float],
    team: str,
    sd: float,
    learning: float,
) -> Belief:
    """One team's η, the others' given."""
    z = np.linspace(-_WIDTH, _WIDTH, _GRID)
    at = np.linspace(-_WIDTH, _WIDTH, _NODES)
    centre = cal.scenario.teams[team].responsiveness
    tried = [{**others, team: float(e)} for e in centre * np.exp(sd * at)]
    paths = expected_attainment(cal, tried, euros, len(attained), learning)
    between = np.stack([_interpolated(z, at, paths[:, r]) for r in range(paths.shape[1])], axis=1)
    log = _log_likelihood(cal, between, attained) - z**2 / 2
    weight = np.exp(log - log.max())
    low, median, high = np.interp((0.025, 0.5, 0.975), np.cumsum(weight) / weight.sum(), z)
    return Belief(*(float(centre * np.exp(sd * v)) for v in (median, low, high)))


def expected_attainment(
    cal: Calibrated, etas: Sequence[Mapping[str, float]], euros: Floats, periods: int, learning: float
) -> Floats:
    """Results without luck after the switch to a plan, over targets of today, at several η, (η, R, T, K)."""
    tried = [calibrate(with_responsiveness(cal.scenario, eta)) for eta in etas]
    together = replace(
        cal, linear=np.stack([t.linear for t in tried]), quadratic=np.stack([t.quadratic for t in tried])
    )
    path = follow(together, euros, calm(cal.scenario, periods, len(tried)), learning)
    score = path.score * path.target / cal.targets
    return np.asarray(score.reshape(periods, len(cal.regimes), len(tried), -1).transpose(2, 1, 0, 3))


def _interpolated(z: Floats, at: Floats, values: Floats) -> Floats:
    """Values (nodes, T, K) at every z, (Z, T, K)."""
    flat = values.reshape(len(at), -1)
    columns = np.stack([np.interp(z, at, column) for column in flat.T], axis=1)
    return np.asarray(columns.reshape(len(z), *values.shape[1:]))


def _log_likelihood(cal: Calibrated, expected: Floats, attained: Floats) -> Floats:
    """(Z,) from expected attainments (Z, R, T, K)."""
    noise = cal.curves.noise
    used = np.isfinite(attained) & (noise > 0)
    miss = np.where(used, attained - expected, 0.0) / np.where(noise > 0, noise, 1.0)
    by_period = -0.5 * _squares(miss, used, luck_correlation(cal.scenario, cal.network))
    odds = np.log(cal.regimes.odds)
    return np.asarray(logsumexp(by_period.sum(axis=2) + odds, axis=1))


def _squares(miss: Floats, used: Bools, correlation: Floats) -> Floats:
    """r' C⁻¹ r over the measured KPIs, (Z, R, T), `used` (T, K) of them; no two are quite the same in C."""
    close = np.clip(correlation, -_LARGEST_CORRELATION, _LARGEST_CORRELATION)
    apart = np.where(np.eye(len(correlation)) > 0, 1.0, close)
    squares = np.empty(miss.shape[:-1])
    for t, some in enumerate(used):
        known = miss[..., t, some]
        squares[..., t] = (known @ np.linalg.inv(apart[np.ix_(some, some)]) * known).sum(axis=-1)
    return squares
