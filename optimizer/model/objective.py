"""What the company wants (FORMULATION.md 15)."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.model.data import ModelData


def add_objective(m: pyo.ConcreteModel, data: ModelData) -> None:
    """Expected revenue after direct costs, that less expected loaded payouts, or less the teams' costs."""
    value = 0.0
    for regime in data.regimes:
        names, worth = regime.network.activities, regime.network.marginal_value
        value += regime.probability * sum(
            float(worth[a]) * m.x[regime.name, names[a]] for a in np.flatnonzero(worth)
        )
    if data.rules.objective == "net":
        value -= sum(m.loaded[i] for i in m.PAID)
    if data.rules.objective == "surplus":
        value -= _effort(m, data) + sum(m.risk.values())
    m.objective = pyo.Objective(expr=value, sense=pyo.maximize, doc="(15) expected value")


def _effort(m: pyo.ConcreteModel, data: ModelData) -> pyo.Expression:
    """Σ_s π_s Σ_a (c_a x_a + effort_a)."""
    linear = dict(zip(data.cal.network.activities, data.cal.linear, strict=True))
    odds = {w.name: w.probability for w in data.regimes}
    return sum(odds[s] * (float(linear[a]) * m.x[s, a] + cost) for (s, a), cost in m.effort.items())
