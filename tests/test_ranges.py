"""Scaled and drawn scenarios stay scenarios: shares of stages are kept, hours are not overdrawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from optimizer import Scenario, read_scenario
from optimizer.response.calibration import calibrate
from optimizer.response.outcome import evaluate_plans
from optimizer.response.scenario_network import build_network
from optimizer.risk.ranges import ATTEMPTS, RangeError, draw, drawn, scaled
from optimizer.scenario.types import Source

ALIGNMENT = Path(__file__).parents[1] / "scenarios" / "alignment"


@pytest.fixture(scope="module")
def alignment() -> Scenario:
    return read_scenario(ALIGNMENT)


def shares(scenario: Scenario) -> dict[str, float]:
    network = build_network(scenario)
    inflow = network.stage_inflow(network.baseline)
    return {
        name: network.baseline[a] / inflow[network.source[a]]
        for a, name in enumerate(network.activities)
        if network.source[a] >= 0
    }


def test_a_number_is_multiplied_and_everything_else_stays(alignment: Scenario) -> None:
    changed = scaled(alignment, "kpis.closing_rate.noise", 1.2)
    assert changed.kpis["closing_rate"].noise == pytest.approx(1.2 * alignment.kpis["closing_rate"].noise)
    back = changed.kpis["closing_rate"].model_copy(update={"noise": alignment.kpis["closing_rate"].noise})
    restored = changed.model_copy(update={"kpis": {**changed.kpis, "closing_rate": back}})
    assert restored == alignment


def test_all_yields_of_an_activity_move_together(alignment: Scenario) -> None:
    changed = scaled(alignment, "activities.webinar.yields", 0.5)
    assert changed.activities["webinar"].yields == {"hot_lead": 2.0, "fit_mql": 2.0}


def test_volumes_follow_the_inflow_and_shares_of_a_stage_stay(alignment: Scenario) -> None:
    changed = scaled(alignment, "activities.content_targeted.yields", 1.3)
    assert changed.activities["deep_fit"].baseline > alignment.activities["deep_fit"].baseline
    assert changed.activities["own_prospect"].baseline == alignment.activities["own_prospect"].baseline
    assert shares(changed) == pytest.approx(shares(alignment), abs=1e-12)


def test_a_scaled_baseline_is_scaled(alignment: Scenario) -> None:
    changed = scaled(alignment, "activities.deep_fit.baseline", 1.1)
    assert changed.activities["deep_fit"].baseline == pytest.approx(187)
    assert changed.activities["touch_fit"].baseline == pytest.approx(80)


def test_a_share_stops_at_one(alignment: Scenario) -> None:
    assert scaled(alignment, "teams.sdr.discount", 1.5).teams["sdr"].discount == 1.0


def test_whole_numbers_are_counts_and_stay(alignment: Scenario) -> None:
    assert scaled(alignment, "teams.sdr", 1.01).teams["sdr"].headcount == 5


def test_a_factor_of_one_changes_nothing(alignment: Scenario) -> None:
    same = scaled(alignment, "activities.deep_fit.yields", 1.0)
    for name, activity in same.activities.items():
        assert activity.baseline == pytest.approx(alignment.activities[name].baseline, rel=1e-12)


@pytest.mark.parametrize(
    "path", ["activities.deep_fit.yield", "activities.nobody.yields", "kpis.renewals.target"]
)
def test_a_path_that_leads_nowhere_is_refused(alignment: Scenario, path: str) -> None:
    with pytest.raises(RangeError, match="no such number"):
        scaled(alignment, path, 1.1)


def test_overdrawn_hours_are_refused_not_clipped(alignment: Scenario) -> None:
    with pytest.raises(RangeError, match="sdr"):
        scaled(alignment, "teams.sdr.hours", 0.5)


def test_a_value_that_may_not_be_is_refused(alignment: Scenario) -> None:
    with pytest.raises(RangeError, match="greater than 0"):
        scaled(alignment, "teams.sdr.responsiveness", 0.0)


def test_a_draw_stays_within_its_ranges(alignment: Scenario) -> None:
    for seed in range(5):
        scenario = drawn(alignment, np.random.default_rng(seed))
        for name, kpi in scenario.kpis.items():
            spread = alignment.sources[f"kpis.{name}.noise"].range or 0.0
            assert abs(kpi.noise / alignment.kpis[name].noise - 1) <= spread + 1e-12


def test_a_draw_can_be_calibrated_and_reproduces_its_own_baseline(alignment: Scenario) -> None:
    cal = calibrate(drawn(alignment, np.random.default_rng(7)))
    outcome = evaluate_plans(cal, cal.current[None])
    assert outcome.x[0] == pytest.approx(cal.network.baseline, rel=1e-9, abs=1e-9)


def test_a_range_by_a_factor_is_drawn_as_often_above_as_below(alignment: Scenario) -> None:
    source = {"teams.sales.responsiveness": Source(text="a guess", factor=2)}
    scenario = alignment.model_copy(update={"sources": source})
    rng = np.random.default_rng(1)
    was = alignment.teams["sales"].responsiveness
    drawn_factors = np.array([drawn(scenario, rng).teams["sales"].responsiveness / was for _ in range(400)])
    assert 0.5 <= drawn_factors.min() < 0.53
    assert 1.9 < drawn_factors.max() <= 2
    assert np.log(drawn_factors).mean() == pytest.approx(0, abs=0.06)  # 3 standard errors of a uniform


def test_the_reference_companys_responsiveness_is_known_to_a_factor_of_two(alignment: Scenario) -> None:
    paths = [f"teams.{name}.responsiveness" for name in alignment.teams]
    assert [alignment.sources[path].ends for path in paths] == [(0.5, 2.0)] * 4


def test_a_range_of_nothing_is_none() -> None:
    nothing = (Source(text="a rule"), Source(text="a rule", range=0), Source(text="a rule", factor=1))
    assert all(source.ends is None for source in nothing)


def test_the_same_seed_gives_the_same_draw(alignment: Scenario) -> None:
    first, again, other = (drawn(alignment, np.random.default_rng(s)) for s in (3, 3, 4))
    assert first == again
    assert first != other


def test_a_number_without_range_is_never_drawn(alignment: Scenario) -> None:
    scenario = drawn(alignment, np.random.default_rng(1))
    assert scenario.activities["handoff_bare"].yields == alignment.activities["handoff_bare"].yields
    assert scenario.rules == alignment.rules


def test_refused_draws_are_counted(alignment: Scenario) -> None:
    tight = alignment.model_copy(update={"sources": {"teams.sdr.hours": Source(text="a guess", range=0.9)}})
    rejected = [draw(tight, np.random.default_rng(seed)).rejected for seed in range(10)]
    assert 0 < sum(rejected) < ATTEMPTS
