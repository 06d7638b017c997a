"""Every team best-responds: its optimality conditions as equations (FORMULATION.md 3 and 4)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyomo.environ as pyo

from optimizer.model.bounds import Bounds, Interval
from optimizer.model.data import ModelData, RegimeData


def add_teams(m: pyo.ConcreteModel, data: ModelData, bounds: tuple[Bounds, ...]) -> None:
    """Prices, reduced costs, stationarity and complementarity of every team in every regime."""
    network = data.cal.network
    of = {w.name: (w, b) for w, b in zip(data.regimes, bounds, strict=True)}
    timed = [t for t, h in zip(network.teams, network.hours, strict=True) if np.isfinite(h)]
    team, stage = network.teams.index, network.stages.index
    activity = network.activities.index
    m.hour_price = pyo.Var(
        m.REGIMES, timed, bounds=lambda m, s, i: _pair(of[s][1].hour_price, team(i)), doc="λ_i, per hour"
    )
    m.stage_price = pyo.Var(
        m.REGIMES, m.STAGES, bounds=lambda m, s, n: _pair(of[s][1].stage_price, stage(n)), doc="μ_n, per unit"
    )
    m.reduced_cost = pyo.Var(
        m.REGIMES,
        m.ACTIVITIES,
        bounds=lambda m, s, a: _pair(of[s][1].reduced_cost, activity(a)),
        doc="s_a, per unit",
    )
    m.stationarity = pyo.Constraint(
        m.REGIMES,
        m.ACTIVITIES,
        rule=lambda m, s, a: (
            marginal_gain(m, data, of[s][0], activity(a))
            - float(data.cal.quadratic[activity(a)]) * m.x[s, a]
            + m.reduced_cost[s, a]
            == 0
        ),
        doc="(3) no team gains by one unit more or less",
    )
    _complementarity(m, of, activity)


def _pair(interval: Interval, at: int) -> tuple[float, float]:
    return float(interval.low[at]), float(interval.high[at])


def reward_of(m: pyo.ConcreteModel, data: ModelData, regime: RegimeData, a: int) -> pyo.Expression:
    """r_a(w) = Σ_k e_ik θ_k C_ka + what reaches other teams and comes back."""
    network = data.cal.network
    team = network.teams[network.team[a]]
    paid = sum(
        float(regime.reward[j, a]) * m.euros[team, k]
        for j, k in enumerate(network.kpis)
        if (team, k) in m.PAIRS and regime.reward[j, a]
    )
    return paid + float(regime.onward[a])


def marginal_gain(
    m: pyo.ConcreteModel, data: ModelData, regime: RegimeData, a: int, extra: pyo.Expression = 0.0
) -> pyo.Expression:
    """Equation (4) of model.md without q x and s; `extra` is reward beside the perceived one."""
    network = regime.network
    s, i = regime.name, network.teams[network.team[a]]
    gain = reward_of(m, data, regime, a) + extra - float(data.cal.linear[a] + regime.waiting[a])
    if network.unit_hours[a] and (s, i) in m.hour_price:
        gain -= float(network.unit_hours[a]) * m.hour_price[s, i]
    if network.source[a] >= 0:
        gain -= m.stage_price[s, network.stages[network.source[a]]]
    own = network.own_yields[:, a]
    return gain + sum(float(own[n]) * m.stage_price[s, network.stages[n]] for n in np.flatnonzero(own))


def _complementarity(
    m: pyo.ConcreteModel, of: dict[str, tuple[RegimeData, Bounds]], index: Callable[[str], int]
) -> None:
    """x_a > 0 or s_a > 0, never both; a binary only where the bounds leave both open."""
    open_ = []
    for s in m.REGIMES:
        for a in m.ACTIVITIES:
            bounds, at = of[s][1], index(a)
            if bounds.x.low[at] > 0:
                m.reduced_cost[s, a].fix(0.0)
            elif bounds.x.high[at] <= 0 or bounds.reduced_cost.high[at] <= 0:
                continue
            elif bounds.reduced_cost.low[at] > 0:
                m.x[s, a].fix(0.0)
            else:
                open_.append((s, a))
    m.OPEN = pyo.Set(dimen=2, initialize=open_)
    m.working = pyo.Var(m.OPEN, domain=pyo.Binary, doc="activity is used")
    m.works = pyo.Constraint(
        m.OPEN,
        rule=lambda m, s, a: m.x[s, a] <= m.x[s, a].ub * m.working[s, a],
        doc="(4) x_a = 0 unless working",
    )
    m.rests = pyo.Constraint(
        m.OPEN,
        rule=lambda m, s, a: m.reduced_cost[s, a] <= m.reduced_cost[s, a].ub * (1 - m.working[s, a]),
        doc="(4) s_a = 0 if working",
    )
