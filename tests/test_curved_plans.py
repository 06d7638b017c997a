"""Curves change what the best plan is: every plan judged at its own beliefs, and what the solver finds."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from solved import CASE
from test_solve import enumerated as brute_force
from test_solve import ruled_company

from optimizer import Options, PlanTerms, Scenario, Solution
from optimizer.arrays import Floats
from optimizer.plans.enumeration import every_plan
from optimizer.plans.evaluation import evaluate
from optimizer.plans.evaluator import judge_consistent
from optimizer.plans.space import plan_space
from optimizer.response.calibration import calibrate
from optimizer.response.global_response import deviations
from optimizer.response.measures import measure
from optimizer.response.outcome import evaluate_plan
from optimizer.scenario.plan import plan_from_euros
from optimizer.solver import solve
from optimizer.solver.curve_choice import combinations
from optimizer.tables.json_values import solution_json

FILE = json.loads((Path(__file__).parent / "cases" / "curves" / "curves.json").read_text(encoding="utf-8"))
CASES = FILE["cases"]
PROVEN = 1e-6


def scenario_of(name: str, company: dict[str, Any] | None = None) -> Scenario:
    """mini_funnel, or the company given, with the rules of the file and what the case changes."""
    case, tree = CASES[name], company or json.loads(CASE.read_text(encoding="utf-8"))
    for kpi, fields in case.get("kpis", {}).items():
        tree["kpis"][kpi] |= fields
    tree |= {key: case[key] for key in ("curves", "noise_correlation") if key in case}
    return Scenario.model_validate({**tree, "rules": FILE["rules"] | case.get("rules", {})})


@cache
def enumerated(name: str) -> dict[str, Any]:
    """The best plan that keeps the rules and people stay at, and how many better ones they would leave."""
    scenario, best = scenario_of(name), dict[str, Any](value=-np.inf)
    for chosen in combinations(scenario):
        cal = calibrate(scenario).paid_by(PlanTerms(chosen))
        space = plan_space(cal, measure(cal).controllability)
        plans = np.concatenate(list(every_plan(space)))
        optimum, judge = {"left": 0}, judge_consistent(cal, space)(plans)
        for at in judge.order()[: int(judge.kept.sum())]:
            euros: Floats = space.euros(plans[at])
            if not list(deviations(cal, euros, evaluate_plan(cal, euros))):
                weights = plan_from_euros(scenario, euros).weights
                optimum |= {"value": float(judge.value[at]), "weights": weights, "curves": dict(chosen)}
                break
            optimum["left"] += 1
        best = max(best, optimum, key=lambda f: f.get("value", -np.inf))
    return best


@cache
def solved(name: str) -> Solution:
    return solve(scenario_of(name), Options(gap=PROVEN))


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_the_committed_optimum_is_the_enumerated_one(name: str) -> None:
    expected, optimum = CASES[name]["best"], enumerated(name)
    assert optimum["value"] == pytest.approx(expected["value"], rel=1e-9)
    assert {k: optimum[k] for k in ("weights", "curves", "left")} == {
        k: expected[k] for k in ("weights", "curves", "left")
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_the_solver_finds_and_proves_it(name: str) -> None:
    expected, solution = CASES[name]["best"], solved(name)
    assert solution.status == "optimal"
    assert solution.certificate.objective == pytest.approx(expected["value"], rel=1e-9)
    assert solution.chosen is not None
    assert (solution.chosen.plan.weights, solution.chosen.plan.curves) == (
        expected["weights"],
        expected["curves"],
    )
    assert len(solution.certificate.rejected) == expected["left"]


def test_each_kind_of_curve_changes_the_plan() -> None:
    without = CASES["no_curves"]["best"]["weights"]
    assert all(CASES[n]["best"]["weights"] != without for n in ("accelerator", "threshold", "gate"))


@pytest.mark.slow
def test_plans_that_people_would_leave_are_reported_with_who_and_why() -> None:
    result = solution_json(solved("quota"))
    first = result["rejected"][0]
    assert first["value"] > result["objective"]
    (worst,) = first["deviations"]
    assert worst["team"] == "sales"
    assert worst["gain"] > 0.01 * first["target_pay"]["sales"]
    assert {c["name"]: c["ok"] for c in result["checks"]}["global_response"]


@pytest.mark.slow
def test_every_choice_of_curves_is_reported_and_the_best_is_in_the_plan() -> None:
    result = solution_json(solved("choice"))
    assert result["curves"] == CASES["choice"]["best"]["curves"]
    values = {c["curves"]["sales"]: c["objective"] for c in result["combinations"]}
    assert set(values) == set(CASES["choice"]["rules"]["curves"]["sales"])
    assert max(v for v in values.values() if v is not None) == result["objective"]
    assert {c["name"]: c["ok"] for c in result["checks"]}["every_curve"]


@pytest.mark.slow
def test_todays_plan_keeps_the_curves_in_force_beside_a_plan_with_others() -> None:
    solution = solved("choice")
    cal = solution.problem.cal
    assert solution.problem.space.terms.curves
    today = evaluate_plan(cal.paid_by(PlanTerms()), cal.current)
    assert today.x == pytest.approx(cal.network.baseline, rel=1e-7)
    assert evaluate_plan(cal, cal.current).x != pytest.approx(cal.network.baseline, rel=1e-3)
    assert evaluate(scenario_of("choice")).consistent.x == pytest.approx(today.x)
    current, _ = solution.chosen.payouts
    assert current.company.expected == pytest.approx(today.loaded_pay)


SHAPES: list[dict[str, Any]] = [
    {"threshold": 0.8, "slope": 1.5, "cap": 1.5},
    {"accelerators": [{"from": 1.0, "slope": 2.5}, {"from": 1.3, "slope": 0.5}], "cap": 2.0},
    {"floor": 0.4, "cap": 1.4, "vesting": [{"after": 2.0, "share": 0.4}]},
    {"threshold": 0.7, "slope": 2.0},
]


def curved_company(seed: int) -> Scenario:
    """A random company under one of several rule sets, most KPIs with curves, some of them behind gates."""
    tree, rng = ruled_company(seed).model_dump(by_alias=True, exclude_none=True), np.random.default_rng(seed)
    kpis, before = list(tree["kpis"]), None
    for name in kpis:
        tree["kpis"][name]["noise"] = max(tree["kpis"][name].get("noise", 0.0), 0.1)
        shape = dict(SHAPES[rng.integers(len(SHAPES))])
        if before is not None and rng.random() < 0.5:
            shape["gate"] = {"kpi": before, "at": 0.9}
        tree["kpis"][name]["curve"] = shape
        before = name
    some = next(iter(tree["teams"]))
    tree["teams"][some]["curve"] = {"cap": 1.3, "gate": {"kpi": kpis[-1], "at": 0.85}}
    return Scenario.model_validate({**tree, "noise_correlation": 0.3})


LISTS: list[dict[str, Any]] = [
    {"points": [[0.5, 0.25], [0.8, 0.8], [1.0, 1.0], [1.5, 2.0]]},
    {"points": [[0, 0.3], [0.9, 0.3], [0.9, 0.8], [1.2, 1.4]]},
    {"steps": [[0.9, 0.6], [1.0, 1.0], [1.1, 1.5]]},
    {"rates": [[0, 0.8], [1.0, 1.0], [1.2, 1.3]], "cap": 1.5},
    {"cap": 1.6},
]
FACTORS = [[[0.8, 0.5], [1.0, 1.0], [1.1, 1.2]], [[0.7, 0.2], [0.9, 0.4], [0.9, 1.0], [1.3, 1.3]]]


def listed_company(seed: int) -> Scenario:
    """A random company whose KPIs pay by points, steps and rates, some times a function of another."""
    tree, rng = ruled_company(seed).model_dump(by_alias=True, exclude_none=True), np.random.default_rng(seed)
    before = None
    for name, kpi in tree["kpis"].items():
        kpi["noise"] = max(kpi.get("noise", 0.0), 0.1)
        kpi["curve"] = dict(LISTS[rng.integers(len(LISTS))])
        if before is not None and rng.random() < 0.6:
            kpi["curve"]["times"] = {"kpi": before, "points": FACTORS[rng.integers(len(FACTORS))]}
        before = name
    return Scenario.model_validate({**tree, "noise_correlation": 0.3})


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_points_steps_rates_and_factors_give_the_enumerated_optimum_at_baseline_beliefs(seed: int) -> None:
    assert_enumerated(listed_company(seed))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_at_baseline_beliefs_the_solver_equals_enumeration_under_random_curves(seed: int) -> None:
    """Thresholds, accelerators, gates on other teams' KPIs and curves of teams, in every rule set."""
    assert_enumerated(curved_company(seed))


def assert_enumerated(scenario: Scenario) -> None:
    """The solver's optimum at baseline beliefs is that of every plan, judged by the evaluator."""
    solution, best = (
        solve(scenario, Options(beliefs="baseline", gap=PROVEN)),
        brute_force(scenario, "baseline"),
    )
    if best == -np.inf:
        assert solution.status == "infeasible"
    else:
        assert solution.certificate.objective == pytest.approx(best, rel=2 * PROVEN)
        assert {c.name for c in solution.certificate.checks if not c.ok} == set()


@pytest.mark.parametrize(
    ("noise", "form", "kind"),
    [
        (0.05, {"steps": [[1.05, 1.0], [1.15, 1.5]]}, "give_up"),
        (0.08, {"steps": [[0.9, 0.5], [1.2, 2.0]]}, "push_on"),
        (0.05, {"rates": [[0, 0.6], [1.1, 1.6]]}, "push_on"),
        (0.05, {"points": [[0.9, 0.8], [1.0, 1.0], [1.1, 3.0]]}, "push_on"),
    ],
)
def test_a_rung_out_of_reach_makes_people_give_up_and_one_within_reach_makes_them_push_on(
    noise: float, form: dict[str, Any], kind: str
) -> None:
    tree = json.loads(CASE.read_text(encoding="utf-8"))
    tree["kpis"]["bookings"] |= {"noise": noise, "curve": form}
    cal = calibrate(Scenario.model_validate(tree))
    (found,) = deviations(cal, cal.current, evaluate_plan(cal, cal.current))
    assert (found.team, found.kind) == ("sales", kind)
