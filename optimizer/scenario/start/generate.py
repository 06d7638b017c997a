"""From answers to a scenario: the rules of the library in the order in which they are applied.

    R1  counts and rates moved so that the funnel gives what was signed          reconcile
    R3  shares and yields of the ways; R4 the mix of campaigns                    way_yields, work
    R2  volumes, rounded down; yields with which they bring exactly the counts    work
    R6  hours scaled to the team's time, campaigns resized where needed           hours
    R5  one cycle time over the steps                                             cycle
    R7  values of stages                                                          stage_values
    R10 pay, charges, patience                                                    team_terms
    R11 what KPIs count, R8 targets, R9 luck                                      kpi_luck
    R12 rules that guard                                                          default_rules

Numbers that come of answers are written with twelve significant digits, so that counts and rates are found
again within 1e-9; volumes with six, rounded down; hours and other defaults with six. Teams that no allowed
KPI lets steer are locked one room up, where controllability is measured (`optimizer.plans.started`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from optimizer.scenario.checks import problems_of
from optimizer.scenario.checks.baseline_counts import baseline_counts
from optimizer.scenario.problems import InputProblem, ScenarioError, as_name, dotted
from optimizer.scenario.start.activity_trees import activity_trees, reach_of, stage_trees
from optimizer.scenario.start.adjustments import Said, adjustments
from optimizer.scenario.start.answer_types import Answers
from optimizer.scenario.start.company import Company, company_of
from optimizer.scenario.start.cycle import lags
from optimizer.scenario.start.default_rules import current_weights, rules_tree
from optimizer.scenario.start.hours import TeamHours, with_hours
from optimizer.scenario.start.kpi_luck import individual_noise, kpi_trees, noise, target
from optimizer.scenario.start.reconcile import Reconciled, reconciled
from optimizer.scenario.start.refusals import refuse_impossible, unprofitable, unreconciled, unworkable
from optimizer.scenario.start.sourcing import entries, placeholders_of, sources_of
from optimizer.scenario.start.stage_values import stage_values
from optimizer.scenario.start.team_terms import terms
from optimizer.scenario.start.work import Work, nothing_overdrawn, work_of
from optimizer.scenario.types import Scenario


@dataclass(frozen=True)
class Started:
    """A scenario, and what was adjusted or assumed on the way."""

    scenario: Scenario
    said: tuple[Said, ...]
    """Codes with numbers; words are in the catalogues of languages."""
    answers: Answers
    company: Company = field(repr=False)
    """The company whose counts and rates were reconciled."""


def start(answers: Answers) -> Started:
    """The scenario of an answered set. Raises ScenarioError where the answers describe no company."""
    given = company_of(answers)
    refuse_impossible(given)
    found = reconciled(given)
    works, hours = with_hours(found.company, work_of(found.company, found.funnel))
    works = nothing_overdrawn(found.company, found.funnel, works)
    refuse_overbooked(found, hours)
    scenario = _scenario(found, works)
    return Started(scenario, adjustments(given, found, hours, scenario), answers, found.company)


def refuse_overbooked(found: Reconciled, hours: tuple[TeamHours, ...]) -> None:
    """Raises ScenarioError for counts that do not agree at all, or that no team of that size can work."""
    problems = [*unreconciled(found), *unprofitable(found), *unworkable(hours)]
    if problems:
        raise ScenarioError(problems)


def _scenario(found: Reconciled, works: tuple[Work, ...]) -> Scenario:
    company = found.company
    tree = _tree(found, works)
    bare = Scenario.model_validate(tree, by_alias=True, by_name=False)
    tree["kpis"] = _with_luck(company, tree["kpis"], bare)
    notes = entries(found, works, tree)
    tree["placeholders"], tree["sources"] = placeholders_of(notes), sources_of(notes, tree)
    scenario = Scenario.model_validate(tree, by_alias=True, by_name=False)
    findings = problems_of(scenario)
    if findings:
        raise ScenarioError(
            InputProblem(f"answers (scenario: {dotted(f.path)})", f.value, f.message, f.hint)
            for f in findings
        )
    return scenario


def _tree(found: Reconciled, works: tuple[Work, ...]) -> dict[str, Any]:
    """Every section; KPIs without targets and luck."""
    company, answers = found.company, found.company.answers
    teams = terms(company)
    reach = {work.act: reach for work in works if (reach := reach_of(work)) is not None}
    return {
        "version": 1,
        "name": as_name(answers.company),
        "label": answers.company,
        "currency": "EUR",
        "period": answers.period,
        "teams": teams,
        "stages": stage_trees(company, found.funnel, stage_values(company)),
        "activities": activity_trees(company, works, lags(company, works)),
        "kpis": kpi_trees(company, works),
        "current_plan": {team.id: current_weights(company, team.id) for team in company.form.teams},
        "rules": rules_tree(company, works, teams, reach),
    }


def _with_luck(company: Company, kpis: Mapping[str, Any], bare: Scenario) -> dict[str, Any]:
    today = baseline_counts(bare)
    full = {}
    for kpi in company.kpis:
        luck = noise(company, kpi, bare, today)
        more = {"target": target(company, today.value(bare.kpis[kpi.id])), "noise": luck}
        own = individual_noise(company, kpi.id, luck)
        full[kpi.id] = {**kpis[kpi.id], **more, **({} if own is None else {"individual_noise": own})}
    return full
