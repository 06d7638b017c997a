"""The only place where numbers become columns: tidy frames for reports and CSV (`columns.SCHEMA`).

Order is the scenario's, or by size where a column says so; the same solution gives the same frames.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from optimizer.explanation.build import Comparison, Explanation, explain
from optimizer.explanation.evaluated import shares
from optimizer.tables.certificate import (
    alternatives_rows,
    checks_rows,
    conflict_rows,
    rounds_rows,
    rules_rows,
    sources_rows,
)
from optimizer.tables.columns import SCHEMA, Row, label_cells, named_cells, ratio
from optimizer.tables.explanation import (
    assumptions_rows,
    broken_cells,
    frontier_rows,
    near_ties_rows,
    rule_prices_rows,
    tornado_rows,
    waterfall_rows,
    why_this_weight_rows,
    why_unmoved_rows,
)
from optimizer.tables.labels import STATUSES, label_of, plan_label, scenario_label
from optimizer.tables.payouts import objectives_reached_rows, payout_distribution_rows
from optimizer.tables.payroll import Payroll
from optimizer.tables.people import (
    activities_rows,
    exposure_rows,
    gaming_rows,
    kpis_rows,
    measures_rows,
    stages_rows,
    teams_rows,
)
from optimizer.tables.plan_document import (
    curve_lines_rows,
    curve_points_rows,
    curve_terms_rows,
    definitions_rows,
    earnings_rows,
    examples_rows,
)
from optimizer.tables.robustness import guarantees_rows, robustness_rows
from optimizer.tables.rounding import money_decimals, printable
from optimizer.tables.table import Tables, frame_of

if TYPE_CHECKING:
    from optimizer.solver.solution import Solution

__all__ = ["SCHEMA", "Solution", "Tables", "printable", "tables_of"]


def tables_of(solution: Solution, found: Explanation | None = None) -> Tables:
    """Every table of `columns.SCHEMA`; those that need a plan are empty where there is none.

    `found` is what `explain` or `explain_fully` said of the solution, where it is known already.
    """
    found = found or explain(solution)
    payroll = Payroll.of(found)
    rows = {
        "summary": [_summary(found)],
        "plans": _plans(found),
        "weights": _weights(found),
        "activities": activities_rows(found),
        "payout_distribution": payout_distribution_rows(found),
        "objectives_reached": objectives_reached_rows(found),
        "teams": teams_rows(found),
        "kpis": kpis_rows(found),
        "gaming": gaming_rows(found),
        "rules": rules_rows(found),
        "checks": checks_rows(solution),
        "rounds": rounds_rows(solution),
        "alternatives": alternatives_rows(solution),
        "robustness": robustness_rows(solution),
        "guarantees": guarantees_rows(solution),
        "assumptions": assumptions_rows(found),
        "conflict": conflict_rows(solution),
        "measures": measures_rows(solution),
        "exposure": exposure_rows(found),
        "pay_lines": payroll.lines(),
        "pay_totals": payroll.totals(),
        "pay_cases": payroll.cases(),
        "case_totals": payroll.case_totals(),
        "curves": payroll.curves(),
        "stages": stages_rows(found),
        "definitions": definitions_rows(solution),
        "curve_points": curve_points_rows(solution),
        "curve_lines": curve_lines_rows(solution),
        "curve_terms": curve_terms_rows(solution),
        "examples": examples_rows(solution),
        "earnings": earnings_rows(solution),
        "sources": sources_rows(solution),
        "waterfall": waterfall_rows(found),
        "why_this_weight": why_this_weight_rows(found),
        "near_ties": near_ties_rows(found),
        "tornado": tornado_rows(found),
        "why_unmoved": why_unmoved_rows(found),
        "rule_prices": rule_prices_rows(found),
        "frontier": frontier_rows(found.frontiers),
    }
    return {name: frame_of(name, rows[name]) for name in SCHEMA}


def _summary(found: Explanation) -> Row:
    solution, plans, scenario = found.solution, found.plans, found.solution.cal.scenario
    status = STATUSES["unproven" if solution.unproven else solution.status]
    return {
        "scenario": scenario.name,
        **label_cells(scenario_label(scenario)),
        "targets": scenario.targets.mode,
        "stretch": scenario.targets.stretch,
        "currency": scenario.currency,
        "period": scenario.period,
        "status": solution.status,
        "status_en": status.en,
        "status_fr": status.fr,
        "objective": scenario.rules.objective,
        "beliefs": "consistent" if solution.linearised is None else "baseline",
        "moved": found.moved,
        "value": solution.objective,
        "bound": solution.bound,
        "gap": solution.gap,
        **_gain_and_budget(found),
        **_next_period(found),
        **_around(found),
        "decimals": money_decimals(plans.outcome.gross),
    }


def _gain_and_budget(found: Explanation) -> Row:
    solution, plans = found.solution, found.plans
    budget = solution.cal.scenario.rules.budget.expected
    row: Row = dict.fromkeys(("gain", "gain_share", "gap_of_gain", "budget_unused"), np.nan)
    row["budget"] = np.nan if budget is None else budget
    if found.then is None:
        return row
    gain = float(plans.gain[-1]) if found.moved else 0.0
    row["gain"], row["gain_share"] = gain, ratio(gain, abs(float(plans.value[0])))
    row["gap_of_gain"] = ratio(solution.bound - solution.objective, gain) if gain > 0 else np.nan
    row["budget_unused"] = row["budget"] - float(found.then.loaded_pay[0])
    return row


def _next_period(found: Explanation) -> Row:
    first = found.solution.first_response
    parts = (np.nan,) * 3 if first is None else (first.revenue[0], first.loaded_pay[0], first.net[0])
    return dict(zip(("first_revenue", "first_loaded_pay", "first_net"), map(float, parts), strict=True))


def _around(found: Explanation) -> Row:
    around = found.around
    return {
        "neighbours": around.count if around else 0,
        "better_but_broken": around.better_but_broken if around else 0,
        "near_ties": around.near_ties if around else 0,
        "next_best": around.next_best if around else np.nan,
    }


MONEY = ("gross", "direct_costs", "revenue", "loaded_pay", "net", "effort_cost", "risk_premium", "surplus")


def _plans(found: Explanation) -> Iterator[Row]:
    plans, scenario = found.plans, found.solution.cal.scenario
    for s, (name, kind) in enumerate(zip(plans.names, plans.kinds, strict=True)):
        yield {
            "plan": name,
            "kind": kind,
            **label_cells(plan_label(kind, name)),
            **{column: float(getattr(plans.outcome, column)[s]) for column in MONEY},
            "value": float(plans.value[s]),
            "gain": float(plans.gain[s]),
            "gain_share": ratio(float(plans.gain[s]), abs(float(plans.value[0]))),
            **_against_today(plans, s),
            "gaming_hours": float(plans.gaming_hours[s]),
            "gaming_excess": float(plans.gaming_excess[s]),
            "controllability": float(plans.controllability[s]),
            **broken_cells(scenario, plans.broken[s]),
            "settled": plans.converged[s],
            "same_as_current": plans.is_current(s),
        }


def _against_today(plans: Comparison, s: int) -> Row:
    """Changes against the current plan, absolute and relative."""
    of = {
        "revenue": plans.outcome.revenue,
        "loaded": plans.outcome.loaded_pay,
        "net": plans.outcome.net,
        "gaming": plans.gaming_hours,
    }
    row: Row = {}
    for name, values in of.items():
        change = float(values[s] - values[0])
        row |= {f"{name}_change": change, f"{name}_change_share": ratio(change, abs(float(values[0])))}
    return row


def _weights(found: Explanation) -> Iterator[Row]:
    cal, space = found.solution.cal, found.solution.space
    network, scenario = cal.network, cal.scenario
    then = found.solution.euros if found.solution.euros is not None else np.full_like(cal.current, np.nan)
    now_w, then_w = shares(cal.current), shares(then)
    for i, k in np.ndindex(cal.current.shape):
        if not (space.allowed[i, k] or cal.current[i, k] > 0 or then[i, k] > 0):
            continue
        yield {
            "team": network.teams[i],
            **named_cells("team", label_of(network.teams[i], scenario.teams)),
            "kpi": network.kpis[k],
            **named_cells("kpi", label_of(network.kpis[k], scenario.kpis)),
            "now": now_w[i, k],
            "then": then_w[i, k],
            "change": then_w[i, k] - now_w[i, k],
            "euros_now": float(cal.current[i, k]),
            "euros_then": float(then[i, k]),
            "allowed": bool(space.allowed[i, k]),
            "locked": float(space.locked[i, k]),
            "controllability": float(space.controllability[i, k]),
        }
