"""Limits that a designer writes: single weights, sums, numbers of KPIs, equal teams (FORMULATION.md 24)."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import pyomo.environ as pyo

from optimizer.model.data import ModelData
from optimizer.scenario.own_measures import counterparts
from optimizer.scenario.rule_types import TeamWeights, WeightRules


def counts_measures(rules: WeightRules) -> bool:
    """Whether a rule needs to know which KPIs are paid."""
    own = rules.teams.values()
    counted = any(t.min_measures is not None or t.max_measures is not None for t in own)
    return counted or rules.max_measures is not None


def own_most(rules: WeightRules, team: str) -> int | None:
    """The most KPIs that were written for this team."""
    return rules.teams.get(team, TeamWeights()).max_measures


def add_limits(m: pyo.ConcreteModel, data: ModelData) -> None:
    """Rows on weights that a single team, KPI or pair of teams is named for."""
    _single(m, data.rules.weights)
    _groups(m, data.rules.weights)
    _counts(m, data)
    _same(m, data)


def _euros(m: pyo.ConcreteModel, team: str, kpis: Iterable[str]) -> pyo.Expression:
    """Σ e_ik of KPIs that may be paid; 0 where none may."""
    return sum((m.euros[team, k] for k in kpis if (team, k) in m.PAIRS), 0.0)


def _bound(m: pyo.ConcreteModel, kpis: Iterable[str], team: str, share: float, at_least: bool) -> object:
    body = _euros(m, team, kpis) - share * m.pay[team]
    return pyo.inequality(0.0, body, None) if at_least else pyo.inequality(None, body, 0.0)


def _single(m: pyo.ConcreteModel, rules: WeightRules) -> None:
    stated = [(i, k) for i, own in rules.limits.items() if i in m.PAID for k in own]
    m.weight_limit_max = pyo.Constraint(
        [(i, k) for i, k in stated if rules.limits[i][k].max < 1 and (i, k) in m.PAIRS],
        rule=lambda m, i, k: _bound(m, [k], i, rules.limits[i][k].max, at_least=False),
        doc="(24) largest weight of a KPI",
    )
    m.weight_limit_min = pyo.Constraint(
        [(i, k) for i, k in stated if rules.limits[i][k].min > 0],
        rule=lambda m, i, k: _bound(m, [k], i, rules.limits[i][k].min, at_least=True),
        doc="(24) least weight of an obligatory KPI",
    )


def _groups(m: pyo.ConcreteModel, rules: WeightRules) -> None:
    """Called by team and KPIs."""
    groups = {(g.team, *g.kpis): g for g in rules.groups if g.team in m.PAID}
    usable = {at for at, g in groups.items() if any((g.team, k) in m.PAIRS for k in g.kpis)}
    m.weight_group_max = pyo.Constraint(
        pyo.Set(dimen=None, initialize=[at for at in groups if groups[at].max < 1 and at in usable]),
        rule=lambda m, *at: _bound(m, at[1:], at[0], groups[at].max, at_least=False),
        doc="(24) largest sum of weights",
    )
    m.weight_group_min = pyo.Constraint(
        pyo.Set(dimen=None, initialize=[at for at in groups if groups[at].min > 0]),
        rule=lambda m, *at: _bound(m, at[1:], at[0], groups[at].min, at_least=True),
        doc="(24) least sum of weights",
    )


def _counts(m: pyo.ConcreteModel, data: ModelData) -> None:
    own = data.rules.weights.teams
    most = {i: own_most(data.rules.weights, i) for i in m.PAID}
    least = {i: own.get(i, TeamWeights()).min_measures for i in m.PAID}
    smallest = 0.0 if data.space.continuous else 1.0

    def used(m: pyo.ConcreteModel, i: str) -> pyo.Expression:
        return sum(m.used[p] for p in m.PAIRS if p[0] == i)

    m.team_max_measures = pyo.Constraint(
        [i for i in m.PAID if most[i] is not None],
        rule=lambda m, i: used(m, i) <= most[i],
        doc="(24) number of measures of a team",
    )
    m.team_min_measures = pyo.Constraint(
        [i for i in m.PAID if least[i] is not None],
        rule=lambda m, i: used(m, i) >= least[i],
        doc="(24) least number of measures of a team",
    )
    m.weight_is_used = pyo.Constraint(
        [p for p in m.PAIRS if least[p[0]] is not None and smallest],
        rule=lambda m, i, k: sum(2**b * m.digit[i, k, b] for b in m.BITS[i, k]) >= smallest * m.used[i, k],
        doc="(24) used only if paid",
    )


def _same(m: pyo.ConcreteModel, data: ModelData) -> None:
    """Their target pay is given, so that equal weights are a linear row."""
    pairs = [pair for names in data.rules.same for pair in pairwise(names)]
    space, teams = data.space, list(m.TEAMS)
    pay = dict(zip(teams, np.asarray(space.most * space.unit, dtype=float), strict=True))
    kpis = list(m.KPIS)
    both = {
        (i, j, k): kpis[twin]
        for i, j in pairs
        for k, twin in zip(kpis, counterparts(space.scenario, i, j), strict=True)
        if {(i, kpis[twin]), (j, k)} & set(m.PAIRS)
    }
    m.same_weights = pyo.Constraint(
        list(both),
        rule=lambda m, i, j, k: _euros(m, i, [both[i, j, k]]) / pay[i] - _euros(m, j, [k]) / pay[j] == 0,
        doc="(24) equal weights",
    )
