"""Numbers about people, luck and time of the wrong size: percents for shares, days for periods.

What lies outside these ranges is allowed and probably not meant. They are wider than what was found anywhere
(responsiveness 0.1 to 1, effort 0.3 to 0.8, spread of persons 0.1 to 0.45, lags to 400 days), so that only
another unit falls out.
"""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.scenario.checks.baseline_counts import BaselineCounts, Findings
from optimizer.scenario.checks.plausible import ATTAINMENT
from optimizer.scenario.curve_types import Curve
from optimizer.scenario.plan import Plan, plans_in
from optimizer.scenario.problems import Finding, Path, number
from optimizer.scenario.types import Activity, Scenario, Team
from optimizer.scenario.value_types import MONTHS

RESPONSIVENESS = (0.02, 3.0)
"""η: half and double of what was found anywhere, and more."""
EFFORT = 2.0
LUCK_DISCOUNT = 0.7
DISCOUNT = 0.3
"""Worth today of what comes a period later; less is less than any rate of interest or of leaving says."""
SPREAD = 1.0
INDIVIDUAL_NOISE = 3.0
"""One person's luck: one event in nine periods."""
LONGEST_LAG = 60.0
"""Months from work to its yield."""
MULTIPLIER = 5.0
STRETCH = 0.6
CAP = 10.0
"""Attainment of a thousand percent."""
PLAN_SHARE = (0.01, 0.8)
"""Variable share of pay that a plan brings."""
REACH = 20.0
"""How many times today's volume gaming from the market may come to."""


def warnings(scenario: Scenario, baseline: BaselineCounts) -> Findings:
    """One per number, in the order of the file's sections."""
    for name, team in scenario.teams.items():
        yield from _team(("teams", name), team)
    for name, activity in scenario.activities.items():
        yield from _activity(scenario, baseline, ("activities", name), activity)
    for name, kpi in scenario.kpis.items():
        yield from _above(("kpis", name, "individual_noise"), kpi.individual_noise, INDIVIDUAL_NOISE, "luck")
    for name, regime in scenario.regimes.items():
        for part in ("yields", "inflow", "value"):
            for key, factor in getattr(regime, part).items():
                yield from _above(("regimes", name, part, key), factor, MULTIPLIER, "a multiplier")
    yield from _above(("targets", "stretch"), abs(scenario.targets.stretch), STRETCH, "a stretch")
    yield from _curves(scenario)
    yield from _plans(scenario, baseline)


def _above(path: Path, value: float, most: float, what: str) -> Iterator[Finding]:
    """A share that is written as a percentage, most likely."""
    if value > most:
        hint = f"write {number(value / 100)} if you mean {number(value)} %"
        yield Finding(path, number(value), f"{what} of {value:,.0%}; plausible: up to {most:,.0%}", hint)


def _team(at: Path, team: Team) -> Iterator[Finding]:
    low, high = RESPONSIVENESS
    yield from _between((*at, "responsiveness"), team.responsiveness, low, high)
    yield from _above((*at, "effort"), team.effort, EFFORT, "an answer of hours to pay")
    if team.luck_discount > LUCK_DISCOUNT:
        said = f"a measure that is half luck would count {0.5**team.luck_discount:.0%}; plausible: up to 0.5"
        yield Finding((*at, "luck_discount"), number(team.luck_discount), said, "write 0.05 to 0.5")
    if team.discount < DISCOUNT:
        said = f"a reward one period later is worth {team.discount:.0%} of one now; plausible: 30 % or more"
        hint = f"write {number(1 - team.discount)} if you mean a loss of {team.discount:.0%} a period"
        yield Finding((*at, "discount"), number(team.discount), said, hint)
    yield from _above((*at, "skill_spread"), team.skill_spread, SPREAD, "a spread between persons")


def _between(path: Path, value: float, low: float, high: float) -> Iterator[Finding]:
    if not low <= value <= high:
        hint = "how strongly volumes follow rewards: 0.4 is usual, 0.2 to 0.8 what was found"
        yield Finding(path, number(value), f"plausible: {low:g} to {high:g}", hint)


def _activity(
    scenario: Scenario, baseline: BaselineCounts, at: Path, activity: Activity
) -> Iterator[Finding]:
    if activity.responsiveness is not None:
        yield from _between((*at, "responsiveness"), activity.responsiveness, *RESPONSIVENESS)
    months = activity.lag * MONTHS[scenario.period]
    if months > LONGEST_LAG:
        said = f"{months:,.0f} months from work to its yield; plausible: up to {LONGEST_LAG:.0f}"
        yield Finding((*at, "lag"), number(activity.lag), said, f"lags are in periods ({scenario.period})")
    yield from _reach(baseline, at, activity)


def _reach(baseline: BaselineCounts, at: Path, activity: Activity) -> Iterator[Finding]:
    reach = activity.reach
    if reach is None:
        return
    if 0 < reach <= activity.baseline:
        said = (
            f"has no effect: {number(activity.baseline)} are seen today, and reach is what it could come to"
        )
        yield Finding((*at, "reach"), number(reach), said, "write more than the baseline, or remove it")
    arriving = baseline.inflow.get(activity.from_, 0.0) if activity.from_ else REACH * activity.baseline
    if 0 < arriving < reach:
        there = "arrive at its stage" if activity.from_ else f"are {REACH:g} times today's volume"
        said = f"further than it can go: {number(float(f'{arriving:.4g}'))} {there}"
        yield Finding((*at, "reach"), number(reach), said, "units per period that it could come to at most")


def _curves(scenario: Scenario) -> Iterator[Finding]:
    written: list[tuple[Path, object]] = [(("curves", n), c) for n, c in scenario.curves.items()]
    written += [(("teams", n, "curve"), t.curve) for n, t in scenario.teams.items()]
    written += [(("kpis", n, "curve"), k.curve) for n, k in scenario.kpis.items()]
    for path, curve in written:
        if isinstance(curve, Curve) and curve.cap is not None:
            yield from _above((*path, "cap"), curve.cap, CAP, "a cap at attainments")


def _plans(scenario: Scenario, baseline: BaselineCounts) -> Iterator[Finding]:
    for name, plan in plans_in(scenario).items():
        yield from of_plan(scenario, baseline, plan, ("plans", name))


def of_plan(scenario: Scenario, baseline: BaselineCounts, plan: Plan, at: Path) -> Iterator[Finding]:
    """Targets and pay that a plan brings, against today's."""
    for kpi, target in plan.targets.items():
        today = baseline.value(scenario.kpis[kpi]) if kpi in scenario.kpis else 0.0
        low, high = ATTAINMENT
        if today > 0 and not low <= today / target <= high:
            said = f"attainment today, {today:.4g} over this target, would be {today / target:,.3g}"
            between = f"{said}; plausible: {low:g} to {high:g}"
            hint = f"a target is 100 %, in the KPI's own unit per {scenario.period}"
            yield Finding((*at, "targets", kpi), number(target), between, hint)
    for team, pay in plan.target_pay.items():
        yield from _plan_pay(scenario, (*at, "target_pay", team), team, pay)


def _plan_pay(scenario: Scenario, at: Path, name: str, pay: float) -> Iterator[Finding]:
    team = scenario.teams.get(name)
    if team is None or team.base_pay <= 0 or pay <= 0:
        return
    share = pay / (team.base_pay + pay)
    today = team.current_pay / (team.base_pay + team.current_pay)
    if not min(PLAN_SHARE[0], today) <= share <= max(PLAN_SHARE[1], today):
        said = f"variable share of pay: {share:.3g}; plausible: {PLAN_SHARE[0]:g} to {PLAN_SHARE[1]:g}"
        yield Finding(at, number(pay), said, f"variable pay of the whole team per {scenario.period}")
