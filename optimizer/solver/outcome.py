"""What a solve hands out: a plan with its certificate, or why there is none."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from optimizer.plans.enumeration import count_plans, every_plan
from optimizer.plans.evaluator import Linearised, consistent_facts, judge_consistent
from optimizer.plans.local_search import ScoredPlan, ScoredPlans
from optimizer.plans.rules import broken_rules
from optimizer.plans.space import plan_space
from optimizer.response.outcome import evaluate_plans
from optimizer.risk.payouts import payouts_under
from optimizer.scenario.plan import plan_from_euros
from optimizer.solver.belief_rounds import BRUTE_FORCE, Refusal
from optimizer.solver.certificate import (
    check_equilibrium,
    check_global,
    check_model,
    check_rules,
    check_sample,
    relative_gap,
)
from optimizer.solver.conflicts import breaks_weight_rules, explain_conflict
from optimizer.solver.proof import MOST_LISTED, Proof
from optimizer.solver.solution import Check, Conflict, MovedLimit, Solution, Status
from optimizer.solver.state import BeliefPoint, Event, Run, baseline_beliefs

MODEL = {"model_accepts_plan", "model_value"}
"""Checks that fail without anybody's fault where a believed denominator is held up by its floor."""
INTERNAL = MODEL | {"regret", "bounds", "rules", "equilibrium_residual"}
"""Checks whose failure means the software is wrong, not that the proof is missing."""


def status_of(checks: list[Check]) -> Status:
    """Optimal, feasible without proof, or a failed check of the software itself (scenario.md)."""
    failed = {c.name for c in checks if not c.ok}
    if failed & (INTERNAL - MODEL if "denominator_floor" in failed else INTERNAL):
        return "error"
    return "feasible" if failed else "optimal"


def certified(run: Run, unsolved: Solution, scored: ScoredPlans, proof: Proof) -> Solution:
    """The best plan at its own beliefs, with every check."""
    plan, gap = proof.plan, relative_gap(proof.plan.value, proof.bound)
    euros = run.space.euros(plan.units)[None]
    with run.timed("verify"):
        outcome = evaluate_plans(run.cal, euros)
        checks = [
            Check(
                "gap", gap <= run.options.gap * (1 + 1e-9), gap, run.options.gap, "at the plan's own beliefs"
            ),
            Check(
                "no_better_plan",
                proof.complete,
                float(proof.listed),
                float(MOST_LISTED),
                "plans that looked better at these beliefs, each judged at its own",
            ),
            check_rules(scored.judge(plan.units[None])),
            *check_model(proof.fixed, run.space, plan.units, proof.at.beliefs),
            *check_equilibrium(run.cal, euros, outcome),
            *check_global(run.cal, euros[0], outcome),
            *check_sample(run.cal, euros, outcome),
            *enumerated(run, plan),
        ]
    return replace(finished(run, unsolved, plan, proof.bound, checks), rejected=tuple(run.rejected))


def finished(
    run: Run,
    unsolved: Solution,
    plan: ScoredPlan,
    bound: float,
    checks: list[Check],
    seen: Linearised | None = None,
) -> Solution:
    """A plan with its status, its bound (never below its own value) and what people do under it."""
    euros, gap = run.space.euros(plan.units), relative_gap(plan.value, bound)
    with run.timed("evaluate"):
        first = evaluate_plans(run.cal, euros[None], "first_response")
        consistent = evaluate_plans(run.cal, euros[None])
        paid = payouts_under(run.cal, (run.cal.current, euros))
    return replace(
        unsolved,
        status=status_of(checks),
        plan=replace(plan_from_euros(run.cal.scenario, euros), curves=dict(run.cal.chosen)),
        euros=euros,
        objective=plan.value,
        bound=max(bound, plan.value) if np.isfinite(gap) else np.inf,
        gap=gap,
        first_response=first,
        consistent=consistent,
        payouts=paid,
        linearised=seen,
        rounds=tuple(run.rounds),
        checks=tuple(checks),
        seconds=dict(run.seconds),
    )


def enumerated(run: Run, plan: ScoredPlan) -> Iterator[Check]:
    """On request: every plan at a coarser step, judged at its own beliefs."""
    step = run.options.enumerate_step
    if step is None:
        return
    coarse = plan_space(run.cal, run.space.controllability, step)
    judge, top, count = judge_consistent(run.cal, coarse), -np.inf, 0
    for block in every_plan(coarse):
        if run.out_of_time:
            break
        scores = judge(block)
        count += len(block)
        top = max(top, float(scores.value[scores.kept].max(initial=-np.inf)))
        run.tell(Event("enumerate", f"{count:,} plans"))
    ahead = (top - plan.value) / max(1.0, abs(plan.value))
    ok = ahead <= run.options.gap and not run.out_of_time
    yield Check("enumeration", ok, ahead, run.options.gap, f"{count:,} plans at step {step:g}")


# --- without a plan -------------------------------------------------------------------------------------


def stopped(run: Run, unsolved: Solution) -> Solution:
    """Time ran out, or the solver gave up, before any plan was found: neither a plan nor "infeasible"."""
    spent, limit = time.monotonic() - run.started, run.options.time_limit or 0.0
    check = Check("solver", False, 0.0, 1.0, "the solver gave up without an answer")
    if run.out_of_time:
        check = Check("time", False, spent, limit, "no plan yet")
    return _without_plan(run, unsolved, "error", check)


def never_settled(run: Run, unsolved: Solution) -> Solution:
    """Under no plan that was judged do beliefs come to agree with what happens."""
    return _without_plan(run, unsolved, "no_equilibrium")


def refused(run: Run, unsolved: Solution, at: BeliefPoint) -> Solution:
    """The model has no plan at the only beliefs that count."""
    return replace(_without_plan(run, unsolved, "infeasible"), conflict=_conflict(run, at))


def no_plan(
    run: Run, unsolved: Solution, refusal: Refusal | None, nearest: ScoredPlan | None, every: bool
) -> Solution:
    """No plan keeps the rules at its own beliefs: proven where all were judged or weights alone conflict."""
    at = refusal[0] if refusal else baseline_beliefs(run)
    conflict = _conflict(run, at)
    if not conflict.rules and nearest is not None and np.isfinite(nearest.violation):
        conflict = Conflict((), tuple(_broken(run, nearest)))
    return replace(_without_plan(run, unsolved, "infeasible", _exhausted(run, at, every)), conflict=conflict)


def _without_plan(run: Run, unsolved: Solution, status: Status, *checks: Check) -> Solution:
    return replace(
        unsolved, status=status, checks=checks, rounds=tuple(run.rounds), seconds=dict(run.seconds)
    )


def _conflict(run: Run, at: BeliefPoint) -> Conflict:
    run.tell(Event("conflict", "which rules cannot hold together"))
    with run.timed("explain conflict"):
        return explain_conflict(at.data(run), run.limits)


def _broken(run: Run, nearest: ScoredPlan) -> Iterator[MovedLimit]:
    """How far each rule would have to move for the plan that breaks them least."""
    euros = run.space.euros(nearest.units)[None]
    outcome = evaluate_plans(run.cal, euros)
    facts = consistent_facts(run.cal, euros, outcome.by_regime, outcome.pay)
    for rule in broken_rules(run.space, facts):
        yield MovedLimit(rule.name, float(rule.limit[0]), float(-rule.slack[0]))


def _exhausted(run: Run, at: BeliefPoint, every: bool) -> Check:
    """Whether "infeasible" is proven, or only no plan was found among those that were tried."""
    count = float(count_plans(run.space, BRUTE_FORCE))
    if every:
        return Check("every_plan_judged", True, count, float(BRUTE_FORCE), "plans, each at its own beliefs")
    if breaks_weight_rules(at.data(run), run.limits):
        return Check("every_plan_judged", True, 0.0, float(BRUTE_FORCE), "plans keep the rules on weights")
    what = "plans; only likely ones were judged, so that one may exist"
    return Check("every_plan_judged", False, count, float(BRUTE_FORCE), what)
