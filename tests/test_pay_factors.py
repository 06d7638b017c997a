"""Pay that is multiplied by a function of another KPI: what it pays, how it moves, what is refused."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr
from test_curve_forms import BANDS, BENT, GUARANTEED, LADDER, by_hand
from test_curves import UpperTail, paid

LINKED: dict[str, Any] = {"kpi": "g", "points": [[0.8, 0.5], [1.0, 1.0], [1.1, 1.2]]}
JUMPING: dict[str, Any] = {"kpi": "g", "points": [[0.7, 0.2], [0.9, 0.4], [0.9, 1.0], [1.3, 0.7]]}
BASES: dict[str, dict[str, Any]] = {
    "plain": {},
    "bent": BENT,
    "guaranteed": GUARANTEED,
    "ladder": LADDER,
    "bands": BANDS,
    "drawn": {"slope": 2.0, "threshold": 0.75, "accelerators": [{"from": 1.0, "slope": 4.0}], "cap": 2.0},
}
OTHER = 0.2
"""Luck of the KPI that the pay hangs on, in `paid`."""


def factor(times: dict[str, Any], z: float) -> float:
    """In proportion between two points, level outside; at a jump the second of two points."""
    points = times["points"]
    if z < points[0][0]:
        return float(points[0][1])
    at = max(n for n, (start, _) in enumerate(points) if start <= z)
    if at + 1 == len(points):
        return float(points[at][1])
    (start, low), (end, high) = points[at], points[at + 1]
    return float(low + (high - low) * (z - start) / (end - start))


def hanging(base: dict[str, Any], times: dict[str, Any], rho: float) -> Any:
    return paid({**base, "times": times}, 0.15, noise_correlation=rho)


def base_pay(curves: Any, y: float) -> float:
    """What the base pays: `curves` where the other KPI is at target, whose factor is 1 in LINKED."""
    return float(curves.certain(np.array([y, 1.0]))[0, 0])


@pytest.mark.parametrize("base", BASES.values(), ids=BASES)
@pytest.mark.parametrize("times", [LINKED, JUMPING], ids=["linked", "jumping"])
def test_realised_pay_is_the_base_times_the_factor(base: dict[str, Any], times: dict[str, Any]) -> None:
    curves, plain = hanging(base, times, 0.0), paid(base, 0.15)
    for y in (-0.2, 0.6, 0.95, 1.0, 1.4):
        for z in (0.3, 0.7, 0.85, 0.9, 1.05, 1.5):
            mine = float(curves.certain(np.array([y, z]))[0, 0])
            alone = float(plain.certain(np.array([y, z]))[0, 0])
            assert mine == pytest.approx(alone * factor(times, z), abs=1e-12)
            assert mine >= -1e-12


@pytest.mark.slow
@pytest.mark.parametrize("base", ["plain", "guaranteed", "ladder", "bands"])
@pytest.mark.parametrize("times", [LINKED, JUMPING], ids=["linked", "jumping"])
@pytest.mark.parametrize("rho", [-0.5, 0.0, 0.6, 0.97])
def test_expected_pay_and_its_spread_are_the_integrals_over_both_kinds_of_luck(
    base: str, times: dict[str, Any], rho: float
) -> None:
    """Outside over the other KPI's luck; inside, given it, over the KPI's own, which then is normal too."""
    curves = luck_of(hanging(BASES[base], times, 0.0), rho)
    form = BASES[base] or {"points": [[0, 0], [50, 50]]}
    score, other, sigma = 0.97, 0.95, 0.15
    rest = float(np.sqrt(1 - rho**2))

    def given(w: float, power: int) -> float:
        mean, sd = score + sigma * rho * w, sigma * rest
        ends = sorted(
            {-9.0, 9.0, *((at - mean) / sd for at in curves.knots[0, 0] if abs(at - mean) < 9 * sd)}
        )
        law = lambda e: by_hand(form, mean + sd * e) ** power * np.exp(-e * e / 2)  # noqa: E731
        return sum(quad(law, a, b, epsabs=1e-11)[0] for a, b in pairwise(ends)) / float(np.sqrt(2 * np.pi))

    def mean_of(power: int) -> float:
        ends = sorted({-9.0, 9.0, *((at - other) / OTHER for at, _ in times["points"])})
        law = lambda w: (  # noqa: E731
            given(w, power) * factor(times, other + OTHER * w) ** power * np.exp(-w * w / 2)
        )
        whole = sum(quad(law, a, b, epsabs=1e-9, epsrel=1e-9)[0] for a, b in pairwise(ends))
        return whole / float(np.sqrt(2 * np.pi))

    at = np.array([score, other])
    assert curves.expected(at)[0, 0] == pytest.approx(mean_of(1), abs=1e-7)
    assert curves.variance(at)[0, 0] == pytest.approx(mean_of(2) - mean_of(1) ** 2, abs=1e-6)


def luck_of(curves: Any, rho: float) -> Any:
    """With another correlation of the two kinds of luck."""
    gates = replace(curves.gates, correlation=np.full_like(curves.gates.correlation, rho))
    return replace(curves, gates=gates)


@pytest.mark.parametrize("base", BASES.values(), ids=BASES)
@pytest.mark.parametrize("times", [LINKED, JUMPING], ids=["linked", "jumping"])
@pytest.mark.parametrize("rho", [-0.5, 0.0, 0.6])
def test_pay_moves_with_both_scores_as_difference_quotients_do(
    base: dict[str, Any], times: dict[str, Any], rho: float
) -> None:
    curves, step, euros = luck_of(hanging(base, times, 0.0), rho), 1e-5, np.array([[3.0, 2.0]])
    for at in (np.array([0.9, 0.95]), np.array([1.1, 0.75])):
        ends = [[curves.expected(at + side * step * move) for side in (1, -1)] for move in np.eye(2)]
        quotients = np.array([(up - down) / (2 * step) for up, down in ends])
        known = curves.sensitivity(at)
        assert known.matrix()[0] == pytest.approx(quotients[:, 0].T, rel=1e-6, abs=1e-8)
        assert known.pull(euros)[0] == pytest.approx((quotients * euros).sum(axis=(1, 2)), rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("base", BASES.values(), ids=BASES)
@pytest.mark.parametrize("rho", [0.0, 0.7])
def test_expected_pay_is_the_mean_of_two_hundred_thousand_draws(base: dict[str, Any], rho: float) -> None:
    curves, score = luck_of(hanging(base, JUMPING, 0.0), rho), np.array([0.98, 0.96])
    e = np.random.default_rng(11).standard_normal((200_000, 2))
    luck = np.column_stack([e[:, 0], rho * e[:, 0] + np.sqrt(1 - rho**2) * e[:, 1]]) * curves.noise
    drawn = curves.certain(score + luck)[:, 0, 0]
    error = 4 * drawn.std() / np.sqrt(len(drawn))
    assert curves.expected(score)[0, 0] == pytest.approx(drawn.mean(), abs=error)
    assert curves.variance(score)[0, 0] == pytest.approx(drawn.var(), rel=0.03)


def test_what_persons_are_paid_is_the_mean_over_their_skill_and_both_kinds_of_luck() -> None:
    """Skill is the same in both KPIs, so that who does well in one is paid more for the other too."""
    skill, own = 0.25, np.array([0.3, 0.15])
    kpis = {
        "k": {"noise": 0.15, "individual_noise": own[0], "curve": {**BENT, "times": LINKED}},
        "g": {"noise": OTHER, "individual_noise": own[1]},
    }
    curves = paid(None, team={"skill_spread": skill, "paid_on": "person"}, kpis=kpis, noise_correlation=0.4)
    rng, score, size = np.random.default_rng(3), np.array([0.97, 0.95]), 400_000
    team = rng.multivariate_normal([0, 0], [[1, 0.4], [0.4, 1]], size) * np.array([0.15, OTHER])
    person = skill * rng.standard_normal((size, 1)) + own * rng.standard_normal((size, 2))
    drawn = curves.certain(score + team + person)[:, 0, 0]
    error = 4 * drawn.std() / np.sqrt(size)
    assert curves.expected(score)[0, 0] == pytest.approx(drawn.mean(), abs=error)
    assert curves.variance(score)[0, 0] == pytest.approx(drawn.var(), rel=0.02)
    assert abs(curves.expected(score)[0, 0] - hanging(BENT, LINKED, 0.4).expected(score)[0, 0]) > 10 * error


@pytest.mark.parametrize("rho", [0.0, 0.4])
def test_a_gate_is_a_factor_that_is_nothing_and_then_one(rho: float) -> None:
    step = {"kpi": "g", "points": [[0.9, 0.0], [0.9, 1.0]]}
    gate, times = (
        paid({**BENT, **form}, noise_correlation=rho)
        for form in ({"gate": {"kpi": "g", "at": 0.9}}, {"times": step})
    )
    for at in (np.array([0.8, 0.95]), np.array([1.2, 0.7])):
        for what in ("expected", "variance", "slope", "certain"):
            assert getattr(gate, what)(at) == pytest.approx(getattr(times, what)(at), abs=1e-14), what


def test_a_factor_of_one_changes_nothing() -> None:
    one, plain = hanging(BENT, {"kpi": "g", "points": [[1.0, 1.0]]}, 0.5), paid(BENT, 0.15)
    at = np.array([0.9, 1.1])
    for what in ("expected", "variance", "slope", "certain"):
        assert getattr(one, what)(at) == pytest.approx(getattr(plain, what)(at), abs=1e-14), what


@pytest.mark.parametrize("rho", [-0.9, -0.3, 0.0, 0.5, 0.97])
def test_moments_of_two_correlated_kinds_of_luck_are_those_of_quadrature(rho: float) -> None:
    def by_quadrature(h: float, k: float, m: int, n: int) -> float:
        sd = np.sqrt(1 - rho * rho)

        def law(e: float) -> float:
            gap = rho * e - k
            reached, density = ndtr(gap / sd), np.exp(-((gap / sd) ** 2) / 2) / np.sqrt(2 * np.pi)
            inside = (reached, gap * reached + sd * density, (gap**2 + sd**2) * reached + gap * sd * density)
            return float((e - h) ** m * inside[n] * np.exp(-e * e / 2) / np.sqrt(2 * np.pi))

        return float(quad(law, h, max(h, 0) + 12, epsabs=1e-14, limit=300)[0])

    for h in (-4.0, -1.3, 0.0, 2.5):
        for k in (-3.0, 0.0, 1.1):
            beyond = UpperTail(np.array(h), np.array(k), rho)
            for m, n in np.ndindex(3, 3):
                assert beyond.moment(m, n) == pytest.approx(by_quadrature(h, k, m, n), abs=2e-9), (h, k, m, n)
