"""The pay curves of a plan, as finance recomputes them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimizer.response.calibration import Calibrated
from optimizer.response.pay_curves import PayCurves
from optimizer.tables.table import Column, Row, Table

CURVES = Table(
    "curves",
    team=Column(str, "name", "name of the team; empty where all teams have the same curves", "team"),
    kpi=Column(str, "name", "name of the KPI", "kpi"),
    noise=Column(float, "attainment", "standard deviation of attainment that nobody here causes"),
    first_level=Column(
        float, "share", "pay at attainment 0 on the line before the first knot, as a share of pay at target"
    ),
    first_slope=Column(float, "1", "pay per attainment before the first knot, as a share of pay at target"),
    knot=Column(int, "order", "order of the knot, from 1; 0 where pay is a straight line"),
    at=Column(float, "attainment", "attainment of the knot"),
    jump=Column(
        float, "share", "what is paid more at once at and above the knot, as a share of pay at target"
    ),
    change=Column(float, "1", "change of slope at the knot"),
    on=Column(
        str,
        "name",
        "KPI that pay on this one hangs on: multiplied by a factor of its attainment (table `pay_factors`), "
        "or by 0 and 1 behind a gate; empty where it hangs on none",
        "kpi",
    ),
)


def curves_rows(cal: Calibrated) -> Iterator[Row]:
    """Every KPI's pay curve, a row per knot; one row with knot 0 for a straight line.

    Per team where teams have their own curves, else of all teams at once.
    """
    curves = cal.curves
    for c, team in enumerate(cal.network.teams if curves.by_team else [""]):
        for k in range(len(cal.network.kpis)):
            on = _hangs_on(cal, c, k)
            bent = np.flatnonzero((curves.changes[c, k] != 0) | (curves.jumps[c, k] != 0))
            for number, j in enumerate(bent, 1) if len(bent) else [(0, 0)]:
                yield {
                    "team": team,
                    "kpi": cal.network.kpis[k],
                    "noise": float(curves.spread[c, k]),
                    "first_level": float(curves.first_level[c, k]),
                    "first_slope": float(curves.first_slope[c, k]),
                    "knot": number,
                    "at": float(curves.knots[c, k, j]) if number else np.nan,
                    "jump": float(curves.jumps[c, k, j]) if number else np.nan,
                    "change": float(curves.changes[c, k, j]) if number else np.nan,
                    "on": on,
                }


FACTORS = Table(
    "pay_factors",
    team=Column(str, "name", "name of the team; empty where all teams have the same curves", "team"),
    kpi=Column(str, "name", "name of the KPI", "kpi"),
    on=Column(str, "name", "KPI whose attainment multiplies what this one pays", "kpi"),
    noise=Column(float, "attainment", "standard deviation of that attainment that nobody here causes"),
    correlation=Column(float, "1", "correlation of the luck of both KPIs"),
    level=Column(float, "1", "factor before its first knot; 0 for a gate, before it opens"),
    knot=Column(int, "order", "order of the knot, from 1; a gate has one, with a jump of 1"),
    at=Column(float, "attainment", "attainment of the knot"),
    jump=Column(float, "1", "by how much the factor is more at once at and above the knot"),
    change=Column(float, "1", "change of its slope at the knot"),
)


def factors_rows(cal: Calibrated) -> Iterator[Row]:
    """What multiplies pay that hangs on another KPI, a row per knot."""
    curves, kpis = cal.curves, cal.network.kpis
    for c, team in enumerate(cal.network.teams if curves.by_team else [""]):
        for p in np.flatnonzero(curves.gates.team == c):
            yield from _factor(curves, int(p), {"team": team, "kpi": kpis[curves.gates.kpi[p]]}, kpis)


def _factor(curves: PayCurves, p: int, pair: Row, kpis: tuple[str, ...]) -> Iterator[Row]:
    gates = curves.gates
    bent = np.flatnonzero((gates.changes[p] != 0) | (gates.jumps[p] != 0))
    for number, j in enumerate(bent, 1) if len(bent) else [(0, 0)]:
        yield {
            **pair,
            "on": kpis[gates.on[p]],
            "noise": float(curves.spread[min(gates.team[p], len(curves.spread) - 1), gates.on[p]]),
            "correlation": float(gates.correlation[p]),
            "level": float(gates.level[p]),
            "knot": number,
            "at": float(gates.knots[p, j]) if number else np.nan,
            "jump": float(gates.jumps[p, j]) if number else np.nan,
            "change": float(gates.changes[p, j]) if number else np.nan,
        }


def _hangs_on(cal: Calibrated, c: int, k: int) -> str:
    gates = cal.curves.gates
    matches = np.flatnonzero((gates.team == c) & (gates.kpi == k))
    return cal.network.kpis[gates.on[matches[0]]] if len(matches) else ""
