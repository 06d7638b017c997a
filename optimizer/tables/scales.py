"""The scale of a plan document: what each attainment pays, with every corner and jump, and how it goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from optimizer.response.gates import NO_GATES
from optimizer.response.pay_curves import PayCurves
from optimizer.tables.objectives import heaviest_first
from optimizer.tables.table import Column, Row, Table

if TYPE_CHECKING:
    from optimizer.solver.solution import Solution

SHOWN = (0.0, 0.5, 0.8, 1.0, 1.2)
"""Attainments that every scale shows, besides corners."""
AFTER = 0.2
"""Attainment that a scale goes on for after its last corner."""
ALIKE = 1e-9

SCALES = Table(
    "scales",
    team=Column(str, "name", "name of the team", "team"),
    kpi=Column(str, "name", "name of a KPI that it is paid on", "kpi"),
    attainment=Column(float, "attainment", "result over objective; the same ones for all KPIs of a team"),
    before=Column(bool, "flag", "whether just below it: one of the team's scales jumps there"),
    paid=Column(
        float,
        "share",
        "share of the amount at 100 % that is paid, gates being met and before factors; between two rows it "
        "changes in proportion",
    ),
)
SCALE_ENDS = Table(
    "scale_ends",
    team=Column(str, "name", "name of the team", "team"),
    kpi=Column(str, "name", "name of a KPI that it is paid on", "kpi"),
    straight=Column(bool, "flag", "whether pay is in proportion to the result, through zero and without end"),
    nothing_below=Column(float, "attainment", "below it nothing is paid; empty where it pays from 0 on"),
    last_corner=Column(float, "attainment", "above it pay is one straight line; 0 without corners"),
    slope=Column(float, "1", "points of payment per point of attainment above it; 0 where pay is level"),
)


def scales_rows(solution: Solution) -> Iterator[Row]:
    """Every paid team; none without a plan."""
    network, curves = solution.problem.cal.network, without_gates(solution.problem.cal.curves)
    for i, paid_on in _paid(solution):
        corners = {k: _corners(curves, i, k) for k in paid_on}
        jumps = {at for turns in corners.values() for at, jump in turns.items() if abs(jump) > ALIKE}
        shown = sorted({*SHOWN, *(at for turns in corners.values() for at in turns)})
        for k in paid_on:
            pair = {"team": network.teams[i], "kpi": network.kpis[k]}
            for at in (*shown, shown[-1] + AFTER):
                paid = paid_if(curves, i, k, at)
                for before in (True, False) if at in jumps else (False,):
                    share = paid - corners[k].get(at, 0.0) if before else paid
                    yield {**pair, "attainment": at, "before": before, "paid": share}


def scale_ends_rows(solution: Solution) -> Iterator[Row]:
    """Every paid team; none without a plan."""
    network, curves = solution.problem.cal.network, without_gates(solution.problem.cal.curves)
    for i, paid_on in _paid(solution):
        for k in paid_on:
            turns = _corners(curves, i, k)
            last = max(turns, default=0.0)
            ends = [paid_if(curves, i, k, last + far) for far in (1.0, 2.0)]
            slope = ends[1] - ends[0]
            yield {
                "team": network.teams[i],
                "kpi": network.kpis[k],
                "straight": not turns and abs(paid_if(curves, i, k, 0.0)) < ALIKE,
                "nothing_below": _nothing_below(curves, i, k, sorted(turns)),
                "last_corner": last,
                "slope": slope if abs(slope) > ALIKE else 0.0,
            }


def _paid(solution: Solution) -> Iterator[tuple[int, list[int]]]:
    """Paid teams, each with the KPIs that it is paid on."""
    for i, euros in enumerate(solution.chosen.euros if solution.chosen is not None else ()):
        if paid_on := heaviest_first(euros):
            yield i, paid_on


def _corners(curves: PayCurves, i: int, k: int) -> dict[float, float]:
    """Attainments above 0 at which a curve bends or jumps, with the jump; none of a straight line."""
    turns = turns_of(curves, i, k) if curves.bent[i, k] else {}
    return {at: jump for at, jump in turns.items() if at > 0}


def without_gates(curves: PayCurves) -> PayCurves:
    """The same curves where every gate is open and no factor counts."""
    return replace(curves, gates=NO_GATES)


def turns_of(curves: PayCurves, i: int, k: int) -> dict[float, float]:
    """Knots of a team's curve on a KPI, with what is paid more at once there."""
    pair = (min(i, len(curves.knots) - 1), k)
    turns: dict[float, float] = {}
    for at, jump in zip(curves.knots[pair].tolist(), curves.jumps[pair].tolist(), strict=True):
        turns[at] = turns.get(at, 0.0) + jump
    return turns


def paid_if(curves: PayCurves, i: int, k: int, at: float) -> float:
    """Share of the amount at 100 % that a team is paid on a KPI where all attain so much."""
    return float(curves.certain(np.full(len(curves.noise), at))[i, k])


def _nothing_below(curves: PayCurves, i: int, k: int, turns: list[float]) -> float:
    """The end of the first piece where all of it pays nothing; NaN where it pays something."""
    if paid_if(curves, i, k, 0.0) > ALIKE:
        return np.nan
    least = np.nan
    for from_, to in pairwise([0.0, *turns]):
        if paid_if(curves, i, k, (from_ + to) / 2) > ALIKE:
            break
        least = to
    return least
