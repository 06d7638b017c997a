"""The model at fixed beliefs: built with tight bounds, solved, and its plan read back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
import pyomo.environ as pyo
from pyomo.core.expr.numvalue import is_potentially_variable

from optimizer.arrays import Floats, Ints
from optimizer.model.bounds import Bounds, Interval
from optimizer.model.build import build_model
from optimizer.model.data import ModelData, RegimeData
from optimizer.scenario.charges import loading
from optimizer.solver.highs import (
    Compiled,
    InfeasibleError,
    Limits,
    LpRelaxation,
    MilpResult,
    MilpStatus,
    OnProgress,
    compile_model,
    extremes,
)
from optimizer.solver.program.cuts import strengthen
from optimizer.solver.program.regions import PADDING, find_regions
from optimizer.solver.program.tangents import solve_outer, tighten


@dataclass(frozen=True)
class Answer:
    """The best plan at fixed beliefs: step counts (I, K) or None, its value, a proven bound on all others.
    Money is in the scenario's unit.

    For checks only: `x` (R, A) are the model's own volumes per regime, and `paid` (N,) what it pays in the
    draws on which `budget.cvar` holds, None without such a rule.
    """

    status: MilpStatus
    units: Ints | None
    objective: float
    bound: float
    x: Floats | None = None
    paid: Floats | None = None


@dataclass(frozen=True)
class FixedModel:
    """A built model at one set of beliefs, with the bounds it stands on."""

    data: ModelData
    bounds: tuple[Bounds, ...]
    model: pyo.ConcreteModel

    def exclude(self, plans: Iterable[Ints]) -> None:
        """Forbid plans already judged (no-good cuts over the binary digits)."""
        for units in plans:
            self.model.excluded.add(_differs(self.model, self.data, units))

    def require(self, value: float) -> None:
        """Look only for plans whose objective is at least `value`, in the model's unit of money; of no use
        where all are worth the same."""
        if not is_potentially_variable(self.model.objective.expr):
            return
        if hasattr(self.model, "cutoff"):
            self.model.del_component("cutoff")
        self.model.cutoff = pyo.Constraint(
            expr=self.model.objective.expr >= value, doc="(17) better than known"
        )

    def solve(
        self, limits: Limits, start: Ints | None = None, on_progress: OnProgress | None = None
    ) -> Answer:
        """The best plan here; `start` is a plan to begin from."""
        known = None if start is None else digits_of(self.model, self.data, start)
        try:
            result = solve_outer(self.model, self.data, limits, known, _told(on_progress, self.data.money))
        except InfeasibleError:
            return Answer("infeasible", None, -np.inf, -np.inf)
        return _answer(self, result)

    def relaxed_bound(self) -> float:
        """No plan of the model is worth more: by its linear relaxation, or by the bounds on volumes."""
        highest = LpRelaxation(compile_model(self.model)).bound()
        return min(highest, most_worth(self.data, self.bounds)) / self.data.money


def _told(on_progress: OnProgress | None, money: float) -> OnProgress | None:
    """Progress in the scenario's unit of money."""
    if on_progress is None:
        return None
    return lambda p: on_progress(replace(p, incumbent=p.incumbent / money, bound=p.bound / money))


Adapt = Callable[[pyo.ConcreteModel], None]
"""Changes rows or objective of a model just built, before bounds are shrunk over it."""


def model_at(data: ModelData, floor: float | None = None, adapt: Adapt | None = None) -> FixedModel:
    """Build the model with bounds from data, regions and linear programs, and cuts on payouts.

    With `floor`, in the scenario's unit of money, only plans of at least that objective are of interest:
    bounds and cuts use it. Raises InfeasibleError where even the linear relaxation has no plan.
    """
    floor = None if floor is None else floor * data.money
    regions = tuple(find_regions(data, regime) for regime in data.regimes)
    fixed = _built(data, tuple(r.bounds for r in regions), floor, adapt)
    if len(fixed.model.above):
        fixed = _built(data, _tight_scores(fixed, compile_model(fixed.model)), floor, adapt)
        strengthen(data, fixed.model, regions, floor)
    tighten(fixed.model, data)
    return fixed


def _built(
    data: ModelData, bounds: tuple[Bounds, ...], floor: float | None, adapt: Adapt | None
) -> FixedModel:
    fixed = FixedModel(data, bounds, build_model(data, bounds))
    if adapt is not None:
        adapt(fixed.model)
    if floor is not None:
        fixed.require(floor)
    return fixed


def _tight_scores(fixed: FixedModel, compiled: Compiled) -> tuple[Bounds, ...]:
    """Ranges of the scores over the linear relaxation."""
    m, kpis = fixed.model, list(fixed.data.cal.network.kpis)
    keys = [key for key in m.above if id(m.above[key]) in compiled.position]
    targets = [(m.above[key], sign) for key in keys for sign in (1, -1)]
    ranges = extremes(compiled, targets, Limits()).reshape(-1, 2)
    at = {w.name: j for j, w in enumerate(fixed.data.regimes)}
    scores = [(b.score.low.copy(), b.score.high.copy()) for b in fixed.bounds]
    for (regime, kpi), (low, high) in zip(keys, ranges, strict=True):
        j, k = at[regime], kpis.index(kpi)
        start, padding = fixed.bounds[j].score.low[k], PADDING * (1 + abs(fixed.bounds[j].score.high[k]))
        scores[j][0][k] = max(start, start + np.nan_to_num(low, nan=0.0) - padding)
        scores[j][1][k] = min(scores[j][1][k], start + np.nan_to_num(high, nan=np.inf) + padding)
    return tuple(replace(b, score=Interval(*s)) for b, s in zip(fixed.bounds, scores, strict=True))


def most_worth(data: ModelData, bounds: tuple[Bounds, ...]) -> float:
    """What no plan can be worth more than, by the ranges of volumes and scores alone."""
    revenue = least_pay = 0.0
    for regime, box in zip(data.regimes, bounds, strict=True):
        worth = regime.network.marginal_value
        revenue += regime.probability * float(np.maximum(worth * box.x.low, worth * box.x.high).sum())
        least_pay += regime.probability * _least_pay(data, regime, box)
    match data.rules.objective:
        case "revenue":
            return revenue
        case "net":
            return revenue - least_pay
        case "surplus":
            return revenue - _least_effort(data, bounds)


def _least_effort(data: ModelData, bounds: tuple[Bounds, ...]) -> float:
    """Cost of effort where every volume is the cheapest of its range; no premium for risk."""
    linear, quadratic = data.cal.linear, data.cal.quadratic
    total = 0.0
    for regime, box in zip(data.regimes, bounds, strict=True):
        x = np.clip(-linear / quadratic, box.x.low, box.x.high)
        total += regime.probability * float(linear @ x + 0.5 * quadratic @ x**2)
    return total


def _least_pay(data: ModelData, regime: RegimeData, box: Bounds) -> float:
    """Loaded payout if every team were paid on its poorest KPI at the lowest scores; θ ≥ 0."""
    space, rate = data.space, regime.level + regime.slope @ box.score.low
    poorest = np.where(space.allowed, rate, np.inf).min(axis=1)
    poorest = np.where(np.isfinite(poorest), poorest, 0.0)
    steps = np.where(poorest > 0, space.least, space.most)
    return float(loading(data.cal.scenario) @ (poorest * steps * space.unit))


def _answer(fixed: FixedModel, result: MilpResult) -> Answer:
    money = fixed.data.money
    objective, bound = result.objective / money, result.bound / money
    if not result.values:
        return Answer(result.status, None, objective, bound)
    m, network = fixed.model, fixed.data.cal.network
    continuous = fixed.data.space.continuous
    units = np.zeros(fixed.data.space.allowed.shape, dtype=float if continuous else np.intp)
    for (i, k, b), digit in m.digit.items():
        value = result.value(digit)
        units[network.teams.index(i), network.kpis.index(k)] += value if continuous else 2**b * round(value)
    x = np.array([[result.value(m.x[s, a]) for a in network.activities] for s in m.REGIMES])
    paid = m.paid_in_draws(result.value) / money if hasattr(m, "paid_in_draws") else None
    return Answer(result.status, units, objective, bound, x, paid)


def digits_of(m: pyo.ConcreteModel, data: ModelData, units: Ints) -> dict[int, float]:
    """Values of the columns that say which plan it is, by id of the Pyomo variable."""
    network = data.cal.network
    values = {}
    for (i, k, b), digit in m.digit.items():
        steps = units[network.teams.index(i), network.kpis.index(k)]
        values[id(digit)] = float(steps if data.space.continuous else int(steps) >> b & 1)
    for (i, k), used in m.used.items():
        values[id(used)] = float(units[network.teams.index(i), network.kpis.index(k)] > 0)
    return values


def _differs(m: pyo.ConcreteModel, data: ModelData, units: Ints) -> pyo.Expression:
    """At least one digit differs from the plan's."""
    ids = digits_of(m, data, units)
    return sum(1 - d if ids[id(d)] > 0.5 else d for d in m.digit.values()) >= 1


__all__ = ["Answer", "FixedModel", "InfeasibleError", "digits_of", "model_at"]
