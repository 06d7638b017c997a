"""What a period's work brings today after direct costs, and the variable pay that it has to carry."""

from __future__ import annotations

from typing import NamedTuple

from optimizer.scenario.charges import charge_rate
from optimizer.scenario.checks.baseline_counts import BaselineCounts
from optimizer.scenario.types import Scenario


class Carried(NamedTuple):
    """Two amounts of a period under today's plan [currency]."""

    brought: float
    """Σ V_n F_n + Σ (v_a − m_a) x⁰_a: values of what enters stages and of work, less what work costs."""
    pay: float
    """Variable pay of all teams at target, with charges."""

    @property
    def share(self) -> float:
        """What is brought, over what is paid."""
        return self.brought / self.pay


def carried(scenario: Scenario, baseline: BaselineCounts) -> Carried | None:
    """None where nothing has a value, or nobody variable pay: there is nothing to hold against another."""
    entering = sum(stage.value * baseline.inflow[name] for name, stage in scenario.stages.items())
    worked = sum(act.value * act.baseline for act in scenario.activities.values())
    spent = sum(act.cash * act.baseline for act in scenario.activities.values())
    pay = sum(team.current_pay * (1 + charge_rate(scenario, team)) for team in scenario.teams.values())
    return Carried(entering + worked - spent, pay) if (entering or worked) and pay > 0 else None


def most_paid(scenario: Scenario) -> str:
    """The team with the most variable pay at target."""
    return max(scenario.teams, key=lambda name: scenario.teams[name].current_pay)
