"""The reference company shows what the software exists to show, and every number says where it comes from."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from optimizer import Scenario, Solution, read_scenario
from optimizer.plans.evaluation import compare
from optimizer.plans.rules import rule_values
from optimizer.plans.rules.facts import Facts
from optimizer.plans.space import plan_space
from optimizer.response.calibration import Calibrated, calibrate
from optimizer.response.equilibrium import CONSISTENT
from optimizer.response.exposure import exposures, pay_at_mercy
from optimizer.response.measures import measure
from optimizer.response.outcome import OutcomeBatch, evaluate_plans
from optimizer.scenario.checks import warnings_of
from optimizer.scenario.plan import plan_of
from optimizer.solver import solve

ALIGNMENT = Path(__file__).parents[1] / "scenarios" / "alignment"
BEHAVIOURAL = {
    "teams": ("responsiveness", "discount", "effort", "luck_discount", "hours"),
    "activities": ("yields", "hours", "lag", "reach", "entry", "responsiveness"),
    "kpis": ("noise",),
    "stages": ("value",),
}
TOUCHES = ("touch_hot", "touch_briefed", "touch_fit", "touch_broad")


@pytest.fixture(scope="module")
def alignment() -> Scenario:
    return read_scenario(ALIGNMENT)


@pytest.fixture(scope="module")
def cal(alignment: Scenario) -> Calibrated:
    return calibrate(alignment)


class Named:
    """What people do under the named plans, by name."""

    def __init__(self, cal: Calibrated) -> None:
        plans = {name: plan_of(cal.scenario, given) for name, given in cal.scenario.plans.items()}
        self.cal, self.names = cal, [name for name, plan in plans.items() if plan.terms.as_today]
        self.euros = np.stack([plans[name].euros(cal.scenario) for name in self.names])
        self.outcome: OutcomeBatch = evaluate_plans(cal, self.euros)

    def revenue(self, plan: str) -> float:
        return float(self.outcome.revenue[self.names.index(plan)])

    def loaded_pay(self, plan: str) -> float:
        return float(self.outcome.loaded_pay[self.names.index(plan)])

    def score(self, plan: str, kpi: str) -> float:
        return float(self.outcome.score[self.names.index(plan), self.cal.network.kpis.index(kpi)])

    def units(self, plan: str, activity: str) -> float:
        return float(self.outcome.x[self.names.index(plan), self.cal.network.activities.index(activity)])

    def hours(self, plan: str, activities: tuple[str, ...]) -> float:
        return sum(self.units(plan, a) * self.cal.scenario.activities[a].hours for a in activities)


@pytest.fixture(scope="module")
def named(cal: Calibrated) -> Named:
    return Named(cal)


@pytest.fixture(scope="module")
def facts() -> ModuleType:
    spec = importlib.util.spec_from_file_location("alignment_facts", ALIGNMENT / "facts.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


# --- the company ----------------------------------------------------------------------------------------


def test_it_has_the_size_that_was_asked_for(alignment: Scenario) -> None:
    assert 25 <= len(alignment.activities) <= 40
    assert 10 <= len(alignment.kpis) <= 15
    by_hand = {"silo", "closing_rate", "sla_48h", "cross_weights", "equal_weights"}
    assert set(alignment.plans) == by_hand | {"aligned_reset"}


def test_three_or_four_gaming_activities_are_seen_today_and_two_or_more_are_latent(
    alignment: Scenario,
) -> None:
    gaming = [a for a in alignment.activities.values() if a.gaming]
    latent = [a for a in gaming if a.baseline == 0]
    assert 3 <= len(gaming) - len(latent) <= 4
    assert len(latent) >= 2
    assert all(a.reach is not None and a.entry > 0 for a in latent)


def test_what_is_gamed_today_could_be_gamed_more(alignment: Scenario) -> None:
    seen = [a for a in alignment.activities.values() if a.gaming and a.baseline > 0]
    assert all(a.reach is not None and a.reach > a.baseline for a in seen)


def test_teams_differ_in_what_they_cost_and_how_long_they_wait(alignment: Scenario) -> None:
    assert len({team.charges for team in alignment.teams.values()}) >= 3
    assert len({team.discount for team in alignment.teams.values()}) >= 3
    assert all(team.effort > 0 and team.luck_discount > 0 for team in alignment.teams.values())


def _ranged(source: Any) -> bool:
    return source is not None and (source.range is not None or source.factor is not None)


def test_every_behavioural_number_has_a_source_with_a_range(alignment: Scenario) -> None:
    bare = [
        f"{section}.{name}.{field}"
        for section, fields in BEHAVIOURAL.items()
        for name, item in getattr(alignment, section).items()
        for field in fields
        if getattr(item, field, None) and not _ranged(alignment.sources.get(f"{section}.{name}.{field}"))
    ]
    assert bare == []


def test_no_source_is_about_a_number_that_is_not_there_and_the_file_gives_no_warning(
    alignment: Scenario,
) -> None:
    assert warnings_of(alignment) == []


def test_labels_are_written_in_both_languages(alignment: Scenario) -> None:
    sections = (alignment.teams, alignment.stages, alignment.activities, alignment.kpis)
    labels = [item.label for section in sections for item in section.values()]
    labels += [plan_of(alignment, plan).label for plan in alignment.plans.values()]
    labels += [text for kpi in alignment.kpis.values() for text in (kpi.unit, kpi.definition)]
    assert alignment.label is not None
    assert all(label is not None and label.en != "" and label.fr != "" for label in labels)


def test_its_revenue_is_that_of_a_company_of_twelve_million_euros(named: Named) -> None:
    gross_of_a_year = 4 * float(named.outcome.gross[named.names.index("silo")])
    assert 10.8e6 < gross_of_a_year < 13.2e6


def test_today_everybody_is_on_their_own_number(alignment: Scenario) -> None:
    assert plan_of(alignment, alignment.plans["silo"]).weights == alignment.current_plan
    assert all(list(weights.values()) == [1.0] for weights in alignment.current_plan.values())


def test_the_evaluator_reproduces_todays_funnel(cal: Calibrated) -> None:
    outcome = evaluate_plans(cal, cal.current[None])
    assert outcome.x[0] == pytest.approx(cal.network.baseline, rel=1e-9, abs=1e-9)
    assert outcome.score[0] == pytest.approx(np.ones(len(cal.network.kpis)), rel=1e-9)


def test_every_named_plan_has_a_consistent_equilibrium(named: Named) -> None:
    assert (named.outcome.residual <= CONSISTENT).all()


def test_the_rules_let_every_team_keep_its_own_number(cal: Calibrated) -> None:
    space = plan_space(cal, measure(cal).controllability)
    today = evaluate_plans(cal, cal.current[None])
    seen = Facts(cal, cal.current[None], today.by_regime, today.pay)
    assert all(rule.kept.all() for rule in rule_values(space, seen))


# --- fact 1: silos leave leads unworked ------------------------------------------------------------------


def test_in_silos_a_third_of_the_leads_is_never_worked(cal: Calibrated) -> None:
    network = cal.network
    leads = ("hot_lead", "briefed_lead", "fit_lead", "broad_lead")
    inflow = network.stage_inflow(network.baseline)
    received = sum(inflow[network.stages.index(s)] for s in leads)
    left = sum(network.baseline[network.activities.index(f"leave:{s}")] for s in leads)
    assert left / received > 1 / 3


# --- fact 2: marketing on the closing rate ---------------------------------------------------------------


def test_marketing_on_the_closing_rate_brings_fewer_leads(named: Named) -> None:
    assert named.score("closing_rate", "lead_volume") < 0.8
    assert named.units("closing_rate", "wide_net") < named.units("silo", "wide_net")


def test_marketing_on_the_closing_rate_changes_revenue_by_less_than_a_hundredth(named: Named) -> None:
    assert abs(named.revenue("closing_rate") / named.revenue("silo") - 1) < 0.01


def test_marketing_controls_less_than_a_quarter_of_the_closing_rate(cal: Calibrated) -> None:
    network = cal.network
    share = measure(cal).controllability[network.teams.index("marketing"), network.kpis.index("closing_rate")]
    assert share < 0.25


def falls(named: Named, plan: str) -> tuple[Any, Any, Any]:
    """What people do under a plan, its euros at target (1, I, K), and how far KPIs can be sunk (1, K, J)."""
    row = [named.names.index(plan)]
    at = named.outcome.by_regime[0].select(np.array(row), named.cal.network)
    return at, named.euros[row], exposures(named.cal, at, named.euros[row])


def test_no_kpi_of_marketing_is_as_exposed_to_others_as_the_closing_rate(named: Named) -> None:
    cal, network = named.cal, named.cal.network
    exposure = falls(named, "closing_rate")[2][0]
    others = [j for j, team in enumerate(network.teams) if team != "marketing"]
    offered = cal.scenario.rules.measures["marketing"]
    worst = {k: exposure[network.kpis.index(k), others].max() for k in offered}
    assert max(worst, key=worst.__getitem__) == "closing_rate"
    assert worst["lead_volume"] == pytest.approx(0, abs=1e-9)


def test_on_the_closing_rate_sales_can_sink_a_tenth_of_marketings_pay(named: Named) -> None:
    cal, teams = named.cal, named.cal.network.teams
    at_mercy = {}
    for plan in ("silo", "closing_rate"):
        at, euros, fall = falls(named, plan)
        lost = pay_at_mercy(cal, at, euros, fall)[0, teams.index("marketing"), :, teams.index("sales")]
        at_mercy[plan] = float(lost.sum())
    assert at_mercy["silo"] == pytest.approx(0, abs=1e-6)
    assert at_mercy["closing_rate"] > 0.1 * cal.scenario.teams["marketing"].current_pay


# --- fact 3: every lead touched within 48 hours ----------------------------------------------------------


def test_the_48h_rule_is_overfulfilled_and_costs_more(named: Named) -> None:
    assert named.score("sla_48h", "touched_48h") >= 1.15
    assert named.loaded_pay("sla_48h") > named.loaded_pay("silo")


def test_under_the_48h_rule_volume_keeps_paying_marketing(named: Named) -> None:
    assert named.score("sla_48h", "lead_volume") > 0.98
    assert named.score("sla_48h", "touched_leads") > 1.15


def test_under_the_48h_rule_sellers_take_up_thin_meetings_and_do_less_for_good_ones(named: Named) -> None:
    assert named.score("sla_48h", "response_48h") > 1
    assert named.units("sla_48h", "quick_thin") > named.units("silo", "quick_thin")
    assert named.units("sla_48h", "consult_good") < named.units("silo", "consult_good")


def test_the_48h_rule_lowers_revenue(named: Named) -> None:
    assert named.revenue("sla_48h") < named.revenue("silo")


def test_the_48h_rule_is_met_by_mechanical_touches_and_the_best_leads_are_not_worked(named: Named) -> None:
    assert named.hours("sla_48h", TOUCHES) > 1.5 * named.hours("silo", TOUCHES)
    assert named.units("sla_48h", "leave:broad_lead") < named.units("silo", "leave:broad_lead")
    assert named.units("sla_48h", "call_within_hour") < named.units("silo", "call_within_hour")


# --- fact 4: cross-weights -------------------------------------------------------------------------------


def test_cross_weights_glued_by_hand_lose_although_leads_get_better(named: Named) -> None:
    assert named.score("cross_weights", "meeting_rate") > 1
    assert named.score("cross_weights", "bookings") < 1
    assert named.revenue("cross_weights") < named.revenue("silo")


def test_a_retention_rate_is_raised_by_leaving_deals_unsigned(named: Named) -> None:
    assert named.score("equal_weights", "early_retention") > 1
    assert named.units("equal_weights", "leave:deal") > 1.1 * named.units("silo", "leave:deal")
    assert named.revenue("equal_weights") < named.revenue("silo")


# --- how robust the facts are ----------------------------------------------------------------------------


def test_the_facts_command_agrees_at_nominal_values(facts: ModuleType, alignment: Scenario) -> None:
    truths = dict(zip(facts.FACTS, facts.truths(alignment, alignment.current_plan), strict=True))
    said_not_to_come_out = {"Closing rate: revenue falls."}
    told = {fact.sentence: holds for fact, holds in truths.items() if fact.number in "23"}
    assert {sentence for sentence, holds in told.items() if not holds} == said_not_to_come_out


def test_a_draw_is_judged_by_the_same_facts_and_does_not_depend_on_how_many_are_drawn(
    facts: ModuleType, alignment: Scenario
) -> None:
    few, _ = facts.truths_of_draws(alignment, alignment.current_plan, 1, seed=5, workers=1)
    more, rejected = facts.truths_of_draws(alignment, alignment.current_plan, 2, seed=5, workers=1)
    assert more.shape == (2, len(facts.FACTS))
    assert (more[:1] == few).all()
    assert rejected >= 0


# Fact 4: the optimum, engineered by the solver.


@pytest.fixture(scope="module")
def optimum() -> Solution:
    return solve(read_scenario(ALIGNMENT))


@pytest.mark.slow
def test_the_optimum_is_proven_within_a_thousandth(optimum: Solution) -> None:
    assert optimum.status == "optimal"
    assert optimum.certificate.gap <= 1e-3
    assert all(check.ok for check in optimum.certificate.checks)


@pytest.mark.slow
def test_the_optimum_beats_every_named_plan_that_keeps_the_rules_and_all_others_too(
    optimum: Solution,
) -> None:
    scenario = optimum.problem.scenario
    plans = {name: plan_of(scenario, given) for name, given in scenario.plans.items()}
    today = {name: plan for name, plan in plans.items() if plan.terms.as_today}
    for name, plan in compare(scenario, today).items():
        assert optimum.certificate.objective > plan.value, name


@pytest.mark.slow
def test_what_we_recommend_is_the_optimum_with_targets_issued_anew_which_pays_as_today(
    optimum: Solution,
) -> None:
    scenario = optimum.problem.scenario
    recommended = plan_of(scenario, scenario.plans["aligned_reset"])
    assert recommended.weights == optimum.chosen.plan.weights
    assert recommended.issued is not None
    both = compare(scenario, {"today": scenario.current_plan, "anew": recommended})
    today, anew = (both[name].consistent for name in ("today", "anew"))
    assert anew.loaded_pay == pytest.approx(today.loaded_pay, rel=1e-6)
    assert anew.revenue - today.revenue > 0.8 * (optimum.certificate.objective - both["today"].value)


def test_the_optimum_pays_teams_on_measures_that_other_teams_move(optimum: Solution) -> None:
    control = optimum.problem.measures.controllability
    network = optimum.problem.cal.network
    crossing = {
        team
        for i, team in enumerate(network.teams)
        for kpi in optimum.chosen.plan.weights[team]
        if np.delete(control[:, network.kpis.index(kpi)], i).max() >= 0.05
    }
    assert len(crossing) >= 2


def test_the_optimum_is_no_corner_that_a_designer_would_laugh_at(optimum: Solution) -> None:
    silo = optimum.problem.scenario.current_plan
    for team, weights in optimum.chosen.plan.weights.items():
        alone = [kpi for kpi, w in weights.items() if w > 0.99]
        assert all(kpi in silo[team] for kpi in alone), f"{team} is paid on {alone} alone"
    assert sum(len(w) for w in optimum.chosen.plan.weights.values()) >= 6
    share = optimum.chosen.consistent.pay / optimum.chosen.euros.sum(axis=1)
    assert 0.9 <= share.min() <= share.max() <= 1.4


def test_the_optimum_reduces_hours_on_gaming(optimum: Solution) -> None:
    network = optimum.problem.cal.network
    hours = network.unit_hours * network.gaming
    assert hours @ optimum.chosen.consistent.x < hours @ network.baseline
