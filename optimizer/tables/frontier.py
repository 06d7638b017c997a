"""The best plans at every limit of a frontier."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from optimizer.scenario.plan import curves_in_words, pay_in_words, plan_in_words
from optimizer.tables.solve_summary import STATUSES
from optimizer.tables.table import Column, Row, Table

if TYPE_CHECKING:
    from optimizer.explanation.frontier import FrontierPoint


FRONTIER = Table(
    "frontier",
    over=Column(str, "code", "budget, gaming or controllability: the limit that varies", "over"),
    limit=Column(float, "row", "expected loaded payouts; gaming tolerance; least mean controllability"),
    here=Column(bool, "flag", "whether it is the scenario's own limit"),
    status=Column(str, "code", STATUSES, "status"),
    value=Column(float, "money/period", "objective of the best plan; empty without one"),
    bound=Column(
        float,
        "money/period",
        "no plan has a higher objective at the beliefs of that plan; without a plan that of a looser limit",
    ),
    undecided_after=Column(float, "seconds", "time in which it was not found out whether there is a plan"),
    gain=Column(float, "money/period", "objective over the current plan's"),
    revenue=Column(float, "money/period", "revenue after direct costs"),
    pay=Column(float, "money/period", "expected payouts before charges, as booked"),
    charges=Column(float, "money/period", "employer charges on them, as booked"),
    loaded_pay=Column(float, "money/period", "pay + charges"),
    net=Column(float, "money/period", "revenue − loaded_pay"),
    net_change=Column(float, "money/period", "net over the current plan's"),
    gaming_hours=Column(float, "hours/period", "hours per period that go into gaming activities"),
    controllability=Column(
        float, "share", "mean controllability of what is paid, weighted by euros at target"
    ),
    plan=Column(str, "text", "the plan, team: KPI weight", "weights"),
    curves=Column(str, "text", "chosen for it, team: curve; empty without a choice"),
    target_pay=Column(str, "text", "of teams for which it is a decision, team: amount; empty without one"),
)


def frontier_rows(points: Iterable[FrontierPoint]) -> Iterator[Row]:
    for point in points:
        optimum = point.optimum
        yield {
            "over": point.over,
            "limit": point.limit,
            "here": point.is_own,
            "status": optimum.status,
            "value": optimum.value,
            "bound": optimum.bound,
            "undecided_after": optimum.undecided_after,
            "gain": point.gain,
            "revenue": optimum.revenue,
            "pay": optimum.gross_pay,
            "charges": optimum.charges,
            "loaded_pay": optimum.loaded_pay,
            "net": optimum.net,
            "net_change": point.net_change,
            "gaming_hours": optimum.gaming_hours,
            "controllability": optimum.controllability,
            "plan": plan_in_words(optimum.weights or {}),
            "curves": curves_in_words(optimum.terms.curves),
            "target_pay": pay_in_words(optimum.target_pay or {}),
        }
