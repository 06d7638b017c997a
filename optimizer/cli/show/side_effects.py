"""What plans leave undone and whose pay they leave at whose mercy, at a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from optimizer.cli.show.terminal import period, row, table
from optimizer.explanation.gaming_ledger import gaming_hours
from optimizer.tables.side_effects import at_mercy_json, left_unworked

if TYPE_CHECKING:
    from rich.table import Table

    from optimizer.plans.evaluation import Evaluation, Influence
    from optimizer.scenario.types import Scenario

MOST = 2
"""Lines of a plan."""


def side_effects(scenario: Scenario, plans: Mapping[str, Evaluation]) -> Table:
    """One row per plan: where most is left, gaming, largest shares of pay at others' mercy."""
    columns = ["plan", "left unworked", "hours of gaming", "pay at the mercy of others"]
    shown = table(f"What else the plans do (per {period(scenario.period)}; the {MOST} largest)", columns)
    for name, plan in plans.items():
        hours = f"{gaming_hours(plan.cal, plan.consistent):,.0f}"
        row(shown, name, _left(plan), hours, _mercy(scenario, plan))
    return shown


def _left(plan: Evaluation) -> str:
    most = sorted(left_unworked(plan), key=lambda found: -found[2])[:MOST]
    parts = [f"{stage} {left:,.0f} ({left / arriving:.0%})" for stage, arriving, left in most if left >= 0.5]
    return "\n".join(parts) or "nothing"


def _mercy(scenario: Scenario, plan: Evaluation) -> str:
    if not plan.consistent.converged:
        return "–"
    target = dict(zip(plan.cal.network.teams, plan.euros.sum(axis=1).tolist(), strict=True))
    by_pair: dict[tuple[str, str], float] = {}
    for team, _, other, euros in _amounts(at_mercy_json(plan.cal, plan.at_mercy)):
        by_pair[team, other] = by_pair.get((team, other), 0.0) + euros
    most = sorted(by_pair.items(), key=lambda found: -found[1] / target[found[0][0]])[:MOST]
    parts = [
        f"{team} by {other} {euros:,.0f} {scenario.currency} ({euros / target[team]:.0%})"
        for (team, other), euros in most
    ]
    return "\n".join(parts) or "none"


def pay_at_mercy(influence: Influence) -> Table:
    """Pay of each team that another can sink under the current plan, by KPI."""
    scenario = influence.cal.scenario
    title = f"Pay at the mercy of others ({scenario.currency} per {period(scenario.period)})"
    shown = table(title, ["team", "by", "amount", "KPI"], words=("KPI",))
    for team, kpi, other, euros in _amounts(at_mercy_json(influence.cal, influence.at_mercy)):
        row(shown, team, other, f"{euros:,.0f}", kpi)
    return shown


def _amounts(said: Mapping[str, Mapping[str, Mapping[str, float]]]) -> Iterator[tuple[str, str, str, float]]:
    """Team, KPI, other team, amount."""
    for team, kpis in said.items():
        for kpi, others in kpis.items():
            for other, euros in others.items():
                yield team, kpi, other, euros
