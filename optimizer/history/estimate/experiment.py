"""How strongly work follows pay, from an experiment that paid the same work at different rates."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import optimize, stats

from optimizer.history.estimate.responsiveness import MOST, PRIOR, Responsiveness, unplaced
from optimizer.scenario.problems import InputProblem, ScenarioError, number

_PERSONS_NEEDED = 20
"""At a rate of pay: the logarithm of a mean of fewer is far from normal."""


@dataclass(frozen=True)
class Arm:
    """The persons paid at one rate."""

    pay: float
    n: int
    mean: float
    sd: float


@dataclass(frozen=True)
class PayElasticity:
    """Percent more effort per percent more pay, with its 95 % interval."""

    file: str
    teams: tuple[str, ...]
    """Whose responsiveness it tells."""
    arms: tuple[Arm, ...]
    value: float
    lo: float
    hi: float

    @property
    def n(self) -> int:
        return sum(arm.n for arm in self.arms)


def pay_elasticity(persons: pl.DataFrame, file: str, teams: Sequence[str]) -> PayElasticity:
    """The elasticity of mean effort to pay; `persons` has pay and effort, a row each.

    The interval is that of a contrast of independent log means (delta method, degrees of freedom by
    Satterthwaite 1946, doi:10.2307/3002019). Raises ScenarioError where the rows do not tell.
    """
    arms = _arms(persons)
    _refuse_few(arms)
    logs = np.log([arm.pay for arm in arms])
    contrast = (logs - logs.mean()) / ((logs - logs.mean()) ** 2).sum()
    n = np.array([arm.n for arm in arms])
    parts = np.array([(arm.sd / arm.mean) ** 2 for arm in arms]) / n * contrast**2
    freedom = parts.sum() ** 2 / (parts**2 / (n - 1)).sum()
    half = float(stats.t.ppf(0.975, freedom) * math.sqrt(parts.sum()))
    value = rate_elasticity([arm.pay for arm in arms], [arm.mean for arm in arms])
    return PayElasticity(file, tuple(teams), arms, value, value - half, value + half)


def _arms(persons: pl.DataFrame) -> tuple[Arm, ...]:
    effort = pl.col("effort")
    moments = persons.group_by("pay").agg(effort.len(), effort.mean().alias("mean"), effort.std().alias("sd"))
    return tuple(Arm(*row) for row in moments.sort("pay").iter_rows())


def _refuse_few(arms: Sequence[Arm]) -> None:
    rates = ", ".join(f"{number(arm.pay)} ({arm.n})" for arm in arms[:6]) + (", ..." if len(arms) > 6 else "")
    if len(arms) < 2:
        message = "needs at least two rates of pay above 0: one alone tells no difference"
        hint = "name the column that differs between persons, or say by `rates` what each scheme paid"
        raise ScenarioError([InputProblem("experiment.pay", rates, message, hint)])
    if min(arm.n for arm in arms) < _PERSONS_NEEDED:
        message = f"needs at least {_PERSONS_NEEDED} persons at each rate of pay"
        hint = "name the schemes that have as many in `rates`, or give the experiment more persons"
        raise ScenarioError([InputProblem("experiment.pay", rates, message, hint)])
    alike = next((arm for arm in arms if not arm.sd), None)
    if alike is not None:
        message = f"is the same for everybody paid {number(alike.pay)}: chance cannot be told"
        hint = "give a row per person with what they did, not averages"
        raise ScenarioError([InputProblem("experiment.effort", number(alike.mean), message, hint)])


def responsiveness_of(team: str, experiment: PayElasticity | None) -> Responsiveness:
    """The responsiveness of a team: what the experiment tells of it, else the prior."""
    return carried_over(experiment) if experiment is not None and team in experiment.teams else PRIOR


def carried_over(experiment: PayElasticity) -> Responsiveness:
    """Responsiveness from the elasticity ε of effort to its pay p.

    By (4) of model.md, dx/dr = 1/q = η X / κ, so ε = η p / κ. What a unit was worth in the experiment is what
    it paid, κ = p, and η = ε. Where effort does not rise with pay, the prior stays and says so.
    """
    interval = f"{experiment.value:.4f} [{experiment.lo:.4f}, {experiment.hi:.4f}]"
    paid = ", ".join(f"{number(arm.pay)} (n = {arm.n})" for arm in experiment.arms)
    seen = f"{experiment.file}, persons paid {paid}: elasticity of mean effort to pay {interval}"
    if not 0 < experiment.value < MOST:
        return unplaced("experiment", seen)
    rests = (
        "the elasticity carries over: this team answers its pay as those persons answered theirs",
        "responsiveness = elasticity * worth of a unit / its pay, and pay was all that a unit was worth",
        "chance decided who was paid what",
    )
    lo, hi = max(0.0, experiment.lo), min(MOST, experiment.hi)
    return Responsiveness(experiment.value, lo, hi, "experiment", experiment.n, (seen, *rests))


# --- from mean efforts ----------------------------------------------------------------------------------


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
