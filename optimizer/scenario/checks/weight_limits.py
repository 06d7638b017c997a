"""Limits that a designer writes for single weights, sums of weights and numbers of KPIs."""

from __future__ import annotations

from functools import cache
from itertools import combinations
from math import ceil, floor

from optimizer.scenario.checks.baseline_counts import SUM, Findings, has_pay
from optimizer.scenario.checks.whole_steps import STEPS
from optimizer.scenario.problems import Finding, Path, listed, number
from optimizer.scenario.types import Scenario, TargetPay

AT: Path = ("rules", "weights")
_TRIED = 200_000
"""Weights that are tried before it is left to the solver whether any add up."""


def problems(scenario: Scenario) -> Findings:
    """What contradicts itself, or another rule on the same weights."""
    yield from _single(scenario)
    yield from _counts(scenario)
    yield from _groups(scenario)
    yield from _unpaid(scenario)


def _single(scenario: Scenario) -> Findings:
    rules, weights = scenario.rules, scenario.rules.weights
    for team, own in weights.limits.items():
        at: Path = (*AT, "limits", team)
        for kpi, bounds in own.items():
            where, lock = (*at, kpi), rules.locks.get(team, {}).get(kpi)
            yield from _ordered(where, bounds.min, bounds.max)
            if 0 < bounds.max < weights.min:
                message = f"max {number(bounds.max)} is below rules.weights.min {number(weights.min)}"
                yield Finding((*where, "max"), "", message, "write 0 to rule the KPI out, or more")
            if bounds.min > weights.max:
                message = f"min {number(bounds.min)} is above rules.weights.max {number(weights.max)}"
                yield Finding((*where, "min"), "", message, f"write at most {number(weights.max)}")
            if bounds.min > 0 and kpi not in rules.measures.get(team, tuple(scenario.kpis)):
                message = f"obligatory for {team}, but not among its measures"
                yield Finding(where, "", message, f"add {kpi} to rules.measures.{team}", at_key=True)
            if lock is not None and not bounds.min - SUM <= lock <= bounds.max + SUM:
                message = f"its lock {number(lock)} is not from {number(bounds.min)} to {number(bounds.max)}"
                yield Finding(where, "", message, "change the lock or the limit", at_key=True)
        least = sum(bounds.min for bounds in own.values())
        if least > 1 + SUM:
            message = f"the least weights of {team} sum to {number(least)}, above 1"
            yield Finding(at, "", message, "the weights of a team sum to 1")


def _ordered(at: Path, low: float, high: float) -> Findings:
    if low > high:
        message = f"min {number(low)} is above max {number(high)}"
        yield Finding((*at, "min"), "", message, f"write at most {number(high)}")


def _counts(scenario: Scenario) -> Findings:
    weights = scenario.rules.weights
    for team, own in weights.teams.items():
        at: Path = (*AT, "teams", team)
        most, least = weights.most_measures(team), weights.least_measures(team)
        if most is not None and least > most:
            message = f"min_measures {least} is above max_measures {most}"
            yield Finding((*at, "min_measures"), "", message, f"write at most {most}")
        if own.min_measures is not None and weights.step == 0 and weights.min == 0:
            message = "needs a least weight where weights have no steps: any share above 0 would do"
            yield Finding((*at, "min_measures"), str(least), message, "write rules.weights.min, e.g. 0.05")


def _groups(scenario: Scenario) -> Findings:
    seen: dict[tuple[str, frozenset[str]], int] = {}
    for n, group in enumerate(scenario.rules.weights.groups):
        at: Path = (*AT, "groups", n)
        yield from _ordered(at, group.min, group.max)
        if len(set(group.kpis)) < len(group.kpis):
            yield Finding((*at, "kpis"), "", "a KPI is listed twice", "remove one")
        first = seen.setdefault((group.team, frozenset(group.kpis)), n)
        if first != n:
            hint = f"keep one of the two, groups[{first}] or this one"
            yield Finding(at, "", f"the KPIs {listed(group.kpis)} of {group.team} already have bounds", hint)
        if group.min == 0 and group.max == 1:
            yield Finding(at, "", "binds nothing", "write min above 0, or max below 1")


def _unpaid(scenario: Scenario) -> Findings:
    """Limits of teams without variable pay would bind nothing."""
    weights = scenario.rules.weights
    named = {(*AT, "limits", team): team for team in weights.limits}
    named |= {(*AT, "teams", team): team for team in weights.teams}
    named |= {(*AT, "groups", n, "team"): group.team for n, group in enumerate(weights.groups)}
    for at, team in named.items():
        if team in scenario.teams and not has_pay(scenario.teams[team]):
            yield Finding(at, "", f"{team} has no variable pay", "give it target_pay, or remove the limit")


# --- can the weights sum to 1? --------------------------------------------------------------------------


def no_sum(scenario: Scenario, team: str) -> tuple[Path, str] | None:
    """Where no weights of a team sum to 1, in its own steps, although each limit alone could be kept."""
    decided = isinstance(scenario.teams[team].target_pay, TargetPay)
    step = (0.0 if decided else scenario.rules.weights.step_of(team)) or 1e-3
    whole = round(1 / step)
    bounds = {k: _steps(scenario, team, k, step) for k in _usable(scenario, team)}
    if len(bounds) > 14 or whole > 1000 or _some_sum(scenario, team, bounds, whole, step):
        return None
    at = next(a for a in _places(scenario, team))
    return at, "no weights keep its limits, groups, numbers of KPIs and locks together"


def _places(scenario: Scenario, team: str) -> list[Path]:
    weights = scenario.rules.weights
    own: list[Path] = [(*AT, "limits", team)] if team in weights.limits else []
    own += [(*AT, "groups", n) for n, group in enumerate(weights.groups) if group.team == team]
    return own + ([(*AT, "teams", team)] if team in weights.teams else [])


def _usable(scenario: Scenario, team: str) -> list[str]:
    rules = scenario.rules
    listed_ = rules.measures.get(team, tuple(scenario.kpis))
    return [k for k in scenario.kpis if k in listed_ or rules.locks.get(team, {}).get(k, 0) > 0]


def _steps(scenario: Scenario, team: str, kpi: str, step: float) -> tuple[bool, int, int]:
    """(may be 0, least steps where used, most steps)."""
    weights, lock = scenario.rules.weights, scenario.rules.locks.get(team, {}).get(kpi)
    if lock is not None:
        steps = round(lock / step)
        return steps == 0, steps, steps
    own = weights.limit_of(team, kpi)
    low = max(1, ceil(max(weights.min, own.min) / step - STEPS))
    return own.min == 0, low, floor(min(weights.max, own.max) / step + STEPS)


def _some_sum(
    scenario: Scenario, team: str, bounds: dict[str, tuple[bool, int, int]], whole: int, step: float
) -> bool:
    """Whether some KPIs can be used with weights that keep everything. Without groups a sum of ranges tells;
    with them weights are tried, and where these are too many it is left to the solver."""
    weights = scenario.rules.weights
    most, least = weights.most_measures(team) or len(bounds), weights.least_measures(team)
    groups = [
        ([k in g.kpis for k in bounds], ceil(g.min / step - STEPS), floor(g.max / step + STEPS))
        for g in weights.groups
        if g.team == team
    ]
    left = [_TRIED]
    for count in range(least, min(most, len(bounds)) + 1):
        for used in combinations(bounds, count):
            if _fits(bounds, used, whole, groups, left):
                return True
    return left[0] <= 0


def _fits(
    bounds: dict[str, tuple[bool, int, int]],
    used: tuple[str, ...],
    whole: int,
    groups: list[tuple[list[bool], int, int]],
    left: list[int],
) -> bool:
    if any(not zero for k, (zero, _, _) in bounds.items() if k not in used):
        return False
    ends = [bounds[k][1:] if k in used else (0, 0) for k in bounds]
    if any(low > high for low, high in ends) or not sum(e[0] for e in ends) <= whole <= sum(
        e[1] for e in ends
    ):
        return False
    if not groups:
        return True

    @cache
    def reach(at: int, rest: int, sums: tuple[int, ...]) -> bool:
        left[0] -= 1
        if left[0] <= 0:
            return False
        if at == len(ends):
            return rest == 0 and all(low <= s <= high for s, (_, low, high) in zip(sums, groups, strict=True))
        low, high = ends[at]
        return any(
            reach(at + 1, rest - n, tuple(s + n * g[0][at] for s, g in zip(sums, groups, strict=True)))
            for n in range(low, min(high, rest) + 1)
        )

    return reach(0, whole, (0,) * len(groups))
