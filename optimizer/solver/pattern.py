"""The best plan without steps while nobody switches what they work on.

With the binaries of a model fixed, volumes are affine in the plan's euros: surplus is a concave quadratic over a
polytope, solved as one. A budget is a quadratic in the euros too; where it bends upwards, tangents give it
exactly, else they would cut plans off and the budget stays relaxed, so that the bound holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyomo.environ as pyo

from optimizer.model.bounds import Bounds
from optimizer.model.build import build_model
from optimizer.model.effort import squares
from optimizer.model.setting import Setting
from optimizer.network import Bools, Floats
from optimizer.outcome import loading
from optimizer.solver.cuts import joint_map
from optimizer.solver.highs import compile_model, solve_quadratic

ROUNDS = 100
FLAT = 1e-9
"""Curvature below this share of the largest counts as none."""
WITHIN = 5e-7
"""A budget is kept when it is exceeded by no more [currency]; half of what rules tolerate."""
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
        self._curvature: dict[int, float] = {}
        for square in squares(m, setting):
            square.cost.fix(0.0)
            base = square.base if square.base.is_variable_type() else None
            self._curvature |= self._curved(square.curvature * square.weight, base, square.cost)
        m.tangents.deactivate()
        m.budget_cuts = pyo.ConstraintList()

    def _curved(self, curvature: float, volume: object, premium: object) -> dict[int, float]:
        """Curvature of a column: a volume, or the digit that is a pair's share of pay."""
        if volume is not None:
            return {id(volume): curvature}
        m, network = self._model, self._setting.cal.network
        i, k = next(p for p in m.risk if m.risk[p] is premium)
        return {id(m.digit[i, k, 0]): curvature * float(self._setting.space.unit[network.teams.index(i)]) ** 2}

    def best(self, binaries: Mapping[tuple[str, object], float]) -> Best:
        """The best plan where each binary (component name, index) has its value."""
        m = self._model
        for (name, index), value in binaries.items():
            m.component(name)[index].fix(round(value))
        m.budget_cuts.clear()
        payout = self._payout()
        for _ in range(ROUNDS):
            values = solve_quadratic(compile_model(m), self._curvature)
            if values is None:
                return Best(None, -np.inf)
            units = self._units(values)
            if payout is None or not self._cut(payout, units):
                return Best(units, self._objective(values))
        return Best(units, self._objective(values))

    def _units(self, values: Mapping[int, float]) -> Floats:
        network = self._setting.cal.network
        units = np.zeros(self._setting.space.allowed.shape)
        for (i, k, _), digit in self._model.digit.items():
            units[network.teams.index(i), network.kpis.index(k)] = values.get(id(digit), digit.value or 0.0)
        return units

    def _objective(self, values: Mapping[int, float]) -> float:
        m = self._model
        for component in m.component_objects(pyo.Var):
            for variable in component.values():
                variable.set_value(values.get(id(variable), variable.value), skip_validation=True)
        columns = {id(v): v.value for c in m.component_objects(pyo.Var) for v in c.values()}
        curved = sum(0.5 * c * columns[v] ** 2 for v, c in self._curvature.items())
        return float(pyo.value(m.objective.expr)) - curved

    def _payout(self) -> Payout | None:
        """Loaded payout over the pattern; None where no budget needs it or it does not bend upwards."""
        if not len(self._model.budget_total):
            return None
        worlds = self._setting.worlds
        working = [np.array([self._works(w.name, a) for a in w.network.activities]) for w in worlds]
        maps = [joint_map(self._setting, w, p) for w, p in zip(worlds, working, strict=True)]
        if any(affine is None for affine in maps):
            return None
        return _payout(self._setting, [a for a in maps if a is not None], working)

    def _works(self, regime: str, activity: str) -> bool:
        m = self._model
        if (regime, activity) in m.OPEN:
            return bool(m.working[regime, activity].value > 0.5)
        x, reduced = m.x[regime, activity], m.reduced_cost[regime, activity]
        return bool(x.ub > 0 and not x.fixed and not reduced.lb > 0)

    def _cut(self, payout: Payout, units: Floats) -> bool:
        """Add the payout's tangent at a plan that exceeds the budget."""
        setting, m = self._setting, self._model
        budget = float(setting.rules.budget.expected or np.inf)
        euros = np.array([setting.space.euros(units)[p] for p in setting.space.pairs])
        if payout.value(euros) <= budget + WITHIN:
            return False
        slope = payout.hessian @ euros + payout.gradient
        rest = payout.value(euros) - slope @ euros
        body = sum(float(c) * m.euros[p] for c, p in zip(slope, m.PAIRS, strict=True))
        m.budget_cuts.add(body <= budget - SPARE * max(1.0, budget) - float(rest))
        return True


@dataclass(frozen=True)
class Payout:
    """Expected loaded payout ½ e·H e + g·e over the euros of the pairs."""

    hessian: Floats
    gradient: Floats

    def value(self, euros: Floats) -> float:
        return float(0.5 * euros @ self.hessian @ euros + self.gradient @ euros)


def _payout(setting: Setting, maps: list[Floats], working: list[Bools]) -> Payout | None:
    charge, pairs = loading(setting.cal), setting.space.pairs
    bilinear, linear = np.zeros((len(pairs), len(pairs))), np.zeros(len(pairs))
    for world, affine, works in zip(setting.worlds, maps, working, strict=True):
        score = world.score @ np.where(works[:, None], affine, 0.0)
        score[:, -1] += world.score_constant
        for j, (i, k) in enumerate(pairs):
            weight = world.probability * charge[i]
            bilinear[j] += weight * world.slope[k] * score[k, :-1]
            linear[j] += weight * (world.level[k] + world.slope[k] * score[k, -1])
    hessian = bilinear + bilinear.T
    curvature = np.linalg.eigvalsh(hessian)
    if curvature.min(initial=0.0) < -FLAT * max(1.0, np.abs(curvature).max(initial=0.0)):
        return None
    return Payout(hessian, linear)
