"""One step of weight from one KPI to another, everything else as it is: what it would bring and break."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from optimizer.arrays import Bools, Floats
from optimizer.explanation.gaming_ledger import gaming_hours
from optimizer.plans.evaluation import Evaluation, evaluate_batch
from optimizer.plans.space import PlanSpace
from optimizer.response.booking import booked_money
from optimizer.response.calibration import Calibrated

Reason = Literal["rule", "no_gain", "no_equilibrium"]
REAL = 1e-9
"""Relative change of value above which a move is an improvement."""


@dataclass(frozen=True)
class WeightShift:
    """A step of weight of a team from KPI `kpi` to KPI `to`, at its own consistent beliefs.

    `weight` that `kpi` had, `moved` of it. Changes against the plan it starts from: `value` of the objective,
    `revenue`, `loaded_pay`, `net` [currency/period], `gaming_hours` per period. `excess` is the sum over
    broken rules of the excess relative to the limit.
    """

    team: int
    kpi: int
    to: int
    weight: float
    moved: float
    value: float
    revenue: float
    loaded_pay: float
    net: float
    gaming_hours: float
    broken: tuple[str, ...]
    excess: float
    converged: bool
    improves: bool

    @property
    def reason(self) -> Reason:
        """What speaks against it: no gain, else rules; a move that nothing speaks against has `no_gain`
        only where it brings none."""
        if not self.converged:
            return "no_equilibrium"
        return "rule" if self.improves and self.broken else "no_gain"


def weight_shifts(cal: Calibrated, space: PlanSpace, euros: Floats, to: Bools) -> tuple[WeightShift, ...]:
    """From every KPI that a plan (I, K) pays on to every other one in `to` (I, K), rules broken or not."""
    steps = list(_steps(space, euros, to))
    if not steps:
        return ()
    plans = np.repeat(euros[None], len(steps) + 1, axis=0)
    for s, (i, k, other, step) in enumerate(steps, 1):
        plans[s, i, k] -= step
        plans[s, i, other] += step
    start, *shifted = evaluate_batch(cal, space, plans).each()
    return tuple(_shift(start, at, *step) for at, step in zip(shifted, steps, strict=True))


def cheapest(shifts: tuple[WeightShift, ...]) -> WeightShift | None:
    """The improvement that rules block by the smallest excess; of equals, the one that brings most."""
    blocked = [m for m in shifts if m.reason == "rule"]
    return min(blocked, key=lambda m: (m.excess, -m.value), default=None)


def _steps(space: PlanSpace, euros: Floats, to: Bools) -> Iterator[tuple[int, int, int, float]]:
    """(team, KPI, other KPI, euros); all of it where less than a step is left."""
    for i, k in np.argwhere(euros > 0):
        for other in np.flatnonzero(to[i]):
            if other != k and space.unit[i] > 0:
                yield int(i), int(k), int(other), float(min(space.unit[i], euros[i, k]))


def _shift(start: Evaluation, at: Evaluation, i: int, k: int, other: int, step: float) -> WeightShift:
    pay, before, after = float(start.euros[i].sum()), start.consistent, at.consistent
    now, then = (booked_money(start.cal.scenario, outcome) for outcome in (before, after))
    return WeightShift(
        team=i,
        kpi=k,
        to=other,
        weight=float(start.euros[i, k]) / pay,
        moved=step / pay,
        value=at.value - start.value,
        revenue=after.revenue - before.revenue,
        loaded_pay=then.loaded_pay - now.loaded_pay,
        net=then.net - now.net,
        gaming_hours=gaming_hours(at.cal, after) - gaming_hours(at.cal, before),
        broken=tuple(rule.name for rule in at.broken_rules),
        excess=at.excess,
        converged=after.converged,
        improves=at.value - start.value > REAL * abs(start.value),
    )
