"""The next-best plans, and near-ties: plans that bring almost as much and are easier to introduce.

Plans one shift of weight away and the named ones are judged exactly; then, as long as the loss stays within
NEAR_TIE, shifts are followed to fewer measures, and to less distance from the current plan. Only plans that
keep every rule count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from optimizer.arrays import Floats
from optimizer.explanation.binding_rules import NEAR_TIE
from optimizer.explanation.comparison import shares
from optimizer.explanation.gaming_ledger import gaming_hours
from optimizer.plans.evaluation import Evaluation, evaluate_batch
from optimizer.plans.evaluator import judge_consistent
from optimizer.plans.local_search import ScoredPlan, ScoredPlans, neighbours
from optimizer.plans.space import PlanSpace
from optimizer.response.calibration import Calibrated

SHOWN = 8
LONGEST_WALK = 12


@dataclass(frozen=True)
class NearTie:
    """A plan (I, K) that keeps every rule, at its own consistent beliefs [currency/period].

    `measures` in use and `distance` Σ |w − w⁰| over all teams; `loss` of value against the chosen plan
    [currency/period] and as a share of it.
    """

    euros: Floats
    value: float
    revenue: float
    loaded_pay: float
    net: float
    loss: float
    loss_share: float
    near: bool
    simpler: bool
    closer: bool
    measures: int
    distance: float
    gaming_hours: float


def near_ties(cal: Calibrated, space: PlanSpace, euros: Floats, known: Floats) -> tuple[NearTie, ...]:
    """Plans to consider instead of a chosen one (I, K), best first; `known` (S, I, K) are looked at too."""
    scored = ScoredPlans(judge_consistent(cal, space), space)
    start = scored.one(space.units(euros))
    exact = known[np.abs(space.euros(space.units(known)) - known).max(axis=(1, 2), initial=0.0) <= 1e-6]
    scored.look(np.concatenate([neighbours(space, start.units), space.units(exact)]))
    shape = _Shape(cal, space)
    for goal in (shape.simplicity, shape.closeness):
        _walk(space, scored, start, goal)
    others = [p for p in scored.seen.values() if p.kept and p.key != start.key]
    return _described(cal, space, start, _first(others, start, shape))


@dataclass(frozen=True)
class _Shape:
    """How simple a plan is, and how close to today's."""

    cal: Calibrated
    space: PlanSpace

    def measures(self, plan: ScoredPlan) -> int:
        return int((plan.units > 0).sum())

    def distance(self, plan: ScoredPlan) -> float:
        moved = shares(self.space.euros(plan.units)) - shares(self.cal.current)
        return round(float(np.abs(moved).sum()), 9)

    def simplicity(self, plan: ScoredPlan) -> tuple[float, ...]:
        return self.measures(plan), self.distance(plan), -plan.value

    def closeness(self, plan: ScoredPlan) -> tuple[float, ...]:
        return self.distance(plan), self.measures(plan), -plan.value


def _walk(
    space: PlanSpace, scored: ScoredPlans, start: ScoredPlan, goal: Callable[[ScoredPlan], tuple[float, ...]]
) -> None:
    """Shift by shift to smaller goals among near-ties; what is seen on the way stays in the memory."""
    plan = start
    for _ in range(LONGEST_WALK):
        around = scored.look(neighbours(space, plan.units))
        nearest = min((p for p in around if p.kept and _near(p, start)), key=goal, default=plan)
        if goal(nearest)[:2] >= goal(plan)[:2]:
            return
        plan = nearest


def _near(plan: ScoredPlan, start: ScoredPlan) -> bool:
    return start.value - plan.value <= NEAR_TIE * abs(start.value)


def _first(plans: Iterable[ScoredPlan], start: ScoredPlan, shape: _Shape) -> list[ScoredPlan]:
    """The simplest and the closest near-tie, then others that are simpler or closer, then by loss."""
    near: list[ScoredPlan] = []
    rest: list[ScoredPlan] = []
    for plan in plans:
        better = shape.measures(plan) < shape.measures(start) or shape.distance(plan) < shape.distance(start)
        (near if better and _near(plan, start) else rest).append(plan)
    ends = {p.key: p for p in (min(near, key=g) for g in (shape.simplicity, shape.closeness) if near)}

    def order(plan: ScoredPlan) -> tuple[float, bytes]:
        return -plan.value, plan.key

    middle = sorted((p for p in near if p.key not in ends), key=order)
    chosen = [*ends.values(), *middle[: SHOWN // 2]]
    return [*chosen, *sorted(rest, key=order)][:SHOWN]


def _described(
    cal: Calibrated, space: PlanSpace, start: ScoredPlan, plans: list[ScoredPlan]
) -> tuple[NearTie, ...]:
    shape = _Shape(cal, space)
    units = np.array([start.units, *(p.units for p in plans)])
    chosen, *others = evaluate_batch(cal, space, space.euros(units)).each()

    def tie(plan: ScoredPlan, at: Evaluation) -> NearTie:
        loss = chosen.value - at.value
        return NearTie(
            euros=at.euros,
            revenue=at.consistent.revenue,
            loaded_pay=at.consistent.loaded_pay,
            net=at.consistent.net,
            value=at.value,
            loss=loss,
            loss_share=loss / abs(chosen.value) if chosen.value else np.nan,
            near=_near(plan, start),
            simpler=shape.measures(plan) < shape.measures(start),
            closer=shape.distance(plan) < shape.distance(start),
            measures=shape.measures(plan),
            distance=shape.distance(plan),
            gaming_hours=gaming_hours(cal, at.consistent),
        )

    return tuple(tie(plan, at) for plan, at in zip(plans, others, strict=True))
