"""Common random numbers: what luck does in one period, drawn once and shared by every plan (model.md §10).

*A KPI.* In regime s the attainment of KPI k is s_k + σ_k ε_k, with ε_k = √ρ F + √(1 − ρ) Σ_l A_kl ε'_l: F is
common to all KPIs, the ε'_l are independent, all standard normal, ρ the scenario's `noise_correlation`, and A
mixes what counts the same work (`response.shared_luck`). A team is paid on the attainment of its KPIs, so
payouts of teams and company depend on regime and ε alone.

*A person* of a team of n holds 1/n of its target pay on every KPI and attains (1 + skill) times what the team
attains. Skills are normal with standard deviation `skill_spread` and sum to 0 within the team (of one person:
they are 0), so where pay is linear people's pay sums to the team's, draw by draw; a bent curve pays people on
average less (a cap) or more (an accelerator) than it pays the team. In one period what lasts and what passes
cannot be told apart: `skill_spread` is all of it, and every draw is another set of people.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import numpy as np
from scipy.special import ndtri

from optimizer.arrays import Floats, Ints
from optimizer.response.calibration import Calibrated
from optimizer.response.scenario_network import build_network
from optimizer.response.shared_luck import mixing
from optimizer.scenario.seed import SEED
from optimizer.scenario.types import Scenario

PERIODS = 20_000
"""Draws of a payout distribution."""
EARLIER = 12
"""Periods of today's plan before the first one: what was believed and moved before them no longer shows."""


class Stream(IntEnum):
    """Independent streams of one seed: what is drawn for one purpose does not depend on another."""

    PAYOUTS = 0
    RULES = 1
    """The sample on which budget rules hold."""
    PATHS = 2
    """Periods one after the other."""
    RANGES = 3
    """Companies with other numbers."""
    PILOT = 4
    WARNING = 5
    EARLIER = 6
    """Periods before the first one."""


def generator(seed: int, stream: Stream, *part: int) -> np.random.Generator:
    """Of a stream, or of a numbered part of it."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(stream, *part)))


@dataclass(frozen=True)
class Draws:
    """D periods, all equally likely: `regime` (D,) positions and `noise` ε (D, K); per team `skill` (n_i, D),
    what a person attains per unit that the team attains: 1 + skill; n_i is 0 without a headcount. `before`
    (D, K) in [0, 1): where among all that earlier periods may have left is what they left."""

    regime: Ints
    noise: Floats
    skill: tuple[Floats, ...]
    before: Floats


def draw(scenario: Scenario, seed: int = SEED, periods: int = PERIODS) -> Draws:
    """Independent noise and skill; regimes spread evenly over the draws, from a random start.

    Even spreading is unbiased and takes the number of periods in each regime out of the error; standard
    errors that ignore it err on the large side.
    """
    rng = generator(seed, Stream.PAYOUTS)
    regime = _regimes(rng, scenario, periods)
    noise = _luck(rng, scenario, mixing(build_network(scenario)), periods)
    skill = tuple(
        _skill(rng, team.headcount or 0, team.skill_spread, periods) for team in scenario.teams.values()
    )
    return Draws(regime, noise, skill, _spread_evenly(seed, Stream.PAYOUTS, noise.shape))


@dataclass(frozen=True)
class Luck:
    """Of T periods one after the other, in S draws: `noise` σ_k ε (T, S, K), independent between periods;
    `regime` (S,) positions, which last; `earlier`, noise of the periods before, (EARLIER or 0, S, K)."""

    noise: Floats
    regime: Ints
    earlier: Floats


def draw_luck(scenario: Scenario, seed: int, periods: int, count: int) -> Luck:
    """The same for every plan that is followed; regimes spread as in `draw`."""
    rng = generator(seed, Stream.PATHS)
    regime = _regimes(rng, scenario, count)
    kpis = scenario.kpis.values()
    mix = mixing(build_network(scenario))
    noise = _luck(rng, scenario, mix, periods * count)
    earlier = _luck(generator(seed, Stream.EARLIER), scenario, mix, EARLIER * count)
    spread = np.array([kpi.noise for kpi in kpis])
    shape = (-1, count, len(kpis))
    return Luck(spread * noise.reshape(shape), regime, spread * earlier.reshape(shape))


def calm(scenario: Scenario, periods: int, repeated: int = 1) -> Luck:
    """No luck at all: `repeated` draws of every regime, regimes one after the other."""
    regime = np.repeat(np.arange(max(1, len(scenario.regimes))), repeated)
    none, before = (np.zeros((count, len(regime), len(scenario.kpis))) for count in (periods, 0))
    return Luck(none, regime, before)


def _regimes(rng: np.random.Generator, scenario: Scenario, count: int) -> Ints:
    """Positions of regimes, (count,), as evenly as their odds allow, from a random start."""
    odds = np.cumsum([r.probability for r in scenario.regimes.values()] or [1.0])
    at = (np.arange(count) + rng.random()) / count * odds[-1]
    positions: Ints = np.minimum(np.searchsorted(odds, at, side="right"), len(odds) - 1)
    return positions


def rule_before(scenario: Scenario, seed: int, count: int) -> Floats:
    """What `Draws.before` is to draws, for the sample on which budget rules hold, (count, K)."""
    return _spread_evenly(seed, Stream.RULES, (count, len(scenario.kpis)))


def _spread_evenly(seed: int, stream: Stream, shape: tuple[int, ...]) -> Floats:
    """(D, K): every column has all of [0, 1), in an order of its own."""
    rng, strata = generator(seed, Stream.EARLIER, stream), (np.arange(shape[0]) + 0.5) / shape[0]
    return np.stack([rng.permutation(strata) for _ in range(shape[1])], axis=1)


def _skill(rng: np.random.Generator, people: int, spread: float, periods: int) -> Floats:
    """1 + skill, (people, D): skills sum to 0 over the team, each has standard deviation `spread`."""
    if people < 2 or spread == 0:
        return np.ones((people, periods))
    skill = rng.standard_normal((people, periods))
    skill -= skill.mean(axis=0)
    skill *= spread * np.sqrt(people / (people - 1))
    skill += 1
    return skill


def _luck(rng: np.random.Generator, scenario: Scenario, mix: Floats, count: int) -> Floats:
    """ε (count, K)."""
    independent = rng.standard_normal((count, 1 + len(scenario.kpis)))
    return correlated(independent, scenario.noise_correlation, mix)


def correlated(independent: Floats, correlation: float, mix: Floats) -> Floats:
    """ε (D, K) of standard normal columns (D, 1 + K), the first of which is the common factor."""
    common, own = independent[:, :1], independent[:, 1:] @ mix.T
    return np.asarray(np.sqrt(correlation) * common + np.sqrt(1 - correlation) * own)


def rule_noise(cal: Calibrated, count: int) -> Floats:
    """ε (count, K) of the sample on which budget rules hold, in every regime; `count` is a power of 2.

    A scrambled Sobol sequence (Owen 1998, doi:10.1006/jcom.1998.0487) moved to mean 0, so that a sample small
    enough for the solver errs little and pays linear plans their expectation exactly.
    """
    return _rule_noise(mixing(cal.network).tobytes(), cal.scenario.noise_correlation, cal.seed, count)


@lru_cache(maxsize=8)
def _rule_noise(mix: bytes, correlation: float, seed: int, count: int) -> Floats:
    """`mix` is A as bytes."""
    from scipy.stats import qmc

    every = np.frombuffer(mix)
    kpis = round(np.sqrt(len(every)))
    points = qmc.Sobol(1 + kpis, rng=generator(seed, Stream.RULES)).random(count)
    noise: Floats = correlated(ndtri(points), correlation, every.reshape(kpis, kpis))
    noise -= noise.mean(axis=0)
    noise.setflags(write=False)
    return noise
