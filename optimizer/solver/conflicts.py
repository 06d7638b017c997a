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

from optimizer.model.data import Setting
from optimizer.plans.rules import gaming_caps
from optimizer.solver.highs import InfeasibleError, Limits, compile_model, solve_milp
from optimizer.solver.program.at_beliefs import Answer, FixedModel, model_at
from optimizer.solver.solution import Conflict, Relaxation

NAMES = {
    "weight_max": "weights.max",
    "weight_min": "weights.min",
    "max_measures": "weights.max_measures",
    "lock": "locks",
    "change_limit": "change_limit",
    "controllability_mean": "controllability.mean",
    "budget_total": "budget",
    "budget_team": "budget.teams",
    "budget_cvar": "budget",
    "budget_percentile": "budget",
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
    """A rule's constraint; `limit` as written in the scenario; 1 of it is `unit` in the constraint."""

    name: str
    constraint: Any
    limit: float
    unit: float

    @property
    def scale(self) -> float:
        """What a full break of the rule would be, in the constraint's unit."""
        return max(abs(self.limit * self.unit), 1e-3 * self.unit, 1e-6)


LONGEST = 10.0
"""Seconds for any one of the solves: an explanation in time beats the cheapest one too late."""
PATIENCE = 6
"""Solves of the longest kind after which rules are no longer told apart."""
BELIEVED = (
    "budget_total",
    "budget_team",
    "budget_cvar",
    "budget_percentile",
    "budget_share",
    "gaming_cap",
    "gaming_margin",
    "gaming_exposure",
)
"""Constraints of rules that depend on what people believe and do; the others look at weights alone."""


def explain_conflict(setting: Setting, limits: Limits) -> Conflict:
    """Which rules conflict at these beliefs, and the least that would have to move; none if none conflict."""
    limits = _short(limits)
    try:
        fixed = _softened(setting)
        found = solve_milp(compile_model(fixed.model), limits)
    except InfeasibleError:
        return Conflict((), ())
    rows = list(_business_rows(fixed.model, setting))
    m = fixed.model
    slack = [found.value(m.over[j]) + found.value(m.under[j]) for j in m.over] if found.values else []
    cheapest = tuple(
        Relaxation(r.name, r.limit, by / r.unit)
        for r, by in zip(rows, slack, strict=False)
        if by > NEGLIGIBLE * r.scale
    )
    return Conflict(tuple(_conflicting(fixed, rows, limits)) if cheapest else (), cheapest)


def least_break(setting: Setting, limits: Limits) -> Answer:
    """The plan that breaks the rules least at these beliefs; its objective is the total relative break."""
    try:
        return _softened(setting).solve(limits)
    except InfeasibleError:
        return Answer("unknown", None, np.inf, -np.inf)


def breaks_weight_rules(setting: Setting, limits: Limits) -> bool:
    """Proof that no plan keeps the rules on weights alone, whatever people believe."""

    def only_weights(m: pyo.ConcreteModel) -> None:
        for name in BELIEVED:
            if hasattr(m, name):
                getattr(m, name).deactivate()

    try:
        return model_at(setting, adapt=only_weights).solve(_short(limits)).status == "infeasible"
    except InfeasibleError:
        return True


def _short(limits: Limits) -> Limits:
    return replace(limits, gap=1e-3, seconds=min(limits.seconds or LONGEST, LONGEST))


def _softened(setting: Setting) -> FixedModel:
    return model_at(setting, adapt=lambda m: _soften(m, list(_business_rows(m, setting))))


def _business_rows(m: pyo.ConcreteModel, setting: Setting) -> Iterator[_Row]:
    for component, rule in NAMES.items():
        for index in getattr(m, component, ()):
            limit, unit = _limit_and_unit(setting, component, index)
            yield _Row(_name(rule, index), getattr(m, component)[index], limit, unit)


def _name(rule: str, index: object) -> str:
    parts = [str(p) for p in (index if isinstance(index, tuple) else (index,)) if p != "base"]
    return ".".join([rule, *parts])


def _limit_and_unit(setting: Setting, component: str, index: Any) -> tuple[float, float]:
    """The number in the scenario that would have to move, and what 1 of it is in the constraint."""
    rules, network = setting.rules, setting.cal.network
    first = index[0] if isinstance(index, tuple) else index
    if component == "budget_total":
        return float(rules.budget.expected or 0.0), 1.0
    if component == "budget_cvar":
        return (rules.budget.cvar.limit if rules.budget.cvar else 0.0), 1.0
    if component == "budget_percentile":
        return (rules.budget.percentile.limit if rules.budget.percentile else 0.0), 1.0
    if component == "budget_team":
        return rules.budget.teams[first], 1.0
    if component == "max_measures":
        return float(rules.weights.max_measures or 1), 1.0
    if component in ("gaming_cap", "gaming_margin"):
        a = network.activities.index(index[1])
        cap = _cap_today(setting, a)
        return (cap, 1.0) if component == "gaming_cap" else (cap, float(setting.cal.quadratic[a]))
    team = first if component != "gaming_pair" else (rules.gaming.pairs if rules.gaming else ())[first].team
    i = network.teams.index(team)
    return _share_limit(setting, component, index), float(setting.space.most[i] * setting.space.unit[i])


def _cap_today(setting: Setting, a: int) -> float:
    """The cap in units at today's inflow."""
    network = setting.cal.network
    inflow = np.append(network.stage_inflow(network.baseline), 0.0)[network.source[a]]
    return next(c + s * float(inflow) for at, c, s in gaming_caps(setting.cal, network) if at == a)


def _share_limit(setting: Setting, component: str, index: Any) -> float:
    """Limits that are shares of a team's target pay."""
    rules, network = setting.rules, setting.cal.network
    if component == "lock":
        return float(setting.space.locked[network.teams.index(index[0]), network.kpis.index(index[1])])
    limits = {
        "weight_max": rules.weights.max,
        "weight_min": rules.weights.min,
        "change_limit": rules.change_limit,
        "controllability_mean": rules.controllability.mean,
        "budget_share": rules.budget.min_share_of_target,
        "gaming_exposure": rules.gaming.exposure if rules.gaming else None,
    }
    return float(limits.get(component) or 0.0)


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
