"""Prints how long a million person-periods of one plan take, and of another plan on the same draws.

    uv run python -m tests.benchmarks.payouts

One core; the smallest of a few repetitions, since other work on the machine only adds.
"""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from optimizer import Scenario, read_scenario
from optimizer.arrays import Floats
from optimizer.response.calibration import Calibrated, calibrate
from optimizer.response.outcome import evaluate_plan
from optimizer.risk.draws import draw
from optimizer.risk.payouts import payout_distribution

MINI = Path(__file__).parent.parent / "cases" / "mini_funnel" / "mini_funnel.json"
HEADS = (5, 11, 4)
PERIODS = 50_000
REPETITIONS = 7
CURVES: dict[str, dict[str, Any] | None] = {
    "linear": None,
    "capped": {"cap": 1.6},
    "bent": {"threshold": 0.75, "accelerators": [{"from": 1.0, "slope": 2.0}], "cap": 1.6},
}
"""`bent`: a threshold, an accelerator and a cap on every KPI."""


def main() -> None:
    """One row per kind of pay curve, in milliseconds."""
    print(f"{sum(HEADS) * PERIODS:,} person-periods, three KPIs per team, one core")
    print(f"  {'pay':10} {'draws':>9} {'a plan':>9} {'another':>9}")
    for name, curve in CURVES.items():
        drawn, first, again = milliseconds(company(curve))
        print(f"  {name:10} {drawn:6.0f} ms {first:6.0f} ms {again:6.0f} ms")


def company(curve: dict[str, Any] | None) -> Calibrated:
    """mini_funnel with people whose skill differs, and one curve for every KPI."""
    tree = read_scenario(MINI).model_dump(by_alias=True, exclude_unset=True)
    for team, people in zip(tree["teams"].values(), HEADS, strict=True):
        team |= {"headcount": people, "skill_spread": 0.25}
    for kpi in tree["kpis"].values():
        kpi |= {"curve": curve}
    return calibrate(Scenario.model_validate(tree | {"noise_correlation": 0.3}))


def milliseconds(cal: Calibrated) -> tuple[float, float, float]:
    """Of drawing, of a first plan after it, and of another plan on the same draws."""
    began = perf_counter()
    draws = draw(cal.scenario, periods=PERIODS)
    drawn, plans = perf_counter() - began, [three_each(cal, seed) for seed in range(REPETITIONS)]
    taken = []
    for euros in plans:
        outcome = evaluate_plan(cal, euros)
        began = perf_counter()
        payout_distribution(cal, euros, outcome, draws)
        taken.append(perf_counter() - began)
    return 1e3 * drawn, 1e3 * taken[0], 1e3 * min(taken[1:])


def three_each(cal: Calibrated, seed: int) -> Floats:
    """A plan that pays every team on three KPIs alike."""
    rng, euros = np.random.default_rng(seed), np.zeros_like(cal.current)
    for i, pay in enumerate(cal.current.sum(axis=1)):
        euros[i, rng.choice(euros.shape[1], 3, replace=False)] = pay / 3
    return euros


if __name__ == "__main__":
    main()
