"""Every line of `rules.budget` period by period after the switch, over the draws of luck and regimes.

What `budget` says of the long run, with people's beliefs held, is here what a simulated period pays: while
people learn and results that were moved come due. Means of draws scatter: a line is exceeded only where it is
by more than two standard errors.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from optimizer.arrays import Bools, Floats
from optimizer.plans.rules.bad_cases import CVAR, PERCENTILE
from optimizer.plans.rules.budget import EXPECTED, SHARE, TEAM
from optimizer.risk.cvar import cvar, percentile
from optimizer.rollout.transition import Transition
from optimizer.scenario.charges import loading

SURE = 2.0
"""Standard errors."""


@dataclass(frozen=True)
class LinePath:
    """A line in T periods, (T,) each: value and its standard error [currency/period], and its limit."""

    rule: str
    value: Floats
    error: Floats
    limit: float
    at_least: bool = False

    @property
    def slack(self) -> Floats:
        return self.value - self.limit if self.at_least else self.limit - self.value

    @property
    def exceeded(self) -> Bools:
        """Beyond what chance in the draws explains."""
        return np.asarray(self.slack < -np.maximum(SURE * self.error, 1e-6))


def budget_path(transition: Transition, euros: Floats) -> Iterator[LinePath]:
    """Lines of the plan changed to, euros (I, K) at target, in the order of `budget`; those of all teams
    together with the reserve."""
    budget, teams = transition.cal.scenario.rules.budget, list(transition.cal.scenario.teams)
    company, pay = transition.change.loaded_pay + budget.reserve, transition.change.pay
    loaded = pay * loading(transition.cal.scenario)
    if budget.expected is not None:
        yield _mean(EXPECTED.name, company, budget.expected)
    for team, most in budget.teams.items():
        yield _mean(TEAM.named(team), loaded[..., teams.index(team)], most)
    for i, team in enumerate(teams if budget.min_share_of_target else ()):
        least = (budget.min_share_of_target or 0.0) * float(euros[i].sum())
        if least > 0:
            yield _mean(SHARE.named(team), pay[..., i], least, at_least=True)
    if budget.cvar is not None:
        yield _cvar(company, budget.cvar.level, budget.cvar.limit)
    if budget.percentile is not None:
        yield _percentile(company, budget.percentile.level, budget.percentile.limit)


def _mean(rule: str, paid: Floats, limit: float, *, at_least: bool = False) -> LinePath:
    """Of payouts in periods and draws, (T, S)."""
    error = paid.std(axis=1) / np.sqrt(paid.shape[1])
    return LinePath(rule, paid.mean(axis=1), error, limit, at_least)


def _cvar(paid: Floats, level: float, limit: float) -> LinePath:
    """The standard error is that of a mean of excesses."""
    odds = np.full(paid.shape[1], 1 / paid.shape[1])
    edge = percentile(paid, odds, level)
    excess = np.maximum(paid - edge[:, None], 0.0) / (1 - level)
    return LinePath(CVAR.name, cvar(paid, odds, level), excess.std(axis=1) / np.sqrt(paid.shape[1]), limit)


def _percentile(paid: Floats, level: float, limit: float) -> LinePath:
    """The standard error is half of how far apart the order statistics around it are."""
    odds, off = np.full(paid.shape[1], 1 / paid.shape[1]), np.sqrt(level * (1 - level) / paid.shape[1])
    low, high = (percentile(paid, odds, min(max(level + s * off, 0.0), 1.0)) for s in (-1, 1))
    return LinePath(PERCENTILE.name, percentile(paid, odds, level), (high - low) / 2, limit)
