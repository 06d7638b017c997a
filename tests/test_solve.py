"""The solver against enumerations of an independent implementation, and against its own promises."""

import json
from pathlib import Path

import numpy as np
import pytest
import solved
from companies import random_company

from optimizer import Options, Scenario, Solution
from optimizer.plans.enumeration import every_plan
from optimizer.plans.evaluator import judge_at, judge_consistent
from optimizer.plans.space import plan_space
from optimizer.response.calibration import calibrate
from optimizer.response.measures import measure
from optimizer.response.outcome import evaluate_plans
from optimizer.solver import solve
from optimizer.solver.solution import Problem
from optimizer.solver.state import SolveState, baseline_beliefs

CASES = Path(__file__).parent / "cases"
MINI = json.loads((CASES / "mini_funnel" / "mini_funnel.json").read_text())
MINI_EXPECTED = json.loads((CASES / "mini_funnel" / "mini_funnel_expected.json").read_text())
CAPPED = json.loads((CASES / "capped_funnel" / "capped_funnel.json").read_text())
RULES = json.loads((CASES / "rules_expected.json").read_text())
PROVEN = 1e-6
"""Relative: the reference cases are proven to this gap."""


MEASURES = MINI_EXPECTED["optimum_consistent"]["allowed"]


def mini(rules: dict) -> Scenario:
    return Scenario.model_validate({**MINI, "rules": rules})


def from_enumeration(case: dict, objective: str, budget: float) -> Scenario:
    return mini(
        {
            "objective": objective,
            "weights": {"step": case["step"], "max_measures": case.get("max_measures", 3)},
            "measures": case["allowed"],
            "budget": {"expected": budget},
        }
    )


def same_plan(weights: dict, expected: dict) -> bool:
    pairs = {(t, k) for plan in (weights, expected) for t, w in plan.items() for k in w}
    return all(abs(weights.get(t, {}).get(k, 0) - expected.get(t, {}).get(k, 0)) < 1e-9 for t, k in pairs)


def is_proven(solution: Solution) -> bool:
    return (
        solution.status == "optimal"
        and all(c.ok for c in solution.certificate.checks)
        and solution.certificate.gap <= PROVEN
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", RULES["cases"])
def test_each_rule_set_gives_the_enumerated_optimum_with_proof(name):
    case = RULES["cases"][name]
    rules = {"measures": RULES["measures"], **case["rules"]}
    rules["weights"] = {"step": RULES["step"], **rules.get("weights", {})}
    solution = solve(
        Scenario.model_validate({**CAPPED, "rules": rules}), Options(beliefs="baseline", gap=PROVEN)
    )
    best = case["best"][0]
    assert is_proven(solution)
    assert solution.certificate.objective == pytest.approx(best["revenue"], rel=PROVEN)
    ties = [b["weights"] for b in case["best"] if b["revenue"] >= best["revenue"] * (1 - 1e-9)]
    assert any(same_plan(solution.chosen.plan.weights, w) for w in ties)
    assert solution.asked.linearised.loaded_pay == pytest.approx(best["linearised_loaded_pay"], rel=PROVEN)


@pytest.mark.slow
@pytest.mark.parametrize(
    "case", MINI_EXPECTED["optimum_revenue_first_response"], ids=lambda c: c["loaded_budget"]
)
def test_mini_funnel_revenue_at_baseline_beliefs_is_found_and_proven(case):
    scenario = from_enumeration(case, "revenue", case["loaded_budget"])
    solution = solve(scenario, Options(beliefs="baseline", gap=PROVEN))
    assert is_proven(solution)
    assert solution.certificate.objective == pytest.approx(case["best"][0]["revenue"], rel=PROVEN)
    assert same_plan(solution.chosen.plan.weights, case["best"][0]["weights"])


@pytest.mark.slow
def test_mini_funnel_net_at_baseline_beliefs_is_found_and_proven():
    case = MINI_EXPECTED["optimum_first_response"]
    solution = solve(
        from_enumeration(case, "net", case["loaded_budget"]), Options(beliefs="baseline", gap=PROVEN)
    )
    assert is_proven(solution)
    assert solution.certificate.objective == pytest.approx(case["best"][0]["net"], rel=PROVEN)
    assert same_plan(solution.chosen.plan.weights, case["best"][0]["weights"])


@pytest.mark.slow
def test_mini_funnel_consistent_optimum_is_found():
    case = MINI_EXPECTED["optimum_consistent"]
    solution = solve(from_enumeration(case, "net", case["loaded_budget"]))
    assert solution.status == "optimal"
    assert solution.chosen.consistent.net == pytest.approx(case["best"][0]["net"], rel=PROVEN)
    assert same_plan(solution.chosen.plan.weights, case["best"][0]["weights"])


def ruled_company(seed: int) -> Scenario:
    """A small random company with one of several rule sets and at most a few thousand plans."""
    rng = np.random.default_rng(seed)
    company = random_company(
        rng, teams=int(rng.integers(2, 4)), activities=int(rng.integers(6, 13)), two_way=bool(seed % 2)
    )
    cal = calibrate(company)
    paid = float(evaluate_plans(cal, cal.current[None]).loaded_pay[0])
    budget = {"expected": paid * float(rng.uniform(0.97, 1.1))}
    rules = [
        {"budget": budget},
        {"objective": "net"},
        {"budget": {**budget, "min_share_of_target": 0.9}},
        {"gaming": {"tolerance": float(rng.uniform(0, 0.3)), "margin": 0.1}},
        {"objective": "net", "weights": {"min": 0.5, "max_measures": 2}},
        {"budget": budget, "gaming": {"tolerance": 0.3, "exposure": 0.1}},
    ][seed % 6]
    whole = {**company.rules.model_dump(exclude_unset=True), **rules}
    for step in (0.25, 0.5, 1.0):
        whole["weights"] = {**rules.get("weights", {}), "step": step}
        scenario = company.model_copy(update={"rules": type(company.rules).model_validate(whole)})
        if sum(len(b) for b in every_plan(space_of(scenario))) <= 3000:
            break
    return scenario


def space_of(scenario: Scenario):
    cal = calibrate(scenario)
    return plan_space(cal, measure(cal).controllability)


def enumerated(scenario: Scenario, beliefs: str) -> float:
    """The best value of all plans that keep the rules, by brute force; −inf if none does."""
    cal, space = calibrate(scenario), space_of(scenario)
    at = baseline_beliefs(SolveState(Problem(cal, space, measure(cal)), Options()))
    judge = judge_consistent(cal, space)
    if beliefs == "baseline":
        judge = judge_at(cal, space, at.beliefs, at.exposure)
    best = -np.inf
    for block in every_plan(space):
        scores = judge(block)
        best = max(best, float(scores.value[scores.kept].max(initial=-np.inf)))
    return best


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(24))
def test_at_baseline_beliefs_the_solver_equals_enumeration_on_random_companies(seed):
    scenario = ruled_company(seed)
    solution, best = (
        solve(scenario, Options(beliefs="baseline", gap=PROVEN)),
        enumerated(scenario, "baseline"),
    )
    if best == -np.inf:
        assert solution.status == "infeasible"
        assert solution.conflict.rules
    else:
        assert is_proven(solution)
        assert solution.certificate.objective == pytest.approx(best, rel=PROVEN)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 2, 3, 4, 5, 6])
def test_at_consistent_beliefs_no_enumerated_plan_beats_a_proven_one(seed):
    scenario = ruled_company(100 + seed)
    solution, best = solve(scenario, Options(gap=1e-4)), enumerated(scenario, "consistent")
    if best == -np.inf:
        assert solution.status in ("infeasible", "no_equilibrium")
    else:
        assert solution.status in ("optimal", "feasible")
        assert solution.certificate.objective <= best * (1 + 1e-9)
        if solution.status == "optimal":
            assert solution.certificate.objective >= best - 1e-4 * abs(best)


@pytest.mark.slow
def test_at_fixed_beliefs_a_larger_budget_never_lowers_the_optimum():
    values = []
    for budget in (120000, 127800, 131000, 135000, 150000):
        case = MINI_EXPECTED["optimum_revenue_first_response"][0]
        solution = solve(
            from_enumeration({**case, "step": 0.25}, "revenue", budget),
            Options(beliefs="baseline", gap=PROVEN),
        )
        values.append(solution.certificate.objective if solution.status == "optimal" else -np.inf)
    assert values == sorted(values)
    assert values[-1] > values[1]


@pytest.mark.slow
def test_a_time_limit_is_feasible_or_error_but_never_optimal():
    rules = {
        "objective": "net",
        "weights": {"step": 0.05},
        "measures": RULES["measures"],
        "budget": {"expected": 250000},
    }
    scenario = Scenario.model_validate({**CAPPED, "rules": rules})
    solution = solve(scenario, Options(time_limit=0.5, gap=1e-9))
    assert solution.status in ("feasible", "error")
    assert any(not c.ok for c in solution.certificate.checks)
    if solution.chosen is not None:
        assert next(c for c in solution.certificate.checks if c.name == "rules").ok


@pytest.mark.slow
def test_rules_that_cannot_hold_together_are_named_with_the_cheapest_way_out():
    rules = {
        "budget": {"expected": 127000, "min_share_of_target": 1.0},
        "weights": {"step": 0.25},
        "measures": MEASURES,
    }
    assert (
        solve(mini({**rules, "budget": {"expected": 127000}}), Options(beliefs="baseline")).status
        == "optimal"
    )
    solution = solve(mini(rules), Options(beliefs="baseline"))
    assert solution.status == "infeasible"
    assert "budget.expected" in solution.conflict.rules
    assert any(r.startswith("budget.min_share_of_target") for r in solution.conflict.rules)
    assert solution.conflict.cheapest
    assert all(r.by > 0 for r in solution.conflict.cheapest)


@pytest.mark.slow
def test_a_plan_that_keeps_the_rules_only_once_beliefs_adapt_is_found_before_infeasible_is_said():
    """The model at baseline beliefs has no plan within this budget; one of 4,410 keeps it at its own."""
    current = {
        "marketing": {"meeting_rate": 1.0},
        "sales": {"leads_qualified": 0.6, "bookings": 0.4},
        "success": {"retention": 1.0},
    }
    rules = {
        "weights": {"step": 0.2, "max_measures": 3},
        "measures": MEASURES,
        "budget": {"expected": 115388.8849},
    }
    scenario = Scenario.model_validate({**MINI, "current_plan": current, "rules": rules})
    assert solve(scenario, Options(beliefs="baseline")).status == "infeasible"
    solution = solve(scenario)
    assert solution.status in ("optimal", "feasible")
    assert next(c for c in solution.certificate.checks if c.name == "rules").ok


@pytest.mark.slow
def test_a_rate_whose_denominator_vanishes_in_a_regime_is_a_warning_not_an_error():
    dry = {"targeted_campaign": 0.0, "wide_net_campaign": 0.0}
    regimes = {"normal": {"probability": 0.8}, "dry": {"probability": 0.2, "yields": dry}}
    rules = {"weights": {"step": 0.5}, "budget": {}, "locks": {"marketing": {"meeting_rate": 1.0}}}
    solution = solve(solved.mini(rules, regimes=regimes))
    failed = {check.name for check in solution.certificate.checks if not check.ok}
    assert "denominator_floor" in failed
    assert not failed & {"equilibrium_residual", "rules", "regret"}
    assert solution.status == "feasible"


@pytest.mark.slow
def test_a_floor_that_leaves_a_team_without_any_kpi_is_named():
    solution = solve(mini({"controllability": {"floor": 0.9999}, "weights": {"step": 0.25}}))
    assert solution.status == "infeasible"
    assert "controllability.floor.marketing" in solution.conflict.rules


def test_a_textbook_instance_without_stages_or_hours_is_solved():
    scenario = Scenario.model_validate(
        {
            "teams": {"one": {"target_pay": {"current": 5, "min": 0, "max": 10, "step": 0.5}}},
            "activities": {
                "left": {"team": "one", "value": 6, "cost": {"quadratic": 1}},
                "right": {"team": "one", "value": 2, "cost": {"quadratic": 2}},
            },
            "kpis": {"both": {"numerator": {"left": 1, "right": 0.5}, "target": 1}},
            "current_plan": {"one": {"both": 1.0}},
            "rules": {"objective": "net"},
        }
    )
    solution = solve(scenario, Options(gap=PROVEN))
    assert is_proven(solution)
    euros = np.arange(0, 10.01, 0.5)
    by_hand = (6 * euros + 2 * euros * 0.25) - (euros * (euros + 0.5 * euros * 0.25))
    assert solution.certificate.objective == pytest.approx(by_hand.max(), rel=1e-9)


@pytest.mark.slow
def test_the_cheapest_way_out_is_enough_and_less_is_not():
    rules = {"weights": {"step": 0.25}, "measures": MEASURES, "locks": {"success": {"retention": 1.0}}}
    budget = 60000
    refused = solve(mini({**rules, "budget": {"expected": budget}}), Options(beliefs="baseline"))
    assert refused.status == "infeasible"
    (only,) = refused.conflict.cheapest
    assert only.rule == "budget.expected"
    enough, short = budget + only.by * (1 + 2e-3), budget + only.by * (1 - 2e-3)
    assert (
        solve(mini({**rules, "budget": {"expected": enough}}), Options(beliefs="baseline")).status
        == "optimal"
    )
    assert (
        solve(mini({**rules, "budget": {"expected": short}}), Options(beliefs="baseline")).status
        == "infeasible"
    )


def test_locked_weights_are_honoured_exactly():
    rules = {
        "locks": {"sales": {"leads_touched": 0.35}},
        "weights": {"step": 0.05},
        "measures": {
            "marketing": ["lead_volume"],
            "sales": ["bookings", "leads_touched"],
            "success": ["retention"],
        },
    }
    solution = solve(mini(rules))
    assert solution.chosen.plan.weights["sales"] == {"bookings": 0.65, "leads_touched": 0.35}


@pytest.mark.slow
def test_threads_do_not_change_the_plan():
    case = MINI_EXPECTED["optimum_consistent"]
    scenario = from_enumeration(case, "net", case["loaded_budget"])
    plans = [solve(scenario, Options(threads=t)).chosen.plan.weights for t in (1, 2)]
    assert plans[0] == plans[1]
