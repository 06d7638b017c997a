"""Tables of plans side by side, and of the weights of the current and the recommended one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from optimizer.explanation.comparison import better_outside, shares
from optimizer.plans.plan_changes import same_plan
from optimizer.response.booking import book
from optimizer.rollout.year.seasons import periods_of_year
from optimizer.tables.table import Column, Row, Table, ratio

if TYPE_CHECKING:
    from optimizer.explanation.build import ComparedPlan, Explanation
    from optimizer.plans.evaluation import Evaluation
    from optimizer.response.calibration import Calibrated
    from optimizer.response.outcome import Outcome


MONEY = ("gross", "direct_costs", "revenue", "effort_cost", "risk_premium", "surplus")


PLANS = Table(
    "plans",
    plan=Column(str, "name", "name in the file; current, equal_weights and chosen are the program's", "plan"),
    kind=Column(str, "code", "current, named, equal or chosen", "plan_kind"),
    gross=Column(float, "money/period", "stage values and activity values"),
    direct_costs=Column(float, "money/period", "cash spent on activities"),
    revenue=Column(float, "money/period", "gross − direct_costs: revenue after direct costs"),
    pay=Column(float, "money/period", "expected payouts before charges, as booked"),
    charges=Column(float, "money/period", "employer charges on them, as booked"),
    loaded_pay=Column(float, "money/period", "pay + charges"),
    net=Column(float, "money/period", "revenue − loaded_pay"),
    effort_cost=Column(
        float,
        "money/period",
        "what work costs the teams themselves, up to an amount that is the same of all plans and may be far "
        "below 0: only differences mean something",
    ),
    risk_premium=Column(
        float, "money/period", "how much less uncertain pay is worth to the teams than its mean"
    ),
    surplus=Column(float, "money/period", "revenue − effort_cost − risk_premium"),
    value=Column(float, "money/period", "objective of the plan"),
    gain=Column(float, "money/period", "objective over the current plan's"),
    gain_share=Column(float, "share", "gain over |objective of the current plan|"),
    revenue_change=Column(float, "money/period", "revenue over the current plan's"),
    loaded_change=Column(float, "money/period", "loaded payouts over the current plan's"),
    net_change=Column(float, "money/period", "net over the current plan's"),
    net_year=Column(float, "money", "net_change in a year at full effect"),
    revenue_change_share=Column(float, "share", "revenue_change over |revenue of the current plan|"),
    loaded_change_share=Column(float, "share", "loaded_change over loaded payouts of the current plan"),
    net_change_share=Column(float, "share", "net_change over |net of the current plan|"),
    gaming_hours=Column(float, "hours/period", "hours per period that go into gaming activities"),
    gaming_change=Column(float, "hours/period", "gaming_hours over the current plan's"),
    gaming_change_share=Column(float, "share", "gaming_change over gaming_hours of the current plan"),
    gaming_excess=Column(
        float, "share", "largest excess of a gaming activity over its cap, as a share of its natural scale"
    ),
    controllability=Column(
        float, "share", "mean controllability of what is paid, weighted by euros at target"
    ),
    broken_rules=Column(int, "count", "number of rules broken"),
    broken=Column(str, "text", "names of the rules broken", "rule_list"),
    top_kpi=Column(
        str,
        "name",
        "of the KPIs it pays the one with the highest attainment; empty without one",
        "kpi",
    ),
    top_attainment=Column(float, "share", "its attainment once people have learnt; empty without one"),
    settled=Column(bool, "flag", "whether beliefs came to agree with what happens"),
    starved=Column(bool, "flag", "whether the denominator of a rate that it pays on all but vanishes"),
    better_outside=Column(
        bool,
        "flag",
        "whether it keeps every rule and brings more than the recommended plan, and could not be chosen: its "
        "steps, pay, curves or targets are none of those that the rules leave to choose from",
    ),
    same_as_current=Column(bool, "flag", "whether it is the current plan under another name"),
)


def plans_rows(explanation: Explanation) -> Iterator[Row]:
    current = explanation.plans[0]
    outside = {plan.name for plan in better_outside(explanation.solution, explanation.plans)}
    periods = periods_of_year(explanation.cal.scenario)
    for plan in explanation.plans:
        at, gain = plan.evaluation, plan.evaluation.value - current.evaluation.value
        yield {
            "plan": plan.name,
            "kind": plan.kind,
            **{column: getattr(at.consistent, column) for column in MONEY},
            **paid_cells(at.cal, at.consistent),
            "value": at.value,
            "gain": gain,
            "gain_share": ratio(gain, abs(current.evaluation.value)),
            **_against_today(plan, current, periods),
            "gaming_hours": plan.gaming_hours,
            "gaming_excess": plan.gaming_excess,
            "controllability": plan.controllability,
            **broken_cells(rule.name for rule in at.broken_rules),
            **_highest(at),
            "settled": at.consistent.converged,
            "starved": bool(at.starved),
            "better_outside": plan.kind != "chosen" and plan.name in outside,
            "same_as_current": same_plan(explanation.cal.scenario, current.paid, plan.paid),
        }


def _highest(at: Evaluation) -> Row:
    """The paid KPI with the highest attainment."""
    paid = at.euros.sum(axis=0) > 0
    if not paid.any():
        return {"top_kpi": "", "top_attainment": None}
    top = int(np.where(paid, at.consistent.score, -np.inf).argmax())
    return {"top_kpi": at.cal.network.kpis[top], "top_attainment": float(at.consistent.score[top])}


def paid_cells(cal: Calibrated, outcome: Outcome) -> Row:
    """Payouts as booked, and the net that they leave (docs/money.md)."""
    paid = book(cal.scenario, outcome.pay).company
    amounts = {"pay": float(paid.pay), "charges": float(paid.charges), "loaded_pay": float(paid.loaded)}
    return {**amounts, "net": outcome.revenue - amounts["loaded_pay"]}


def _told(plan: ComparedPlan) -> Row:
    at = plan.evaluation
    return {"revenue": at.consistent.revenue, **paid_cells(at.cal, at.consistent)}


def _against_today(plan: ComparedPlan, current: ComparedPlan, periods: int) -> Row:
    """Changes against the current plan, absolute and relative."""
    after, before = (_told(side) for side in (plan, current))
    of = {
        "revenue": (after["revenue"], before["revenue"]),
        "loaded": (after["loaded_pay"], before["loaded_pay"]),
        "net": (after["net"], before["net"]),
        "gaming": (plan.gaming_hours, current.gaming_hours),
    }
    row: Row = {"net_year": periods * (after["net"] - before["net"])}
    for name, (new, old) in of.items():
        row |= {f"{name}_change": new - old, f"{name}_change_share": ratio(new - old, abs(old))}
    return row


WEIGHTS = Table(
    "weights",
    team=Column(str, "name", "name of the team", "team"),
    kpi=Column(str, "name", "name of the KPI", "kpi"),
    now=Column(float, "share", "weight under the current plan"),
    then=Column(float, "share", "weight under the recommended plan"),
    change=Column(float, "share", "then − now"),
    euros_now=Column(float, "money/period", "pay at target under the current plan"),
    euros_then=Column(float, "money/period", "pay at target under the recommended plan"),
    allowed=Column(bool, "flag", "whether the rules allow paying this KPI to this team"),
    locked=Column(float, "share", "weight fixed by a lock; empty without one"),
    controllability=Column(float, "share", "share of the KPI's variance that the team itself can cause"),
)


def weights_rows(explanation: Explanation) -> Iterator[Row]:
    cal, space = explanation.cal, explanation.solution.problem.space
    network = cal.network
    recommended = (
        np.full_like(cal.current, np.nan) if explanation.chosen is None else explanation.chosen.euros
    )
    now_w, then_w = shares(cal.current), shares(recommended)
    for i, k in np.ndindex(cal.current.shape):
        if not (space.allowed[i, k] or cal.current[i, k] > 0 or recommended[i, k] > 0):
            continue
        yield {
            "team": network.teams[i],
            "kpi": network.kpis[k],
            "now": now_w[i, k],
            "then": then_w[i, k],
            "change": then_w[i, k] - now_w[i, k],
            "euros_now": float(cal.current[i, k]),
            "euros_then": float(recommended[i, k]),
            "allowed": bool(space.allowed[i, k]),
            "locked": float(space.locked[i, k]),
            "controllability": float(space.controllability[i, k]),
        }


def broken_cells(broken: Iterable[str]) -> Row:
    """How many rules, and their names."""
    names = tuple(broken)
    return {"broken_rules": len(names), "broken": "; ".join(names)}
