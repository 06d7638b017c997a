"""The pay curves that a scenario states, as knots."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from optimizer.arrays import Floats
from optimizer.response.gates import NO_GATES, Gates
from optimizer.response.pay_curves import PayCurves
from optimizer.response.scenario_network import build_network
from optimizer.response.shared_luck import luck_correlation
from optimizer.scenario.curve_types import Curve
from optimizer.scenario.types import Scenario


@dataclass(frozen=True)
class PayKnots:
    """One curve as a line before its first knot, and knots: (attainment, jump, slope change), rising."""

    level: float
    slope: float
    knots: tuple[tuple[float, float, float], ...]


LINE = PayKnots(0.0, 1.0, ())
"""Without a curve: linear and unbounded."""


def shape_of(curve: Curve, threshold: float | None = None) -> PayKnots:
    """The curve's knots; `threshold` stands for another one, where it is higher."""
    bar = max((t for t in (curve.threshold, threshold) if t is not None), default=None)
    turns = [(a.from_, a.slope) for a in curve.accelerators if curve.cap is None or a.from_ < curve.cap]
    turns += [(curve.cap, 0.0)] if curve.cap is not None else []
    start = max(curve.floor, 1 - 1 / curve.slope)
    level = max(0.0, 1 + curve.slope * (start - 1))
    line = [(start, level, curve.slope)]
    for at, slope in turns:
        before, paid, steep = line[-1]
        line.append((at, paid + steep * (at - before), slope))
    if bar is None or (bar <= start and level == 0):
        steps = pairwise(line)
        knots = [(start, 0.0, curve.slope), *((b[0], 0.0, b[2] - a[2]) for a, b in steps)]
        return PayKnots(level, 0.0, tuple(knots))
    below = [part for part in line if part[0] <= bar]
    at, paid, slope = below[-1] if below else (bar, level, 0.0)
    beyond = [(bar, paid + slope * (bar - at), slope), *(part for part in line if part[0] > bar)]
    bends = [(b[0], 0.0, b[2] - a[2]) for a, b in pairwise(beyond)]
    return PayKnots(0.0, 0.0, ((bar, beyond[0][1], slope), *bends))


def named_curve(scenario: Scenario, curve: Curve | str | None) -> Curve | None:
    """A curve written here or by its name."""
    return scenario.curves[curve] if isinstance(curve, str) else curve


def curve_of(
    scenario: Scenario, team: str, kpi: str, chosen: Mapping[str, str] | None = None
) -> Curve | None:
    """What the pay of a team on a KPI follows: the curve chosen for the team, its own, or the KPI's."""
    return named_curve(scenario, stated_curve(scenario, team, kpi, chosen))


def stated_curve(
    scenario: Scenario, team: str, kpi: str, chosen: Mapping[str, str] | None = None
) -> Curve | str | None:
    """The same as it is written: by its name, or in place."""
    own = (chosen or {}).get(team, scenario.teams[team].curve)
    return own if own is not None else scenario.kpis[kpi].curve


def pay_terms(curve: Curve | None, kpi: str) -> tuple[Hashable, ...]:
    """What a curve promises at attainments from 0 on; equal for curves that pay the same, however written."""
    stated = curve or Curve()
    knots = _shape(stated, kpi)
    bends = tuple(knot for knot in knots.knots if knot[1:] != (0.0, 0.0))
    gate = None if stated.gate is None or stated.gate.kpi == kpi else (stated.gate.kpi, stated.gate.at)
    return knots.level, knots.slope, bends, gate, tuple((v.after, v.share) for v in stated.vesting)


def pay_curves(scenario: Scenario, chosen: Mapping[str, str] | None = None) -> PayCurves:
    """The curves of all pairs; `chosen` curves by team replace the scenario's."""
    own = any(t.curve is not None for t in scenario.teams.values()) or bool(chosen)
    teams, kpis = list(scenario.teams), list(scenario.kpis)
    rows = [[curve_of(scenario, t, k, chosen) for k in kpis] for t in (teams if own else teams[:1])]
    shapes = [[_shape(c, k) for c, k in zip(row, kpis, strict=True)] for row in rows]
    return PayCurves(
        teams=len(teams),
        first_level=np.array([[s.level for s in row] for row in shapes]),
        first_slope=np.array([[s.slope for s in row] for row in shapes]),
        **_padded(shapes),
        noise=np.array([k.noise for k in scenario.kpis.values()]),
        gates=_gates(scenario, rows if own else rows * len(teams)),
        patience=_patience(scenario, rows if own else rows * len(teams)),
    )


def _shape(curve: Curve | None, kpi: str) -> PayKnots:
    """A gate on the KPI itself is a threshold."""
    if curve is None:
        return LINE
    itself = curve.gate is not None and curve.gate.kpi == kpi
    return shape_of(curve, curve.gate.at if itself and curve.gate else None)


def _padded(shapes: list[list[PayKnots]]) -> dict[str, Floats]:
    """Knots, jumps and slope changes (C, K, J); what is missing stands at the last knot and does nothing."""
    most = max(len(s.knots) for row in shapes for s in row)
    parts = np.zeros((len(shapes), len(shapes[0]), most, 3))
    for c, row in enumerate(shapes):
        for k, shape in enumerate(row):
            parts[c, k, : len(shape.knots)] = np.reshape(shape.knots, (-1, 3))
            parts[c, k, len(shape.knots) :, 0] = shape.knots[-1][0] if shape.knots else 0.0
    return {"knots": parts[..., 0], "jumps": parts[..., 1], "changes": parts[..., 2]}


def _gates(scenario: Scenario, rows: Iterable[list[Curve | None]]) -> Gates:
    kpis = list(scenario.kpis)
    gates = [
        (i, k, kpis.index(curve.gate.kpi), curve.gate.at)
        for i, row in enumerate(rows)
        for k, curve in enumerate(row)
        if curve is not None and curve.gate is not None and curve.gate.kpi != kpis[k]
    ]
    if not gates:
        return NO_GATES
    team, kpi, on, at = (np.array(part) for part in zip(*gates, strict=True))
    alike = luck_correlation(build_network(scenario), scenario.noise_correlation)
    return Gates(team, kpi, on, at.astype(float), alike[kpi, on])


def _patience(scenario: Scenario, rows: Iterable[list[Curve | None]]) -> Floats:
    """1 − Σ share (1 − δ^after), (I, K)."""
    discounts = [team.discount for team in scenario.teams.values()]
    return np.array(
        [
            [1 - sum(v.share * (1 - d**v.after) for v in (c.vesting if c else ())) for c in row]
            for d, row in zip(discounts, rows, strict=True)
        ],
        dtype=float,
    )
