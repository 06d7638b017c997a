"""What a unit can be given: the plan in force, or one that a solve found for it, each at its own beliefs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from optimizer.arrays import Floats
from optimizer.plans.evaluation import Evaluation, evaluate_each
from optimizer.plans.plan_changes import same_plan
from optimizer.plans.rules.budget import EXPECTED
from optimizer.plans.space import PlanSpace, plan_space
from optimizer.response.booking import BookedMoney, booked_money
from optimizer.response.calibration import calibrate
from optimizer.response.measures import measure
from optimizer.response.plan_batch import PlanBatch
from optimizer.scenario.plan import Plan, plan_of
from optimizer.scenario.types import Scenario

Kind = Literal["in_force", "recommended", "frontier"]


@dataclass(frozen=True)
class Found:
    """A plan as a run says it, with the `run` and the `status` of its solve (empty of the plan in force).

    `limit` is the one on expected loaded payouts at which it is best [currency/period]; NaN where that is the
    scenario's own.
    """

    kind: Kind
    run: str
    status: str
    plan: Plan
    limit: float = math.nan


@dataclass(frozen=True)
class Choice:
    """A plan that a unit can be given. `money` as booked, `broken` the rules that it breaks, but for the
    limit on the unit's expected payouts: that is what the common envelope takes the place of."""

    found: Found
    evaluation: Evaluation
    money: BookedMoney
    broken: tuple[str, ...]

    @property
    def settled(self) -> bool:
        """Whether beliefs came to agree with what happens."""
        return bool(self.evaluation.consistent.converged)


@dataclass(frozen=True)
class BusinessUnit:
    """A company of its own under the common envelope; the first choice is the plan in force."""

    name: str
    scenario: Scenario
    choices: tuple[Choice, ...]

    @property
    def in_force(self) -> Choice:
        """The plan that is paid today."""
        return self.choices[0]

    @property
    def reserve(self) -> float:
        """What of the envelope the unit sets aside [currency/period]."""
        return float(self.scenario.rules.budget.reserve)


def unit_of(name: str, runs: Sequence[tuple[Scenario, Sequence[Found]]], seed: int) -> BusinessUnit:
    """The plan in force, then every other one that beliefs settle under and that keeps the rules of its run;
    of equal plans the first. The scenarios of the runs differ in their rules at most.

    Raises CalibrationError where the baseline cannot be calibrated.
    """
    judged = [choice for scenario, found in runs for choice in _judged(scenario, found, seed)]
    kept: list[Choice] = []
    for choice in judged:
        offered = choice.found.kind == "in_force" or (not choice.broken and choice.settled)
        if offered and not any(_same(choice, other) for other in kept):
            kept.append(choice)
    return BusinessUnit(name, runs[0][0], tuple(kept))


def _judged(scenario: Scenario, found: Sequence[Found], seed: int) -> Iterator[Choice]:
    cal = calibrate(scenario, seed)
    space = plan_space(cal, measure(cal).controllability)
    plans = [Found("in_force", "", "", plan_of(scenario, scenario.current_plan)), *found]
    batch = PlanBatch.of((_nearest(space, one.plan), one.plan.terms) for one in plans)
    for one, evaluation in zip(plans, evaluate_each(cal, space, batch), strict=True):
        broken = tuple(rule.name for rule in evaluation.broken_rules if rule.name != EXPECTED.name)
        yield Choice(one, evaluation, booked_money(scenario, evaluation.consistent), broken)


def _nearest(space: PlanSpace, plan: Plan) -> Floats:
    """Euros (I, K) in whole steps: a table tells weights to six digits. The plan in force may be between
    steps, and a file is exact."""
    exact = plan.euros(space.scenario)
    stepped = space.euros(space.units(exact))
    told = np.allclose(stepped, exact, rtol=1e-5, atol=1e-5 * exact.max(initial=0.0))
    return stepped if told else exact


def _same(one: Choice, other: Choice) -> bool:
    sides = ((c.evaluation.euros, c.evaluation.terms) for c in (one, other))
    return same_plan(one.evaluation.cal.scenario, *sides)
