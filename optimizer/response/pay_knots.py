"""The pay curves that a scenario states, as knots."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

import numpy as np

from optimizer.arrays import Floats, Ints
from optimizer.response.gates import NO_GATES, Gates
from optimizer.response.pay_curves import PayCurves
from optimizer.response.scenario_network import build_network
from optimizer.response.shared_luck import luck_correlation, person_correlation
from optimizer.scenario.curve_shapes import LINE, PayKnots, factor_of, shape_of
from optimizer.scenario.curve_types import Curve
from optimizer.scenario.plan import IN_FORCE, PlanTerms
from optimizer.scenario.types import Scenario

_ONE = (1.0, 0.0, ())
"""What a factor promises that changes nothing."""
DIGITS = 12
"""Decimals to which two curves promise the same."""


def named_curve(scenario: Scenario, curve: Curve | str | None) -> Curve | None:
    """A curve written here or by its name."""
    return scenario.curves[curve] if isinstance(curve, str) else curve


def curve_of(scenario: Scenario, team: str, kpi: str, terms: PlanTerms = IN_FORCE) -> Curve | None:
    """What the pay of a team on a KPI follows: the curve of the plan, the team's own, or the KPI's."""
    return named_curve(scenario, stated_curve(scenario, team, kpi, terms))


def stated_curve(scenario: Scenario, team: str, kpi: str, terms: PlanTerms = IN_FORCE) -> Curve | str | None:
    """The same as it is written: by its name, or in place."""
    every = (terms.curve(team, kpi), scenario.teams[team].curve, scenario.kpis[kpi].curve)
    return next((curve for curve in every if curve is not None), None)


def pay_terms(curve: Curve | None, kpi: str) -> tuple[Hashable, ...]:
    """What a curve promises at attainments from 0 on; equal for curves that pay the same, however written."""
    stated = curve or Curve()
    knots = _shape(stated, kpi)
    on, factor = hung(stated, kpi) or ("", LINE)
    later = tuple((v.after, v.share) for v in stated.vesting)
    return *_promised(knots), on, *_promised(factor), later


def _promised(shape: PayKnots) -> tuple[Hashable, ...]:
    rounded = (tuple(round(part, DIGITS) for part in knot) for knot in shape.knots)
    return shape.level, shape.slope, tuple(knot for knot in rounded if knot[1:] != (0.0, 0.0))


def hung(curve: Curve | None, kpi: str) -> tuple[str, PayKnots] | None:
    """The other KPI that a curve's pay on a KPI hangs on, and the factor; None where there is no other, or
    the factor is always 1."""
    factor = None if curve is None else factor_of(curve)
    return None if factor is None or factor[0] == kpi or _promised(factor[1]) == _ONE else factor


def pay_curves(scenario: Scenario, terms: PlanTerms = IN_FORCE, sight: Floats | None = None) -> PayCurves:
    """The curves of all pairs; those of a plan replace the scenario's.

    `sight` (I, K) is how much of each reward teams count on (model.md §13.5); default all of it.
    """
    own = any(t.curve is not None or t.pays_persons for t in scenario.teams.values()) or bool(terms.curves)
    teams, kpis = list(scenario.teams), list(scenario.kpis)
    rows = [[curve_of(scenario, t, k, terms) for k in kpis] for t in (teams if own else teams[:1])]
    shapes = [[_shape(c, k) for c, k in zip(row, kpis, strict=True)] for row in rows]
    return PayCurves(
        teams=len(teams),
        first_level=np.array([[s.level for s in row] for row in shapes]),
        first_slope=np.array([[s.slope for s in row] for row in shapes]),
        **_padded(shapes),
        noise=np.array([k.noise for k in scenario.kpis.values()]),
        **_persons(scenario, len(rows)),
        gates=_gates(scenario, rows if own else rows * len(teams)),
        patience=_patience(scenario, rows if own else rows * len(teams)),
        sight=np.ones((len(teams), len(kpis))) if sight is None else sight,
    )


def _persons(scenario: Scenario, rows: int) -> dict[str, Floats]:
    """What sets persons apart who are paid on their own results: skill (C, 1) and luck alone (C, K)."""
    teams = list(scenario.teams.values())[:rows]
    luck = np.array([kpi.individual_noise for kpi in scenario.kpis.values()])
    skill = [[t.skill_spread if t.pays_persons else 0.0] for t in teams]
    return {"skill": np.array(skill), "alone": np.array([luck * t.pays_persons for t in teams])}


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
    hanging = [
        (i, k, kpis.index(factor[0]), factor[1])
        for i, row in enumerate(rows)
        for k, curve in enumerate(row)
        if (factor := hung(curve, kpis[k])) is not None
    ]
    if not hanging:
        return NO_GATES
    *places, factors = zip(*hanging, strict=True)
    team, kpi, on = (np.array(place) for place in places)
    return Gates(
        team,
        kpi,
        on,
        level=np.array([factor.level for factor in factors]),
        **{name: values[0] for name, values in _padded([list(factors)]).items()},
        correlation=_alike(scenario, team, kpi, on),
    )


def _alike(scenario: Scenario, team: Ints, kpi: Ints, on: Ints) -> Floats:
    """Correlation of the attainments of two KPIs whose pay hangs together, (P,): of their luck, and where
    persons are paid of their skill, which is the same in both."""
    luck = luck_correlation(scenario, build_network(scenario))
    noise = np.array([k.noise for k in scenario.kpis.values()])
    apart = _persons(scenario, len(scenario.teams))
    every = [
        person_correlation(luck, noise, float(skill), np.sqrt(noise**2 + skill**2 + alone**2))
        for (skill,), alone in zip(apart["skill"], apart["alone"], strict=True)
    ]
    return np.array(every)[team, kpi, on]


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
