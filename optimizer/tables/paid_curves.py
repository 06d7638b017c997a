"""The pay curves of a plan, as finance recomputes them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimizer.response.calibration import Calibrated
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
    gate=Column(
        str, "name", "KPI whose attainment decides whether anything is paid; empty where none does", "kpi"
    ),
    gate_at=Column(float, "attainment", "attainment of the gate at or above which it is"),
    correlation=Column(float, "1", "correlation of the luck of the KPI and of its gate"),
)


def curves_rows(cal: Calibrated) -> Iterator[Row]:
    """Every KPI's pay curve, a row per knot; one row with knot 0 for a straight line.

    Per team where teams have their own curves, else of all teams at once.
    """
    curves = cal.curves
    for c, team in enumerate(cal.network.teams if curves.by_team else [""]):
        for k in range(len(cal.network.kpis)):
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
                    **_gate(cal, c, k),
                }


def _gate(cal: Calibrated, c: int, k: int) -> Row:
    gates = cal.curves.gates
    matches = np.flatnonzero((gates.team == c) & (gates.kpi == k))
    on = cal.network.kpis[gates.on[matches[0]]] if len(matches) else ""
    at, correlation = (
        float(values[matches[0]]) if len(matches) else np.nan for values in (gates.at, gates.correlation)
    )
    return {"gate": on, "gate_at": at, "correlation": correlation}
