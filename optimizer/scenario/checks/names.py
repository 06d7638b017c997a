"""Every name used is defined."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from optimizer.scenario.checks.baseline_counts import Findings, limited_teams, owned_stages
from optimizer.scenario.problems import Finding, Path, did_you_mean, shown
from optimizer.scenario.types import Activity, Kpi, Scenario


def problems(scenario: Scenario) -> Findings:
    """Unknown teams, stages, activities and KPIs outside of plans."""
    for name, stage in scenario.stages.items():
        if stage.owner is not None:
            yield from unknown(("stages", name, "owner"), stage.owner, "team", scenario.teams)
    for name, activity in scenario.activities.items():
        yield from _in_activity(scenario, ("activities", name), activity)
    for name, kpi in scenario.kpis.items():
        yield from _in_kpi(scenario, ("kpis", name), kpi)
    yield from _in_regimes(scenario)
    yield from _in_rules(scenario)
    yield from _in_gaming(scenario)


def unknown_weights(scenario: Scenario, weights: Mapping[str, Mapping[str, object]], at: Path) -> Findings:
    """Unknown teams and KPIs of `{team: {kpi: ...}}`."""
    yield from unknown_keys(at, weights, "team", scenario.teams)
    for team, of_team in weights.items():
        yield from unknown_keys((*at, team), of_team, "KPI", scenario.kpis)


def unknown(path: Path, name: str, kind: str, known: Iterable[str]) -> Findings:
    """A name that is used but not defined."""
    if name not in known:
        yield Finding(path, shown(name), f"unknown {kind}", did_you_mean(name, known))


def unknown_keys(path: Path, names: Iterable[str], kind: str, known: Mapping[str, object]) -> Findings:
    """Keys that name what is not defined."""
    for name in names:
        if name not in known:
            yield Finding((*path, name), "", f"unknown {kind}", did_you_mean(name, known), at_key=True)


def _in_activity(scenario: Scenario, at: Path, activity: Activity) -> Findings:
    yield from unknown((*at, "team"), activity.team, "team", scenario.teams)
    if activity.from_ is not None:
        yield from unknown((*at, "from"), activity.from_, "stage", scenario.stages)
    yield from unknown_keys((*at, "yields"), activity.yields, "stage", scenario.stages)


def _in_kpi(scenario: Scenario, at: Path, kpi: Kpi) -> Findings:
    left = [f"leave:{name}" for name in owned_stages(scenario)]
    known = [*scenario.activities, *left, *(f"other:{name}" for name in limited_teams(scenario))]
    for section, credit in (("numerator", kpi.numerator), ("denominator", kpi.denominator)):
        for activity in credit:
            if activity not in known:
                yield _unknown_activity(scenario, (*at, section, activity), activity, known)
    yield from unknown_keys((*at, "entering"), kpi.entering, "stage", scenario.stages)
    yield from unknown_keys((*at, "noise_with"), kpi.noise_with, "KPI", scenario.kpis)
    below = kpi.entering_denominator
    yield from unknown_keys((*at, "entering_denominator"), below, "stage", scenario.stages)


def _unknown_activity(scenario: Scenario, path: Path, name: str, known: Iterable[str]) -> Finding:
    kind, _, of = name.partition(":")
    if kind == "leave" and of in scenario.stages:
        hint = f"name its owner in stages.{of}, or remove it here"
        return Finding(path, "", f"nobody works stage {of}, so nothing is left there", hint, at_key=True)
    if kind == "other" and of in scenario.teams:
        hint = f"give teams.{of} hours, or remove it here"
        return Finding(path, "", f"team {of} has no hours, so no other work", hint, at_key=True)
    return Finding(path, "", "unknown activity", did_you_mean(name, known), at_key=True)


def _in_regimes(scenario: Scenario) -> Findings:
    valued = {**scenario.stages, **scenario.activities}
    for name, regime in scenario.regimes.items():
        at: Path = ("regimes", name)
        yield from unknown_keys((*at, "yields"), regime.yields, "activity", scenario.activities)
        yield from unknown_keys((*at, "inflow"), regime.inflow, "stage", scenario.stages)
        yield from unknown_keys((*at, "value"), regime.value, "stage or activity", valued)
        for both in regime.value.keys() & scenario.stages.keys() & scenario.activities.keys():
            message = f"{both} is both a stage and an activity"
            yield Finding((*at, "value", both), "", message, "rename one of the two", at_key=True)


def _in_rules(scenario: Scenario) -> Findings:
    rules = scenario.rules
    yield from unknown_keys(("rules", "measures"), rules.measures, "team", scenario.teams)
    for team, allowed in rules.measures.items():
        for position, kpi in enumerate(allowed):
            yield from unknown(("rules", "measures", team, position), kpi, "KPI", scenario.kpis)
    yield from unknown_weights(scenario, rules.locks, ("rules", "locks"))
    yield from _in_limits(scenario)
    override = rules.controllability.override
    yield from unknown_weights(scenario, override, ("rules", "controllability", "override"))
    yield from unknown_keys(("rules", "budget", "teams"), rules.budget.teams, "team", scenario.teams)


def _in_limits(scenario: Scenario) -> Findings:
    """Limits that a designer writes."""
    weights, at = scenario.rules.weights, ("rules", "weights")
    yield from unknown_weights(scenario, weights.limits, (*at, "limits"))
    yield from unknown_keys((*at, "teams"), weights.teams, "team", scenario.teams)
    for n, group in enumerate(weights.groups):
        yield from unknown((*at, "groups", n, "team"), group.team, "team", scenario.teams)
        for position, kpi in enumerate(group.kpis):
            yield from unknown((*at, "groups", n, "kpis", position), kpi, "KPI", scenario.kpis)
    for n, names in enumerate(scenario.rules.same):
        for position, team in enumerate(names):
            yield from unknown(("rules", "same", n, position), team, "team", scenario.teams)


def _in_gaming(scenario: Scenario) -> Findings:
    gaming = scenario.rules.gaming
    if gaming is None:
        return
    yield from unknown_keys(("rules", "gaming", "caps"), gaming.caps, "activity", scenario.activities)
    for position, pair in enumerate(gaming.pairs):
        at: Path = ("rules", "gaming", "pairs", position)
        yield from unknown((*at, "team"), pair.team, "team", scenario.teams)
        yield from unknown((*at, "volume"), pair.volume, "KPI", scenario.kpis)
        yield from unknown((*at, "quality"), pair.quality, "KPI", scenario.kpis)
        if pair.volume == pair.quality:
            hint = "pair it with a KPI that falls when volume is botched"
            yield Finding((*at, "quality"), shown(pair.quality), "a KPI cannot be paired with itself", hint)
