"""Pay curves: drawn shapes, expectations over luck, gates, what vests later, targets issued anew."""

from __future__ import annotations

import json
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr
from scipy.stats import multivariate_normal

from optimizer import Scenario
from optimizer.response.bivariate_normal import UpperTail
from optimizer.response.gates import NO_GATES, Gates
from optimizer.response.pay_curves import PayCurves
from optimizer.response.pay_knots import pay_curves

FILE = json.loads((Path(__file__).parent / "cases" / "academic_instances.json").read_text(encoding="utf-8"))
EXACT = 1e-6
"""Relative, as asked of every closed form."""

SDR = {"accelerators": [{"from": 1.0, "slope": 1.5}]}
POOL = {"threshold": 0.75, "accelerators": [{"from": 1.0, "slope": 1.25}], "cap": 1.4}
STEEP = {"slope": 2.0, "threshold": 0.75, "accelerators": [{"from": 1.0, "slope": 4.0}]}


def paid(
    curve: dict[str, Any] | None, noise: float = 0.3, team: dict[str, Any] | None = None, **more: Any
) -> PayCurves:
    """Curves of one team on KPIs k (with the curve) and g (without)."""
    tree = {
        "teams": {"t": {"target_pay": 1.0, **(team or {})}},
        "activities": {"a": {"team": "t"}},
        "kpis": {"k": {"noise": noise, "curve": curve}, "g": {"noise": 0.2}},
        "current_plan": {"t": {"k": 1.0}},
        **more,
    }
    return pay_curves(Scenario.model_validate(tree))


def certain(curve: dict[str, Any] | None, attainment: float) -> float:
    return float(paid(curve).certain(np.array([attainment, 1.0]))[0, 0])


# --- shapes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("curve", "points"),
    [
        (SDR, {0.8: 0.8, 1.0: 1.0, 1.2: 1.3, -0.1: 0.0}),
        (POOL, {0.74: 0.0, 0.75: 0.75, 1.4: 1.5, 1.6: 1.5}),
        (STEEP, {0.749: 0.0, 0.75: 0.5, 1.0: 1.0, 1.5: 3.0}),
        ({"accelerators": [{"from": 1.0, "slope": 1.25}], "cap": 2.0}, {2.0: 2.25, 3.0: 2.25}),
        ({"floor": 0.5}, {0.2: 0.5, 0.5: 0.5, 0.8: 0.8, 1.3: 1.3}),
        ({"slope": 0.5}, {-1.0: 0.5, 0.0: 0.5, 0.6: 0.8, 1.4: 1.2}),
        ({"slope": 2.0}, {0.5: 0.0, 0.75: 0.5, 1.2: 1.4}),
        ({"cap": 1.6}, {-0.5: 0.0, 0.5: 0.5, 1.6: 1.6, 2.0: 1.6}),
        ({"threshold": 1.0, "cap": 1.0}, {0.99: 0.0, 1.0: 1.0, 1.5: 1.0}),
        ({"slope": 1.0, "accelerators": [{"from": 1.2, "slope": 0.0}]}, {1.1: 1.1, 1.5: 1.2}),
        (None, {-0.5: -0.5, 1.0: 1.0, 3.0: 3.0}),
    ],
)
def test_a_curve_pays_what_it_says_at_known_attainments(
    curve: dict[str, Any] | None, points: dict[float, float]
) -> None:
    assert [certain(curve, at) for at in points] == pytest.approx(list(points.values()), abs=1e-12)


VECTORS = [
    (SDR, 1.0, 0.15, 1.030, (0.81, 1.00, 1.29)),
    (SDR, 1.0, 0.30, 1.059, (0.62, 1.00, 1.58)),
    (SDR, 0.95, 0.30, 0.999, (0.57, 0.95, 1.50)),
    (POOL, 1.0, 0.30, 0.896, (0.0, 1.00, 1.48)),
    (STEEP, 1.0, 0.30, 1.205, (0.0, 1.00, 2.54)),
]
"""By another simulation, of 400,000 draws: a mean has a standard error of at most sd / 632 ≈ 0.0016."""


@pytest.mark.parametrize(("curve", "mean", "noise", "expected", "quantiles"), VECTORS)
def test_published_curves_cost_what_their_simulation_says(
    curve: dict[str, Any], mean: float, noise: float, expected: float, quantiles: tuple[float, ...]
) -> None:
    """There attainment is cut at 0, which changes nothing: none of these curves pays at or below 0."""
    curves, score = paid(curve, noise), np.array([mean, 1.0])
    error = 4 * float(np.sqrt(curves.variance(score)[0, 0] / 400_000)) + 0.0005
    assert curves.expected(score)[0, 0] == pytest.approx(expected, abs=error)
    assert certain(curve, 0.0) == 0.0
    luck = mean + noise * np.array([-1.2815516, 0.0, 1.2815516])
    assert [certain(curve, at) for at in luck] == pytest.approx(quantiles, abs=0.006)


# --- closed forms ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("instance", FILE["pay_curve_gaussian"], ids=lambda x: str(x["id"]))
def test_expected_pay_is_that_of_the_closed_form(instance: dict[str, Any]) -> None:
    given, expected = instance["inputs"], instance["expected"]
    knots, changes = ([[given[key]]] for key in ("knots", "slope_changes"))
    nothing = np.zeros((1, 1))
    curves = PayCurves(
        1,
        nothing,
        nothing,
        np.array(knots),
        np.zeros_like(knots),
        np.array(changes),
        np.array([given["sigma"]]),
        skill=np.zeros((1, 1)),
        alone=nothing,
        gates=NO_GATES,
        patience=np.ones((1, 1)),
        sight=np.ones((1, 1)),
    )
    score = np.array([given["mu"]])
    assert curves.expected(score)[0, 0] == pytest.approx(expected["expected_pay"], rel=EXACT)
    assert curves.slope(score)[0, 0] == pytest.approx(expected["marginal_incentive"], rel=EXACT)
    assert np.sqrt(curves.variance(score)[0, 0]) == pytest.approx(expected["sd_pay"], rel=EXACT)


@pytest.mark.parametrize("instance", FILE["gate_gaussian"], ids=lambda x: str(x["id"]))
def test_pay_behind_a_gate_is_that_of_the_closed_form(instance: dict[str, Any]) -> None:
    """The closed form pays a line that may be negative: here a line from far below, so that it never is."""
    given, expected = instance["inputs"], instance["expected"]
    low = -20.0
    shape = np.array([[[low], [0.0]]]), np.zeros((1, 2, 1)), np.array([[[1.0], [0.0]]])
    opens = np.array([[given["g"]]]), np.ones((1, 1)), np.zeros((1, 1))
    gates = Gates(np.array([0]), np.array([0]), np.array([1]), np.zeros(1), *opens, np.array([given["rho"]]))
    level, noise = np.array([[low, 0.0]]), np.array([given["s1"], given["s2"]])
    one, none = np.ones((1, 2)), np.zeros((1, 2))
    curves = PayCurves(1, level, none, *shape, noise, np.zeros((1, 1)), none, gates, one, one)
    score, euros = np.array([given["mu1"], given["mu2"]]), np.array([[given["w"], 0.0]])
    assert given["w"] * curves.expected(score)[0, 0] == pytest.approx(expected["expected_pay"], rel=EXACT)
    pull = curves.sensitivity(score).pull(euros)[0]
    assert pull == pytest.approx([expected["dE_dmu1"], expected["dE_dmu2"]], rel=EXACT)


GATED = {**STEEP, "gate": {"kpi": "g", "at": 0.9}}


@pytest.mark.parametrize("rho", [0.0, 0.4, 0.95, 1.0])
@pytest.mark.parametrize("score", [(0.7, 0.8), (1.0, 1.0), (1.3, 0.7)])
def test_pay_behind_a_gate_is_the_integral_over_both_kinds_of_luck(
    rho: float, score: tuple[float, float]
) -> None:
    curves, at = paid(GATED, noise_correlation=rho), np.array(score)

    def mean(power: int) -> float:
        def given_luck(z: float) -> float:
            """Pay where the KPI's own luck is z; then the gate's is normal around ρ z."""
            bar = (0.9 - score[1]) / 0.2
            opened = float(z >= bar) if rho == 1.0 else float(ndtr((rho * z - bar) / np.sqrt(1 - rho**2)))
            pay = certain(STEEP, score[0] + 0.3 * z)
            return pay**power * opened * float(np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi))

        corners = sorted([-9.0, (0.75 - score[0]) / 0.3, (1 - score[0]) / 0.3, (0.9 - score[1]) / 0.2, 9.0])
        return sum(quad(given_luck, a, b, limit=200)[0] for a, b in pairwise(corners))

    assert curves.expected(at)[0, 0] == pytest.approx(mean(1), abs=1e-7)
    assert curves.variance(at)[0, 0] == pytest.approx(mean(2) - mean(1) ** 2, abs=1e-6)


@pytest.mark.parametrize("rho", [0.0, 0.5])
def test_pay_moves_with_its_own_score_and_its_gates_as_difference_quotients_do(rho: float) -> None:
    curves, euros = paid(GATED, noise_correlation=rho), np.array([[3.0, 2.0]])
    at, step = np.array([0.9, 0.95]), 1e-5
    ends = [[curves.expected(at + side * step * move) for side in (1, -1)] for move in np.eye(2)]
    quotients = np.array([(up - down) / (2 * step) for up, down in ends])
    known = curves.sensitivity(at)
    assert known.pull(euros)[0] == pytest.approx((quotients * euros).sum(axis=(1, 2)), rel=1e-6)
    assert known.matrix()[0] == pytest.approx(quotients[:, 0].T, rel=1e-6)
    assert known.change(np.array([0.01, -0.02]))[0] == pytest.approx(
        0.01 * quotients[0, 0] - 0.02 * quotients[1, 0], rel=1e-6
    )


def test_a_gate_closes_realised_pay_and_with_a_gate_wide_open_nothing_changes() -> None:
    curves = paid(GATED)
    assert curves.certain(np.array([1.2, 0.89]))[0].tolist() == [0.0, 0.89]
    assert curves.certain(np.array([1.2, 0.9]))[0, 0] == pytest.approx(1.8)
    wide, free = (paid({**STEEP, **gate}) for gate in ({"gate": {"kpi": "g", "at": 1e-9}}, {}))
    score = np.array([0.9, 5.0])
    assert wide.expected(score) == pytest.approx(free.expected(score))
    assert wide.variance(score) == pytest.approx(free.variance(score))


def test_a_teams_curve_replaces_those_of_its_kpis_and_its_gate_is_a_threshold_on_itself() -> None:
    curves = paid({"cap": 1.1}, team={"curve": {"gate": {"kpi": "g", "at": 0.8}}})
    both = [curves.certain(np.array(at))[0].tolist() for at in ((1.5, 0.9), (1.5, 0.7))]
    assert both == [[1.5, 0.9], [0.0, 0.0]]


def test_what_vests_later_counts_less_for_the_team_and_in_full_for_the_budget() -> None:
    vesting = [{"after": 1.0, "share": 0.25}, {"after": 2.0, "share": 0.25}]
    later, now = (paid({"cap": 1.5, **more}, team={"discount": 0.8}) for more in ({"vesting": vesting}, {}))
    score = np.array([0.9, 1.0])
    assert later.expected(score) == pytest.approx(now.expected(score))
    worth = 0.5 + 0.25 * 0.8 + 0.25 * 0.64
    assert later.perceived(score).own[0, 0] == pytest.approx(worth * now.perceived(score).own[0, 0])
    assert later.slope(score) == pytest.approx(now.slope(score))


def test_the_chance_that_two_kinds_of_luck_are_both_good_is_that_of_scipy() -> None:
    rng, where = np.random.default_rng(5), [0.0, -1.3, 0.4, 2.5]
    for rho in (-0.6, 0.0, 0.3, 0.97):
        law = multivariate_normal(cov=[[1, rho], [rho, 1]], seed=rng)
        for h, k in product(where, where):
            both = UpperTail(np.array(h), np.array(k), rho).moment(0, 0)
            assert both == pytest.approx(law.cdf([-h, -k]), abs=1e-9)
