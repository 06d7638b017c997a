"""Controls of a run: what must tie and what must hold, each a row whatever its result.

Which rows there are follows from the teams alone, so that an optimal, an infeasible and an imposed run of a
company have the same. They are of the plan whose payouts the workbook recomputes (`Payroll`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from optimizer.arrays import Floats, rounded
from optimizer.explanation.build import ComparedPlan, Explanation
from optimizer.plans.budget_lines import BudgetLine, payout_lines
from optimizer.plans.rules.bad_cases import CVAR, PERCENTILE
from optimizer.plans.rules.budget import EXPECTED, SHARE, TEAM
from optimizer.plans.rules.family import RuleOfPlan, allowed_booked
from optimizer.plans.rules.weight_limits import FEW, MANY
from optimizer.plans.rules.weights import COUNT
from optimizer.response.booking import book, booked_money, most_rounding
from optimizer.response.outcome import value_of
from optimizer.tables.marks import COMPANY, WHOLE_YEAR
from optimizer.tables.payroll import Payroll
from optimizer.tables.table import Column, Row, Table
from optimizer.tables.year import cash_rows, year_of, year_rows

Block = Literal["ties", "holds"]
Side = Literal["equal", "at_most", "at_least"]
Result = Literal["ok", "failed", "not_applicable"]
SHARES = 1e-9
"""Shares that add up to 1 do within this: arithmetic."""
MONEY = (EXPECTED.name, TEAM.name, SHARE.name, CVAR.name, PERCENTILE.name)
"""Rules with a control of their own."""

CONTROLS = Table(
    "controls",
    block=Column(str, "code", "ties: this run with itself; holds: rules and sums", "control_block"),
    control=Column(str, "code", "what is checked", "control"),
    team=Column(str, "name", "name of the team; empty for the company", "team"),
    unit=Column(str, "code", "money, share or count: of value, limit and difference", "unit"),
    side=Column(str, "code", "equal, at_most or at_least: how value and limit must stand", "control_side"),
    value=Column(float, "row", "what is found: payouts as booked; empty where nothing is asked"),
    limit=Column(float, "row", "the limit, or what was recorded; empty where nothing is asked"),
    tolerance=Column(float, "row", "difference that is accepted"),
    difference=Column(float, "row", "how far the value is on the wrong side; 0 where it is not"),
    verdict=Column(str, "code", "ok, failed, or not_applicable: the scenario has no such rule", "verdict"),
)


@dataclass(frozen=True)
class Control:
    """Something that must tie or hold; not applicable where the limit does not exist."""

    block: Block
    name: str
    team: str
    unit: str
    side: Side
    value: float
    limit: float
    tolerance: float = 0.0

    @property
    def difference(self) -> float:
        """How far the value is on the wrong side, but for the noise of doubles."""
        apart = self.value - self.limit
        off = {"equal": abs(apart), "at_most": max(0.0, apart), "at_least": max(0.0, -apart)}[self.side]
        return rounded(off, 9)

    @property
    def verdict(self) -> Result:
        if not np.isfinite(self.limit):
            return "not_applicable"
        return "ok" if self.difference <= self.tolerance else "failed"

    def row(self) -> Row:
        return {
            "block": self.block,
            "control": self.name,
            "team": self.team,
            "unit": self.unit,
            "side": self.side,
            "value": self.value if np.isfinite(self.limit) else np.nan,
            "limit": self.limit,
            "tolerance": self.tolerance,
            "difference": self.difference,
            "verdict": self.verdict,
        }


def controls_rows(explanation: Explanation) -> Iterator[Row]:
    """Every control: ties to the run, then what holds."""
    facts = ControlFacts(explanation)
    for control in (*facts.ties(), *facts.holds()):
        yield control.row()


@dataclass(frozen=True)
class ControlFacts:
    """What controls look at: the payroll, and the same plan evaluated beside it."""

    explanation: Explanation

    @cached_property
    def payroll(self) -> Payroll:
        return Payroll.of(self.explanation)

    @cached_property
    def judged(self) -> ComparedPlan:
        """The plan of the payroll as the table of plans has it."""
        kind = "current" if self.explanation.chosen is None else "chosen"
        return next(plan for plan in self.explanation.plans if plan.kind == kind)

    @cached_property
    def teams(self) -> tuple[str, ...]:
        return self.payroll.cal.network.teams

    @cached_property
    def totals(self) -> Mapping[str, Row]:
        return {row["team"]: row for row in self.payroll.totals()}

    @cached_property
    def limits(self) -> Mapping[str, BudgetLine]:
        pay = self.payroll
        return {line.name: line for line in payout_lines(pay.cal, pay.euros, pay.outcome)}

    def ties(self) -> Iterator[Control]:
        """The workbook's sums with what the evaluation of the plan says."""
        scenario, at = self.payroll.cal.scenario, self.judged.evaluation.consistent
        recorded = book(scenario, at.pay)
        of = {team: recorded.of(i) for i, team in enumerate(self.teams)} | {COMPANY: recorded.company}
        for team, amounts in of.items():
            total = self.totals[team]
            for name, amount in (
                ("pay", amounts.pay),
                ("charges", amounts.charges),
                ("loaded", amounts.loaded),
            ):
                yield Control("ties", name, team, "money", "equal", total[name], float(amount))
        total, room = self.totals[COMPANY], float(most_rounding(scenario).sum())
        yield Control("ties", "rounding", COMPANY, "money", "equal", total["loaded"], total["exact"], room)
        told = booked_money(scenario, at)
        net = rounded(told.revenue - total["loaded"], self.payroll.decimals)
        cent = 10.0**-self.payroll.decimals
        yield Control("ties", "net", COMPANY, "money", "equal", net, told.net, cent)
        value, here = self.judged.evaluation.value, value_of(self.payroll.cal, self.payroll.outcome)
        yield Control("ties", "objective", COMPANY, "money", "equal", *map(self._cents, (here, value)))
        odds = float(sum(self.payroll.cal.regimes.odds))
        yield Control("ties", "probabilities", COMPANY, "share", "equal", odds, 1.0, SHARES)

    def _cents(self, amount: float) -> float:
        return rounded(amount, self.payroll.decimals)

    def holds(self) -> Iterator[Control]:
        """Sums of weights and numbers of measures, every limit on pay, and all other rules together."""
        euros, rules = self.payroll.euros, self.payroll.cal.scenario.rules.weights
        for i, team in enumerate(self.teams):
            paid = bool(euros[i].any())
            yield Control(
                "holds", "weights", team, "share", "equal", _sum(euros[i]), 1.0 if paid else np.nan, SHARES
            )
        yield self._limit(EXPECTED.name, COMPANY)
        for team in self.teams:
            yield self._limit(TEAM.named(team), team)
        for team in self.teams:
            yield self._limit(SHARE.named(team), team)
        for name in (CVAR.name, PERCENTILE.name):
            yield self._limit(name, COMPANY)
        for i, team in enumerate(self.teams):
            used, most = float(np.count_nonzero(euros[i])), rules.most_measures(team)
            limit = np.nan if most is None else float(most)
            yield Control("holds", "measures", team, "count", "at_most", used, limit)
        for i, team in enumerate(self.teams):
            used, least = float(np.count_nonzero(euros[i])), rules.least_measures(team)
            limit = float(least) if least > 1 else np.nan
            yield Control("holds", "least_measures", team, "count", "at_least", used, limit)
        yield from self._of_year()
        broken = float(sum(map(_other, self.judged.evaluation.broken_rules)))
        yield Control("holds", "other_rules", COMPANY, "count", "at_most", broken, 0.0)

    def _of_year(self) -> Iterator[Control]:
        """The year is the sum of its periods; what was owed and earned is paid or still owed."""
        rows = [row for row in year_rows(year_of(self.explanation)) if row["team"] == COMPANY]
        cash = [row for row in cash_rows(year_of(self.explanation)) if row["team"] == COMPANY]
        periods, whole = (
            sum(self._cents(row["loaded"]) for row in rows if (row["period"] == WHOLE_YEAR) is year)
            for year in (False, True)
        )
        yield Control("holds", "year", COMPANY, "money", "equal", self._cents(periods), whole)
        flows = {name: sum(row[name] for row in cash) for name in ("earned", "paid", "true_up")}
        left = cash[0]["opening"] + flows["earned"] - flows["paid"] + flows["true_up"]
        yield Control("holds", "owed", COMPANY, "money", "equal", self._cents(left), cash[-1]["closing"])

    def _limit(self, rule: str, team: str) -> Control:
        """One limit on pay; not applicable where the scenario has none."""
        line, name = self.limits.get(rule), next(known for known in MONEY if rule.startswith(known))
        side: Side = "at_least" if name == SHARE.name else "at_most"
        code = name.removeprefix("budget.")
        if line is None or line.limit is None:
            return Control("holds", code, team, "money", side, np.nan, np.nan)
        least = 0.5 * 10.0**-self.payroll.decimals
        tolerance = float(allowed_booked(line.limit))
        tolerance = tolerance if tolerance >= least else 0.0
        return Control("holds", code, team, "money", side, line.booked, line.limit, tolerance)


def _sum(euros: Floats) -> float:
    """Of a team's weights, as the workbook has them."""
    return float(sum(np.round(euros / euros.sum(), 10))) if euros.any() else np.nan


def _other(rule: RuleOfPlan) -> bool:
    return not rule.name.startswith((*MONEY, COUNT.name, MANY.name, FEW.name))
