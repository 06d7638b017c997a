"""Tables that explain a plan."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from optimizer.explanation.build import Explanation, NearTie, WeightShift, cheapest
from optimizer.explanation.comparison import shares
from optimizer.plans.plan_changes import TeamChange, curve_named, same_plan, team_changes
from optimizer.scenario.plan import (
    PlanTerms,
    curves_in_words,
    pay_decided,
    pay_in_words,
    plan_from_euros,
    plan_in_words,
)
from optimizer.tables.comparison import broken_cells
from optimizer.tables.table import Column, Row, Table

if TYPE_CHECKING:
    from optimizer.arrays import Floats
    from optimizer.plans.plan_changes import PaidPlan
    from optimizer.scenario.types import Scenario


WATERFALL = Table(
    "waterfall",
    team=Column(str, "name", "name of the team", "team"),
    cause=Column(str, "code", "volume, quality, conversion, retention, gaming, moved or payout", "cause"),
    revenue=Column(
        float,
        "money/period",
        "part of the change of revenue after direct costs, recommended less current plan",
    ),
    net=Column(
        float, "money/period", "part of the change of net; revenue, or for payout less loaded payouts"
    ),
)


def waterfall_rows(explanation: Explanation) -> Iterator[Row]:
    for step in explanation.steps:
        yield {
            "team": explanation.cal.network.teams[step.team],
            "cause": step.cause,
            "revenue": step.revenue,
            "net": step.net,
        }


WHY_THIS_WEIGHT = Table(
    "why_this_weight",
    team=Column(str, "name", "name of the team", "team"),
    kpi=Column(str, "name", "name of the KPI that gives weight", "kpi"),
    to=Column(str, "name", "name of the KPI that receives it", "kpi"),
    weight=Column(float, "share", "weight of the giving KPI under the recommended plan"),
    moved=Column(float, "share", "weight that moves: one step"),
    value_change=Column(float, "money/period", "change of the objective"),
    revenue_change=Column(float, "money/period", "change of revenue after direct costs"),
    loaded_change=Column(float, "money/period", "change of loaded payouts"),
    net_change=Column(float, "money/period", "change of net"),
    gaming_change=Column(float, "hours/period", "change of hours per period that go into gaming activities"),
    broken_rules=Column(int, "count", "number of rules broken"),
    broken=Column(str, "text", "names of the rules broken", "rule_list"),
    settled=Column(bool, "flag", "whether beliefs came to agree with what happens"),
)


def why_this_weight_rows(explanation: Explanation) -> Iterator[Row]:
    for move in explanation.why_this_weight:
        yield {
            **_move_cells(explanation, move),
            "weight": move.weight,
            "revenue_change": move.revenue,
            "loaded_change": move.loaded_pay,
            "net_change": move.net,
            "gaming_change": move.gaming_hours,
            "settled": move.converged,
        }


WHY_UNMOVED = Table(
    "why_unmoved",
    team=Column(str, "name", "name of the team", "team"),
    kpi=Column(str, "name", "name of the KPI that gives weight", "kpi"),
    to=Column(str, "name", "name of the KPI that receives it", "kpi"),
    moved=Column(float, "share", "weight that moves: one step from the current plan"),
    value_change=Column(float, "money/period", "change of the objective"),
    reason=Column(str, "code", "no_gain, rule or no_equilibrium: what speaks against it", "against"),
    broken_rules=Column(int, "count", "number of rules broken"),
    broken=Column(str, "text", "names of the rules broken", "rule_list"),
    excess=Column(float, "share", "sum over broken rules of the excess relative to the limit"),
    cheapest=Column(bool, "flag", "whether it is the improvement that a rule blocks by the smallest excess"),
)


def why_unmoved_rows(explanation: Explanation) -> Iterator[Row]:
    best = cheapest(explanation.why_unmoved)
    for move in explanation.why_unmoved:
        yield {
            **_move_cells(explanation, move),
            "reason": move.reason,
            "excess": move.excess,
            "cheapest": move is best,
        }


def _move_cells(explanation: Explanation, move: WeightShift) -> Row:
    network = explanation.cal.network
    return {
        "team": network.teams[move.team],
        "kpi": network.kpis[move.kpi],
        "to": network.kpis[move.to],
        "moved": move.moved,
        "value_change": move.value,
        **broken_cells(move.broken),
    }


NEAR_TIES = Table(
    "near_ties",
    rank=Column(
        int, "order", "1 is named first: near-ties before others, simpler or closer ones first, then by loss"
    ),
    plan=Column(str, "text", "the plan, team: KPI weight", "weights"),
    curves=Column(str, "text", "chosen for it, team: curve; empty where it follows those in force"),
    target_pay=Column(str, "text", "of teams for which it is a decision, team: amount; empty without one"),
    known=Column(str, "name", "what it is called where it is one of the table `plans`; else empty", "plan"),
    shift=Column(
        str,
        "text",
        "what it has more, less, none or new of than the recommended plan, its pay at target and its curve "
        "where they differ",
        "shift",
    ),
    near_tie=Column(bool, "flag", "whether it brings at most 0.1 % less than the recommended plan"),
    simpler=Column(bool, "flag", "whether it uses fewer measures than the recommended plan"),
    closer=Column(bool, "flag", "whether it is closer to the current plan than the recommended one"),
    measures=Column(int, "count", "number of weights in use, over all teams"),
    distance=Column(
        float,
        "share",
        "sum of |weight − weight of the current plan|, over all teams, and of the change of their target pay "
        "over the larger of the two",
    ),
    new_curves=Column(int, "count", "teams whose pay curve is not the current plan's"),
    value=Column(float, "money/period", "objective of the plan"),
    loss=Column(float, "money/period", "objective of the recommended plan less that of this plan"),
    loss_share=Column(float, "share", "loss over |objective of the recommended plan|"),
    revenue=Column(float, "money/period", "revenue after direct costs"),
    loaded_pay=Column(float, "money/period", "expected payouts, employer charges included"),
    net=Column(float, "money/period", "revenue − loaded_pay"),
    gaming_hours=Column(float, "hours/period", "hours per period that go into gaming activities"),
)


def near_ties_rows(explanation: Explanation) -> Iterator[Row]:
    for rank, tie in enumerate(explanation.near_ties, 1):
        yield {
            "rank": rank,
            **plan_cells(explanation, tie.paid),
            "near_tie": tie.near,
            **_tie_numbers(tie),
        }


def _tie_numbers(tie: NearTie) -> Row:
    names = ("simpler", "closer", "measures", "distance", "new_curves", "value", "loss", "loss_share")
    return {name: getattr(tie, name) for name in (*names, "revenue", "loaded_pay", "net", "gaming_hours")}


def plan_cells(explanation: Explanation, paid: PaidPlan) -> Row:
    """A plan, the name that it is known by, and what it has more and less of than the recommended one."""
    assert explanation.chosen is not None
    scenario = explanation.cal.scenario
    euros, terms = paid
    plan = plan_from_euros(scenario, euros)
    others = (p for p in explanation.plans if p.kind != "chosen")
    return {
        "plan": plan_in_words(plan.weights),
        "curves": curves_in_words(terms.curves),
        "target_pay": pay_in_words(pay_decided(scenario, plan)),
        "known": next((p.name for p in others if same_plan(scenario, p.paid, paid)), ""),
        "shift": shift_in_words(scenario, explanation.chosen.paid, paid),
    }


def shift_in_words(scenario: Scenario, before: PaidPlan, after: PaidPlan) -> str:
    """`team: KPI more, KPI none; team: 45000 pay, steep curve, curve as_today`; empty for the same plan."""
    changed = zip(scenario.teams, team_changes(scenario, before, after), before[0], after[0], strict=True)
    parts = (
        (team, [*_weights(scenario, old, new), *_terms(scenario, team, change, new, after[1])])
        for team, change, old, new in changed
        if change.any
    )
    return "; ".join(f"{team}: {', '.join(said)}" for team, said in parts)


def _weights(scenario: Scenario, before: Floats, after: Floats) -> Iterator[str]:
    """KPIs that have another weight."""
    sides = (shares(side[None])[0] for side in (before, after))
    for kpi, old, new in zip(scenario.kpis, *sides, strict=True):
        if old != new:
            yield f"{kpi} {'none' if not new else 'new' if not old else 'more' if new > old else 'less'}"


def _terms(
    scenario: Scenario, team: str, change: TeamChange, euros: Floats, terms: PlanTerms
) -> Iterator[str]:
    """Pay at target and curve where they are others; only a curve in force may have no name."""
    if change.pay:
        yield f"{euros.sum():.12g} pay"
    if change.curve:
        kpis = [kpi for kpi, paid in zip(scenario.kpis, euros, strict=True) if paid > 0]
        name = curve_named(scenario, team, kpis, terms)
        yield f"{name} curve" if name else "curve as_today"
