"""The certificate of the best plan at its own beliefs: every check, asked for or not (model.md §8)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimizer.plans.enumeration import every_plan
from optimizer.plans.evaluator import judge_consistent
from optimizer.plans.local_search import ScoredPlan
from optimizer.plans.space import plan_space
from optimizer.response.outcome import evaluate_plan
from optimizer.solver.alternatives import diverse
from optimizer.solver.certificate import (
    check_equilibrium,
    check_global,
    check_model,
    check_rules,
    check_sample,
    relative_gap,
)
from optimizer.solver.proof import MOST_LISTED, Proof
from optimizer.solver.solution import Check
from optimizer.solver.state import Event, SolveState
from optimizer.solver.verdict import Certified, status_of


def certified(state: SolveState, proof: Proof) -> Certified:
    """The best plan at its own beliefs, with every check, and the alternatives asked for."""
    with state.timed("verify"):
        checks = tuple(_checks(state, proof))
    proven = status_of(checks) == "optimal"
    others = diverse(state, state.scored, proof.plan, proof.at, proven=proven)
    return Certified(state, proof.plan, proof.bound, checks, others)


def _checks(state: SolveState, proof: Proof) -> Iterator[Check]:
    plan, gap, limit = proof.plan, relative_gap(proof.plan.value, proof.bound), state.options.gap
    euros = state.space.euros(plan.units)
    outcome = evaluate_plan(state.cal, euros)
    yield Check("gap", gap <= limit * (1 + 1e-9), gap, limit, "at the plan's own beliefs")
    yield Check(
        "no_better_plan",
        proof.complete,
        float(proof.listed),
        float(MOST_LISTED),
        "plans that looked better at these beliefs, each judged at its own",
    )
    yield check_rules(state.scored.judge(plan.units[None]))
    yield from check_model(proof.fixed, state.space, plan.units, proof.at.beliefs)
    yield from check_equilibrium(state.cal, euros, outcome)
    yield from check_global(state.cal, euros, outcome)
    yield from check_sample(state.cal, euros, outcome)
    yield from enumerated(state, plan)


def enumerated(state: SolveState, plan: ScoredPlan) -> Iterator[Check]:
    """On request: every plan at a coarser step, judged at its own beliefs."""
    step = state.options.enumerate_step
    if step is None:
        return
    coarse = plan_space(state.cal, state.space.controllability, step)
    judge, top, count = judge_consistent(state.cal, coarse), -np.inf, 0
    for block in every_plan(coarse):
        if state.out_of_time:
            break
        scores = judge(block)
        count += len(block)
        top = max(top, float(scores.value[scores.kept].max(initial=-np.inf)))
        state.tell(Event("enumerate", f"{count:,} plans"))
    ahead = (top - plan.value) / max(1.0, abs(plan.value))
    ok = ahead <= state.options.gap and not state.out_of_time
    yield Check("enumeration", ok, ahead, state.options.gap, f"{count:,} plans at step {step:g}")
