"""The year: as many numbers as it has periods, shares that sum to 1, people that the team has."""

from __future__ import annotations

import math
from collections.abc import Sequence

from optimizer.scenario.checks.baseline_counts import Findings
from optimizer.scenario.checks.names import unknown_keys
from optimizer.scenario.phasing_types import Phasing
from optimizer.scenario.problems import Finding, Path, number
from optimizer.scenario.types import Scenario
from optimizer.scenario.value_types import MONTHS

SUMS = 1e-6
"""Shares of a year sum to 1 within this: thirds are written with a few digits."""
_PLURAL = {"month": "months", "quarter": "quarters", "half_year": "half-years", "year": "year"}


def problems(scenario: Scenario) -> Findings:
    """What cannot be a year of this company."""
    of, at = scenario.phasing, ("phasing",)
    yield from _length(scenario, of)
    for part in ("headcount", "ramp", "guaranteed", "vacancy"):
        yield from unknown_keys((*at, part), getattr(of, part), "team", scenario.teams)
    yield from unknown_keys((*at, "seasonality"), of.seasonality, "KPI", scenario.kpis)
    for team, people in of.headcount.items():
        yield from _listed(scenario, (*at, "headcount", team), people)
        if team in scenario.teams and scenario.teams[team].headcount is None:
            message = f"says how many people come and go, and teams.{team}.headcount not how many there are"
            hint = f"write teams.{team}.headcount: the people whose target_pay is stated"
            yield Finding((*at, "headcount", team), "", message, hint, at_key=True)
    for kpi, shares in of.seasonality.items():
        yield from _season(scenario, (*at, "seasonality", kpi), shares)
    yield from _pay_date(scenario)


def warnings(scenario: Scenario) -> Findings:
    """What is read and changes nothing, and a year that does not begin with the people of today."""
    of = scenario.phasing
    yield from _starts(scenario, of)
    yield from _idle(scenario, of)


def _length(scenario: Scenario, of: Phasing) -> Findings:
    count = periods_of(scenario)
    if of.periods is not None and of.periods != count:
        message = f"a year has {count} {_PLURAL[scenario.period]}"
        hint = f"write {count}, or leave it out; `period` says what the scenario's numbers are per"
        yield Finding(("phasing", "periods"), str(of.periods), message, hint)


def periods_of(scenario: Scenario) -> int:
    """Periods of a year."""
    return MONTHS["year"] // MONTHS[scenario.period]


def _listed(scenario: Scenario, at: Path, values: Sequence[float]) -> Findings:
    count = periods_of(scenario)
    if len(values) != count:
        said = f"has {len(values)} numbers; a year has {count} {_PLURAL[scenario.period]}"
        yield Finding(at, _shown(values), said, "write one number for each of them")


def _shown(values: Sequence[float]) -> str:
    return f"[{', '.join(map(number, values))}]"


def _season(scenario: Scenario, at: Path, shares: Sequence[float]) -> Findings:
    yield from _listed(scenario, at, shares)
    total = math.fsum(shares)
    if abs(total - 1) > SUMS:
        kept = f"divide each by {number(total)}: they keep their proportions"
        hint = kept if total > 0 else "write shares that sum to 1"
        yield Finding(at, _shown(shares), f"shares of a year sum to 1, these to {number(total)}", hint)


def _pay_date(scenario: Scenario) -> Findings:
    days, told = scenario.phasing.paid.after_days, scenario.plan_document.paid_after_days
    if days is not None and told is not None and days != told:
        message = f"plan documents say {told} days (plan_document.paid_after_days)"
        hint = "write one of the two; where this one is left out, theirs holds"
        yield Finding(("phasing", "paid", "after_days"), str(days), message, hint)


def _starts(scenario: Scenario, of: Phasing) -> Findings:
    for name, people in of.headcount.items():
        team = scenario.teams.get(name)
        if team and team.headcount and people and people[0] != team.headcount:
            message = f"the year begins with {number(people[0])} people, the team has {team.headcount}"
            hint = "allowed: the difference comes or goes on the first day"
            yield Finding(("phasing", "headcount", name), "", message, hint)


def _idle(scenario: Scenario, of: Phasing) -> Findings:
    """Values without effect."""
    for name in of.ramp:
        team, people = scenario.teams.get(name), of.headcount.get(name, ())
        steps = [team.headcount if team and team.headcount else 0, *people]
        if not any(later > earlier for earlier, later in zip(steps, people, strict=False)):
            hint = f"nobody comes to this team: write phasing.headcount.{name}, or remove it"
            yield Finding(("phasing", "ramp", name), "", "has no effect", hint, at_key=True)
    for name in of.guaranteed:
        if name not in of.ramp:
            hint = f"it is paid for what a ramp leaves out: write phasing.ramp.{name}, or remove it"
            yield Finding(("phasing", "guaranteed", name), "", "has no effect", hint, at_key=True)
    for name, people in of.headcount.items():
        team = scenario.teams.get(name)
        if team and team.current_pay == 0:
            hint = "nobody in this team has variable pay today; it counts only where a plan pays them"
            yield Finding(("phasing", "headcount", name), _shown(people), "has no effect yet", hint)
