"""The plans that may be chosen: integer steps of euros per team and KPI, and the rules on weights alone.

`e_ik = unit_i · n_ik` with n_ik whole numbers. Where target pay is fixed, unit_i is `step` of it; where it is
a decision, unit_i is its own step in euros and B_i = Σ_k e_ik. With `weights: {step: 0}` there are no steps:
n_ik is any share of unit_i, the team's largest pay.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from math import comb, prod
from typing import Any

import numpy as np

from optimizer.arrays import Bools, Floats, Ints
from optimizer.response.calibration import Calibrated
from optimizer.scenario.plan import plan_of
from optimizer.scenario.types import Scenario, TargetPay, Team

TOLERANCE = 1e-6
"""Rules hold within this, absolute (model.md §8)."""
SHIFT = 0.05
"""Without steps, a plan's neighbours are this share of pay away."""


@dataclass(frozen=True)
class PlanSpace:
    """Which e_ik there are. Shapes: I teams, K KPIs."""

    scenario: Scenario
    unit: Floats
    """(I,) currency per step; 0 for a team without variable pay."""
    least: Ints
    most: Ints
    """Σ_k n_ik lies between them, (I,); whole numbers where there are steps."""
    listed: Bools
    """(I, K): the KPI is among the team's measures."""
    allowed: Bools
    """(I, K): listed, and controllable enough or locked: it may be paid to the team."""
    locked: Floats
    """(I, K) locked weights; NaN where free."""
    controllability: Floats
    """c_ik, (I, K)."""
    shift: float | None = None
    """Without steps: the share of pay by which plans count as neighbours; None where n_ik are whole."""

    @property
    def continuous(self) -> bool:
        """Whether n_ik may be any number."""
        return self.shift is not None

    @cached_property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """(team, KPI) pairs that may be used."""
        return tuple((int(i), int(k)) for i, k in np.argwhere(self.allowed))

    @property
    def fully_locked(self) -> Bools:
        """(I,): nothing is left to choose for the team."""
        return np.asarray(np.nansum(self.locked, axis=1) > 1 - TOLERANCE)

    def euros(self, units: Ints | Floats) -> Floats:
        """e_ik of step counts (..., I, K)."""
        return np.asarray(units * self.unit[:, None])

    def units(self, euros: Floats) -> Ints:
        """Nearest step counts of euros (..., I, K); without steps, shares as they are."""
        unit = np.where(self.unit > 0, self.unit, 1.0)
        steps: Any = euros / unit[:, None]
        return np.asarray(steps if self.continuous else np.rint(steps).astype(np.intp))


def plan_space(cal: Calibrated, controllability: Floats, step: float | None = None) -> PlanSpace:
    """The choices that rules leave; `step` replaces the scenario's weight step (for enumeration)."""
    scenario = cal.scenario
    step = step or scenario.rules.weights.step
    unit, least, most = zip(*(_steps(team, step) for team in scenario.teams.values()), strict=True)
    locked, listed = _locked(scenario), _listed(scenario)
    return PlanSpace(
        scenario=scenario,
        unit=np.array(unit, dtype=float),
        least=np.array(least),
        most=np.array(most),
        listed=listed,
        allowed=_allowed(scenario, listed, controllability, locked) & (np.array(most) > 0)[:, None],
        locked=locked,
        controllability=controllability,
        shift=None if step else SHIFT,
    )


def _steps(team: Team, step: float) -> tuple[float, float, float]:
    """Currency per step, least and most steps of a team: whole numbers where there are steps."""
    pay = team.target_pay
    if isinstance(pay, TargetPay):
        if not step:
            return pay.max, pay.min / pay.max, 1.0
        size = pay.step or step * pay.max
        return size, int(np.ceil(pay.min / size - TOLERANCE)), int(np.floor(pay.max / size + TOLERANCE))
    whole = round(1 / step) if step else 1.0
    return (pay / whole, whole, whole) if pay > 0 else (0.0, 0 * whole, 0 * whole)


def _locked(scenario: Scenario) -> Floats:
    kpis = list(scenario.kpis)
    locked = np.full((len(scenario.teams), len(kpis)), np.nan)
    for i, team in enumerate(scenario.teams):
        for kpi, weight in scenario.rules.locks.get(team, {}).items():
            locked[i, kpis.index(kpi)] = weight
    return locked


def _listed(scenario: Scenario) -> Bools:
    listed = np.ones((len(scenario.teams), len(scenario.kpis)), dtype=bool)
    for i, team in enumerate(scenario.teams):
        if team in scenario.rules.measures:
            listed[i] = [k in scenario.rules.measures[team] for k in scenario.kpis]
    return listed


def _allowed(scenario: Scenario, listed: Bools, controllability: Floats, locked: Floats) -> Bools:
    """Among the measures and controllable enough, or locked; never locked at 0."""
    floor = scenario.rules.controllability.floor
    controllable = np.ones_like(listed) if floor is None else controllability >= floor - TOLERANCE
    return np.asarray((listed & controllable & np.isnan(locked)) | (locked > 0))


@dataclass(frozen=True)
class WeightRule:
    """A rule on one team's weights: value and limit (S,); kept where value ≤ limit (or ≥ if `at_least`)."""

    name: str
    value: Floats
    limit: Floats
    at_least: bool = False
    size: float = 1.0
    """What TOLERANCE is a share of: at most 1, less where the value itself is counted in less."""

    @property
    def slack(self) -> Floats:
        """How far the rule is from breaking, in its own unit."""
        return self.value - self.limit if self.at_least else self.limit - self.value

    @property
    def kept(self) -> Bools:
        """(S,): the rule holds, but for rounding."""
        return np.asarray(self.slack >= -TOLERANCE * self.size)

    @property
    def excess(self) -> Floats:
        """(S,): by how much it is broken, as a share of the limit."""
        return np.asarray(np.maximum(-self.slack, 0.0) / np.maximum(np.abs(self.limit), self.size))


def weight_rules(space: PlanSpace, euros: Floats) -> Iterator[WeightRule]:
    """Every rule that weights alone decide, for plans (S, I, K); names read as in the scenario file."""
    pay = euros.sum(axis=2)
    shares = euros / np.where(pay > 0, pay, 1.0)[:, :, None]
    ones = np.ones(len(euros))
    for i, team in enumerate(space.scenario.teams):
        if space.most[i] > 0:
            yield from _shape_rules(space, i, team, shares[:, i], pay[:, i], ones)
            for rule in _choice_rules(space, i, team, shares[:, i], ones):
                yield _where_paid(rule, pay[:, i])


def _where_paid(rule: WeightRule, pay: Floats) -> WeightRule:
    """Without pay there are no weights, and rules on them say nothing."""
    return replace(rule, value=np.where(pay > 0, rule.value, rule.limit))


def _shape_rules(
    space: PlanSpace, i: int, team: str, w: Floats, pay: Floats, ones: Floats
) -> Iterator[WeightRule]:
    rules = space.scenario.rules
    used = w > TOLERANCE
    yield WeightRule(f"target_pay.{team}.max", pay, ones * space.most[i] * space.unit[i])
    yield WeightRule(f"target_pay.{team}.min", pay, ones * space.least[i] * space.unit[i], at_least=True)
    free = np.isnan(space.locked[i])
    yield WeightRule(f"weights.max.{team}", (w * free).max(axis=1), ones * rules.weights.max)
    smallest = np.where(used & free, w, 1.0).min(axis=1)
    yield WeightRule(f"weights.min.{team}", smallest, ones * rules.weights.min, at_least=True)
    if rules.weights.max_measures is not None:
        yield WeightRule(
            f"weights.max_measures.{team}", used.sum(axis=1).astype(float), ones * rules.weights.max_measures
        )
    outside = np.where(space.listed[i] | ~free, 0.0, w).sum(axis=1)
    yield WeightRule(f"measures.{team}", outside, 0 * ones)
    floor = rules.controllability.floor
    if floor is not None:
        least = np.where(used & free, space.controllability[i], 1.0).min(axis=1)
        yield WeightRule(f"controllability.floor.{team}", least, ones * floor, at_least=True)


def _choice_rules(space: PlanSpace, i: int, team: str, w: Floats, ones: Floats) -> Iterator[WeightRule]:
    rules, kpis = space.scenario.rules, list(space.scenario.kpis)
    for k in np.flatnonzero(~np.isnan(space.locked[i])):
        yield WeightRule(f"locks.{team}.{kpis[k]}", np.abs(w[:, k] - space.locked[i, k]), 0 * ones)
    if rules.change_limit is not None:
        today = change_origin(space.scenario)[i]
        yield WeightRule(f"change_limit.{team}", np.abs(w - today).sum(axis=1), ones * rules.change_limit)
    if rules.controllability.mean is not None and not space.fully_locked[i]:
        mean = w @ space.controllability[i]
        yield WeightRule(
            f"controllability.mean.{team}", mean, ones * rules.controllability.mean, at_least=True
        )
    for pair in rules.gaming.pairs if rules.gaming else ():
        if pair.team == team:
            excess = w[:, kpis.index(pair.volume)] - pair.ratio * w[:, kpis.index(pair.quality)]
            yield WeightRule(f"gaming.pairs.{team}.{pair.volume}", excess, 0 * ones)


def change_origin(scenario: Scenario) -> Floats:
    """Weights from which changes are counted, (I, K): the current plan's unless the rules name another."""
    name = scenario.rules.change_from
    euros = plan_of(scenario, scenario.plans[name] if name else scenario.current_plan).euros(scenario)
    pay = euros.sum(axis=1, keepdims=True)
    return np.asarray(euros / np.where(pay > 0, pay, 1.0))


def from_today(space: PlanSpace, units: Ints) -> Floats:
    """Σ |e − e⁰| of plans (S, I, K) from today's, (S,) currency per period."""
    today = plan_of(space.scenario, space.scenario.current_plan).euros(space.scenario)
    return np.asarray(np.abs(space.euros(units) - today).sum(axis=(1, 2)))


def keeps_weight_rules(space: PlanSpace, euros: Floats) -> Bools:
    """(S,): every rule on weights holds."""
    kept = np.ones(len(euros), dtype=bool)
    for rule in weight_rules(space, euros):
        kept &= rule.kept
    return kept


def team_rows(space: PlanSpace, i: int) -> Ints:
    """Every step count row of team i, (R, K), that keeps the rules on its own weights."""
    usable = np.flatnonzero(space.allowed[i])
    totals = range(int(space.least[i]), int(space.most[i]) + 1)
    rows = [r for total in totals for r in _compositions(total, len(usable))]
    units = np.zeros((len(rows), len(space.unit), space.allowed.shape[1]), dtype=np.intp)
    units[:, i, usable] = np.array(rows, dtype=np.intp).reshape(len(rows), len(usable))
    alone = [r.kept for r in _rules_of_team(space, i, space.euros(units))]
    return np.asarray(units[np.all(alone, axis=0)][:, i] if alone else units[:, i])


def _rules_of_team(space: PlanSpace, i: int, euros: Floats) -> Iterator[WeightRule]:
    if space.most[i] == 0:
        return
    team, pay = list(space.scenario.teams)[i], euros[:, i].sum(axis=1)
    shares, ones = euros[:, i] / np.where(pay > 0, pay, 1.0)[:, None], np.ones(len(euros))
    yield from _shape_rules(space, i, team, shares, pay, ones)
    for rule in _choice_rules(space, i, team, shares, ones):
        yield _where_paid(rule, pay)


def _compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """Ways to write `total` as `parts` whole numbers, in lexicographic order."""
    if parts == 0:
        return iter([()] if total == 0 else [])
    bars = combinations(range(total + parts - 1), parts - 1)
    return (tuple(b - a - 1 for a, b in zip((-1, *c), (*c, total + parts - 1), strict=True)) for c in bars)


BLOCK = 4096
"""Plans handed out at once by `every_plan`."""


def every_plan(space: PlanSpace) -> Iterator[Ints]:
    """Every plan that keeps the rules on weights, in blocks (S, I, K) of step counts."""
    rows = [team_rows(space, i) for i in range(len(space.unit))]
    shape = tuple(len(r) for r in rows)
    for start in range(0, prod(shape), BLOCK):
        chosen = np.unravel_index(np.arange(start, min(start + BLOCK, prod(shape))), shape)
        yield np.stack([r[c] for r, c in zip(rows, chosen, strict=True)], axis=1)


def count_plans(space: PlanSpace, listed: int) -> int:
    """How many plans `every_plan` hands out; no fewer than that where a team has more than `listed` ways.

    Those are counted without listing them, before the rules on weights.
    """
    return prod(_count_rows(space, i, listed) for i in range(len(space.unit)))


def _count_rows(space: PlanSpace, i: int, listed: int) -> int:
    parts, totals = int(space.allowed[i].sum()), range(space.least[i], space.most[i] + 1)
    ways = sum(comb(total + parts - 1, parts - 1) for total in totals) if parts else 1
    return ways if ways > listed else len(team_rows(space, i))
