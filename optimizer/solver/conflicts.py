"""No plan keeps all rules: which ones conflict, by how much, and the cheapest way out.

Every business rule gets a named slack in its own unit; the model then buys the least total slack, each unit
relative to the rule's limit. A deletion filter finds a set of rules that conflict and none of which is idle.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyomo.environ as pyo

from optimizer.model.data import ModelData
from optimizer.plans.rules import FAMILIES, ON_WORK, rule_named
from optimizer.plans.rules.family import Limit, Rule
from optimizer.solver.highs import InfeasibleError, Limits, compile_model, solve_milp
from optimizer.solver.program.at_beliefs import Answer, FixedModel, model_at
from optimizer.solver.solution import Conflict, MovedLimit

NEGLIGIBLE = 1e-7


@dataclass(frozen=True)
class _Row:
    """A rule's constraint, and the number behind it."""

    name: str
    constraint: Any
    limit: Limit

    @property
    def scale(self) -> float:
        """What a full break of the rule would be, in the constraint's unit."""
        unit = self.limit.per_unit
        return max(abs(self.limit.value * unit), 1e-3 * unit, 1e-6)


LONGEST = 10.0
"""Seconds for any one of the solves: an explanation in time beats the cheapest one too late."""
PATIENCE = 6
"""Solves of the longest kind after which rules are no longer told apart."""


def explain_conflict(data: ModelData, limits: Limits) -> Conflict:
    """Which rules conflict at these beliefs, and the least that would have to move; none if none conflict."""
    limits = _short(limits)
    try:
        fixed = _softened(data)
        relaxed = solve_milp(compile_model(fixed.model), limits)
    except InfeasibleError:
        return Conflict((), ())
    rows = list(_business_rows(fixed.model, data))
    m = fixed.model
    slack = [relaxed.value(m.over[j]) + relaxed.value(m.under[j]) for j in m.over] if relaxed.values else []
    cheapest = tuple(
        _moved(r, by, data.money) for r, by in zip(rows, slack, strict=False) if by > NEGLIGIBLE * r.scale
    )
    return Conflict(tuple(_conflicting(fixed, rows, limits)) if cheapest else (), cheapest)


def _moved(row: _Row, by: float, money: float) -> MovedLimit:
    """In the scenario's unit of money."""
    unit = money if rule_named(row.name).moved_unit == "money" else 1.0
    return MovedLimit(row.name, row.limit.value / unit, by / row.limit.per_unit / unit)


def least_break(data: ModelData, limits: Limits) -> Answer:
    """The plan that breaks the rules least at these beliefs; its objective is the total relative break."""
    try:
        return _softened(data).solve(limits)
    except InfeasibleError:
        return Answer("unknown", None, np.inf, -np.inf)


def breaks_weight_rules(data: ModelData, limits: Limits) -> bool:
    """Proof that no plan keeps the rules on weights alone, whatever people believe."""

    def only_weights(m: pyo.ConcreteModel) -> None:
        for name in (row for family in ON_WORK for rule in family.RULES for row in rule.rows):
            if hasattr(m, name):
                getattr(m, name).deactivate()

    try:
        return model_at(data, adapt=only_weights).solve(_short(limits)).status == "infeasible"
    except InfeasibleError:
        return True


def _short(limits: Limits) -> Limits:
    return replace(limits, gap=1e-3, seconds=min(limits.seconds or LONGEST, LONGEST))


def _softened(data: ModelData) -> FixedModel:
    """At the limits as they are stated: it is these that would have to move."""
    data = replace(data, for_booking=False)
    return model_at(data, adapt=lambda m: _soften(m, list(_business_rows(m, data))))


def _business_rows(m: pyo.ConcreteModel, data: ModelData) -> Iterator[_Row]:
    """The rows of every rule, in the order of FAMILIES."""
    for family in FAMILIES:
        for rule in family.RULES:
            for row in rule.rows:
                for index in getattr(m, row, ()):
                    at = index if isinstance(index, tuple) else (index,)
                    limit = family.limit(data.cal, data.space, row, at)
                    yield _Row(_name(rule, at), getattr(m, row)[index], limit)


def _name(rule: Rule, index: tuple[Any, ...]) -> str:
    return rule.named(*(str(part) for part in index if part != "base"))


def _soften(m: pyo.ConcreteModel, rows: list[_Row]) -> None:
    """Each rule may be broken at a price; the objective becomes the least relative break."""
    m.over = pyo.Var(range(len(rows)), domain=pyo.NonNegativeReals, doc="how far a rule is broken")
    m.under = pyo.Var(range(len(rows)), domain=pyo.NonNegativeReals, doc="how far a rule is broken below")
    m.softened = pyo.ConstraintList()
    for j, row in enumerate(rows):
        body = row.constraint.body - m.over[j] + m.under[j]
        low, high = row.constraint.lower, row.constraint.upper
        m.softened.add(pyo.inequality(low, body, high) if low is None or high is None else body == high)
        row.constraint.deactivate()
    m.objective.deactivate()
    price = sum((m.over[j] + m.under[j]) / row.scale for j, row in enumerate(rows))
    m.least_break = pyo.Objective(expr=price, sense=pyo.minimize)


def _conflicting(fixed: FixedModel, rows: list[_Row], limits: Limits) -> Iterator[str]:
    """Deletion filter: a rule is let go for good where the rest cannot hold even without it.

    Rules that time leaves untold apart stay: with them the set still conflicts.
    """
    m, until = fixed.model, time.monotonic() + PATIENCE * (limits.seconds or LONGEST)
    for j in m.over:
        m.over[j].fix(0.0)
        m.under[j].fix(0.0)
    for j, row in enumerate(rows):
        m.over[j].unfix()
        m.under[j].unfix()
        late = time.monotonic() > until
        if late or fixed.solve(limits).status != "infeasible":
            m.over[j].fix(0.0)
            m.under[j].fix(0.0)
            yield row.name
