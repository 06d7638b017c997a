"""The engine against numbers of an independent implementation of the model: three reference companies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from optimizer import Scenario, Solution, read_scenario
from optimizer.cli import main
from optimizer.plans.evaluator import LinearisedBatch, linearised
from optimizer.response.calibration import Calibrated, calibrate
from optimizer.response.equilibrium import CONSISTENT
from optimizer.response.exposure import exposures
from optimizer.response.measures import measure
from optimizer.response.outcome import OutcomeBatch, evaluate_plans
from optimizer.response.shared_luck import overlap
from optimizer.scenario.plan import PlanWeights, plan_of
from optimizer.solver import solve

CASES = Path(__file__).parent / "cases"
NAMES = ("mini_funnel", "capped_funnel", "second_funnel")
"""The last one has every mechanism of the second edition (model.md, second edition)."""
OLD = NAMES[:2]
TOLERANCE = 1e-6
EXPOSURE_TOLERANCE = 1e-4
EXPECTED = {name: json.loads((CASES / name / f"{name}_expected.json").read_text()) for name in NAMES}
"""Every number is relative to `<name>.json`; the `about` of each file says how it came about."""

MODES = ("first_response", "consistent")
PLANS = [(name, plan) for name in NAMES for plan in EXPECTED[name]["plans"]]
OUTCOMES = [
    (name, plan, mode) for name, plan in PLANS for mode in MODES if mode in EXPECTED[name]["plans"][plan]
]
LINEARISED = [(name, plan) for name, plan in PLANS if "linearised" in EXPECTED[name]["plans"][plan]]
MINI = EXPECTED["mini_funnel"]
BEST = [
    *(("linearised", plan) for plan in MINI["optimum_first_response"]["best"]),
    *(("linearised", plan) for found in MINI["optimum_revenue_first_response"] for plan in found["best"]),
    *(("consistent", plan) for plan in MINI["optimum_consistent"]["best"]),
]


@cache
def company(name: str) -> Calibrated:
    return calibrate(read_scenario(CASES / name / f"{name}.json"))


def with_rules(name: str, rules: dict[str, Any]) -> Scenario:
    tree = json.loads((CASES / name / f"{name}.json").read_text(encoding="utf-8"))
    return Scenario.model_validate({**tree, "rules": rules}, by_alias=True, by_name=False)


def euros(cal: Calibrated, weights: PlanWeights) -> np.ndarray:
    return plan_of(cal.scenario, weights).euros(cal.scenario)[None]


def named(names: tuple[str, ...], values: np.ndarray) -> dict[str, float]:
    return dict(zip(names, map(float, values), strict=True))


def agree(values: Mapping[str, float], expected: Mapping[str, float], tolerance: float = TOLERANCE) -> None:
    assert {name: values[name] for name in expected} == pytest.approx(expected, rel=tolerance, abs=1e-9)


def table(rows: tuple[str, ...], columns: tuple[str, ...], values: np.ndarray) -> dict[str, dict[str, float]]:
    return {row: named(columns, line) for row, line in zip(rows, values, strict=True)}


@dataclass(frozen=True)
class Evaluated:
    """A plan of the reference with what it should bring, and what it brings here."""

    cal: Calibrated
    expected: dict[str, Any]
    found: OutcomeBatch


@cache
def evaluated(name: str, plan: str, mode: Any) -> Evaluated:
    cal, expected = company(name), EXPECTED[name]["plans"][plan]
    return Evaluated(cal, expected[mode], evaluate_plans(cal, euros(cal, expected["weights"]), mode))


def at_baseline_beliefs(name: str, weights: PlanWeights) -> LinearisedBatch:
    cal = company(name)
    return linearised(cal, euros(cal, weights), (cal.beliefs,))


def test_the_reference_covers_fifteen_plans_in_every_mode_it_was_computed_in() -> None:
    assert (len(PLANS), len(OUTCOMES), len(LINEARISED), len(BEST)) == (15, 25, 5, 19)


# --- calibration ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_calibration_finds_the_reference_prices_of_hours_and_stages(name: str) -> None:
    cal, expected = company(name), EXPECTED[name]["calibration"]
    agree(named(cal.network.teams, cal.hour_price), expected["lambda0"])
    agree(named(cal.network.stages, cal.beliefs.price[0]), expected["mu0"])


@pytest.mark.parametrize(
    ("symbol", "field"),
    [("q", "quadratic"), ("c", "linear"), ("kappa", "curvature_value"), ("reward", "reward")],
)
@pytest.mark.parametrize("name", NAMES)
def test_calibration_finds_the_reference_costs_of_every_activity(name: str, symbol: str, field: str) -> None:
    cal, expected = company(name), EXPECTED[name]["calibration"]["activities"]
    assert set(expected) == set(cal.network.activities)
    costs = named(cal.network.activities, getattr(cal, field))
    agree(costs, {activity: numbers[symbol] for activity, numbers in expected.items()})


@pytest.mark.parametrize("name", NAMES)
def test_the_counted_baseline_is_that_of_the_reference(name: str) -> None:
    cal, expected = company(name), EXPECTED[name]["calibration"]["activities"]
    stated = {activity: numbers["baseline"] for activity, numbers in expected.items()}
    agree(named(cal.network.activities, cal.network.baseline), stated)


def test_targets_that_are_not_stated_are_the_baseline_values_of_the_reference() -> None:
    cal = company("mini_funnel")
    agree(named(cal.network.kpis, cal.targets), MINI["calibration"]["targets"])


# --- what plans bring -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "plan", "mode"), OUTCOMES)
def test_people_do_under_a_plan_what_the_reference_says(name: str, plan: str, mode: str) -> None:
    at = evaluated(name, plan, mode)
    assert set(at.expected["activities"]) == set(at.cal.network.activities)
    agree(named(at.cal.network.activities, at.found.x[0]), at.expected["activities"])


@pytest.mark.parametrize(("name", "plan", "mode"), OUTCOMES)
def test_scores_and_payouts_of_a_plan_are_those_of_the_reference(name: str, plan: str, mode: str) -> None:
    at = evaluated(name, plan, mode)
    agree(named(at.cal.network.kpis, at.found.score[0]), at.expected["score"])
    agree(named(at.cal.network.teams, at.found.pay[0]), at.expected["pay"])


@pytest.mark.parametrize(("name", "plan", "mode"), OUTCOMES)
def test_a_plan_is_worth_to_the_company_what_the_reference_says(name: str, plan: str, mode: str) -> None:
    at = evaluated(name, plan, mode)
    totals = ("revenue", "loaded_pay", "net")
    agree(
        {total: float(getattr(at.found, total)[0]) for total in totals}, {t: at.expected[t] for t in totals}
    )


@pytest.mark.parametrize(("name", "plan"), [case[:2] for case in OUTCOMES if case[2] == "consistent"])
def test_the_reference_plans_have_a_consistent_equilibrium(name: str, plan: str) -> None:
    assert evaluated(name, plan, "consistent").found.residual[0] <= CONSISTENT


@pytest.mark.parametrize(("name", "plan"), LINEARISED)
def test_at_baseline_beliefs_the_linearised_plan_is_that_of_the_reference(name: str, plan: str) -> None:
    cal, expected = company(name), EXPECTED[name]["plans"][plan]
    seen, expected = at_baseline_beliefs(name, expected["weights"]), expected["linearised"]
    agree(named(cal.network.kpis, seen.score[0]), expected["score"])
    agree(named(cal.network.teams, seen.pay[0]), expected["pay"])
    totals = {total: float(getattr(seen, total)[0]) for total in ("loaded_pay", "net")}
    agree(totals, {total: expected[total] for total in totals})


@pytest.mark.parametrize(("beliefs", "best"), BEST)
def test_the_best_plans_of_the_reference_are_worth_what_it_says(beliefs: str, best: dict[str, Any]) -> None:
    if beliefs == "linearised":
        outcome = at_baseline_beliefs("mini_funnel", best["weights"])
    else:
        cal = company("mini_funnel")
        outcome = evaluate_plans(cal, euros(cal, best["weights"]))
    expected = {total: value for total, value in best.items() if total != "weights"}
    agree({total: float(getattr(outcome, total)[0]) for total in expected}, expected)


# --- measures -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_controllability_and_swing_are_those_of_the_reference(name: str) -> None:
    cal = company(name)
    measures, network = measure(cal), cal.network
    for of in ("controllability", "swing"):
        values = table(network.teams, network.kpis, getattr(measures, of))
        for team, expected in EXPECTED[name].get(of, {}).items():
            agree(values[team], expected)


def test_line_of_sight_and_the_luck_of_who_is_paid_are_those_of_the_reference() -> None:
    cal, expected = company("second_funnel"), EXPECTED["second_funnel"]
    for found, key in ((cal.curves.sight, "sight"), (cal.curves.spread, "sd")):
        values = table(cal.network.teams, cal.network.kpis, found)
        for team in cal.network.teams:
            agree(values[team], expected[key][team])


@pytest.mark.parametrize("name", NAMES)
def test_what_kpis_count_together_is_that_of_the_reference(name: str) -> None:
    network = company(name).network
    values = table(network.kpis, network.kpis, overlap(network))
    for kpi, expected in EXPECTED[name]["overlap"].items():
        agree(values[kpi], expected)


@pytest.mark.parametrize(("key", "plan"), [("exposure", None), ("exposure_at_sla_48h_consistent", "sla_48h")])
@pytest.mark.parametrize("name", OLD)
def test_exposure_in_utility_is_that_of_the_reference(name: str, key: str, plan: str | None) -> None:
    plans, in_utility = EXPECTED[name]["plans"], {"gaming": {"exposure": {"limit": 1.0, "basis": "utility"}}}
    cal = calibrate(with_rules(name, in_utility))
    e = euros(cal, plans[plan]["weights"] if plan else cal.scenario.current_plan)
    agree_on_exposure(cal, e, EXPECTED[name][key])


@pytest.mark.parametrize("name", NAMES)
def test_exposure_in_pay_is_that_of_the_reference(name: str) -> None:
    cal = company(name)
    agree_on_exposure(cal, cal.current[None], EXPECTED[name]["exposure_in_pay"])


@pytest.mark.parametrize("plan", EXPECTED["second_funnel"]["plans"])
def test_exposure_in_pay_under_every_plan_is_that_of_the_reference(plan: str) -> None:
    cal, expected = company("second_funnel"), EXPECTED["second_funnel"]["plans"][plan]
    agree_on_exposure(cal, euros(cal, expected["weights"]), expected["consistent"]["exposure_in_pay"])


def agree_on_exposure(cal: Calibrated, e: np.ndarray, expected: dict[str, dict[str, float]]) -> None:
    at = evaluate_plans(cal, e).by_regime[0]
    values = table(cal.network.kpis, cal.network.teams, exposures(cal, at, e)[0])
    for kpi, falls in expected.items():
        agree(values[kpi], falls, EXPOSURE_TOLERANCE)


@pytest.mark.slow
def test_the_optimum_of_the_second_edition_is_found_and_proven_by_judging_every_plan() -> None:
    expected = EXPECTED["second_funnel"]["optimum_consistent"]
    for objective in ("revenue", "net"):
        rules = {
            "objective": objective,
            "weights": {"step": expected["step"], "max_measures": expected["max_measures"]},
            "measures": expected["allowed"],
            "budget": {"expected": float(expected["loaded_budget"])},
        }
        solution = solve(with_rules("second_funnel", rules))
        checks = {check.name: check.value for check in solution.certificate.checks}
        assert solution.status == "optimal"
        assert checks["every_plan_judged"] == expected["plans"]
        best = expected["best"][objective][0]
        assert solution.certificate.objective == pytest.approx(best[objective], rel=TOLERANCE)
        agree_on_plan(solution, best["weights"])


def agree_on_plan(solution: Solution, weights: dict[str, dict[str, float]]) -> None:
    assert solution.chosen is not None
    cal = solution.problem.cal
    np.testing.assert_allclose(solution.chosen.euros[None], euros(cal, weights), rtol=1e-9)


def test_ten_percent_more_pay_does_what_the_reference_says() -> None:
    file = CASES / "second_funnel" / "second_funnel.json"
    told = CliRunner().invoke(main, ["measures", str(file), "--json"])
    answers = json.loads(told.stdout)["ten_percent_more_pay"]
    for team, expected in EXPECTED["second_funnel"]["ten_percent_more_pay"].items():
        assert answers[team]["kpi"] == expected["kpi"]
        for number in ("booked_hours", "score"):
            assert answers[team][number] == pytest.approx(expected[number], rel=TOLERANCE)
