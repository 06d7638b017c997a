"""Plans as steps of euros, and the rules on them (FORMULATION.md 5 to 9)."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.model.data import ModelData
from optimizer.model.weight_limits import add_limits, counts_measures, own_most
from optimizer.plans.space import TOLERANCE, change_origin


def add_weights(m: pyo.ConcreteModel, data: ModelData) -> None:
    """Steps n_ik in binary digits, euros e_ik, and the rules on weights alone."""
    _digits(m, data)
    _totals(m, data)
    _sizes(m, data)
    add_limits(m, data)
    _locks(m, data)
    _change(m, data)


def steps_of(m: pyo.ConcreteModel, team: str, kpi: str) -> pyo.Expression:
    """n_ik = Σ_b 2^b digit_ikb; without steps, the one digit is a share of the team's largest pay."""
    return sum(2**b * m.digit[team, kpi, b] for b in m.BITS[team, kpi])


def _digits(m: pyo.ConcreteModel, data: ModelData) -> None:
    space, teams = data.space, list(m.TEAMS)
    most = {(i, k): round(float(space.most[teams.index(i)])) for i, k in m.PAIRS}
    m.BITS = pyo.Set(m.PAIRS, initialize=lambda m, i, k: range(most[i, k].bit_length()))
    m.digit = pyo.Var(
        [(i, k, b) for i, k in m.PAIRS for b in m.BITS[i, k]],
        domain=pyo.UnitInterval if space.continuous else pyo.Binary,
        doc="binary digits of n_ik",
    )
    unit = dict(zip(teams, space.unit, strict=True))
    m.euros = pyo.Expression(m.PAIRS, rule=lambda m, i, k: float(unit[i]) * steps_of(m, i, k))
    paid = [t for t in m.TEAMS if any(i == t for i, _ in m.PAIRS)]
    m.PAID = pyo.Set(initialize=paid)
    m.pay = pyo.Expression(m.PAID, rule=lambda m, i: sum(m.euros[p] for p in m.PAIRS if p[0] == i))


def _totals(m: pyo.ConcreteModel, data: ModelData) -> None:
    space, teams = data.space, list(m.TEAMS)

    def total(m: pyo.ConcreteModel, i: str) -> tuple[float, pyo.Expression, float]:
        t = teams.index(i)
        steps = sum(steps_of(m, *p) for p in m.PAIRS if p[0] == i)
        return float(space.least[t]), steps, float(space.most[t])

    m.target_pay = pyo.Constraint(m.PAID, rule=total, doc="(5) Σ_k e_ik = B_i")


def _sizes(m: pyo.ConcreteModel, data: ModelData) -> None:
    """w_ik ∈ {0} ∪ [min, max] and at most max_measures; a locked KPI keeps its lock instead."""
    rules, space, teams = data.rules.weights, data.space, list(m.TEAMS)
    kpis = list(m.KPIS)
    free = [p for p in m.PAIRS if np.isnan(space.locked[teams.index(p[0]), kpis.index(p[1])])]
    m.FREE = pyo.Set(dimen=2, initialize=free)
    smallest = 0 if space.continuous else 1
    above_a_step = [rules.min * space.most[teams.index(i)] > smallest + TOLERANCE for i in m.PAID]
    counted = counts_measures(rules) or any(above_a_step)
    m.used = pyo.Var(m.PAIRS if counted else [], domain=pyo.Binary, doc="KPI is paid")
    most = {i: float(space.most[t] * space.unit[t]) for t, i in enumerate(teams)}
    steps = {i: float(space.most[t]) for t, i in enumerate(teams)}
    m.weight_max = pyo.Constraint(
        m.FREE if rules.max < 1 else [],
        rule=lambda m, i, k: m.euros[i, k] <= rules.max * m.pay[i],
        doc="(6) w_ik ≤ max",
    )
    m.weight_used = pyo.Constraint(
        m.PAIRS if counted else [],
        rule=lambda m, i, k: steps_of(m, i, k) <= steps[i] * m.used[i, k],
        doc="(6) paid only if used",
    )
    m.weight_min = pyo.Constraint(
        m.FREE if counted and rules.min > 0 else [],
        rule=lambda m, i, k: m.euros[i, k] >= rules.min * (m.pay[i] - most[i] * (1 - m.used[i, k])),
        doc="(6) w_ik ≥ min where used",
    )
    m.max_measures = pyo.Constraint(
        [i for i in m.PAID if rules.max_measures is not None and not own_most(rules, i)],
        rule=lambda m, i: sum(m.used[p] for p in m.PAIRS if p[0] == i) <= rules.max_measures,
        doc="(7) number of measures",
    )


def _locks(m: pyo.ConcreteModel, data: ModelData) -> None:
    space, teams, kpis = data.space, list(m.TEAMS), list(m.KPIS)
    locked = [p for p in m.PAIRS if p not in m.FREE]
    m.lock = pyo.Constraint(
        locked,
        rule=lambda m, i, k: m.euros[i, k] == float(space.locked[teams.index(i), kpis.index(k)]) * m.pay[i],
        doc="(8) locked weights",
    )


def _change(m: pyo.ConcreteModel, data: ModelData) -> None:
    limit = data.rules.change_limit
    today = change_origin(data.cal.scenario)
    w0 = {
        (i, k): float(today[t, j]) for t, i in enumerate(m.TEAMS) for j, k in enumerate(m.KPIS) if i in m.PAID
    }
    some = list(m.PAIRS) if limit is not None else []
    m.change = pyo.Var(some, domain=pyo.NonNegativeReals, doc="|e_ik − w⁰_ik B_i|")
    m.change_up = pyo.Constraint(
        some, rule=lambda m, i, k: m.change[i, k] >= m.euros[i, k] - w0[i, k] * m.pay[i], doc="(9) change up"
    )
    m.change_down = pyo.Constraint(
        some,
        rule=lambda m, i, k: m.change[i, k] >= w0[i, k] * m.pay[i] - m.euros[i, k],
        doc="(9) change down",
    )

    def distance(m: pyo.ConcreteModel, i: str) -> pyo.Expression:
        dropped = sum(w for (t, k), w in w0.items() if t == i and (t, k) not in m.PAIRS)
        return sum(m.change[p] for p in some if p[0] == i) + dropped * m.pay[i] <= limit * m.pay[i]

    m.change_limit = pyo.Constraint(m.PAID if some else [], rule=distance, doc="(9) distance to today's plan")
