"""What a solution means, checked against the response and the evaluator that it is made from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from solved import explained, mini, moved, stuck_explained

from optimizer.explanation.build import EQUAL, compare, equal_weights, rules_and_neighbours
from optimizer.explanation.gaming_ledger import _RegimeLedger, gaming_excess, gaming_ledger
from optimizer.plans.evaluator import judge_consistent
from optimizer.plans.local_search import neighbours
from optimizer.plans.rules.margin import deterrence
from optimizer.response.best_response import respond
from optimizer.response.calibration import calibrate
from optimizer.response.outcome import evaluate_plan

GAMED = ("wide_net_campaign", "touch_fit", "touch_broad", "close_push")


def regime() -> _RegimeLedger:
    solution = moved()
    assert solution.chosen is not None
    return _RegimeLedger(
        solution.problem.cal, solution.chosen.consistent.equilibria[0], solution.chosen.euros
    )


@pytest.mark.parametrize("name", GAMED)
def test_a_team_moves_as_it_would_if_the_activity_became_dearer(name: str) -> None:
    at = regime()
    a = at.network.activities.index(name)
    step = 1e-6 * at.cal.quadratic[a] * at.network.scale[a]
    dearer = replace(at.cal, linear=at.cal.linear + step * (np.arange(len(at.cal.linear)) == a))
    answer = respond(dearer, at.network, at.at.beliefs, at.euros[None])
    mine = at.network.blocks[at.network.team[a]].activities
    change = (answer.x - at.at.x)[0, mine]
    moved = at._move(a, float(change[mine == a][0]))[mine]
    assert moved == pytest.approx(change, rel=1e-4, abs=1e-10 * float(np.abs(at.at.x).max()))


def test_a_move_keeps_hours_and_stages_balanced() -> None:
    at = regime()
    block = at.network.blocks[at.network.teams.index("sales")]
    move = at._move(at.network.activities.index("touch_fit"), -5.0)
    assert block.balance @ move[block.activities] == pytest.approx(0.0, abs=1e-9)
    assert (at.at.x[0] + move >= -1e-9).all()


def test_whoever_games_would_lose_by_stopping() -> None:
    for line in explained().gaming:
        assert line.team_stake > 0


def test_the_ledger_tells_caps_and_margins_of_the_rules() -> None:
    solution = moved()
    assert solution.chosen is not None
    held = deterrence(
        solution.problem.cal, solution.chosen.consistent.equilibria[0], solution.chosen.euros[None]
    )
    ledger = explained().gaming
    assert [line.activity for line in ledger] == held.activities.tolist()
    assert [line.margin for line in ledger] == pytest.approx(held.margin[0].tolist())
    for line in ledger:
        assert line.recommended <= line.cap + 1e-6


def test_without_gaming_rules_there_is_neither_cap_nor_margin() -> None:
    cal = calibrate(mini())
    now = evaluate_plan(cal, cal.current)
    assert all(np.isnan(g.cap) and np.isnan(g.margin) for g in gaming_ledger(cal, cal.current, now, now))
    assert np.isnan(gaming_excess(cal, now)).all()


def test_plans_stand_side_by_side_from_today_to_the_chosen_one() -> None:
    current, *others = plans = compare(moved())
    assert [plan.kind for plan in plans] == ["current", "named", "named", "equal", "chosen"]
    assert plans[3].name == EQUAL
    assert plans[-1].evaluation.value == pytest.approx(moved().certificate.objective, rel=1e-9)
    assert plans[-1].evaluation.broken_rules == ()
    again = [np.allclose(plan.evaluation.euros, current.evaluation.euros) for plan in others]
    assert again == [False, True, False, False]


def test_equal_weights_spread_todays_pay_over_what_a_team_can_move() -> None:
    solution = moved()
    euros = equal_weights(solution.problem.space, solution.problem.cal.current)
    assert euros.sum(axis=1) == pytest.approx(solution.problem.cal.current.sum(axis=1))
    assert euros[0].tolist() == pytest.approx([20000 / 3] * 3 + [0.0] * 4)


def test_a_rule_blocks_the_better_neighbours_that_break_it() -> None:
    solution = moved()
    assert solution.chosen is not None
    rules, around = rules_and_neighbours(solution.problem.cal, solution.problem.space, solution.chosen.euros)
    near = neighbours(solution.problem.space, solution.problem.space.units(solution.chosen.euros))
    judged = judge_consistent(solution.problem.cal, solution.problem.space)(near)
    better = judged.value > solution.certificate.objective + 1e-9 * abs(solution.certificate.objective)
    assert around.count == len(near)
    assert around.better_but_broken == int((better & ~judged.kept).sum()) > 0
    assert not (better & judged.kept).any()
    budget = next(r for r in rules if r.name == "budget.expected")
    assert budget.state == "binding"
    assert 0 < budget.blocks <= around.better_but_broken


def test_rules_that_cannot_bind_are_left_out() -> None:
    names = {r.name for r in explained().rules}
    assert not any(n.startswith(("weights.max.", "weights.min.", "measures.", "target_pay.")) for n in names)


def test_nothing_moves_where_nothing_may_change() -> None:
    explanation = stuck_explained()
    assert not explanation.moved
    assert explanation.tornado == ()
    assert {r.state for r in explanation.rules if r.name.startswith("change_limit")} == {"binding"}
