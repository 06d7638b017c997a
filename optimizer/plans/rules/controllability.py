"""How much of a KPI a team must itself control to be paid on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from optimizer.plans.rules.facts import TeamPlans, free_kpis
from optimizer.plans.rules.family import Limit, PageForm, Relaxation, Rule, RuleValue, own_limit
from optimizer.plans.rules.steps import SHARE_STEP, one_number
from optimizer.plans.space import PlanSpace
from optimizer.response.calibration import Calibrated

NAME = "controllability"
FIELDS = ("controllability.floor", "controllability.mean", "controllability.override")
FLOOR = Rule("controllability.floor", "share", "at least")
MEAN = Rule("controllability.mean", "share", "at least", rows=("controllability_mean",))
RULES = (FLOOR, MEAN)
behind = own_limit


def lines(at: TeamPlans) -> Iterator[RuleValue]:
    control, rules = at.space.controllability[at.i], at.rules.controllability
    if rules.floor is not None:
        least = np.where(at.chosen, control, 1.0).min(axis=1)
        yield FLOOR.at(least, rules.floor, at.team)
    if rules.mean is not None and not at.space.fully_locked[at.i]:
        yield MEAN.at(at.weights @ control, rules.mean, at.team).where(at.paid)


def relaxations(cal: Calibrated) -> Iterator[Relaxation]:
    rules = cal.scenario.rules
    for rule, least in ((FLOOR, rules.controllability.floor), (MEAN, rules.controllability.mean)):
        if least:
            yield from one_number(rules, rule.name, least, max(0.0, least - SHARE_STEP))


def limit(cal: Calibrated, space: PlanSpace, _row: str, index: tuple[Any, ...]) -> Limit:
    return Limit(cal.scenario.rules.controllability.mean or 0.0, space.largest_pay(index[0]))


def page_form(space: PlanSpace, i: int) -> Iterator[PageForm]:
    control, rules = space.controllability[i], space.scenario.rules.controllability
    team = list(space.scenario.teams)[i]
    if rules.floor is not None:
        among = [[int(k), float(control[k])] for k in np.flatnonzero(free_kpis(space, i))]
        yield FLOOR.form("least", team, team=i, terms=among, limit=rules.floor)
    if rules.mean is not None and not space.fully_locked[i]:
        terms = [[int(k), float(control[k])] for k in np.flatnonzero(control)]
        yield MEAN.form("linear", team, team=i, terms=terms, limit=rules.mean)
