"""What every rule costs: the optimum without it, and with it relaxed by one step, each solved again.

A price is local to nothing: it compares best plans, so it is right for whole rules and for any plan space,
and it costs a solve each. Relaxing keeps every plan that was allowed, so no price is negative.
"""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.explanation.resolve import Job, Optimum, optimum_of, resolved
from optimizer.parallel.pool import ALONE, OnDone, Workers
from optimizer.plans.rules import relaxations
from optimizer.plans.rules.family import Change
from optimizer.scenario.rule_types import Rules
from optimizer.scenario.types import Scenario
from optimizer.solver import Options, Solution


@dataclass(frozen=True)
class RulePrice:
    """A rule relaxed by a step or removed: `limit`, `new_limit` in its own unit (NaN where there is none).

    `price` is the objective of the best plan then less that of the chosen plan [currency/period].
    """

    rule: str
    change: Change
    limit: float
    new_limit: float
    optimum: Optimum
    price: float


def rule_prices(
    solution: Solution, options: Options, workers: Workers = ALONE, on_done: OnDone | None = None
) -> tuple[RulePrice, ...]:
    """Every rule of the scenario that could bind, in the order of the file; empty without a plan."""
    chosen = optimum_of(solution)
    if chosen.weights is None:
        return ()
    cases = list(relaxations(solution.problem.cal))
    jobs = [Job.of(_with_rules(solution.problem.scenario, c.rules), options) for c in cases]
    known = [chosen] if solution.asked.linearised is None else []
    optima = [o.beaten_by(known, options.gap) for o in workers.each(resolved, jobs, on_done)]
    return tuple(
        RulePrice(c.rule, c.change, c.limit, c.new_limit, optimum, optimum.value - chosen.value)
        for c, optimum in zip(cases, optima, strict=True)
    )


def _with_rules(scenario: Scenario, rules: Rules) -> Scenario:
    return scenario.model_copy(update={"rules": rules, "sources": {}})
