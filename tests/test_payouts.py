"""Payouts as distributions: against the engine, closed forms, and each other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.stats import norm
from solved import mini

from optimizer import Scenario
from optimizer.arrays import Floats
from optimizer.plans.evaluation import compare
from optimizer.response.calibration import Calibrated, calibrate
from optimizer.response.outcome import evaluate_plan, paid_people, realised_pay
from optimizer.response.shared_luck import luck_correlation
from optimizer.risk.cvar import CVAR_DRAWS, cvar, percentile
from optimizer.risk.draws import Draws, draw, rule_noise
from optimizer.risk.payouts import PERCENTILES, PayoutDistribution, payout_distribution, tail_elsewhere
from optimizer.scenario.charges import loading
from optimizer.solver import solve

MINI = json.loads((Path(__file__).parent / "cases" / "mini_funnel" / "mini_funnel.json").read_text())
HEADS = {"marketing": 5, "sales": 8, "success": 1}
REGIMES = {
    "normal": {"probability": 0.6},
    "weak": {"probability": 0.4, "yields": {"targeted_campaign": 0.6, "deep_fit": 0.7}},
}
MIXED = {
    "marketing": {"lead_volume": 0.5, "meeting_rate": 0.5},
    "sales": {"bookings": 0.6, "leads_touched": 0.4},
    "success": {"retention": 1.0},
}
Z = 4.0
"""Standard errors within which a simulated mean must lie: exceeded by luck once in 16,000."""


def company(skill: float = 0.0, cap: float | None = None, **changes: Any) -> Calibrated:
    teams = {t: {**f, "headcount": HEADS[t], "skill_spread": skill} for t, f in MINI["teams"].items()}
    kpis = {k: {**f, "curve": {"cap": cap}} if cap else f for k, f in MINI["kpis"].items()}
    return calibrate(Scenario.model_validate(MINI | {"teams": teams, "kpis": kpis} | changes))


def euros_of(cal: Calibrated, weights: dict[str, dict[str, float]] = MIXED) -> Floats:
    pay = cal.current.sum(axis=1)
    rows = [[pay[i] * weights[t].get(k, 0.0) for k in cal.network.kpis] for i, t in enumerate(weights)]
    return np.array(rows)


def simulated(cal: Calibrated, draws: Draws | None = None) -> PayoutDistribution:
    euros = euros_of(cal)
    return payout_distribution(cal, euros, evaluate_plan(cal, euros), draws or draw(cal.scenario, cal.seed))


@pytest.mark.parametrize("cap", [None, 1.1])
@pytest.mark.parametrize("regimes", [{}, REGIMES])
def test_simulated_means_are_the_engines(cap: float | None, regimes: dict[str, Any]) -> None:
    distribution = simulated(company(0.2, cap, regimes=regimes, noise_correlation=0.4))
    for spread in (distribution.company, *distribution.teams):
        assert spread.mean == pytest.approx(spread.expected, abs=Z * spread.standard_error)


def test_a_team_of_linear_pay_is_normal_with_the_correlation_of_its_kpis() -> None:
    cal = company(noise_correlation=0.4)
    of_company, noise = simulated(cal).company, cal.curves.noise
    loaded = loading(cal.scenario) @ euros_of(cal) * noise
    covariance = 0.6 * np.eye(len(noise)) + 0.4
    spread = float(np.sqrt(loaded @ covariance @ loaded))
    error = spread / np.sqrt(20_000)
    for level, value in zip(PERCENTILES, of_company.percentiles, strict=True):
        z = float(norm.ppf(level))
        own = np.sqrt(level * (1 - level)) / norm.pdf(z) * error
        assert value == pytest.approx(of_company.expected + z * spread, abs=Z * own)
    tail = spread * norm.pdf(norm.ppf(0.95)) / 0.05
    assert of_company.cvar == pytest.approx(of_company.expected + tail, abs=Z * 2.5 * error)


def test_skill_spreads_peoples_pay_and_moves_neither_its_mean_nor_the_team() -> None:
    alike, apart = simulated(company()), simulated(company(0.3))
    sales = 1
    one, other = alike.people[sales], apart.people[sales]
    assert one is not None
    assert other is not None
    assert apart.teams == alike.teams
    assert other.mean == pytest.approx(one.mean, rel=1e-12)
    assert other.percentiles[0] < one.percentiles[0] < one.percentiles[2] < other.percentiles[2]
    assert apart.people[2] == alike.people[2], "one person is the team"


def test_people_of_a_linear_plan_earn_together_what_their_team_earns() -> None:
    cal = company(0.3)
    draws, euros = draw(cal.scenario, periods=500), euros_of(cal)
    attained = 1 + cal.curves.noise * draws.noise
    team = realised_pay(cal, attained)[:, 1] @ euros[1]
    each = paid_people(cal, 1, euros[1] / 8, attained, draws.apart(cal.scenario, 1))
    assert np.allclose(each.sum(axis=0), team, rtol=1e-12)


def test_people_are_paid_by_the_same_curve_as_teams() -> None:
    cal = company(0.3, cap=1.05)
    draws, euros = draw(cal.scenario, periods=9000), euros_of(cal)[0]
    attained = 1 + cal.curves.noise * draws.noise
    apart = draws.apart(cal.scenario, 0)
    whole = realised_pay(cal, attained + np.moveaxis(apart, 0, -1))[:, :, 0] @ euros
    assert np.allclose(paid_people(cal, 0, euros, attained, apart), whole, rtol=1e-12)


def test_the_probability_of_an_objective_is_the_share_of_draws_that_reach_it() -> None:
    cal = company(regimes=REGIMES)
    euros = euros_of(cal)
    outcome, draws = evaluate_plan(cal, euros), draw(cal.scenario)
    reached = payout_distribution(cal, euros, outcome, draws).reached
    for k, kpi in enumerate(cal.network.kpis):
        only = np.zeros_like(euros)
        only[1, k] = 1.0
        paid = payout_distribution(cal, only, outcome, draws).teams[1].at_goal
        assert paid == pytest.approx(reached[k], abs=Z * 0.5 / np.sqrt(20_000)), kpi


def test_a_budget_is_exceeded_as_often_as_the_payout_lies_above_it() -> None:
    budget = {"budget": {"expected": 130_000.0, "teams": {"sales": 90_000.0}}}
    cal = company(rules=budget)
    distribution, noise, e = simulated(cal), cal.curves.noise, euros_of(cal)
    loaded = loading(cal.scenario) @ e
    spreads = (float(np.linalg.norm(loaded * noise)), float(np.linalg.norm(1.42 * e[1] * noise)))
    for spread, sd in zip((distribution.company, distribution.teams[1]), spreads, strict=True):
        chance = float(norm.sf((spread.budget - spread.expected) / sd))
        assert spread.over_budget == pytest.approx(chance, abs=Z * 0.5 / np.sqrt(20_000))
    assert np.isnan(distribution.teams[0].over_budget)


def test_the_same_seed_draws_the_same_and_another_does_not() -> None:
    cal = company(0.2, regimes=REGIMES)
    scenario = cal.scenario
    one, again, other = draw(scenario, 5, 100), draw(scenario, 5, 100), draw(scenario, 6, 100)
    assert one.noise.tobytes() == again.noise.tobytes()
    assert one.apart(scenario, 1).tobytes() == again.apart(scenario, 1).tobytes()
    assert not np.array_equal(one.noise, other.noise)
    assert rule_noise(cal, 64).tobytes() == rule_noise(cal, 64).tobytes()
    assert np.abs(rule_noise(cal, 64).mean(axis=0)).max() < 1e-15


def test_regimes_are_drawn_as_often_as_they_are_likely() -> None:
    draws = draw(company(regimes=REGIMES).scenario, periods=1001)
    assert np.bincount(draws.regime).tolist() in ([601, 400], [600, 401])


def test_noise_of_two_kpis_has_what_they_count_together_and_the_correlation_of_the_scenario() -> None:
    cal = company(noise_correlation=0.4)
    noise, network = draw(cal.scenario).noise, cal.network
    count = network.numerator * np.sqrt(network.baseline)
    size = np.sqrt((count**2).sum(axis=1))
    wanted = 0.4 + 0.6 * (count @ count.T) / np.outer(size, size)
    assert (wanted[np.triu_indices(len(wanted), 1)] > 0.5).any()
    assert np.corrcoef(noise.T) == pytest.approx(wanted, abs=Z / np.sqrt(20_000))
    assert np.corrcoef(rule_noise(cal, 512).T) == pytest.approx(wanted, abs=0.02)


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.973])
def test_cvar_is_the_optimum_of_its_linear_program(level: float) -> None:
    rng = np.random.default_rng(3)
    values, weight = rng.normal(size=37), rng.dirichlet(np.ones(37))
    cost = np.r_[1.0, weight / (1 - level)]
    rows = np.c_[-np.ones(37), -np.eye(37)]
    program = linprog(cost, rows, -values, bounds=[(None, None), *[(0, None)] * 37])
    assert float(cvar(values, weight, level)) == pytest.approx(program.fun, abs=1e-9)


def test_a_percentile_is_the_least_value_not_exceeded_with_its_probability() -> None:
    values, weight = np.array([3.0, 1.0, 2.0, 4.0]), np.array([0.2, 0.5, 0.2, 0.1])
    assert [float(percentile(values, weight, p)) for p in (0.4, 0.5, 0.7, 0.71, 0.95)] == [1, 1, 2, 3, 4]


def test_the_larger_sample_agrees_with_closed_forms_of_the_tail() -> None:
    case = {"cvar": {"level": 0.95, "limit": 1e6}, "percentile": {"level": 0.9, "limit": 1e6}}
    cal = company(rules={"budget": case})
    euros = euros_of(cal)
    outcome = evaluate_plan(cal, euros)
    estimates = tail_elsewhere(cal, euros, outcome, draw(cal.scenario))
    by_kpi = loading(cal.scenario) @ euros * cal.curves.noise
    sd = float(np.sqrt(by_kpi @ luck_correlation(cal.scenario, cal.network) @ by_kpi))
    beyond = {
        "cvar": sd * norm.pdf(norm.ppf(0.95)) / 0.05,
        "percentile": sd * norm.ppf(0.9),
    }
    for name, (value, error) in estimates.items():
        assert value == pytest.approx(outcome.loaded_pay + beyond[name], abs=Z * error)


@pytest.mark.slow
def test_the_certificate_finds_the_worst_cases_again_without_the_model() -> None:
    rule = {"level": 0.9, "limit": 165_000.0}
    solution = solve(mini({"budget": {"cvar": rule}}, regimes=REGIMES))
    checks = {c.name: c for c in solution.certificate.checks}
    assert checks["model_cvar"].ok
    assert checks["realised_cvar"].ok
    assert solution.chosen is not None
    cal = solution.problem.cal
    draws = rule_noise(cal, CVAR_DRAWS)
    paid, odds = [], []
    for probability, at in zip(cal.regimes.odds, solution.chosen.consistent.by_regime, strict=True):
        attained = at.score + cal.curves.noise * draws
        paid += list(
            attained @ (loading(cal.scenario) @ solution.chosen.euros)
        )  # linear pay: attainment is the share paid
        odds += [probability / CVAR_DRAWS] * CVAR_DRAWS
    by_hand, left = 0.0, 1 - rule["level"]
    for amount, weight in sorted(zip(paid, odds, strict=True), reverse=True):
        by_hand += min(weight, left) * amount / (1 - rule["level"])
        left -= min(weight, left)
    assert f"payouts {by_hand:,.2f}, as judged {by_hand:,.2f}" in checks["realised_cvar"].detail
    # The rule is what keeps the plan from paying more: without it, worst cases are worse.
    assert 0.97 * rule["limit"] < by_hand <= rule["limit"] * (1 + 1e-6)


def test_rules_on_bad_cases_are_compared_on_the_sample_of_the_seed() -> None:
    scenario = mini({"budget": {"cvar": {"level": 0.9, "limit": 100_000.0}}})
    one, again, other = (
        compare(scenario, {"now": scenario.current_plan}, seed)["now"].broken_rules[-1].value
        for seed in (1, 1, 2)
    )
    assert one == again != other
    assert one == pytest.approx(other, rel=0.02)


STEEP = {
    "floor": {"floor": 0.5, "accelerators": [{"from": 1.1, "slope": 2.0}], "cap": 1.5},
    "threshold": {"threshold": 0.75, "slope": 2.0, "accelerators": [{"from": 1.0, "slope": 4.0}]},
    "gate": {"cap": 1.3, "gate": {"kpi": "retention", "at": 0.95}},
}


@pytest.mark.parametrize("curve", STEEP.values(), ids=list(STEEP))
def test_pay_piece_by_piece_is_realised_pay(curve: dict[str, Any]) -> None:
    kpis = {k: {**f, "curve": curve} if k != "lead_volume" else f for k, f in MINI["kpis"].items()}
    cal = calibrate(Scenario.model_validate(MINI | {"kpis": kpis}))
    euros, rng = euros_of(cal), np.random.default_rng(4)
    attained = rng.normal(1.0, 0.4, (300, len(cal.network.kpis)))
    attained[:3] = [[0.75], [1.0], [1.5]]  # on the knots themselves
    apart = rng.normal(0.0, 0.2, (len(cal.network.kpis), 4, 300))
    apart[:, :, :3] = 0.0
    for i, own in enumerate(euros):
        people = paid_people(cal, i, own, attained, apart)
        for n, person in enumerate(people):
            paid = realised_pay(cal, attained + apart[:, n].T)[:, i] @ own
            assert person == pytest.approx(paid, abs=1e-9 * own.sum())
