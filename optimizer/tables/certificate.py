"""Tables of rules, certificate and conflicts (columns in `columns.SCHEMA`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from optimizer.explanation.build import Explanation, RuleState
from optimizer.risk.ranges import numbers_at
from optimizer.scenario.plan import pay_decided, pay_in_words, plan_in_words
from optimizer.tables.columns import Row, label_cells, named_cells, ratio
from optimizer.tables.labels import NO_TEXT, check_label, part_label, path_label, plan_text, rule_label

if TYPE_CHECKING:
    from optimizer.solver.solution import Relaxation, Solution


def rules_rows(found: Explanation) -> Iterator[Row]:
    scenario = found.solution.cal.scenario
    for rule in found.rules:
        yield {"rule": rule.name, **label_cells(rule_label(scenario, rule.name)), **_rule_numbers(rule)}


def _rule_numbers(rule: RuleState) -> Row:
    return {
        "unit": unit_of(rule.name),
        "value": rule.value,
        "limit": rule.limit,
        "at_least": rule.at_least,
        "slack": rule.slack,
        "closeness": rule.closeness,
        "blocks": rule.blocks,
        "state": rule.state,
    }


UNITS = {
    "budget": "money",
    "target_pay": "money",
    "weights.max_measures": "count",
    "gaming.margin": "money_per_unit",
    "gaming.pairs": "share",
    "gaming.exposure": "share",
    "gaming": "units",
}
"""Unit of a rule by the start of its name; the longest start that fits comes first."""


def unit_of(rule: str) -> str:
    """money, count, money_per_unit, units, or share."""
    return next((unit for start, unit in UNITS.items() if f"{rule}.".startswith(f"{start}.")), "share")


def checks_rows(solution: Solution) -> Iterator[Row]:
    for c in solution.checks:
        numbers = {"ok": c.ok, "value": c.value, "limit": c.limit, "detail": c.detail}
        yield {"check": c.name, **label_cells(check_label(c.name)), **numbers}


def rounds_rows(solution: Solution) -> Iterator[Row]:
    for number, r in enumerate(solution.rounds, 1):
        yield {
            "round": number,
            "beliefs": r.beliefs,
            "plan": plan_in_words(r.plan),
            **named_cells("plan", plan_text(solution.cal.scenario, r.plan)),
            "objective": r.objective,
            "bound": r.bound,
            "value": r.value,
            "keeps_rules": r.keeps_rules,
        }


def alternatives_rows(solution: Solution) -> Iterator[Row]:
    for rank, a in enumerate(solution.alternatives, 1):
        behind = solution.objective - a.value
        yield {
            "rank": rank,
            "plan": plan_in_words(a.plan.weights),
            **named_cells("plan", plan_text(solution.cal.scenario, a.plan.weights)),
            "target_pay": pay_in_words(pay_decided(solution.cal.scenario, a.plan)),
            "value": a.value,
            "behind": behind,
            "behind_share": ratio(behind, abs(solution.objective)),
            "proven": a.proven,
        }


def sources_rows(solution: Solution) -> Iterator[Row]:
    """Every source, one row per number that it speaks of."""
    scenario = solution.cal.scenario
    for path, source in scenario.sources.items():
        for part, number in numbers_at(scenario, path).items():
            yield {
                "path": path,
                **label_cells(path_label(scenario, path)),
                "part": part,
                **named_cells("part", part_label(scenario, part) if part else NO_TEXT),
                "number": number,
                "source": source.text,
                "range": source.range,
            }


def conflict_rows(solution: Solution) -> Iterator[Row]:
    conflict, scenario = solution.conflict, solution.cal.scenario
    if conflict is None:
        return
    cheapest = {r.rule: r for r in conflict.cheapest}
    for name in dict.fromkeys((*conflict.rules, *cheapest)):
        numbers = _relaxed(cheapest[name]) if name in cheapest else (np.nan, 0.0, np.nan)
        yield {
            "rule": name,
            **label_cells(rule_label(scenario, name)),
            "unit": conflict_unit(name),
            "conflicts": name in conflict.rules,
            **dict(zip(("limit", "by", "relaxed"), numbers, strict=True)),
        }


def conflict_unit(rule: str) -> str:
    """Unit of the number in the scenario that would move: as `unit_of`, but a guaranteed part is a share."""
    if rule.startswith("gaming.margin"):
        return "units"
    return "share" if rule.startswith("budget.min_share_of_target") else unit_of(rule)


LEAST = ("weights.min", "controllability.mean", "budget.min_share_of_target")
"""Rules that are relaxed downwards; all others upwards, but a lock may move either way."""


def _relaxed(found: Relaxation) -> tuple[float, float, float]:
    """Limit, move and new limit; a number of KPIs moves by whole ones."""
    by = float(np.ceil(found.by - 1e-9)) if conflict_unit(found.rule) == "count" else found.by
    if found.rule.startswith("locks"):
        return found.limit, by, np.nan
    return found.limit, by, found.limit - by if found.rule.startswith(LEAST) else found.limit + by
