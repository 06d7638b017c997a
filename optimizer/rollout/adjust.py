"""After the launch: actuals against what was to be expected, responsiveness learnt, and the smallest change.

The numbers come from the simulated switch and its posterior (`optimizer.rollout`); this module alone asks
the solver, for plans at growing distance from the one in force.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from optimizer.arrays import Floats
from optimizer.plans.evaluation import compare
from optimizer.response.calibration import Calibrated, calibrate
from optimizer.response.outcome import evaluate_plan, value_of
from optimizer.risk.draws import draw_luck
from optimizer.rollout.actuals import Actual
from optimizer.rollout.posterior import Learnt, learn_responsiveness, with_responsiveness
from optimizer.rollout.transition import LEARNING, follow
from optimizer.scenario.plan import Plan, PlanWeights, plan_of
from optimizer.scenario.types import Scenario, TargetPay, Team
from optimizer.solver import Options, Solution, solve

LAUNCHED = "launched"
"""Name under which the plan in force stands in the scenario that is solved."""
RECOVERED = 0.8
"""Share of the attainable gain that the smallest change must bring."""
_ANYTHING = 2.0
"""Σ_k |w − w'| of two plans that share no KPI."""
_NOTHING = 1e-6
"""Gain, as a share of the plan's value, below which the plan in force is as good as any."""
_COARSE = 0.1
"""Change tried first where weights have no steps."""
Verdict = Literal["change", "keep", "no_plan"]


@dataclass(frozen=True)
class MeasuredKpi:
    """A KPI of a period: measured, expected, and the interval that luck alone leaves in 95 % of cases."""

    period: int
    kpi: str
    teams: tuple[str, ...]
    value: float
    expected: float
    low: float
    high: float

    @property
    def surprising(self) -> bool:
        return not self.low <= self.value <= self.high


@dataclass(frozen=True)
class Attempt:
    """The best plan within a distance from the plan in force, and what it brings above that plan."""

    limit: float
    solution: Solution
    gain: float


@dataclass(frozen=True)
class Adjustment:
    """What to do after some periods of a plan; values are those of the objective, per period."""

    scenario: Scenario
    """With responsiveness at its posterior median."""
    plan: Plan
    compared: tuple[MeasuredKpi, ...]
    learnt: tuple[Learnt, ...]
    value: float
    """Of the plan in force, once people have learnt."""
    unlimited: Attempt
    """Without a limit on the change."""
    tried: tuple[Attempt, ...]
    """At growing distance; the last one recovers enough, unless none does."""
    verdict: Verdict
    broken: tuple[str, ...]
    """Rules that the plan in force breaks, once people have learnt."""

    @property
    def chosen(self) -> Attempt | None:
        """The smallest change that recovers enough."""
        return min((a for a in self.tried if _enough(a, self.unlimited)), key=lambda a: a.limit, default=None)


def adjust(
    scenario: Scenario,
    given: PlanWeights | Plan,
    actuals: Sequence[Actual],
    options: Options | None = None,
    *,
    seed: int = 1,
    draws: int = 2000,
    tell: Callable[[str], None] = lambda _: None,
) -> Adjustment:
    """Learn from actuals under a plan and look for the smallest change that recovers most of the gain."""
    plan = plan_of(scenario, given)
    cal, euros = calibrate(scenario).paid_by(plan.terms), plan.euros(scenario)
    tell("comparing actuals with what luck leaves open")
    compared = compare_actuals(cal, euros, actuals, seed, draws)
    tell("learning how people respond")
    learnt = learn_responsiveness(cal, euros, attainments(cal, actuals))
    median = {entry.team: entry.posterior.median for entry in learnt}
    updated = with_responsiveness(scenario, median)
    value = _value(calibrate(updated).paid_by(plan.terms), euros)
    broken = tuple(r.name for r in compare(updated, {LAUNCHED: plan}, seed)[LAUNCHED].broken_rules)
    unlimited = _attempt(updated, plan, _ANYTHING, value, options or Options(), tell)
    verdict: Verdict = "change"
    if unlimited.solution.chosen is None:
        verdict = "no_plan"
    elif unlimited.gain <= _NOTHING * abs(value) and not broken:
        verdict = "keep"
    tried = (
        _smallest(updated, plan, value, unlimited, options or Options(), tell) if verdict == "change" else ()
    )
    return Adjustment(updated, plan, compared, learnt, value, unlimited, tried, verdict, broken)


def attainments(cal: Calibrated, actuals: Sequence[Actual]) -> Floats:
    """Measured values over the targets of today (T, K); NaN where not measured."""
    kpis = list(cal.scenario.kpis)
    attained = np.full((max(a.period for a in actuals), len(kpis)), np.nan)
    for actual in actuals:
        k = kpis.index(actual.kpi)
        attained[actual.period - 1, k] = actual.value / cal.targets[k]
    return attained


def compare_actuals(
    cal: Calibrated, euros: Floats, actuals: Sequence[Actual], seed: int, draws: int
) -> tuple[MeasuredKpi, ...]:
    """Each KPI and period once, in the order of the file."""
    periods, kpis = max(a.period for a in actuals), list(cal.scenario.kpis)
    path = follow(cal, euros, draw_luck(cal.scenario, seed, periods, draws), LEARNING)
    values = path.attainment * path.target
    low, high = np.quantile(values, (0.025, 0.975), axis=1)
    mean = values.mean(axis=1)
    teams: dict[tuple[int, str], list[str]] = {}
    for actual in actuals:
        teams.setdefault((actual.period, actual.kpi), []).append(actual.team)
    measured = {(a.period, a.kpi): a.value for a in actuals}

    def at(t: int, kpi: str) -> tuple[float, float, float]:
        expected, least, most = (float(v[t - 1, kpis.index(kpi)]) for v in (mean, low, high))
        return expected, least, most

    return tuple(
        MeasuredKpi(t, name, tuple(owners), measured[t, name], *at(t, name))
        for (t, name), owners in teams.items()
    )


def _value(cal: Calibrated, euros: Floats) -> float:
    return value_of(cal, evaluate_plan(cal, euros))


def _attempt(
    scenario: Scenario,
    plan: Plan,
    limit: float,
    value: float,
    options: Options,
    tell: Callable[[str], None],
) -> Attempt:
    """The best plan within `limit` of the plan in force, on its terms: a change is one of weights.

    The scenario's own limit on changes is set aside.
    """
    tell(
        f"solving for the best plan within a change of {limit:.2g}" if limit < _ANYTHING else "solving freely"
    )
    changes = {"change_limit": limit, "change_from": LAUNCHED, "curves": {}}
    rules = scenario.rules.model_copy(update=changes)
    plans = {**scenario.plans, LAUNCHED: plan.weights}
    held = {"teams": _paid_as_in(scenario, plan), "rules": rules, "plans": plans}
    solution = solve(scenario.model_copy(update=held), options, terms=plan.terms)
    if solution.chosen is None:
        return Attempt(limit, solution, float("nan"))
    return Attempt(limit, solution, _value(solution.problem.cal, solution.chosen.euros) - value)


def _paid_as_in(scenario: Scenario, plan: Plan) -> dict[str, Team]:
    """Teams with the target pay of a plan held, where that is not today's for good; what calibrates stays."""
    return {
        name: team.model_copy(update={"target_pay": _held(scenario, name, plan.target_pay[name])})
        if plan.target_pay[name] > 0
        and (isinstance(team.target_pay, TargetPay) or plan.target_pay[name] != team.current_pay)
        else team
        for name, team in scenario.teams.items()
    }


def _held(scenario: Scenario, team: str, pay: float) -> TargetPay:
    """Unchecked, for a team that is not paid today has no pay that a file could state."""
    step, today = pay * scenario.rules.weights.step_of(team), scenario.teams[team].current_pay
    return TargetPay.model_construct(current=today, min=pay, max=pay, step=step)


def _enough(attempt: Attempt, unlimited: Attempt) -> bool:
    """Where no plan is within the distance the gain is NaN, never enough; where the plan in force breaks
    rules, even the best one may gain less than nothing."""
    return attempt.gain >= unlimited.gain - (1 - RECOVERED) * abs(unlimited.gain)


def _smallest(
    scenario: Scenario,
    plan: Plan,
    value: float,
    unlimited: Attempt,
    options: Options,
    tell: Callable[[str], None],
) -> tuple[Attempt, ...]:
    """Doubling from the smallest shift until enough is recovered, then halving what is between."""
    shift = 2 * (scenario.rules.weights.step or _COARSE / 2)
    tried: list[Attempt] = []

    def enough(count: int) -> bool:
        tried.append(_attempt(scenario, plan, count * shift, value, options, tell))
        return _enough(tried[-1], unlimited)

    few, many = 0, 1
    while many * shift < _ANYTHING and not enough(many):
        few, many = many, 2 * many
    if many * shift >= _ANYTHING:
        tried.append(unlimited)
        many = int(np.ceil(_ANYTHING / shift))
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if enough(middle) else (middle, many)
    return tuple(tried)
