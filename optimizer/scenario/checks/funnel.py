"""Teams, stages and activities: who works what, no cycles, nothing overdrawn, a scale for everything."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from optimizer.scenario.checks.baseline_counts import (
    RELATIVE,
    BaselineCounts,
    Findings,
    has_pay,
    hours_worked,
)
from optimizer.scenario.checks.whole_steps import is_whole
from optimizer.scenario.plan import plans_in
from optimizer.scenario.problems import Finding, Path, listed, number
from optimizer.scenario.types import Activity, Scenario, Stage, TargetPay


def problems(scenario: Scenario, baseline: BaselineCounts) -> Findings:
    """What is wrong with teams, stages and activities."""
    yield from _teams(scenario)
    yield from _cycles(scenario)
    for name, activity in scenario.activities.items():
        yield from _activity(scenario, baseline, ("activities", name), activity)
    yield from _unworked_stages(scenario, baseline)
    yield from _overdrawn_stages(scenario, baseline)
    yield from _overbooked_teams(scenario, baseline)
    yield from _idle(scenario, baseline)


def _pays_by_a_plan(scenario: Scenario) -> bool:
    """Whether a named plan introduces variable pay where there is none."""
    return any(pay > 0 for plan in plans_in(scenario).values() for pay in plan.target_pay.values())


def _teams(scenario: Scenario) -> Findings:
    if not any(has_pay(team) for team in scenario.teams.values()) and not _pays_by_a_plan(scenario):
        hint = "give at least one team its variable pay at target, per period, or a plan that brings it"
        yield Finding(("teams",), "", "no team has target_pay, so no plan changes anything", hint)
    for name, team in scenario.teams.items():
        unpaid = team.base_pay == 0 and not has_pay(team)
        if team.hours is not None and unpaid and team.hour_value is None:
            hint = "give base_pay or target_pay, or hour_value: what an hour of this team trades at"
            yield Finding(("teams", name), "", f"team {name} has hours but no pay to value them by", hint)
        if team.effort > 0 and team.hours is None:
            hint = "give hours, which effort then stretches, or remove it"
            yield Finding(
                ("teams", name, "effort"), number(team.effort), "effort of a team without hours", hint
            )
        if isinstance(team.target_pay, TargetPay):
            yield from _target_pay(scenario, ("teams", name, "target_pay"), team.target_pay)


def _target_pay(scenario: Scenario, path: Path, pay: TargetPay) -> Findings:
    at: Path = (*path, "current")
    if not pay.min <= pay.current <= pay.max:
        hint = "widen min and max to include today's target pay"
        message = f"is outside min to max, {number(pay.min)} to {number(pay.max)}"
        yield Finding(at, number(pay.current), message, hint)
    elif scenario.rules.weights.step == 0:
        return
    elif pay.step == 0:
        message = "target pay without steps needs weights without steps (rules.weights.step 0)"
        yield Finding((*path, "step"), "0", message, "write its step in currency per period")
    elif not is_whole(steps := (pay.current - pay.min) / pay.step):
        start = number(pay.current - pay.step * math.floor(steps))
        message = f"current is not a whole number of steps of {number(pay.step)} above min {number(pay.min)}"
        yield Finding(at, number(pay.current), message, f"write min: {start}, or another step")


def _cycles(scenario: Scenario) -> Findings:
    graph: dict[str, list[str]] = defaultdict(list)
    link: dict[tuple[str, str], str] = {}
    for name, activity in scenario.activities.items():
        for stage in (stage for stage, units in activity.yields.items() if units > 0):
            if activity.from_ is not None:
                graph[stage].append(activity.from_)
                link[activity.from_, stage] = name
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        cycle: list[str] = error.args[1]
        last = link[cycle[-2], cycle[-1]]
        message = f"stages form a cycle: {' -> '.join(cycle)}"
        hint = f"let {last} yield a later stage; teams may feed each other, stages may not cycle"
        yield Finding(("activities", last, "yields", cycle[-1]), "", message, hint, at_key=True)


def _activity(scenario: Scenario, baseline: BaselineCounts, at: Path, activity: Activity) -> Findings:
    stage = scenario.stages.get(activity.from_ or "")
    if stage is not None:
        yield from _worked_by_its_owner(scenario, at, activity, stage)
    unseen = activity.baseline <= RELATIVE * baseline.inflow.get(activity.from_ or "", 0)
    if unseen and activity.reach is None and activity.cost is None:
        hint = "add `reach`, its natural scale in units per period, or `cost`"
        yield Finding(at, "", "an activity not seen yet (baseline 0) has no scale", hint)


def _worked_by_its_owner(scenario: Scenario, at: Path, activity: Activity, stage: Stage) -> Findings:
    team, owner = activity.team, stage.owner
    if owner is None:
        message = f"stage {activity.from_} has no owner, nothing can be taken from it"
        yield Finding((*at, "from"), "", message, f"write `owner: {team}` in stages.{activity.from_}")
    elif owner != team and scenario.teams.keys() >= {owner, team}:
        message = f"stage {activity.from_} is worked by two teams: its owner {owner} and {team}"
        hint = f"write `team: {owner}`, or give {team} a stage of its own"
        yield Finding((*at, "team"), "", message, hint)


def _unworked_stages(scenario: Scenario, baseline: BaselineCounts) -> Findings:
    for name, stage in scenario.stages.items():
        if stage.owner is not None and not baseline.takers.get(name):
            message = f"nobody works stage {name}: no activity takes from it, though {stage.owner} owns it"
            hint = f"remove `owner`, or add an activity `from: {name}`"
            yield Finding(("stages", name, "owner"), stage.owner, message, hint)


def _overdrawn_stages(scenario: Scenario, baseline: BaselineCounts) -> Findings:
    for name, stage in scenario.stages.items():
        drawn = {a: baseline.volume[a] for a in baseline.takers.get(name, ())}
        total, inflow = sum(drawn.values()), baseline.inflow[name]
        if stage.owner is not None and total > inflow + RELATIVE * max(total, inflow):
            message = f"overdrawn at baseline: {number(total)} units are taken, {number(inflow)} come in"
            hint = f"taken by {_amounts(drawn)}; check these baselines, and yields and inflow into {name}"
            yield Finding(("stages", name), "", message, hint)


def _overbooked_teams(scenario: Scenario, baseline: BaselineCounts) -> Findings:
    for name, team in scenario.teams.items():
        worked = {a: hours_worked(scenario.activities[a]) for a in baseline.workers.get(name, ())}
        total = sum(worked.values())
        if team.hours is not None and total > team.hours * (1 + RELATIVE):
            message = f"over-booked at baseline: {number(total)} hours are worked, {number(team.hours)} exist"
            yield Finding(("teams", name, "hours"), "", message, f"worked: {_amounts(worked)}")


def _amounts(amounts: Mapping[str, float]) -> str:
    largest = sorted(amounts, key=lambda name: -amounts[name])
    return listed(f"{name} {number(amounts[name])}" for name in largest if amounts[name] > 0)


# --- κ_a = 0 (model.md §6), as far as structure shows it -------------------------------------------------


def _idle(scenario: Scenario, baseline: BaselineCounts) -> Findings:
    """No hours and no reward to scale behaviour by."""
    moving = _rewarded(scenario, baseline)
    for name, activity in scenario.activities.items():
        if activity.cost is None and moving.isdisjoint(_peers(scenario, baseline, name)):
            message = "nothing scales this work: no hours, no yields and no credit on a KPI paid today"
            hint = "state its cost: cost: {linear: 0, quadratic: ...}"
            yield Finding(("activities", name), "", message, hint)


def _rewarded(scenario: Scenario, baseline: BaselineCounts) -> set[str]:
    """Activities that take hours of a limited team, yield something, or earn credit paid today."""
    paid = _paid_credit(scenario, baseline)
    moving = set()
    for name, activity in scenario.activities.items():
        team = scenario.teams.get(activity.team)
        limited = team is None or team.hours is not None
        if (limited and activity.hours > 0) or any(activity.yields.values()) or name in paid[activity.team]:
            moving.add(name)
    owned = [(name, stage.owner) for name, stage in scenario.stages.items() if stage.owner is not None]
    return moving | {f"leave:{name}" for name, owner in owned if f"leave:{name}" in paid[owner]}


def _paid_credit(scenario: Scenario, baseline: BaselineCounts) -> dict[str, set[str]]:
    """Per team, the activities that move a KPI it is paid on today."""
    credited: dict[str, set[str]] = defaultdict(set)
    for team, weights in scenario.current_plan.items():
        if team in scenario.teams and has_pay(scenario.teams[team]):
            paid = [scenario.kpis[k] for k, weight in weights.items() if weight > 0 and k in scenario.kpis]
            credited[team] = {activity for kpi in paid for activity in baseline.movers(kpi)}
    return credited


def _peers(scenario: Scenario, baseline: BaselineCounts, name: str) -> list[str]:
    """Whose reward sets κ of an activity: itself from the market, else what shares its stage's inflow.

    Where nobody works the stage, it is whatever could (model.md §6).
    """
    stage = scenario.activities[name].from_
    if stage is None:
        return [name]
    everyone = [*baseline.takers.get(stage, ()), f"leave:{stage}"]
    if baseline.inflow.get(stage, 0) == 0:
        return everyone
    worked = [peer for peer in everyone if baseline.volume.get(peer, 0) > 0]
    return worked if worked != [f"leave:{stage}"] else everyone
