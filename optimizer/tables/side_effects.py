"""Tables of what plans leave undone, and whose pay they leave at whose mercy; the same as plain values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.explanation.gaming_ledger import gaming_hours
from optimizer.plans.evaluation import Evaluation
from optimizer.tables.table import Column, Row, Table, number, ratio

if TYPE_CHECKING:
    from optimizer.arrays import Floats
    from optimizer.explanation.build import Explanation
    from optimizer.response.calibration import Calibrated

SMALLEST = 0.005
"""Pay at another team's mercy that is left out below [currency/period]."""

LEFT_UNWORKED = Table(
    "left_unworked",
    plan=Column(str, "name", "name in the file; current, equal_weights and chosen are the program's", "plan"),
    kind=Column(str, "code", "current, named, equal or chosen", "plan_kind"),
    stage=Column(str, "name", "stage that a team works", "stage"),
    arriving=Column(float, "units/period", "what arrives there once people have learnt"),
    left=Column(float, "units/period", "of these, what nobody works"),
    share=Column(float, "share", "left over arriving; empty where nothing arrives"),
)


def left_unworked_rows(explanation: Explanation) -> Iterator[Row]:
    for plan in explanation.plans:
        for stage, arriving, left in left_unworked(plan.evaluation):
            row = {"stage": stage, "arriving": arriving, "left": left, "share": ratio(left, arriving)}
            yield {"plan": plan.name, "kind": plan.kind, **row}


def left_unworked(at: Evaluation) -> Iterator[tuple[str, float, float]]:
    """(stage, arriving, left) of every stage that a team works."""
    network, x = at.cal.network, at.consistent.x
    for n, stage in enumerate(network.stages):
        if network.owner[n] >= 0:
            leave = network.activities.index(f"leave:{stage}")
            yield stage, float(x[network.from_stage[n]].sum()), float(x[leave])


PAY_AT_MERCY = Table(
    "pay_at_mercy",
    plan=Column(str, "name", "name in the file; current, equal_weights and chosen are the program's", "plan"),
    kind=Column(str, "code", "current, named, equal or chosen", "plan_kind"),
    team=Column(str, "name", "whose pay", "team"),
    kpi=Column(str, "name", "on which KPI", "kpi"),
    other=Column(str, "name", "the team that can sink it", "team"),
    euros=Column(
        float,
        "money/period",
        "pay of `team` that `other` can sink at a cost of 0.5 % of its own target pay (model.md §13.6)",
    ),
    share=Column(float, "share", "of the target pay of `team`"),
)


def pay_at_mercy_rows(explanation: Explanation) -> Iterator[Row]:
    for plan in explanation.plans:
        at = plan.evaluation
        if not at.consistent.converged:
            continue
        target = at.euros.sum(axis=1)
        for i, k, j, euros in _lost(at.at_mercy):
            yield {
                "plan": plan.name,
                "kind": plan.kind,
                "team": at.cal.network.teams[i],
                "kpi": at.cal.network.kpis[k],
                "other": at.cal.network.teams[j],
                "euros": euros,
                "share": ratio(euros, float(target[i])),
            }


def _lost(at_mercy: Floats) -> Iterator[tuple[int, int, int, float]]:
    """Team, KPI, other team, amount; a team is not at its own mercy."""
    for i, k, j in np.argwhere(at_mercy >= SMALLEST).tolist():
        if i != j:
            yield i, k, j, float(at_mercy[i, k, j])


def at_mercy_json(cal: Calibrated, at_mercy: Floats) -> dict[str, Any]:
    """`{team: {kpi: {other: amount}}}` of what is not next to nothing."""
    network = cal.network
    found: dict[str, Any] = {team: {} for team in network.teams}
    for i, k, j, euros in _lost(at_mercy):
        of_kpi = found[network.teams[i]].setdefault(network.kpis[k], {})
        of_kpi[network.teams[j]] = number(euros)
    return found


def side_effects_json(at: Evaluation) -> dict[str, Any]:
    """What is left unworked, hours of gaming, and pay at others' mercy under a plan."""
    return {
        "left_unworked": {
            stage: {"arriving": number(arriving), "left": number(left)}
            for stage, arriving, left in left_unworked(at)
        },
        "gaming_hours": number(gaming_hours(at.cal, at.consistent)),
        "pay_at_mercy": at_mercy_json(at.cal, at.at_mercy) if at.consistent.converged else None,
    }
