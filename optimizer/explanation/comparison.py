"""Plans side by side: today's, the named ones, equal weights, the chosen one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from optimizer.arrays import Floats
from optimizer.explanation.evaluated import evaluated, same
from optimizer.explanation.gaming_ledger import gaming_excess
from optimizer.plans.space import PlanSpace
from optimizer.response.outcome import Outcome
from optimizer.scenario.plan import plan_of

if TYPE_CHECKING:
    from optimizer.solver.solution import Solution

Kind = Literal["current", "named", "equal", "chosen"]
EQUAL = "equal_weights"


@dataclass(frozen=True)
class Comparison:
    """S plans side by side: the current one first, the chosen one (where there is one) last.

    `euros` (S, I, K) at target; `value` (S,) of the scenario's objective; `gaming_hours` (S,) hours per
    period; `gaming_excess` (S,) see `gaming_ledger`; `controllability` (S,) mean c_ik over euros at target;
    `broken` the names of the rules that each plan breaks.
    """

    names: tuple[str, ...]
    kinds: tuple[Kind, ...]
    euros: Floats
    outcome: Outcome
    value: Floats
    gaming_hours: Floats
    gaming_excess: Floats
    controllability: Floats
    broken: tuple[tuple[str, ...], ...]
    converged: tuple[bool, ...]
    """Whether beliefs came to agree with what happens."""

    @property
    def gain(self) -> Floats:
        """Value over the current plan's, (S,)."""
        return np.asarray(self.value - self.value[0])

    def is_current(self, plan: int) -> bool:
        """Whether it is the current plan, whatever its name."""
        return same(self.euros[plan], self.euros[0])


def compare(solution: Solution) -> Comparison:
    """The current plan, the named ones, equal weights if no plan is called so, and the chosen one."""
    space = solution.space
    kinds, names, stack = zip(*_plans(solution), strict=True)
    evaluation = evaluated(solution.cal, space, np.array(stack), sum(kind != "chosen" for kind in kinds))
    return Comparison(
        names=names,
        kinds=kinds,
        euros=evaluation.euros,
        outcome=evaluation.outcome,
        value=evaluation.value,
        gaming_hours=evaluation.gaming_hours,
        gaming_excess=gaming_excess(solution.cal, evaluation.outcome),
        controllability=mean_controllability(space, evaluation.euros),
        broken=tuple(evaluation.broken(s) for s in range(len(names))),
        converged=tuple(bool(r) for r in evaluation.converged),
    )


def mean_controllability(space: PlanSpace, euros: Floats) -> Floats:
    """Mean c_ik over the euros at target of plans (S, I, K), (S,); NaN where nothing is paid."""
    pay = euros.sum(axis=(1, 2))
    control = (euros * space.controllability).sum(axis=(1, 2)) / np.where(pay > 0, pay, 1.0)
    return np.where(pay > 0, control, np.nan)


def _plans(solution: Solution) -> Iterator[tuple[Kind, str, Floats]]:
    scenario = solution.cal.scenario
    yield "current", "current", solution.cal.current
    for name, weights in scenario.plans.items():
        yield "named", name, plan_of(scenario, weights).euros(scenario)
    if EQUAL not in scenario.plans:
        yield "equal", EQUAL, equal_weights(solution.space, solution.cal.current)
    if solution.euros is not None:
        yield "chosen", "chosen", solution.euros


def equal_weights(space: PlanSpace, current: Floats) -> Floats:
    """Today's target pay spread evenly over each team's KPIs that it may be paid on and can move, (I, K)."""
    usable = space.allowed & (space.controllability > 0)
    usable = np.where(usable.any(axis=1, keepdims=True), usable, current > 0)
    count = usable.sum(axis=1, keepdims=True)
    return np.asarray(current.sum(axis=1, keepdims=True) * usable / np.where(count > 0, count, 1))
