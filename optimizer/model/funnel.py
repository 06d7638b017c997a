"""Units are worked or left, hours are used or spare (FORMULATION.md 1 and 2)."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.model.bounds import Bounds
from optimizer.model.data import ModelData
from optimizer.response.network import EFFORT


def add_funnel(m: pyo.ConcreteModel, data: ModelData, bounds: tuple[Bounds, ...]) -> None:
    """Volumes x ≥ 0 with (1) and (2) in every regime."""
    network = data.cal.network
    column = {a: j for j, a in enumerate(network.activities)}
    high = {w.name: b.x for w, b in zip(data.regimes, bounds, strict=True)}
    m.x = pyo.Var(
        m.REGIMES,
        m.ACTIVITIES,
        bounds=lambda m, s, a: (float(high[s].low[column[a]]), float(high[s].high[column[a]])),
        doc="units per period",
    )
    regimes = {w.name: w for w in data.regimes}

    def balance(m: pyo.ConcreteModel, s: str, n: str) -> pyo.Expression:
        net, stage = regimes[s].network, network.stages.index(n)
        taken = sum(m.x[s, network.activities[a]] for a in network.from_stage[stage])
        return taken - inflow_of(m, data, s, stage, constant=False) == float(net.inflow[stage])

    def hours(m: pyo.ConcreteModel, s: str, i: str) -> pyo.Expression:
        mine = network.blocks[network.teams.index(i)].activities
        used = sum(
            float(network.unit_hours[a]) * m.x[s, network.activities[a]]
            for a in mine
            if network.unit_hours[a] > 0
        )
        tried = EFFORT + i
        worked = m.x[s, tried] if tried in m.ACTIVITIES else float(network.hours[network.teams.index(i)])
        return used - worked == 0

    timed = [t for t, h in zip(network.teams, network.hours, strict=True) if np.isfinite(h)]
    m.stage_balance = pyo.Constraint(m.REGIMES, m.STAGES, rule=balance, doc="(1) inflow is worked or left")
    m.team_hours = pyo.Constraint(m.REGIMES, timed, rule=hours, doc="(2) hours worked are used or spare")


def inflow_of(
    m: pyo.ConcreteModel, data: ModelData, regime: str, stage: int, *, constant: bool = True
) -> pyo.Expression:
    """F_n + Σ_a P_na x_a in a regime."""
    network = next(r.network for r in data.regimes if r.name == regime)
    row, names = network.yields[stage], network.activities
    flow = sum(float(row[a]) * m.x[regime, names[a]] for a in np.flatnonzero(row))
    return flow + (float(network.inflow[stage]) if constant else 0.0)
