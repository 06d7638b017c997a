"""The plans that may be chosen: integer steps of euros per team and KPI.

`e_ik = unit_i · n_ik` with n_ik whole numbers. Where target pay is fixed, unit_i is `step` of it; where it is
a decision, unit_i is its own step in euros and B_i = Σ_k e_ik. With `weights: {step: 0}` there are no steps:
n_ik is any share of unit_i, the team's largest pay.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from optimizer.arrays import Bools, Floats, Ints
from optimizer.response.calibration import Calibrated
from optimizer.scenario.own_measures import counterparts
from optimizer.scenario.plan import IN_FORCE, PlanTerms, plan_of, weights_of
from optimizer.scenario.types import Scenario, TargetPay, Team

TOLERANCE = 1e-6
"""Rules hold within this, or within RELATIVE of their limit where that is more (model.md §13.13)."""
RELATIVE = 1e-9
BOOKED = 1e-12
"""Limits on booked money hold to the cent, or within this share of them where doubles cannot tell a cent."""
ON_GRID = 1e-9
"""Share of the largest amount of a plan that is rounding, not a step."""
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
    terms: PlanTerms = IN_FORCE
    """Curves and targets by which all its plans are paid."""

    @property
    def continuous(self) -> bool:
        """Whether n_ik may be any number."""
        return self.shift is not None

    @cached_property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """(team, KPI) pairs that may be used."""
        return tuple((int(i), int(k)) for i, k in np.argwhere(self.allowed))

    @cached_property
    def together(self) -> tuple[tuple[int, ...], ...]:
        """Every team once, in the order of the file, with those that must have equal weights."""
        teams = list(self.scenario.teams)
        groups = [{i} for i in range(len(teams))]
        for names in self.scenario.rules.same:
            joined = {teams.index(name) for name in names}
            touched = [group for group in groups if group & joined]
            groups = [group for group in groups if group not in touched] + [set().union(*touched)]
        return tuple(sorted(tuple(sorted(group)) for group in groups))

    @cached_property
    def twins(self) -> Ints:
        """(I, K): a KPI of a team is, in the row of the first of those that must have equal weights, this
        one."""
        names = list(self.scenario.teams)
        first = {i: teams[0] for teams in self.together for i in teams}
        rows = [counterparts(self.scenario, names[first[i]], name) for i, name in enumerate(names)]
        return np.array(rows, dtype=np.intp).reshape(len(names), len(self.scenario.kpis))

    @property
    def fully_locked(self) -> Bools:
        """(I,): nothing is left to choose for the team."""
        return np.asarray(np.nansum(self.locked, axis=1) > 1 - TOLERANCE)

    def largest_pay(self, team: str) -> float:
        """The most that a team may be paid at target [currency/period]."""
        i = list(self.scenario.teams).index(team)
        return float(self.most[i] * self.unit[i])

    def holds(self, euros: Floats) -> bool:
        """Whether a plan (I, K) is in whole steps of this space, and its pay at target one to choose from."""
        total = self.units(euros).sum(axis=1)
        within = (self.least - TOLERANCE <= total) & (total <= self.most + TOLERANCE)
        return self.on_grid(euros) and bool(within.all())

    def on_grid(self, euros: Floats) -> bool:
        """Whether a plan (I, K) is in whole steps of this space."""
        missed = np.abs(self.euros(self.units(euros)) - euros).max(initial=0.0)
        return bool(missed <= ON_GRID * np.abs(euros).max(initial=0.0))

    def euros(self, units: Ints | Floats) -> Floats:
        """e_ik of step counts (..., I, K)."""
        return np.asarray(units * self.unit[:, None])

    def units(self, euros: Floats) -> Ints:
        """Nearest step counts of euros (..., I, K); without steps, shares as they are."""
        unit = np.where(self.unit > 0, self.unit, 1.0)
        steps: Any = euros / unit[:, None]
        return np.asarray(steps if self.continuous else np.rint(steps).astype(np.intp))


def plan_space(
    cal: Calibrated, controllability: Floats, step: float | None = None, terms: PlanTerms = IN_FORCE
) -> PlanSpace:
    """The choices that rules leave; `step` replaces the scenario's weight step (for enumeration)."""
    scenario = cal.scenario
    rules = scenario.rules.weights
    sizes = [_steps(team, step or rules.step_of(name)) for name, team in scenario.teams.items()]
    unit, least, most = zip(*sizes, strict=True)
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
        shift=None if step or rules.step else SHIFT,
        terms=terms,
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


def change_origin(scenario: Scenario) -> Floats:
    """Weights from which changes are counted, (I, K): the current plan's unless the rules name another."""
    name = scenario.rules.change_from
    euros = plan_of(scenario, scenario.plans[name] if name else scenario.current_plan).euros(scenario)
    return weights_of(euros)


def from_today(space: PlanSpace, units: Ints) -> Floats:
    """Σ |e − e⁰| of plans (S, I, K) from today's, (S,) currency per period."""
    today = plan_of(space.scenario, space.scenario.current_plan).euros(space.scenario)
    return np.asarray(np.abs(space.euros(units) - today).sum(axis=(1, 2)))
