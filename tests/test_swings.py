"""The tornado: values in companies with other numbers, and the number at which a decision turns."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from solved import SOURCES, explained, mini, moved

from optimizer import PlanTerms
from optimizer.explanation.tornado import PORTION, tornado
from optimizer.parallel.pool import Workers
from optimizer.response.calibration import calibrate
from optimizer.response.outcome import evaluate_plans
from optimizer.response.plan_batch import PlanBatch
from optimizer.risk.ranges import scaled
from optimizer.scenario.plan import plan_of

MIXED = {
    "marketing": {"wins": 1.0},
    "sales": {"bookings": 0.85, "retention": 0.15},
    "success": {"retention": 1.0},
}
"""Better than today, but not where a wide net costs little."""
CASH = {"activities.wide_net_campaign.cash": {"text": "guess", "range": 0.95}}


def beside_today(cal: Any, *plans: Any) -> PlanBatch:
    """The current plan, the chosen one, runners-up: all paid by the curves in force."""
    return PlanBatch.of((euros, PlanTerms()) for euros in (cal.current, *plans))


def test_a_swing_is_the_gain_in_the_company_with_the_other_number() -> None:
    solution = moved()
    assert solution.chosen is not None
    bars = {
        s.path: s
        for s in tornado(solution.problem.cal, beside_today(solution.problem.cal, solution.chosen.euros))
    }
    cal = calibrate(scaled(solution.problem.scenario, "stages.retained.value", 1.5))
    both = evaluate_plans(cal, np.array([cal.current, solution.chosen.euros]))
    one = bars["stages.retained.value"]
    low, gain, high = one.gains
    assert high == pytest.approx(float(both.revenue[1] - both.revenue[0]), rel=1e-6)
    assert one.elasticity == pytest.approx((high - low) / gain, rel=1e-12)
    assert one.spread == max(one.gains) - min(one.gains)
    assert one.number == 26000.0
    assert np.isnan(one.leads).all()
    assert one.runner_up is None


def test_a_range_by_a_factor_ends_at_the_factor_and_its_inverse() -> None:
    solution = moved()
    assert solution.chosen is not None
    sources = {"teams.marketing.responsiveness": {"text": "guess", "factor": 2}}
    cal = calibrate(mini(sources=sources))
    bar = tornado(cal, beside_today(cal, solution.chosen.euros))[0]
    for factor, gain in zip((0.5, 2), bar.gains[[0, 2]], strict=True):
        there = calibrate(scaled(cal.scenario, bar.path, factor))
        both = evaluate_plans(there, np.array([there.current, solution.chosen.euros]))
        assert gain == pytest.approx(float(both.revenue[1] - both.revenue[0]), rel=1e-6)
    assert bar.elasticity == pytest.approx((bar.gains[2] - bar.gains[0]) / (1.5 * bar.gains[1]))


def test_swings_come_by_the_size_of_what_they_can_do() -> None:
    spreads = [s.spread for s in explained().tornado]
    assert len(spreads) == 4
    assert spreads == sorted(spreads, reverse=True)


def test_a_number_that_would_make_no_company_has_no_gain() -> None:
    solution = moved()
    assert solution.chosen is not None
    wide = {"teams.sales.hours": {"text": "payroll", "range": 0.9}}
    cal = calibrate(mini(sources=wide))
    bar = tornado(cal, beside_today(cal, solution.chosen.euros))[0]
    assert np.isnan(bar.gains[0])
    assert np.isfinite(bar.spread)


@pytest.mark.parametrize(
    "regimes", [{}, {"a": {"probability": 0.4}, "b": {"probability": 0.6, "value": {"deal": 0.8}}}]
)
def test_at_the_break_even_the_gain_is_nothing(regimes: dict[str, object]) -> None:
    scenario = mini(sources=CASH, regimes=regimes)
    cal = calibrate(scenario)
    plan = plan_of(scenario, MIXED).euros(scenario)
    swing = tornado(cal, beside_today(cal, plan))[0]
    assert swing.flips_current
    assert 0.05 <= swing.break_even <= 1
    there = calibrate(scaled(scenario, swing.path, swing.break_even))
    both = evaluate_plans(there, np.array([there.current, plan]))
    assert float(both.revenue[1] - both.revenue[0]) == pytest.approx(0, abs=1e-2)


def test_where_a_runner_up_overtakes_it_is_named_and_the_number_found() -> None:
    scenario = mini(sources=CASH)
    cal = calibrate(scenario)
    plan = plan_of(scenario, MIXED).euros(scenario)
    swing = tornado(cal, beside_today(cal, plan, cal.current))[0]
    assert swing.flips_runner_up
    assert swing.runner_up == 0
    assert swing.leads == pytest.approx(swing.gains)
    assert swing.break_even_runner_up == pytest.approx(swing.break_even, abs=1e-6)


@pytest.mark.slow
def test_the_tornado_does_not_depend_on_the_number_of_processes() -> None:
    solution = moved()
    assert solution.chosen is not None
    many = {
        f"activities.{name}.{number}": {"text": "guess", "range": 0.1}
        for name in solution.problem.scenario.activities
        for number in ("hours", "baseline")
    }
    cal = replace(solution.problem.cal, scenario=mini(sources={**SOURCES, **many}))
    told: list[tuple[int, int]] = []
    plans = beside_today(cal, solution.chosen.euros)
    alone = tornado(cal, plans)
    with Workers(2) as two:
        both = tornado(cal, plans, two, lambda done, of: told.append((done, of)))
    assert [s.path for s in alone] == [s.path for s in both]
    assert all(np.array_equal(a.values, b.values, equal_nan=True) for a, b in zip(alone, both, strict=True))
    portions = -(-len([s for s in cal.scenario.sources.values() if s.ends]) // PORTION)
    assert portions > 1
    assert told == [(n, portions) for n in range(1, portions + 1)]
