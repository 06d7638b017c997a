"""Tables of rules, certificate and conflicts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from optimizer.explanation.build import Explanation, RuleState
from optimizer.plans.rules import rule_named
from optimizer.plans.rules.budget import EXPECTED, TEAM
from optimizer.scenario.plan import curves_in_words, pay_decided, pay_in_words, plan_in_words
from optimizer.tables.table import Column, Row, Table, ratio

if TYPE_CHECKING:
    from optimizer.solver.solution import MovedLimit, Solution


RULES = Table(
    "rules",
    rule=Column(str, "name", "name as in the scenario file", "rule"),
    unit=Column(str, "code", "money, share, count, units or money_per_unit", "unit"),
    value=Column(float, "row", "what the recommended plan reaches"),
    limit=Column(float, "row", "the limit"),
    at_least=Column(bool, "flag", "whether the limit is a least value"),
    slack=Column(float, "row", "how far the rule is from breaking, in its own unit"),
    closeness=Column(float, "share", "slack over the limit (over the natural scale for gaming caps)"),
    blocks=Column(int, "count", "plans one shift away that would bring more but break this rule"),
    state=Column(
        str, "code", "broken, binding (closeness ≤ 1 % or blocks > 0), near (≤ 10 %) or far", "rule_state"
    ),
)


def rules_rows(explanation: Explanation) -> Iterator[Row]:
    for rule in explanation.rules:
        yield {"rule": rule.name, **_rule_numbers(rule)}


def is_budget(rule: str) -> bool:
    """Whether a rule is a budget of expected payouts: those are shown however much of them is left."""
    return rule_named(rule) in (EXPECTED, TEAM)


def _rule_numbers(rule: RuleState) -> Row:
    return {
        "unit": rule_named(rule.name).unit,
        "value": rule.value,
        "limit": rule.limit,
        "at_least": rule.at_least,
        "slack": rule.slack,
        "closeness": rule.closeness,
        "blocks": rule.blocks,
        "state": rule.state,
    }


CHECKS = Table(
    "checks",
    check=Column(str, "code", "name of the check", "check"),
    ok=Column(bool, "flag", "whether it holds"),
    value=Column(float, "row", "what was found, in the check's own unit"),
    limit=Column(float, "row", "the most that is accepted"),
)


def checks_rows(solution: Solution) -> Iterator[Row]:
    for c in solution.certificate.checks:
        yield {"check": c.name, "ok": c.ok, "value": c.value, "limit": c.limit}


ROUNDS = Table(
    "rounds",
    round=Column(int, "order", "order, from 1"),
    beliefs=Column(str, "text", "whose beliefs the model was solved at"),
    plan=Column(str, "text", "the plan found, team: KPI weight", "weights"),
    objective=Column(float, "money/period", "what the model promised at those beliefs"),
    bound=Column(float, "money/period", "bound at those beliefs"),
    value=Column(float, "money/period", "what the plan brings at its own beliefs"),
    keeps_rules=Column(bool, "flag", "whether it keeps all rules at its own beliefs"),
)


def rounds_rows(solution: Solution) -> Iterator[Row]:
    for number, r in enumerate(solution.certificate.rounds, 1):
        yield {
            "round": number,
            "beliefs": r.beliefs,
            "plan": plan_in_words(r.plan),
            "objective": r.objective,
            "bound": r.bound,
            "value": r.value,
            "keeps_rules": r.keeps_rules,
        }


ALTERNATIVES = Table(
    "alternatives",
    rank=Column(
        int,
        "order",
        "order, from 1, the recommended plan; each differs from all before by more than one step",
    ),
    plan=Column(str, "text", "team: KPI weight", "weights"),
    curves=Column(str, "text", "chosen for all of them, team: curve; empty without a choice"),
    target_pay=Column(str, "text", "team: variable pay at target, where it is a decision"),
    value=Column(float, "money/period", "objective of the plan at its own beliefs"),
    behind=Column(float, "money/period", "objective of the recommended plan less value"),
    behind_share=Column(float, "share", "behind over |objective of the recommended plan|"),
    proven=Column(
        bool, "flag", "none that the model at the final beliefs values higher, and so different, brings more"
    ),
)


def alternatives_rows(solution: Solution) -> Iterator[Row]:
    for rank, a in enumerate(solution.asked.alternatives, 1):
        behind = solution.certificate.objective - a.value
        yield {
            "rank": rank,
            "plan": plan_in_words(a.plan.weights),
            "curves": curves_in_words(solution.problem.space.terms.curves),
            "target_pay": pay_in_words(pay_decided(solution.problem.scenario, a.plan)),
            "value": a.value,
            "behind": behind,
            "behind_share": ratio(behind, abs(solution.certificate.objective)),
            "proven": a.proven,
        }


CONFLICT = Table(
    "conflict",
    rule=Column(str, "name", "name as in the scenario file", "rule"),
    unit=Column(str, "code", "money, share, count, units or money_per_unit", "unit"),
    conflicts=Column(bool, "flag", "whether it is among the rules that cannot hold together"),
    limit=Column(
        float, "row", "the limit; gaming caps at today's inflow; empty where the rule need not move"
    ),
    by=Column(float, "row", "how far it must move, cheapest together; 0 where others may move instead"),
    relaxed=Column(float, "row", "the limit after the move; empty for a lock, which may move either way"),
    exact=Column(
        bool, "flag", "whether every plan was judged; else the moves suffice, and others may be cheaper"
    ),
)


def conflict_rows(solution: Solution) -> Iterator[Row]:
    conflict = solution.conflict
    if conflict is None:
        return
    cheapest = {r.rule: r for r in conflict.cheapest}
    for name in dict.fromkeys((*conflict.rules, *cheapest)):
        numbers = _relaxed(cheapest[name]) if name in cheapest else (np.nan, 0.0, np.nan)
        yield {
            "rule": name,
            "unit": rule_named(name).moved_unit,
            "conflicts": name in conflict.rules,
            **dict(zip(("limit", "by", "relaxed"), numbers, strict=True)),
            "exact": conflict.exact,
        }


def _relaxed(moved: MovedLimit) -> tuple[float, float, float]:
    """Limit, move and new limit."""
    return moved.limit, moved.by, moved.relaxed
