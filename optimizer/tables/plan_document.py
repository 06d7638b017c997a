"""Tables for the people who are paid: what counts, what attainment pays, worked examples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from optimizer.arrays import Floats
from optimizer.response.outcome import realised_pay
from optimizer.response.pay_curves import PayCurves
from optimizer.response.pay_knots import curve_of, hung
from optimizer.scenario.curve_shapes import paid_at, shape_of
from optimizer.tables.scales import paid_if, turns_of, without_gates
from optimizer.tables.table import Column, Row, Table, ratio

if TYPE_CHECKING:
    from optimizer.scenario.curve_types import Curve
    from optimizer.scenario.types import Kpi
    from optimizer.solver.solution import Solution

CASES = {"below": 0.8, "at": 1.0, "above": 1.2}
"""Attainment of every KPI in the worked examples."""
ATTAINMENTS = (0.5, 0.8, 0.9, 1.0, 1.1, 1.2, 1.5, 2.0)
"""Where the pay curve is tabulated."""
BEYOND = 0.2
"""Attainment that a line goes on for after its last corner, at least."""


DEFINITIONS = Table(
    "definitions",
    kpi=Column(str, "name", "name of the KPI", "kpi"),
    part=Column(str, "code", "numerator or denominator", "key"),
    counted=Column(str, "name", "activity done, or stage entered, that counts", "counted"),
    entering=Column(bool, "flag", "whether units entering a stage count, rather than an activity done"),
    credit=Column(float, "1", "how much one unit counts"),
)


def definitions_rows(solution: Solution) -> Iterator[Row]:
    """What every KPI counts, as the scenario says it."""
    scenario = solution.problem.scenario
    for name, kpi in scenario.kpis.items():
        for part, counted, entering, credit in _credits(kpi):
            yield {
                "kpi": name,
                "part": part,
                "counted": counted,
                "entering": entering,
                "credit": credit,
            }


def _credits(kpi: Kpi) -> Iterator[tuple[str, str, bool, float]]:
    parts = (
        ("numerator", True, kpi.entering),
        ("numerator", False, kpi.numerator),
        ("denominator", True, kpi.entering_denominator),
        ("denominator", False, kpi.denominator),
    )
    for part, entering, credits in parts:
        yield from ((part, counted, entering, float(credit)) for counted, credit in credits.items())


CURVE_POINTS = Table(
    "curve_points",
    team=Column(str, "name", "name of the team; empty where all teams have the same curves", "team"),
    kpi=Column(str, "name", "name of the KPI", "kpi"),
    attainment=Column(float, "attainment", "result over target"),
    paid=Column(
        float,
        "share",
        "share of the pay at target that is then paid, where a gate is met, or a factor decided, by the same "
        "attainment",
    ),
)


def curve_points_rows(solution: Solution) -> Iterator[Row]:
    """The pay curve of every KPI at known attainments, reached by all KPIs; per team where curves are."""
    cal = solution.problem.cal
    grid = np.repeat(np.array(ATTAINMENTS)[:, None], len(cal.network.kpis), axis=1)
    paid = realised_pay(cal, grid)
    for i, team in enumerate(cal.network.teams if cal.curves.by_team else [""]):
        for k, kpi in enumerate(cal.network.kpis):
            for attainment, share in zip(ATTAINMENTS, paid[:, i, k], strict=True):
                numbers = {"attainment": attainment, "paid": float(share)}
                yield {"team": team, "kpi": kpi, **numbers}


CURVE_LINES = Table(
    "curve_lines",
    team=Column(str, "name", "name of the team; empty where all teams have the same curves", "team"),
    kpi=Column(str, "name", "name of the KPI; without rows, its pay is one straight line", "kpi"),
    attainment=Column(
        float,
        "attainment",
        "result over target at a corner of the curve; a jump has two rows at the same one",
    ),
    paid=Column(
        float, "share", "share of the pay at target that is then paid, gates being met, before factors"
    ),
)


def curve_lines_rows(solution: Solution) -> Iterator[Row]:
    """Pay between known attainments as a line with all its corners; none for pay that is straight."""
    cal = solution.problem.cal
    curves = without_gates(cal.curves)
    for i, team in enumerate(cal.network.teams if cal.curves.by_team else [""]):
        for k, kpi in enumerate(cal.network.kpis):
            for attainment, paid in _corners(curves, i, k) if curves.bent[i, k] else ():
                numbers = {"attainment": attainment, "paid": paid}
                yield {"team": team, "kpi": kpi, **numbers}


def _corners(curves: PayCurves, i: int, k: int) -> Iterator[tuple[float, float]]:
    """(attainment, pay) at both ends of every piece; a jump has two at the same attainment."""
    turns = turns_of(curves, i, k)
    last = max(ATTAINMENTS[-1], *(at + BEYOND for at in turns))
    for at in sorted({0.0, last, *(at for at in turns if at > 0)}):
        paid = paid_if(curves, i, k, at)
        if turns.get(at):
            yield at, paid - turns[at]
        yield at, paid


HANGING = ("gate", "factor", "factor_between")
"""Terms about another KPI."""
CURVE_TERMS = Table(
    "curve_terms",
    team=Column(str, "name", "name of the team", "team"),
    kpi=Column(str, "name", "name of the KPI; without rows, its pay is linear and unbounded", "kpi"),
    term=Column(
        str,
        "code",
        "slope, floor, threshold, accelerator, point, between (evenly, from point to point), step, rate, "
        "cap, gate, factor (of another KPI), factor_between (evenly, from factor to factor) or vesting",
        "key",
    ),
    at=Column(
        float,
        "row",
        "attainment from or below which it holds; for vesting, periods of delay; empty for a slope",
    ),
    value=Column(
        float,
        "row",
        "points of pay per point of attainment (slope, accelerator, rate), share of pay (floor, point, step, "
        "vesting), factor",
    ),
    on=Column(str, "name", "KPI that the gate is on, or the factor; empty for other terms", "kpi"),
)


def curve_terms_rows(solution: Solution) -> Iterator[Row]:
    """What the curves of every team say, term by term, as the scenario does; nothing for straight lines."""
    scenario = solution.problem.scenario
    for team in scenario.teams:
        for kpi in scenario.kpis:
            curve = curve_of(scenario, team, kpi, solution.problem.space.terms)
            for term, at, value in _terms(curve, kpi) if curve is not None else ():
                on = (hung(curve, kpi) or ("",))[0] if term in HANGING else ""
                cells = {"term": term, "at": at, "value": value, "on": on}
                yield {"team": team, "kpi": kpi, **cells}


def _terms(curve: Curve, kpi: str) -> Iterator[tuple[str, float, float]]:
    """(term, at, value); a gate on the KPI itself is a threshold."""
    itself = curve.gate is not None and curve.gate.kpi == kpi
    bars = [curve.threshold, curve.gate.at if curve.gate and itself else None]
    yield from _listed_terms(curve, bars) if curve.form else _drawn_terms(curve, bars)
    if curve.level_from is not None:
        yield "cap", curve.level_from, np.nan
    if curve.gate is not None and not itself:
        yield "gate", curve.gate.at, np.nan
    if curve.times is not None:
        yield from (("factor", at, factor) for at, factor in curve.times.points)
        yield "factor_between", np.nan, np.nan
    for later in curve.vesting:
        yield "vesting", later.after, later.share


def _listed_terms(curve: Curve, bars: list[float | None]) -> Iterator[tuple[str, float, float]]:
    """Points, steps or rates from where pay begins: nothing is paid below, unless that is 0."""
    first = curve.listed[0][0]
    bar = max((b for b in bars if b is not None), default=0.0)
    if max(bar, first) > 0:
        yield "threshold", max(bar, first), np.nan
    begun = [part for part in curve.listed if part[0] <= bar]
    if bar > first:
        yield curve.form[:-1], bar, paid_at(shape_of(curve), bar) if curve.form == "points" else begun[-1][1]
    for at, paid in curve.listed[len(begun) if bar > first else 0 :]:
        yield curve.form[:-1], at, paid
    if curve.form == "points" and curve.listed[-1][0] > max(bar, first):
        yield "between", np.nan, np.nan


def _drawn_terms(curve: Curve, bars: list[float | None]) -> Iterator[tuple[str, float, float]]:
    bar = max((b for b in bars if b is not None), default=None)
    guaranteed = 1 + curve.slope * (curve.floor - 1)
    yield "slope", np.nan, curve.slope
    if bar is not None:
        yield "threshold", bar, np.nan
    if curve.floor > 0 and guaranteed > 0:
        yield "floor", curve.floor, guaranteed
    for part in curve.accelerators:
        if curve.cap is None or part.from_ < curve.cap:
            yield "accelerator", part.from_, part.slope


EXAMPLES = Table(
    "examples",
    team=Column(str, "name", "name of the team", "team"),
    case=Column(str, "code", "below, at or above target", "result"),
    attainment=Column(float, "attainment", "result over target, the same for every KPI of the example"),
    kpi=Column(str, "name", "name of the KPI", "kpi"),
    weight=Column(float, "share", "weight under the recommended plan"),
    euros=Column(float, "money/period", "pay of the team at target on this KPI"),
    pay=Column(float, "money/period", "pay of the team on this KPI in this case, before charges"),
    pay_each=Column(
        float,
        "money/period",
        "pay over headcount; empty where the scenario does not say how many people there are",
    ),
)


def examples_rows(solution: Solution) -> Iterator[Row]:
    """What each KPI pays where every result is below, at or above target; none without a plan."""
    for i, case, euros, pay in _cases(solution):
        team = solution.problem.cal.network.teams[i]
        for k in np.flatnonzero(euros > 0):
            kpi = solution.problem.cal.network.kpis[k]
            yield {
                "team": team,
                "case": case,
                "attainment": CASES[case],
                "kpi": kpi,
                "weight": round(ratio(float(euros[k]), float(euros.sum())), 10),
                "euros": float(euros[k]),
                "pay": float(pay[k]),
                "pay_each": _each(solution, team, float(pay[k])),
            }


EARNINGS = Table(
    "earnings",
    team=Column(str, "name", "name of the team", "team"),
    case=Column(str, "code", "below, at or above target", "result"),
    attainment=Column(float, "attainment", "result over target, the same for every KPI"),
    pay=Column(
        float,
        "money/period",
        "variable pay of the team in this case, before charges: the sum of its examples",
    ),
    pay_each=Column(
        float,
        "money/period",
        "pay over headcount; empty where the scenario does not say how many people there are",
    ),
)


def earnings_rows(solution: Solution) -> Iterator[Row]:
    """The variable pay that the examples add up to."""
    for i, case, _, pay in _cases(solution):
        team = solution.problem.cal.network.teams[i]
        yield {
            "team": team,
            "case": case,
            "attainment": CASES[case],
            "pay": float(pay.sum()),
            "pay_each": _each(solution, team, float(pay.sum())),
        }


def _cases(solution: Solution) -> Iterator[tuple[int, str, Floats, Floats]]:
    """Per paid team and case: the team's index, its euros at target and its pay, both (K,)."""
    if solution.chosen is None:
        return
    for i in np.flatnonzero(solution.chosen.euros.sum(axis=1) > 0):
        euros = solution.chosen.euros[i]
        for case, attainment in CASES.items():
            paid = realised_pay(solution.problem.cal, np.full(len(euros), attainment))[i]
            yield int(i), case, euros, euros * paid


def _each(solution: Solution, team: str, pay: float) -> float:
    """Per person; NaN where the scenario does not say how many there are."""
    headcount = solution.problem.scenario.teams[team].headcount
    return pay / headcount if headcount else np.nan
