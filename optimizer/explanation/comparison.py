"""Plans side by side: today's, the named ones, equal weights, the chosen one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from optimizer.arrays import Floats, rounded
from optimizer.explanation.gaming_ledger import gaming_excess, gaming_hours
from optimizer.plans.evaluation import Evaluation, evaluate_each
from optimizer.plans.plan_changes import PaidPlan, curves_offered
from optimizer.plans.space import PlanSpace
from optimizer.response.plan_batch import PlanBatch
from optimizer.scenario.plan import IN_FORCE, plans_in, weights_of

if TYPE_CHECKING:
    from optimizer.solver.solution import Solution

Kind = Literal["current", "named", "equal", "chosen"]
EQUAL = "equal_weights"


@dataclass(frozen=True)
class ComparedPlan:
    """A plan beside others, at its own consistent beliefs.

    `gaming_hours` per period; `gaming_excess` see `gaming_ledger`; `controllability` mean c_ik over euros at
    target, NaN where nothing is paid.
    """

    kind: Kind
    name: str
    evaluation: Evaluation
    gaming_hours: float
    gaming_excess: float
    controllability: float

    @property
    def paid(self) -> PaidPlan:
        """Euros at target (I, K) and by which curves and targets."""
        return self.evaluation.euros, self.evaluation.terms


def compare(solution: Solution) -> tuple[ComparedPlan, ...]:
    """The current plan, the named ones, equal weights if no plan is called so, and the chosen one."""
    space, named = solution.problem.space, list(_plans(solution))
    plans = PlanBatch.of(paid for *_, paid in named)
    evaluations = evaluate_each(solution.problem.cal, space, plans)
    return tuple(
        ComparedPlan(
            kind=kind,
            name=name,
            evaluation=at,
            gaming_hours=gaming_hours(at.cal, at.consistent),
            gaming_excess=gaming_excess(at.cal, at.consistent),
            controllability=mean_controllability(space, at.euros),
        )
        for (kind, name, _), at in zip(named, evaluations, strict=True)
    )


def choosable(space: PlanSpace, paid: PaidPlan) -> bool:
    """Whether a plan is one of those that steps, pay, curves and targets leave to choose from."""
    return space.holds(paid[0]) and curves_offered(space.scenario, paid)


def better_outside(solution: Solution, plans: Sequence[ComparedPlan]) -> list[ComparedPlan]:
    """Known plans that keep every rule and bring more than the recommended one, best first: none of those to
    choose from, so that no search could have found them. None where no plan was searched for."""
    if solution.chosen is None or solution.status == "given":
        return []
    recommended = next(plan.evaluation.value for plan in plans if plan.kind == "chosen")
    more = [plan for plan in plans if rounded(plan.evaluation.value - recommended) > 0]
    better = [plan for plan in more if not choosable(solution.problem.space, plan.paid) and _sound(plan)]
    return sorted(better, key=lambda plan: -plan.evaluation.value)


def _sound(plan: ComparedPlan) -> bool:
    """Whether it keeps every rule, starves no rate, and nobody would rather do quite other work."""
    at = plan.evaluation
    return at.kept and not at.starved and not at.deviations


def mean_controllability(space: PlanSpace, euros: Floats) -> float:
    """Mean c_ik over the euros at target of a plan (I, K); NaN where nothing is paid."""
    pay = float(euros.sum())
    return float((euros * space.controllability).sum()) / pay if pay > 0 else np.nan


def shares(euros: Floats) -> Floats:
    """Weights of plans (..., I, K), rounded where only arithmetic makes them odd; 0 for an unpaid team."""
    return np.asarray(np.round(weights_of(euros), 10))


def _plans(solution: Solution) -> Iterator[tuple[Kind, str, PaidPlan]]:
    scenario = solution.problem.scenario
    yield "current", "current", (solution.problem.cal.current, IN_FORCE)
    given = solution.asked.given
    for name, plan in plans_in(scenario).items():
        if given is not None and name == given.name:
            continue
        yield "named", name, (plan.euros(scenario), plan.terms)
    if EQUAL not in scenario.plans:
        yield "equal", EQUAL, (equal_weights(solution.problem.space, solution.problem.cal.current), IN_FORCE)
    if solution.chosen is not None:
        yield "chosen", "chosen", solution.chosen.paid


def equal_weights(space: PlanSpace, current: Floats) -> Floats:
    """Today's target pay spread evenly over each team's KPIs that it may be paid on and can move, (I, K)."""
    usable = space.allowed & (space.controllability > 0)
    usable = np.where(usable.any(axis=1, keepdims=True), usable, current > 0)
    count = usable.sum(axis=1, keepdims=True)
    return np.asarray(current.sum(axis=1, keepdims=True) * usable / np.where(count > 0, count, 1))
