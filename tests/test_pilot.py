"""Pilots: what a test can see, against the textbook, and an honest no where it can see nothing."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from optimizer import read_scenario
from optimizer.response.calibration import Calibrated, calibrate
from optimizer.rollout.pilot import ALPHA, DRAWS, ENOUGH, Pilot, PilotSetting, changed_teams, pilot, settings
from optimizer.scenario.plan import plan_of

SMALL = Path(__file__).parent / "cases" / "small.yaml"


def crowd(effect: float, people: int = 300, **changes: float) -> PilotSetting:
    """A team in which the number of people is no obstacle."""
    given = {"before": 1.0, "own": 0.5, "shared": 0.0, "skill": 0.0} | changes
    return PilotSetting(team=0, kpi=0, people=people, effect=np.array([effect]), **given)


@cache
def seen() -> Pilot:
    return pilot(crowd(0.15), seed=1)


def of_size(pilot_: Pilot, people: int):
    return next(d for d in pilot_.designs if d.people == people)


@pytest.mark.parametrize("people", [20, 60, 150])
def test_power_is_the_textbook_normal_formula_within_monte_carlo_error(people: int) -> None:
    design = of_size(seen(), people)
    error = 0.5 * np.sqrt(2 * (1 / people + 1 / (300 - people)))
    expected = norm.cdf(0.15 / error - norm.ppf(1 - ALPHA / 2))
    assert design.textbook == pytest.approx(expected, abs=1e-12)
    # Four standard errors of 4,000 draws, and 0.003 by which t with 298 degrees of freedom is below normal.
    assert abs(design.power - expected) < 4 * np.sqrt(expected * (1 - expected) / DRAWS) + 0.003


def test_the_smallest_effect_that_is_seen_is_the_textbook_one_and_is_seen() -> None:
    design = of_size(seen(), 150)
    error = 0.5 * np.sqrt(2 * 2 / 150)
    expected = (norm.ppf(1 - ALPHA / 2) + norm.ppf(ENOUGH)) * error
    assert design.detectable == pytest.approx(expected, rel=0.03)  # 4,000 draws place 80 % within 0.6 points
    again = of_size(pilot(crowd(design.detectable), seed=1), 150)
    assert again.power == pytest.approx(ENOUGH, abs=2 / DRAWS)


def test_without_an_effect_one_in_forty_sees_one_on_either_side() -> None:
    design = of_size(pilot(crowd(1e-12), seed=3), 150)
    assert design.power == pytest.approx(ALPHA / 2, abs=4 * np.sqrt(0.025 * 0.975 / DRAWS))


def test_luck_that_hits_everybody_and_skill_that_lasts_cancel() -> None:
    alone = of_size(seen(), 150).power
    both = of_size(pilot(crowd(0.15, shared=1.0), seed=1), 150).power
    assert both == pytest.approx(alone, abs=4 * np.sqrt(0.25 / DRAWS) * np.sqrt(2))


def test_the_smallest_design_is_recommended() -> None:
    recommended = pilot(crowd(0.25), seed=1)
    assert recommended.smallest is not None
    assert recommended.smallest.power >= ENOUGH
    assert all(d.size >= recommended.smallest.size for d in recommended.designs if d.power >= ENOUGH)


@pytest.mark.slow
def test_where_headcount_does_not_reach_it_says_so_and_how_many_would() -> None:
    recommended = pilot(crowd(0.15, people=12), seed=1)
    assert recommended.smallest is None
    assert recommended.strongest.power < ENOUGH
    bigger = pilot(crowd(0.15, people=int(recommended.needed)), seed=1)
    assert of_size(bigger, int(recommended.needed) // 2).power == pytest.approx(ENOUGH, abs=0.03)


@cache
def small() -> Calibrated:
    return calibrate(read_scenario(SMALL))


def test_only_teams_whose_pay_changes_and_with_enough_people_are_tested() -> None:
    cal = small()
    euros = plan_of(cal.scenario, cal.scenario.plans["quality"]).euros(cal.scenario)
    assert [cal.network.teams[i] for i in changed_teams(cal, euros)] == ["marketing", "sales"]
    tested = list(settings(cal, euros, 2))
    assert [cal.network.teams[s.team] for s in tested] == ["sales"]  # marketing are two
    kpis = np.flatnonzero((cal.network.numerator[:, cal.network.team == tested[0].team] > 0).any(axis=1))
    assert tested[0].kpi in kpis


def test_nobody_but_the_tested_team_is_paid_by_the_plan() -> None:
    cal = small()
    euros = plan_of(cal.scenario, cal.scenario.plans["quality"]).euros(cal.scenario)
    alone, sales = cal.current.copy(), cal.network.teams.index("sales")
    alone[sales] = euros[sales]
    assert not np.array_equal(alone, euros)
    (tested,), (by_itself,) = (list(settings(cal, plan, 2)) for plan in (euros, alone))
    np.testing.assert_array_equal(tested.effect, by_itself.effect)


def test_the_current_plan_gives_nothing_to_test() -> None:
    assert not list(settings(small(), small().current, 2))


def test_the_same_seed_gives_the_same_designs() -> None:
    one, same = (pilot(crowd(0.15, people=8), seed=5) for _ in range(2))
    assert one.designs == same.designs
