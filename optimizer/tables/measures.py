"""Tables of what teams can do to KPIs: their own, and those of others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from optimizer.response.pay_response import pay_responses
from optimizer.tables.table import Column, Row, Table

if TYPE_CHECKING:
    from optimizer.explanation.build import Explanation
    from optimizer.solver.solution import Solution

MEASURES = Table(
    "measures",
    team=Column(str, "name", "name of the team", "team"),
    kpi=Column(str, "name", "name of the KPI", "kpi"),
    controllability=Column(float, "share", "share of the KPI's variance that the team itself can cause"),
    swing=Column(float, "share", "range of attainment within the team's reach"),
    lag=Column(
        float, "periods", "mean periods between the team's work and its credit; empty where it has none"
    ),
    measured=Column(str, "text", "where an override comes from; empty without one"),
)


def measures_rows(solution: Solution) -> Iterator[Row]:
    cal, measures = solution.problem.cal, solution.problem.measures
    scenario = cal.scenario
    for (i, team), (k, kpi) in _grid(cal.network.teams, cal.network.kpis):
        measured = scenario.rules.controllability.override.get(team, {}).get(kpi)
        yield {
            "team": team,
            "kpi": kpi,
            "controllability": float(measures.controllability[i, k]),
            "swing": float(measures.swing[i, k]),
            "lag": float(measures.lag[i, k]),
            "measured": measured.source if measured else "",
        }


PAY_RESPONSES = Table(
    "pay_responses",
    team=Column(str, "name", "name of the team", "team"),
    booked_hours=Column(
        float, "share", "relative change of the hours in its activities if all its pay at target rose by 10 %"
    ),
    kpi=Column(str, "name", "the KPI that most of its pay hangs on today; empty without pay", "kpi"),
    score=Column(float, "share", "relative change of that KPI then"),
    unbooked=Column(float, "share", "its hours in no activity today: time that pay can still win"),
)


def pay_responses_rows(solution: Solution) -> Iterator[Row]:
    """What 10 % more pay would do, at first, on today's beliefs (model.md §13.12)."""
    return (dict(vars(answer)) for answer in pay_responses(solution.problem.cal))


EXPOSURE = Table(
    "exposure",
    kpi=Column(str, "name", "name of the KPI", "kpi"),
    team=Column(str, "name", "the other team", "team"),
    now=Column(
        float,
        "share",
        "largest relative fall that the team can cause for 0.5 % of its target pay, current plan",
    ),
    then=Column(float, "share", "the same under the recommended plan"),
)


def exposure_rows(explanation: Explanation) -> Iterator[Row]:
    cal, falls = explanation.cal, explanation.exposure
    for (k, kpi), (j, team) in _grid(cal.network.kpis, cal.network.teams):
        yield {
            "kpi": kpi,
            "team": team,
            "now": float(falls[0, k, j]),
            "then": float(falls[1, k, j]) if len(falls) > 1 else np.nan,
        }


def _grid(first: Iterable[str], second: tuple[str, ...]) -> Iterator[tuple[tuple[int, str], tuple[int, str]]]:
    for one in enumerate(first):
        for other in enumerate(second):
            yield one, other
