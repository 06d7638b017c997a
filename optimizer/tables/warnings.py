"""The table of what a reader should doubt before deciding: numbers of the wrong size, volumes never seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from optimizer.explanation.build import Explanation
from optimizer.plans.warnings import curves_of_today, extrapolated
from optimizer.scenario.checks.plausible import implausible, unscaled_teams
from optimizer.scenario.problems import dotted
from optimizer.tables.labels import activity_label, path_label, rule_label
from optimizer.tables.table import Column, Row, Table, in_both, label_cells

if TYPE_CHECKING:
    from optimizer.scenario.types import Scenario
    from optimizer.tables.labels import Text

WARNINGS = Table(
    "warnings",
    warning=Column(
        str,
        "code",
        "hours (per head and month), fixed (pay per head and month), variable (pay per head and year), "
        "per_hour (pay per hour), share (variable over all pay), attainment (today, at a stated target), "
        "budget (limit over loaded target pay), base_pay (missing), curve (taken as in force today), volume "
        "(moves by more than half)",
    ),
    path=Column(str, "name", "the number in the scenario file"),
    **in_both("label", "name for people,"),
    value=Column(
        float, "row", "what is doubted; curve: today's loaded pay; volume: units under the recommended plan"
    ),
    low=Column(
        float, "row", "least plausible value; curve: today's loaded pay without it; volume: units today"
    ),
    high=Column(float, "row", "most plausible value; empty for curve and volume"),
)


def warnings_rows(found: Explanation) -> Iterator[Row]:
    """Numbers of the file, curves, then volumes by how far they move."""
    cal = found.cal
    scenario, nan = cal.scenario, float("nan")
    for doubt in implausible(scenario):
        yield _row(scenario, doubt.code, dotted(doubt.path), (doubt.value, doubt.low, doubt.high))
    for team in unscaled_teams(scenario):
        yield _row(scenario, "base_pay", f"teams.{team}.base_pay", (nan, nan, nan))
    for curve in curves_of_today(scenario):
        yield _row(scenario, "curve", dotted(curve.path), (curve.loaded, curve.straight, nan))
    if found.then is not None:
        moved = sorted(extrapolated(cal, found.then.x), key=lambda e: -abs(e.then / e.now - 1))
        for e in moved:
            yield _row(scenario, "volume", f"activities.{e.activity}.baseline", (e.then, e.now, nan))


def _row(scenario: Scenario, code: str, path: str, numbers: tuple[float, float, float]) -> Row:
    value, low, high = numbers
    text = _label(scenario, code, path)
    return {"warning": code, "path": path, **label_cells(text), "value": value, "low": low, "high": high}


def _label(scenario: Scenario, code: str, path: str) -> Text:
    if code == "volume":
        return activity_label(scenario, path.split(".")[1])
    if path.startswith("rules."):
        return rule_label(scenario, path.removeprefix("rules.").removesuffix(".limit"))
    return path_label(scenario, ".".join(path.split(".")[: 3 if code == "curve" else 2]))
