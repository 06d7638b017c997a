"""What a search came to, and the solution that is built of it, once, at the end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import inf, isfinite, nan

from optimizer.arrays import Floats
from optimizer.plans.evaluator import Linearised
from optimizer.plans.local_search import ScoredPlan
from optimizer.plans.robustness import Robustness
from optimizer.plans.statuses import Status
from optimizer.response.outcome import evaluate_plan
from optimizer.response.plan_batch import PlanBatch
from optimizer.risk.payouts import payouts_under
from optimizer.scenario.plan import IN_FORCE, Plan, plan_from_euros
from optimizer.solver.gap import relative_gap
from optimizer.solver.solution import (
    Alternative,
    Asked,
    Certificate,
    Check,
    Chosen,
    Combination,
    Conflict,
    Problem,
    Solution,
)
from optimizer.solver.state import SolveState

MODEL = {"model_accepts_plan", "model_value"}
"""Checks that fail without anybody's fault where a believed denominator is held up by its floor."""
INTERNAL = MODEL | {"regret", "bounds", "rules", "equilibrium_residual"}
"""Checks whose failure means the software is wrong, not that the proof is missing."""


@dataclass(frozen=True)
class Certified:
    """A plan with every check of it; whether all are kept decides the status."""

    state: SolveState
    plan: ScoredPlan
    known: float
    """No plan is worth more, as far as that is known; may lie below the plan's own value, or be infinite."""
    checks: tuple[Check, ...]
    alternatives: tuple[Alternative, ...] = ()
    linearised: Linearised | None = None

    @property
    def status(self) -> Status:
        status = status_of(self.checks)
        return "imposed" if status == "optimal" and self.state.imposed else status

    @property
    def objective(self) -> float:
        return self.plan.value

    @property
    def gap(self) -> float:
        return relative_gap(self.plan.value, self.known)

    @property
    def bound(self) -> float:
        """Never below the plan's own value."""
        return max(self.known, self.plan.value) if isfinite(self.gap) else inf


@dataclass(frozen=True)
class NoPlan:
    """Why there is none."""

    state: SolveState
    status: Status
    checks: tuple[Check, ...] = ()
    conflict: Conflict | None = None

    objective = bound = gap = nan

    @property
    def proven(self) -> bool:
        """No plan keeps the rules, and that is certain."""
        return self.status == "infeasible"


Verdict = Certified | NoPlan


def status_of(checks: Iterable[Check]) -> Status:
    """Optimal, feasible without proof, or a failed check of the software itself (scenario.md)."""
    failed = {c.name for c in checks if not c.ok}
    if failed & (INTERNAL - MODEL if "denominator_floor" in failed else INTERNAL):
        return "error"
    return "feasible" if failed else "optimal"


def solution_of(
    verdict: Verdict, combinations: tuple[Combination, ...] = (), robustness: Robustness | None = None
) -> Solution:
    """The one place where a solution is built."""
    state = verdict.state
    chosen = _chosen(state, verdict.plan) if isinstance(verdict, Certified) else None
    certificate = Certificate(
        objective=verdict.objective,
        bound=verdict.bound,
        gap=verdict.gap,
        checks=verdict.checks,
        rounds=tuple(state.rounds),
        rejected=tuple(state.rejected),
    )
    asked = Asked(combinations=combinations, robustness=robustness)
    if isinstance(verdict, Certified):
        asked = replace(asked, alternatives=verdict.alternatives, linearised=verdict.linearised)
    conflict = verdict.conflict if isinstance(verdict, NoPlan) else None
    return Solution(state.problem, verdict.status, chosen, certificate, conflict, asked)


def plan_under(state: SolveState, plan: ScoredPlan) -> Plan:
    """A scored plan with the curves under which it was."""
    return _plan(state.problem, state.space.euros(plan.units))


def _plan(problem: Problem, euros: Floats) -> Plan:
    return plan_from_euros(problem.scenario, euros, problem.space.terms)


def _chosen(state: SolveState, plan: ScoredPlan) -> Chosen:
    with state.timed("evaluate"):
        return chosen_in(state.problem, state.space.euros(plan.units))


def chosen_in(problem: Problem, euros: Floats) -> Chosen:
    """What people do under a plan, next period and once they have learnt, and what they are paid."""
    cal, terms = problem.cal, problem.space.terms
    both = PlanBatch.of([(cal.current, IN_FORCE), (euros, terms)])
    return Chosen(
        plan=_plan(problem, euros),
        euros=euros,
        first_response=evaluate_plan(cal, euros, "first_response"),
        consistent=evaluate_plan(cal, euros),
        payouts=payouts_under(cal, both),
    )
