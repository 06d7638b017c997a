"""Local search over plans on a judge: shifts of steps between the KPIs of a team.

It proves nothing; it gives the solver a good start and looks around the plan that beliefs have settled on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from optimizer.judge import Judge
from optimizer.network import Ints
from optimizer.space import PlanSpace, keeps_weight_rules

LONGEST_CLIMB = 60


@dataclass(frozen=True)
class Judged:
    """A plan as step counts (I, K), its value, whether it keeps the rules, and by how much it does not."""

    units: Ints
    value: float
    kept: bool
    violation: float

    @property
    def key(self) -> bytes:
        return self.units.tobytes()

    def beats(self, other: Judged | None) -> bool:
        """Keeps the rules where the other does not, or has more value (less violation if neither does)."""
        if other is None or self.kept != other.kept:
            return other is None or self.kept
        return self.value > other.value if self.kept else self.violation < other.violation


@dataclass
class Memory:
    """Plans already judged, so that none is judged twice."""

    judge: Judge
    seen: dict[bytes, Judged] = field(default_factory=dict)

    def look(self, units: Ints) -> list[Judged]:
        """Judgements of plans (S, I, K), in order."""
        keys = [u.tobytes() for u in units]
        fresh = {k: u for k, u in zip(keys, units, strict=True) if k not in self.seen}
        if fresh:
            batch = np.array(list(fresh.values()))
            found = self.judge(batch)
            rows = zip(batch, found.value, found.kept, found.violation, strict=True)
            self.seen |= {u.tobytes(): Judged(u, float(v), bool(k), float(x)) for u, v, k, x in rows}
        return [self.seen[k] for k in keys]


def climb(space: PlanSpace, memory: Memory, start: Judged) -> Judged:
    """The best plan that single shifts reach from a start, steepest first."""
    best = start
    for _ in range(LONGEST_CLIMB):
        around = neighbours(space, best.units)
        found = best_of(memory.look(around)) if len(around) else None
        if found is None or not found.beats(best):
            break
        best = found
    return best


def best_of(plans: Iterable[Judged]) -> Judged | None:
    """The first plan that no other beats."""
    best: Judged | None = None
    for plan in plans:
        if plan.beats(best):
            best = plan
    return best


def neighbours(space: PlanSpace, units: Ints) -> Ints:
    """Plans one shift away that keep the rules on weights, (S, I, K)."""
    moved = [shifted for i in range(len(units)) for shifted in _shifts(space, units, i)]
    if not moved:
        return np.empty((0, *units.shape), dtype=np.intp)
    plans = np.unique(np.array(moved), axis=0)
    return plans[keeps_weight_rules(space, space.euros(plans))]


def _shifts(space: PlanSpace, units: Ints, i: int) -> Iterator[Ints]:
    """Steps moved between two KPIs of a team; added or taken where target pay is a decision."""
    usable = np.flatnonzero(space.allowed[i])
    one = space.shift or 1
    smallest = space.scenario.rules.weights.min * units[i].sum()
    least = smallest if space.continuous else max(1, round(smallest))
    for k in usable:
        for size in {one, 2 * one, least, units[i, k]}:
            if 0 < size <= units[i, k]:
                for other in usable[usable != k]:
                    yield _moved(units, i, {int(k): -size, int(other): size})
        if space.least[i] < space.most[i]:
            yield from (
                _moved(units, i, {int(k): d * one}) for d in (-2, -1, 1, 2) if units[i, k] + d * one >= 0
            )


def _moved(units: Ints, i: int, changes: dict[int, float]) -> Ints:
    out = units.copy()
    for k, change in changes.items():
        out[i, k] += change
    return out


def simple_plans(space: PlanSpace) -> Ints:
    """Starts without knowledge: every team on one KPI, and on equal shares; kept rules on weights only."""
    usable = [np.flatnonzero(row) for row in space.allowed]
    plans = []
    for turn in range(max((len(u) for u in usable), default=0)):
        plan = np.zeros(space.allowed.shape, dtype=np.intp)
        for i, kpis in enumerate(usable):
            if len(kpis):
                plan[i, kpis[turn % len(kpis)]] = space.most[i]
        plans.append(plan)
    if not plans:
        return np.zeros((1, *space.allowed.shape), dtype=np.intp)
    return np.array(plans)
