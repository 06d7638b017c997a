"""The same company, its money counted in another unit."""

from __future__ import annotations

from typing import Any

from optimizer.scenario.charges import charge_rate
from optimizer.scenario.rule_types import Budget
from optimizer.scenario.types import Activity, Scenario, Stage, TargetPay, Team

SMALLEST_PAY = 10.0
"""Target pay in force from which on amounts are in a currency that has cents [currency/period]."""


def has_cents(scenario: Scenario, money: float = 1.0) -> bool:
    """Whether a cent is the least that is paid: not where pay, but for none, is less than SMALLEST_PAY.

    `money` is the unit in which the scenario is told, per unit of its file.
    """
    largest = max((team.current_pay for team in scenario.teams.values()), default=0.0) / money
    return largest >= SMALLEST_PAY or largest == 0.0


def in_unit(scenario: Scenario, factor: float) -> Scenario:
    """Every amount of money times `factor`; what is per currency divided by it. A power of two is exact."""
    parts = {
        "teams": {name: _team(scenario, team, factor) for name, team in scenario.teams.items()},
        "stages": {name: _stage(stage, factor) for name, stage in scenario.stages.items()},
        "activities": {name: _activity(a, factor) for name, a in scenario.activities.items()},
        "rules": scenario.rules.model_copy(update={"budget": _budget(scenario.rules.budget, factor)}),
    }
    return scenario.model_copy(update=parts)


def _times(record: Any, factor: float, *names: str) -> dict[str, float]:
    return {n: getattr(record, n) * factor for n in names if getattr(record, n) is not None}


def _team(scenario: Scenario, team: Team, factor: float) -> Team:
    changed: dict[str, Any] = _times(team, factor, "base_pay", "hour_value")
    changed["charges"] = charge_rate(scenario, team)
    pay = team.target_pay
    if isinstance(pay, TargetPay):
        changed["target_pay"] = pay.model_copy(update=_times(pay, factor, "current", "min", "max", "step"))
    else:
        changed["target_pay"] = pay * factor
    return team.model_copy(update=changed | {"risk_aversion": team.risk_aversion / factor})


def _stage(stage: Stage, factor: float) -> Stage:
    return stage.model_copy(update=_times(stage, factor, "value"))


def _activity(activity: Activity, factor: float) -> Activity:
    changed: dict[str, Any] = _times(activity, factor, "cash", "value")
    if activity.cost is not None:
        cost = activity.cost
        changed["cost"] = cost.model_copy(update=_times(cost, factor, "linear", "quadratic"))
    return activity.model_copy(update=changed)


def _budget(budget: Budget, factor: float) -> Budget:
    changed: dict[str, Any] = _times(budget, factor, "expected", "reserve")
    changed["teams"] = {team: most * factor for team, most in budget.teams.items()}
    for name in ("cvar", "percentile"):
        case = getattr(budget, name)
        if case is not None:
            changed[name] = case.model_copy(update={"limit": case.limit * factor})
    return budget.model_copy(update=changed)
