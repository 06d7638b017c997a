"""A run's numbers by the independent response alone: equilibria, payouts, rules, values."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from optimizer.plans.evaluation import Evaluation, evaluate
from optimizer.plans.evaluator import linearised
from optimizer.plans.statuses import WITH_PLAN
from optimizer.response.outcome import value_of
from optimizer.runs.differing import SAME, Parts, apart
from optimizer.scenario.plan import plan_in
from optimizer.scenario.read import read_scenario
from optimizer.scenario.seed import SEED
from optimizer.solver.gap import relative_gap
from optimizer.tables.json_values import outcome_json

VALUE = 1e-8
"""Relative difference up to which the value of a plan is the recorded one: judged alone, or among others."""
ROUNDING = ("residual",)
"""Figures of an outcome that are nothing but rounding."""
Json = Mapping[str, Any]


def recomputed(folder: Path) -> Iterator[Parts]:
    """What scenario and plan do not bear out. Raises ValueError, KeyError, TypeError, ScenarioError or
    CalibrationError where there is nothing to compute with."""
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    inputs = json.loads((folder / "inputs.json").read_text(encoding="utf-8"))
    merged = hashlib.sha256((folder / "scenario.yaml").read_bytes()).hexdigest()
    if merged != inputs["merged_sha256"]:
        yield "scenario.yaml is not the scenario of inputs.json", inputs["merged_sha256"], merged
    yield from _bound(result)
    if result["plan"] is not None:
        yield from _plan(folder, result, inputs["options"].get("seed", SEED))


def _bound(result: Json) -> Iterator[Parts]:
    value, bound, gap = (result[name] for name in ("objective", "bound", "gap"))
    if value is None or bound is None:
        return
    if bound < value - SAME * max(1.0, abs(value)):
        yield "the bound is below the objective", str(bound), str(value)
    expected = relative_gap(value, max(bound, value))
    if gap is None or abs(expected - gap) > SAME:
        yield "the gap is not that of objective and bound", str(gap), str(expected)


def _plan(folder: Path, result: Json, seed: int) -> Iterator[Parts]:
    """Equilibria, payouts and rules of the plan, computed again."""
    scenario = read_scenario(folder / "scenario.yaml")
    at = evaluate(scenario, plan_in(result), seed)
    for name, outcome in (("consistent", at.consistent), ("first_response", at.first_response)):
        yield from apart(name, result[name], outcome_json(at.cal, outcome), exact=False, skipped=ROUNDING)
    value = _value(at, linear="linearised" in result)
    if not math.isclose(result["objective"], value, rel_tol=VALUE, abs_tol=VALUE):
        yield "the objective is not what the plan brings", str(result["objective"]), str(value)
    if result["status"] not in WITH_PLAN or "linearised" in result:
        return
    for rule in at.broken_rules:
        yield f"the plan breaks {rule.name}", f"limit {rule.limit:.6g}", f"{rule.value:.6g}"


def _value(at: Evaluation, *, linear: bool) -> float:
    """What the plan is worth, at its own beliefs or, linearised, at today's."""
    if not linear:
        return at.value
    beliefs = (at.cal.beliefs,) * len(at.cal.regimes)
    return float(value_of(at.cal, linearised(at.cal, at.euros[None], beliefs))[0])
