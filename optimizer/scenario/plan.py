"""Plans: who is paid how much on what.

A plan is handled as euros: `e_ik = B_i w_ik`, what team i earns on KPI k at target, so that weights and
target pay are one array (I, K).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from optimizer.arrays import Floats
from optimizer.scenario.types import Scenario, TargetPay

PlanWeights = Mapping[str, Mapping[str, float]]
CurveNames = Mapping[str, str]
"""The curve of each team for which a plan chooses one."""
IN_FORCE: CurveNames = {}
"""No choice: every team keeps the curves of the scenario."""


@dataclass(frozen=True)
class Plan:
    """Weights per team and KPI, and each team's target pay [currency/period]."""

    weights: dict[str, dict[str, float]]
    target_pay: dict[str, float]
    curves: dict[str, str] = field(default_factory=dict)
    """Name of the curve chosen for each team that had a choice."""

    def euros(self, scenario: Scenario) -> Floats:
        """e_ik = B_i w_ik, (I, K) currency per period at target."""
        rows = [
            [self.target_pay[team] * self.weights.get(team, {}).get(kpi, 0.0) for kpi in scenario.kpis]
            for team in scenario.teams
        ]
        return np.array(rows, dtype=float)


def plan_of(scenario: Scenario, given: PlanWeights | Plan) -> Plan:
    """A plan as it is; weights are a plan at today's target pay."""
    if isinstance(given, Plan):
        return given
    pay = {name: float(team.current_pay) for name, team in scenario.teams.items()}
    return Plan({team: dict(w) for team, w in given.items()}, pay)


def weights_of(euros: Floats) -> Floats:
    """w_ik of euros at target (..., K), in the same shape; 0 where nothing is paid."""
    pay = euros.sum(axis=-1, keepdims=True)
    return np.asarray(euros / np.where(pay > 0, pay, 1.0))


def plan_in_words(weights: PlanWeights) -> str:
    """`team: KPI weight, KPI weight; team: ...`, in the names of the file."""
    return "; ".join(f"{t}: " + ", ".join(f"{k} {w:g}" for k, w in ws.items()) for t, ws in weights.items())


def pay_decided(scenario: Scenario, plan: Plan) -> dict[str, float]:
    """Target pay of the teams for which it is a decision."""
    free = [name for name, team in scenario.teams.items() if isinstance(team.target_pay, TargetPay)]
    return {team: plan.target_pay[team] for team in free}


def pay_in_words(pay: Mapping[str, float]) -> str:
    """`team: amount; team: amount`."""
    return "; ".join(f"{team}: {euros:.12g}" for team, euros in pay.items())


def curves_in_words(curves: CurveNames) -> str:
    """`team: curve; team: curve`."""
    return "; ".join(f"{team}: {name}" for team, name in curves.items())


def plan_in(result: Mapping[str, Any]) -> Plan:
    """What a run recommends in its `result.json`. Raises KeyError or TypeError where it recommends none."""
    return Plan(dict(result["plan"]), dict(result["target_pay"]), result.get("curves") or {})


def plan_from_euros(scenario: Scenario, euros: Floats) -> Plan:
    """The plan with e_ik = euros; weights below rounding are dropped, a team without pay has none."""
    pay = {team: float(row.sum()) for team, row in zip(scenario.teams, euros, strict=True)}
    weights = {
        team: {
            k: _tidy(e / pay[team]) for k, e in zip(scenario.kpis, row, strict=True) if e > 1e-9 * pay[team]
        }
        for team, row in zip(scenario.teams, euros, strict=True)
    }
    return Plan(weights, {team: _tidy(value) for team, value in pay.items()})


def _tidy(value: float) -> float:
    return round(float(value), 10)
