"""Common random numbers: what luck does in one period, drawn once and shared by every plan (model.md §10).

*A KPI.* In regime s the attainment of KPI k is s_k + σ_k ε_k, with ε_k = √ρ F + √(1 − ρ) Σ_l A_kl ε'_l: F is
common to all KPIs, the ε'_l are independent, all standard normal, ρ the scenario's `noise_correlation`, and A
mixes what counts the same work (`response.shared_luck`). A team is paid on the attainment of its KPIs, so
payouts of teams and company depend on regime and ε alone.

*A person* of a team of n that pays persons (`paid_on`) holds 1/n of its target pay on every KPI and attains
what
the team attains plus skill, the same in all KPIs, with standard deviation `skill_spread`, plus luck of its
own
with that of the KPI's `individual_noise` (model.md §13.2). Both are normal and sum to 0 within the team (of
one
person: they are 0), so where pay is linear people's pay sums to the team's, draw by draw. In one period what
lasts and what passes cannot be told apart: every draw is another set of people. Elsewhere everybody has 1/n
of what the team is paid.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from zlib import crc32

import numpy as np
from scipy.special import ndtri

from optimizer.arrays import Floats, Ints
from optimizer.response.calibration import Calibrated
from optimizer.response.scenario_network import build_network
from optimizer.response.shared_luck import LuckFactors, luck_factors
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
    PERSONS = 7
    UNITS = 8
    """What companies under one envelope share, and a seed of its own for each."""


def generator(seed: int, stream: Stream, *part: int) -> np.random.Generator:
    """Of a stream, or of a numbered part of it."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(stream, *part)))


@dataclass(frozen=True)
class Draws:
    """D periods, all equally likely: `regime` (D,) positions and `noise` ε (D, K). `before` (D, K) in [0, 1):
    where among all that earlier periods may have left is what they left."""

    regime: Ints
    noise: Floats
    before: Floats
    seed: int

    def apart(self, scenario: Scenario, i: int) -> Floats:
        """What sets the people of team i apart from its attainment of every KPI, (K, n, D); n is 0 without a
        headcount."""
        team, kpis = list(scenario.teams.values())[i], list(scenario.kpis.values())
        people = team.headcount or 0
        apart = np.zeros((len(kpis), people, len(self.regime)))
        if team.pays_persons and people > 1:
            apart += self._even(people, team.skill_spread, i)
            for k, kpi in enumerate(kpis):
                if kpi.individual_noise:
                    apart[k] += self._even(people, kpi.individual_noise, i, k)
        return apart

    def _even(self, people: int, spread: float, *part: int) -> Floats:
        """Normal numbers (n, D) that sum to 0 over people, each with standard deviation `spread`."""
        some = generator(self.seed, Stream.PERSONS, *part).standard_normal((people, len(self.regime)))
        some -= some.mean(axis=0)
        some *= spread * np.sqrt(people / (people - 1))
        return some


def draw(scenario: Scenario, seed: int = SEED, periods: int = PERIODS) -> Draws:
    """Independent noise; regimes spread evenly over the draws, from a random start.

    Even spreading is unbiased and takes the number of periods in each regime out of the error; standard
    errors that ignore it err on the large side.
    """
    rng = generator(seed, Stream.PAYOUTS)
    regime = _regimes(rng, scenario, periods)
    noise = _luck(rng, luck_factors(scenario, build_network(scenario)), periods)
    return Draws(regime, noise, _spread_evenly(seed, Stream.PAYOUTS, noise.shape), seed)


def draw_units(scenarios: Sequence[Scenario], seed: int = SEED, periods: int = PERIODS) -> Iterator[Draws]:
    """For several companies in the same periods: the common factor F of model.md §10 is one for all, and so
    are regimes of the same names and odds; all other luck is each company's own."""
    shared = generator(seed, Stream.UNITS).standard_normal(periods)
    for n, scenario in enumerate(scenarios):
        own = int(generator(seed, Stream.UNITS, n).integers(2**31))
        rng, factors = generator(own, Stream.PAYOUTS), luck_factors(scenario, build_network(scenario))
        independent = np.column_stack([shared, rng.standard_normal((periods, len(factors.own)))])
        order = generator(seed, Stream.UNITS, 0, _odds_of(scenario))
        regime = order.permutation(_regimes(order, scenario, periods))
        before = _spread_evenly(own, Stream.PAYOUTS, (periods, len(scenario.kpis)))
        yield Draws(regime, correlated(independent, factors), before, own)


def _odds_of(scenario: Scenario) -> int:
    """A number for the names and odds of regimes: companies with the same ones live in the same."""
    return crc32(repr([(name, r.probability) for name, r in scenario.regimes.items()]).encode())


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
    factors = luck_factors(scenario, build_network(scenario))
    noise = _luck(rng, factors, periods * count)
    earlier = _luck(generator(seed, Stream.EARLIER), factors, EARLIER * count)
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


def _luck(rng: np.random.Generator, factors: LuckFactors, count: int) -> Floats:
    """ε (count, K)."""
    return correlated(rng.standard_normal((count, 1 + len(factors.own))), factors)


def correlated(independent: Floats, factors: LuckFactors) -> Floats:
    """ε (D, K) of standard normal columns (D, 1 + K), the first of which is the common factor."""
    common, own = independent[:, :1], independent[:, 1:] @ factors.own.T
    return np.asarray(np.sqrt(factors.common) * common + np.sqrt(1 - factors.common) * own)


def rule_noise(cal: Calibrated, count: int) -> Floats:
    """ε (count, K) of the sample on which budget rules hold, in every regime; `count` is a power of 2.

    A scrambled Sobol sequence (Owen 1998, doi:10.1006/jcom.1998.0487) moved to mean 0, so that a sample small
    enough for the solver errs little and pays linear plans their expectation exactly.
    """
    factors = luck_factors(cal.scenario, cal.network)
    return _rule_noise(factors.own.tobytes(), factors.common, cal.seed, count)


@lru_cache(maxsize=8)
def _rule_noise(own: bytes, common: float, seed: int, count: int) -> Floats:
    """`own` is A as bytes."""
    from scipy.stats import qmc

    every = np.frombuffer(own)
    kpis = round(np.sqrt(len(every)))
    points = qmc.Sobol(1 + kpis, rng=generator(seed, Stream.RULES)).random(count)
    noise: Floats = correlated(ndtri(points), LuckFactors(common, every.reshape(kpis, kpis)))
    noise -= noise.mean(axis=0)
    noise.setflags(write=False)
    return noise
