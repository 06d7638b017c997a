"""Teams that have equal weights."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from optimizer.arrays import Floats
from optimizer.plans.rules.family import Limit, PageForm, Relaxation, Rule, RuleValue, own_limit
from optimizer.plans.rules.steps import removed, updated
from optimizer.plans.space import PlanSpace
from optimizer.response.calibration import Calibrated
from optimizer.scenario.own_measures import counterparts
from optimizer.scenario.plan import weights_of

NAME = "same"
FIELDS = ("same",)
SAME = Rule("same", "share", "equal", rows=("same_weights",))
RULES = (SAME,)
behind = own_limit


def _pairs(space: PlanSpace) -> Iterator[tuple[str, str]]:
    """Teams whose weights are compared: each with the next of its list."""
    for names in space.scenario.rules.same:
        yield from pairwise(names)


def lines(space: PlanSpace, euros: Floats) -> Iterator[RuleValue]:
    """By how much the weights of two teams differ in all."""
    weights, teams = weights_of(euros), list(space.scenario.teams)
    for one, other in _pairs(space):
        alike = list(counterparts(space.scenario, one, other))
        apart = weights[:, teams.index(one)][:, alike] - weights[:, teams.index(other)]
        yield SAME.at(np.abs(apart).sum(axis=1), 0.0, one, other)


def relaxations(cal: Calibrated) -> Iterator[Relaxation]:
    """Teams are called by the list that they stand in."""
    rules = cal.scenario.rules
    for n, names in enumerate(rules.same):
        rest = (*rules.same[:n], *rules.same[n + 1 :])
        yield removed(SAME.named(*names), 0.0, updated(rules, same=rest))


def limit(_cal: Calibrated, _space: PlanSpace, _row: str, _index: tuple[Any, ...]) -> Limit:
    """How far a weight may be from the other team's."""
    return Limit(0.0)


def page_form(space: PlanSpace) -> Iterator[PageForm]:
    teams = list(space.scenario.teams)
    for one, other in _pairs(space):
        places = {"team": teams.index(one), "other": teams.index(other)}
        alike = list(counterparts(space.scenario, one, other))
        yield SAME.form("unlike", one, other, **places, kpis=alike, limit=0.0)
