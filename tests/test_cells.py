"""Cells never cut off a plan, and a bound that is not valid fails the certificate."""

from __future__ import annotations

from dataclasses import replace

import fuzz
import numpy as np
import pytest
from companies import random_company
from fuzz import Everything, generated
from solved import mini

from optimizer import Options, Scenario
from optimizer.model.bounds import Interval
from optimizer.model.build import build_model
from optimizer.model.data import ModelData, model_data
from optimizer.plans.enumeration import every_plan
from optimizer.plans.evaluator import judge_at, linearised
from optimizer.plans.space import plan_space
from optimizer.response.calibration import calibrate
from optimizer.response.measures import measure
from optimizer.solver import certificate
from optimizer.solver.certificate import check_model
from optimizer.solver.highs import Limits
from optimizer.solver.program.at_beliefs import FixedModel, model_at
from optimizer.solver.program.plan_cells import Space, find_cells
from optimizer.solver.program.regions import find_regions
from optimizer.solver.state import own_beliefs

NEAR = 1e-6
"""Facets are in units of their size; cells leave 1e-7 of it to rounding."""


def setting_of(scenario: Scenario) -> ModelData:
    cal = calibrate(scenario)
    return model_data(cal, plan_space(cal, measure(cal).controllability), (cal.beliefs,))


def company(seed: int, objective: str) -> Scenario:
    scenario = random_company(np.random.default_rng(seed), teams=3, activities=14, partners=False)
    rules = scenario.rules.model_copy(
        update={
            "objective": objective,
            "weights": scenario.rules.weights.model_copy(update={"step": 0.25, "max_measures": 3}),
        }
    )
    return scenario.model_copy(update={"rules": rules})


@pytest.mark.parametrize("seed", range(6))
def test_every_plan_worth_the_floor_lies_in_a_cell_that_knows_its_value_and_payout(seed):
    setting = setting_of(company(seed, "net"))
    judge = judge_at(setting.cal, setting.space, (setting.cal.beliefs,))
    units = np.concatenate(list(every_plan(setting.space)))[::7]
    value = judge(units).value
    floor = float(np.quantile(value, 0.9))
    none = np.zeros((0, len(setting.space.pairs)))
    cells = find_cells(
        Space(setting, none, np.zeros(0), floor), tuple(find_regions(setting, w) for w in setting.regimes)
    )
    assert cells is not None
    seen = linearised(setting.cal, setting.space.euros(units), (setting.cal.beliefs,))
    for j in np.flatnonzero(value >= floor):
        e = np.array([setting.space.euros(units[j])[pair] for pair in setting.space.pairs])
        here = [c for c in cells if (c.facets @ np.append(e, 1.0) >= -NEAR).all()]
        assert here, "no cell holds the plan"
        for cell in here:
            assert cell.worth @ np.append(e, 1.0) == pytest.approx(seen.revenue[j], rel=1e-6)
            assert cell.value(e) == pytest.approx(seen.loaded_pay[j], rel=1e-6)
            for at in cell.points:
                slope, constant = cell.tangent(at)
                assert slope @ e + constant <= seen.loaded_pay[j] * (1 + 1e-7)


@pytest.mark.slow
def test_a_stage_that_nobody_feeds_cuts_off_no_plan() -> None:
    """At the beliefs of a poor plan a stage is empty whatever the plan: its volumes are rounding."""
    scenario = generated(1178)
    assert scenario is not None
    cal = calibrate(scenario)
    every = Everything.of(cal, plan_space(cal, measure(cal).controllability), Options())
    poor = np.zeros((3, 9), dtype=np.intp)
    poor[0, 2] = poor[2, 4] = 4
    at = own_beliefs(every.state, every.state.scored.one(poor), "own")
    scores = judge_at(cal, every.state.space, at.beliefs, at.exposure)(every.units)
    assert model_at(at.data(every.state)).relaxed_bound() >= scores.value[scores.kept].max() * (1 - 1e-9)


@pytest.mark.slow
def test_a_plan_that_a_simplex_method_calls_infeasible_is_found_otherwise() -> None:
    """Responsiveness of 10 beside 0.05: a point meets every row to 5e-13, HiGHS says that there is none."""
    scenario = generated(4113)
    assert scenario is not None
    cal = calibrate(scenario)
    measures = measure(cal)
    state = fuzz.SolveState(fuzz.Problem(cal, plan_space(cal, measures.controllability), measures), Options())
    units = np.zeros((3, 9), dtype=np.intp)
    units[0, [1, 8]], units[1, [6, 8]], units[2, 7] = (1, 3), (1, 3), 4
    at = own_beliefs(state, state.scored.one(units), "own")
    answer = certificate.pinned(model_at(at.data(state)), units)
    assert answer.objective == pytest.approx(state.scored.one(units).value, rel=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("objective", ["revenue", "net"])
def test_the_optimum_at_fixed_beliefs_is_that_of_enumeration(objective):
    for seed in range(4):
        setting = setting_of(company(seed, objective))
        judge = judge_at(setting.cal, setting.space, (setting.cal.beliefs,))
        scores = [judge(block) for block in every_plan(setting.space)]
        best = max(float(f.value[f.kept].max(initial=-np.inf)) for f in scores)
        fixed = model_at(setting, best - 1e-4 * abs(best))
        answer = fixed.solve(Limits(gap=1e-6))
        assert answer.objective == pytest.approx(best, rel=2e-6)
        assert answer.bound >= best * (1 - 1e-6)


@pytest.mark.parametrize("what", ["x", "stage_price", "hour_price"])
def test_a_plan_on_a_bound_that_is_not_valid_fails_the_certificate(what):
    setting = setting_of(mini())
    proven = model_at(setting)
    units = setting.space.units(setting.cal.current)
    assert all(c.ok for c in check_model(proven, units, (setting.cal.beliefs,)))
    at = linearised(setting.cal, setting.cal.current[None], (setting.cal.beliefs,)).by_regime[0].response
    true = getattr(at, what)[0]
    a = int(np.argmax(np.where(np.isfinite(true), true, -np.inf)))
    ends = getattr(proven.bounds[0], what)
    high = ends.high.copy()
    high[a] = 0.9 * true[a]
    tight = (replace(proven.bounds[0], **{what: Interval(np.minimum(ends.low, high), high)}),)
    planted = FixedModel(setting, tight, build_model(setting, tight))
    assert not all(c.ok for c in check_model(planted, units, (setting.cal.beliefs,)))


def test_work_that_a_team_would_leave_is_told_as_regret(monkeypatch: pytest.MonkeyPatch) -> None:
    setting = setting_of(mini())
    proven = model_at(setting)
    answer = certificate.pinned(proven, setting.space.units(setting.cal.current))
    assert answer.x is not None
    elsewhere = replace(answer, x=0.9 * answer.x)
    monkeypatch.setattr(certificate, "pinned", lambda *_: elsewhere)
    told = check_model(proven, setting.space.units(setting.cal.current), (setting.cal.beliefs,))
    (regret,) = (check for check in told if check.name == "regret")
    assert not regret.ok
    assert regret.value > regret.limit
