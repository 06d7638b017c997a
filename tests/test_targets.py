"""Targets issued anew with what people do: attainment stays at the stretch, incentives wear off."""

from __future__ import annotations

import numpy as np
import pytest
from solved import mini

from optimizer import Options, Scenario
from optimizer.plans.evaluation import evaluate
from optimizer.response.calibration import calibrate
from optimizer.response.outcome import evaluate_plans
from optimizer.solver import solve
from optimizer.tables.json_values import evaluation_json

STRONGER = {"marketing": {"wins": 1.0}, "sales": {"bookings": 1.0}, "success": {"retention": 1.0}}


def issued(stretch: float = 0.0) -> Scenario:
    return mini({"objective": "net"}, targets={"mode": "reset", "stretch": stretch})


@pytest.mark.parametrize("stretch", [0.0, 0.05, -0.1])
def test_attainment_ends_where_the_stretch_puts_it_whatever_people_do(stretch: float) -> None:
    evaluation = evaluate(issued(stretch), STRONGER)
    assert evaluation.consistent.residual <= 1e-8
    assert evaluation.consistent.score == pytest.approx(1 / (1 + stretch), rel=1e-6)
    paid = evaluation.consistent.pay / np.array(list(evaluation.plan.target_pay.values()))
    assert paid == pytest.approx(1 / (1 + stretch), rel=1e-6)


def test_without_stretch_todays_plan_still_reproduces_today() -> None:
    scenario = issued()
    cal = calibrate(scenario)
    assert evaluate_plans(cal, cal.current[None]).x[0] == pytest.approx(cal.network.baseline, rel=1e-7)


def test_targets_that_follow_results_take_incentive_from_whoever_does_more() -> None:
    """What a unit earns is divided by what was done: the gain of a better plan shrinks."""
    evaluation = evaluate(issued(), STRONGER)
    fixed, anew = evaluation.fixed_targets, evaluation.consistent
    assert fixed is not None
    wins = evaluation.cal.network.kpis.index("wins")
    assert fixed.score[wins] > 1.0
    seen = anew.x @ evaluation.cal.network.numerator[wins] / evaluation.cal.targets[wins]
    assert 1.0 < seen < fixed.score[wins]
    assert "fixed_targets" in evaluation_json(evaluation)
    assert evaluate(mini(), STRONGER).fixed_targets is None


@pytest.mark.slow
def test_the_solver_agrees_with_the_equilibrium_under_targets_issued_anew() -> None:
    solution = solve(issued(0.05), Options(gap=1e-6))
    assert solution.status == "optimal"
    assert solution.chosen is not None
    assert solution.chosen.consistent.score == pytest.approx(1 / 1.05, rel=1e-6)
