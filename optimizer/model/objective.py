"""What the company wants (FORMULATION.md 15)."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.model.setting import Setting


def add_objective(m: pyo.ConcreteModel, setting: Setting) -> None:
    """Expected revenue after direct costs, or that less expected loaded payouts."""
    value = 0.0
    for world in setting.worlds:
        names, worth = world.network.activities, world.network.marginal_value
        value += world.probability * sum(
            float(worth[a]) * m.x[world.name, names[a]] for a in np.flatnonzero(worth)
        )
    if setting.rules.objective == "net":
        value -= sum(m.loaded[i] for i in m.PAID)
    m.objective = pyo.Objective(expr=value, sense=pyo.maximize, doc="(15) expected value")
