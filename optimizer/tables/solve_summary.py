"""The table that says in one row what a solve came to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from optimizer.response.booking import booking_decimals
from optimizer.tables.comparison import paid_cells
from optimizer.tables.rounding import money_decimals
from optimizer.tables.table import Column, Row, Table, ratio

if TYPE_CHECKING:
    from optimizer.explanation.build import Explanation


STATUSES = "optimal, imposed, feasible, infeasible, not_found, no_equilibrium, error or given"

SUMMARY = Table(
    "summary",
    scenario=Column(str, "name", "name of the scenario", "company"),
    targets=Column(
        str, "code", "fixed, or reset: issued anew each period at what was seen before", "targets"
    ),
    stretch=Column(float, "share", "how far above what was seen they are then issued, 0.05 = 5 %"),
    currency=Column(str, "iso", "of ISO 4217"),
    period=Column(str, "code", "month, quarter, half_year or year", "period"),
    status=Column(str, "code", STATUSES, "status"),
    objective=Column(str, "code", "what is maximized: revenue, net or surplus", "objective"),
    beliefs=Column(
        str, "code", "consistent, or baseline where the plan was solved at today's beliefs only", "beliefs"
    ),
    placeholders=Column(
        int, "count", "numbers of the file that nobody has given yet; with any, the run is a draft"
    ),
    moved=Column(bool, "flag", "whether the recommended plan differs from the current one"),
    value=Column(float, "money/period", "objective of the recommended plan, at the beliefs of the bound"),
    bound=Column(float, "money/period", "no plan has a higher objective at those beliefs"),
    gap=Column(float, "share", "(bound − value) / |value|"),
    gain=Column(float, "money/period", "objective over the current plan's, at consistent beliefs"),
    gain_share=Column(float, "share", "gain over |objective of the current plan|"),
    net_change=Column(float, "money/period", "net over the current plan's, at consistent beliefs"),
    gap_of_gain=Column(float, "share", "(bound − value) / gain; empty without a gain"),
    budget=Column(float, "money/period", "limit on expected loaded payouts; empty without one"),
    reserve=Column(float, "money/period", "what of the budget is set aside; 0 without a reserve"),
    budget_unused=Column(float, "money/period", "budget less reserve and expected loaded payouts"),
    first_revenue=Column(
        float, "money/period", "revenue after direct costs at first: on today's beliefs, without delays"
    ),
    first_loaded_pay=Column(float, "money/period", "loaded payouts at first, likewise"),
    first_net=Column(float, "money/period", "net at first, likewise"),
    neighbours=Column(int, "count", "plans one shift of weight away that keep the rules on weights"),
    better_but_broken=Column(int, "count", "of these, plans that would bring more and break another rule"),
    near_ties=Column(int, "count", "of these, plans that keep all rules and bring at most 0.1 % less"),
    next_best=Column(
        float, "money/period", "what the best of these that keeps all rules brings above the recommended plan"
    ),
    decimals=Column(int, "count", "decimals with which money is printed"),
    cents=Column(int, "count", "decimals to which payouts are booked: 2, a cent"),
)


def summary_rows(explanation: Explanation) -> Iterator[Row]:
    solution, plans, scenario = explanation.solution, explanation.plans, explanation.solution.problem.scenario
    yield {
        "scenario": scenario.name,
        "targets": scenario.targets.mode,
        "stretch": scenario.targets.stretch,
        "currency": scenario.currency,
        "period": scenario.period,
        "status": solution.status,
        "objective": scenario.rules.objective,
        "beliefs": "consistent" if solution.asked.linearised is None else "baseline",
        "placeholders": len(scenario.placeholders),
        "moved": explanation.moved,
        "value": solution.certificate.objective,
        "bound": solution.certificate.bound,
        "gap": solution.certificate.gap,
        **_gain_and_budget(explanation),
        **_next_period(explanation),
        **_around(explanation),
        "decimals": money_decimals(np.array([plan.evaluation.consistent.gross for plan in plans])),
        "cents": booking_decimals(scenario),
    }


def _gain_and_budget(explanation: Explanation) -> Row:
    solution, plans, known = explanation.solution, explanation.plans, explanation.solution.certificate
    rules = solution.problem.scenario.rules.budget
    row: Row = dict.fromkeys(("gain", "gain_share", "net_change", "gap_of_gain", "budget_unused"), np.nan)
    row["budget"] = np.nan if rules.expected is None else rules.expected
    row["reserve"] = rules.reserve
    if explanation.recommended is None:
        return row
    gain = plans[-1].evaluation.value - plans[0].evaluation.value if explanation.moved else 0.0
    row["gain"], row["gain_share"] = gain, ratio(gain, abs(plans[0].evaluation.value))
    row["net_change"] = _net_change(explanation) if explanation.moved else 0.0
    row["gap_of_gain"] = ratio(known.bound - known.objective, gain) if gain > 0 else np.nan
    paid = paid_cells(explanation.cal, explanation.recommended)
    row["budget_unused"] = row["budget"] - rules.reserve - paid["loaded_pay"]
    return row


def _net_change(explanation: Explanation) -> float:
    """Of the net that booked payouts leave."""
    sides = (explanation.plans[place].evaluation for place in (0, -1))
    before, after = (paid_cells(at.cal, at.consistent)["net"] for at in sides)
    return float(after - before)


def _next_period(explanation: Explanation) -> Row:
    first, names = explanation.first, ("revenue", "loaded_pay", "net")
    if first is None:
        return {f"first_{name}": np.nan for name in names}
    told = {"revenue": first.revenue, **paid_cells(explanation.cal, first)}
    return {f"first_{name}": told[name] for name in names}


def _around(explanation: Explanation) -> Row:
    around = explanation.around
    return {
        "neighbours": around.count if around else 0,
        "better_but_broken": around.better_but_broken if around else 0,
        "near_ties": around.near_ties if around else 0,
        "next_best": around.next_best if around else np.nan,
    }
