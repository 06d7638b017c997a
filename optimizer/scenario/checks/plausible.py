"""Numbers of the wrong size: a wrong period, heads for hours, thousands for units.

Ranges hold of companies that pay variable pay; what lies outside is allowed, and probably not meant. Sources
of the ranges: hours per head, legal French working time (134 h a month) to 38 h a week without leave; fixed
pay, the French minimum wage to 12,000 a month; variable share, surveys of pay by role (1 % to 60 %);
attainment, 0.6 to 1.4 of target before a target counts as out of use; budgets, 0.9 to 1.3 of loaded target
pay (bent curves cost up to 1.2). Amounts are only judged in euros, shares in every currency.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from optimizer.scenario.charge_types import Charges
from optimizer.scenario.charges import charge_rate
from optimizer.scenario.checks.baseline_counts import BaselineCounts, baseline_counts
from optimizer.scenario.checks.carried_pay import carried, most_paid
from optimizer.scenario.money_unit import SMALLEST_PAY, has_cents
from optimizer.scenario.problems import Finding, Path, number
from optimizer.scenario.types import Kpi, Scenario, TargetPay, Team
from optimizer.scenario.value_types import MONTHS

HOURS = (100.0, 165.0)
"""Hours per head and month."""
FIXED = (1_823.0, 12_000.0)
"""Fixed pay per head and month [EUR]."""
VARIABLE = (500.0, 100_000.0)
"""Variable pay at target per head and year [EUR]."""
PER_HOUR = (10.0, 250.0)
"""Fixed and variable pay per hour [EUR], where heads are not known."""
SHARE = (0.01, 0.6)
"""Variable share of pay."""
CHARGES = (0.0, 1.0)
"""Employer charges over variable pay."""
ATTAINMENT = (0.6, 1.4)
"""Value of a KPI today over its target."""
BUDGET = (0.9, 1.3)
"""Expected budget over loaded target pay."""
TEAM_BUDGET = (0.9, 2.0)
"""The same for a team's budget, which may leave room for shifts between teams."""
BAD_CASES = (0.9, 3.0)
"""The same for limits on payouts in bad cases."""
MARGIN = (1.0, math.inf)
"""What a period's work brings after direct costs, over variable pay at target with charges."""
LEAST_VOLUME = 0.5
"""Largest volume of a company below which tables of volumes say nothing."""


class Implausible(NamedTuple):
    """A number whose size is not believed."""

    code: str
    """What was judged: hours, fixed, variable, per_hour, share, charges, attainment, budget,
    margin or base_pay."""
    path: Path
    written: float
    """The number that stands there."""
    value: float
    """What is judged: hours per head and month, a share of pay, an attainment, a ratio of budgets, ..."""
    low: float
    high: float
    said: str
    """What the value is, in English."""
    hint: str

    def finding(self) -> Finding:
        """The same as a warning, at the key where a whole team is meant."""
        upper = f"to {_shown(self.high)}" if math.isfinite(self.high) else "or more"
        between = f"plausible: {_shown(self.low)} {upper}"
        written = "" if len(self.path) == 2 else number(self.written)
        return Finding(self.path, written, f"{self.said}: {_shown(self.value)}; {between}", self.hint, True)


def _shown(value: float) -> str:
    return format(value, ",.3g") if abs(value) < 1000 else format(value, ",.0f")


def findings(scenario: Scenario, baseline: BaselineCounts) -> Iterator[Finding]:
    """Warnings about sizes of numbers, and about pay that is missing."""
    yield from (doubt.finding() for doubt in implausible(scenario, baseline))
    yield from (_missing(scenario, name) for name in unscaled_teams(scenario))
    yield from _large_unit(scenario)
    yield from _coarse_volumes(scenario)


def _large_unit(scenario: Scenario) -> Iterator[Finding]:
    """Payouts that are not booked to the cent."""
    if has_cents(scenario):
        return
    name, team = max(scenario.teams.items(), key=lambda item: item[1].current_pay)
    message = (
        f"no team's target pay reaches {SMALLEST_PAY:g} {scenario.currency}: amounts are taken to be in "
        f"millions or the like, and payouts are booked to nine decimals instead of cents"
    )
    hint = f"write all amounts in {scenario.currency}, so that payouts are booked to the cent"
    yield Finding(("teams", name, "target_pay"), number(team.current_pay), message, hint, True)


def _coarse_volumes(scenario: Scenario) -> Iterator[Finding]:
    """Volumes that documents would print as 0."""
    name, most = max(((n, a.baseline) for n, a in scenario.activities.items()), key=lambda item: item[1])
    if 0 < most < LEAST_VOLUME:
        message = f"no volume reaches {LEAST_VOLUME:g}: documents print volumes to a tenth, and these as 0.0"
        hint = "count in a smaller unit, e.g. single leads for thousands"
        yield Finding(("activities", name, "baseline"), number(most), message, hint)


def implausible(scenario: Scenario, baseline: BaselineCounts | None = None) -> Iterator[Implausible]:
    """Every number of a size that is not believed, in the order of the file's sections."""
    months = MONTHS[scenario.period]
    for name, team in scenario.teams.items():
        if team.headcount is not None:
            yield from _per_head(scenario, name, team, team.headcount * months)
        yield from _pay(scenario, name, team, months)
        yield from _charges(scenario, name, team)
    for name, kpi in scenario.kpis.items():
        yield from _target(scenario, baseline or baseline_counts(scenario), name, kpi)
    yield from _margin(scenario, baseline or baseline_counts(scenario))
    yield from _budgets(scenario)


def unscaled_teams(scenario: Scenario) -> list[str]:
    """Teams whose hours are valued by their variable pay alone: base_pay and hour_value are missing."""
    return [
        name
        for name, team in scenario.teams.items()
        if team.hours is not None and team.hour_value is None and team.base_pay == 0 and team.current_pay > 0
    ]


def _missing(scenario: Scenario, name: str) -> Finding:
    team = scenario.teams[name]
    message = (
        f"missing: an hour is valued by target pay alone, {_hour(team)} {scenario.currency}, so behaviour is "
        f"scale-free: a hundredth of the variable pay would move people as much"
    )
    hint = "write the team's fixed pay per period, or hour_value: what an hour of it trades at"
    return Finding(("teams", name, "base_pay"), "", message, hint, True)


def _hour(team: Team) -> str:
    assert team.hours is not None
    return format(team.current_pay / team.hours, ".3g")


def _judged(
    code: str, path: Path, written: float, value: float, bounds: tuple[float, float], said: str, hint: str
) -> Iterator[Implausible]:
    low, high = bounds
    if not low * (1 - 1e-9) <= value <= high * (1 + 1e-9):
        yield Implausible(code, path, written, value, low, high, said, hint)


def _per_head(scenario: Scenario, name: str, team: Team, head_months: float) -> Iterator[Implausible]:
    at: Path = ("teams", name)
    if team.hours is not None:
        said = f"hours per head and month, from {number(team.hours)} hours a {_period(scenario)}"
        hint = f"check hours, headcount, and that hours are those of a {_period(scenario)} (period)"
        yield from _judged("hours", at, team.hours, team.hours / head_months, HOURS, said, hint)
    if scenario.currency == "EUR" and team.base_pay > 0:
        pay = team.base_pay / head_months
        hint = f"check headcount, and that base_pay is the whole team's for a {_period(scenario)} (period)"
        said = "fixed pay per head and month, EUR"
        yield from _judged("fixed", (*at, "base_pay"), team.base_pay, pay, FIXED, said, hint)


def _pay(scenario: Scenario, name: str, team: Team, months: float) -> Iterator[Implausible]:
    """Variable pay against fixed pay, else per head and year; pay per hour where heads are not known."""
    at: Path = ("teams", name, "target_pay")
    pay, whole = team.current_pay, team.base_pay + team.current_pay
    hint = (
        f"variable pay of the whole team at target, per {_period(scenario)}, in units of {scenario.currency}"
    )
    if pay > 0 and team.base_pay > 0 and not SHARE[0] <= pay / whole <= SHARE[1]:
        yield from _judged("share", at, pay, pay / whole, SHARE, "variable share of pay", hint)
    elif pay > 0 and team.headcount is not None and scenario.currency == "EUR":
        yearly = pay / team.headcount / months * 12
        said = "variable pay per head and year, EUR"
        yield from _judged("variable", at, pay, yearly, VARIABLE, said, hint)
    if team.headcount is None and team.base_pay > 0 and team.hours and scenario.currency == "EUR":
        hint = f"check that hours and pay are both those of the whole team for a {_period(scenario)}"
        said = "fixed and variable pay per hour, EUR"
        yield from _judged("per_hour", at[:2], team.hours, whole / team.hours, PER_HOUR, said, hint)


def _charges(scenario: Scenario, name: str, team: Team) -> Iterator[Implausible]:
    """A percentage that was written as such."""
    said, rate = "employer charges above 100 % of variable pay", charge_rate(scenario, team)
    hint = f"write {number(rate / 100)} if you mean {number(rate)} %"
    if isinstance(team.charges, Charges):
        hint = "the variable at 100 % passes the end of a reduction: check base_pay, headcount, brackets"
    yield from _judged("charges", ("teams", name, "charges"), rate, rate, CHARGES, said, hint)


def _target(scenario: Scenario, baseline: BaselineCounts, name: str, kpi: Kpi) -> Iterator[Implausible]:
    """What the KPI shows today against a target that was written down."""
    bottom = baseline.divided_by(kpi)
    if kpi.target is None or bottom <= 0 or scenario.targets.mode == "reset":
        return
    today = baseline.value(kpi)
    if today > 0:
        said = f"attainment today, {format(today, '.4g')} seen at baseline over this target"
        hint = f"a target is 100 %, in the KPI's own unit per {_period(scenario)}; without it, today's value"
        path: Path = ("kpis", name, "target")
        yield from _judged("attainment", path, kpi.target, today / kpi.target, ATTAINMENT, said, hint)


def _margin(scenario: Scenario, baseline: BaselineCounts) -> Iterator[Implausible]:
    """Variable pay that what people do cannot pay for."""
    found = carried(scenario, baseline)
    if found is not None:
        team = most_paid(scenario)
        pay, brought = (format(amount, ",.0f") for amount in (found.pay, found.brought))
        said = f"what is brought, {brought} after direct costs, over all variable pay with charges, {pay}"
        hint = f"check target_pay, values and volumes: each is of a {_period(scenario)} and the whole team"
        path: Path = ("teams", team, "target_pay")
        yield from _judged("margin", path, scenario.teams[team].current_pay, found.share, MARGIN, said, hint)


def _budgets(scenario: Scenario) -> Iterator[Implausible]:
    """Limits on payouts against target pay with charges, the least and the most that may be chosen."""
    budget, at = scenario.rules.budget, ("rules", "budget")
    least = sum(_loaded(scenario, team, least=True) for team in scenario.teams.values())
    most = sum(_loaded(scenario, team, least=False) for team in scenario.teams.values())
    if budget.expected is not None:
        yield from _budget((*at, "expected"), budget.expected, least, most, BUDGET, budget.reserve)
    for name, limit in budget.teams.items():
        if name in scenario.teams:
            team = scenario.teams[name]
            ends = _loaded(scenario, team, least=True), _loaded(scenario, team, least=False)
            yield from _budget((*at, "teams", name), limit, *ends, TEAM_BUDGET)
    for part in ("cvar", "percentile"):
        rule = getattr(budget, part)
        if rule is not None:
            yield from _budget((*at, part, "limit"), rule.limit, least, most, BAD_CASES, budget.reserve)


def _budget(
    path: Path, limit: float, least: float, most: float, bounds: tuple[float, float], reserve: float = 0.0
) -> Iterator[Implausible]:
    """A limit, less its reserve, between `bounds` of the least and of the most target pay is believed."""
    left = limit - reserve
    nearest = min(max(left, least), most)
    if nearest > 0 and left > 0:
        aside = f" less its reserve of {format(reserve, ',.0f')}" if reserve else ""
        said = f"the limit{aside} over target pay with charges, {format(nearest, ',.0f')}"
        hint = "budgets are loaded, of the whole company per period; below 0.9 people would lose, on purpose?"
        yield from _judged("budget", path, limit, left / nearest, bounds, said, hint)


def _loaded(scenario: Scenario, team: Team, least: bool) -> float:
    pay = team.target_pay
    chosen = (pay.min if least else pay.max) if isinstance(pay, TargetPay) else pay
    return chosen * (1 + charge_rate(scenario, team))


def _period(scenario: Scenario) -> str:
    return scenario.period.replace("_", "-")
