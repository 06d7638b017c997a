"""KPIs: what they count at baseline, who moves them, and who could starve them."""

from __future__ import annotations

from optimizer.scenario.checks.baseline_counts import BaselineCounts, Findings, has_pay
from optimizer.scenario.plan import plans_in
from optimizer.scenario.problems import Finding, Path, listed, number
from optimizer.scenario.types import Kpi, Scenario


def problems(scenario: Scenario, baseline: BaselineCounts) -> Findings:
    """What is wrong with KPIs."""
    for name, kpi in scenario.kpis.items():
        at: Path = ("kpis", name)
        if name in kpi.noise_with:
            hint = "remove it: a KPI's luck is its own"
            yield Finding((*at, "noise_with", name), "", "correlation with itself", hint, at_key=True)
        if kpi.timing is not None and kpi.is_rate:
            hint = "remove `timing`, or move it to the count whose results can be dated"
            yield Finding((*at, "timing"), "", "a rate has no results to move", hint)
        if not kpi.numerator and not kpi.entering:
            hint = "add `numerator` (credit per activity) or `entering` (credit per stage)"
            yield Finding(at, "", "the KPI counts nothing", hint)
        else:
            yield from _at_baseline(scenario, baseline, name, kpi)


def _at_baseline(scenario: Scenario, baseline: BaselineCounts, name: str, kpi: Kpi) -> Findings:
    at: Path = ("kpis", name)
    top, bottom = baseline.counted(kpi), baseline.divided_by(kpi)
    paid = [team for team, weights in scenario.current_plan.items() if weights.get(name, 0) > 0]
    if bottom == 0 and paid:
        hint = "check the baselines in its denominator, or do not pay it in current_plan"
        yield Finding(at, "", f"paid to {listed(paid)}, but its denominator is 0 at baseline", hint)
    elif kpi.target is None and (bottom == 0 or top / bottom <= 0):
        value = "undefined, its denominator being 0" if bottom == 0 else number(top / bottom)
        yield Finding(at, "", f"without a target, and its baseline value is {value}", "add `target`, above 0")


def warnings(scenario: Scenario, baseline: BaselineCounts) -> Findings:
    """KPIs that nobody moves, that exceed 1, or that invite starving a denominator."""
    for name, kpi in scenario.kpis.items():
        yield from _luck_of_persons(scenario, name, kpi)
        yield from _rate_above_one(baseline, ("kpis", name), kpi)
        yield from _uncontrolled(scenario, baseline, ("kpis", name), kpi)
        if kpi.is_rate and not _capped(scenario, kpi):
            yield from _starvable(scenario, baseline, name, kpi)


def _luck_of_persons(scenario: Scenario, name: str, kpi: Kpi) -> Findings:
    """Bent pay is priced at one person's luck: without it, at too little of it (model.md §13.2)."""
    curved = [team for team, plan in scenario.current_plan.items() if plan.get(name, 0) > 0]
    paid = [t for t in curved if scenario.teams[t].pays_persons and (scenario.teams[t].curve or kpi.curve)]
    if paid and kpi.individual_noise == 0 and kpi.noise > 0:
        message = f"{listed(paid)} pays persons by a curve: what one person's luck adds to it is missing"
        hint = "add `individual_noise`, about sqrt(1 / n) where a person has n such results a period"
        yield Finding(("kpis", name), "", message, hint)


def _rate_above_one(baseline: BaselineCounts, at: Path, kpi: Kpi) -> Findings:
    top, bottom = baseline.numerator(kpi), baseline.denominator(kpi)
    for activity in (a for a in top if a in bottom and top[a] > bottom[a] > 0):
        message = f"a rate above 1: {activity} counts {number(top[activity])} of {number(bottom[activity])}"
        section = "numerator" if activity in kpi.numerator else "entering"
        yield Finding((*at, section, activity), "", message, "check numerator and denominator")


def _uncontrolled(scenario: Scenario, baseline: BaselineCounts, at: Path, kpi: Kpi) -> Findings:
    """No paid team moves it, neither directly nor by feeding a stage that counts."""
    movers = {_team_of(scenario, a) for a in _upstream(scenario, baseline, baseline.movers(kpi))}
    if not any(has_pay(scenario.teams[team]) for team in movers if team in scenario.teams):
        hint = "it cannot motivate anybody: check its activities, or leave it out of rules.measures"
        yield Finding(at, "", "no team with target pay can move it", hint)


def _upstream(scenario: Scenario, baseline: BaselineCounts, activities: set[str]) -> set[str]:
    """The activities and everything that feeds, or competes for, the stages they take from."""
    reached, todo = set(activities), list(activities)
    while todo:
        stage = _stage_of(scenario, todo.pop())
        feeding = {name for name, units in baseline.producers.get(stage or "", {}).items() if units > 0}
        feeding |= set(baseline.takers.get(stage or "", ()))
        todo += feeding - reached
        reached |= feeding
    return reached


def _stage_of(scenario: Scenario, activity: str) -> str | None:
    if activity.startswith("leave:"):
        return activity.removeprefix("leave:")
    known = scenario.activities.get(activity)
    return known.from_ if known else None


def _team_of(scenario: Scenario, activity: str) -> str | None:
    if activity.startswith("other:"):
        return activity.removeprefix("other:")
    if activity.startswith("leave:"):
        return scenario.stages[activity.removeprefix("leave:")].owner
    return scenario.activities[activity].team


def _capped(scenario: Scenario, kpi: Kpi) -> bool:
    curve = scenario.curves.get(kpi.curve) if isinstance(kpi.curve, str) else kpi.curve
    return curve is not None and curve.cap is not None


def _starvable(scenario: Scenario, baseline: BaselineCounts, name: str, kpi: Kpi) -> Findings:
    """An uncapped rate whose payee can shrink the denominator (model.md §9)."""
    holders = sorted({_team_of(scenario, a) or "" for a in baseline.denominator(kpi)})
    paid = [team for team in holders if _is_paid(scenario, team, name)]
    offered = [team for team in holders if _may_be_paid(scenario, team, name)]
    if paid or offered:
        verb = "is paid on" if paid else "may be paid on"
        message = f"{listed(paid or offered)} {verb} an uncapped rate and can starve its denominator"
        hint = "add `curve: {cap: 1.6}`, or pay a volume KPI beside it"
        yield Finding(("kpis", name), "", message, hint)


def _is_paid(scenario: Scenario, team: str, kpi: str) -> bool:
    plans = [scenario.current_plan, *(plan.weights for plan in plans_in(scenario).values())]
    return any(plan.get(team, {}).get(kpi, 0) > 0 for plan in plans)


def _may_be_paid(scenario: Scenario, team: str, kpi: str) -> bool:
    allowed = scenario.rules.measures.get(team, scenario.kpis)
    return team in scenario.teams and has_pay(scenario.teams[team]) and kpi in allowed
