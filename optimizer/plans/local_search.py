"""Local search over plans on a judge: shifts of steps between the KPIs of a team.

It proves nothing; it gives the solver a good start and looks around the plan that beliefs have settled on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from optimizer.arrays import Floats, Ints
from optimizer.plans.evaluator import Judge
from optimizer.plans.rules import keeps_weight_rules
from optimizer.plans.space import PlanSpace, from_today

LONGEST_CLIMB = 60
DIGITS = 9
"""Significant digits of a value that count: plans equal in them tie."""
BEAM = 12
"""Neighbours from which a second shift is tried where one alone does not help."""

Rank = tuple[bool, bool, float, float, tuple[int, ...]]


@dataclass(frozen=True)
class ScoredPlan:
    """A plan as step counts (I, K), its value, whether it keeps the rules, by how much it does not, and
    whether a rate that it pays on is starved."""

    units: Ints
    value: float
    kept: bool
    violation: float
    distance: float = 0.0
    """Σ |e − e⁰| from today's plan, currency per period."""
    starved: bool = False

    @property
    def key(self) -> bytes:
        return self.units.tobytes()

    @property
    def rank(self) -> Rank:
        """Larger is better, and no two plans are equal, so that the best is one whoever looks first.

        Plans that keep the rules come first, of these the ones that starve no paid rate, then value (or least
        violation, where rules are broken); among ties the nearest to today's plan, then the one with more on
        what the scenario lists first.
        """
        worth = self.value if self.kept else -np.nan_to_num(self.violation, nan=np.inf)
        sane, near = self.kept and not self.starved, -significant(self.distance)
        return self.kept, sane, significant(worth), near, tuple(self.units.ravel().tolist())

    def beats(self, other: ScoredPlan | None) -> bool:
        """Has the higher rank; anything beats nothing."""
        return other is None or self.rank > other.rank


def significant(value: float) -> float:
    """A value without the digits that are rounding: values equal in it tie."""
    return float(f"{value:.{DIGITS}g}")


@dataclass
class ScoredPlans:
    """Plans already judged, so that none is judged twice."""

    judge: Judge
    space: PlanSpace
    late: Callable[[], bool] = lambda: False
    """Whether searching must stop."""
    seen: dict[bytes, ScoredPlan] = field(default_factory=dict)

    def look(self, units: Ints | Floats) -> list[ScoredPlan]:
        """Judgements of plans (S, I, K), in order."""
        keys = [u.tobytes() for u in units]
        fresh = {k: u for k, u in zip(keys, units, strict=True) if k not in self.seen}
        if fresh:
            batch = np.array(list(fresh.values()))
            scores, far = self.judge(batch), from_today(self.space, batch)
            every = (batch, scores.value, scores.kept, scores.violation, far, scores.starved)
            self.seen |= {
                u.tobytes(): ScoredPlan(u, float(v), bool(k), float(x), float(d), bool(s))
                for u, v, k, x, d, s in zip(*every, strict=True)
            }
        return [self.seen[k] for k in keys]

    def one(self, units: Ints | Floats) -> ScoredPlan:
        """Judgement of one plan (I, K)."""
        return self.look(units[None])[0]

    def reject(self, plan: ScoredPlan) -> None:
        """Count a plan as breaking the rules, so that it is not the best."""
        self.seen[plan.key] = replace(plan, kept=False, violation=np.inf)

    def best(self) -> ScoredPlan | None:
        """The best plan seen so far."""
        return best_of(self.seen.values())


def climb(space: PlanSpace, scored: ScoredPlans, start: ScoredPlan) -> ScoredPlan:
    """The best plan that single shifts reach from a start, steepest first."""
    incumbent = start
    for _ in range(LONGEST_CLIMB):
        candidate = best_of(scored.look(neighbours(space, incumbent.units)))
        if candidate is None or not candidate.beats(incumbent):
            break
        incumbent = candidate
        if scored.late():
            break
    return incumbent


def climb_by_two(
    space: PlanSpace,
    scored: ScoredPlans,
    start: ScoredPlan,
    enough: Callable[[ScoredPlan], bool] = lambda _: False,
) -> ScoredPlan:
    """As `climb`, but where one shift does not help, two at once are tried, until a plan is good enough."""
    incumbent = climb(space, scored, start)
    for _ in range(LONGEST_CLIMB):
        if enough(incumbent) or scored.late():
            break
        near = ranked(scored.look(neighbours(space, incumbent.units)))[:BEAM]
        around = [neighbours(space, one.units) for one in near]
        candidate = best_of(scored.look(np.concatenate([incumbent.units[None], *around])))
        if candidate is None or not candidate.beats(incumbent):
            break
        incumbent = climb(space, scored, candidate)
    return incumbent


def ranked(plans: Iterable[ScoredPlan]) -> list[ScoredPlan]:
    """Best first."""
    return sorted(plans, key=lambda plan: plan.rank, reverse=True)


def best_of(plans: Iterable[ScoredPlan]) -> ScoredPlan | None:
    """The plan of the highest rank; None of none."""
    return max(plans, key=lambda plan: plan.rank, default=None)


def neighbours(space: PlanSpace, units: Ints) -> Ints:
    """Plans one shift away that keep the rules on weights, (S, I, K)."""
    moved = [shifted for teams in space.together for shifted in _shifts(space, units, teams)]
    if not moved:
        return np.empty((0, *units.shape), dtype=np.intp)
    plans = np.unique(np.array(moved), axis=0)
    return plans[keeps_weight_rules(space, space.euros(plans))]


def _shifts(space: PlanSpace, units: Ints, teams: tuple[int, ...]) -> Iterator[Ints]:
    """Steps moved between two KPIs of a team, and of those that must have its weights; added or taken where
    target pay is a decision."""
    i, usable = teams[0], np.flatnonzero(space.allowed[teams[0]])
    one = space.shift or 1
    smallest = space.scenario.rules.weights.min * units[i].sum()
    least = smallest if space.continuous else max(1, round(smallest))
    for k in usable:
        for size in {one, 2 * one, least, units[i, k]}:
            if 0 < size <= units[i, k]:
                for other in usable[usable != k]:
                    yield _moved(space, units, teams, {int(k): -size, int(other): size})
        if space.least[i] < space.most[i]:
            yield from (
                _moved(space, units, teams, {int(k): d * one})
                for d in (-2, -1, 1, 2)
                if units[i, k] + d * one >= 0
            )


def _moved(space: PlanSpace, units: Ints, teams: tuple[int, ...], changes: dict[int, float]) -> Ints:
    out = units.copy()
    for k, change in changes.items():
        out[teams[0], k] += change
    _alike(space, out, teams)
    return out


def _alike(space: PlanSpace, plan: Ints, teams: tuple[int, ...]) -> None:
    """Give teams that must have equal weights those of the first."""
    row = plan[teams[0]].copy()
    for i in teams:
        plan[i] = row[space.twins[i]]


def simple_plans(space: PlanSpace) -> Ints:
    """Starts without knowledge: every team on one KPI, and on equal shares; kept rules on weights only."""
    usable = [np.flatnonzero(row) for row in space.allowed]
    plans = []
    for turn in range(max((len(u) for u in usable), default=0)):
        plan = np.zeros(space.allowed.shape, dtype=np.intp)
        for i, kpis in enumerate(usable):
            if len(kpis):
                plan[i, kpis[turn % len(kpis)]] = space.most[i]
        for teams in space.together:
            _alike(space, plan, teams)
        plans.append(plan)
    if not plans:
        return np.zeros((1, *space.allowed.shape), dtype=np.intp)
    return np.array(plans)
