"""What was adjusted, assumed or doubted on the way, as codes with numbers.

Words are in the catalogues of languages (`start.said.<code>`), where `about` is a team, a stage, a KPI or a
question by its label.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from optimizer.scenario.checks.baseline_counts import baseline_counts
from optimizer.scenario.checks.carried_pay import carried, most_paid
from optimizer.scenario.checks.plausible import ATTAINMENT
from optimizer.scenario.start.company import Company
from optimizer.scenario.start.default_rules import ROOM
from optimizer.scenario.start.hours import FREE, IDLE, TeamHours
from optimizer.scenario.start.kpi_luck import FEW
from optimizer.scenario.start.questions import questions_of
from optimizer.scenario.start.reconcile import SAME, Reconciled
from optimizer.scenario.start.stage_values import stage_values, undone
from optimizer.scenario.start.team_terms import heads
from optimizer.scenario.start.way_yields import PUSHED
from optimizer.scenario.types import Scenario

QUIET = (0.8, 1.25)
"""Factors on hours of which nothing is said."""
VISITS = (0.5, 2.0)
"""Visits of the scenario over those stated, beyond which one of the two is doubted."""
NEAR = 0.01
"""Relative difference of visits that is not worth a word."""


@dataclass(frozen=True)
class Said:
    """One remark."""

    code: str
    about: str = ""
    """Id of the team, stage, KPI or question that is meant."""
    numbers: Mapping[str, float] = field(default_factory=dict)
    is_doubt: bool = False
    """It asks the designer for an answer, rather than telling what was done."""


def adjustments(
    given: Company,
    found: Reconciled,
    hours: tuple[TeamHours, ...],
    scenario: Scenario,
) -> tuple[Said, ...]:
    """In the order of the rules."""
    return (
        *_counts(found),
        *_ways(given, found),
        *_pushed(given, found),
        *(said for team in hours for said in _hours(given, team)),
        *_visits(given, scenario),
        *_values(found.company),
        *_pay(given, scenario),
        *_luck(scenario),
        *_people(given),
        *_skipped(given),
    )


def _counts(found: Reconciled) -> Iterator[Said]:
    """Rule R1."""
    numbers = {"found": found.found, "signed": found.signed, "step": found.step}
    if found.is_moved:
        yield Said("counts_moved", numbers=numbers)
    if found.is_apart:
        yield Said("counts_apart", numbers={**numbers, "ratio": found.ratio}, is_doubt=True)


def _ways(given: Company, found: Reconciled) -> Iterator[Said]:
    """Rule R3, where a rate is too high for the usual ratios."""
    for stage in found.company.stages:
        worked = found.funnel.worked.get(stage.id)
        if worked is None or found.funnel.arriving.get(stage.id, 0.0) <= 0:
            continue
        if worked.power < 1:
            yield Said("ways_alike", stage.id, {"rate": found.funnel.rates[stage.id], "power": worked.power})
        if worked.leave < given.leave(stage):
            yield Said("leave_lowered", stage.id, {"leave": worked.leave, "given": given.leave(stage)})


def _pushed(given: Company, found: Reconciled) -> Iterator[Said]:
    """Sales that do not fit: more than the stages that can push them sign, or more than do not stand."""
    if not undone(given):
        return
    to = {to for s in given.stages for way in s.ways if way.share in PUSHED for to in way.to}
    pushed = found.funnel.count(tuple(to)) / found.funnel.count(given.form.count_stages)
    stated = given.shares["push_share"]
    if pushed < stated * (1 - SAME):
        yield Said("lapsing_lowered", "push_share", {"given": stated, "lapsing": pushed}, is_doubt=True)
    kept = given.shares["retention"]
    if stated + kept > 1 + SAME:
        yield Said("pushed_but_kept", "push_share", {"given": stated, "kept": kept}, is_doubt=True)


def _hours(given: Company, team: TeamHours) -> Iterator[Said]:
    """Rule R6."""
    low, high = QUIET
    if team.hourly is not None:
        yield Said("prospecting_scaled", team.team, {"hours": team.hourly})
    if not low <= team.factor <= high:
        yield Said(
            _scaled(given, team), team.team, {"usual": team.usual, "factor": team.factor, **_taken(team)}
        )
    if team.size != 1:
        yield Said("campaigns_resized", team.team, {"size": team.size, "booked": team.booked})
    if team.booked < IDLE:
        yield Said("other_work", team.team, {"booked": team.booked}, is_doubt=True)


def _scaled(given: Company, team: TeamHours) -> str:
    """The sentence of hours a unit that were multiplied; work counted in hours stays as it is."""
    if given.form.team[team.team].function in FREE:
        return "hours_of_projects"
    return "hours_scaled_beside" if team.by_hour > 0 else "hours_scaled"


def _taken(team: TeamHours) -> dict[str, float]:
    """Shares of all hours: of work counted in hours, and of all work with hours multiplied, before the
    number of campaigns was fitted."""
    scaled = team.by_hour + team.factor * (team.usual - team.by_hour)
    return {"by_hour": team.by_hour, "booked": scaled}


def _visits(given: Company, scenario: Scenario) -> Iterator[Said]:
    """Visits were asked, and are only compared."""
    if "visits" not in given.form.questions:
        return
    stated, found = given.counts["visits"], baseline_counts(scenario).counted(scenario.kpis["visits"])
    low, high = VISITS
    if not low * stated <= found <= high * stated:
        yield Said("visits_apart", "visits", {"stated": stated, "found": found}, is_doubt=True)
    elif abs(found - stated) > NEAR * stated:
        yield Said("visits_compared", "visits", {"stated": stated, "found": found})


def _values(company: Company) -> Iterator[Said]:
    """Rule R7."""
    yield Said("horizon", numbers={"years": company.money("horizon")})
    for stage, value in stage_values(company).items():
        if value < 0:
            yield Said("loss_making", stage, {"value": value}, is_doubt=True)


def _pay(given: Company, scenario: Scenario) -> Iterator[Said]:
    """Variable pay that the work cannot carry; a budget far above what was paid (rule R12)."""
    found = carried(scenario, baseline_counts(scenario))
    if found is not None and found.share < 1:
        numbers = {"pay": found.pay, "value": found.brought}
        yield Said("pay_over_margin", most_paid(scenario), numbers, is_doubt=True)
    paid = given.shares["attainment"]
    if paid < ATTAINMENT[0]:
        yield Said("little_paid", "attainment", {"given": paid, "times": ROOM / paid}, is_doubt=True)


def _luck(scenario: Scenario) -> Iterator[Said]:
    """Rule R9: measures that are mostly luck."""
    allowed = {kpi for kpis in scenario.rules.measures.values() for kpi in kpis}
    for name, kpi in scenario.kpis.items():
        if name in allowed and kpi.noise >= FEW:
            yield Said("few_units", name, {"noise": kpi.noise})


def _people(given: Company) -> Iterator[Said]:
    for team in given.form.teams:
        stated = given.answers.teams[team.id]
        if stated.heads != heads(given, team.id):
            yield Said("heads_rounded", team.id, {"heads": stated.heads, "people": heads(given, team.id)})
        if stated.variable == 0:
            yield Said("unpaid_team", team.id)


def _skipped(given: Company) -> Iterator[Said]:
    """Questions whose default stands in; those that were never asked are not named."""
    for question in questions_of(given.answers.archetype):
        if question.team is None and given.answers.skipped(question.id):
            yield Said("skipped", question.id, {"value": given.answers.value(question.id)})
        elif question.usual is not None and not given.answers.teams[str(question.team)].weights:
            yield Said("usual_plan", str(question.team))
