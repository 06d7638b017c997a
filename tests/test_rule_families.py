"""Every rule family that `rules_expected` lacks changes an optimum: enumerated with it and without it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optimizer.plans.enumeration import every_plan
from optimizer.plans.evaluator import judge_at
from optimizer.plans.space import plan_space
from optimizer.response.calibration import calibrate
from optimizer.response.measures import measure
from optimizer.scenario.plan import Plan, plan_from_euros
from optimizer.scenario.types import Scenario
from optimizer.solver import Options, solve
from optimizer.solver.state import Run, baseline_beliefs

CASES = Path(__file__).parent / "cases"
MINI = json.loads((CASES / "mini_funnel" / "mini_funnel.json").read_text(encoding="utf-8"))
FAMILIES = json.loads((CASES / "rule_families" / "rule_families.json").read_text(encoding="utf-8"))
PROVEN = 1e-6
SIDES = [(name, side) for name in FAMILIES["cases"] for side in ("best", "best_without")]


def scenario_of(name: str, side: str) -> Scenario:
    case: dict[str, Any] = FAMILIES["cases"][name]
    case = case | (case["without"] if side == "best_without" else {})
    teams = {
        team: {**fields, **case.get("teams", {}).get(team, {})} for team, fields in MINI["teams"].items()
    }
    changed = {"teams": teams, "regimes": case.get("regimes", {}), "rules": FAMILIES["rules"] | case["rules"]}
    return Scenario.model_validate({**MINI, **changed})


@cache
def enumerated(name: str, side: str) -> tuple[float, Plan, int, int]:
    """Best value and plan at baseline beliefs, plans kept, plans."""
    scenario = scenario_of(name, side)
    cal = calibrate(scenario)
    space = plan_space(cal, measure(cal).controllability)
    at = baseline_beliefs(Run(cal, space, Options(), lambda _: None, 0.0))
    judge = judge_at(cal, space, at.beliefs, at.exposure)
    plans = np.concatenate(list(every_plan(space)))
    found = judge(plans)
    best = int(found.order()[0])
    plan = plan_from_euros(scenario, space.euros(plans[best]))
    return float(found.value[best]), plan, int(found.kept.sum()), len(plans)


@pytest.mark.parametrize(("name", "side"), SIDES)
def test_the_committed_optimum_is_the_enumerated_one(name: str, side: str) -> None:
    expected = FAMILIES["cases"][name][side]
    value, plan, kept, plans = enumerated(name, side)
    assert value == pytest.approx(expected["value"], rel=1e-9)
    assert (plan.weights, plan.target_pay) == (expected["weights"], expected["target_pay"])
    assert (kept, plans) == (expected["plans_kept"], expected["plans"])


@pytest.mark.parametrize("name", FAMILIES["cases"])
def test_the_optimum_changes_when_the_family_is_removed(name: str) -> None:
    assert enumerated(name, "best")[1] != enumerated(name, "best_without")[1]


@pytest.mark.parametrize(("name", "side"), SIDES)
def test_the_solver_finds_and_proves_it(name: str, side: str) -> None:
    solution = solve(scenario_of(name, side), Options(beliefs="baseline", gap=PROVEN))
    value, plan, _, _ = enumerated(name, side)
    assert solution.status == "optimal"
    assert solution.objective == pytest.approx(value, rel=PROVEN)
    assert solution.plan == plan
