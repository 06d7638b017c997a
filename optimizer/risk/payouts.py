"""What a plan pays, as a distribution: company, teams and people over common draws (model.md §10).

The model of luck is that of `optimizer.risk.draws`. Company and teams are loaded (charges included), as
budgets are; a person's pay is before charges, as a payslip is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from optimizer.arrays import Floats
from optimizer.response.calibration import Calibrated
from optimizer.response.long_run import attained
from optimizer.response.outcome import Outcome, evaluate_plan, paid_people, payouts, team_pay
from optimizer.response.plan_batch import PlanBatch
from optimizer.risk.draws import Draws, draw
from optimizer.scenario.charges import loading

LEVEL = 0.95
"""Of the conditional value at risk: the mean of the worst 5 % for the payer."""
PERCENTILES = (0.1, 0.5, 0.9, LEVEL)
_ROUNDING = 1e-9
_BLOCK = 4096
"""Draws handled at once."""


@dataclass(frozen=True)
class Spread:
    """One payout over all draws [currency/period]; NaN where a number does not exist.

    `mean` is the mean over draws, with its `standard_error`; `expected` that of the engine, in closed form
    (NaN for people). `target` is pay at 100 %, `over_budget` the probability of exceeding `budget`, the
    reserve counted, `at_goal` that of at least the target: for people, the share of them.
    """

    target: float
    expected: float
    mean: float
    standard_error: float
    percentiles: tuple[float, ...]
    cvar: float
    budget: float
    over_budget: float
    at_goal: float


@dataclass(frozen=True)
class PayoutDistribution:
    """Of one plan: `teams` and `people` in the order of teams; people are None where there is no headcount or
    no pay. `people_at_goal` is the share of all of them at or above goal (NaN without any). `reached` (K,) is
    the probability that a KPI's attainment is at least 1, in closed form."""

    company: Spread
    teams: tuple[Spread, ...]
    people: tuple[Spread | None, ...]
    people_at_goal: float
    reached: Floats
    draws: int


def payout_distribution(cal: Calibrated, euros: Floats, outcome: Outcome, draws: Draws) -> PayoutDistribution:
    """The distribution of payouts of one plan (I, K), at what people do under it."""
    scores = _scores(outcome)
    reached = _attained(cal, euros, scores, draws)
    charge, budget, names = loading(cal.scenario), cal.scenario.rules.budget, list(cal.scenario.teams)
    per_team = _team_pay(cal, euros, reached)
    expected = _expected(cal, euros, scores)
    teams = tuple(
        spread(c * pay, c * float(e.sum()), c * mean, budget.teams.get(name, np.nan))
        for name, c, pay, e, mean in zip(names, charge, per_team, euros, expected, strict=True)
    )
    limit, target = np.nan if budget.expected is None else budget.expected, float(euros.sum(axis=1) @ charge)
    company = spread(charge @ per_team, target, float(expected @ charge), limit, reserve=budget.reserve)
    people = tuple(_people(cal, i, own, reached, draws) for i, own in enumerate(euros))
    return PayoutDistribution(
        company=company,
        teams=teams,
        people=people,
        people_at_goal=_people_at_goal(people, [t.headcount or 0 for t in cal.scenario.teams.values()]),
        reached=probability_reached(cal, scores),
        draws=len(draws.regime),
    )


def payouts_under(cal: Calibrated, plans: PlanBatch) -> tuple[PayoutDistribution, ...]:
    """The distributions of plans once people have learnt, on the draws of the scenario's seed."""
    draws = draw(cal.scenario, cal.seed)
    each = ((euros, cal.paid_by(terms)) for euros, terms in plans.each())
    return tuple(payout_distribution(paid, euros, evaluate_plan(paid, euros), draws) for euros, paid in each)


def _people_at_goal(people: tuple[Spread | None, ...], counts: list[int]) -> float:
    """Share of everybody paid who is at or above goal."""
    paid = [(s.at_goal * n, n) for s, n in zip(people, counts, strict=True) if s is not None]
    return sum(reached for reached, _ in paid) / sum(n for _, n in paid) if paid else np.nan


def spread(
    values: Floats,
    target: float,
    expected: float = np.nan,
    budget: float = np.nan,
    error: float | None = None,
    reserve: float = 0.0,
) -> Spread:
    """What describes the distribution of equally likely payouts; `values` is reordered.

    `error` is the standard error of the mean where the values are not independent; `reserve` is what of the
    budget is set aside.
    """
    count, mean = values.size, float(values.mean())
    at_goal = float(np.count_nonzero(values >= target * (1 - _ROUNDING)) / count) if target > 0 else np.nan
    over = (
        np.nan if np.isnan(budget) else np.count_nonzero(values + reserve > budget * (1 + _ROUNDING)) / count
    )
    error = _error(values) if error is None else error
    at = [_position(p, count) for p in PERCENTILES]
    _partition(values, at)
    return Spread(
        target=target,
        expected=expected,
        mean=mean,
        standard_error=error,
        percentiles=tuple(float(values[j]) for j in at),
        cvar=_worst_mean(values, at[-1]),
        budget=budget,
        over_budget=float(over),
        at_goal=at_goal,
    )


def _error(values: Floats) -> float:
    """Standard error of the mean of independent values."""
    return float(values.std() / np.sqrt(values.size))


def _partition(values: Floats, positions: list[int]) -> None:
    """In place, as by `numpy.partition` at rising positions, each among what the last one left above."""
    start = 0
    for at in positions:
        values[start:].partition(at - start)
        start = at


def _worst_mean(values: Floats, at: int) -> float:
    """CVaR at LEVEL of values partitioned at position `at`, the percentile of that level."""
    above = values[at + 1 :].sum()
    share = (1 - LEVEL) * values.size
    return float((above + (share - (values.size - at - 1)) * values[at]) / share)


def _scores(outcome: Outcome) -> Floats:
    """True scores of one plan in every regime, (R, K)."""
    return np.array([at.score for at in outcome.by_regime])


def _attained(cal: Calibrated, euros: Floats, scores: Floats, draws: Draws) -> Floats:
    """Attainment of every KPI in every draw, (D, K), after what is moved over the end of the period."""
    reached = np.empty_like(draws.noise)
    for s, score in enumerate(scores):
        some = draws.regime == s
        reached[some] = attained(cal, euros, score, draws.noise[some], draws.before[some])
    return reached


def _team_pay(cal: Calibrated, euros: Floats, attained: Floats) -> Floats:
    """Before charges, (I, D)."""
    paid = [
        np.einsum("ik,dik->id", euros, team_pay(cal, attained[at : at + _BLOCK]))
        for at in range(0, len(attained), _BLOCK)
    ]
    return np.concatenate(paid, axis=1)


def probability_reached(cal: Calibrated, scores: Floats) -> Floats:
    """P(attainment ≥ 1) over regimes, (K,); `scores` (R, K)."""
    noise = cal.curves.noise
    sure = np.where(scores >= 1 - _ROUNDING, 1.0, 0.0)
    by_regime = np.where(noise > 0, ndtr((scores - 1) / np.where(noise > 0, noise, 1.0)), sure)
    return cal.regimes.expect(by_regime)


def _expected(cal: Calibrated, euros: Floats, scores: Floats) -> Floats:
    """The engine's expected payouts before charges, (I,)."""
    return cal.regimes.expect(payouts(cal, euros[None], s[None])[0] for s in scores)


def _people(cal: Calibrated, i: int, euros: Floats, attained: Floats, draws: Draws) -> Spread | None:
    """Pay of everybody in one team, one person as good as another; None without people or pay.

    Colleagues share their luck: the error of their mean is that of the team's mean pay per draw.
    """
    apart = draws.apart(cal.scenario, i)
    people = apart.shape[1]
    if not people or euros.sum() <= 0:
        return None
    each = euros / people
    paid = paid_people(cal, i, each, attained, apart)
    error = _error(paid.mean(axis=0))
    return spread(paid.ravel(), float(each.sum()), error=error)


def tail_elsewhere(
    cal: Calibrated, euros: Floats, outcome: Outcome, draws: Draws
) -> dict[str, tuple[float, float]]:
    """(value, standard error) of what keys of `budget` limit in bad cases, on draws apart from the rules'.

    Standard errors are asymptotic: of a mean of excesses, and of the order statistics around a percentile.
    """
    budget, estimates = cal.scenario.rules.budget, {}
    paid = np.sort(company_pay(cal, euros, outcome, draws))
    count = len(paid)
    if budget.cvar is not None:
        level = budget.cvar.level
        edge = paid[_position(level, count)]
        excess = np.maximum(paid - edge, 0.0) / (1 - level)
        estimates["cvar"] = float(edge + excess.mean()), float(excess.std() / np.sqrt(count))
    if budget.percentile is not None:
        level = budget.percentile.level
        off = np.sqrt(level * (1 - level) / count)
        ends = [paid[_position(min(max(level + s * off, 0.0), 1.0), count)] for s in (-1, 1)]
        estimates["percentile"] = float(paid[_position(level, count)]), float((ends[1] - ends[0]) / 2)
    return estimates


def _position(level: float, count: int) -> int:
    """Of the least value that is not exceeded with probability `level`, among sorted ones."""
    return min(count - 1, max(0, int(np.ceil(level * count - _ROUNDING)) - 1))


def company_pay(cal: Calibrated, euros: Floats, outcome: Outcome, draws: Draws) -> Floats:
    """Loaded payout of every draw, (D,)."""
    reached = _attained(cal, euros, _scores(outcome), draws)
    return np.asarray(loading(cal.scenario) @ _team_pay(cal, euros, reached))
