"""What must hold for any company: random scenarios, quadratic programs and pay curves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from companies import random_company, random_weights, small_companies
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import linprog, minimize

from optimizer import Scenario
from optimizer.response.beliefs import Beliefs
from optimizer.response.best_response import regrets
from optimizer.response.calibration import Calibrated, calibrate
from optimizer.response.equilibrium import CONSISTENT
from optimizer.response.gates import NO_GATES
from optimizer.response.network import Network
from optimizer.response.outcome import Mode, OutcomeBatch, evaluate_plans, payouts, true_scores
from optimizer.response.pay_curves import PayCurves
from optimizer.response.separable_qp import solve_separable
from optimizer.scenario.checks import problems_of
from optimizer.scenario.plan import plan_of

SEEDS = st.integers(0, 2**32 - 1)
MODES: tuple[Mode, ...] = ("first_response", "consistent")
REGRET = 1e-6
"""Of a team's pay."""


def some(examples: int) -> settings:
    return settings(derandomize=True, deadline=None, max_examples=examples, print_blob=False)


def plans_for(scenario: Scenario, seed: int, count: int) -> np.ndarray:
    """Euros of random plans, (S, I, K)."""
    rng = np.random.default_rng(seed)
    return np.stack([plan_of(scenario, random_weights(rng, scenario)).euros(scenario) for _ in range(count)])


def retold(scenario: Scenario, change: Callable[[dict[str, Any]], None]) -> Scenario:
    """The scenario with its file changed."""
    tree = scenario.model_dump(by_alias=True, exclude_defaults=True)
    change(tree)
    return Scenario.model_validate(tree, by_alias=True, by_name=False)


def pay_of(scenario: Scenario) -> np.ndarray:
    """Fixed and variable pay per team: what its regret is compared with where it has no target pay."""
    return np.array([team.current_pay or team.base_pay for team in scenario.teams.values()])


def alike(values: np.ndarray, expected: np.ndarray, tolerance: float) -> None:
    scale = max(1.0, float(np.abs(expected).max(initial=0.0)))
    np.testing.assert_allclose(values, expected, rtol=tolerance, atol=tolerance * 1e-3 * scale)


# --- equilibrium ----------------------------------------------------------------------------------------


@some(40)
@given(small_companies())
def test_random_companies_are_valid(scenario: Scenario) -> None:
    assert problems_of(scenario) == []


@pytest.mark.parametrize("mode", MODES)
@some(40)
@given(scenario=small_companies())
def test_the_current_plan_reproduces_the_baseline(mode: Mode, scenario: Scenario) -> None:
    cal = calibrate(scenario)
    volumes = evaluate_plans(cal, cal.current[None], mode).x[0]
    assert np.abs((volumes - cal.network.baseline) / cal.network.scale).max() <= 1e-9


@pytest.mark.slow
def test_at_most_one_random_plan_in_a_hundred_has_no_consistent_equilibrium() -> None:
    residuals = [
        evaluate_plans(calibrate(scenario), plans_for(scenario, seed, 8)).residual
        for seed, scenario in enumerate(companies(40))
    ]
    lost = np.concatenate(residuals) > CONSISTENT
    assert len(lost) >= 300
    assert lost.mean() <= 0.01


def companies(count: int) -> Iterator[Scenario]:
    """Of 2 to 8 teams; teams feed each other in every other one that has three."""
    for seed in range(count):
        teams = 2 + seed % 7
        rng = np.random.default_rng(seed)
        activities = int(rng.integers(2 * teams, 4 * teams + 1))
        yield random_company(rng, teams=teams, activities=activities, two_way=teams > 2 and seed % 2 == 1)


# --- best response: nobody gains by deviating -----------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
@some(15)
@given(scenario=st.one_of(small_companies(), small_companies(max_teams=4, regimes=2)), seed=SEEDS)
def test_no_team_gains_by_deviating_from_its_response(mode: Mode, scenario: Scenario, seed: int) -> None:
    cal, euros = calibrate(scenario), plans_for(scenario, seed, 3)
    for network, at in cal.regimes.beside(evaluate_plans(cal, euros, mode).by_regime):
        regret = regrets(cal, network, at.beliefs, euros, at.x)
        assert (np.abs(regret) <= REGRET * pay_of(scenario)).all()
        for team in range(len(network.teams)):
            for plan in range(len(euros)):
                task = Task.of(
                    cal, network, at.beliefs.select(np.array([plan])), euros[plan], team, at.x[plan]
                )
                assert task.most_to_gain() <= REGRET * pay_of(scenario)[team]


@pytest.mark.slow
@some(15)
@given(scenario=small_companies(), seed=SEEDS)
def test_any_other_feasible_choice_costs_a_team_what_its_regret_says(scenario: Scenario, seed: int) -> None:
    rng, cal, euros = np.random.default_rng(seed), calibrate(scenario), plans_for(scenario, seed, 1)
    (at,) = evaluate_plans(cal, euros, "first_response").by_regime
    network, pay = cal.network, pay_of(scenario)
    for team in range(len(network.teams)):
        task = Task.of(cal, network, at.beliefs, euros[0], team, at.x[0])
        for _ in range(3):
            other = at.x[0].copy()
            other[task.mine] = task.elsewhere(rng)
            lost = task.utility(at.x[0][task.mine]) - task.utility(other[task.mine])
            regret = regrets(cal, network, at.beliefs, euros, other[None])[0, team]
            assert lost >= -REGRET * pay[team]
            assert regret == pytest.approx(lost, rel=1e-6, abs=REGRET * pay[team])


@dataclass(frozen=True)
class Task:
    """What one team maximises and what binds it, written out from model.md §4 and §5 for one plan."""

    mine: np.ndarray
    net: np.ndarray
    quadratic: np.ndarray
    balance: np.ndarray
    supply: np.ndarray
    at: np.ndarray
    most: np.ndarray

    @classmethod
    def of(
        cls, cal: Calibrated, network: Network, beliefs: Beliefs, euros: np.ndarray, team: int, x: np.ndarray
    ) -> Task:
        mine = np.flatnonzero(network.team == team)
        balance, supply = bindings(network, team, x)
        net = perceived(cal, network, beliefs, euros, team)[mine] - cal.linear[mine]
        most = 10 * (x[mine] + network.scale[mine])
        return cls(mine, net, cal.quadratic[mine], balance[:, mine], supply, x[mine], most)

    def utility(self, x: np.ndarray) -> float:
        return float(self.net @ x - 0.5 * self.quadratic @ x**2)

    def most_to_gain(self) -> float:
        """U is concave, so no choice beats this one by more than its slope allows (Frank-Wolfe gap)."""
        slope = self.net - self.quadratic * self.at
        return float(slope @ (self.best_for(slope) - self.at))

    def elsewhere(self, rng: np.random.Generator) -> np.ndarray:
        """Some way from here to a random corner of what the team can do."""
        return self.at + rng.uniform(0.01, 1) * (self.best_for(rng.normal(size=len(self.mine))) - self.at)

    def best_for(self, slope: np.ndarray) -> np.ndarray:
        """The corner that is best for a linear utility, in units of `most`."""
        rows = self.balance * self.most
        size = np.abs(rows).max(axis=1, initial=1e-9)
        limits = {"A_eq": rows / size[:, None], "b_eq": self.supply / size} if len(rows) else {}
        tight = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
        worth = slope * self.most
        program = linprog(-worth / max(1e-9, np.abs(worth).max()), bounds=(0, 1), **limits, options=tight)
        assert program.status == 0, program.message
        return np.asarray(program.x * self.most)


def bindings(network: Network, team: int, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(1) and (2): rows over all activities, and what the others and the market supply."""
    rows, supply = [], []
    others = np.where(network.team == team, 0.0, x)
    for n in np.flatnonzero(network.owner == team):
        rows.append((network.source == n) - network.yields[n])
        supply.append(network.inflow[n] + network.yields[n] @ others)
    if np.isfinite(network.hours[team]):
        rows.append(network.unit_hours)
        supply.append(network.hours[team])
    return np.array(rows).reshape(len(rows), len(x)), np.array(supply)


def perceived(
    cal: Calibrated, network: Network, beliefs: Beliefs, euros: np.ndarray, team: int
) -> np.ndarray:
    """r_a(w) − (1 − δ^ℓ) Σ_{m own} P_ma μ̄_m of every activity, as this team sees it."""
    phi, price = beliefs.routing[0], beliefs.price[0]
    marginal, slope = scores_per_unit(cal, network, beliefs)
    delay = network.discount[team] ** network.lag
    credit = np.zeros((len(network.kpis), len(network.stages)))
    worth = np.zeros(len(network.stages))
    for n in last_first(network):
        if network.owner[n] == team:
            worth[n] = price[n]
        elif network.owner[n] >= 0:
            for a in np.flatnonzero(network.source == n):
                credit[:, n] += phi[a] * (marginal[:, a] + delay[a] * credit @ network.yields[:, a])
                worth[n] += phi[a] * delay[a] * worth @ network.yields[:, a]
    own = network.owner == team
    paid = (euros[team] * slope) @ (marginal + delay * (credit @ network.yields))
    onward = delay * (worth[~own] @ network.yields[~own])
    return np.asarray(paid + onward - (1 - delay) * (price[own] @ network.yields[own]))


def scores_per_unit(cal: Calibrated, network: Network, beliefs: Beliefs) -> tuple[np.ndarray, np.ndarray]:
    """G_ka (K, A) and θ_k (K,) at beliefs."""
    marginal, scores = [], []
    for k, target in enumerate(cal.targets):
        per = beliefs.denominator[0, k] if network.is_rate[k] else 1.0
        ratio = beliefs.numerator[0, k] / per
        below = network.denominator[k] if network.is_rate[k] else 0.0
        marginal.append((network.numerator[k] - ratio * below) / (per * target))
        scores.append(ratio / target)
    return np.array(marginal), cal.curves.slope(np.array(scores))[0]


def last_first(network: Network) -> list[int]:
    """Stages after everything they lead to."""
    order: list[int] = []

    def visit(n: int) -> None:
        if n in order:
            return
        for a in np.flatnonzero(network.source == n):
            for later in np.flatnonzero(network.yields[:, a]):
                visit(int(later))
        order.append(n)

    for n in range(len(network.stages)):
        visit(n)
    return order


# --- units ----------------------------------------------------------------------------------------------


def outcomes(scenario: Scenario, seed: int, mode: Mode) -> OutcomeBatch:
    return evaluate_plans(calibrate(scenario), plans_for(scenario, seed, 3), mode)


def converged(first: OutcomeBatch, second: OutcomeBatch) -> np.ndarray:
    return (first.residual <= CONSISTENT) & (second.residual <= CONSISTENT)


def larger(tree: dict[str, Any], factor: float) -> None:
    """A company with more of everything: people, pay, leads, room."""
    for team in tree["teams"].values():
        team.update(
            {name: team[name] * factor for name in ("hours", "base_pay", "target_pay") if name in team}
        )
    for stage in tree["stages"].values():
        stage["inflow"] = stage.get("inflow", 0.0) * factor
    for activity in tree["activities"].values():
        activity.update({name: activity[name] * factor for name in ("baseline", "reach") if name in activity})
    for kpi in tree["kpis"].values():
        if "target" in kpi and "denominator" not in kpi:
            kpi["target"] *= factor


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
@some(15)
@given(scenario=small_companies(), seed=SEEDS, factor=st.floats(0.01, 100))
def test_in_a_larger_company_volumes_scale_and_scores_stay(
    mode: Mode, scenario: Scenario, seed: int, factor: float
) -> None:
    small = outcomes(scenario, seed, mode)
    large = outcomes(retold(scenario, lambda tree: larger(tree, factor)), seed, mode)
    rows = converged(small, large) if mode == "consistent" else slice(None)
    alike(large.x[rows] / factor, small.x[rows], 1e-6)
    alike(large.score[rows], small.score[rows], 1e-6)
    alike(large.revenue[rows] / factor, small.revenue[rows], 1e-6)


def dearer(tree: dict[str, Any], factor: float) -> None:
    """The same company in another currency."""
    for team in tree["teams"].values():
        names = ("base_pay", "target_pay", "hour_value")
        team.update({name: team[name] * factor for name in names if name in team})
    for part in (*tree["stages"].values(), *tree["activities"].values()):
        part.update({name: part[name] * factor for name in ("value", "cash") if name in part})


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
@some(15)
@given(scenario=small_companies(), seed=SEEDS, factor=st.floats(0.01, 100))
def test_in_another_currency_people_do_the_same(
    mode: Mode, scenario: Scenario, seed: int, factor: float
) -> None:
    here = outcomes(scenario, seed, mode)
    there = outcomes(retold(scenario, lambda tree: dearer(tree, factor)), seed, mode)
    rows = converged(here, there) if mode == "consistent" else slice(None)
    alike(there.x[rows], here.x[rows], 1e-6)
    alike(there.pay[rows] / factor, here.pay[rows], 1e-6)
    alike(there.net[rows] / factor, here.net[rows], 1e-6)


@pytest.mark.slow
@some(15)
@given(scenario=small_companies(), seed=SEEDS)
def test_what_an_unpaid_team_is_promised_changes_nothing(scenario: Scenario, seed: int) -> None:
    def unpaid(tree: dict[str, Any]) -> None:
        tree["teams"]["t1"].update(target_pay=0.0, base_pay=40_000.0)
        tree["current_plan"].pop("t1", None)

    def promised(tree: dict[str, Any]) -> None:
        tree["current_plan"]["t1"] = {"wins": 1.0}

    plain = retold(scenario, unpaid)
    nothing, something = calibrate(plain), calibrate(retold(plain, promised))
    weights = random_weights(np.random.default_rng(seed), plain)
    for extra in ({}, {"wins": 1.0}, {"wins": 0.5, "in_s0": 0.5}):
        euros = plan_of(plain, {**weights, "t1": extra}).euros(plain)[None]
        volumes, expected = (evaluate_plans(cal, euros).x for cal in (something, nothing))
        without = plan_of(plain, weights).euros(plain)[None]
        np.testing.assert_array_equal(volumes, expected)
        np.testing.assert_array_equal(expected, evaluate_plans(nothing, without).x)


@some(15)
@given(scenario=small_companies(max_teams=5, regimes=2), seed=SEEDS)
def test_an_outcome_is_the_expectation_over_its_regimes(scenario: Scenario, seed: int) -> None:
    cal, euros = calibrate(scenario), plans_for(scenario, seed, 2)
    outcome = evaluate_plans(cal, euros, "first_response")
    stated = cal.regimes
    pairs = list(zip(stated.odds, stated.networks, outcome.by_regime, strict=True))
    scores = [true_scores(cal, at) for _, _, at in pairs]
    pay = sum(odds * payouts(cal, euros, s) for (odds, _, _), s in zip(pairs, scores, strict=True))
    alike(outcome.pay, np.asarray(pay), 1e-9)
    alike(outcome.x, np.asarray(sum(odds * at.x for odds, _, at in pairs)), 1e-9)
    alike(outcome.revenue, np.asarray(sum(odds * at.x @ n.marginal_value for odds, n, at in pairs)), 1e-9)


# --- quadratic programs ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Programs:
    """maximise g·x − ½ q·x² subject to A x = b, lower ≤ x ≤ upper; several g and b at once."""

    g: np.ndarray
    q: np.ndarray
    balance: np.ndarray
    b: np.ndarray
    lower: np.ndarray
    upper: np.ndarray

    def value(self, row: int, x: np.ndarray) -> float:
        return float(self.g[row] @ x - 0.5 * self.q @ x**2)

    def by_scipy(self, row: int) -> np.ndarray:
        """In units where the Hessian is the identity, which is what SLSQP starts from."""
        root = np.sqrt(self.q)
        tied = {
            "type": "eq",
            "fun": lambda u: self.balance / root @ u - self.b[row],
            "jac": lambda _: self.balance / root,
        }
        optimum = minimize(
            lambda u: 0.5 * u @ u - self.g[row] / root @ u,
            np.clip(np.zeros(len(root)), self.lower, self.upper) * root,
            jac=lambda u: u - self.g[row] / root,
            bounds=np.c_[self.lower * root, self.upper * root],
            constraints=[tied] if len(self.balance) else [],
            method="SLSQP",
            options={"ftol": 1e-15, "maxiter": 500},
        )
        assume(optimum.success)  # equal balance rows: SLSQP gives up, and is no oracle
        return np.asarray(optimum.x / root)


@st.composite
def programs(draw: st.DrawFn) -> Programs:
    """Feasible well inside the bounds (as `leave` and `other` make every team's), some bounds missing."""
    rng = np.random.default_rng(draw(SEEDS))
    n = draw(st.integers(1, 8))
    m, plans = draw(st.integers(0, min(3, n))), draw(st.integers(1, 4))
    lower = np.where(rng.random(n) < 0.5, 0.0, rng.uniform(-5, 5, n))
    width = rng.uniform(0.1, 10, n)
    at = lower + width * rng.uniform(0.05, 0.95, (plans, n))
    upper = np.where(rng.random(n) < 0.4, np.inf, lower + width)
    balance = rng.normal(size=(m, n)) * (rng.random((m, n)) < 0.7)
    balance[np.abs(balance).max(axis=1, initial=0) == 0, 0] = 1.0
    q, g = 10 ** rng.uniform(-2, 2, n), rng.normal(size=(plans, n)) * 10 ** rng.uniform(-1, 2)
    return Programs(g, q, balance, at @ balance.T, lower, upper)


@pytest.mark.slow
@some(150)
@given(programs())
def test_a_separable_quadratic_program_is_solved_as_scipy_solves_it(p: Programs) -> None:
    optimum = solve_separable(p.g, p.q, p.balance, p.b, p.lower, p.upper)
    assert ((optimum.x >= p.lower) & (optimum.x <= p.upper)).all()
    np.testing.assert_allclose(optimum.x @ p.balance.T, p.b, rtol=1e-9, atol=1e-9)
    for row in range(len(p.g)):
        other = p.by_scipy(row)
        np.testing.assert_allclose(optimum.x[row], other, rtol=1e-5, atol=1e-5)
        assert p.value(row, optimum.x[row]) >= p.value(row, other) - 1e-6 * (1 + abs(p.value(row, other)))


@some(50)
@given(programs())
def test_programs_solved_together_are_those_solved_alone(p: Programs) -> None:
    together = solve_separable(p.g, p.q, p.balance, p.b, p.lower, p.upper)
    for row in range(len(p.g)):
        one = slice(row, row + 1)
        alone = solve_separable(p.g[one], p.q, p.balance, p.b[one], p.lower, p.upper)
        np.testing.assert_allclose(together.x[one], alone.x, rtol=1e-9, atol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["inside", "repeated rows", "rows of any size", "nothing flows"])
def test_larger_programs_end_where_no_move_gains(kind: str) -> None:
    """Feasible to rounding, and the price of every move zero, or against its bound (KKT)."""
    for seed in range(150):
        p = larger_programs(np.random.default_rng(seed), kind)
        optimum = solve_separable(p.g, p.q, p.balance, p.b, p.lower, p.upper)
        flow = np.abs(p.b) + np.abs(optimum.x) @ np.abs(p.balance).T + 1e-9
        assert (np.abs(optimum.x @ p.balance.T - p.b) <= 1e-10 * flow).all()
        gain = p.g - p.q * optimum.x - optimum.y @ p.balance
        size = np.abs(p.g) + np.abs(p.q * optimum.x) + np.abs(optimum.y) @ np.abs(p.balance)
        near = 1e-9 * (1 + np.abs(optimum.x))
        assert (gain <= 1e-7 * size)[optimum.x < p.upper - near].all()
        assert (gain >= -1e-7 * size)[optimum.x > p.lower + near].all()


def larger_programs(rng: np.random.Generator, kind: str) -> Programs:
    """Up to 30 activities and 8 equalities, curvatures over six orders of magnitude."""
    n = int(rng.integers(2, 31))
    m = int(rng.integers(2, min(8, n) + 1))
    lower, width = rng.uniform(-5, 5, n), rng.uniform(0.1, 10, n)
    upper = np.where(rng.random(n) < 0.4, np.inf, lower + width)
    at = lower + width * rng.uniform(0.05, 0.95, (5, n))
    balance = rng.normal(size=(m, n)) * (rng.random((m, n)) < 0.7)
    balance[np.abs(balance).max(axis=1) == 0, 0] = 1.0
    if kind == "repeated rows":
        balance[-1] = 2 * balance[0]
    if kind == "rows of any size":
        balance *= 10 ** rng.uniform(-3, 3, (m, 1))
    if kind == "nothing flows":
        balance, lower, upper, at = np.abs(balance), np.zeros(n), np.full(n, np.inf), np.zeros((5, n))
    q, g = 10 ** rng.uniform(-3, 3, n), rng.normal(size=(5, n)) * 10 ** rng.uniform(-1, 4)
    return Programs(g, q, balance, at @ balance.T, lower, upper)


def test_an_inflow_of_rounding_is_no_inflow() -> None:
    """What hardly comes in at a starved stage is less than x can be computed to."""
    g = np.array([[1648.02, -311.79, -311.95, -551.01, 181.25, 400.18]])
    q = np.array([35.84, 34.08, 163.28, 15.78, 0.0786, 0.2896])
    balance = np.array([[1.0, 1, 1, 1, 0, 0], [38.5222, 4.1905, 4.1877, 0, 1, -1]])
    starved, rounding = (
        solve_separable(g, q, balance, np.array([[inflow, 0.0]]), np.zeros(6), np.full(6, np.inf))
        for inflow in (0.0, 1.1e-15)
    )
    np.testing.assert_array_equal(rounding.x, starved.x)
    assert rounding.imbalance[0] == 0
    little = solve_separable(g, q, balance, np.array([[1e-9, 0.0]]), np.zeros(6), np.full(6, np.inf))
    assert little.x[0, :4].sum() == pytest.approx(1e-9, rel=1e-3)


def test_a_program_without_any_feasible_point_tells() -> None:
    g, b = np.array([[1.0, 2.0]]), np.array([[-1.0]])
    optimum = solve_separable(g, np.ones(2), np.ones((1, 2)), b, np.zeros(2), np.full(2, np.inf))
    assert optimum.imbalance[0] > 0.1


# --- pay curves -----------------------------------------------------------------------------------------


@st.composite
def curves(draw: st.DrawFn) -> PayCurves:
    """Any pay of one KPI in straight pieces: floors, caps, thresholds, accelerators."""
    knots = sorted(draw(st.lists(st.floats(0, 3), max_size=4)))
    changes = draw(st.lists(st.floats(-2, 3), min_size=len(knots), max_size=len(knots)))
    jumps = draw(st.lists(st.floats(-1, 2), min_size=len(knots), max_size=len(knots)))
    level, first, noise = draw(st.floats(-1, 1)), draw(st.floats(0, 2)), draw(st.floats(0.02, 0.6))
    lines = (np.array([[v]]) for v in (level, first))
    bends = (np.array([[v]]) for v in (knots, jumps, changes))
    one, none = np.ones((1, 1)), np.zeros((1, 1))
    return PayCurves(1, *lines, *bends, np.array([noise]), none, none, NO_GATES, one, one)


@some(80)
@given(curves(), st.floats(-0.5, 3.5))
def test_expected_pay_is_the_integral_over_the_noise(curve: PayCurves, score: float) -> None:
    noise, knots = curve.noise[0], curve.knots[0, 0]

    def mean(power: int) -> float:
        def weighed(z: float) -> float:
            pay = curve.certain(np.array([score + noise * z]))[0, 0]
            return float(pay**power * np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi))

        bends = [-10.0, *(z for z in (knots - score) / noise if abs(z) < 10), 10.0]
        return sum(quad(weighed, a, b, limit=200)[0] for a, b in pairwise(bends) if b > a)

    at = np.array([score])
    assert curve.expected(at)[0, 0] == pytest.approx(mean(1), rel=1e-9, abs=1e-9)
    assert curve.variance(at)[0, 0] == pytest.approx(mean(2) - mean(1) ** 2, rel=1e-7, abs=1e-7)


@some(80)
@given(curves(), st.floats(-0.5, 3.5))
def test_the_slope_of_expected_pay_is_its_difference_quotient(curve: PayCurves, score: float) -> None:
    step = 1e-4 * curve.noise[0]
    above, below = (curve.expected(np.array([score + s]))[0, 0] for s in (step, -step))
    assert curve.slope(np.array([score]))[0, 0] == pytest.approx(
        (above - below) / (2 * step), rel=1e-5, abs=1e-6
    )


@some(30)
@given(small_companies(), st.floats(-1, 3))
def test_the_curves_of_a_company_pay_nothing_below_zero_and_no_more_than_the_cap(
    scenario: Scenario, score: float
) -> None:
    curves_of, kpis = calibrate(scenario).curves, list(scenario.kpis.values())
    scores = np.full(len(kpis), score)
    paid, slope = curves_of.expected(scores)[0], curves_of.slope(scores)[0]
    for k, kpi in enumerate(kpis):
        if kpi.curve is None:
            assert (paid[k], slope[k]) == (score, 1.0)
        else:
            assert 0 <= paid[k] <= kpi.curve.cap
            assert 0 <= slope[k] <= 1
            assert paid[k] >= min(score, kpi.curve.cap) - kpi.noise
