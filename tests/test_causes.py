"""The gain split by team and cause: exact, independent of order, and right where a hand can check it."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from companies import random_company, random_weights
from solved import mini, moved

from optimizer.explanation import waterfall as module
from optimizer.explanation.waterfall import CAUSES, WaterfallStep, _Funnel, _parts, after_sale, waterfall
from optimizer.response.booking import book
from optimizer.response.calibration import Calibrated, calibrate
from optimizer.response.equilibrium import Equilibrium
from optimizer.response.outcome import Outcome, evaluate_plan, outcome_of
from optimizer.scenario.plan import plan_of


def answers(cal: Calibrated, seed: int) -> tuple[Outcome, Outcome]:
    """Today, and first responses to a random plan."""
    weights = random_weights(np.random.default_rng(seed), cal.scenario)
    plan = plan_of(cal.scenario, weights).euros(cal.scenario)
    return evaluate_plan(cal, cal.current), evaluate_plan(cal, plan, "first_response")


def doing(cal: Calibrated, **units: float) -> Outcome:
    """Today with other volumes of some activities, everything downstream in today's shares."""
    network, x = cal.network, cal.network.baseline.copy()
    for name, value in units.items():
        x[network.activities.index(name)] = value
    for n in reversed(network.downstream_first):
        if network.owner[n] >= 0 and not any(network.activities[a] in units for a in network.from_stage[n]):
            inflow = network.inflow[n] + network.yields[n] @ x
            x[network.from_stage[n]] = inflow * cal.beliefs.routing[0, network.from_stage[n]]
    (today,) = evaluate_plan(cal, cal.current).equilibria
    response = today.response.__class__(
        x[None],
        today.response.hour_price,
        today.response.stage_price,
        today.response.reduced_cost,
        np.zeros(1),
    )
    at = Equilibrium(network, response, today.beliefs, np.zeros(1), 0)
    return outcome_of(cal, cal.current[None], (at,)).one(0)


def by_name(cal: Calibrated, steps: tuple[WaterfallStep, ...]) -> dict[tuple[str, str], float]:
    return {(cal.network.teams[s.team], s.cause): s.revenue for s in steps if s.cause != "payout"}


@pytest.mark.parametrize("seed", range(12))
def test_causes_add_up_to_the_change_of_revenue_and_of_net(seed: int) -> None:
    rng = np.random.default_rng(seed)
    company = random_company(
        rng, teams=3 + seed % 3, activities=15, two_way=seed % 2 == 0, regimes=(0, 2)[seed % 3 == 0]
    )
    cal = calibrate(company)
    now, then = answers(cal, seed)
    steps = waterfall(cal, now, then)
    scale = 1e-9 * (1 + abs(now.revenue))
    assert sum(s.revenue for s in steps) == pytest.approx(then.revenue - now.revenue, abs=scale)
    booked = [at.revenue - float(book(company, at.pay).company.loaded) for at in (now, then)]
    assert sum(s.net for s in steps) == pytest.approx(booked[1] - booked[0], abs=scale)
    cents = 0.02 * len(company.teams)  # of pay and charges, of both plans
    assert sum(s.net for s in steps) == pytest.approx(then.net - now.net, abs=scale + cents)


@pytest.mark.slow
def test_causes_add_up_to_the_cent_for_the_chosen_plan() -> None:
    solution = moved()
    assert solution.chosen is not None
    now = evaluate_plan(solution.problem.cal, solution.problem.cal.current)
    steps = waterfall(solution.problem.cal, now, solution.chosen.consistent)
    change = solution.chosen.consistent.revenue - now.revenue
    assert abs(sum(s.revenue for s in steps) - change) < 0.005
    assert {s.cause for s in steps} == set(CAUSES) - {"moved"}  # nothing can be moved here


def test_beyond_many_teams_two_orders_still_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MANY", 1)
    cal = calibrate(random_company(np.random.default_rng(5), teams=4, activities=15))
    now, then = answers(cal, 5)
    steps = waterfall(cal, now, then)
    assert sum(s.revenue for s in steps) == pytest.approx(then.revenue - now.revenue, rel=1e-9)


def test_a_teams_causes_are_its_mean_contribution_over_all_orders_of_teams() -> None:
    cal = calibrate(random_company(np.random.default_rng(3), teams=4, activities=16))
    now, then = answers(cal, 3)
    funnel = _Funnel.of(cal.network, now.x, then.x)
    teams, mean = range(len(cal.network.teams)), np.zeros(len(cal.network.teams))
    orders = list(permutations(teams))
    for order in orders:
        swapped = np.zeros((1, len(mean)), dtype=np.intp)
        for i in order:
            before = funnel.revenue(swapped)[0]
            swapped[0, i] = 31
            mean[i] += (funnel.revenue(swapped)[0] - before) / len(orders)
    assert _parts(funnel).sum(axis=1) == pytest.approx(mean, abs=1e-6)


def test_more_campaigns_of_the_same_kinds_are_volume_and_nothing_else() -> None:
    cal = calibrate(mini())
    now = evaluate_plan(cal, cal.current)
    then = doing(cal, targeted_campaign=45 * 1.1, wide_net_campaign=25 * 1.1)
    steps = by_name(cal, waterfall(cal, now, then))
    change = then.revenue - now.revenue
    assert steps.pop(("marketing", "volume")) == pytest.approx(change, rel=1e-9)
    assert change != 0
    assert all(abs(part) < 1e-6 for part in steps.values())


def test_a_wide_net_left_for_targeted_campaigns_is_gaming_avoided() -> None:
    cal = calibrate(mini())
    now = evaluate_plan(cal, cal.current)
    then = doing(cal, targeted_campaign=45 + 5 * 6 / 10, wide_net_campaign=20)
    steps = by_name(cal, waterfall(cal, now, then))
    assert steps[("marketing", "gaming")] == pytest.approx(then.revenue - now.revenue, rel=1e-9)
    assert steps[("marketing", "gaming")] > 0
    assert steps[("marketing", "volume")] == pytest.approx(0, abs=1e-6)


def test_customers_kept_are_retention_of_the_team_that_keeps_them() -> None:
    cal = calibrate(mini())
    now = evaluate_plan(cal, cal.current)
    network = cal.network
    stage = network.stages.index("customer")
    ways = [a for a in network.from_stage[stage] if network.explicit[a]]
    best = max(ways, key=lambda a: network.yields[:, a].sum())
    other = next(a for a in ways if a != best)
    x = network.baseline
    names = {network.activities[best]: x[best] + 1, network.activities[other]: x[other] - 1}
    for a in network.from_stage[stage]:
        names.setdefault(network.activities[a], float(x[a]))
    then = doing(cal, **names)
    better = network.marginal_value[best] - network.marginal_value[other]
    assert better > 0
    steps = by_name(cal, waterfall(cal, now, then))
    assert steps[("success", "retention")] == pytest.approx(better, rel=1e-6)


def test_after_the_sale_comes_what_is_entered_with_value_and_worked_further() -> None:
    network = calibrate(mini()).network
    after = {network.stages[n] for n in np.flatnonzero(after_sale(network))}
    assert after == {"customer", "fragile_customer", "retained"}
