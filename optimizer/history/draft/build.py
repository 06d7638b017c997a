"""From a study to a scenario: each number with where it comes from and how far it may be off.

The company is as simple as a CRM can show it: marketing brings leads by source, some of them promising;
sales answers them in time or late, or only touches them; some become customers. What a CRM does not know
comes from the map's `assume` and is marked so.
"""

from __future__ import annotations

from optimizer.history.draft.funnel import add_leads, split_leads
from optimizer.history.draft.kpis import add_controllability, add_kpis, add_luck
from optimizer.history.draft.sales_stages import add_customer, add_selling
from optimizer.history.draft.sourced_values import (
    BEHAVIOUR_FACTOR,
    Draft,
    Said,
    Tree,
    as_it_is,
    joined,
    label,
    said,
    short,
)
from optimizer.history.draft.team_stages import add_closing, add_keeping
from optimizer.history.estimate.experiment import responsiveness_of
from optimizer.history.estimate.history_study import Study
from optimizer.history.read.maps.assumptions import TeamAssumed
from optimizer.scenario.from_values import from_values
from optimizer.scenario.problems import InputProblem, ScenarioError, dotted, number
from optimizer.scenario.spoken import with_spoken
from optimizer.scenario.types import Scenario

BEHAVIOUR = ("effort", "luck_discount")
"""Numbers about people that a CRM does not tell; `said.json` has what is known of them elsewhere."""


def scenario_of(study: Study) -> Scenario:
    """The scenario. Raises ScenarioError where the map lacks `assume` or its numbers do not fit together."""
    assume = study.given.assume
    if assume is None:
        hint = "add it to the map; `--suggest-map` prints one with placeholders"
        raise ScenarioError(
            [InputProblem("assume", "", "is missing: a CRM knows neither hours nor pay", hint)]
        )
    _refuse_unplaced_change(study)
    draft = Draft(study, assume)
    _teams(draft)
    segments = split_leads(study)
    add_leads(draft, segments)
    for segment, leads in segments.items():
        add_selling(draft, segment, leads)
    add_closing(draft)
    add_customer(draft)
    add_keeping(draft)
    add_kpis(draft, list(segments))
    add_controllability(draft)
    add_luck(draft)
    _fits(draft)
    return _valid(draft)


def _refuse_unplaced_change(study: Study) -> None:
    """A past change of pay is matched to the work of one team of sellers."""
    if study.effect is not None and study.given.deals.handover is not None:
        message = "cannot be placed where leads are handed over: two teams work them"
        hint = "leave out `change` or `deals.handover`"
        raise ScenarioError([InputProblem("change", "", message, hint)])


# --- teams ----------------------------------------------------------------------------------------------


def _teams(draft: Draft) -> None:
    teams: Tree = {}
    for name, team in draft.assume.teams.items():
        content = team.model_dump(exclude={"responsiveness"})
        teams[name] = {"label": label(name), **content, "responsiveness": _eta(draft, name, team)}
        for part in ("headcount", "hours", "base_pay", "target_pay", "charges"):
            width = None if part in ("headcount", "charges") else 0.1
            draft.assumed(f"teams.{name}.{part}", said("no_crm"), width)
        draft.assumed(f"teams.{name}.discount", said("no_patience"), 0.1)
        for part in BEHAVIOUR:
            _behaviour(draft, f"teams.{name}.{part}", part in team.model_fields_set, said(part))
    draft.tree["teams"] = teams
    draft.tree["current_plan"] = draft.assume.current_plan
    for name, weights in draft.assume.current_plan.items():
        for kpi in weights:
            draft.assumed(f"current_plan.{name}.{kpi}", said("no_crm"), None)
    draft.tree["rules"] = draft.assume.rules.model_dump(by_alias=True, exclude_defaults=True)


def _behaviour(draft: Draft, path: str, stated: bool, evidence: Said) -> None:
    """A number that the map states, or one that is known elsewhere and measured by nobody here."""
    if stated:
        draft.assumed(path, evidence, factor=BEHAVIOUR_FACTOR)
    else:
        draft.source(path, joined(said("elsewhere"), evidence), factor=BEHAVIOUR_FACTOR, kind="assumed")


def _eta(draft: Draft, name: str, team: TeamAssumed) -> float:
    path = f"teams.{name}.responsiveness"
    if team.responsiveness is not None:
        draft.assumed(path, said("replaces"), factor=BEHAVIOUR_FACTOR)
        return team.responsiveness
    # The change concerned owners of leads: it says nothing of those who bring leads.
    study = draft.study
    eta = study.responsiveness if name == "sales" else responsiveness_of(name, study.experiment)
    value, rests = f"{eta.value:.2f} [{eta.lo:.2f}, {eta.hi:.2f}]", as_it_is("; ".join(eta.assumptions))
    text = said(f"responsiveness.{eta.kind}", n=str(eta.n), value=value, rests=rests)
    prior = eta.kind == "prior"
    factor, kind = (BEHAVIOUR_FACTOR, "assumed") if prior else (None, "measured")
    draft.source(path, text, eta.range, factor, kind)
    return short(eta.value)


# --- checks ---------------------------------------------------------------------------------------------


def _fits(draft: Draft) -> None:
    """Work at baseline must fit into the hours; the remedy names the map's own numbers."""
    for team, assumed in draft.assume.teams.items():
        mine = [a for a in draft.tree["activities"].values() if a["team"] == team]
        needed = sum(a["hours"] * a.get("baseline", 0.0) for a in mine)
        given = assumed.hours
        if needed > given:
            message = f"work at today's volumes takes {needed:.0f} hours, more than the team has"
            hint = "raise the hours, or lower the hours per lead in `assume.work`"
            raise ScenarioError([InputProblem(f"assume.{team}.hours", number(given), message, hint)])


def _valid(draft: Draft) -> Scenario:
    given = draft.study.given
    head = {"name": given.name, "currency": given.currency, "period": given.period}
    label = given.label.model_dump() if given.label else given.name
    tree = {**head, "label": label, **draft.tree}
    tree["sources"] = with_spoken(tree["sources"], tree)
    scenario, findings = from_values(tree)
    if scenario is None or findings:
        where = [f"assume (scenario: {dotted(f.path)})" for f in findings]
        raise ScenarioError(
            InputProblem(w, f.value, f.message, f.hint) for w, f in zip(where, findings, strict=True)
        )
    return scenario
