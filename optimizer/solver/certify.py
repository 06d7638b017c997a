"""The certificate of the best plan at its own beliefs: every check, asked for or not (model.md §8)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from optimizer.plans.enumeration import WHOLE
from optimizer.plans.local_search import ScoredPlan, best_of
from optimizer.response.moved_results import every_movable
from optimizer.response.outcome import evaluate_plan
from optimizer.solver.alternatives import diverse
from optimizer.solver.belief_rounds import built, floor_of
from optimizer.solver.certificate import (
    check_equilibrium,
    check_global,
    check_model,
    check_rules,
    check_sample,
)
from optimizer.solver.chance import DRAWN
from optimizer.solver.check_words import because
from optimizer.solver.gap import relative_gap
from optimizer.solver.program.at_beliefs import FixedModel
from optimizer.solver.proof import MOST_LISTED, Proof
from optimizer.solver.solution import Check
from optimizer.solver.state import BeliefPoint, SolveState, own_beliefs
from optimizer.solver.verdict import Certified, status_of
from optimizer.solver.whole import judge_coarse


def certified(state: SolveState, proof: Proof, drawn: int) -> Certified:
    """The best plan at its own beliefs, with every check, and the alternatives asked for.

    `drawn` random plans were judged, none of them better.
    """
    with state.timed("verify"):
        checks = tuple(_checks(state, proof, drawn))
    proven = status_of(checks) == "optimal"
    others = diverse(state, state.scored, proof.plan, proof.at, proven=proven)
    return Certified(state, proof.plan, proof.bound, checks, others)


def certified_of_all(state: SolveState, plan: ScoredPlan) -> Certified:
    """The best of all plans, each judged at its own beliefs: its value is the bound."""
    at = own_beliefs(state, plan, "final")
    with state.timed("verify"):
        checks = tuple(_checks_of_all(state, plan, at))
    others = diverse(state, state.scored, plan, at, proven=status_of(checks) == "optimal")
    return Certified(state, plan, plan.value, checks, others)


def _checks_of_all(state: SolveState, plan: ScoredPlan, at: BeliefPoint) -> Iterator[Check]:
    count = float(len(state.scored.seen))
    yield Check("gap", True, 0.0, state.options.gap, **because("best_of_all"))
    yield Check("every_plan_judged", True, count, float(WHOLE), **because("every_plan"))
    yield Check("no_better_plan", True, 0.0, float(MOST_LISTED), **because("none_better"))
    yield from _checks_of_plan(state, plan, built(state, at, floor_of(plan.value)), at)


def _checks(state: SolveState, proof: Proof, drawn: int) -> Iterator[Check]:
    plan, gap, limit = proof.plan, relative_gap(proof.plan.value, proof.bound), state.options.gap
    yield Check("gap", gap <= limit * (1 + 1e-9), gap, limit, **because("own_beliefs"))
    yield Check(
        "no_better_plan",
        proof.complete,
        float(proof.listed),
        float(MOST_LISTED),
        **because("looked_better"),
    )
    if proof.complete:
        yield Check("sample", drawn >= DRAWN, float(drawn), float(DRAWN), **_bounded(drawn))
    yield from _checks_of_plan(state, plan, proof.fixed, proof.at)


def _bounded(drawn: int) -> dict[str, Any]:
    """What random plans say, none of which is better."""
    if not drawn:
        return because("no_random_plan")
    return because("random_plans", share=3 / drawn)


def _checks_of_plan(
    state: SolveState, plan: ScoredPlan, fixed: FixedModel | None, at: BeliefPoint
) -> Iterator[Check]:
    """What must hold of any plan that is handed out."""
    euros = state.space.euros(plan.units)
    outcome = evaluate_plan(state.cal, euros)
    yield check_rules(state.scored.judge(plan.units[None]))
    yield from _model_checks(state, plan, fixed, at)
    yield from check_equilibrium(state.cal, euros, outcome)
    yield from check_global(state.cal, euros, outcome)
    yield from check_sample(state.cal, euros, outcome)
    yield from enumerated(state, plan)


def _model_checks(
    state: SolveState, plan: ScoredPlan, fixed: FixedModel | None, at: BeliefPoint
) -> Iterator[Check]:
    """Results that people move are not in the model (model.md §13.7): where they lower what bad cases pay, it
    rejects plans that keep their limit. That says nothing against a plan where every one was judged."""
    checks = tuple(check_model(fixed, plan.units, at.beliefs))
    rejected = any(check.name == "model_accepts_plan" and not check.ok for check in checks)
    if not (rejected and state.every is not None and every_movable(state.cal)):
        yield from checks


def enumerated(state: SolveState, plan: ScoredPlan) -> Iterator[Check]:
    """On request: every plan at a coarser step was judged at its own beliefs, and the best is the answer."""
    step = state.options.enumerate_step
    if step is None:
        return
    judged = judge_coarse(state)
    best = best_of(p for p in judged.plans if p.kept)
    ahead = -np.inf if best is None else (best.value - plan.value) / max(1.0, abs(plan.value))
    sound = best is None or ahead <= state.options.gap or (best.starved and not plan.starved)
    why = because("coarse_plans", plans=len(judged.plans), step=step)
    yield Check("enumeration", sound and judged.all, ahead, state.options.gap, **why)
