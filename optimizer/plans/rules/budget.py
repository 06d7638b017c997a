"""What may be paid on expectation: in all, per team, and at least; charges included but in the last."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from optimizer.arrays import Floats, half_up
from optimizer.plans.rules.facts import Facts
from optimizer.plans.rules.family import (
    BookedValue,
    Limit,
    PageForm,
    Relaxation,
    Rule,
    RuleOfPlan,
    RuleValue,
)
from optimizer.plans.rules.steps import MONEY_STEP, SHARE_STEP, one_number, relaxed, removed, updated
from optimizer.plans.space import PlanSpace
from optimizer.response.booking import book
from optimizer.response.calibration import Calibrated
from optimizer.scenario.charges import loading
from optimizer.scenario.rule_types import Rules

NAME = "budget"
FIELDS = ("budget.expected", "budget.teams", "budget.min_share_of_target", "budget.reserve")
EXPECTED = Rule("budget.expected", "money", "at most", rows=("budget_total",))
TEAM = Rule("budget.teams", "money", "at most", rows=("budget_team",))
SHARE = Rule(
    "budget.min_share_of_target", "money", "at least", rows=("budget_share",), stated="share", moved="share"
)
RULES = (EXPECTED, TEAM, SHARE)


def lines(at: Facts) -> Iterator[RuleValue]:
    """At expected payouts; tested on them as booked."""
    budget, teams = at.cal.scenario.rules.budget, list(at.cal.scenario.teams)
    loaded, booked = at.pay * loading(at.cal.scenario), book(at.cal.scenario, at.pay)

    def tested(amounts: Floats, limit: Floats | float) -> BookedValue:
        return BookedValue.of(amounts, limit, booked.decimals)

    if (most := budget.expected) is not None:
        spent, kept = loaded.sum(axis=1) + budget.reserve, half_up(budget.reserve, booked.decimals)
        yield EXPECTED.at(
            spent, most, booked=tested(half_up(booked.company.loaded + kept, booked.decimals), most)
        )
    for team, most in budget.teams.items():
        i = teams.index(team)
        yield TEAM.at(loaded[:, i], most, team, booked=tested(booked.loaded[:, i], most))
    for i, team in enumerate(teams if budget.min_share_of_target is not None else ()):
        least = (budget.min_share_of_target or 0.0) * at.euros[:, i].sum(axis=1)
        if (least > 0).any():
            yield SHARE.at(at.pay[:, i], least, team, booked=tested(booked.pay[:, i], least))


def relaxations(cal: Calibrated) -> Iterator[Relaxation]:
    rules, budget = cal.scenario.rules, cal.scenario.rules.budget
    if budget.expected is not None:
        yield from one_number(rules, EXPECTED.name, budget.expected, budget.expected * (1 + MONEY_STEP))
    for team in budget.teams:
        yield from _of_team(rules, team)
    least = budget.min_share_of_target
    if least:
        yield from one_number(rules, SHARE.name, least, max(0.0, least - SHARE_STEP))


def _of_team(rules: Rules, team: str) -> Iterator[Relaxation]:
    teams = rules.budget.teams
    wider = {**teams, team: teams[team] * (1 + MONEY_STEP)}
    rest = {t: most for t, most in teams.items() if t != team}
    yield relaxed(TEAM.named(team), teams[team], wider[team], updated(rules, "budget", teams=wider))
    yield removed(TEAM.named(team), teams[team], updated(rules, "budget", teams=rest))


def limit(cal: Calibrated, space: PlanSpace, row: str, index: tuple[Any, ...]) -> Limit:
    """Money as it is; a guaranteed share is one of the team's largest pay in its row."""
    budget, first = cal.scenario.rules.budget, index[0]
    if row in SHARE.rows:
        return Limit(budget.min_share_of_target or 0.0, space.largest_pay(first))
    return Limit(budget.teams[first] if row in TEAM.rows else budget.expected or 0.0)


def behind(cal: Calibrated, rule: RuleOfPlan) -> Limit:
    """Money as it is; a guaranteed share is one of what the plan pays the team at target."""
    share = cal.scenario.rules.budget.min_share_of_target
    if rule.name.startswith(SHARE.name) and share:
        return Limit(share, rule.limit / share)
    return Limit(rule.limit)


def page_form(cal: Calibrated) -> Iterator[PageForm]:
    budget, teams = cal.scenario.rules.budget, list(cal.scenario.teams)
    if budget.expected is not None:
        yield EXPECTED.form(
            "loaded", teams=list(range(len(teams))), limit=budget.expected, reserve=budget.reserve
        )
    for team, most in budget.teams.items():
        yield TEAM.form("loaded", team, teams=[teams.index(team)], limit=most, reserve=0.0)
    for i, team in enumerate(teams if budget.min_share_of_target is not None else ()):
        yield SHARE.form("guaranteed", team, team=i, share=budget.min_share_of_target)
