"""A team is paid mostly for what it can move (FORMULATION.md 10)."""

from __future__ import annotations

import pyomo.environ as pyo

from optimizer.model.data import ModelData


def add_controllability(m: pyo.ConcreteModel, data: ModelData) -> None:
    """Mean controllability of each team's plan; the floor already decided which pairs exist."""
    mean, space = data.rules.controllability.mean, data.space
    teams, kpis = list(m.TEAMS), list(m.KPIS)
    bound = [] if mean is None else [i for i in m.PAID if not space.fully_locked[teams.index(i)]]

    def rule(m: pyo.ConcreteModel, i: str) -> pyo.Expression:
        control = space.controllability[teams.index(i)]
        return (
            sum(float(control[kpis.index(k)]) * m.euros[t, k] for t, k in m.PAIRS if t == i)
            >= mean * m.pay[i]
        )

    m.controllability_mean = pyo.Constraint(bound, rule=rule, doc="(10) Σ_k w_ik c_ik ≥ mean")
