"""Early warning: above what share of its stage an activity that only looks good tells of gaming.

Two companies are simulated over the first period after the switch: one in which gaming pays what the plan
was judged by, and one in which a unit of it pays more than believed, by a share of κ, what a unit of such
work is worth (model.md §6). What can be counted by a week scatters by luck even where behaviour does not: as
the KPI that counts such work does over a whole period, and more the sooner one looks, √(period / time passed)
times, whatever units are counted in. The limit of a week is what the first company exceeds by then in 5 % of
cases; the power is how often the second one does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from optimizer.arrays import Floats
from optimizer.response.calibration import Calibrated
from optimizer.risk.draws import Stream, calm, generator
from optimizer.rollout.transition import follow

WEEKS = {"month": 4, "quarter": 13, "half_year": 26, "year": 52}
FALSE_ALARMS = 0.05
ENOUGH_POWER = 0.8
MISJUDGED = 0.25
"""By how much more gaming is tried to pay where no source of the activity states a range."""
_DRAWS = 4000
_NOTHING = 1e-6
"""Share of an activity's scale below which it is not done."""


@dataclass(frozen=True)
class WarningLimit:
    """The alarm of one gaming activity; shares of its stage's inflow, or units where it has no stage."""

    activity: int
    misjudged: float
    """How much more it pays in the second company, as a share of κ."""
    week: int
    """First week with enough power; the last one where none has it."""
    usual: float
    """Expected by that week as the plan was judged."""
    gamed: float
    """Expected by that week if it pays more than believed."""
    limit: float
    false_alarms: float
    power: float


def limits(cal: Calibrated, euros: Floats, seed: int) -> tuple[WarningLimit, ...]:
    """One per gaming activity of the file, under a plan (I, K)."""
    return tuple(_limits(cal, euros, seed))


def _limits(cal: Calibrated, euros: Floats, seed: int) -> Iterator[WarningLimit]:
    usual = _first_period(cal, euros)
    for a in np.flatnonzero(cal.network.gaming):
        more = misjudged(cal, int(a))
        linear = cal.linear.copy()
        linear[a] -= more * cal.curvature_value[a]
        gamed = _first_period(replace(cal, linear=linear), euros)
        yield _limit(cal, int(a), more, usual, gamed, seed)


def misjudged(cal: Calibrated, activity: int) -> float:
    """How much more a number of the activity may be, by the widest range that a source states for one."""
    start = f"activities.{cal.network.activities[activity]}."
    mine = [s for path, s in cal.scenario.sources.items() if path.startswith(start) and s.ends]
    return max((s.factor - 1 if s.factor else s.range or 0.0 for s in mine), default=MISJUDGED)


def _first_period(cal: Calibrated, euros: Floats) -> Floats:
    """Work done in the first period in each regime, (R, A)."""
    return np.asarray(follow(cal, euros, calm(cal.scenario, 1)).x[0])


def _limit(cal: Calibrated, a: int, more: float, usual: Floats, gamed: Floats, seed: int) -> WarningLimit:
    weeks = WEEKS[cal.scenario.period]
    before, after = (
        _indicator(cal, a, x, weeks, generator(seed, Stream.WARNING, i)) for i, x in enumerate((usual, gamed))
    )
    bounds = np.quantile(before, 1 - FALSE_ALARMS, axis=0, method="higher")
    power = (after > bounds).mean(axis=0)
    week = int(np.argmax(power >= ENOUGH_POWER)) if (power >= ENOUGH_POWER).any() else weeks - 1
    return WarningLimit(
        activity=a,
        misjudged=more,
        week=week + 1,
        usual=float(before[:, week].mean()),
        gamed=float(after[:, week].mean()),
        limit=float(bounds[week]),
        false_alarms=float((before[:, week] > bounds[week]).mean()),
        power=float(power[week]),
    )


def _indicator(cal: Calibrated, a: int, x: Floats, weeks: int, rng: np.random.Generator) -> Floats:
    """What is counted up to each week, (draws, weeks): the share of the stage's units, or units."""
    odds = np.array(cal.regimes.odds)
    regime = rng.choice(len(odds), size=_DRAWS, p=odds / odds.sum())
    stage, passed = cal.network.source[a], np.arange(1, weeks + 1)
    mine = np.where(x[:, a] > _NOTHING * cal.network.scale[a], x[:, a], 0.0)[regime, None]
    luck = np.cumsum(rng.standard_normal((_DRAWS, weeks)), axis=1) * np.sqrt(weeks) / passed
    scattered = np.maximum(mine * (1 + luck_of_work(cal, a) * luck), 0.0)
    if stage < 0:
        return np.asarray(scattered * passed / weeks)
    whole = x[:, cal.network.from_stage[stage]].sum(axis=1)[regime, None]
    return np.asarray(np.minimum(scattered / np.where(whole > 0, whole, 1.0), 1.0))


def luck_of_work(cal: Calibrated, a: int) -> float:
    """Standard deviation of what a period counts of an activity, as a share of it.

    That of the KPI whose credit lies most on such work; where no KPI counts it, the mean of all.
    """
    network, beliefs = cal.network, cal.beliefs
    per = np.where(network.is_rate, beliefs.denominator[0], 1.0)
    score = beliefs.numerator[0] / per / cal.targets
    relative = cal.curves.noise / np.where(score > 0, score, 1.0)
    credit = network.numerator * network.scale
    whole = credit.sum(axis=1)
    alike = credit[:, a] / np.where(whole > 0, whole, 1.0)
    return float(relative[alike.argmax()] if alike.max() > 0 else relative.mean())
