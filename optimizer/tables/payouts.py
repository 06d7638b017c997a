"""Tables of what plans pay as a distribution, and how likely objectives are (columns in `columns.SCHEMA`)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimizer.arrays import Floats
from optimizer.explanation.build import Explanation
from optimizer.risk.payouts import PERCENTILES, PayoutDistribution, Spread
from optimizer.tables.columns import Row, label_cells, named_cells
from optimizer.tables.labels import Text, label_of, plan_label
from optimizer.tables.payroll import COMPANY

EVERYBODY = Text("Everybody", "Tout le monde")


def payout_distribution_rows(found: Explanation) -> Iterator[Row]:
    """Company, teams, then a person of each team, of the current plan and of the chosen one."""
    scenario, seed = found.solution.cal.scenario, found.solution.cal.seed
    for kind, paid in _plans(found):
        start: Row = {"plan": kind, **label_cells(plan_label(kind, kind))}
        last: Row = {"draws": paid.draws, "seed": seed}
        yield start | _team("company", "", COMPANY, None) | _spread(paid.company) | last
        for level, spreads in (("team", paid.teams), ("person", paid.people)):
            for (name, team), spread in zip(scenario.teams.items(), spreads, strict=True):
                if spread is not None and spread.target > 0:
                    label = label_of(name, scenario.teams)
                    yield start | _team(level, name, label, team.headcount) | _spread(spread) | last
        if np.isfinite(paid.people_at_goal):
            every: Row = dict.fromkeys(_spread(paid.company), np.nan) | {"at_goal": paid.people_at_goal}
            yield start | _team("person", "", EVERYBODY, None) | every | last


def _plans(found: Explanation) -> Iterator[tuple[str, PayoutDistribution]]:
    return zip(("current", "chosen"), found.solution.payouts, strict=False)


def _team(level: str, name: str, label: Text, people: int | None) -> Row:
    count = np.nan if people is None else people
    return {"level": level, "team": name, **named_cells("team", label), "people": count}


def _spread(spread: Spread) -> Row:
    fields = {name: value for name, value in vars(spread).items() if name != "percentiles"}
    at = zip(PERCENTILES, spread.percentiles, strict=True)
    return {**fields, **{f"p{p * 100:g}": value for p, value in at}}


def objectives_reached_rows(found: Explanation) -> Iterator[Row]:
    """Every KPI under the current plan and under the chosen one."""
    cal, then = found.solution.cal, found.then
    if then is None or found.solution.euros is None:
        return
    sides: list[tuple[Floats, Floats]] = [
        (cal.current, found.now.score[0]),
        (found.solution.euros, then.score[0]),
    ]
    for (kind, paid), (euros, score) in zip(_plans(found), sides, strict=True):
        for k, kpi in enumerate(cal.network.kpis):
            yield {
                "plan": kind,
                **label_cells(plan_label(kind, kind)),
                "kpi": kpi,
                **named_cells("kpi", label_of(kpi, cal.scenario.kpis)),
                "paid": bool(euros[:, k].any()),
                "attainment": float(score[k]),
                "noise": float(cal.curves.noise[k]),
                "reached": float(paid.reached[k]),
            }
