"""What work and uncertain pay cost the teams, for objective surplus (FORMULATION.md 21).

Both are convex: ½ q_a x_a² and ½ r_i Var pay_k e_ik². Each is a variable that its tangents keep from below,
so that the model never promises less than a plan is worth; the solver adds the tangents that it needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyomo.environ as pyo

from optimizer.model.data import ModelData
from optimizer.response.outcome import risk_aversion

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
    """Cost of effort per activity, premium for risk per pair, and their first tangents."""
    m.tangents = pyo.ConstraintList(doc="(21) squares lie above their tangents")
    wanted = data.rules.objective == "surplus"
    worked = [(s, a) for s in m.REGIMES for a in m.ACTIVITIES if wanted and m.x[s, a].ub > 0]
    m.effort = pyo.Var(worked, domain=pyo.NonNegativeReals, doc="½ q_a x_a²")
    m.risk = pyo.Var(
        [p for p, _ in _premiums(m, data)] if wanted else [],
        domain=pyo.NonNegativeReals,
        doc="½ r_i Var pay_k e_ik²",
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
    teams, most = list(m.TEAMS), data.space.most * data.space.unit
    for (i, k), curvature in _premiums(m, data):
        if (i, k) in m.risk:
            yield Square(m.risk[i, k], m.euros[i, k], curvature, 1.0, 0.0, float(most[teams.index(i)]))


def _premiums(m: pyo.ConcreteModel, data: ModelData) -> Iterator[tuple[tuple[str, str], float]]:
    """r_i Σ_s π_s Var pay_k of each pair that has a premium."""
    averse, teams, kpis = risk_aversion(data.cal), list(m.TEAMS), list(m.KPIS)
    variance = sum(w.probability * w.variance for w in data.regimes)
    for i, k in m.PAIRS:
        curvature = float(averse[teams.index(i)] * np.asarray(variance)[teams.index(i), kpis.index(k)])
        if curvature > 0:
            yield (i, k), curvature
