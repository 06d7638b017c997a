"""The best plan without steps while nobody switches what they work on.

With the binaries of a model fixed, volumes are affine in the plan's euros: surplus is a concave quadratic
over a polytope, solved as one. A payout is a quadratic in the euros too. Where it bends upwards, the budget
has a price at which the best plan spends it, and duality makes that exact; elsewhere its tangents (`cells`)
only bound it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pyomo.environ as pyo
from pyomo.repn import generate_standard_repn
from scipy.optimize import brentq

from optimizer.arrays import Floats
from optimizer.model.bounds import Bounds
from optimizer.model.build import build_model
from optimizer.model.data import ModelData
from optimizer.model.effort import squares
from optimizer.plans.space import PlanSpace
from optimizer.solver.highs import (
    InfeasibleError,
    Limits,
    MilpResult,
    compile_model,
    solve_milp,
    solve_quadratic,
)
from optimizer.solver.program.joint_regions import UnclearError, joint_map
from optimizer.solver.program.plan_cells import PlanCell, Space, cell_of
from optimizer.solver.program.tangents import PRECISION, add_tangents, solve_outer

ROUNDS = 100
MOST_PRICE = 4.0**20
"""Surplus per euro of budget above which a pattern cannot keep the budget."""
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


class GaveUpError(Exception):
    """The quadratic solver found neither an optimum nor that there is none, or there is no such program."""


class Patterns:
    """The model of one setting, to be solved at one pattern of binaries after the other."""

    def __init__(self, data: ModelData, bounds: tuple[Bounds, ...], threads: int = 1) -> None:
        self._setting = data
        self._limits = Limits(gap=0.0, threads=threads)
        self._model = m = build_model(data, bounds)
        self._surplus = m.objective.expr
        m.budget_cuts = pyo.ConstraintList()
        self._curvature: dict[tuple[int, int], float] = {}
        for square in squares(m, data):
            weight = square.weight * square.curvature
            for (one, per), (other, also) in product(_linear(square.base), repeat=2):
                at = id(one), id(other)
                self._curvature[at] = self._curvature.get(at, 0.0) + weight * per * also

    def best(self, binaries: Mapping[tuple[str, object], float]) -> Best:
        """The best plan where each binary (component name, index) has its value."""
        for (name, index), value in binaries.items():
            self._model.component(name)[index].fix(round(value))
        self._model.budget_cuts.clear()
        payout = self._payout()
        try:
            return self._within_budget(payout)
        except GaveUpError:
            return self._by_tangents(payout)
        except InfeasibleError:
            return Best(None, -np.inf)

    def _within_budget(self, payout: PlanCell | None) -> Best:
        """By the price of a euro at which the plan spends the budget: concave, so the dual bound is exact."""
        free = self._priced(None, 0.0)
        if not free.values or payout is None or self._excess(payout, free) <= 0:
            return Best(self._plan(free), self._confirmed(None, 0.0, free))
        if len(payout.bends):
            raise GaveUpError

        def excess(price: float) -> float:
            return self._excess(payout, self._priced(payout, price))

        high = 1.0
        while high < MOST_PRICE and excess(high) > 0:
            high *= 4
        if high >= MOST_PRICE:
            return Best(None, self._confirmed(payout, high, self._priced(payout, high)))
        price = brentq(excess, 0.0, high, xtol=1e-14)
        priced = self._priced(payout, price)
        spent = priced if self._excess(payout, priced) <= WITHIN else self._priced(payout, high)
        return Best(self._plan(spent), self._confirmed(payout, price, priced))

    def _excess(self, payout: PlanCell, result: MilpResult) -> float:
        """Payout above the budget [currency]."""
        return payout.value(self._euros(result)) - self._budget

    def _priced(self, payout: PlanCell | None, price: float) -> MilpResult:
        """Most surplus less payout at a price, the budget itself left out."""
        m, curvature, per_euro = self._model, dict(self._curvature), None
        if payout is not None:
            per_euro = payout.gradient
            unit = np.array([self._setting.space.unit[i] for i, _ in self._setting.space.pairs])
            bent = price * payout.hessian * np.outer(unit, unit)
            shares = [id(m.digit[i, k, 0]) for i, k in m.PAIRS]
            for (a, row), (b, column) in product(enumerate(shares), repeat=2):
                curvature[row, column] = curvature.get((row, column), 0.0) + float(bent[a, b])
        with self._charged(per_euro, price), self._without_costs():
            result = solve_quadratic(compile_model(m), curvature)
        if result.status == "unknown" or (payout is not None and not result.values):
            raise GaveUpError
        return result

    @contextmanager
    def _charged(self, per_euro: Floats | None, price: float) -> Iterator[None]:
        """A euro on each pair costs `price` times `per_euro`, instead of counting against the budget."""
        m, rows = self._model, [r for r in (self._model.budget_total,) if len(r)]
        if per_euro is not None:
            paid = sum(float(c) * m.euros[p] for c, p in zip(per_euro, m.PAIRS, strict=True))
            m.objective.set_value(self._surplus - price * paid)
        for row in rows:
            row.deactivate()
        try:
            yield
        finally:
            m.objective.set_value(self._surplus)
            for row in rows:
                row.activate()

    @contextmanager
    def _without_costs(self) -> Iterator[None]:
        """Squares are in the curvature, not in variables."""
        m = self._model
        m.effort.fix(0.0)
        m.risk.fix(0.0)
        m.tangents.deactivate()
        try:
            yield
        finally:
            m.effort.unfix()
            m.risk.unfix()
            m.tangents.activate()

    def _confirmed(self, payout: PlanCell | None, price: float, result: MilpResult) -> float:
        """An upper bound by linear programming: all that is concave replaced by its tangents at the plan.

        Raises GaveUpError where it is above what the quadratic solver took for the optimum.
        """
        m, slope, rest, claim = self._model, None, 0.0, result.objective
        if result.values:
            add_tangents(m, self._setting, result)
        if payout is not None:
            slope, rest = payout.tangent(self._euros(result))
        with self._charged(slope, price):
            linear = solve_milp(compile_model(m), self._limits)
        bound = linear.objective - price * rest
        if linear.status not in ("optimal", "infeasible") or not _agree(bound, claim):
            raise GaveUpError
        return float(bound + (price * self._budget if payout is not None else 0.0))

    def _by_tangents(self, payout: PlanCell | None) -> Best:
        """Tangents of squares and payout, added until the plan needs no more."""
        bound = np.inf
        for _ in range(ROUNDS):
            result = solve_outer(self._model, self._setting, self._limits)
            if not result.values:
                return Best(None, -np.inf if result.status == "infeasible" else bound)
            bound = min(bound, result.bound)
            units = self._units(result)
            if payout is None or not self._cut(payout, self._euros(result)):
                break
        return Best(units, bound)

    @property
    def _budget(self) -> float:
        return float(self._setting.rules.budget.expected or np.inf)

    def _plan(self, result: MilpResult) -> Floats | None:
        return self._units(result) if result.values else None

    def _units(self, result: MilpResult) -> Floats:
        network = self._setting.cal.network
        units = np.zeros(self._setting.space.allowed.shape)
        for (i, k, _), digit in self._model.digit.items():
            units[network.teams.index(i), network.kpis.index(k)] = result.values[id(digit)]
        return _tidied(self._setting.space, units)

    def _euros(self, result: MilpResult) -> Floats:
        """Of the pairs, (P,)."""
        euros = self._setting.space.euros(self._units(result))
        return np.array([euros[p] for p in self._setting.space.pairs])

    def _payout(self) -> PlanCell | None:
        """Loaded payout over the pattern; None where no budget needs it."""
        if not len(self._model.budget_total):
            return None
        regimes = self._setting.regimes
        working = tuple(np.array([self._works(w.name, a) for a in w.network.activities]) for w in regimes)
        try:
            maps = [joint_map(self._setting, w, p) for w, p in zip(regimes, working, strict=True)]
        except UnclearError:
            return None
        anything = np.zeros((0, len(self._setting.space.pairs)))
        space = Space(self._setting, anything, np.zeros(0), -np.inf)
        return cell_of(space, working, maps, np.ones(len(np.vstack(maps)), dtype=bool))

    def _works(self, regime: str, activity: str) -> bool:
        m = self._model
        if (regime, activity) in m.OPEN:
            return bool(m.working[regime, activity].value > 0.5)
        x, reduced = m.x[regime, activity], m.reduced_cost[regime, activity]
        return bool(x.ub > 0 and not x.fixed and not reduced.lb > 0)

    def _cut(self, payout: PlanCell, euros: Floats) -> bool:
        """Add the payout's tangent at a plan, if that forbids it."""
        m = self._model
        slope, rest = payout.tangent(euros)
        if slope @ euros + rest <= self._budget + WITHIN:
            return False
        body = sum(float(c) * m.euros[p] for c, p in zip(slope, m.PAIRS, strict=True))
        m.budget_cuts.add(body <= self._budget - SPARE * max(1.0, self._budget) - rest)
        return True


def _agree(bound: float, claim: float) -> bool:
    """A bound that is not above what was claimed; both −inf where there is no plan."""
    return bound <= claim + PRECISION * max(1.0, abs(bound))


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
    return np.asarray(
        locked + free * (pay - locked.sum(axis=1, keepdims=True)) / np.where(whole > 0, whole, 1.0)
    )
