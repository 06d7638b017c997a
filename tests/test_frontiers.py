"""Prices of rules and frontiers: equal to direct solves, never worse when looser, all with their status."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pytest
from solved import MEASURES, infeasible, mini
from wording import LABELS, labelled, labels_rows, names_in

from optimizer import Options, Scenario
from optimizer.cli.show.results import show_frontier
from optimizer.explanation.frontier import OVERS, FrontierPoint, Over, at_limit, frontier
from optimizer.explanation.resolve import Optimum
from optimizer.explanation.rule_prices import relaxations, rule_prices
from optimizer.response.calibration import calibrate
from optimizer.scenario.checks import problems_of
from optimizer.solver import solve
from optimizer.tables.frontier import FRONTIER, frontier_rows
from optimizer.tables.json_values import frontier_json

COARSE = {"weights": {"step": 0.5}, "gaming": {"tolerance": 0.1}}
REGIMES = {
    "normal": {"probability": 0.75},
    "weak": {"probability": 0.25, "yields": {"targeted_campaign": 0.8}, "value": {"retained": 0.9}},
}


@cache
def traced(over: Over) -> tuple[FrontierPoint, ...]:
    return frontier(mini(COARSE), over, points=3)


@pytest.mark.slow
@pytest.mark.parametrize("over", OVERS)
def test_more_room_never_hurts(over: Over) -> None:
    points = traced(over)
    values = [p.optimum.value for p in points if p.optimum.weights is not None]
    assert values
    assert values == sorted(values)
    limits = [p.limit for p in points]
    assert limits == sorted(limits, reverse=over == "controllability")
    without = [p.optimum.weights is None for p in points]
    assert without == sorted(without, reverse=True)


@pytest.mark.slow
def test_a_point_is_the_solve_at_its_limit() -> None:
    for point in traced("budget"):
        direct = solve(at_limit(mini(COARSE), "budget", point.limit))
        assert point.optimum.status == direct.status
        assert point.optimum.weights == (direct.chosen.plan.weights if direct.chosen else None)
        if direct.chosen is not None:
            assert point.optimum.value == pytest.approx(direct.certificate.objective, rel=1e-6)
            assert point.optimum.loaded_pay <= point.limit + 1e-6


@pytest.mark.slow
def test_the_scenarios_own_limit_is_among_the_points() -> None:
    assert [p.limit for p in traced("budget") if p.is_own] == [135000.0]
    assert [p.limit for p in traced("gaming") if p.is_own] == [0.1]
    assert not any(p.is_own for p in traced("controllability"))


@pytest.mark.slow
def test_a_point_without_a_plan_is_a_row() -> None:
    tight = at_limit(mini(COARSE | {"locks": {"success": {"retention": 1.0}}}), "budget", 90000.0)
    points = frontier(tight, "budget", points=2)
    assert {p.optimum.status for p in points} == {"infeasible"}
    table = FRONTIER.frame(frontier_rows(points))
    assert len(table) == len(points) == 3
    assert table["value"].isna().all()
    named = labelled(FRONTIER, table, names_in(LABELS.frame(labels_rows(tight))))
    assert named["status_fr"].str.len().min() > 0
    assert json.loads(json.dumps(frontier_json(points), allow_nan=False))["points"][0]["value"] is None


@pytest.mark.slow
def test_with_regimes_and_a_locked_team_more_budget_never_hurts() -> None:
    scenario = mini(COARSE | {"locks": {"success": {"retention": 1.0}}}, regimes=REGIMES)
    values = [p.optimum.value for p in frontier(scenario, "budget", points=3)]
    finite = [v for v in values if np.isfinite(v)]
    assert finite == sorted(finite)


def test_a_better_plan_that_a_tighter_point_knows_is_taken_over() -> None:
    known = Optimum("optimal", {"a": {"k": 1.0}}, 100.0, 100.0)
    missed = Optimum("optimal", {"a": {"l": 1.0}}, 90.0, 90.0)
    assert missed.beaten_by([known], 1e-4).weights == known.weights
    assert known.beaten_by([missed], 1e-4) is known
    assert Optimum("infeasible").beaten_by([known], 1e-4).status == "feasible"
    assert Optimum("infeasible").beaten_by([], 1e-4).weights is None


def every_rule() -> Scenario:
    return mini(
        {
            "weights": {"step": 0.2, "min": 0.2, "max": 0.8, "max_measures": 2},
            "measures": {**MEASURES, "success": ["retention", "bookings"]},
            "locks": {"sales": {"bookings": 0.6}},
            "change_limit": 1.2,
            "budget": {"expected": 135000.0, "teams": {"marketing": 40000.0}, "min_share_of_target": 0.5},
            "controllability": {"floor": 0.05, "mean": 0.1},
            "gaming": {
                "tolerance": 0.1,
                "margin": 0.1,
                "exposure": 0.9,
                "caps": {"touch_fit": 90.0},
                "pairs": [{"team": "sales", "volume": "leads_touched", "quality": "bookings"}],
            },
        }
    )


def test_every_rule_of_the_file_has_a_price() -> None:
    relaxed = list(relaxations(calibrate(every_rule())))
    removed = {c.rule for c in relaxed if c.change == "removed"}
    assert removed == {
        "weights.min", "weights.max", "weights.max_measures", "measures.marketing", "measures.sales",
        "measures.success", "locks.sales.bookings", "change_limit", "budget.expected",
        "budget.teams.marketing", "budget.min_share_of_target", "controllability.floor",
        "controllability.mean", "gaming.tolerance", "gaming.caps.touch_fit", "gaming.margin",
        "gaming.pairs.0", "gaming.exposure",
    }  # fmt: skip
    assert {c.rule for c in relaxed if c.change == "relaxed"} == removed - {
        rule for rule in removed if rule.startswith(("measures", "locks"))
    }
    assert not [p for c in relaxed for p in problems_of(every_rule().model_copy(update={"rules": c.rules}))]


@pytest.mark.slow
def test_the_price_of_a_rule_is_the_gain_without_it() -> None:
    solution = solve(mini(COARSE))
    prices = {(p.rule, p.change): p for p in rule_prices(solution, Options())}
    assert set(prices) >= {("budget.expected", "relaxed"), ("budget.expected", "removed")}
    assert all(p.price >= -1e-6 * abs(solution.certificate.objective) for p in prices.values())
    free = solve(mini(COARSE | {"budget": {}}))
    price = prices[("budget.expected", "removed")]
    assert price.price == pytest.approx(
        free.certificate.objective - solution.certificate.objective, abs=1e-4 * free.certificate.objective
    )
    assert price.price >= prices[("budget.expected", "relaxed")].price - 1e-6 * free.certificate.objective


@pytest.mark.slow
def test_without_a_plan_no_rule_has_a_price() -> None:
    assert rule_prices(infeasible(), Options()) == ()


@pytest.mark.slow
def test_on_a_terminal_every_number_of_a_frontier_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    show_frontier(mini(COARSE), traced("budget"))
    shown = capsys.readouterr().out
    assert "…" not in shown
    assert "135,000 *" in shown
    for point in traced("budget"):
        assert point.optimum.status in shown
        if point.optimum.weights is not None:
            assert f"{point.optimum.value:,.0f}" in shown
            assert f"{point.optimum.loaded_pay:,.0f}" in shown
