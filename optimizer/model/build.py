"""The whole model: every equation of FORMULATION.md, over regimes, at given beliefs."""

from __future__ import annotations

import logging

import pyomo.environ as pyo
from pyomo.common.gc_manager import PauseGC

from optimizer.model import (
    best_response,
    controllability,
    cvar,
    effort,
    funnel,
    gaming,
    objective,
    payouts,
    weights,
)
from optimizer.model.bounds import Bounds
from optimizer.model.data import ModelData

# An exception says it all; Pyomo would also write it on stdout, among results.
logging.getLogger("pyomo").setLevel(logging.CRITICAL)


def build_model(data: ModelData, bounds: tuple[Bounds, ...]) -> pyo.ConcreteModel:
    """The mixed-integer linear program of model.md §8.

    `bounds` must be valid for every plan to be considered (one per regime); complementarity and payout
    products use them as their big-M.
    """
    with PauseGC():
        m = pyo.ConcreteModel(name=data.cal.scenario.name)
        _sets(m, data)
        weights.add_weights(m, data)
        controllability.add_controllability(m, data)
        funnel.add_funnel(m, data, bounds)
        best_response.add_teams(m, data, bounds)
        payouts.add_payouts(m, data, bounds)
        payouts.add_budgets(m, data)
        cvar.add_tail(m, data, bounds)
        gaming.add_gaming(m, data)
        effort.add_effort(m, data)
        objective.add_objective(m, data)
        m.excluded = pyo.ConstraintList(doc="(16) plans already judged")
    return m


def _sets(m: pyo.ConcreteModel, data: ModelData) -> None:
    network, space = data.cal.network, data.space
    m.REGIMES = pyo.Set(initialize=[w.name for w in data.regimes])
    m.TEAMS = pyo.Set(initialize=network.teams)
    m.STAGES = pyo.Set(initialize=[s for n, s in enumerate(network.stages) if network.owner[n] >= 0])
    m.ACTIVITIES = pyo.Set(initialize=network.activities)
    m.KPIS = pyo.Set(initialize=network.kpis)
    m.PAIRS = pyo.Set(dimen=2, initialize=[(network.teams[i], network.kpis[k]) for i, k in space.pairs])
