"""What work and uncertain pay cost the teams, for objective surplus (FORMULATION.md 21).

Both are convex: ½ q_a x_a² and ½ r_i e_i' Cov(pay) e_i. The second is a sum of squares along the principal
axes of Cov(pay), ½ r_i Σ_f d_f (v_f' e_i)²: the KPIs themselves where these share no luck. Each square is a
variable that its tangents keep from below, so that the model never promises less than a plan is worth; the
solver adds the tangents that it needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyomo.environ as pyo

from optimizer.model.data import ModelData
from optimizer.response.outcome import risk_aversion

NO_RISK = 1e-13
"""Share of the largest uncertainty of a team's pay below which one is rounding."""
FIRST_TANGENTS = 9
"""Tangents that every square starts with, evenly over its range."""


@dataclass(frozen=True)
class Square:
    """`cost` ≥ ½ `curvature` `base`², `weight` times in the objective, for a linear `base`."""

    cost: Any
    base: Any
    curvature: float
    weight: float
    low: float
    high: float

    def tangent(self, at: float) -> pyo.Expression:
        return self.cost >= self.curvature * at * self.base - 0.5 * self.curvature * at**2

    def value(self, at: float) -> float:
        return 0.5 * self.curvature * at**2


def add_effort(m: pyo.ConcreteModel, data: ModelData) -> None:
    """Cost of effort per activity, premium for risk per team and axis, and their first tangents."""
    m.tangents = pyo.ConstraintList(doc="(21) squares lie above their tangents")
    wanted = data.rules.objective == "surplus"
    worked = [(s, a) for s in m.REGIMES for a in m.ACTIVITIES if wanted and m.x[s, a].ub > 0]
    m.effort = pyo.Var(worked, domain=pyo.NonNegativeReals, doc="½ q_a x_a²")
    m.risk = pyo.Var(
        [(axis.team, axis.number) for axis in _axes(m, data)] if wanted else [],
        domain=pyo.NonNegativeReals,
        doc="½ r_i d_f (v_f' e_i)²",
    )
    for square in squares(m, data):
        for at in np.linspace(square.low, square.high, FIRST_TANGENTS):
            m.tangents.add(square.tangent(float(at)))


def squares(m: pyo.ConcreteModel, data: ModelData) -> Iterator[Square]:
    """All of the objective that is not linear."""
    index = data.cal.network.activities.index
    odds = {w.name: w.probability for w in data.regimes}
    for (s, a), cost in m.effort.items():
        x = m.x[s, a]
        yield Square(cost, x, float(data.cal.quadratic[index(a)]), odds[s], x.lb, x.ub)
    most = dict(zip(m.TEAMS, map(float, data.space.most * data.space.unit), strict=True))
    for axis in _axes(m, data) if len(m.risk) else ():
        base = sum(share * m.euros[axis.team, k] for k, share in axis.shares.items())
        low, high = (most[axis.team] * end(0.0, end(axis.shares.values())) for end in (min, max))
        yield Square(m.risk[axis.team, axis.number], base, axis.curvature, 1.0, low, high)


@dataclass(frozen=True)
class _Axis:
    """One principal axis of a team's pay: `shares` v_f of KPIs, and r_i d_f."""

    team: str
    number: int
    shares: dict[str, float]
    curvature: float


def _axes(m: pyo.ConcreteModel, data: ModelData) -> Iterator[_Axis]:
    """All that carry risk, of teams that are averse to it; the largest share of each is positive."""
    kpis = list(m.KPIS)
    for team, averse, covariance in zip(m.TEAMS, risk_aversion(data.cal), data.pay_covariance, strict=True):
        mine = [k for i, k in m.PAIRS if i == team]
        some = [kpis.index(k) for k in mine]
        size, axes = np.linalg.eigh(covariance[np.ix_(some, some)])
        for f in np.flatnonzero(size > NO_RISK * size.max(initial=0.0)) if averse > 0 else ():
            axis = axes[:, f] * np.sign(axes[np.abs(axes[:, f]).argmax(), f])
            shares = {k: float(v) for k, v in zip(mine, axis, strict=True) if v}
            yield _Axis(team, int(f), shares, float(averse * size[f]))
