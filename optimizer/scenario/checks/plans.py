"""Plans and regimes: names, sums, missing teams."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from optimizer.scenario.checks.baseline_counts import SUM, Findings, has_pay
from optimizer.scenario.checks.names import unknown_keys, unknown_weights
from optimizer.scenario.checks.whole_steps import is_whole
from optimizer.scenario.plan_types import StatedPlan, Targets
from optimizer.scenario.problems import Finding, Path, did_you_mean, listed, number, shown
from optimizer.scenario.types import Scenario, TargetPay
from optimizer.scenario.value_types import Weights

SAME_COMPANY = "name a run of this scenario"


def problems(scenario: Scenario) -> Findings:
    """What is wrong with the current plan, the named ones and the regimes."""
    yield from plan_problems(scenario, scenario.current_plan, ("current_plan",))
    for name, plan in scenario.plans.items():
        if name == "current":
            hint = "rename it; `current` always means current_plan"
            yield Finding(("plans", name), "", "the name `current` is reserved", hint, at_key=True)
        yield from given_problems(scenario, plan, ("plans", name))
    total = sum(regime.probability for regime in scenario.regimes.values())
    if scenario.regimes and abs(total - 1) > SUM:
        message = f"the probabilities sum to {number(total)}, not to 1"
        yield Finding(("regimes",), "", message, _gap(total))


def given_problems(scenario: Scenario, plan: Weights | StatedPlan, at: Path) -> list[Finding]:
    """What is wrong with a plan as a file says it, apart from the shapes of its curves."""
    if not isinstance(plan, StatedPlan):
        return plan_problems(scenario, plan, at)
    return [
        *unknown_weights(scenario, plan.weights, (*at, "weights")),
        *_sums(scenario, plan.weights, (*at, "weights")),
        *unknown_keys((*at, "target_pay"), plan.target_pay, "team", scenario.teams),
        *_newly_paid(scenario, plan, at),
        *_curve_places(scenario, plan, (*at, "curves")),
        *_targets(scenario, plan, (*at, "targets")),
    ]


def _newly_paid(scenario: Scenario, plan: StatedPlan, at: Path) -> Findings:
    """A team that a plan begins to pay needs weights, and one that has them pay."""
    for team, pay in plan.target_pay.items():
        known = plan.weights.get(team) or scenario.current_plan.get(team)
        if pay > 0 and team in scenario.teams and not known:
            hint = f"add `{team}: {{<kpi>: 1}}` to weights"
            yield Finding((*at, "target_pay", team), number(pay), f"{team} has no weights", hint)


def _curve_places(scenario: Scenario, plan: StatedPlan, at: Path) -> Findings:
    """Curves of teams, or of a team on a KPI."""
    for place in plan.curves:
        team, _, kpi = place.partition(".")
        if team not in scenario.teams:
            message, hint = "unknown team", did_you_mean(team, scenario.teams)
            yield Finding((*at, place), "", message, hint, at_key=True)
        elif kpi and kpi not in scenario.kpis:
            yield Finding((*at, place), "", "unknown KPI", did_you_mean(kpi, scenario.kpis), at_key=True)


def _targets(scenario: Scenario, plan: StatedPlan, at: Path) -> Findings:
    if not isinstance(plan.targets, Targets):
        yield from unknown_keys(at, plan.targets, "KPI", scenario.kpis)
        if plan.targets and scenario.targets.mode == "reset":
            message = "have no effect where targets are issued anew (targets.mode reset)"
            yield Finding(at, "", message, "write {mode: fixed}, or leave them out", at_key=True)
    elif plan.targets.mode == "reset" and scenario.regimes:
        message = "targets that are issued anew cannot be combined with regimes: each would have its own"
        yield Finding((*at, "mode"), "reset", message, "write mode: fixed, or remove the regimes")
    elif plan.targets.mode == "fixed" and plan.targets.stretch != 0:
        hint = "write mode: reset, or `{kpi: target}` with the targets themselves"
        yield Finding((*at, "stretch"), number(plan.targets.stretch), "has no effect", hint)


def plan_problems(scenario: Scenario, plan: Weights, at: Path) -> list[Finding]:
    """What is wrong with a plan's names, sums and missing teams; `at` is the plan's own path."""
    return [
        *unknown_weights(scenario, plan, at),
        *_sums(scenario, plan, at),
        *_missing_teams(scenario, plan, at),
    ]


def pay_problems(
    scenario: Scenario, target_pay: Mapping[str, float], stated: StatedPlan
) -> Iterator[Finding]:
    """What is wrong with the target pay, curves and targets that a plan from elsewhere brings along."""
    for team in sorted(scenario.teams.keys() ^ target_pay.keys()):
        yield Finding(("target_pay", team), "", "the run and the scenario differ in this team", SAME_COMPANY)
    for team, pay in target_pay.items():
        if not (isinstance(pay, int | float) and 0 <= pay < math.inf):
            hint = "write the amount per period at target, 0 or more"
            yield Finding(("target_pay", team), shown(pay), "is no target pay", hint)
    for place, curve in stated.curves.items():
        if isinstance(curve, str) and curve not in scenario.curves:
            yield Finding(("curves", place), curve, "the scenario has no such curve", SAME_COMPANY)
    yield from _curve_places(scenario, stated, ("curves",))
    yield from _targets(scenario, stated, ("targets",))


def _sums(scenario: Scenario, plan: Weights, at: Path) -> Findings:
    for team, weights in plan.items():
        total = sum(weights.values())
        unpaid = team in scenario.teams and not has_pay(scenario.teams[team])
        if abs(total - 1) > SUM and (weights or not unpaid):
            message = f"the weights of {team} sum to {number(total)}, not to 1"
            yield Finding((*at, team), "", message, _gap(total))


def warnings(scenario: Scenario) -> Findings:
    """A current plan between two steps: the solver cannot keep it (target pay that is a decision aside)."""
    for team, weights in scenario.current_plan.items():
        step = scenario.rules.weights.step_of(team)
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
