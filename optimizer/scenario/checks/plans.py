"""Plans and regimes: names, sums, missing teams."""

from __future__ import annotations

from optimizer.scenario.checks.counted import SUM, Findings, has_pay
from optimizer.scenario.checks.grid import is_whole
from optimizer.scenario.checks.names import unknown_weights
from optimizer.scenario.problems import Finding, Path, listed, number
from optimizer.scenario.types import Scenario, TargetPay, Weights


def problems(scenario: Scenario) -> Findings:
    """What is wrong with the current plan, the named ones and the regimes."""
    yield from plan_problems(scenario, scenario.current_plan, ("current_plan",))
    for name, plan in scenario.plans.items():
        if name == "current":
            hint = "rename it; `current` always means current_plan"
            yield Finding(("plans", name), "", "the name `current` is reserved", hint, at_key=True)
        yield from plan_problems(scenario, plan, ("plans", name))
    total = sum(regime.probability for regime in scenario.regimes.values())
    if scenario.regimes and abs(total - 1) > SUM:
        message = f"the probabilities sum to {number(total)}, not to 1"
        yield Finding(("regimes",), "", message, _gap(total))


def plan_problems(scenario: Scenario, plan: Weights, at: Path) -> list[Finding]:
    """What is wrong with a plan's names, sums and missing teams; `at` is the plan's own path."""
    return [
        *unknown_weights(scenario, plan, at),
        *_sums(scenario, plan, at),
        *_missing_teams(scenario, plan, at),
    ]


def _sums(scenario: Scenario, plan: Weights, at: Path) -> Findings:
    for team, weights in plan.items():
        total = sum(weights.values())
        unpaid = team in scenario.teams and not has_pay(scenario.teams[team])
        if abs(total - 1) > SUM and (weights or not unpaid):
            message = f"the weights of {team} sum to {number(total)}, not to 1"
            yield Finding((*at, team), "", message, _gap(total))


def warnings(scenario: Scenario) -> Findings:
    """A current plan between two steps: the solver cannot keep it (target pay that is a decision aside)."""
    step = scenario.rules.weights.step
    for team, weights in scenario.current_plan.items():
        fixed = team in scenario.teams and not isinstance(scenario.teams[team].target_pay, TargetPay)
        off = [k for k, w in weights.items() if fixed and step > 0 and not is_whole(w / step)]
        if off and has_pay(scenario.teams[team]):
            seen = listed(f"{k} {number(weights[k])}" for k in off)
            message = f"between two steps of {number(step)}: no plan of the solver keeps {seen}"
            if scenario.rules.change_limit == 0:
                message += ", and change_limit 0 allows no other"
            hint = f"write multiples of {number(step)}, or make rules.weights.step smaller"
            yield Finding(("current_plan", team), "", message, hint, at_key=True)


def _gap(total: float) -> str:
    return f"{number(abs(1 - total))} is {'missing' if total < 1 else 'too much'}"


def _missing_teams(scenario: Scenario, plan: Weights, at: Path) -> Findings:
    missing = [name for name, team in scenario.teams.items() if has_pay(team) and name not in plan]
    if missing:
        hint = f"add `{missing[0]}: {{<kpi>: 1}}`; every team with target_pay is in every plan"
        yield Finding(at, "", f"says nothing for {listed(missing)}", hint)
