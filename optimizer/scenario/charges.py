"""Employer charges on variable pay: the one place that reads what a scenario says of them."""

from __future__ import annotations

import numpy as np

from optimizer.arrays import Floats
from optimizer.scenario.types import Scenario, Team


def charge_rate(team: Team) -> float:
    """τ_i: what the employer pays on top, as a share of a team's variable pay."""
    return team.charges


def charge_rates(scenario: Scenario) -> Floats:
    """τ_i, (I,)."""
    return np.array([charge_rate(team) for team in scenario.teams.values()])


def loading(scenario: Scenario) -> Floats:
    """1 + τ_i, (I,): what a unit of a team's variable pay costs."""
    return 1 + charge_rates(scenario)
