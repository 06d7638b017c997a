"""Warnings about single entries: allowed, but probably not meant."""

from __future__ import annotations

from optimizer.scenario.checks.baseline_counts import RELATIVE, Findings
from optimizer.scenario.problems import Finding, Path, number
from optimizer.scenario.types import Activity, Kpi, Scenario


def warnings(scenario: Scenario) -> Findings:
    """Percentages written as such, entries without effect, yields above 1, stages without work."""
    for name, kpi in scenario.kpis.items():
        yield from _kpi(("kpis", name), kpi)
    for name, activity in scenario.activities.items():
        yield from _activity(("activities", name), activity)
    yield from _gaming_without_cap(scenario)


def _percent(path: Path, value: float, message: str) -> Finding:
    return Finding(path, number(value), message, f"write {number(value / 100)} if you mean {number(value)} %")


def _kpi(at: Path, kpi: Kpi) -> Findings:
    if kpi.noise > 1:
        yield _percent((*at, "noise"), kpi.noise, "attainment that varies by more than 100 % by itself")


def _activity(at: Path, activity: Activity) -> Findings:
    if activity.entry > 0 and activity.baseline > 0:
        hint = "remove it: entry only counts where the baseline is 0"
        yield Finding((*at, "entry"), number(activity.entry), "has no effect", hint)
    if activity.gaming and activity.baseline > 0 and activity.reach is None:
        hint = "add `reach`: units per period it could come to if the stakes rose"
        yield Finding(at, "", "gaming seen today without `reach`: its growth is a lower bound", hint)
    total = sum(activity.yields.values())
    if activity.from_ is not None and total > 1 + RELATIVE:
        message = f"one unit of {activity.from_} becomes {number(total)} units of later stages"
        yield Finding(
            (*at, "yields"), "", message, "conversions are 0-1; fine if units are of different kinds"
        )


def _gaming_without_cap(scenario: Scenario) -> Findings:
    gaming = scenario.rules.gaming
    for name, activity in scenario.activities.items():
        if gaming is not None and activity.gaming and activity.baseline == 0 and name not in gaming.caps:
            message = "gaming not seen yet and without a cap: every plan must deter it entirely"
            hint = f"add `{name}: <units per period>` to rules.gaming.caps if some of it is bearable"
            yield Finding(("activities", name), "", message, hint)
