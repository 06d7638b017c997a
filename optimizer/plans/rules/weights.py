"""How large weights may be, how many, on which KPIs, and what a team may be paid in all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from optimizer.plans.rules.facts import TeamPlans, free_kpis
from optimizer.plans.rules.family import Limit, PageForm, Relaxation, Rule, RuleValue, own_limit
from optimizer.plans.rules.steps import one_number, removed, updated
from optimizer.plans.space import PlanSpace
from optimizer.response.calibration import Calibrated
from optimizer.scenario.rule_types import Rules, WeightRules

NAME = "weights"
FIELDS = ("weights.step", "weights.min", "weights.max", "weights.max_measures", "measures")
TARGET_PAY = Rule("target_pay", "money", "between", through=("target_pay",))
LARGEST = Rule("weights.max", "share", "at most", rows=("weight_max",))
SMALLEST = Rule("weights.min", "share", "at least", rows=("weight_min",), through=("weight_used",))
COUNT = Rule("weights.max_measures", "count", "at most", rows=("max_measures",))
MEASURES = Rule("measures", "share", "at most")
RULES = (TARGET_PAY, LARGEST, SMALLEST, COUNT, MEASURES)
behind = own_limit


def lines(at: TeamPlans) -> Iterator[RuleValue]:
    space, i, team, rules = at.space, at.i, at.team, at.rules.weights
    fixed = _pay_is_given(space, i)
    most, least = space.most[i] * space.unit[i], space.least[i] * space.unit[i]
    yield TARGET_PAY.at(at.pay, most, team, "max", quiet=fixed)
    yield TARGET_PAY.at(at.pay, least, team, "min", at_least=True, quiet=fixed)
    largest = (at.weights * at.free).max(axis=1)
    yield LARGEST.at(largest, rules.max, team, quiet=rules.max >= 1)
    smallest = np.where(at.chosen, at.weights, 1.0).min(axis=1)
    yield SMALLEST.at(smallest, rules.min, team, quiet=rules.min <= 0)
    if _counted(rules, team):
        yield COUNT.at(at.used.sum(axis=1).astype(float), float(rules.max_measures or 1), team)
    outside = np.where(space.listed[i] | ~at.free, 0.0, at.weights).sum(axis=1)
    yield MEASURES.at(outside, 0.0, team, quiet=True)


def _counted(rules: WeightRules, team: str) -> bool:
    """The number of KPIs of all teams holds for one that has none of its own (`weight_limits`)."""
    own = rules.teams.get(team)
    return rules.max_measures is not None and (own is None or own.max_measures is None)


def _pay_is_given(space: PlanSpace, i: int) -> bool:
    return bool(space.least[i] == space.most[i])


def relaxations(cal: Calibrated) -> Iterator[Relaxation]:
    rules, w = cal.scenario.rules, cal.scenario.rules.weights
    if w.min > 0:
        yield from one_number(rules, SMALLEST.name, w.min, max(0.0, w.min - w.step), 0.0)
    if w.max < 1:
        yield from one_number(rules, LARGEST.name, w.max, min(1.0, w.max + w.step), 1.0)
    if w.max_measures is not None:
        yield from one_number(rules, COUNT.name, w.max_measures, w.max_measures + 1)
    for team in rules.measures:
        yield removed(MEASURES.named(team), np.nan, _with_every_kpi(rules, team))


def _with_every_kpi(rules: Rules, team: str) -> Rules:
    return updated(rules, measures={t: kpis for t, kpis in rules.measures.items() if t != team})


def limit(cal: Calibrated, space: PlanSpace, row: str, index: tuple[Any, ...]) -> Limit:
    """Weights are shares of the team's largest pay in their rows; KPIs are counted."""
    rules = cal.scenario.rules.weights
    if row in COUNT.rows:
        return Limit(float(rules.max_measures or 1))
    return Limit(rules.max if row in LARGEST.rows else rules.min, space.largest_pay(index[0]))


def page_form(space: PlanSpace, i: int) -> Iterator[PageForm]:
    rules, team, free = space.scenario.rules.weights, list(space.scenario.teams)[i], free_kpis(space, i)
    fixed = _pay_is_given(space, i)
    most, least = float(space.most[i] * space.unit[i]), float(space.least[i] * space.unit[i])
    yield TARGET_PAY.form("pay", team, "max", quiet=fixed, team=i, limit=most)
    yield TARGET_PAY.form("pay", team, "min", quiet=fixed, at_least=True, team=i, limit=least)
    unlocked = {"team": i, "kpis": np.flatnonzero(free).tolist()}
    yield LARGEST.form("largest", team, quiet=rules.max >= 1, **unlocked, limit=rules.max)
    yield SMALLEST.form("smallest", team, quiet=rules.min <= 0, **unlocked, limit=rules.min)
    if _counted(rules, team):
        yield COUNT.form("count", team, team=i, limit=float(rules.max_measures or 1))
    outside = [[int(k), 1.0] for k in np.flatnonzero(~space.listed[i] & free)]
    yield MEASURES.form("linear", team, quiet=True, team=i, terms=outside, limit=0.0)
