"""Pay curves and targets: shapes that can be drawn, names that exist, luck where the mathematics needs it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import prod

from optimizer.scenario.checks import curve_forms
from optimizer.scenario.checks.baseline_counts import SUM, Findings
from optimizer.scenario.checks.names import unknown, unknown_keys
from optimizer.scenario.curve_types import Curve
from optimizer.scenario.plan import Plan, plans_in
from optimizer.scenario.plan_types import StatedPlan
from optimizer.scenario.problems import Finding, Path, listed, number, shown
from optimizer.scenario.types import Scenario

MOST_COMBINATIONS = 64
"""Combinations of curves that are solved one by one."""
_ITSELF = ("a KPI cannot multiply its own pay", "write what it pays as points")
_NOISE = "add noise: the standard deviation of attainment that nobody here causes, e.g. 0.1"


def problems(scenario: Scenario) -> Findings:
    """What is wrong with curves, with the choice among them, and with targets."""
    for path, curve in written_curves(scenario):
        yield from _drawn(scenario, path, curve)
    for name, plan in plans_in(scenario).items():
        yield from problems_of_plan(scenario, plan, ("plans", name))
    for path, name in _named(scenario):
        yield from unknown(path, name, "curve", scenario.curves)
    yield from _squared(scenario)
    yield from _choice(scenario)
    yield from _luck(scenario)
    if scenario.targets.mode == "reset" and scenario.regimes:
        message = "targets that are issued anew cannot be combined with regimes: each would have its own"
        yield Finding(("targets", "mode"), "reset", message, "remove the regimes, or write mode: fixed")


def _drawn(scenario: Scenario, path: Path, curve: Curve) -> Findings:
    yield from curve_forms.problems(path, curve)
    yield from curve_forms.factor_problems(path, curve)
    if not curve.form:
        yield from _shape(path, curve)
    yield from _vesting(path, curve)
    yield from _other(scenario, path, curve)


def problems_of_plan(scenario: Scenario, plan: Plan, at: Path) -> Findings:
    """What is wrong with the curves that a plan brings, by themselves and with what they pay."""
    for place, curve in plan.curves.items():
        path, (team, _, kpi) = (*at, "curves", place), place.partition(".")
        if isinstance(curve, Curve):
            yield from _drawn(scenario, path, curve)
        else:
            yield from unknown(path, curve, "curve", scenario.curves)
        paid = [kpi] if kpi else [k for k, weight in plan.weights.get(team, {}).items() if weight > 0]
        yield from _squared_by_plan(scenario, plan, path, paid)
        for name in (k for k in paid if k in scenario.kpis and scenario.kpis[k].noise == 0):
            yield Finding(path, "", f"it pays {name}, which needs noise > 0", f"{_NOISE} in kpis.{name}")


def _squared_by_plan(scenario: Scenario, plan: Plan, path: Path, paid: list[str]) -> Findings:
    """A KPI that a plan pays by a curve that the same KPI multiplies."""
    place = str(path[-1])
    team, stated = place.partition(".")[0], plan.curves[place]
    curve = scenario.curves.get(stated) if isinstance(stated, str) else stated
    on = curve.times.kpi if curve is not None and curve.times is not None else ""
    own = f"{team}.{on}"
    if on in paid and (place == own or own not in plan.curves):
        message = f"the plan pays {team} on {on}, by which this curve multiplies"
        yield Finding(path, shown(on), message, f"give {own} a curve of its own, without times")


def warnings(scenario: Scenario) -> Findings:
    """Allowed, but probably not meant."""
    brought = ((path, curve) for path, curve in _of_plans(scenario) if isinstance(curve, Curve))
    for path, curve in (*written_curves(scenario), *brought):
        yield from curve_forms.warnings(path, curve)
        if curve.cap is not None and curve.cap < 1:
            message = "a cap below target: full target pay cannot be reached"
            yield Finding((*path, "cap"), number(curve.cap), message, "caps are attainments, 1.6 = 160 %")
        if curve.threshold is not None and curve.threshold > 1:
            message = "a threshold above target: at target nothing is paid"
            hint = "thresholds are attainments, 0.75 = 75 %"
            yield Finding((*path, "threshold"), number(curve.threshold), message, hint)
    if scenario.targets.mode == "fixed" and scenario.targets.stretch != 0:
        hint = "write mode: reset, or raise the targets themselves"
        yield Finding(("targets", "stretch"), number(scenario.targets.stretch), "has no effect", hint)


def written_curves(scenario: Scenario) -> Iterator[tuple[Path, Curve]]:
    """Curves with their places."""
    for section, things in (("kpis", scenario.kpis), ("teams", scenario.teams)):
        for name, thing in things.items():
            if isinstance(thing.curve, Curve):
                yield (section, name, "curve"), thing.curve
    yield from ((("curves", name), curve) for name, curve in scenario.curves.items())


def _of_plans(scenario: Scenario) -> Iterator[tuple[Path, Curve | str]]:
    """Curves that plans bring, with their places."""
    for name, plan in scenario.plans.items():
        if isinstance(plan, StatedPlan):
            yield from ((("plans", name, "curves", at), curve) for at, curve in plan.curves.items())


def _named(scenario: Scenario) -> Iterator[tuple[Path, str]]:
    """Names of curves with the places that use them."""
    for section, things in (("kpis", scenario.kpis), ("teams", scenario.teams)):
        for name, thing in things.items():
            if isinstance(thing.curve, str):
                yield (section, name, "curve"), thing.curve
    for team, names in scenario.rules.curves.items():
        yield from ((("rules", "curves", team, at), name) for at, name in enumerate(names))


def _shape(path: Path, curve: Curve) -> Findings:
    bar, cap = curve.threshold, curve.cap
    if bar is not None and curve.floor > 0:
        message = "a threshold pays nothing below it, a floor pays a guarantee: not both"
        yield Finding((*path, "threshold"), number(bar), message, "remove one of the two")
    if bar is not None and bar < 1 - 1 / curve.slope:
        message = f"nothing is paid below {number(1 - 1 / curve.slope)} anyway, where the line meets 0"
        yield Finding((*path, "threshold"), number(bar), message, "remove it, or write a lower slope")
    least = max(bar or 0.0, curve.floor)
    if cap is not None and cap < least:
        message = f"the cap {number(cap)} is below where pay starts, {number(least)}"
        yield Finding((*path, "cap"), number(cap), message, "write a higher cap")
    for at, (one, other) in enumerate(pairwise(curve.accelerators), 1):
        if other.from_ <= one.from_:
            message = f"does not rise: {number(one.from_)} comes before"
            hint = "write accelerators by rising attainment"
            yield Finding((*path, "accelerators", at, "from"), number(other.from_), message, hint)
    for at, step in enumerate(curve.accelerators):
        if cap is not None and step.from_ >= cap:
            message = f"is never reached: pay is level from {number(cap)} on (cap)"
            place = (*path, "accelerators", at, "from")
            yield Finding(place, number(step.from_), message, "remove it, or write a higher cap")


def _vesting(path: Path, curve: Curve) -> Findings:
    later = sum(part.share for part in curve.vesting)
    if later > 1 + SUM:
        message = f"shares that vest later sum to {number(later)}, above 1"
        yield Finding((*path, "vesting"), "", message, "what is left of 1 is paid at once")


def _other(scenario: Scenario, path: Path, curve: Curve) -> Findings:
    """The KPI that pay hangs on, by a gate or times."""
    if curve.gate is not None:
        hint = f"write threshold: {number(curve.gate.at)}"
        yield from _other_kpi(
            scenario, path, ("gate", curve.gate.kpi), ("a KPI cannot be its own gate", hint)
        )
    if curve.times is not None:
        yield from _other_kpi(scenario, path, ("times", curve.times.kpi), _ITSELF)


def _other_kpi(scenario: Scenario, path: Path, hung: tuple[str, str], itself: tuple[str, str]) -> Findings:
    how, kpi = hung
    at = (*path, how, "kpi")
    yield from unknown(at, kpi, "KPI", scenario.kpis)
    if path[:2] == ("kpis", kpi):
        yield Finding(at, shown(kpi), *itself)
    if kpi in scenario.kpis and scenario.kpis[kpi].noise == 0:
        what = "is a gate" if how == "gate" else "multiplies pay"
        yield Finding(("kpis", kpi), "", f"a KPI that {what} needs noise > 0", _NOISE)


def _squared(scenario: Scenario) -> Findings:
    """Teams and KPIs that a named curve, or a team's own, would pay on a KPI times a function of the same."""
    for path, name in _named(scenario):
        curve = scenario.curves.get(name)
        if path[0] == "kpis" and curve is not None and curve.times is not None and curve.times.kpi == path[1]:
            yield Finding(path, shown(name), *_ITSELF)
        elif path[0] != "kpis" and curve is not None:
            yield from _paid_on_itself(scenario, path, path[1] if path[0] == "teams" else path[2], curve)
    for path, own in written_curves(scenario):
        if path[0] == "teams":
            yield from _paid_on_itself(scenario, (*path, "times", "kpi"), path[1], own)


def _paid_on_itself(scenario: Scenario, path: Path, team: str | int, curve: Curve) -> Findings:
    if curve.times is not None and _payable(scenario, str(team), curve.times.kpi):
        kpi = curve.times.kpi
        message = f"pay of {team} on {kpi} would be multiplied by a function of {kpi} itself"
        hint = f"leave {kpi} out of what {team} may be paid on, in rules.measures and in every plan"
        yield Finding(path, shown(kpi), message, hint)


def _choice(scenario: Scenario) -> Findings:
    chosen = scenario.rules.curves
    yield from unknown_keys(("rules", "curves"), chosen, "team", scenario.teams)
    for team, names in chosen.items():
        for at, name in enumerate(names):
            if name in names[:at]:
                yield Finding(("rules", "curves", team, at), shown(name), "is listed twice", "remove one")
    count = prod(len(names) for names in chosen.values())
    if count > MOST_COMBINATIONS:
        message = f"{count} combinations of curves, each a solve of its own; at most {MOST_COMBINATIONS}"
        yield Finding(("rules", "curves"), "", message, "name fewer curves, or curves for fewer teams")


def _luck(scenario: Scenario) -> Findings:
    """Curves with corners need noise on what they pay."""
    for name, kpi in scenario.kpis.items():
        teams = [team for team in _curved_teams(scenario) if _payable(scenario, team, name)]
        if kpi.noise == 0 and kpi.curve is not None:
            yield Finding(("kpis", name, "curve"), "", "a pay curve needs noise > 0", _NOISE)
        elif kpi.noise == 0 and teams:
            message = f"the curve of {listed(teams)} pays this KPI: it needs noise > 0"
            yield Finding(("kpis", name), "", message, _NOISE)


def _curved_teams(scenario: Scenario) -> list[str]:
    own = {name for name, team in scenario.teams.items() if team.curve is not None}
    return [name for name in scenario.teams if name in own | scenario.rules.curves.keys()]


def _payable(scenario: Scenario, team: str, kpi: str) -> bool:
    named = [plan.weights for plan in plans_in(scenario).values()]
    offered = kpi in scenario.rules.measures.get(team, tuple(scenario.kpis))
    plans = [scenario.current_plan, *named, scenario.rules.locks]
    return offered or any(plan.get(team, {}).get(kpi, 0) > 0 for plan in plans)
