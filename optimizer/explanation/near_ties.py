"""The next-best plans, and near-ties: plans that bring almost as much and are easier to introduce.

Plans one shift of weight away and the named ones are judged exactly; then, as long as the loss stays within
NEAR_TIE, shifts are followed to fewer measures, and to less distance from the current plan. Named plans may
follow other curves than the chosen one, where the rules offer these. Only plans that keep every rule count.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.arrays import Floats
from optimizer.explanation.binding_rules import NEAR_TIE
from optimizer.explanation.comparison import shares
from optimizer.explanation.gaming_ledger import gaming_hours
from optimizer.plans.evaluation import Evaluation, evaluate_each
from optimizer.plans.evaluator import judge_consistent
from optimizer.plans.local_search import ScoredPlan, ScoredPlans, neighbours
from optimizer.plans.plan_changes import PaidPlan, curves_offered, same_plan, same_terms, team_changes
from optimizer.plans.space import PlanSpace
from optimizer.response.booking import booked_money
from optimizer.response.calibration import Calibrated
from optimizer.response.plan_batch import PlanBatch
from optimizer.scenario.plan import IN_FORCE, PlanTerms

SHOWN = 8
LONGEST_WALK = 12


@dataclass(frozen=True)
class NearTie:
    """A plan (I, K) that keeps every rule, at its own consistent beliefs [currency/period].

    `measures` in use; `distance` from today's plan, Σ |w − w⁰| and |B − B⁰| over the larger of the two, added
    over teams; `new_curves` counts teams whose curve is not today's. `loss` of value against the chosen plan
    [currency/period] and as a share of it.
    """

    euros: Floats
    terms: PlanTerms
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
    new_curves: int
    gaming_hours: float

    @property
    def paid(self) -> PaidPlan:
        """Euros at target, and by which curves and targets."""
        return self.euros, self.terms


def near_ties(
    cal: Calibrated, space: PlanSpace, euros: Floats, known: Sequence[Evaluation]
) -> tuple[NearTie, ...]:
    """Plans to consider instead of a chosen one (I, K), best first; `known` ones are looked at too."""
    scored = ScoredPlans(judge_consistent(cal, space), space)
    start = scored.one(space.units(euros))
    exact = [at for at in known if space.on_grid(at.euros)]
    alike = [space.units(at.euros) for at in exact if same_terms(cal.scenario, at.terms, space.terms)]
    scored.look(np.array([*neighbours(space, start.units), *alike]))
    shape = _Shape(cal, space)
    for goal in (shape.simplicity, shape.closeness):
        _walk(space, scored, start, goal)
    others = [shape.option(p, space.terms) for p in scored.seen.values() if p.kept and p.key != start.key]
    others += [shape.option(*p) for p in _under_other_curves(cal, space, exact)]
    first = shape.option(start, space.terms)
    return _described(cal, space, first, _first(others, first))


def _under_other_curves(
    cal: Calibrated, space: PlanSpace, known: Iterable[Evaluation]
) -> Iterator[tuple[ScoredPlan, PlanTerms]]:
    """Plans that follow other curves than the chosen one, and may; each once, by whatever names."""
    seen: list[PaidPlan] = []
    for at in known:
        paid, scenario = (at.euros, at.terms), cal.scenario
        other = not same_terms(scenario, at.terms, space.terms)
        again = any(same_plan(scenario, paid, plan) for plan in seen)
        if other and not again and at.kept and curves_offered(scenario, paid):
            seen.append(paid)
            yield ScoredPlan(space.units(at.euros), at.value, True, 0.0), at.terms


@dataclass(frozen=True)
class _Option:
    """A plan to consider, how simple it is and how close to today's."""

    plan: ScoredPlan
    terms: PlanTerms
    measures: int
    distance: float
    new_curves: int

    @property
    def key(self) -> tuple[bytes, Hashable]:
        return self.plan.key, self.terms.key

    @property
    def simplicity(self) -> tuple[float, ...]:
        return self.measures, self.new_curves, self.distance, -self.plan.value

    @property
    def closeness(self) -> tuple[float, ...]:
        return self.new_curves, self.distance, self.measures, -self.plan.value

    def simpler_than(self, other: _Option) -> bool:
        return self.measures < other.measures

    def closer_than(self, other: _Option) -> bool:
        """No further in anything, and closer in something."""
        mine, theirs = (self.new_curves, self.distance), (other.new_curves, other.distance)
        return mine != theirs and all(a <= b for a, b in zip(mine, theirs, strict=True))


@dataclass(frozen=True)
class _Shape:
    """How simple a plan is, and how close to today's."""

    cal: Calibrated
    space: PlanSpace

    def measures(self, plan: ScoredPlan) -> int:
        return int((plan.units > 0).sum())

    def distance(self, plan: ScoredPlan) -> float:
        euros, current = self.space.euros(plan.units), self.cal.current
        pay, before = euros.sum(axis=1), current.sum(axis=1)
        most = np.maximum(pay, before)
        moved = np.abs(shares(euros) - shares(current)).sum(axis=1)
        return round(float((moved + np.abs(pay - before) / np.where(most > 0, most, 1.0)).sum()), 9)

    def simplicity(self, plan: ScoredPlan) -> tuple[float, ...]:
        return self.measures(plan), self.distance(plan), -plan.value

    def closeness(self, plan: ScoredPlan) -> tuple[float, ...]:
        return self.distance(plan), self.measures(plan), -plan.value

    def option(self, plan: ScoredPlan, terms: PlanTerms) -> _Option:
        paid = (self.space.euros(plan.units), terms)
        changes = team_changes(self.cal.scenario, (self.cal.current, IN_FORCE), paid)
        new_curves = sum(change.curve for change in changes)
        return _Option(plan, terms, self.measures(plan), self.distance(plan), new_curves)


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


def _first(options: Iterable[_Option], start: _Option) -> list[_Option]:
    """The simplest and the closest near-tie, then others that are simpler or closer, then by loss."""
    near: list[_Option] = []
    rest: list[_Option] = []
    for option in options:
        easier = option.simpler_than(start) or option.closer_than(start)
        (near if easier and _near(option.plan, start.plan) else rest).append(option)
    goals: tuple[Callable[[_Option], tuple[float, ...]], ...] = (
        lambda o: o.simplicity,
        lambda o: o.closeness,
    )
    ends = {o.key: o for o in (min(near, key=goal) for goal in goals if near)}

    def order(option: _Option) -> tuple[float, object]:
        return -option.plan.value, option.key

    middle = sorted((o for o in near if o.key not in ends), key=order)
    chosen = [*ends.values(), *middle[: SHOWN // 2]]
    return [*chosen, *sorted(rest, key=order)][:SHOWN]


def _described(
    cal: Calibrated, space: PlanSpace, start: _Option, options: list[_Option]
) -> tuple[NearTie, ...]:
    every = [start, *options]
    plans = PlanBatch.of((space.euros(o.plan.units), o.terms) for o in every)
    chosen, *others = evaluate_each(cal, space, plans)

    def tie(option: _Option, at: Evaluation) -> NearTie:
        loss, told = chosen.value - at.value, booked_money(cal.scenario, at.consistent)
        return NearTie(
            euros=at.euros,
            terms=at.terms,
            revenue=at.consistent.revenue,
            loaded_pay=told.loaded_pay,
            net=told.net,
            value=at.value,
            loss=loss,
            loss_share=loss / abs(chosen.value) if chosen.value else np.nan,
            near=_near(option.plan, start.plan),
            simpler=option.simpler_than(start),
            closer=option.closer_than(start),
            measures=option.measures,
            distance=option.distance,
            new_curves=option.new_curves,
            gaming_hours=gaming_hours(at.cal, at.consistent),
        )

    return tuple(tie(option, at) for option, at in zip(options, others, strict=True))
