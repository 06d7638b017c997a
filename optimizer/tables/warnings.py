"""The table of what a reader should doubt before deciding: numbers of the wrong size, volumes never seen."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimizer.explanation.build import Explanation
from optimizer.plans.warnings import curves_of_today, extrapolated
from optimizer.response.long_run import unpriced
from optimizer.response.outcome import moved_pay
from optimizer.scenario.checks.plausible import implausible, unscaled_teams
from optimizer.scenario.problems import dotted
from optimizer.tables.payroll import Payroll
from optimizer.tables.table import Column, Row, Table

WARNINGS = Table(
    "warnings",
    warning=Column(
        str,
        "code",
        "hours (per head and month), fixed (pay per head and month), variable (pay per head and year), "
        "per_hour (pay per hour), share (variable over all pay), charges (over variable pay), attainment "
        "(today, at a stated target), "
        "budget (limit over loaded target pay), margin (what a period's work brings after direct costs over "
        "loaded target pay of all teams), base_pay (missing), curve (taken as in force today), volume "
        "(moves by more than half), timing (results that are moved), unpriced (results that may be moved, on "
        "or behind a gate: in no figure)",
        "doubt",
    ),
    path=Column(str, "name", "the number in the scenario file", "path"),
    value=Column(
        float,
        "row",
        "what is doubted; curve: today's loaded pay; volume: units under the recommended plan; timing: "
        "loaded pay for moved results",
    ),
    low=Column(
        float,
        "row",
        "least plausible value; curve: today's loaded pay without it; volume: units today; timing: change of "
        "gross",
    ),
    high=Column(float, "row", "most plausible value; empty for curve, volume, timing and margin"),
)


def warnings_rows(explanation: Explanation) -> Iterator[Row]:
    """What expected pay is made of, numbers of the file, curves, then volumes by how far they move."""
    cal = explanation.cal
    scenario, nan = cal.scenario, float("nan")
    yield from _of_pay(Payroll.of(explanation))
    for doubt in implausible(scenario):
        high = doubt.high if np.isfinite(doubt.high) else nan
        yield _row(doubt.code, dotted(doubt.path), (doubt.value, doubt.low, high))
    for team in unscaled_teams(scenario):
        yield _row("base_pay", f"teams.{team}.base_pay", (nan, nan, nan))
    for curve in curves_of_today(cal):
        yield _row("curve", dotted(curve.path), (curve.loaded, curve.straight, nan))
    if explanation.recommended is not None:
        moved = sorted(
            extrapolated(cal, explanation.recommended.x), key=lambda e: -abs(e.recommended / e.current - 1)
        )
        for e in moved:
            yield _row("volume", f"activities.{e.activity}.baseline", (e.recommended, e.current, nan))


def _of_pay(paid: Payroll) -> Iterator[Row]:
    """What the figures of the plan's pay do not say by themselves."""
    cal, euros, nan = paid.cal, paid.euros, float("nan")
    for hanging in unpriced(cal, euros):
        yield _row("unpriced", f"kpis.{cal.network.kpis[hanging]}.timing", (nan, nan, nan))
    pay = moved_pay(cal, euros, paid.outcome)
    for k in np.flatnonzero(pay):
        numbers = (float(pay[k]), float(paid.outcome.moved[k]), nan)
        yield _row("timing", f"kpis.{cal.network.kpis[k]}.timing", numbers)


def _row(code: str, path: str, numbers: tuple[float, float, float]) -> Row:
    value, low, high = numbers
    return {"warning": code, "path": path, "value": value, "low": low, "high": high}
