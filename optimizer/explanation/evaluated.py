"""Plans at their own consistent beliefs, with every rule: what all questions of this package start from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from optimizer.arrays import Bools, Floats
from optimizer.explanation.gaming_ledger import gaming_hours
from optimizer.plans.evaluator import consistent_facts
from optimizer.plans.rules import rule_values
from optimizer.plans.rules.facts import Deterrence
from optimizer.plans.rules.family import RuleValue
from optimizer.plans.rules.margin import deterrence
from optimizer.plans.space import PlanSpace
from optimizer.response.calibration import Calibrated
from optimizer.response.equilibrium import CONSISTENT
from optimizer.response.outcome import Outcome, evaluate_beside_today, value_of
from optimizer.scenario.plan import weights_of

SAME_MONEY = 1e-6
"""Plans whose euros differ by no more are the same plan."""


@dataclass(frozen=True)
class Evaluated:
    """S plans, `euros` (S, I, K) at target; what people do under them, and every rule at it."""

    cal: Calibrated
    euros: Floats
    outcome: Outcome
    rules: tuple[RuleValue, ...]

    @cached_property
    def value(self) -> Floats:
        """What the scenario maximizes, (S,) currency per period."""
        return value_of(self.cal, self.outcome)

    @cached_property
    def converged(self) -> Bools:
        """Whether beliefs came to agree with what happens, (S,)."""
        return np.asarray(self.outcome.residual <= CONSISTENT)

    @cached_property
    def kept(self) -> Bools:
        """Whether beliefs settled and every rule holds, (S,)."""
        return np.asarray(np.all([rule.kept for rule in self.rules] + [self.converged], axis=0))

    @cached_property
    def excess(self) -> Floats:
        """Sum over broken rules of the excess relative to the limit, (S,)."""
        parts = [rule.excess for rule in self.rules]
        return np.asarray(np.sum(parts, axis=0)) if parts else np.zeros(len(self.euros))

    @cached_property
    def gaming_hours(self) -> Floats:
        """Hours per period that go into gaming activities, (S,)."""
        return gaming_hours(self.cal, self.outcome.x)

    def broken(self, plan: int) -> tuple[str, ...]:
        """Names of the rules that a plan breaks."""
        return tuple(rule.name for rule in self.rules if not rule.kept[plan])


def evaluated(cal: Calibrated, space: PlanSpace, euros: Floats, todays: int = 0) -> Evaluated:
    """S plans (S, I, K), each at its own consistent beliefs; the first `todays` with the curves in force."""
    outcome = evaluate_beside_today(cal, euros, todays)
    facts = consistent_facts(cal, euros, outcome.by_regime, outcome.pay)
    if facts.deterred is not None and todays and cal.chosen:
        both = [[deterrence(c, at, euros) for c in (cal.today, cal)] for at in outcome.by_regime]
        facts = replace(facts, deterred=tuple(_beside(one, other, todays) for one, other in both))
    return Evaluated(cal, euros, outcome, tuple(rule_values(space, facts)))


def _beside(today: Deterrence, chosen: Deterrence, todays: int) -> Deterrence:
    """The first plans' deterrence with the curves in force, the others' with those chosen."""
    first = (np.arange(len(chosen.gain)) < todays)[:, None]
    parts = ((getattr(today, name), getattr(chosen, name)) for name in ("gain", "room", "direct"))
    return Deterrence(chosen.activities, *(np.where(first, one, other) for one, other in parts))


def same(euros: Floats, other: Floats) -> bool:
    """Whether two plans (I, K) are one."""
    return float(np.abs(euros - other).max(initial=0.0)) <= SAME_MONEY


def shares(euros: Floats) -> Floats:
    """Weights of plans (..., I, K), rounded where only arithmetic makes them odd; 0 for an unpaid team."""
    return np.asarray(np.round(weights_of(euros), 10))
