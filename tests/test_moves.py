"""Moves of weight, near-ties, the gaming ledger's experiment: each equals the evaluation it stands for."""

from __future__ import annotations

import numpy as np
import pytest
from solved import explained, mini, moved, stuck, stuck_explained

from optimizer import Evaluation, PlanTerms
from optimizer.arrays import Floats
from optimizer.explanation.gaming_ledger import company_side, forbidden
from optimizer.explanation.near_ties import near_ties
from optimizer.explanation.weight_shifts import cheapest, weight_shifts
from optimizer.plans.evaluation import compare, evaluate, evaluate_each
from optimizer.plans.space import PlanSpace, plan_space
from optimizer.response.booking import booked_money
from optimizer.response.calibration import Calibrated, calibrate
from optimizer.response.measures import measure
from optimizer.response.outcome import evaluate_plan
from optimizer.response.plan_batch import PlanBatch
from optimizer.scenario.plan import plan_from_euros, plan_of

REGIMES = {
    "normal": {"probability": 0.75},
    "weak": {"probability": 0.25, "yields": {"targeted_campaign": 0.8}, "value": {"retained": 0.9}},
}


def known(cal: Calibrated, space: PlanSpace, euros: Floats) -> tuple[Evaluation, ...]:
    """A plan that people know, under the curves in force."""
    return evaluate_each(cal, space, PlanBatch.of([(euros, PlanTerms())]))


def test_why_this_weight_is_the_evaluation_of_the_moved_plan() -> None:
    solution = moved()
    scenario, cal = solution.problem.scenario, solution.problem.cal
    assert solution.chosen is not None
    shifts = explained().why_this_weight
    assert len(shifts) == sum(
        int((solution.chosen.euros[i] > 0).sum()) * (int(solution.problem.space.allowed[i].sum()) - 1)
        for i in range(len(cal.network.teams))
    )
    for move in shifts[::3]:
        team, kpi, to = (
            cal.network.teams[move.team],
            cal.network.kpis[move.kpi],
            cal.network.kpis[move.to],
        )
        weights = {t: dict(w) for t, w in solution.chosen.plan.weights.items()}
        weights[team][kpi] -= move.moved
        weights[team][to] = weights[team].get(to, 0.0) + move.moved
        at = evaluate(scenario, weights).consistent
        assert move.moved == pytest.approx(0.2)
        assert move.revenue == pytest.approx(at.revenue - solution.chosen.consistent.revenue, abs=1e-4)
        booked = [booked_money(scenario, outcome).net for outcome in (solution.chosen.consistent, at)]
        assert move.net == pytest.approx(booked[1] - booked[0], abs=1e-4)
        assert move.loaded_pay == pytest.approx(move.revenue - move.net, abs=0.0101)  # nets: to the cent
        broken = compare(scenario, {"it": weights})["it"].broken_rules
        assert set(move.broken) == {rule.name for rule in broken}


def test_with_regimes_and_a_locked_team_moves_are_still_evaluations() -> None:
    locks = {"locks": {"success": {"retention": 0.8, "bookings": 0.2}}, "measures": {}}
    cal_scenario = mini(locks, regimes=REGIMES)
    cal = calibrate(cal_scenario)
    solution = stuck()
    shifts = weight_shifts(
        cal, solution.problem.space, cal.current, np.ones_like(solution.problem.space.allowed)
    )
    move = next(m for m in shifts if cal.network.teams[m.team] == "marketing")
    euros = cal.current.copy()
    euros[move.team, move.kpi] -= move.moved * euros[move.team].sum()
    euros[move.team, move.to] += move.moved * cal.current[move.team].sum()
    before, after = evaluate_plan(cal, cal.current), evaluate_plan(cal, euros)
    assert move.revenue == pytest.approx(after.revenue - before.revenue, rel=1e-9)


def test_a_locked_weight_can_only_move_by_breaking_its_lock() -> None:
    cal = calibrate(mini({"locks": {"sales": {"bookings": 1.0}}}))
    space = plan_space(cal, measure(cal).controllability)
    kpis, every = cal.network.kpis, np.ones_like(space.allowed)
    locked = [m for m in weight_shifts(cal, space, cal.current, every) if kpis[m.kpi] == "bookings"]
    assert locked
    assert all("locks.sales.bookings" in m.broken for m in locked)
    ties = near_ties(cal, space, cal.current, known(cal, space, cal.current))
    assert ties
    assert all(t.euros[1, kpis.index("bookings")] == pytest.approx(60000) for t in ties)


def test_where_nothing_moves_every_step_has_a_reason() -> None:
    explanation = stuck_explained()
    assert explanation.why_unmoved
    best = cheapest(explanation.why_unmoved)
    assert best is not None
    assert best.value > 0
    assert any(name.startswith("change_limit") for name in best.broken)
    for move in explanation.why_unmoved:
        assert move.reason == ("rule" if move.improves else "no_gain")
        assert move.broken
        if move.improves:
            assert move.excess >= best.excess


def test_a_plan_that_moved_needs_no_reason_for_standing_still() -> None:
    assert explained().why_unmoved == ()


def test_near_ties_keep_the_rules_and_come_first_where_they_are_easier() -> None:
    solution = moved()
    explanation = explained()
    scenario = solution.problem.scenario
    assert explanation.near_ties
    for tie in explanation.near_ties:
        weights = plan_from_euros(scenario, tie.euros).weights
        at = compare(scenario, {"it": weights})["it"]
        assert not at.broken_rules
        assert tie.revenue == pytest.approx(at.consistent.revenue, rel=1e-9)
        assert tie.loss == pytest.approx(solution.certificate.objective - tie.value, rel=1e-6, abs=1e-3)
        assert tie.near == (tie.loss <= 1e-3 * abs(solution.certificate.objective))
    easier = [tie.near and (tie.simpler or tie.closer) for tie in explanation.near_ties]
    assert easier == sorted(easier, reverse=True)


def test_a_simpler_plan_of_the_same_value_is_named_first() -> None:
    """Two KPIs that pay for the same thing: splitting weight between them changes nothing."""
    scenario = mini()
    twin = scenario.model_copy(
        update={"kpis": {**scenario.kpis, "bookings_again": scenario.kpis["bookings"]}}
    )
    measures = {**twin.rules.measures, "sales": ("bookings", "bookings_again")}
    twin = twin.model_copy(update={"rules": twin.rules.model_copy(update={"measures": measures})})
    cal = calibrate(twin)
    space = plan_space(cal, measure(cal).controllability)
    split = cal.current.copy()
    k, again = (cal.network.kpis.index(name) for name in ("bookings", "bookings_again"))
    split[1, again] = 0.4 * split[1, k]
    split[1, k] -= split[1, again]
    first = near_ties(cal, space, split, known(cal, space, cal.current))[0]
    assert first.simpler
    assert first.closer
    assert first.loss == pytest.approx(0, abs=1e-3)
    assert first.euros == pytest.approx(cal.current)


def test_gaming_costs_what_the_company_gains_when_nobody_can_do_it() -> None:
    cal = calibrate(mini())
    now = evaluate_plan(cal, cal.current)
    for a in np.flatnonzero(cal.network.gaming):
        cost, loss, net_loss = company_side(cal, cal.current, now, int(a))
        without = forbidden(cal, cal.current, now, int(a))
        assert without is not None
        assert without.x[a] == 0
        assert loss == pytest.approx(without.revenue - now.revenue)
        assert net_loss == pytest.approx(without.net - now.net)
        assert cost == pytest.approx(loss / now.x[a])


def test_a_plan_of_the_scenario_is_itself_a_candidate() -> None:
    solution = moved()
    named = plan_of(solution.problem.scenario, solution.problem.scenario.plans["by_hand"]).euros(
        solution.problem.scenario
    )
    cal, space = solution.problem.cal, solution.problem.space
    ties = near_ties(cal, space, solution.chosen.euros, known(cal, space, named))
    assert all(t.loss >= 0 for t in ties)
