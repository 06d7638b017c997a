"""Plans when numbers are off: same seed same answer, recomputed shares, robust choice, Carroll's guarantee."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from solved import mini, moved

from optimizer.baseline import calibrate
from optimizer.executors import Workers
from optimizer.network import Floats
from optimizer.outcome import evaluate_plans
from optimizer.ranges import RangeError, draw
from optimizer.results import solution_json
from optimizer.robustness import Candidate, Robustness, robustness
from optimizer.scenario import Scenario
from optimizer.solver import Options, Solution, solve
from optimizer.solver.robust import robustly

DRAWS = 40
FILE = json.loads((Path(__file__).parent / "cases" / "academic_instances.json").read_text(encoding="utf-8"))


@cache
def drawn() -> Solution:
    return robustly(moved(), Options(), draws=DRAWS)


def found() -> Robustness:
    result = drawn().robustness
    assert result is not None
    return result


# --- draws ----------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    again = robustly(moved(), Options(), draws=DRAWS)
    assert json.dumps(solution_json(again)) == json.dumps(solution_json(drawn()))
    cal = replace(moved().cal, seed=moved().cal.seed + 1)
    other = robustness(cal, found().candidates[:2], 3)
    assert not np.array_equal(other.values, found().values[:3, :2])


def test_the_number_of_processes_changes_nothing() -> None:
    with Workers(2) as workers:
        both = robustness(moved().cal, found().candidates, DRAWS, workers)
    assert np.array_equal(both.values, found().values)


def test_every_draw_is_a_company_calibrated_again_and_shares_are_those_of_its_values() -> None:
    scenario, candidates = moved().cal.scenario, found().candidates
    values = np.array([values_in(scenario, number) for number in range(10)])
    assert found().values[:10] == pytest.approx(values, rel=1e-9)
    assert found().unsettled == 0
    wins = [row[1] > row[0] for row in found().values]
    assert found().beats_current[1] == pytest.approx(np.mean(wins))
    behind = [max(row) - row[1] for row in found().values]
    assert found().regret[1] == pytest.approx(np.mean(behind))
    worst = sorted(found().values[:, 1])[: DRAWS // 10]
    assert found().cvar[1] == pytest.approx(np.mean(worst))
    assert len(candidates) == found().values.shape[1]


def values_in(scenario: Scenario, number: int) -> Floats:
    """Revenue of every candidate in one draw, evaluated one by one."""
    rng = np.random.default_rng(np.random.SeedSequence(moved().cal.seed, spawn_key=(3, number)))
    company = calibrate(draw(scenario, rng).scenario)
    return np.array([float(evaluate_plans(company, c.euros[None]).revenue[0]) for c in found().candidates])


def test_a_budget_is_broken_in_the_draws_where_payouts_exceed_it() -> None:
    limit = moved().cal.scenario.rules.budget.expected
    assert limit is not None
    over = 0
    for number in range(10):
        rng = np.random.default_rng(np.random.SeedSequence(moved().cal.seed, spawn_key=(3, number)))
        company = calibrate(draw(moved().cal.scenario, rng).scenario)
        over += evaluate_plans(company, found().candidates[1].euros[None]).loaded_pay[0] > limit
    assert found().broken[:10, 1].sum() == over > 0


def test_without_ranges_nothing_can_be_drawn() -> None:
    cal = calibrate(mini())
    with pytest.raises(RangeError, match="add `range`"):
        robustness(cal, [Candidate("current", cal.current, 0.0, True)], 1)


# --- the choice -----------------------------------------------------------------------------------------

FOLLOWED = {"activities.touch_fit.yields": {"text": "a guess", "range": 0.9}}


def test_draws_alone_leave_plan_and_certificate_as_they_are() -> None:
    assert drawn().plan == moved().plan
    assert (drawn().status, drawn().checks) == (moved().status, moved().checks)


def test_where_the_best_plan_is_also_the_most_robust_it_stays_proven() -> None:
    kept = robustly(moved(), Options(), "mean", DRAWS)
    assert kept.plan == moved().plan
    assert kept.status == "optimal"
    assert next(c for c in kept.checks if c.name == "robust").value == 0


def fragile() -> Solution:
    """A company where the best plan by a hair rests on a number that may be far off."""
    return solve(mini({"gaming": {"tolerance": 0.1}}, sources=FOLLOWED), Options(alternatives=4))


def test_a_more_robust_plan_is_recommended_with_its_cost_and_without_a_claim_to_be_optimal() -> None:
    nominal = fragile()
    robust = next(
        (
            r
            for c in ("cvar", "regret", "mean")
            if (r := robustly(nominal, Options(), c, DRAWS)).plan != nominal.plan
        ),
        None,
    )
    assert robust is not None
    result = robust.robustness
    assert result is not None
    assert robust.status == "feasible"
    assert result.cost == pytest.approx(nominal.objective - robust.objective)
    assert result.cost > 0
