"""What a solution means, in numbers; one module per question.

Everything is recomputed from plans by the independent response, at consistent beliefs. "Now" is the current
plan, "then" the chosen one. Only `full` and what it calls solve again, and only they import the solver.

| question | module |
|---|---|
| how do plans compare? | comparison |
| where does the gain come from? | waterfall |
| why this weight, and why nothing else? | weight_shifts |
| what stands in the way? | binding_rules |
| is there an easier plan that is almost as good? | near_ties |
| which is the simplest that keeps the net gain? what does one team's change bring? | simplest |
| how sure is it that anything is gained? | sign |
| who games, and what does it cost? | gaming_ledger |
| which numbers does the decision rest on? | tornado |
| what does each rule cost? | rule_prices |
| what can be had for more? | frontier |
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from optimizer.arrays import Floats, Ints
from optimizer.explanation.binding_rules import Neighbourhood, RuleState, rules_and_neighbours, rules_at
from optimizer.explanation.comparison import EQUAL, ComparedPlan, compare, equal_weights
from optimizer.explanation.gaming_ledger import Gaming, gaming_ledger
from optimizer.explanation.near_ties import NearTie, near_ties
from optimizer.explanation.sign import UNKNOWN, Sign, sign_of
from optimizer.explanation.simplest import SimplePlan, SingleChange, simplest, single_changes
from optimizer.explanation.tornado import TornadoBar, tornado
from optimizer.explanation.waterfall import WaterfallStep, waterfall
from optimizer.explanation.weight_shifts import WeightShift, cheapest, weight_shifts
from optimizer.parallel.pool import ALONE, OnDone, Workers
from optimizer.plans.evaluation import Evaluation, evaluate_each
from optimizer.plans.evaluator import believed_exposure
from optimizer.plans.plan_changes import PaidPlan, TeamChange, same_plan, team_changes
from optimizer.response.calibration import Calibrated
from optimizer.response.outcome import Outcome, evaluate_plan
from optimizer.response.plan_batch import PlanBatch
from optimizer.scenario.plan import IN_FORCE, Plan, plan_from_euros

if TYPE_CHECKING:
    from optimizer.explanation.frontier import FrontierPoint
    from optimizer.explanation.rule_prices import RulePrice
    from optimizer.solver.solution import Chosen, Solution

__all__ = [
    "EQUAL",
    "ComparedPlan",
    "Explanation",
    "Gaming",
    "NearTie",
    "Neighbourhood",
    "RuleState",
    "TornadoBar",
    "WaterfallStep",
    "WeightShift",
    "by_size_of_change",
    "cheapest",
    "compare",
    "equal_weights",
    "explain",
    "rules_and_neighbours",
    "rules_at",
]

RUNNERS_UP = 3
"""Plans, beside the current one, that could be better if a number is off."""
OnProgress = Callable[[str, int, int], None]
"""Told (what is done, jobs done, jobs in all)."""


@dataclass(frozen=True, eq=False)
class Explanation:
    """Parts that need a plan are empty where there is none.

    `why_this_weight` are shifts from the chosen plan; `why_unmoved` all shifts from the current plan where
    it is the chosen one, also to KPIs not offered; `runners_up` the plans of the `tornado`, empty where it
    was `cut` short; `prices` and `frontiers` are empty unless `full.explain_fully` has filled them.
    """

    solution: Solution
    plans: tuple[ComparedPlan, ...]
    current: Outcome
    """What people do under the current plan."""
    rules: tuple[RuleState, ...] = ()
    around: Neighbourhood | None = None
    gaming: tuple[Gaming, ...] = ()
    steps: tuple[WaterfallStep, ...] = ()
    why_this_weight: tuple[WeightShift, ...] = ()
    why_unmoved: tuple[WeightShift, ...] = ()
    near_ties: tuple[NearTie, ...] = ()
    runners_up: tuple[NearTie, ...] = ()
    tornado: tuple[TornadoBar, ...] = ()
    cut: bool = False
    prices: tuple[RulePrice, ...] = ()
    frontiers: tuple[FrontierPoint, ...] = ()
    unsolved: bool = False
    """There was no time for prices and frontiers that were asked for."""

    @property
    def cal(self) -> Calibrated:
        return self.solution.problem.cal

    @property
    def chosen(self) -> Chosen | None:
        return self.solution.chosen

    @property
    def recommended(self) -> Outcome | None:
        """What people do under the chosen plan, once they have learnt."""
        return None if self.chosen is None else self.chosen.consistent

    @property
    def first(self) -> Outcome | None:
        """What they do under it next period."""
        return None if self.chosen is None else self.chosen.first_response

    @property
    def in_force(self) -> PaidPlan:
        """What teams are paid today, and by which curves and targets."""
        return self.cal.current, IN_FORCE

    @cached_property
    def changes(self) -> tuple[TeamChange, ...]:
        """What the chosen plan changes for every team; empty without one."""
        if self.chosen is None:
            return ()
        return team_changes(self.cal.scenario, self.in_force, self.chosen.paid)

    @property
    def moved(self) -> bool:
        """Whether the chosen plan differs from the current one: in weights, pay, curves or targets."""
        return any(change.any for change in self.changes)

    @cached_property
    def single_changes(self) -> tuple[SingleChange, ...]:
        """What the chosen plan brings where only one team changes; computed when asked, as what follows."""
        if self.chosen is None:
            return ()
        space, current = self.solution.problem.space, self.plans[0].evaluation
        return single_changes(self.cal, space, self.chosen.paid, current)

    @cached_property
    def simplest(self) -> SimplePlan | None:
        """The simplest plan that keeps nearly all of the net gain; None without a gain or a search."""
        if self.chosen is None or not self.moved or self.solution.asked.given is not None:
            return None
        cal, space = self.cal, self.solution.problem.space
        others = PlanBatch.of(tie.paid for tie in self.near_ties) if self.near_ties else None
        known = [plan.evaluation for plan in self.plans if plan.kind != "chosen"]
        known += evaluate_each(cal, space, others) if others else ()
        known += [change.at for change in self.single_changes]
        return simplest(cal, space, self.plans[0].evaluation, self.plans[-1].evaluation, known)

    @cached_property
    def sign(self) -> Sign:
        """How sure it is that the chosen plan leaves more net than today's."""
        if self.chosen is None or not self.moved or self.cut:
            return UNKNOWN
        return sign_of(self.cal, self.chosen.paid)

    @cached_property
    def exposure(self) -> Floats:
        """d_kj at the current plan and at the chosen one, (1 or 2, K, J)."""
        plans = [(self.cal.current, self.current)]
        if self.chosen is not None:
            plans.append((self.chosen.euros, self.chosen.consistent))
        return np.concatenate([believed_exposure(self.cal, e[None], at.equilibria) for e, at in plans])


def explain(
    solution: Solution,
    workers: Workers = ALONE,
    on_progress: OnProgress | None = None,
    until: float = math.inf,
) -> Explanation:
    """Everything a report says beyond the plan and its certificate, without solving again.

    More than one of `workers` means processes. What takes long, the tornado, is given up at the moment
    `until` [s, time.monotonic]: some bars alone would not say which number matters most.
    """
    cal, space, chosen = solution.problem.cal, solution.problem.space, solution.chosen
    today, plans = cal.paid_by(IN_FORCE), compare(solution)
    current = evaluate_plan(today, cal.current)
    if chosen is None:
        gaming = gaming_ledger(today, cal.current, current, current)
        return Explanation(solution, plans, current, gaming=gaming)
    euros, in_force = chosen.euros, (cal.current, IN_FORCE)
    moved = not same_plan(cal.scenario, in_force, chosen.paid)
    if solution.asked.given is not None:
        return _of_given(solution, plans, current)
    rules, around = rules_and_neighbours(cal, space, euros)
    ties = near_ties(cal, space, euros, [*(p.evaluation for p in plans), *_under_other_curves(solution)])
    runners_up = tuple(sorted(ties, key=lambda t: t.loss)[:RUNNERS_UP])
    both = PlanBatch.of([in_force, chosen.paid, *(t.paid for t in runners_up)])
    bars = _tornado(cal, both, workers, _watched(on_progress or silent, until)) if moved else ()
    return Explanation(
        solution=solution,
        plans=plans,
        current=current,
        rules=rules,
        around=around,
        gaming=gaming_ledger(cal, euros, current, chosen.consistent),
        steps=waterfall(cal, current, chosen.consistent),
        why_this_weight=weight_shifts(cal, space, euros, space.allowed),
        why_unmoved=() if moved else weight_shifts(cal, space, euros, np.ones_like(space.allowed)),
        near_ties=ties,
        runners_up=runners_up,
        tornado=bars or (),
        cut=bars is None,
    )


def _of_given(
    solution: Solution,
    plans: tuple[ComparedPlan, ...],
    current: Outcome,
) -> Explanation:
    """What a plan that was asked about brings and breaks: no plan beside it was looked for, and nothing asks
    whether to choose it."""
    cal, chosen = solution.problem.cal, solution.chosen
    assert chosen is not None
    return Explanation(
        solution=solution,
        plans=plans,
        current=current,
        rules=rules_at(cal, solution.problem.space, chosen.euros),
        gaming=gaming_ledger(cal, chosen.euros, current, chosen.consistent),
        steps=waterfall(cal, current, chosen.consistent),
    )


def _under_other_curves(solution: Solution) -> tuple[Evaluation, ...]:
    """The best plan of every choice of curves."""
    cal, space = solution.problem.cal, solution.problem.space
    best = [c.plan for c in solution.asked.combinations if c.plan is not None]
    plans = PlanBatch.of((plan.euros(cal.scenario), plan.terms) for plan in best)
    return evaluate_each(cal, space, plans) if best else ()


def better_plans(explanation: Explanation) -> Iterator[Plan]:
    """Plans met while explaining that may be better than the chosen one: the solver judges that."""
    scenario, chosen = explanation.cal.scenario, explanation.chosen
    worth = -np.inf if chosen is None else explanation.solution.certificate.objective
    for tie in explanation.near_ties:
        if tie.value > worth:
            yield plan_from_euros(scenario, tie.euros, tie.terms)
    optima = [p.optimum for p in explanation.frontiers] + [p.optimum for p in explanation.prices]
    for optimum in optima:
        if optimum.weights is not None and optimum.value > worth:
            yield optimum.plan(scenario)


class _OutOfTimeError(Exception):
    """The tornado has taken too long."""


def _tornado(
    cal: Calibrated, plans: PlanBatch, workers: Workers, on_done: OnDone
) -> tuple[TornadoBar, ...] | None:
    """None where there was no time for them."""
    try:
        on_done(0, 1)
        return tornado(cal, plans, workers, on_done)
    except _OutOfTimeError:
        return None


def _watched(tell: OnProgress, until: float) -> OnDone:
    def on_done(done: int, of: int) -> None:
        if done < of and time.monotonic() >= until:
            raise _OutOfTimeError
        if done:
            tell("tornado", done, of)

    return on_done


def silent(what: str, done: int, of: int) -> None:
    """For whom nobody wants to hear."""


def by_size_of_change(cal: Calibrated, change: Floats) -> Ints:
    """Activities, largest change first: units valued at κ_a, what a unit of that work is worth today."""
    size = np.abs(change) * cal.unit_worth
    return np.lexsort((np.arange(len(size)), -size))
