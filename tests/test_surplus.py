"""Objective surplus: with steps against enumeration, without steps against whatever can be counted."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm
from solved import MEASURES, mini
from test_academic import Agent, company
from test_solve import enumerated, ruled_company, space_of

from optimizer import Options, Scenario, Solution
from optimizer.plans.enumeration import every_plan
from optimizer.plans.evaluation import evaluate
from optimizer.plans.evaluator import judge_at
from optimizer.plans.space import plan_space
from optimizer.response.calibration import calibrate
from optimizer.response.measures import measure
from optimizer.response.outcome import evaluate_plans
from optimizer.response.pay_knots import pay_curves
from optimizer.scenario.curve_types import Curve
from optimizer.scenario.types import Kpi
from optimizer.solver import solve
from optimizer.solver.solution import Problem
from optimizer.solver.state import SolveState, baseline_beliefs
from optimizer.tables.json_values import evaluation_json

PROVEN = 1e-6


def cautious(scenario: Scenario, rules: dict[str, Any] | None = None) -> Scenario:
    """With objective surplus, and every second team averse to risk."""
    tree = scenario.model_dump(by_alias=True)
    for n, team in enumerate(tree["teams"].values()):
        team["risk_aversion"] = 1e-5 * (n % 2)
    tree["rules"] |= {"objective": "surplus", **(rules or {})}
    return Scenario.model_validate(tree)


def without_steps(seed: int) -> Scenario:
    """A random company with rules that work without steps."""
    scenario = ruled_company(seed)
    budget = {"expected": scenario.rules.budget.expected}
    weights = scenario.rules.weights.model_dump() | {"step": 0.0}
    return cautious(scenario, {"budget": budget, "weights": weights})


# --- what surplus is ------------------------------------------------------------------------------------


@pytest.mark.parametrize("score", [-0.2, 0.1, 0.7, 1.0, 1.4, 2.5])
@pytest.mark.parametrize("cap", [None, 1.2])
def test_the_variance_of_pay_is_that_of_the_integral(cap: float | None, score: float) -> None:
    kpi = Kpi(numerator={"a": 1.0}, noise=0.3, curve=None if cap is None else Curve(cap=cap))
    one = {"activities": {"a": {"team": "t"}}, "teams": {"t": {}}, "current_plan": {"t": {"k": 1.0}}}
    curves = pay_curves(Scenario.model_validate({**one, "kpis": {"k": kpi}}))

    def pay(y: float) -> float:
        return y if cap is None else min(max(y, 0.0), cap)

    def moment(power: int) -> float:
        ends, kinks = (score - 3, score + 3), [k for k in (0.0, cap or 0.0) if abs(k - score) < 3]
        return float(quad(lambda y: pay(y) ** power * norm.pdf(y, score, 0.3), *ends, points=kinks)[0])

    assert curves.variance(np.array([score]))[0, 0] == pytest.approx(moment(2) - moment(1) ** 2, abs=1e-9)
    assert curves.expected(np.array([score]))[0, 0] == pytest.approx(moment(1), abs=1e-9)


def test_surplus_is_revenue_less_effort_less_risk() -> None:
    cal = calibrate(cautious(mini()))
    outcome = evaluate_plans(cal, cal.current[None])
    x = outcome.x[0]
    effort = sum(c * v + 0.5 * q * v * v for c, q, v in zip(cal.linear, cal.quadratic, x, strict=True))
    risk = 0.5 * 1e-5 * 60000.0**2 * 0.25**2  # sales alone is averse, on bookings
    assert outcome.effort_cost[0] == pytest.approx(effort, rel=1e-12)
    assert outcome.risk_premium[0] == pytest.approx(risk, rel=1e-12)
    assert outcome.surplus[0] == pytest.approx(outcome.revenue[0] - effort - risk, rel=1e-12)


def test_the_parts_of_surplus_are_in_the_json_only_where_it_is_the_objective() -> None:
    for objective in ("surplus", "revenue"):
        answer = evaluation_json(evaluate(mini({"objective": objective})))["consistent"]
        parts = {"effort_cost", "risk_premium", "surplus"}
        assert parts & set(answer) == (parts if objective == "surplus" else set())


# --- with steps -----------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2, 3, 4, 5, 8])
def test_at_baseline_beliefs_surplus_equals_enumeration_on_random_companies(seed: int) -> None:
    scenario = cautious(ruled_company(seed))
    best = enumerated(scenario, "baseline")
    solution = solve(scenario, Options(beliefs="baseline", gap=PROVEN))
    if best == -np.inf:
        assert solution.status == "infeasible"
    else:
        assert solution.status == "optimal"
        assert solution.certificate.objective == pytest.approx(best, rel=PROVEN)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 8])
def test_at_consistent_beliefs_no_enumerated_plan_has_more_surplus(seed: int) -> None:
    scenario = cautious(ruled_company(seed))
    solution = solve(scenario, Options(gap=1e-4))
    assert solution.status == "optimal"
    assert solution.certificate.objective == pytest.approx(enumerated(scenario, "consistent"), rel=1e-4)


def test_surplus_of_the_small_company_is_the_enumerated_one() -> None:
    rules = {"objective": "surplus", "weights": {"step": 0.25}, "measures": MEASURES, "budget": {}}
    solution = solve(cautious(mini(rules)), Options(beliefs="baseline", gap=PROVEN))
    assert solution.status == "optimal"
    assert solution.certificate.objective == pytest.approx(
        enumerated(cautious(mini(rules)), "baseline"), rel=PROVEN
    )


# --- without steps --------------------------------------------------------------------------------------


@cache
def continuous(seed: int) -> Solution:
    return solve(without_steps(seed), Options(beliefs="baseline", gap=PROVEN))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 4, 8, 12])
def test_no_plan_on_a_grid_beats_the_bound_and_a_proven_plan_is_at_least_as_good(seed: int) -> None:
    scenario, solution = without_steps(seed), continuous(seed)
    cal = calibrate(scenario)
    space = plan_space(cal, space_of(scenario).controllability, 0.25)
    at = baseline_beliefs(SolveState(Problem(cal, space, measure(cal)), Options()))
    judge = judge_at(cal, space, at.beliefs, at.exposure)
    scores = [judge(block) for block in every_plan(space)]
    best = max(float(f.value[f.kept].max(initial=-np.inf)) for f in scores)
    assert best <= solution.certificate.bound * (1 + 1e-9)
    if solution.status == "optimal":
        assert solution.certificate.objective >= best * (1 - PROVEN)
    else:
        assert {c.name for c in solution.certificate.checks if not c.ok} == {"gap"}
        assert scenario.rules.budget.expected is not None


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2, 4])
def test_small_moves_away_from_a_proven_plan_bring_nothing(seed: int) -> None:
    solution = continuous(seed)
    assert solution.status == "optimal"
    assert solution.chosen is not None
    cal, space = solution.problem.cal, solution.problem.space
    believed = baseline_beliefs(SolveState(Problem(cal, space, measure(cal)), Options()))
    rng, at = np.random.default_rng(seed), space.units(solution.chosen.euros)
    moved = np.clip(at + rng.normal(0, 0.02, (400, *at.shape)), 0, None) * space.allowed
    moved *= at.sum(axis=1)[None, :, None] / np.maximum(moved.sum(axis=2, keepdims=True), 1e-12)
    scores = judge_at(cal, space, believed.beliefs, believed.exposure)(moved)
    assert float(scores.value[scores.kept].max(initial=-np.inf)) <= solution.certificate.objective * (
        1 + 1e-9
    )


@pytest.mark.slow
def test_where_beliefs_move_with_the_plan_nothing_is_called_optimal() -> None:
    scenario = cautious(ruled_company(4))
    solution = solve(without_steps(4), Options(gap=1e-4))
    assert solution.status == "feasible"
    assert {c.name for c in solution.certificate.checks if not c.ok} == {"no_better_plan"}
    assert solution.certificate.objective >= enumerated(scenario, "consistent") * (1 - 1e-9)


def test_rules_that_no_plan_keeps_are_infeasible_without_steps_too() -> None:
    """Half a unit of work for the least pay of 1 earns 0.5."""
    scenario = company([Agent([1.0], [2.0], [[1.0]], [3.0], 0.5)], {"budget": {"expected": 0.4}}, least=1.0)
    solution = solve(scenario)
    assert solution.status == "infeasible"
    assert solution.conflict is not None
    assert "budget.expected" in solution.conflict.rules


def test_weights_without_steps_keep_locks_sizes_and_numbers_of_measures() -> None:
    weights = {"step": 0.0, "min": 0.15, "max": 0.8, "max_measures": 2}
    measures = MEASURES | {"marketing": ["lead_volume", "wins"], "sales": ["bookings", "leads_touched"]}
    rules = {"objective": "surplus", "weights": weights, "measures": measures, "budget": {}}
    locks = {"sales": {"leads_touched": 0.31}, "success": {"retention": 1.0}}
    solution = solve(cautious(mini(rules | {"locks": locks})), Options(beliefs="baseline", gap=PROVEN))
    assert solution.status == "optimal"
    assert solution.chosen is not None
    assert solution.chosen.plan.weights["sales"]["leads_touched"] == pytest.approx(0.31, abs=1e-9)
    for team in ("marketing", "sales"):
        of_team = solution.chosen.plan.weights[team]
        assert len(of_team) <= 2
        assert all(0.15 - 1e-6 <= w <= 0.8 + 1e-6 for w in of_team.values())


@pytest.mark.slow
def test_threads_do_not_change_a_plan_without_steps() -> None:
    both = [
        solve(without_steps(4), Options(beliefs="baseline", gap=PROVEN, threads=threads)).chosen.plan
        for threads in (1, 2)
    ]
    assert both[0] == both[1]
