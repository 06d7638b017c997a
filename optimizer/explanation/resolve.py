"""Solving the scenario again with other rules: what prices of rules and frontiers are made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from optimizer.explanation.comparison import mean_controllability
from optimizer.explanation.gaming_ledger import gaming_hours
from optimizer.plans.statuses import Status
from optimizer.response.booking import booked_money
from optimizer.response.outcome import value_of
from optimizer.scenario.plan import IN_FORCE, Plan, PlanTerms, pay_decided, plan_of
from optimizer.scenario.types import Scenario
from optimizer.solver import Options, Solution, solve
from optimizer.solver.gap import relative_gap

LONGEST = 60.0
"""Seconds for each solve where no limit is given: one hard point must not hold up all the others."""


@dataclass(frozen=True)
class Job:
    """A scenario to solve, and how."""

    scenario: Scenario
    options: Options

    @classmethod
    def of(cls, scenario: Scenario, like: Options) -> Job:
        """At consistent beliefs, with the gap, time, threads and draws of a solve, and nothing else of it."""
        limit = like.time_limit or LONGEST
        return cls(scenario, Options(gap=like.gap, time_limit=limit, threads=like.threads, seed=like.seed))


@dataclass(frozen=True)
class Optimum:
    """The best plan of a scenario, in few numbers [currency/period]; NaN and None where there is none.

    Payouts as booked, and the net that they leave. `weights` {team: {kpi: w}}; `gaming_hours` per period;
    `controllability` see `ComparedPlan`.
    """

    status: Status
    weights: dict[str, dict[str, float]] | None = None
    value: float = np.nan
    bound: float = np.nan
    revenue: float = np.nan
    gross_pay: float = np.nan
    charges: float = np.nan
    loaded_pay: float = np.nan
    net: float = np.nan
    gaming_hours: float = np.nan
    controllability: float = np.nan
    target_pay: dict[str, float] | None = None
    """Of teams for which it is a decision."""
    terms: PlanTerms = IN_FORCE
    undecided_after: float = np.nan
    """Seconds after which it was not known whether any plan keeps the rules."""

    def plan(self, scenario: Scenario) -> Plan:
        """The whole plan. Raises ValueError where there is none."""
        if self.weights is None:
            raise ValueError("there is no plan")
        today = plan_of(scenario, self.weights)
        pay = {**today.target_pay, **(self.target_pay or {})}
        return replace(today, target_pay=pay, curves=dict(self.terms.curves))

    def beaten_by(self, known: Iterable[Optimum], gap: float) -> Optimum:
        """This, or a better plan that is known to keep the same rules: the solve missed it.

        It is still `optimal` where it is within `gap` of the bound of the solve.
        """
        best = max((o for o in known if o.weights is not None), key=lambda o: o.value, default=None)
        if best is None or (self.weights is not None and best.value <= self.value):
            return self
        bound = max(self.bound, best.value) if np.isfinite(self.bound) else np.nan
        proven = self.status in ("optimal", "imposed") and relative_gap(best.value, self.bound) <= gap
        return replace(best, bound=bound, status="optimal" if proven else "feasible")


def optimum_of(solution: Solution) -> Optimum:
    """The numbers of a solution that are worth keeping; all at consistent beliefs."""
    problem, chosen = solution.problem, solution.chosen
    if chosen is None:
        late = next((c.limit for c in solution.certificate.checks if c.name == "time" and not c.ok), np.nan)
        return Optimum(solution.status, undecided_after=late)
    at, told = chosen.consistent, booked_money(problem.scenario, chosen.consistent)
    return Optimum(
        status=solution.status,
        weights=chosen.plan.weights,
        value=value_of(problem.cal, at),
        bound=solution.certificate.bound,
        revenue=at.revenue,
        gross_pay=told.gross_pay,
        charges=told.charges,
        loaded_pay=told.loaded_pay,
        net=told.net,
        gaming_hours=gaming_hours(problem.cal, at),
        controllability=mean_controllability(problem.space, chosen.euros),
        target_pay=pay_decided(problem.scenario, chosen.plan),
        terms=chosen.plan.terms,
    )


def resolved(job: Job) -> Optimum:
    """The best plan of a job."""
    return optimum_of(solve(job.scenario, job.options))
