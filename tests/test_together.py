"""Companies answered at once answer as each of them does alone (optimizer/response/batched.py)."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from companies import random_company, random_weights

from optimizer import Scenario
from optimizer.arrays import Floats
from optimizer.response.batched import evaluate_companies
from optimizer.response.calibration import Behaviour, Calibrated, calibrate
from optimizer.response.equilibrium import CONSISTENT
from optimizer.response.network import Network
from optimizer.response.outcome import OutcomeBatch, evaluate_plans
from optimizer.risk.ranges import draw
from optimizer.scenario.plan import plan_of

COMPANIES, PLANS = 5, 4
CURVE: dict[str, Any] = {
    "threshold": 0.7,
    "slope": 1.2,
    "accelerators": [{"from": 1.05, "slope": 2.0}],
    "cap": 1.6,
}
NOISE = {"noise_correlation": 0.3}


def company(seed: int, **more: Any) -> Scenario:
    """A random one with a range on nearly every number."""
    rng = np.random.default_rng(seed)
    plain = random_company(
        rng, teams=3, activities=12, two_way=bool(seed % 2), regimes=more.pop("regimes", 0)
    )
    tree = plain.model_dump(by_alias=True, exclude_none=True) | more
    paths = [f"activities.{name}" for name in tree["activities"]]
    paths += [f"stages.{name}.value" for name, stage in tree["stages"].items() if stage.get("value")]
    paths += [f"teams.{name}.discount" for name in tree["teams"]]
    for name, kpi in tree["kpis"].items():
        kpi["noise"] = max(kpi.get("noise", 0.0), 0.1)
        paths += [f"kpis.{name}.noise"]
    tree["sources"] = {path: {"text": "drawn", "range": 0.1} for path in paths}
    return Scenario.model_validate(tree)


def gated(scenario: Scenario, ranges: dict[str, float]) -> Scenario:
    """With a curve on all KPIs but the first, which is their gate."""
    tree = scenario.model_dump(by_alias=True, exclude_none=True)
    first, *others = tree["kpis"]
    for name in others:
        tree["kpis"][name]["curve"] = {**CURVE, "gate": {"kpi": first, "at": 0.9}}
        ranges |= {f"kpis.{name}.curve.cap": 0.1, f"kpis.{name}.curve.gate.at": 0.1}
    tree["sources"] |= {path: {"text": "drawn", "range": width} for path, width in ranges.items()}
    return Scenario.model_validate(tree)


def drawn(scenario: Scenario) -> tuple[list[Calibrated], list[Floats]]:
    """Companies from the ranges, and as many plans for each, but one more for the last."""
    rng = np.random.default_rng(1)
    companies = [calibrate(draw(scenario, rng).scenario) for _ in range(COMPANIES)]
    plans = [
        np.array([plan_of(c.scenario, random_weights(rng, scenario)).euros(c.scenario) for _ in range(PLANS)])
        for c in companies
    ]
    plans[-1] = np.concatenate([plans[-1], companies[-1].current[None]])
    return companies, plans


def assert_same(together: OutcomeBatch, alone: OutcomeBatch) -> None:
    """Where beliefs settle: to the precision of equilibria, 1e-10 in units of beliefs."""
    converged = alone.residual <= CONSISTENT
    assert (converged == (together.residual <= CONSISTENT)).all()
    assert converged.any()
    for name in ("x", "score", "pay", "gross", "direct_costs", "loaded_pay", "effort_cost"):
        mine, theirs = (getattr(outcome, name)[converged] for outcome in (together, alone))
        assert mine == pytest.approx(theirs, rel=1e-8, abs=1e-8 * np.abs(theirs).max()), name


CASES = {
    "plain": company(0),
    "teams that feed each other": company(1),
    "regimes": company(2, regimes=2),
    "targets issued anew": company(3, targets={"mode": "reset", "stretch": 0.05}),
    "gates": gated(company(4, **NOISE), {}),
    "companies of several kinds": gated(company(4, **NOISE), {"noise_correlation": 0.2}),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_companies_answered_together_answer_as_each_alone(name: str) -> None:
    companies, plans = drawn(CASES[name])
    outcomes = evaluate_companies(companies, plans)
    for cal, euros, together in zip(companies, plans, outcomes, strict=True):
        assert_same(together, evaluate_plans(cal, euros))


def arrays_of_numbers(part: Any) -> set[str]:
    return {f.name for f in fields(part) if getattr(getattr(part, f.name), "dtype", None) == np.float64}


def test_every_number_has_a_row_in_a_stack() -> None:
    """A field added later and forgotten there would be the first company's for all."""
    cal = calibrate(gated(company(4, **NOISE), {}))
    assert set(cal.network.numbers) == arrays_of_numbers(cal.network)
    assert set(cal.curves.numbers) == arrays_of_numbers(cal.curves)
    assert set(cal.curves.gates.numbers) == arrays_of_numbers(cal.curves.gates)
    assert {f.name for f in fields(Behaviour)} == {
        "curves", "targets", "stretch", "beliefs", "linear", "quadratic",
    }  # fmt: skip


def test_a_row_of_a_stack_is_the_company_it_was_made_of() -> None:
    companies, _ = drawn(CASES["gates"])
    rows = np.arange(len(companies))
    networks = Network.stack([c.network for c in companies]).select(rows[::-1])
    behaviours = Behaviour.stack(companies).select(rows[::-1])
    for row, cal in zip(rows, companies[::-1], strict=True):
        for name, numbers in cal.network.numbers.items():
            assert np.array_equal(networks.numbers[name][row], numbers, equal_nan=True), name
        for name, numbers in cal.curves.numbers.items():
            assert (behaviours.curves.numbers[name][row] == numbers).all(), name
        assert (behaviours.curves.gates.knots[row] == cal.curves.gates.knots).all()
        assert (behaviours.linear[row] == cal.linear).all()
        assert (behaviours.beliefs.stacked()[row] == cal.beliefs.stacked()[0]).all()
