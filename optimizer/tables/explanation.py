"""Tables that explain a plan (columns in `explanation_columns.EXPLAINED`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from optimizer.explanation.build import Explanation, Move, Swing, Tie, cheapest
from optimizer.scenario.plan import plan_from_euros, plan_in_words
from optimizer.tables.certificate import unit_of
from optimizer.tables.columns import Row, label_cells, named_cells
from optimizer.tables.explanation_columns import EXPLAINED
from optimizer.tables.labels import (
    CAUSES,
    CHANGES,
    OVERS,
    REASONS,
    STATUSES,
    label_of,
    path_label,
    plan_label,
    rule_label,
    shift_label,
)

if TYPE_CHECKING:
    from optimizer.arrays import Floats
    from optimizer.explanation.frontier import Point
    from optimizer.scenario.types import Scenario


def waterfall_rows(found: Explanation) -> Iterator[Row]:
    for step in found.steps:
        yield {
            **_team_cells(found, step.team),
            "cause": step.cause,
            **label_cells(CAUSES[step.cause]),
            "revenue": step.revenue,
            "net": step.net,
        }


def why_this_weight_rows(found: Explanation) -> Iterator[Row]:
    for move in found.why_this_weight:
        yield {
            **_move_cells(found, move),
            "weight": move.weight,
            "revenue_change": move.revenue,
            "loaded_change": move.loaded_pay,
            "net_change": move.net,
            "gaming_change": move.gaming_hours,
            "settled": move.converged,
        }


def why_unmoved_rows(found: Explanation) -> Iterator[Row]:
    best = cheapest(found.why_unmoved)
    for move in found.why_unmoved:
        yield {
            **_move_cells(found, move),
            "reason": move.reason,
            **named_cells("reason", REASONS[move.reason]),
            "excess": move.excess,
            "cheapest": move is best,
        }


def _move_cells(found: Explanation, move: Move) -> Row:
    network, scenario = found.solution.cal.network, found.solution.cal.scenario
    kpi, to = network.kpis[move.kpi], network.kpis[move.to]
    return {
        **_team_cells(found, move.team),
        "kpi": kpi,
        **named_cells("kpi", label_of(kpi, scenario.kpis)),
        "to": to,
        **named_cells("to", label_of(to, scenario.kpis)),
        "moved": move.moved,
        "value_change": move.value,
        **broken_cells(scenario, move.broken),
    }


def _team_cells(found: Explanation, i: int) -> Row:
    team = found.solution.cal.network.teams[i]
    return {"team": team, **named_cells("team", label_of(team, found.solution.cal.scenario.teams))}


def broken_cells(scenario: Scenario, broken: Iterable[str]) -> Row:
    """How many rules, their names, and the same in words."""
    names = tuple(broken)
    labels = [rule_label(scenario, name) for name in names]
    return {
        "broken_rules": len(names),
        "broken": "; ".join(names),
        "broken_en": "; ".join(label.en for label in labels),
        "broken_fr": " ; ".join(label.fr for label in labels),
    }


def near_ties_rows(found: Explanation) -> Iterator[Row]:
    for rank, tie in enumerate(found.ties, 1):
        yield {
            "rank": rank,
            **_plan_cells(found, tie.euros),
            "near_tie": tie.near,
            **_tie_numbers(tie),
        }


def _tie_numbers(tie: Tie) -> Row:
    names = ("simpler", "closer", "measures", "distance", "value", "loss", "loss_share")
    return {name: getattr(tie, name) for name in (*names, "revenue", "loaded_pay", "net", "gaming_hours")}


def _plan_cells(found: Explanation, euros: Floats, prefix: str = "") -> Row:
    """A plan in the file's words, and for people by what it has more and less of than the recommended one."""
    cal, plans = found.solution.cal, found.plans
    plan = plan_from_euros(cal.scenario, euros)
    known = [s for s, kind in enumerate(plans.kinds) if kind != "chosen" and (plans.euros[s] == euros).all()]
    chosen = found.solution.plan
    assert chosen is not None
    if known:
        label = plan_label(plans.kinds[known[0]], plans.names[known[0]])
    else:
        label = shift_label(cal.scenario, chosen.weights, plan.weights)
    cells = label_cells(label) if not prefix else named_cells(prefix, label)
    return {prefix or "plan": plan_in_words(plan.weights), **cells}


def tornado_rows(found: Explanation) -> Iterator[Row]:
    scenario = found.solution.cal.scenario
    for swing in found.swings:
        low, gain, high = map(float, swing.gains)
        lead_low, lead, lead_high = map(float, swing.leads)
        yield {
            "path": swing.path,
            **label_cells(path_label(scenario, swing.path)),
            "source": swing.text,
            "range": swing.range,
            "number": swing.number,
            "gain": gain,
            "gain_low": low,
            "gain_high": high,
            "spread": swing.spread,
            "flips_current": swing.flips_current,
            "break_even": swing.break_even,
            "lead": lead,
            "lead_low": lead_low,
            "lead_high": lead_high,
            "flips_runner_up": swing.flips_runner_up,
            **_runner_up_cells(found, swing),
            "break_even_runner_up": swing.break_even_runner_up,
        }


def _runner_up_cells(found: Explanation, swing: Swing) -> Row:
    if swing.runner_up is None:
        return {"runner_up": "", "runner_up_en": "", "runner_up_fr": ""}
    return _plan_cells(found, found.runners_up[swing.runner_up].euros, "runner_up")


def assumptions_rows(found: Explanation) -> Iterator[Row]:
    for swing in found.swings:
        low, gain, high = map(float, swing.gains)
        yield {
            "path": swing.path,
            **label_cells(path_label(found.solution.cal.scenario, swing.path)),
            "source": swing.text,
            "range": swing.range,
            "gain": gain,
            "gain_low": low,
            "gain_high": high,
            "spread": swing.spread,
            "elasticity": swing.elasticity,
            "changes_sign": swing.flips_current,
        }


def rule_prices_rows(found: Explanation) -> Iterator[Row]:
    scenario = found.solution.cal.scenario
    for price in found.prices:
        yield {
            "rule": price.rule,
            **label_cells(rule_label(scenario, price.rule)),
            "unit": limit_unit(price.rule),
            "change": price.change,
            **named_cells("change", CHANGES[price.change]),
            "limit": price.limit,
            "new_limit": price.new_limit,
            "status": price.best.status,
            "value": price.best.value,
            "bound": price.best.bound,
            "price": price.price,
            "loaded_pay": price.best.loaded_pay,
            "plan": plan_in_words(price.best.weights or {}),
        }


SHARES = ("gaming.tolerance", "gaming.margin", "budget.min_share_of_target")
"""Rules whose number in the file is a share, though they act on units or money."""


def limit_unit(rule: str) -> str:
    """Unit of a rule's number in the scenario file."""
    return "share" if rule.startswith(SHARES) else unit_of(rule)


def frontier_table(points: Iterable[Point]) -> pd.DataFrame:
    """The table `frontier` of points that belong to no explanation."""
    return pd.DataFrame(list(frontier_rows(points)), columns=list(EXPLAINED["frontier"]))


def frontier_rows(points: Iterable[Point]) -> Iterator[Row]:
    for point in points:
        best, status = point.best, STATUSES[point.best.status]
        yield {
            "over": point.over,
            **named_cells("over", OVERS[point.over]),
            "limit": point.limit,
            "here": point.here,
            "status": best.status,
            **named_cells("status", status),
            "value": best.value,
            "bound": best.bound if best.weights is not None else np.nan,
            "gain": point.gain,
            "revenue": best.revenue,
            "loaded_pay": best.loaded_pay,
            "net": best.net,
            "gaming_hours": best.gaming_hours,
            "controllability": best.controllability,
            "plan": plan_in_words(best.weights or {}),
        }
