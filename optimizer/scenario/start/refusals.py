"""Answers that describe no company: refused with the numbers, before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from optimizer.scenario.problems import InputProblem, ScenarioError, listed, number
from optimizer.scenario.start.company import Company
from optimizer.scenario.start.default_rules import measures_of
from optimizer.scenario.start.hours import FULL, TeamHours
from optimizer.scenario.start.questions import question_in
from optimizer.scenario.start.reconcile import REFUSE, Reconciled
from optimizer.scenario.start.stage_values import amounts

CLOSED = 1e-6
"""How far signatures may be from those stated, relatively, once counts were moved."""

NEVER_ALL = ("unworked", "discount_share")
"""Percentages that must stay below 100."""


def refuse_impossible(company: Company) -> None:
    """Raises ScenarioError where today's plan pays nothing or for what does not exist, or nothing is left
    to work."""
    problems = [*_nobody_paid(company), *_no_work(company), *_unknown_pay(company), *_all_of_it(company)]
    if problems:
        raise ScenarioError(problems)


def _nobody_paid(company: Company) -> Iterator[InputProblem]:
    """A plan shares out variable pay, and there is none."""
    first = company.form.teams[0].id
    if all(company.answers.teams[team.id].variable == 0 for team in company.form.teams):
        said = "no team has variable pay: there is nothing that a plan could hang on results"
        hint = "give the variable pay at target of one team at least, gross, a head and year"
        yield InputProblem(f"teams.{first}.variable", "0", said, hint)


def _no_work(company: Company) -> Iterator[InputProblem]:
    """Teams that nothing arrives for."""
    working = {work.team for work in company.hourly} | {stage.owner for stage in company.stages}
    campaign = company.form.campaign
    if campaign and company.counts[campaign.answer] + company.counts[campaign.event_answer] > 0:
        working.add(campaign.team)
    for team in company.form.teams:
        if team.id not in working:
            said = f"{team.label.en} has no work: by your counts nothing arrives that it works on"
            hint = f"give one of the counts that it stands for: {listed(sorted(_works_on(company, team.id)))}"
            yield InputProblem(f"teams.{team.id}.heads", "", said, hint)


def _works_on(company: Company, team: str) -> set[str]:
    """Counts that bring a team its work."""
    form = company.form
    asked = {stage.inflow for stage in form.stages if stage.owner == team and stage.inflow}
    asked |= {work.answer for work in form.hourly if work.team == team}
    if form.campaign and form.campaign.team == team:
        asked |= {form.campaign.answer, form.campaign.event_answer}
    return asked


def _unknown_pay(company: Company) -> Iterator[InputProblem]:
    known = {kpi.id for kpi in company.kpis}
    for team in company.form.teams:
        for kpi in company.answers.weights(team.id):
            if kpi not in known:
                where = f"teams.{team.id}.weights.{kpi}"
                said = f"{team.label.en} is paid on {kpi}, but by your other answers it counts nothing"
                yield InputProblem(where, "", said, _instead(company, team.id))


def _instead(company: Company, team: str) -> str:
    """What to answer of a team that is paid for what there is none of."""
    kpis = [kpi for kpi in measures_of(company, team) if kpi in {k.id for k in company.kpis}]
    kpis = kpis or sorted(kpi.id for kpi in company.kpis)
    none = sorted(q for q, n in company.counts.items() if n == 0 and q in company.form.questions)
    paid = f"pay the team on one of: {listed(kpis)}; e.g. weights: {{{kpis[0]}: 100}}"
    return f"answer more than 0 for {listed(none)}, or {paid}" if none else paid


def _all_of_it(company: Company) -> Iterator[InputProblem]:
    """Shares of which something must be left: leads that somebody works, sales that no discount won."""
    for question in NEVER_ALL:
        if company.shares.get(question, 0.0) >= 1:
            asked = question_in(company.form, question)
            said = f"{asked.label.en}: it cannot be all of them, as the others are what your rates speak of"
            hint = f"write less than 100; plausible: {number(asked.low)} to {number(asked.high)} %"
            yield InputProblem(f"answers.{question}", "100", said, hint)


def unprofitable(found: Reconciled) -> Iterator[InputProblem]:
    """Amounts that teams could be paid on and that are nil or a loss (rule R7)."""
    money, company = amounts(found.company), found.company
    for kpi in company.kpis:
        counted = {s: money[c] for s, c in kpi.num.enter.items() if isinstance(c, str)}
        total = sum(each * found.funnel.arriving.get(stage, 0.0) for stage, each in counted.items())
        if counted and total <= 0:
            said = f"{kpi.label.en} would be {total:,.0f} a period: what is signed brings no margin"
            hint = "give the margin before the discount, and the size of the discount in percent of the price"
            yield InputProblem("answers.margin", number(company.answers.value("margin")), said, hint)


def unreconciled(found: Reconciled) -> Iterator[InputProblem]:
    """Counts and rates that are far from what was signed (rule R1)."""
    low, high = REFUSE
    closed = found.funnel.count(found.company.form.count_stages)
    if low <= found.ratio <= high and abs(closed / found.signed - 1) <= CLOSED:
        return
    period = found.company.answers.period.replace("_", "-")
    message = (
        f"your counts and rates give {found.found:.4g} signatures a {period}, you sign "
        f"{number(found.signed)}: too far apart to be one company"
    )
    hint = (
        f"look for a count that is not per {period}, a rate of another step, or contacts that reach sales "
        f"directly and were not counted"
    )
    yield InputProblem(f"answers.{found.company.form.count}", number(found.signed), message, hint)


def unworkable(hours: Iterable[TeamHours]) -> Iterator[InputProblem]:
    """Teams that could not do the work their counts say (rule R6)."""
    for team in hours:
        if team.booked > FULL:
            message = (
                f"the work your counts say takes {team.booked:.0%} of the team's {team.hours:,.0f} hours, "
                f"even at half the usual hours a unit"
            )
            hint = "check heads and the period, raise the share of leads nobody works, or lower the counts"
            yield InputProblem(f"teams.{team.team}.heads", "", message, hint)
