"""What every rule costs, in its own unit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from optimizer.plans.rules import rule_named
from optimizer.scenario.plan import curves_in_words, pay_in_words, plan_in_words
from optimizer.tables.table import Column, Row, Table

if TYPE_CHECKING:
    from optimizer.explanation.build import Explanation


RULE_PRICES = Table(
    "rule_prices",
    rule=Column(str, "name", "name as in the scenario file", "rule"),
    unit=Column(str, "code", "money, share, count, units or money_per_unit", "unit"),
    change=Column(str, "code", "relaxed (by one step) or removed", "rule_change"),
    limit=Column(float, "row", "the limit in the scenario; empty where there is no single one"),
    new_limit=Column(float, "row", "the limit after the change; empty where removed"),
    status=Column(str, "code", "of the solve without or with the relaxed rule", "status"),
    value=Column(float, "money/period", "objective of the best plan then"),
    bound=Column(float, "money/period", "no plan has a higher objective at the beliefs of that plan"),
    price=Column(
        float, "money/period", "value less the objective of the recommended plan: what the rule costs"
    ),
    loaded_pay=Column(float, "money/period", "expected payouts of that plan, employer charges included"),
    plan=Column(str, "text", "the plan, team: KPI weight", "weights"),
    curves=Column(str, "text", "chosen for it, team: curve; empty without a choice"),
    target_pay=Column(str, "text", "of teams for which it is a decision, team: amount; empty without one"),
)


def rule_prices_rows(explanation: Explanation) -> Iterator[Row]:
    for price in explanation.prices:
        yield {
            "rule": price.rule,
            "unit": rule_named(price.rule).stated_unit,
            "change": price.change,
            "limit": price.limit,
            "new_limit": price.new_limit,
            "status": price.optimum.status,
            "value": price.optimum.value,
            "bound": price.optimum.bound,
            "price": price.price,
            "loaded_pay": price.optimum.loaded_pay,
            "plan": plan_in_words(price.optimum.weights or {}),
            "curves": curves_in_words(price.optimum.terms.curves),
            "target_pay": pay_in_words(price.optimum.target_pay or {}),
        }
