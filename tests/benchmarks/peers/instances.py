"""What the benchmark solves: scenario files, and generated companies of two to eight teams."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from optimizer import Scenario
from optimizer.response.calibration import calibrate
from optimizer.response.outcome import evaluate_plans
from optimizer.scenario.rule_types import Budget, WeightRules
from tests.benchmarks.peers.companies import random_company

Objective = Literal["revenue", "net"]
ACTIVITIES = {2: 12, 3: 20, 4: 30, 5: 44, 6: 48, 7: 54, 8: 60}
"""Explicit activities by teams, about."""
MOST_PAIRS = 20
"""Pairs of team and KPI that may be paid."""
BUDGET = 1.05
"""Of what today's plan pays out: tight enough to matter for objective revenue."""


@dataclass(frozen=True)
class Instance:
    """A scenario with its objective, under a name that says where it is from."""

    name: str
    scenario: Scenario
    objective: Objective


def with_objective(name: str, scenario: Scenario, objective: Objective) -> Instance:
    """The scenario with its objective replaced."""
    rules = scenario.rules.model_copy(update={"objective": objective})
    return Instance(name, scenario.model_copy(update={"rules": rules}), objective)


def company(teams: int, seed: int = 0) -> Scenario:
    """A company of that many teams: at most MOST_PAIRS pairs and three measures a team, and a budget."""
    rng = np.random.default_rng([seed, teams])
    scenario = random_company(rng, teams=teams, activities=ACTIVITIES[teams], partners=False)
    cal = calibrate(scenario)
    today = float(evaluate_plans(cal, cal.current[None]).loaded_pay[0])
    rules = scenario.rules.model_copy(
        update={
            "measures": _measures(scenario),
            "weights": WeightRules(max_measures=3),
            "budget": Budget(expected=float(round(BUDGET * today))),
        }
    )
    return scenario.model_copy(update={"name": f"company_{teams}", "rules": rules})


def _measures(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """Measures dropped from the teams that have most, never one that is paid today, down to MOST_PAIRS."""
    kept = {team: list(kpis) for team, kpis in scenario.rules.measures.items()}
    while sum(len(kept[t]) for t in kept if scenario.teams[t].current_pay > 0) > MOST_PAIRS:
        spare = {
            team: [k for k in kpis if not scenario.current_plan.get(team, {}).get(k)]
            for team, kpis in kept.items()
            if scenario.teams[team].current_pay > 0
        }
        fullest = max((t for t in spare if spare[t]), key=lambda t: len(kept[t]), default=None)
        if fullest is None:
            break
        kept[fullest].remove(spare[fullest][-1])
    return {team: tuple(kpis) for team, kpis in kept.items()}
