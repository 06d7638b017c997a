"""The table of what a reader should doubt before deciding: numbers of the wrong size, volumes never seen."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.explanation.build import Explanation
from optimizer.plans.warnings import curves_of_today, extrapolated
from optimizer.scenario.checks.plausible import implausible, unscaled_teams
from optimizer.scenario.problems import dotted
from optimizer.tables.table import Column, Row, Table

WARNINGS = Table(
    "warnings",
    warning=Column(
        str,
        "code",
        "hours (per head and month), fixed (pay per head and month), variable (pay per head and year), "
        "per_hour (pay per hour), share (variable over all pay), attainment (today, at a stated target), "
        "budget (limit over loaded target pay), base_pay (missing), curve (taken as in force today), volume "
        "(moves by more than half)",
        "doubt",
    ),
    path=Column(str, "name", "the number in the scenario file", "path"),
    value=Column(
        float, "row", "what is doubted; curve: today's loaded pay; volume: units under the recommended plan"
    ),
    low=Column(
        float, "row", "least plausible value; curve: today's loaded pay without it; volume: units today"
    ),
    high=Column(float, "row", "most plausible value; empty for curve and volume"),
)


def warnings_rows(explanation: Explanation) -> Iterator[Row]:
    """Numbers of the file, curves, then volumes by how far they move."""
    cal = explanation.cal
    scenario, nan = cal.scenario, float("nan")
    for doubt in implausible(scenario):
        yield _row(doubt.code, dotted(doubt.path), (doubt.value, doubt.low, doubt.high))
    for team in unscaled_teams(scenario):
        yield _row("base_pay", f"teams.{team}.base_pay", (nan, nan, nan))
    for curve in curves_of_today(scenario):
        yield _row("curve", dotted(curve.path), (curve.loaded, curve.straight, nan))
    if explanation.recommended is not None:
        moved = sorted(
            extrapolated(cal, explanation.recommended.x), key=lambda e: -abs(e.recommended / e.current - 1)
        )
        for e in moved:
            yield _row("volume", f"activities.{e.activity}.baseline", (e.recommended, e.current, nan))


def _row(code: str, path: str, numbers: tuple[float, float, float]) -> Row:
    value, low, high = numbers
    return {"warning": code, "path": path, "value": value, "low": low, "high": high}
