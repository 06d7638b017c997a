"""The value of plans and whether they keep the rules: at fixed beliefs, or once beliefs agree.

Search, enumeration and the certificate all ask here; nothing here knows the optimization model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from optimizer.arrays import Bools, Floats, Ints
from optimizer.plans.rules import rule_values
from optimizer.plans.rules.facts import Facts
from optimizer.plans.rules.family import RuleValue
from optimizer.plans.rules.margin import deterrence
from optimizer.plans.space import PlanSpace
from optimizer.response.beliefs import Beliefs, believed_score, signals_of
from optimizer.response.best_response import respond
from optimizer.response.calibration import Calibrated
from optimizer.response.equilibrium import Equilibrium
from optimizer.response.exposure import exposures
from optimizer.response.network import Network
from optimizer.response.outcome import (
    effort_cost,
    evaluate_plans,
    payouts,
    risk_premium,
    true_scores,
    value_of,
)
from optimizer.risk.cvar import NO_TAIL, BadCases, added, has_tail_rule, moving, tail_of
from optimizer.scenario.charges import loading


@dataclass(frozen=True)
class Scores:
    """Per plan (S,): `value` of the objective, `kept` all rules, `violation` relative excess over limits,
    and whether a rate that it pays on is `starved`, so that no sane plan may come after it."""

    value: Floats
    kept: Bools
    violation: Floats
    starved: Bools

    def order(self) -> Ints:
        """Best first: kept before broken, sane before starved, then value or least violation."""
        key = np.where(self.kept, -self.value, self.violation)
        return np.lexsort((np.arange(len(key)), key, self.starved, ~self.kept))


Judge = Callable[[Ints], Scores]
"""Step counts (S, I, K) to their judgement."""


def judge_consistent(cal: Calibrated, space: PlanSpace) -> Judge:
    """Each plan at its own consistent beliefs, true ratios, E pay(s_k); no equilibrium counts as broken."""

    def judge(units: Ints) -> Scores:
        euros = space.euros(units)
        outcome = evaluate_plans(cal, euros)
        value = value_of(cal, outcome)
        facts = consistent_facts(cal, euros, outcome.by_regime, outcome.pay)
        kept, violation = _judged(rule_values(space, facts), len(units))
        converged = outcome.converged
        violation = np.where(converged, violation, np.inf)
        starved = np.asarray(outcome.starved.any(axis=1))
        return Scores(value, kept & converged, violation, starved)

    return judge


def consistent_facts(
    cal: Calibrated, euros: Floats, equilibria: tuple[Equilibrium, ...], pay: Floats
) -> Facts:
    """What the rules look at, with exposure and deterrence only where a rule needs them."""
    gaming = cal.scenario.rules.gaming
    exposure = deterred = None
    if cal.scenario.rules.exposure_limit is not None:
        exposure = believed_exposure(cal, euros, equilibria)
    if gaming is not None and gaming.margin is not None:
        deterred = tuple(deterrence(cal, e, euros) for e in equilibria)
    tail = consistent_tail(cal, euros, equilibria)
    return Facts(cal, euros, equilibria, pay, exposure, deterred, tail)


def consistent_tail(cal: Calibrated, euros: Floats, equilibria: tuple[Equilibrium, ...]) -> BadCases:
    """What is paid in bad cases once beliefs agree with what happens."""
    if not has_tail_rule(cal):
        return NO_TAIL
    scores = [true_scores(cal, e) for e in equilibria]
    return tail_of(
        cal, euros, [payouts(cal, euros, s) @ loading(cal.scenario) for s in scores], scores, moving
    )


def believed_exposure(cal: Calibrated, euros: Floats, equilibria: tuple[Equilibrium, ...]) -> Floats:
    """d_kj, (S, K, J), expected over regimes."""
    return cal.regimes.expect(exposures(cal, e, euros) for e in equilibria)


def judge_at(
    cal: Calibrated, space: PlanSpace, beliefs: tuple[Beliefs, ...], exposure: Floats | None = None
) -> Judge:
    """Every plan at the same beliefs (S = 1 per regime), with linearised scores: what the MILP sees."""

    def judge(units: Ints) -> Scores:
        euros = space.euros(units)
        outcome = linearised(cal, euros, beliefs)
        seen = None if exposure is None else np.broadcast_to(exposure, (len(units), *exposure.shape))
        facts = Facts(cal, euros, outcome.by_regime, outcome.pay, seen)
        if cal.scenario.rules.gaming is not None and cal.scenario.rules.gaming.margin is not None:
            facts = replace(consistent_facts(cal, euros, outcome.by_regime, outcome.pay), exposure=seen)
        facts = replace(facts, tail=outcome.tail)
        kept, violation = _judged(rule_values(space, facts), len(units))
        return Scores(value_of(cal, outcome), kept, violation, np.zeros(len(units), dtype=bool))

    return judge


@dataclass(frozen=True)
class Linearised:
    """What the model sees of one plan at given beliefs: ŝ (K,), pay (I,), amounts in currency per period."""

    score: Floats
    pay: Floats
    revenue: float
    loaded_pay: float
    effort_cost: float
    risk_premium: float

    @property
    def net(self) -> float:
        return self.revenue - self.loaded_pay


@dataclass(frozen=True)
class LinearisedBatch:
    """What the model sees at given beliefs: ŝ (S, K), pay (S, I), the rest (S,)."""

    by_regime: tuple[Equilibrium, ...]
    score: Floats
    pay: Floats
    revenue: Floats
    loaded_pay: Floats
    effort_cost: Floats
    risk_premium: Floats
    tail: BadCases = NO_TAIL

    @property
    def net(self) -> Floats:
        return self.revenue - self.loaded_pay

    @property
    def surplus(self) -> Floats:
        return self.revenue - self.effort_cost - self.risk_premium

    def one(self, plan: int) -> Linearised:
        """That of one plan."""
        return Linearised(
            score=self.score[plan],
            pay=self.pay[plan],
            revenue=float(self.revenue[plan]),
            loaded_pay=float(self.loaded_pay[plan]),
            effort_cost=float(self.effort_cost[plan]),
            risk_premium=float(self.risk_premium[plan]),
        )


def linearised(cal: Calibrated, euros: Floats, beliefs: tuple[Beliefs, ...]) -> LinearisedBatch:
    """Responses at given beliefs (S = 1 per regime), with scores and payouts linearised there."""
    expect = cal.regimes.expect
    parts = [_linearised(cal, network, at, euros) for network, at in cal.regimes.beside(beliefs)]
    pay = expect(p.pay for p in parts)
    tail = NO_TAIL
    if has_tail_rule(cal):
        believed = [_believed(cal, network, at) for network, at in cal.regimes.beside(beliefs)]
        tail = tail_of(cal, euros, [p.loaded_pay for p in parts], believed, added)
    return LinearisedBatch(
        by_regime=tuple(p.by_regime[0] for p in parts),
        score=expect(p.score for p in parts),
        pay=pay,
        revenue=expect(p.revenue for p in parts),
        loaded_pay=np.asarray(pay @ loading(cal.scenario)),
        effort_cost=expect(p.effort_cost for p in parts),
        risk_premium=expect(p.risk_premium for p in parts),
        tail=tail,
    )


def _believed(cal: Calibrated, network: Network, beliefs: Beliefs) -> Floats:
    return believed_score(network, cal.targets_at(beliefs), beliefs)


def _linearised(cal: Calibrated, network: Network, beliefs: Beliefs, euros: Floats) -> LinearisedBatch:
    signals = signals_of(network, cal.curves, cal.targets_at(beliefs), beliefs)
    response = respond(cal, network, beliefs, euros)
    score = signals.constant[0] + response.x @ signals.marginal[0].T
    rate = signals.level + signals.slope.change(score - signals.score)
    pay = np.einsum("sik,sik->si", euros, rate)
    at = Equilibrium(network, response, beliefs.repeated(len(euros)), np.zeros(len(euros)), 0)
    revenue = response.x @ network.marginal_value
    effort = effort_cost(cal, response.x)
    risk = risk_premium(cal, euros, signals.score)
    return LinearisedBatch((at,), score, pay, revenue, pay @ loading(cal.scenario), effort, risk)


def _judged(rules: Iterator[RuleValue], plans: int) -> tuple[Bools, Floats]:
    kept, violation = np.ones(plans, dtype=bool), np.zeros(plans)
    for rule in rules:
        kept &= rule.kept
        violation += rule.excess
    return kept, violation
