"""The best plan without steps while nobody switches what they work on.

With the binaries of a model fixed, volumes are affine in the plan's euros: surplus is a concave quadratic over a
polytope, solved as one. A payout is a quadratic in the euros too, and its tangents (`cuts`) lie below it: where
it bends upwards they give the budget exactly, elsewhere they only bound it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyomo.environ as pyo
from pyomo.repn import generate_standard_repn

from optimizer.model.bounds import Bounds
from optimizer.model.build import build_model
from optimizer.model.effort import squares
from optimizer.model.setting import Setting
from optimizer.network import Floats
from optimizer.solver.cuts import Quadratic, joint_map, payout_quadratic
from optimizer.solver.highs import Limits, MilpResult, compile_model, solve_milp, solve_quadratic
from optimizer.solver.tangents import PRECISION, add_tangents, solve_outer
from optimizer.space import PlanSpace

ROUNDS = 100
WITHIN = 5e-7
"""A budget is kept when it is exceeded by no more [currency]; half of what rules tolerate."""
NOTHING = 1e-9
"""Shares of pay below this are rounding."""
SPARE = 1e-9
"""Tangents aim below the budget by this share, so that they end within it."""


@dataclass(frozen=True)
class Best:
    """The best shares of a pattern (I, K), None where it has no plan; its objective as an upper bound."""

    units: Floats | None
    bound: float


class Patterns:
    """The model of one setting, to be solved at one pattern of binaries after the other."""

    def __init__(self, setting: Setting, bounds: tuple[Bounds, ...]) -> None:
        self._setting = setting
        self._model = m = build_model(setting, bounds)
        m.budget_cuts = pyo.ConstraintList()
        self._curvature = {}
        for square in squares(m, setting):
            column, per = next(_linear(square.base))
            self._curvature[id(column)] = square.weight * square.curvature * per**2

    def best(self, binaries: Mapping[tuple[str, object], float]) -> Best:
        """The best plan where each binary (component name, index) has its value."""
        m = self._model
        for (name, index), value in binaries.items():
            m.component(name)[index].fix(round(value))
        m.budget_cuts.clear()
        payout, bound = self._payout(), np.inf
        for _ in range(ROUNDS):
            found = self._solved()
            bound = min(bound, found.objective)
            if not found.values:
                return Best(None, bound)
            units = self._units(found.values)
            if payout is None or not self._cut(payout, units):
                break
        return Best(units, bound)

    def _solved(self) -> MilpResult:
        """The quadratic program's plan, with a bound by linear programming over its tangents there.

        Where the two disagree, or the quadratic solver gives up, tangents alone find the plan.
        """
        m, precise = self._model, Limits(gap=0.0)
        m.effort.fix(0.0)
        m.risk.fix(0.0)
        m.tangents.deactivate()
        found = solve_quadratic(compile_model(m), self._curvature)
        m.effort.unfix()
        m.risk.unfix()
        m.tangents.activate()
        if found.status == "infeasible":
            return solve_milp(compile_model(m), precise)
        if found.values:
            add_tangents(m, self._setting, found, allowed=-np.inf)
            linear = solve_milp(compile_model(m), precise)
            if abs(linear.objective - found.objective) <= PRECISION * max(1.0, abs(found.objective)):
                return replace(found, objective=linear.objective)
        return solve_outer(m, self._setting, precise)

    def _units(self, values: Mapping[int, float]) -> Floats:
        network = self._setting.cal.network
        units = np.zeros(self._setting.space.allowed.shape)
        for (i, k, _), digit in self._model.digit.items():
            units[network.teams.index(i), network.kpis.index(k)] = values[id(digit)]
        return _tidied(self._setting.space, units)

    def _payout(self) -> Quadratic | None:
        """Loaded payout over the pattern; None where no budget needs it."""
        if not len(self._model.budget_total):
            return None
        worlds = self._setting.worlds
        working = tuple(np.array([self._works(w.name, a) for a in w.network.activities]) for w in worlds)
        maps = [joint_map(self._setting, w, p) for w, p in zip(worlds, working, strict=True)]
        known = [affine for affine in maps if affine is not None]
        return payout_quadratic(self._setting, working, known, None) if len(known) == len(maps) else None

    def _works(self, regime: str, activity: str) -> bool:
        m = self._model
        if (regime, activity) in m.OPEN:
            return bool(m.working[regime, activity].value > 0.5)
        x, reduced = m.x[regime, activity], m.reduced_cost[regime, activity]
        return bool(x.ub > 0 and not x.fixed and not reduced.lb > 0)

    def _cut(self, payout: Quadratic, units: Floats) -> bool:
        """Add the payout's tangent at a plan that exceeds the budget, if that forbids the plan."""
        setting, m = self._setting, self._model
        budget = float(setting.rules.budget.expected or np.inf)
        euros = np.array([setting.space.euros(units)[p] for p in setting.space.pairs])
        slope, rest = payout.tangent(euros)
        if slope @ euros + rest <= budget + WITHIN:
            return False
        body = sum(float(c) * m.euros[p] for c, p in zip(slope, m.PAIRS, strict=True))
        m.budget_cuts.add(body <= budget - SPARE * max(1.0, budget) - rest)
        return True


def _linear(expression: pyo.Expression) -> Iterator[tuple[Any, float]]:
    """Variables of a linear expression, with their coefficients."""
    repn = generate_standard_repn(expression)
    yield from zip(repn.linear_vars, map(float, repn.linear_coefs), strict=True)


def _tidied(space: PlanSpace, units: Floats) -> Floats:
    """Shares without rounding: none below 0, locks and each team's pay exact."""
    tidy = np.where(units < NOTHING, 0.0, units)
    pay = np.clip(tidy.sum(axis=1, keepdims=True), space.least[:, None], space.most[:, None])
    locked = np.nan_to_num(space.locked) * pay
    free = np.where(np.isnan(space.locked), tidy, 0.0)
    whole = free.sum(axis=1, keepdims=True)
    return np.asarray(locked + free * (pay - locked.sum(axis=1, keepdims=True)) / np.where(whole > 0, whole, 1.0))
