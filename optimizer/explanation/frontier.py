"""What can be had for more: the best plan at every limit of the budget, of gaming, of controllability.

Each point is a solve of its own. A plan that keeps a tight limit keeps every looser one, so a point takes the
plan of a tighter point where its own solve found none as good: values never fall as the limit loosens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from optimizer.arrays import Floats
from optimizer.explanation.resolve import Job, Optimum, resolved
from optimizer.parallel.pool import ALONE, OnDone, Workers
from optimizer.plans.space import PlanSpace, plan_space
from optimizer.response.booking import booked_money
from optimizer.response.calibration import Calibrated, calibrate
from optimizer.response.measures import measure
from optimizer.response.outcome import evaluate_plan, value_of
from optimizer.scenario.rule_types import GamingRules, Rules
from optimizer.scenario.types import Scenario
from optimizer.solver import Options

Over = Literal["budget", "gaming", "controllability"]
OVERS: tuple[Over, ...] = get_args(Over)
POINTS = 9
AROUND = 0.2
"""Budgets reach from this much below to this much above the middle."""
WIDE = 0.1
"""Tolerances reach to twice this, or to twice the scenario's own if that is larger."""


@dataclass(frozen=True)
class FrontierPoint:
    """The best plan under a limit: `limit` in its own unit, `is_own` where it is the scenario's own.

    `gain` of the objective over the current plan's, `net_change` of the net [currency/period].
    """

    over: Over
    limit: float
    is_own: bool
    optimum: Optimum
    gain: float
    net_change: float


def frontier(
    scenario: Scenario,
    over: Over,
    points: int = POINTS,
    options: Options | None = None,
    workers: Workers = ALONE,
    on_done: OnDone | None = None,
) -> tuple[FrontierPoint, ...]:
    """The best plan at `points` limits, and at the scenario's own, loosest last.

    "budget" varies expected loaded payouts, "gaming" the tolerance, "controllability" the least mean. Raises
    CalibrationError where the baseline cannot be calibrated.
    """
    options = options or Options()
    cal = calibrate(scenario)
    space = plan_space(cal, measure(cal).controllability)
    own = own_limit(scenario, over)
    limits = _limits(cal, space, over, points, own)
    jobs = [Job.of(at_limit(scenario, over, limit), options) for limit in limits]
    optima = workers.each(resolved, jobs, on_done)
    today = evaluate_plan(cal, cal.current)
    value, net = value_of(cal, today), booked_money(scenario, today).net
    done: list[Optimum] = []
    for optimum, looser in zip(optima, _looser(optima), strict=True):
        known = optimum if optimum.status != "not_found" else replace(optimum, bound=looser)
        done.append(known.beaten_by(done, options.gap))
    return tuple(
        FrontierPoint(over, limit, limit == own, optimum, optimum.value - value, optimum.net - net)
        for limit, optimum in zip(limits, done, strict=True)
    )


def _looser(optima: Sequence[Optimum]) -> list[float]:
    """For each, the least bound of those with a looser limit: its own plans are worth no more."""
    bounds = [o.bound if np.isfinite(o.bound) else np.inf for o in optima]
    least = [min(bounds[n + 1 :], default=np.inf) for n in range(len(bounds))]
    return [bound if np.isfinite(bound) else np.nan for bound in least]


def own_limit(scenario: Scenario, over: Over) -> float | None:
    """The limit in the scenario; None without one."""
    rules = scenario.rules
    if over == "budget":
        return rules.budget.expected
    if over == "gaming":
        return None if rules.gaming is None else rules.gaming.tolerance
    return rules.controllability.mean


def at_limit(scenario: Scenario, over: Over, limit: float) -> Scenario:
    """The scenario with another limit, all other rules as they are."""
    return scenario.model_copy(update={"rules": _at_limit(scenario.rules, over, limit), "sources": {}})


def _at_limit(rules: Rules, over: Over, limit: float) -> Rules:
    if over == "budget":
        return rules.model_copy(update={"budget": rules.budget.model_copy(update={"expected": limit})})
    if over == "gaming":
        gaming = rules.gaming or GamingRules()
        return rules.model_copy(update={"gaming": gaming.model_copy(update={"tolerance": limit})})
    control = rules.controllability.model_copy(update={"mean": limit})
    return rules.model_copy(update={"controllability": control})


def _limits(cal: Calibrated, space: PlanSpace, over: Over, points: int, own: float | None) -> list[float]:
    """Evenly spaced, with the scenario's own among them, tightest first."""
    if over == "budget":
        middle = own or evaluate_plan(cal, cal.current).loaded_pay
        evenly = np.linspace((1 - AROUND) * middle, (1 + AROUND) * middle, points)
    elif over == "gaming":
        evenly = np.linspace(0.0, 2 * max(own or 0.0, WIDE), points)
    else:
        evenly = np.linspace(0.0, max(_most_controllable(space), own or 0.0), points)
    limits = {round(float(v), 10) for v in evenly}
    limits = {v for v in limits if own is None or abs(v - own) > 1e-9} | ({own} if own is not None else set())
    return sorted(limits, reverse=over == "controllability")


def _most_controllable(space: PlanSpace) -> float:
    """The largest mean controllability that every team with a choice can reach."""
    control: Floats = np.where(space.allowed, space.controllability, -np.inf).max(axis=1)
    free = (space.most > 0) & ~space.fully_locked & space.allowed.any(axis=1)
    return float(control[free].min(initial=1.0))
