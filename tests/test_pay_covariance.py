"""What paying on two KPIs spreads, and what it does not (model.md §13.8)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import norm
from solved import mini
from test_solve import enumerated, ruled_company
from test_surplus import cautious

from optimizer import Options, Scenario, evaluate
from optimizer.response.calibration import calibrate
from optimizer.response.outcome import evaluate_plans, pay_spread
from optimizer.response.pay_covariance import PaySpread
from optimizer.response.pay_knots import pay_curves
from optimizer.solver import solve

LINE: dict[str, Any] = {}
CAPPED = {"cap": 1.3}
STEEP = {"threshold": 0.9, "cap": 1.5, "accelerators": [{"from": 1.1, "slope": 2.0}]}
LUCK = np.array([[1.0, 0.0], [0.0, 1.0]])
TRUE = 1e-7


def two_kpis(first: dict[str, Any], second: dict[str, Any]) -> Scenario:
    """One team that two KPIs with noise 0.2 and 0.35 pay by these curves."""
    kpis = {
        name: {"numerator": {"a": 1.0}, "noise": noise} | ({"curve": curve} if curve else {})
        for name, noise, curve in (("one", 0.2, first), ("two", 0.35, second))
    }
    rest = {"activities": {"a": {"team": "t"}}, "teams": {"t": {}}, "current_plan": {"t": {"one": 1.0}}}
    return Scenario.model_validate({**rest, "kpis": kpis})


def integrated(scenario: Scenario, score: np.ndarray, correlation: float) -> float:
    """Cov of pay by sums over a grid of one luck; the other's mean, given it, from pay at each attainment."""
    curves = pay_curves(scenario)
    z = np.linspace(-8, 8, 1601)
    odds = norm.pdf(z) / norm.pdf(z).sum()

    def paid(k: int, luck: np.ndarray) -> np.ndarray:
        attained = np.ones((luck.size, 2))
        attained[:, k] = score[k] + curves.noise[k] * luck.ravel()
        return curves.certain(attained)[:, 0, k].reshape(luck.shape)

    rest = np.sqrt(1 - correlation**2)
    given = paid(1, correlation * z[:, None] + rest * z[None, :]) @ odds
    one = paid(0, z)
    return float(odds @ (one * given) - (odds @ one) * (odds @ given))


@pytest.mark.slow
@pytest.mark.parametrize("correlation", [-0.6, 0.3, 0.95, 1.0])
@pytest.mark.parametrize(("first", "second"), [(LINE, CAPPED), (CAPPED, STEEP), (STEEP, STEEP)])
def test_two_payments_vary_together_as_the_integral_says(
    first: dict[str, Any], second: dict[str, Any], correlation: float
) -> None:
    scenario, score = two_kpis(first, second), np.array([1.05, 0.9])
    luck = LUCK + correlation * (1 - LUCK)
    found = PaySpread(pay_curves(scenario), luck, score[None]).matrix()[0, 0]
    near = 2e-3 if "threshold" in first else 3e-4  # a jump lies between two points of the grid
    assert found[0, 1] == found[1, 0] == pytest.approx(integrated(scenario, score, correlation), abs=near)
    assert np.linalg.eigvalsh(found).min() >= -1e-9


def doubled(scenario: Scenario, kpi: str, share: float) -> Scenario:
    """The same company: one KPI has a second name, by which a share of what it weighs is paid."""
    tree = scenario.model_dump(by_alias=True)
    tree["kpis"]["again"] = tree["kpis"][kpi]
    for weights in tree["current_plan"].values():
        if kpi in weights:
            weights |= {kpi: (1 - share) * weights[kpi], "again": share * weights[kpi]}
    return Scenario.model_validate(tree)


@pytest.mark.parametrize(
    "curve",
    [
        None,
        {"cap": 1.2},
        {"threshold": 0.9, "slope": 1.5},
        {"gate": {"kpi": "lead_volume", "at": 0.95}},
        {"cap": 1.2, "gate": {"kpi": "lead_volume", "at": 0.95}},
    ],
)
def test_a_second_name_for_a_kpi_changes_nothing(curve: dict[str, Any] | None) -> None:
    tree = cautious(mini()).model_dump(by_alias=True)
    tree["noise_correlation"] = 0.2
    for kpi in ("lead_volume", "bookings"):
        tree["kpis"][kpi]["noise"] = 0.25
    tree["kpis"]["bookings"]["curve"] = curve
    scenario = Scenario.model_validate(tree)
    assert "bookings" in scenario.current_plan["sales"]
    one = evaluate(scenario).consistent
    other = evaluate(doubled(scenario, "bookings", 0.3)).consistent
    assert one.risk_premium > 100
    assert other.risk_premium == pytest.approx(one.risk_premium, rel=TRUE)
    assert other.surplus == pytest.approx(one.surplus, rel=TRUE)


def test_common_luck_makes_two_payments_dearer_to_whoever_is_averse() -> None:
    alone, together = (
        calibrate(cautious(mini()).model_copy(update={"noise_correlation": rho})) for rho in (0.0, 0.5)
    )
    euros = alone.current.copy()
    euros[1] = euros[1].sum() / euros.shape[1]
    without, with_it = (evaluate_plans(cal, euros[None]).risk_premium[0] for cal in (alone, together))
    assert with_it > 1.05 * without


def test_behind_gates_variances_are_exact_and_no_payment_has_less_than_none() -> None:
    tree = mini().model_dump(by_alias=True)
    tree["noise_correlation"] = 0.3
    for kpi in tree["kpis"].values():
        kpi["noise"] = 0.2
    first, *others = tree["kpis"]
    for kpi in others:
        tree["kpis"][kpi]["curve"] = {"cap": 1.4, "gate": {"kpi": first, "at": 0.9}}
    cal = calibrate(Scenario.model_validate(tree))
    score = np.ones((1, len(tree["kpis"])))
    found = pay_spread(cal, score).matrix()[0]
    assert np.diagonal(found, axis1=1, axis2=2) == pytest.approx(cal.curves.variance(score)[0])
    assert np.linalg.eigvalsh(found).min() >= -1e-12
    sample = np.random.default_rng(1).multivariate_normal(np.zeros(len(score[0])), _luck(cal), 200_000)
    paid = cal.curves.certain(score + cal.curves.noise * sample)[:, 0]
    true = np.cov(paid.T)
    assert np.abs(found[0] - true).max() < 0.02 * np.diagonal(true).max()


def _luck(cal: Any) -> np.ndarray:
    return pay_spread(cal, np.ones((1, len(cal.curves.noise)))).luck


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 4, 5])
def test_the_program_and_every_plan_agree_where_luck_is_shared(seed: int) -> None:
    scenario = cautious(ruled_company(seed))
    scenario = scenario.model_copy(update={"noise_correlation": 0.4})
    tree = scenario.model_dump(by_alias=True)
    for team in tree["teams"].values():
        team["risk_aversion"] = 3e-4
    scenario = Scenario.model_validate(tree)
    best = enumerated(scenario, "baseline")
    solution = solve(scenario, Options(beliefs="baseline", gap=1e-6))
    assert (solution.status == "infeasible") == (best == -np.inf)
    if best > -np.inf:
        assert solution.status == "optimal"
        assert solution.certificate.objective == pytest.approx(best, rel=1e-6)
