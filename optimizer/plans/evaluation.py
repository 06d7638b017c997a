"""What people do under a plan, without solving for one: behind `evaluate`, `compare`, `budget`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from optimizer.arrays import Bools, Floats
from optimizer.plans.evaluator import consistent_facts
from optimizer.plans.rules import rule_values
from optimizer.plans.rules.family import RuleOfPlan, RuleValue
from optimizer.plans.space import PlanSpace, plan_space
from optimizer.response.calibration import Calibrated, calibrate
from optimizer.response.exposure import exposures, pay_at_mercy
from optimizer.response.global_response import Deviation, deviations
from optimizer.response.long_run import unpriced
from optimizer.response.measures import congruence, measure
from optimizer.response.outcome import Outcome, OutcomeBatch, evaluate_plan, evaluate_plans, value_of
from optimizer.response.plan_batch import PlanBatch
from optimizer.risk.draws import draw
from optimizer.risk.payouts import PayoutDistribution, payout_distribution
from optimizer.scenario.plan import Plan, PlanTerms, PlanWeights, plan_from_euros, plan_of
from optimizer.scenario.seed import SEED
from optimizer.scenario.types import Scenario

CURRENT = "current"
"""Name of the plan in force."""


@dataclass(frozen=True)
class Evaluation:
    """A plan at its own beliefs: what it brings once people have learnt, and every rule at it.

    What else is asked of it is computed when asked: next period, payouts, what teams would rather do.
    """

    batch: EvaluationBatch
    """Of the plans that were evaluated at once, this one included."""
    place: int

    @property
    def cal(self) -> Calibrated:
        """Paid on the terms of the plan."""
        return self.batch.cal

    @property
    def euros(self) -> Floats:
        """(I, K) currency per period at target."""
        return np.asarray(self.batch.euros[self.place])

    @property
    def terms(self) -> PlanTerms:
        """Curves and targets of the plan."""
        return self.batch.terms

    @cached_property
    def consistent(self) -> Outcome:
        """Once people have learnt."""
        return self.batch.consistent.one(self.place)

    @cached_property
    def rules(self) -> tuple[RuleOfPlan, ...]:
        return tuple(rule.one(self.place) for rule in self.batch.rules)

    @cached_property
    def at_mercy(self) -> Floats:
        """Pay of each team that another can sink at next to no cost to itself, (I, K, J) currency per period,
        expected over regimes."""
        cal, euros = self.cal, self.euros[None]
        each = (pay_at_mercy(cal, at, euros, exposures(cal, at, euros)) for at in self.consistent.equilibria)
        return np.asarray(cal.regimes.expect(each)[0])

    @property
    def plan(self) -> Plan:
        return plan_from_euros(self.cal.scenario, self.euros, self.terms)

    @property
    def value(self) -> float:
        """What the scenario maximizes, currency per period."""
        return value_of(self.cal, self.consistent)

    @property
    def broken_rules(self) -> tuple[RuleOfPlan, ...]:
        """Rules that the plan breaks."""
        return tuple(rule for rule in self.rules if not rule.kept)

    @property
    def starved(self) -> tuple[str, ...]:
        """Rates that the plan pays on and whose denominator has all but vanished (model.md §13.9)."""
        return tuple(
            name for name, dry in zip(self.cal.network.kpis, self.consistent.starved, strict=True) if dry
        )

    @property
    def unpriced(self) -> tuple[str, ...]:
        """KPIs whose results it pays to move, without a price in these figures (model.md §13.7)."""
        return tuple(self.cal.network.kpis[k] for k in unpriced(self.cal, self.euros))

    @property
    def kept(self) -> bool:
        """Beliefs came to agree with what happens, and every rule holds."""
        return self.consistent.converged and not self.broken_rules

    @property
    def excess(self) -> float:
        """Sum over broken rules of the excess relative to the limit."""
        return sum(rule.excess for rule in self.rules)

    @cached_property
    def first_response(self) -> Outcome:
        """Next period, while people act on today's beliefs."""
        return evaluate_plan(self.cal, self.euros, "first_response")

    @cached_property
    def payouts(self) -> PayoutDistribution:
        draws = draw(self.cal.scenario, self.cal.seed)
        return payout_distribution(self.cal, self.euros, self.consistent, draws)

    @cached_property
    def deviations(self) -> tuple[Deviation, ...]:
        """Teams that would do quite other work than the consistent equilibrium says."""
        return tuple(deviations(self.cal, self.euros, self.consistent))

    @cached_property
    def fixed_targets(self) -> Outcome | None:
        """Where targets are issued anew with what people do: the same plan if they stayed (the ratchet)."""
        fixed = replace(self.cal, stretch=None)
        return None if self.cal.stretch is None else evaluate_plan(fixed, self.euros)


@dataclass(frozen=True)
class EvaluationBatch:
    """S plans, `euros` (S, I, K), paid on the same terms: what they bring, and every rule at them."""

    cal: Calibrated
    euros: Floats
    terms: PlanTerms
    consistent: OutcomeBatch
    given: PlanSpace | None
    """The space of the plans; None: found when a rule is asked for, since measuring control takes a while."""

    @cached_property
    def rules(self) -> tuple[RuleValue, ...]:
        space = self.given or plan_space(self.cal, measure(self.cal).controllability, terms=self.terms)
        outcome = self.consistent
        facts = consistent_facts(self.cal, self.euros, outcome.by_regime, outcome.pay)
        return tuple(rule_values(space, facts))

    @cached_property
    def value(self) -> Floats:
        """What the scenario maximizes, (S,) currency per period."""
        return value_of(self.cal, self.consistent)

    @cached_property
    def kept(self) -> Bools:
        """Whether beliefs settled and every rule holds, (S,)."""
        return np.asarray(np.all([rule.kept for rule in self.rules] + [self.consistent.converged], axis=0))

    def one(self, plan: int) -> Evaluation:
        """That of one plan."""
        return Evaluation(self, plan)

    def each(self) -> Iterator[Evaluation]:
        """That of every plan, in their order."""
        return (Evaluation(self, plan) for plan in range(len(self.euros)))


def evaluate_batch(cal: Calibrated, space: PlanSpace, euros: Floats) -> EvaluationBatch:
    """S plans (S, I, K), each at its own consistent beliefs; `cal` pays by the terms of the space."""
    return EvaluationBatch(cal, euros, space.terms, evaluate_plans(cal, euros), space)


def evaluate_each(cal: Calibrated, space: PlanSpace, plans: PlanBatch) -> tuple[Evaluation, ...]:
    """Plans paid on whatever terms, each at its own consistent beliefs, in their order."""
    evaluations: dict[int, Evaluation] = {}
    for terms, rows in plans.parts():
        batch = evaluate_batch(cal.paid_by(terms), replace(space, terms=terms), plans.euros[rows])
        evaluations |= dict(zip(map(int, rows), batch.each(), strict=True))
    return tuple(evaluations[plan] for plan in range(len(plans)))


def evaluate(scenario: Scenario, plan: PlanWeights | Plan | None = None, seed: int = SEED) -> Evaluation:
    """What people do under a plan or `{team: {kpi: weight}}`; without one, under the current plan.

    Raises CalibrationError where the baseline cannot be calibrated.
    """
    chosen = plan_of(scenario, scenario.current_plan if plan is None else plan)
    cal, euros = calibrate(scenario, seed).paid_by(chosen.terms), chosen.euros(scenario)[None]
    return EvaluationBatch(cal, euros, chosen.terms, evaluate_plans(cal, euros), None).one(0)


def compare(
    scenario: Scenario, plans: Mapping[str, PlanWeights | Plan], seed: int = SEED
) -> dict[str, Evaluation]:
    """Plans side by side, in the order given; rules on bad cases hold on the sample of the seed."""
    cal = calibrate(scenario, seed)
    return compare_in(cal, plan_space(cal, measure(cal).controllability), plans)


def compare_in(
    cal: Calibrated, space: PlanSpace, plans: Mapping[str, PlanWeights | Plan]
) -> dict[str, Evaluation]:
    """As `compare`, where the company is calibrated and its rules are at hand."""
    every = [plan_of(cal.scenario, plan) for plan in plans.values()]
    alone = [PlanBatch.of([(plan.euros(cal.scenario), plan.terms)]) for plan in every]
    evaluations = [evaluate_each(cal, space, batch)[0] for batch in alone]
    return dict(zip(plans, evaluations, strict=True))


@dataclass(frozen=True)
class Influence:
    """Controllability, swing and lag (I, K), exposure (K, J), pay at others' mercy (I, K, J) and congruence
    (I,) at the current plan."""

    cal: Calibrated
    controllability: Floats
    swing: Floats
    lag: Floats
    exposure: Floats
    at_mercy: Floats
    congruence: Floats


def influence(scenario: Scenario) -> Influence:
    """What each team can move, and what the others can do to it."""
    cal = calibrate(scenario)
    measures = measure(cal)
    euros = cal.current[None]
    at, *_ = evaluate_plans(cal, euros).by_regime
    exposed = exposures(cal, at, euros)
    return Influence(
        cal,
        measures.controllability,
        measures.swing,
        measures.lag,
        np.asarray(exposed[0]),
        np.asarray(pay_at_mercy(cal, at, euros, exposed)[0]),
        np.asarray(congruence(cal, at.network, cal.reward[None])[0]),
    )
