"""What people do under a plan, without solving for one: behind `evaluate`, `compare`, `budget`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from optimizer.arrays import Floats
from optimizer.plans.evaluator import consistent_facts, consistent_tail
from optimizer.plans.rules import broken_rules, payout_values
from optimizer.plans.rules.bad_cases import KEYS
from optimizer.plans.rules.budget import EXPECTED, TEAM
from optimizer.plans.rules.facts import Facts
from optimizer.plans.space import plan_space
from optimizer.response.calibration import Calibrated, calibrate
from optimizer.response.global_response import Deviation, deviations
from optimizer.response.measures import congruence, exposures, measure
from optimizer.response.outcome import Outcome, evaluate_plans, loading
from optimizer.risk.cvar import has_tail_rule
from optimizer.risk.draws import draw
from optimizer.risk.payouts import PayoutDistribution, payout_distribution, tail_elsewhere
from optimizer.scenario.plan import Plan, PlanWeights, plan_of
from optimizer.scenario.seed import SEED
from optimizer.scenario.types import Scenario

CURRENT = "current"
"""Name of the plan in force."""


@dataclass(frozen=True)
class Evaluation:
    """A plan and what it brings next quarter (first response) and once people have learnt (consistent)."""

    cal: Calibrated
    plan: Plan
    first_response: Outcome
    consistent: Outcome
    payouts: PayoutDistribution
    deviations: tuple[Deviation, ...] = ()
    """Teams that would do quite other work than the consistent equilibrium says."""
    fixed_targets: Outcome | None = None
    """Where targets are issued anew with what people do: the same plan if they stayed (the ratchet)."""


def evaluate(scenario: Scenario, plan: PlanWeights | Plan | None = None, seed: int = SEED) -> Evaluation:
    """What people do under a plan or `{team: {kpi: weight}}`; without one, under the current plan.

    Raises CalibrationError where the baseline cannot be calibrated.
    """
    chosen = plan_of(scenario, scenario.current_plan if plan is None else plan)
    cal = calibrate(scenario, seed).choosing(chosen.curves)
    euros = chosen.euros(scenario)[None]
    consistent = evaluate_plans(cal, euros)
    fixed = evaluate_plans(replace(cal, stretch=None), euros) if cal.stretch is not None else None
    return Evaluation(
        cal=cal,
        plan=chosen,
        first_response=evaluate_plans(cal, euros, "first_response"),
        consistent=consistent,
        payouts=payout_distribution(cal, euros[0], consistent, draw(scenario, seed)),
        deviations=tuple(deviations(cal, euros[0], consistent)),
        fixed_targets=fixed,
    )


@dataclass(frozen=True)
class BrokenRule:
    """A rule that a plan breaks, with the value, the limit, and by how much."""

    rule: str
    value: float
    limit: float
    excess: float


@dataclass(frozen=True)
class Compared:
    """A plan at its consistent beliefs and the rules it breaks there."""

    consistent: Outcome
    broken_rules: tuple[BrokenRule, ...]


def compare(
    scenario: Scenario, plans: Mapping[str, PlanWeights | Plan], seed: int = SEED
) -> dict[str, Compared]:
    """Plans side by side, in the order given; rules on bad cases hold on the sample of the seed."""
    cal = calibrate(scenario, seed)
    controllability = measure(cal).controllability
    return {name: _compared(cal, controllability, plan_of(scenario, p)) for name, p in plans.items()}


def _compared(calibrated: Calibrated, controllability: Floats, plan: Plan) -> Compared:
    cal, euros = calibrated.choosing(plan.curves), plan.euros(calibrated.scenario)
    space = plan_space(cal, controllability)
    outcome = evaluate_plans(cal, euros[None])
    facts = consistent_facts(cal, euros[None], outcome.by_regime, outcome.pay)
    broken = tuple(
        BrokenRule(rule.name, float(rule.value[0]), float(rule.limit[0]), float(-rule.slack[0]))
        for rule in broken_rules(space, facts)
    )
    return Compared(outcome, broken)


@dataclass(frozen=True)
class BudgetLine:
    """A budget line [currency/period, charges included]; limit and slack are None where unlimited.

    Lines about bad cases hold on a sample; `elsewhere` is the value on a larger one, with `standard_error`.
    """

    name: str
    value: float
    limit: float | None
    slack: float | None
    elsewhere: float | None = None
    standard_error: float | None = None


def check_budget(scenario: Scenario, plan: PlanWeights | Plan, seed: int = SEED) -> tuple[BudgetLine, ...]:
    """Every budget line of any plan at its consistent beliefs; lines without a limit are shown too."""
    chosen = plan_of(scenario, plan)
    cal, euros = calibrate(scenario, seed).choosing(chosen.curves), chosen.euros(scenario)[None]
    outcome = evaluate_plans(cal, euros)
    apart = tail_elsewhere(cal, euros[0], outcome, draw(scenario, seed)) if has_tail_rule(cal) else {}
    tail = consistent_tail(cal, euros, outcome.by_regime)
    facts = Facts(cal, euros, outcome.by_regime, outcome.pay, tail=tail)
    limited = {
        rule.name: BudgetLine(
            rule.name,
            float(rule.value[0]),
            float(rule.limit[0]),
            float(rule.slack[0]),
            *apart.get(KEYS.get(rule.name, ""), ()),
        )
        for rule in payout_values(facts)
    }
    loaded = outcome.pay[0] * loading(cal)
    names = [EXPECTED.name, *(TEAM.named(t) for t in scenario.teams)]
    values = [float(loaded.sum()), *map(float, loaded)]
    shown = [limited.pop(n, BudgetLine(n, v, None, None)) for n, v in zip(names, values, strict=True)]
    return (*shown, *limited.values())


@dataclass(frozen=True)
class Influence:
    """Controllability, swing and lag (I, K), exposure (K, J) and congruence (I,) at the current plan."""

    cal: Calibrated
    controllability: Floats
    swing: Floats
    lag: Floats
    exposure: Floats
    congruence: Floats


def influence(scenario: Scenario) -> Influence:
    """What each team can move, and what the others can do to it."""
    cal = calibrate(scenario)
    measures = measure(cal)
    euros = cal.current[None]
    at = evaluate_plans(cal, euros).by_regime[0]
    return Influence(
        cal,
        measures.controllability,
        measures.swing,
        measures.lag,
        np.asarray(exposures(cal, at, euros.sum(axis=2))[0]),
        np.asarray(congruence(cal, at.network, cal.reward[None])[0]),
    )
