"""Rules of the weights: bounds, steps and locks that leave at least one plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container

from optimizer.scenario.checks import same_teams, weight_limits
from optimizer.scenario.checks.baseline_counts import SUM, Findings, has_pay
from optimizer.scenario.checks.whole_steps import STEPS, is_whole, on_grid
from optimizer.scenario.problems import Finding, Path, did_you_mean, listed, number, shown
from optimizer.scenario.types import Scenario

_USUAL_STEPS = (0.01, 0.02, 0.025, 0.04, 0.05, 0.1, 0.125, 0.2, 0.25, 0.5, 1.0)


def problems(scenario: Scenario) -> Findings:
    """What is wrong with the rules, apart from names."""
    yield from _change_from_a_plan(scenario)
    yield from _repeated_measures(scenario)
    yield from _without_steps(scenario)
    yield from _reserve(scenario)
    yield from same_teams.problems(scenario)
    broken = [*_bounds(scenario), *_step(scenario), *weight_limits.problems(scenario)]
    yield from broken
    yield from _locks_outside_measures(scenario)
    if not broken:
        refused = list(_lock_values(scenario))
        yield from refused
        yield from _attainable_sums(scenario, {finding.path[2] for finding in refused})


def _without_steps(scenario: Scenario) -> Findings:
    """Rules whose products of pay and score only steps make exact."""
    budget = scenario.rules.budget
    stated = {
        "teams": bool(budget.teams),
        "cvar": budget.cvar is not None,
        "percentile": budget.percentile is not None,
        "min_share_of_target": budget.min_share_of_target is not None,
    }
    if scenario.rules.weights.step == 0:
        for key in (key for key, is_stated in stated.items() if is_stated):
            message = "cannot be combined with weights without steps (rules.weights.step 0)"
            hint = "remove it, or write a step, 0.05; `expected` works without steps"
            yield Finding(("rules", "budget", key), "", message, hint, at_key=True)


def _reserve(scenario: Scenario) -> Findings:
    """What is set aside leaves something of every limit on the payouts of all teams together."""
    budget = scenario.rules.budget
    cases = {"cvar.limit": budget.cvar, "percentile.limit": budget.percentile}
    stated = {key: case.limit for key, case in cases.items() if case is not None}
    if budget.expected is not None:
        stated = {"expected": budget.expected} | stated
    at: Path = ("rules", "budget", "reserve")
    for key, limit in stated.items():
        if budget.reserve >= limit:
            message = f"leaves nothing of rules.budget.{key}, {number(limit)}"
            yield Finding(at, number(budget.reserve), message, "write less, or raise the limit")
    if budget.reserve > 0 and not stated:
        message = "there is no limit on the payouts of all teams that it could count against"
        hint = "add `expected`, `cvar` or `percentile` to rules.budget, or remove it"
        yield Finding(at, number(budget.reserve), message, hint)


def _change_from_a_plan(scenario: Scenario) -> Findings:
    name = scenario.rules.change_from
    if name is not None and name not in scenario.plans:
        hint = did_you_mean(name, scenario.plans)
        yield Finding(("rules", "change_from"), shown(name), "the file has no such plan", hint)


def _repeated_measures(scenario: Scenario) -> Findings:
    for team, allowed in scenario.rules.measures.items():
        for position, kpi in enumerate(allowed):
            if kpi in allowed[:position]:
                at: Path = ("rules", "measures", team, position)
                yield Finding(at, shown(kpi), "is listed twice", "remove one")


def _bounds(scenario: Scenario) -> Findings:
    weights = scenario.rules.weights
    if weights.min > weights.max:
        message = f"min {number(weights.min)} is above max {number(weights.max)}"
        yield Finding(("rules", "weights", "min"), "", message, f"write at most {number(weights.max)}")


def _step(scenario: Scenario) -> Findings:
    step, at = scenario.rules.weights.step, ("rules", "weights", "step")
    if step == 0:
        if scenario.rules.objective != "surplus":
            yield Finding(at, "0", "weights without steps need objective surplus", "write 0.05")
    else:
        yield from _whole(at, step)
    for team, own in scenario.rules.weights.teams.items():
        where: Path = ("rules", "weights", "teams", team, "step")
        if own.step is not None and step == 0:
            message = "a team cannot have steps where the weights of all have none (rules.weights.step 0)"
            yield Finding(where, number(own.step), message, "remove it, or write a step for all")
        elif own.step is not None:
            yield from _whole(where, own.step)


def _whole(at: Path, step: float) -> Findings:
    if not is_whole(1 / step):
        usual = min(_USUAL_STEPS, key=lambda other: abs(other - step))
        yield Finding(at, number(step), "a whole number of steps must make 1", f"write {number(usual)}")


def _locks_outside_measures(scenario: Scenario) -> Findings:
    for team, locks in scenario.rules.locks.items():
        allowed = scenario.rules.measures.get(team)
        for kpi in locks:
            if allowed is not None and kpi in scenario.kpis and kpi not in allowed:
                message = f"locked for {team}, but not among its measures"
                hint = f"add {kpi} to rules.measures.{team}, or remove the lock"
                yield Finding(("rules", "locks", team, kpi), "", message, hint, at_key=True)


def _lock_values(scenario: Scenario) -> Findings:
    for team, locks in scenario.rules.locks.items():
        at: Path = ("rules", "locks", team)
        for kpi, weight in locks.items():
            yield from _lock_value(scenario, team, (*at, kpi), weight)
        if sum(locks.values()) > 1 + SUM:
            message = f"the locks of {team} sum to {number(sum(locks.values()))}, above 1"
            yield Finding(at, "", message, "the weights of a team sum to 1")


def _lock_value(scenario: Scenario, team: str, at: Path, weight: float) -> Findings:
    rule = scenario.rules.weights
    step = rule.step_of(team)
    if weight != 0 and not rule.min - STEPS <= weight <= rule.max + STEPS:
        message = f"a locked weight is 0, or {number(rule.min)} to {number(rule.max)} (rules.weights)"
        yield Finding(at, number(weight), message, "change the lock or the bounds")
    elif step > 0 and not is_whole(weight / step):
        near = number(round(weight / step) * step)
        message = f"is not a multiple of the step {number(step)}"
        yield Finding(at, number(weight), message, f"write {near}, or a smaller step")


def _attainable_sums(scenario: Scenario, skipped: Container[str | int]) -> Findings:
    """Can the weights of each paid team sum to 1 at all? Same answer, one finding."""
    blocked: dict[tuple[Path, str], list[str]] = defaultdict(list)
    for name, team in scenario.teams.items():
        if has_pay(team) and name not in skipped:
            reason = _no_sum(scenario, name)
            if reason:
                blocked[reason].append(name)
    for (path, message), teams in blocked.items():
        hint = "change min, max, max_measures, measures or locks"
        if any(_has_own(scenario, team) for team in teams):
            hint = "change min, max, max_measures, measures, locks, limits, teams or groups"
        yield Finding(path, "", f"the weights of {listed(teams)} cannot sum to 1: {message}", hint)


def _has_own(scenario: Scenario, team: str) -> bool:
    """Limits of its own."""
    weights = scenario.rules.weights
    return team in weights.limits or team in weights.teams or any(g.team == team for g in weights.groups)


def _no_sum(scenario: Scenario, team: str) -> tuple[Path, str] | None:
    """Where the rest beside the locks meets no number of free weights within their bounds."""
    if _has_own(scenario, team):
        return weight_limits.no_sum(scenario, team)
    rules = scenario.rules
    locks, rule = rules.locks.get(team, {}), rules.weights
    allowed = rules.measures.get(team, tuple(scenario.kpis))
    used = sum(weight > 0 for weight in locks.values())
    free = len(set(allowed) - locks.keys())
    room = min(free, (rule.most_measures(team) or len(allowed) + used) - used)
    rest = 1 - sum(locks.values())
    low, high = on_grid(rule.min, rule.max, rule.step)
    reached = rest <= SUM or any(c * low - SUM <= rest <= c * high + SUM for c in range(1, room + 1))
    if room >= 0 and reached:
        return None
    besides = f" besides locks of {number(1 - rest)}" if locks else ""
    count = "1 measure" if room == 1 else f"{max(0, room)} measures"
    return _cause(scenario, team), f"at most {count} of {number(low)} to {number(high)}{besides}"


def _cause(scenario: Scenario, team: str) -> Path:
    if team in scenario.rules.measures:
        return "rules", "measures", team
    return ("rules", "locks", team) if scenario.rules.locks.get(team) else ("rules", "weights")
