"""No plan keeps all rules: which ones conflict, by how much, and the cheapest way out.

Every business rule gets a named slack in its own unit; the model then buys the least total slack, each unit
relative to the rule's limit. A deletion filter finds a set of rules that conflict and none of which is idle.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyomo.environ as pyo

from optimizer.model.build import build_model
from optimizer.model.setting import Setting
from optimizer.network import Ints
from optimizer.solve.fixed import FixedModel
from optimizer.solve.highs import Limits, compile_model, solve_milp
from optimizer.solve.regions import find_regions
from optimizer.solve.solution import Conflict, Relaxation

NAMES = {
    "weight_max": "weights.max",
    "weight_min": "weights.min",
    "max_measures": "weights.max_measures",
    "lock": "locks",
    "change_limit": "change_limit",
    "controllability_mean": "controllability.mean",
    "budget_total": "budget",
    "budget_team": "budget.teams",
    "budget_share": "budget.min_share_of_target",
    "gaming_cap": "gaming",
    "gaming_margin": "gaming.margin",
    "gaming_pair": "gaming.pairs",
    "gaming_exposure": "gaming.exposure",
}
"""Constraint of the model to rule of the scenario file."""
NEGLIGIBLE = 1e-7


@dataclass(frozen=True)
class _Row:
    name: str
    constraint: object
    scale: float
    limit: float


def explain_conflict(setting: Setting, limits: Limits) -> tuple[Conflict, Ints | None]:
    """The conflict at these beliefs, and the plan that breaks the rules least."""
    bounds = tuple(find_regions(setting, world).bounds for world in setting.worlds)
    fixed = FixedModel(setting, bounds, build_model(setting, bounds))
    rows = list(_business_rows(fixed.model, setting))
    _soften(fixed.model, rows)
    answer = fixed.solve(limits)
    if answer.units is None:
        return Conflict((), ()), None
    slack = _slacks(fixed, limits)
    cheapest = tuple(
        Relaxation(r.name, r.limit, slack[j]) for j, r in enumerate(rows) if slack[j] > NEGLIGIBLE * r.scale
    )
    return Conflict(tuple(_conflicting(fixed, rows, limits)), cheapest), answer.units


def _business_rows(m: pyo.ConcreteModel, setting: Setting) -> Iterator[_Row]:
    for component, rule in NAMES.items():
        for index in getattr(m, component, ()):
            constraint = getattr(m, component)[index]
            limit = _limit(setting, component, index)
            yield _Row(_name(rule, index), constraint, max(abs(limit), 1.0), limit)


def _name(rule: str, index: object) -> str:
    parts = [str(p) for p in (index if isinstance(index, tuple) else (index,)) if p != "base"]
    return ".".join([rule, *parts])


def _limit(setting: Setting, component: str, index: object) -> float:
    """The number in the scenario that would have to move, or the scale of what it limits."""
    rules = setting.rules
    if component == "budget_total":
        return float(rules.budget.expected or 0.0)
    if component == "budget_team":
        return float(rules.budget.teams[str(index)])
    teams = list(setting.cal.scenario.teams)
    name = index[0] if isinstance(index, tuple) else index
    if component in ("gaming_cap", "gaming_margin"):
        a = setting.cal.network.activities.index(index[1])  # type: ignore[index]
        return float(setting.cal.network.scale[a])
    if component == "max_measures":
        return float(rules.weights.max_measures or 1)
    if name in teams:
        return float(setting.space.most[teams.index(name)] * setting.space.unit[teams.index(name)])
    return 1.0


def _soften(m: pyo.ConcreteModel, rows: list[_Row]) -> None:
    """Each rule may be broken at a price; the objective becomes the least relative break."""
    m.over = pyo.Var(range(len(rows)), domain=pyo.NonNegativeReals, doc="how far a rule is broken")
    m.under = pyo.Var(range(len(rows)), domain=pyo.NonNegativeReals, doc="how far a rule is broken below")
    m.softened = pyo.ConstraintList()
    m.hardened = pyo.ConstraintList()
    for j, row in enumerate(rows):
        body = row.constraint.body - m.over[j] + m.under[j]  # type: ignore[attr-defined]
        low, high = row.constraint.lower, row.constraint.upper  # type: ignore[attr-defined]
        m.softened.add(pyo.inequality(low, body, high) if low is None or high is None else body == high)
        row.constraint.deactivate()  # type: ignore[attr-defined]
    m.objective.deactivate()
    price = sum((m.over[j] + m.under[j]) / row.scale for j, row in enumerate(rows))
    m.least_break = pyo.Objective(expr=price, sense=pyo.minimize)


def _slacks(fixed: FixedModel, limits: Limits) -> list[float]:
    m = fixed.model
    found = solve_milp(compile_model(m), limits)
    return [found.value(m.over[j]) + found.value(m.under[j]) for j in m.over]


def _conflicting(fixed: FixedModel, rows: list[_Row], limits: Limits) -> Iterable[str]:
    """Deletion filter: rules without which the rest could hold; all others are let go for good."""
    m, kept = fixed.model, []
    for j in m.over:
        m.over[j].fix(0.0)
        m.under[j].fix(0.0)
    for j, row in enumerate(rows):
        m.over[j].unfix()
        m.under[j].unfix()
        if solve_milp(compile_model(m), limits).status != "infeasible":
            m.over[j].fix(0.0)
            m.under[j].fix(0.0)
            kept.append(row.name)
    return kept
