"""What may be paid in bad cases for the payer, over draws of luck and regimes; charges included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from optimizer.arrays import half_up
from optimizer.plans.rules.facts import Facts
from optimizer.plans.rules.family import (
    BookedValue,
    Limit,
    Relaxation,
    Rule,
    RuleValue,
    Unchecked,
    own_limit,
)
from optimizer.plans.rules.steps import MONEY_STEP, relaxed, removed, updated
from optimizer.plans.space import PlanSpace
from optimizer.response.booking import booking_decimals
from optimizer.response.calibration import Calibrated
from optimizer.scenario.rule_types import Cvar, Percentile, Rules

NAME = "bad_cases"
FIELDS = ("budget.cvar", "budget.percentile")
CVAR = Rule("budget.cvar", "money", "at most", rows=("budget_cvar",), through=("cvar_beyond",))
PERCENTILE = Rule(
    "budget.percentile",
    "money",
    "at most",
    rows=("budget_percentile",),
    through=("percentile_sure", "percentile_open", "percentile_few"),
)
RULES = (CVAR, PERCENTILE)
behind = own_limit
KEYS = {CVAR.name: "cvar", PERCENTILE.name: "percentile"}
"""Key in `budget` of each rule."""


def _stated(rules: Rules) -> Iterator[tuple[Rule, str, Cvar | Percentile]]:
    """The rules of the scenario, each with its key in `budget`."""
    for rule in RULES:
        case = getattr(rules.budget, KEYS[rule.name])
        if case is not None:
            yield rule, KEYS[rule.name], case


def lines(at: Facts) -> Iterator[RuleValue]:
    """On the sample that is drawn once for these rules, what is set aside added; tested to the cent."""
    for rule, key, case in _stated(at.cal.scenario.rules):
        paid = getattr(at.tail, key)
        if paid is not None:
            decimals, paid = booking_decimals(at.cal.scenario), paid + at.cal.scenario.rules.budget.reserve
            booked = BookedValue.of(half_up(paid, decimals), case.limit, decimals)
            yield rule.at(paid, case.limit, booked=booked)


def relaxations(cal: Calibrated) -> Iterator[Relaxation]:
    rules = cal.scenario.rules
    for rule, key, case in _stated(rules):
        wider = case.model_copy(update={"limit": case.limit * (1 + MONEY_STEP)})
        yield relaxed(rule.name, case.limit, wider.limit, updated(rules, "budget", **{key: wider}))
        yield removed(rule.name, case.limit, updated(rules, "budget", **{key: None}))


def limit(cal: Calibrated, _space: PlanSpace, row: str, _index: tuple[Any, ...]) -> Limit:
    return next(Limit(case.limit) for rule, _, case in _stated(cal.scenario.rules) if row in rule.rows)


def page_form(cal: Calibrated) -> Unchecked:
    names = tuple(rule.name for rule, _, _ in _stated(cal.scenario.rules))
    return Unchecked(names, "it needs simulated luck, and the page draws none")
