"""What people would really do: quotas out of reach, the first-order trap, and gains that are recomputed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import norm

from optimizer import Scenario
from optimizer.response.calibration import calibrate
from optimizer.response.global_response import Deviation, Task, best_action, deviations
from optimizer.response.outcome import evaluate_plan

FILE = json.loads((Path(__file__).parent / "cases" / "academic_instances.json").read_text(encoding="utf-8"))
QUOTA = {x["id"]: x for x in FILE["quota_bonus_gaussian"]}
LIMIT = QUOTA["quota_foa_limit"]["expected"]["limit_T_over_sigma"]
EXACT = 1e-6
"""Relative, as asked of every closed form."""

Function = Callable[[np.ndarray], np.ndarray]


def one_action(utility: Function, slope: Function, low: float, high: float, curvature: float) -> Task:
    """A bounded action of one dimension, without balances."""
    return Task(
        utility=lambda x: utility(x[:, 0]),
        gradient=lambda x: slope(x),
        curvature=np.array([curvature]),
        low=np.array(low),
        high=np.array(high),
        balance=np.zeros((0, 1)),
        supply=np.zeros(0),
    )


def quota(bonus: float, bar: float, cost: float, noise: float) -> Task:
    """A bonus beyond a bar, quadratic cost of effort."""

    def utility(a: np.ndarray) -> np.ndarray:
        return np.asarray(bonus * norm.cdf((a - bar) / noise) - 0.5 * cost * a * a)

    def slope(a: np.ndarray) -> np.ndarray:
        return np.asarray(bonus * norm.pdf((a - bar) / noise) / noise - cost * a)

    return one_action(utility, slope, 0.0, 3 * bar, cost)


GRID = np.linspace(0.0, 1.0, 41)[:, None]


@pytest.mark.parametrize("name", [n for n in QUOTA if "effort" in QUOTA[n]["expected"]])
def test_the_best_effort_under_a_quota_is_the_published_one(name: str) -> None:
    given, expected = QUOTA[name]["inputs"], QUOTA[name]["expected"]
    task = quota(given["B"], given["T"], given["c"], given["sigma"])
    (effort,), utility = best_action(task, GRID * float(task.high))
    assert effort == pytest.approx(expected["effort"], rel=EXACT, abs=EXACT)
    assert utility == pytest.approx(expected["agent_utility"], rel=EXACT, abs=1e-9)


@pytest.mark.parametrize("name", [n for n in QUOTA if n.startswith("quota_stretch")])
def test_beyond_the_stretch_limit_the_stationary_effort_is_not_the_best(name: str) -> None:
    given, expected = QUOTA[name]["inputs"], QUOTA[name]["expected"]
    bar = given["a"] + given["z"] * given["sigma"]
    task = quota(expected["B"], bar, given["c"], given["sigma"])
    assert task.gradient(np.array([[given["a"]]]))[0, 0] == pytest.approx(0.0, abs=1e-8)
    (effort,), _ = best_action(task, GRID * float(task.high))
    # Near the limit the top is flat: 1e-5 of effort costs less than 1e-11, and at the limit less than that.
    flat = 2e-4 if given["z"] == 1.0 else 1e-5
    assert effort == pytest.approx(expected["true_global_best_response"], abs=flat)


def quota_company(stretch: float, noise: float = 0.5) -> Scenario:
    """One task, one KPI, a bonus at target that makes effort at target stationary (a* = T, stretch T/σ)."""
    bar = stretch * noise
    return Scenario.model_validate(
        {
            "teams": {"t": {"target_pay": bar * noise * float(np.sqrt(2 * np.pi))}},
            "activities": {"work": {"team": "t", "cost": {"quadratic": 1.0}, "baseline": bar}},
            "kpis": {
                "k": {
                    "numerator": {"work": 1.0},
                    "target": bar,
                    "noise": noise / bar,
                    "curve": {"threshold": 1.0, "cap": 1.0},
                }
            },
            "current_plan": {"t": {"k": 1.0}},
        }
    )


def found_in(scenario: Scenario) -> list[Deviation]:
    cal = calibrate(scenario)
    outcome = evaluate_plan(cal, cal.current)
    assert outcome.residual <= 1e-8
    assert outcome.score[0] == pytest.approx(1.0, abs=1e-6)
    return list(deviations(cal, cal.current, outcome))


@pytest.mark.parametrize("stretch", [0.5, 1.0, 2.0, 2.4, LIMIT - 1e-5])
def test_a_quota_within_reach_is_worked_for(stretch: float) -> None:
    assert found_in(quota_company(stretch)) == []


@pytest.mark.parametrize("stretch", [LIMIT + 1e-5, 2.5, 3.0, 6.0])
def test_a_quota_out_of_reach_makes_people_give_up(stretch: float) -> None:
    """Beyond T/σ = 2.46364883, to the fifth digit; there the gain passes 1e-6 of target pay."""
    (deviation,) = found_in(quota_company(stretch))
    assert deviation.kind == "give_up"
    assert "would give up: quota out of reach" in deviation.words
    assert deviation.x["work"][1] < 0.2 * deviation.x["work"][0]
    scenario = quota_company(stretch)
    bonus, bar = scenario.teams["t"].current_pay, stretch * 0.5
    utility = quota(bonus, bar, 1.0, 0.5).utility

    def minus(effort: float) -> float:
        return -float(utility(np.array([[effort]]))[0])

    best = minimize_scalar(minus, bounds=(0, 0.5 * bar), method="bounded")
    assert deviation.gain == pytest.approx(minus(bar) - best.fun, abs=1e-7 * bonus)


def mirrlees(x: float) -> Task:
    """The agent of the example answers x by the y that maximizes this."""

    def utility(y: np.ndarray) -> np.ndarray:
        return np.asarray(x * np.exp(-((y + 1) ** 2)) + np.exp(-((y - 1) ** 2)))

    def slope(y: np.ndarray) -> np.ndarray:
        return np.asarray(-2 * x * (y + 1) * np.exp(-((y + 1) ** 2)) - 2 * (y - 1) * np.exp(-((y - 1) ** 2)))

    return one_action(utility, slope, -2.0, 2.0, 2.0)


def test_the_first_order_trap_is_not_reported_at_its_stationary_point() -> None:
    """There the first-order conditions claim 0.0112; people really answer so that it is 3.92."""
    (instance,) = FILE["first_order_trap"]
    trap, starts = instance["kkt_trap"], 4 * GRID - 2
    assert mirrlees(trap["x"]).gradient(np.array([[trap["y"]]]))[0, 0] == pytest.approx(0.0, abs=1e-6)
    (answer,), value = best_action(mirrlees(trap["x"]), np.vstack([[[trap["y"]]], starts]))
    assert answer == pytest.approx(trap["true_best_response"], abs=1e-5)
    assert value > float(mirrlees(trap["x"]).utility(np.array([[trap["y"]]]))[0]) + 0.5
    assert (trap["x"] - 2) ** 2 + (answer - 1) ** 2 == pytest.approx(trap["true_F"], abs=1e-4)


def test_at_the_true_optimum_of_the_trap_both_answers_are_equally_good() -> None:
    (instance,) = FILE["first_order_trap"]
    expected, starts = instance["expected"], 4 * GRID - 2
    _, value = best_action(mirrlees(expected["x"]), starts)
    assert value == pytest.approx(expected["agent_value"], rel=EXACT)
    (answer,), _ = best_action(mirrlees(expected["x"]), starts[starts[:, 0] > 0])
    assert answer == pytest.approx(expected["y"], abs=1e-6)
    assert (expected["x"] - 2) ** 2 + (answer - 1) ** 2 == pytest.approx(expected["F"], rel=EXACT)
