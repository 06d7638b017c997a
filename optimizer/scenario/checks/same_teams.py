"""Teams that must have equal weights share what weights can be: KPIs, steps, locks."""

from __future__ import annotations

from itertools import pairwise

from optimizer.scenario.checks.baseline_counts import Findings, has_pay
from optimizer.scenario.own_measures import common_name, measures_of
from optimizer.scenario.problems import Finding, Path, listed, number
from optimizer.scenario.types import Scenario, TargetPay


def problems(scenario: Scenario) -> Findings:
    """Of each list, whatever makes equal weights impossible or meaningless."""
    for n, names in enumerate(scenario.rules.same):
        at: Path = ("rules", "same", n)
        if len(set(names)) < 2 or len(set(names)) < len(names):
            yield Finding(at, "", "must name two different teams or more", "write [team_a, team_b]")
        elif all(name in scenario.teams for name in names):
            yield from _pay(scenario, at, names)
            for one, other in pairwise(names):
                yield from _alike(scenario, at, one, other)


def _pay(scenario: Scenario, at: Path, names: tuple[str, ...]) -> Findings:
    for position, name in enumerate(names):
        team = scenario.teams[name]
        if not has_pay(team):
            yield Finding((*at, position), "", f"{name} has no variable pay", "name teams that are paid")
        elif isinstance(team.target_pay, TargetPay):
            message = f"the target pay of {name} is a decision, and equal weights need one that is given"
            yield Finding((*at, position), "", message, f"write one number in teams.{name}.target_pay")


def _alike(scenario: Scenario, at: Path, one: str, other: str) -> Findings:
    rules, own = scenario.rules, [measures_of(scenario, name) for name in (one, other)]
    apart = sorted(own[0].keys() ^ own[1].keys())
    if apart:
        message = f"the measures of {one} and {other} differ in {listed(apart)}"
        yield Finding(at, "", message, "write the same KPIs for both in rules.measures")
    steps = [rules.weights.step_of(name) for name in (one, other)]
    if steps[0] != steps[1]:
        message = f"weights of {one} have steps of {number(steps[0])}, those of {other} of {number(steps[1])}"
        yield Finding(at, "", message, "write one step for both in rules.weights.teams")
    stated = (rules.locks.get(name, {}) for name in (one, other))
    locks = [
        {common_name(name, kpi): weight for kpi, weight in given.items()}
        for name, given in zip((one, other), stated, strict=True)
    ]
    for kpi in sorted(locks[0].keys() & locks[1].keys()):
        if locks[0][kpi] != locks[1][kpi]:
            values = f"{number(locks[0][kpi])} for {one} and {number(locks[1][kpi])} for {other}"
            yield Finding(at, "", f"{kpi} is locked at {values}", "write one lock for both")
    for kpi in sorted(own[0].keys() & own[1].keys()):
        limits = [rules.weights.limit_of(name, o[kpi]) for name, o in zip((one, other), own, strict=True)]
        if max(limit.min for limit in limits) > min(limit.max for limit in limits):
            message = f"the limits of {one} and {other} for {kpi} share no weight"
            yield Finding(at, "", message, "write limits in rules.weights.limits that both can keep")
