"""Weights that must not change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from optimizer.plans.rules.facts import TeamPlans, free_kpis
from optimizer.plans.rules.family import Limit, PageForm, Relaxation, Rule, RuleValue, own_limit
from optimizer.plans.rules.steps import removed, updated
from optimizer.plans.space import PlanSpace
from optimizer.response.calibration import Calibrated
from optimizer.scenario.rule_types import Rules

NAME = "locks"
FIELDS = ("locks",)
LOCK = Rule("locks", "share", "equal", rows=("lock",))
RULES = (LOCK,)
behind = own_limit


def lines(at: TeamPlans) -> Iterator[RuleValue]:
    """How far each locked weight is from its lock."""
    for k, kpi, lock in _locks(at.space, at.i):
        yield LOCK.at(np.abs(at.weights[:, k] - lock), 0.0, at.team, kpi).where(at.paid)


def _locks(space: PlanSpace, i: int) -> Iterator[tuple[int, str, float]]:
    kpis = list(space.scenario.kpis)
    for k in np.flatnonzero(~free_kpis(space, i)):
        yield int(k), kpis[k], float(space.locked[i, k])


def relaxations(cal: Calibrated) -> Iterator[Relaxation]:
    rules = cal.scenario.rules
    for team, weights in rules.locks.items():
        for kpi, weight in weights.items():
            yield removed(LOCK.named(team, kpi), weight, _without(rules, team, kpi))


def _without(rules: Rules, team: str, kpi: str) -> Rules:
    left = {k: w for k, w in rules.locks[team].items() if k != kpi}
    locks = {t: left if t == team else w for t, w in rules.locks.items()}
    return updated(rules, locks={t: w for t, w in locks.items() if w})


def limit(cal: Calibrated, space: PlanSpace, _row: str, index: tuple[Any, ...]) -> Limit:
    team, kpi = index
    at = cal.network.teams.index(team), cal.network.kpis.index(kpi)
    return Limit(float(space.locked[at]), space.largest_pay(team))


def page_form(space: PlanSpace, i: int) -> Iterator[PageForm]:
    team = list(space.scenario.teams)[i]
    for k, kpi, lock in _locks(space, i):
        yield LOCK.form("distance", team, kpi, team=i, terms=[[k, lock]], limit=0.0)
