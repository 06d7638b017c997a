"""Tables that explain a plan."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from optimizer.explanation.build import Explanation, NearTie, WeightShift, cheapest
from optimizer.scenario.plan import plan_from_euros, plan_in_words
from optimizer.tables.comparison import broken_cells
from optimizer.tables.labels import (
    CAUSES,
    REASONS,
    label_of,
    plan_label,
    shift_label,
)
from optimizer.tables.table import Column, Row, Table, in_both, label_cells, named_cells

if TYPE_CHECKING:
    from optimizer.arrays import Floats


WATERFALL = Table(
    "waterfall",
    team=Column(str, "name", "name of the team"),
    **in_both("team", "the team's label"),
    cause=Column(str, "code", "volume, quality, conversion, retention, gaming or payout"),
    **in_both("label", "the cause in words,"),
    revenue=Column(
        float,
        "money/period",
        "part of the change of revenue after direct costs, recommended less current plan",
    ),
    net=Column(
        float, "money/period", "part of the change of net; revenue, or for payout less loaded payouts"
    ),
)


def waterfall_rows(found: Explanation) -> Iterator[Row]:
    for step in found.steps:
        yield {
            **_team_cells(found, step.team),
            "cause": step.cause,
            **label_cells(CAUSES[step.cause]),
            "revenue": step.revenue,
            "net": step.net,
        }


WHY_THIS_WEIGHT = Table(
    "why_this_weight",
    team=Column(str, "name", "name of the team"),
    **in_both("team", "the team's label"),
    kpi=Column(str, "name", "name of the KPI that gives weight"),
    **in_both("kpi", "its label"),
    to=Column(str, "name", "name of the KPI that receives it"),
    **in_both("to", "its label"),
    weight=Column(float, "share", "weight of the giving KPI under the recommended plan"),
    moved=Column(float, "share", "weight that moves: one step"),
    value_change=Column(float, "money/period", "change of the objective"),
    revenue_change=Column(float, "money/period", "change of revenue after direct costs"),
    loaded_change=Column(float, "money/period", "change of loaded payouts"),
    net_change=Column(float, "money/period", "change of net"),
    gaming_change=Column(float, "hours/period", "change of hours per period that go into gaming activities"),
    broken_rules=Column(int, "count", "number of rules broken"),
    broken=Column(str, "text", "names of the rules broken"),
    **in_both("broken", "the rules broken in words,"),
    settled=Column(bool, "flag", "whether beliefs came to agree with what happens"),
)


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


WHY_UNMOVED = Table(
    "why_unmoved",
    team=Column(str, "name", "name of the team"),
    **in_both("team", "the team's label"),
    kpi=Column(str, "name", "name of the KPI that gives weight"),
    **in_both("kpi", "its label"),
    to=Column(str, "name", "name of the KPI that receives it"),
    **in_both("to", "its label"),
    moved=Column(float, "share", "weight that moves: one step from the current plan"),
    value_change=Column(float, "money/period", "change of the objective"),
    reason=Column(str, "code", "no_gain, rule or no_equilibrium: what speaks against it"),
    **in_both("reason", "the reason in words,"),
    broken_rules=Column(int, "count", "number of rules broken"),
    broken=Column(str, "text", "names of the rules broken"),
    **in_both("broken", "the rules broken in words,"),
    excess=Column(float, "share", "sum over broken rules of the excess relative to the limit"),
    cheapest=Column(bool, "flag", "whether it is the improvement that a rule blocks by the smallest excess"),
)


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


def _move_cells(found: Explanation, move: WeightShift) -> Row:
    network, scenario = found.cal.network, found.solution.problem.scenario
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
    team = found.cal.network.teams[i]
    return {"team": team, **named_cells("team", label_of(team, found.solution.problem.scenario.teams))}


NEAR_TIES = Table(
    "near_ties",
    rank=Column(
        int, "order", "1 is named first: near-ties before others, simpler or closer ones first, then by loss"
    ),
    plan=Column(str, "text", "the plan, team: KPI weight"),
    **in_both("label", "in words,"),
    near_tie=Column(bool, "flag", "whether it brings at most 0.1 % less than the recommended plan"),
    simpler=Column(bool, "flag", "whether it uses fewer measures than the recommended plan"),
    closer=Column(bool, "flag", "whether it is closer to the current plan than the recommended one"),
    measures=Column(int, "count", "number of weights in use, over all teams"),
    distance=Column(float, "share", "sum of |weight − weight of the current plan|, over all teams"),
    value=Column(float, "money/period", "objective of the plan"),
    loss=Column(float, "money/period", "objective of the recommended plan less that of this plan"),
    loss_share=Column(float, "share", "loss over |objective of the recommended plan|"),
    revenue=Column(float, "money/period", "revenue after direct costs"),
    loaded_pay=Column(float, "money/period", "expected payouts, employer charges included"),
    net=Column(float, "money/period", "revenue − loaded_pay"),
    gaming_hours=Column(float, "hours/period", "hours per period that go into gaming activities"),
)


def near_ties_rows(found: Explanation) -> Iterator[Row]:
    for rank, tie in enumerate(found.near_ties, 1):
        yield {
            "rank": rank,
            **plan_cells(found, tie.euros),
            "near_tie": tie.near,
            **_tie_numbers(tie),
        }


def _tie_numbers(tie: NearTie) -> Row:
    names = ("simpler", "closer", "measures", "distance", "value", "loss", "loss_share")
    return {name: getattr(tie, name) for name in (*names, "revenue", "loaded_pay", "net", "gaming_hours")}


def plan_cells(found: Explanation, euros: Floats, prefix: str = "") -> Row:
    """A plan in the file's words, and for people by what it has more and less of than the recommended one."""
    cal = found.cal
    plan = plan_from_euros(cal.scenario, euros)
    others = (p for p in found.plans if p.kind != "chosen")
    known = next((p for p in others if (p.evaluation.euros == euros).all()), None)
    assert found.chosen is not None
    if known is not None:
        label = plan_label(known.kind, known.name)
    else:
        label = shift_label(cal.scenario, found.chosen.plan.weights, plan.weights)
    cells = label_cells(label) if not prefix else named_cells(prefix, label)
    return {prefix or "plan": plan_in_words(plan.weights), **cells}
