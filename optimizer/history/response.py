"""How strongly work follows reward: from a plan change, from an experiment, else a prior that says so."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import optimize, stats


@dataclass(frozen=True)
class Responsiveness:
    """η with its interval, where it comes from, and what it rests on."""

    value: float
    lo: float
    hi: float
    kind: str
    """`plan change` or `prior`."""
    n: int
    """Persons; 0 for the prior."""
    assumptions: tuple[str, ...]

    @property
    def range(self) -> float:
        """Half the interval over the value, below 1."""
        return min(0.95, (self.hi - self.lo) / 2 / self.value)


PRIOR = Responsiveness(
    0.4,
    0.1,
    0.8,
    "prior",
    0,
    (
        "default of the model; field evidence on sales pay lies between 0.1 and 0.8",
        "nothing in these exports identifies it: no change of the plan was named",
    ),
)


def after_change(
    wins: pl.DataFrame, on: dt.date, weeks: int, concerned: Sequence[str], reward: float
) -> Responsiveness | None:
    """Difference in differences of log results per person, divided by the log of the reward's change.

    `wins` has owner and date. Assumes that without the change both groups had moved alike, that nothing else
    changed for one group only, and that pay per win was all of the reward. None where either group has fewer
    than three persons with results before and after, or the answer is not positive.
    """
    span = dt.timedelta(weeks=weeks)
    near = wins.filter(pl.col("date").is_between(on - span, on + span, closed="left"))
    counts = near.group_by("owner").agg(
        (pl.col("date") < on).sum().alias("before"), (pl.col("date") >= on).sum().alias("after")
    )
    both = counts.filter((pl.col("before") > 0) & (pl.col("after") > 0)).sort("owner")
    change = np.log(both["after"].to_numpy() / both["before"].to_numpy())
    inside = both["owner"].cast(pl.String).is_in(list(concerned)).to_numpy()
    if min(inside.sum(), (~inside).sum()) < 3 or reward == 1:
        return None
    test = stats.ttest_ind(change[inside], change[~inside], equal_var=False)
    interval = test.confidence_interval(0.95)
    effect = float(change[inside].mean() - change[~inside].mean())
    lo, value, hi = sorted(x / math.log(reward) for x in (interval.low, effect, interval.high))
    if value <= 0:
        return None
    return Responsiveness(
        value,
        max(0.0, lo),
        hi,
        "plan change",
        len(change),
        (
            "without the change both groups had moved alike",
            "nothing else changed for one group only",
            "pay per win was all of the reward",
        ),
    )


# --- experiments ----------------------------------------------------------------------------------------


def rate_elasticity(rates: Sequence[float], efforts: Sequence[float]) -> float:
    """Slope of log mean effort on log piece rate."""
    return float(np.polyfit(np.log(rates), np.log(efforts), 1)[0])


@dataclass(frozen=True)
class PowerCost:
    """Effort e = ((s + p) / k)^(1/γ) at a piece rate p: cost k e^(1+γ)/(1+γ), motivation s without pay."""

    gamma: float
    s: float
    log_k: float

    def effort(self, rate: float) -> float:
        return math.exp((math.log(self.s + rate) - self.log_k) / self.gamma)


def power_cost(efforts: Mapping[float, float]) -> PowerCost:
    """Solve the three parameters from mean efforts at three piece rates, one of them 0 (DellaVigna and Pope
    2018)."""
    (none, low, high), (e0, e1, e2) = zip(*sorted(efforts.items()), strict=True)
    assert none == 0

    def mismatch(log_s: float) -> float:
        s = math.exp(log_s)
        gamma = math.log((s + high) / s) / math.log(e2 / e0)
        return math.log((s + low) / s) / gamma - math.log(e1 / e0)

    log_s = float(optimize.brentq(mismatch, math.log(low) - 40, math.log(low) + 5))
    s = math.exp(log_s)
    gamma = math.log((s + high) / s) / math.log(e2 / e0)
    return PowerCost(gamma, s, math.log(s) - gamma * math.log(e0))
