"""How far a team's weights may move from those in force."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from optimizer.plans.rules.facts import TeamPlans
from optimizer.plans.rules.family import Limit, PageForm, Relaxation, Rule, RuleValue, own_limit
from optimizer.plans.rules.steps import one_number
from optimizer.plans.space import PlanSpace, change_origin
from optimizer.response.calibration import Calibrated

NAME = "change"
FIELDS = ("change_limit",)
CHANGE = Rule(
    "change_limit", "share", "at most", rows=("change_limit",), through=("change_up", "change_down")
)
RULES = (CHANGE,)
behind = own_limit


def lines(at: TeamPlans) -> Iterator[RuleValue]:
    most = at.rules.change_limit
    if most is not None:
        today = change_origin(at.space.scenario)[at.i]
        yield CHANGE.at(np.abs(at.weights - today).sum(axis=1), most, at.team).where(at.paid)


def relaxations(cal: Calibrated) -> Iterator[Relaxation]:
    """A step of weight moves two weights."""
    rules = cal.scenario.rules
    if rules.change_limit is not None:
        wider = rules.change_limit + 2 * rules.weights.step
        yield from one_number(rules, CHANGE.name, rules.change_limit, wider)


def limit(cal: Calibrated, space: PlanSpace, _row: str, index: tuple[Any, ...]) -> Limit:
    return Limit(cal.scenario.rules.change_limit or 0.0, space.largest_pay(index[0]))


def page_form(space: PlanSpace, i: int) -> Iterator[PageForm]:
    most = space.scenario.rules.change_limit
    if most is not None:
        team = list(space.scenario.teams)[i]
        today = [[k, float(w)] for k, w in enumerate(change_origin(space.scenario)[i])]
        yield CHANGE.form("distance", team, team=i, terms=today, limit=most)
