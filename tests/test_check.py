"""Semantic checks: what a scenario alone gives away. Each case changes one thing of a small valid company."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from optimizer import Scenario, read_scenario
from optimizer.scenario.checks import given_problems, problems_of, warnings_of
from optimizer.scenario.problems import Finding, did_you_mean, dotted, listed, nearest, number, shown

CASES = Path(__file__).parent / "cases"
SMALL = yaml.safe_load((CASES / "small.yaml").read_text())
REMOVE = object()


def small(**changes: Any) -> Scenario:
    """The small scenario with values changed at dotted paths; dots are written `__`."""
    tree: dict[str, Any] = yaml.safe_load((CASES / "small.yaml").read_text())
    for path, value in changes.items():
        *parents, last = path.split("__")
        place = tree
        for parent in parents:
            place = place.setdefault(parent, {})
        if value is REMOVE:
            del place[last]
        else:
            place[last] = value
    return Scenario.model_validate(tree, by_alias=True, by_name=False)


def the_problem(scenario: Scenario) -> Finding:
    (finding,) = problems_of(scenario)
    return finding


def warned(scenario: Scenario, fragment: str) -> list[str]:
    """Paths of the warnings whose message contains a fragment."""
    return [dotted(finding.path) for finding in warnings_of(scenario) if fragment in finding.message]


# --- errors ---------------------------------------------------------------------------------------------


def test_the_small_and_the_reference_scenarios_have_no_problems() -> None:
    assert problems_of(small()) == []
    for name in ("mini_funnel", "capped_funnel"):
        assert problems_of(read_scenario(CASES / name / f"{name}.json")) == []


def test_a_baseline_that_uses_up_the_inflow_exactly_is_not_overdrawn() -> None:
    target = {"kpis__unworked__target": 0.1}
    assert problems_of(small(activities__deep__baseline=158, **target)) == []
    above = the_problem(small(activities__deep__baseline=158.001, **target))
    assert above.message == "overdrawn at baseline: 248.001 units are taken, 248 come in"


def test_rounding_does_not_overdraw_a_stage_or_overbook_a_team() -> None:
    hours = 18 * 10 + 8 * 6
    assert problems_of(small(teams__marketing__hours=hours * (1 - 1e-12))) == []
    booked = the_problem(small(teams__marketing__hours=hours * (1 - 1e-6)))
    assert booked.path == ("teams", "marketing", "hours")


def test_an_overdrawn_stage_names_the_numbers_and_who_draws_most_first() -> None:
    finding = the_problem(small(activities__onboard__baseline=18))
    assert finding.path == ("stages", "customer")
    assert finding.message == "overdrawn at baseline: 26 units are taken, 24 come in"
    assert finding.hint.startswith("taken by onboard 18, light_onboard 8; ")


def test_an_overbooked_team_names_the_hours_of_its_activities() -> None:
    finding = the_problem(small(teams__success__hours=200))
    assert finding.message == "over-booked at baseline: 205 hours are worked, 200 exist"
    assert finding.hint == "worked: onboard 168, light_onboard 32, advocacy 5"


def test_a_stated_cost_replaces_reach_and_scale() -> None:
    idle = {"team": "marketing", "baseline": 0}
    assert len(problems_of(small(activities__idle=idle))) == 2
    assert problems_of(small(activities__idle={**idle, "cost": {"quadratic": 1.0}})) == []


def test_an_idle_way_of_working_a_stage_is_scaled_by_its_neighbours() -> None:
    drop = {"team": "sales", "from": "lead", "baseline": 0, "reach": 10}
    assert problems_of(small(activities__drop=drop)) == []


def test_unpaid_credit_does_not_scale_an_activity_and_paid_credit_does() -> None:
    idle = {"team": "marketing", "baseline": 3}
    by_wins = {"close": 0.5, "idle": 1}
    assert (
        "nothing scales" in the_problem(small(activities__idle=idle, kpis__wins__numerator=by_wins)).message
    )
    plan = {"leads": 0.5, "wins": 0.5}
    paid = small(activities__idle=idle, kpis__wins__numerator=by_wins, current_plan__marketing=plan)
    assert problems_of(paid) == []


def test_hours_of_a_team_without_limit_do_not_scale_its_activities() -> None:
    unlimited = {"target_pay": 100.0}
    work = {"team": "field", "hours": 2, "baseline": 1}
    plans = {"current_plan__field": {"wins": 1}, "plans__quality__field": {"wins": 1}}
    finding = the_problem(small(teams__field=unlimited, activities__visit=work, **plans))
    assert finding.path == ("activities", "visit")
    assert problems_of(small(teams__field={**unlimited, "hours": 10}, activities__visit=work, **plans)) == []


def test_an_hour_value_or_base_pay_is_enough_to_value_the_hours_of_an_unpaid_team() -> None:
    assert problems_of(small(teams__support={"hours": 100, "hour_value": 30})) == []
    assert problems_of(small(teams__support={"hours": 100, "base_pay": 3000})) == []
    assert "no pay to value them by" in the_problem(small(teams__support={"hours": 100})).message


def test_a_team_without_target_pay_needs_no_plan_but_may_have_one() -> None:
    support = {"hours": 100, "base_pay": 3000}
    assert problems_of(small(teams__support=support, current_plan__support={})) == []
    assert problems_of(small(teams__support=support, current_plan__support={"wins": 1})) == []
    assert (
        "sum to 0.5"
        in the_problem(small(teams__support=support, current_plan__support={"wins": 0.5})).message
    )


@pytest.mark.parametrize(("weight", "count"), [(1 - 1e-7, 0), (1 + 0.0, 0), (1 - 1e-5, 1)])
def test_weights_sum_to_one_within_a_millionth(weight: float, count: int) -> None:
    assert len(problems_of(small(current_plan__marketing={"leads": weight}))) == count


def test_a_yield_of_zero_closes_no_cycle() -> None:
    assert problems_of(small(activities__close__yields={"customer": 0.5, "lead": 0})) == []


def test_a_cycle_over_three_stages_is_named_in_full() -> None:
    loop = {"team": "success", "from": "customer", "yields": {"lead": 0.1}, "hours": 1, "baseline": 1}
    finding = the_problem(small(activities__referral=loop))
    names = finding.message.removeprefix("stages form a cycle: ").split(" -> ")
    assert names[0] == names[-1]
    assert set(names) == {"lead", "deal", "customer"}


def test_teams_may_feed_each_other_where_stages_do_not_cycle() -> None:
    stages = {**SMALL["stages"], "expansion": {"owner": "sales"}}
    find = {"team": "success", "from": "customer", "yields": {"expansion": 0.2}, "hours": 1, "baseline": 1}
    sell = {"team": "sales", "from": "expansion", "yields": {"retained": 0.5}, "hours": 1, "baseline": 0.1}
    assert problems_of(small(stages=stages, activities__find=find, activities__sell=sell)) == []


@pytest.mark.parametrize("name", ["leave:lead", "leave:deal", "other:sales"])
def test_a_kpi_may_count_work_left_and_other_work(name: str) -> None:
    assert problems_of(small(kpis__extra={"numerator": {name: 1}})) == []


def test_the_baseline_of_a_kpi_counts_what_is_left() -> None:
    everything_worked = small(
        activities__onboard__baseline=16, kpis__left={"numerator": {"leave:customer": 1}, "noise": 0.1}
    )
    finding = the_problem(everything_worked)
    assert finding.path == ("kpis", "left")
    assert "its baseline value is 0" in finding.message


def test_a_kpi_that_is_negative_at_baseline_needs_a_target() -> None:
    negative = {"numerator": {"touch": -1}}
    assert "its baseline value is -90" in the_problem(small(kpis__penalty=negative)).message
    assert problems_of(small(kpis__penalty={**negative, "target": 1})) == []


def test_an_unpaid_rate_without_denominator_at_baseline_only_needs_a_target() -> None:
    rate = {"numerator": {"close": 1}, "denominator": {"event": 1}}
    assert "its denominator being 0" in the_problem(small(kpis__odd=rate)).message
    assert problems_of(small(kpis__odd={**rate, "target": 2})) == []
    paid = small(kpis__odd={**rate, "target": 2}, current_plan__marketing={"odd": 1})
    assert the_problem(paid).message == "paid to marketing, but its denominator is 0 at baseline"


@pytest.mark.parametrize("step", [0.01, 0.05, 1 / 3, 0.3333333, 0.125, 1])
def test_a_step_that_divides_one_is_accepted_whatever_its_rounding(step: float) -> None:
    assert problems_of(small(rules__weights={"step": step}, rules__locks=REMOVE)) == []


def test_weights_without_steps_go_with_the_surplus_objective() -> None:
    surplus = {"rules__weights": {"step": 0}, "rules__objective": "surplus"}
    assert problems_of(small(**surplus, rules__budget={"expected": 90000})) == []
    needless = small(rules__weights={"step": 0}, rules__budget=REMOVE)
    assert the_problem(needless).path == ("rules", "weights", "step")


BAD_CASES = {"level": 0.95, "limit": 20000}


@pytest.mark.parametrize(
    "budget",
    [
        {"teams": {"sales": 9000}},
        {"min_share_of_target": 0.9},
        {"cvar": BAD_CASES},
        {"percentile": BAD_CASES},
    ],
)
def test_budgets_that_need_steps_are_refused_without_them(budget: dict[str, Any]) -> None:
    rules = {"rules__objective": "surplus", "rules__budget": budget}
    assert problems_of(small(**rules)) == []
    finding = the_problem(small(**rules, rules__weights={"step": 0}))
    assert finding.path == ("rules", "budget", *budget)
    assert "without steps" in finding.message


def test_target_pay_without_steps_needs_weights_without_steps() -> None:
    pay = {"current": 9000, "min": 0, "max": 12000, "step": 0}
    free = {"teams__sales__target_pay": pay, "rules__budget": REMOVE}
    assert the_problem(small(**free)).path == ("teams", "sales", "target_pay", "step")
    assert problems_of(small(**free, rules__weights={"step": 0}, rules__objective="surplus")) == []


@pytest.mark.parametrize(
    ("weights", "possible"),
    [
        ({"min": 0.5, "max": 0.5}, True),
        ({"min": 0.3, "max": 0.45}, False),  # two measures give at most 0.9
        ({"min": 0.6, "max": 1}, True),  # one measure of 1
        ({"min": 0.6, "max": 0.9}, False),  # one gives at most 0.9, two at least 1.2
        ({"max": 0.5, "max_measures": 1}, False),
        ({"step": 0.25, "min": 0.3, "max": 0.7}, True),  # rounded inwards to 0.5
        ({"step": 0.2, "min": 0.45, "max": 0.55}, False),  # no multiple in between
    ],
)
def test_weights_that_cannot_sum_to_one_are_refused(weights: dict[str, float], possible: bool) -> None:
    two = {"marketing": ["leads", "wins"], "sales": ["wins", "leads"], "success": ["retention", "wins"]}
    scenario = small(rules__weights=weights, rules__measures=two, rules__locks=REMOVE)
    problems = problems_of(scenario)
    assert [dotted(finding.path) for finding in problems] == (
        [] if possible else [f"rules.measures.{team}" for team in two]
    )
    assert all("cannot sum to 1" in finding.message for finding in problems)


@pytest.mark.parametrize(
    ("locks", "possible"),
    [
        ({"wins": 1}, True),
        ({"wins": 0}, True),
        ({"wins": 0.6, "meeting_rate": 0.4}, True),
        ({"wins": 0.6, "meeting_rate": 0.3}, False),  # nothing is left to take 0.1
        ({"wins": 0, "meeting_rate": 0}, False),
        ({"wins": 0.5}, True),
        ({"wins": 0.95}, False),  # the rest, 0.05, is below min 0.1
    ],
)
def test_locks_must_leave_what_other_measures_can_take(locks: dict[str, float], possible: bool) -> None:
    problems = problems_of(small(rules__locks={"sales": locks}))
    assert [dotted(finding.path) for finding in problems] == ([] if possible else ["rules.measures.sales"])


def test_a_source_may_be_any_value_of_the_file_or_a_default_in_force() -> None:
    paths = [
        "teams",
        "activities.deep.from",
        "kpis.unworked.numerator.leave:lead",
        "teams.success.responsiveness",
        "rules.gaming.pairs.0.ratio",
        "regimes.weak.inflow.lead",
    ]
    assert problems_of(small(sources={path: {"text": "CRM"} for path in paths})) == []


@pytest.mark.parametrize("path", ["", ".", "teams.", "team", "activities.deep.reach", "teams.sales.hours.x"])
def test_a_source_for_something_absent_is_refused(path: str) -> None:
    assert the_problem(small(sources={path: {"text": "CRM"}})).path == ("sources", path)


def test_a_plan_is_checked_below_its_own_path() -> None:
    plan = {"marketing": {"lead": 1.0}, "sales": {"wins": 0.5}}
    problems = [(dotted(f.path), f.at_key) for f in given_problems(small(), plan, ("plans", "mine"))]
    assert problems == [
        ("plans.mine.marketing.lead", True),
        ("plans.mine.sales", False),
        ("plans.mine", False),
    ]


def test_all_problems_of_all_sections_come_out_together() -> None:
    scenario = small(
        stages__deal__owner="salles",
        activities__deep__team="sale",
        kpis__wins__numerator={"closed": 1},
        current_plan__sales={"wins": 0.4},
        regimes__weak__probability=0.5,
        rules__weights={"step": 0.3},
        sources={"nothing": {"text": "CRM"}},
    )
    paths = {dotted(finding.path) for finding in problems_of(scenario)}
    assert paths >= {
        "stages.deal.owner",
        "activities.deep.team",
        "kpis.wins.numerator.closed",
        "current_plan.sales",
        "regimes",
        "rules.weights.step",
        "sources.nothing",
    }


def test_a_stage_that_nobody_works_is_a_problem_with_its_remedy() -> None:
    for spare in ({"owner": "sales", "inflow": 5}, {"owner": "sales"}):
        finding = the_problem(small(stages__spare=spare))
        assert dotted(finding.path) == "stages.spare.owner"
        assert "nobody works stage spare" in finding.message
        assert "remove `owner`, or add an activity" in finding.hint
    assert problems_of(small(stages__spare={"inflow": 5})) == []


# --- warnings -------------------------------------------------------------------------------------------


def test_the_small_scenario_warns_of_part_timers_and_missing_sources() -> None:
    *others, finding = warnings_of(small())
    assert [dotted(f.path) for f in others] == [
        "activities.wide_net",
        "activities.touch",
        "teams.marketing",
        "teams.sales",
        "teams.success",
        "teams.success.base_pay",
        "kpis.meeting_rate",
        "kpis.retention",
        "teams.success.label",  # one text for both languages, and names without a label: English in French
    ]
    assert finding.path == ("sources",)
    assert finding.message.startswith("20 behavioural numbers have no source: teams.marketing.discount, ")


def test_sources_are_only_asked_for_where_some_are_given() -> None:
    assert warned(small(sources=REMOVE), "no source") == []
    everything = {section: {"text": "CRM"} for section in ("teams", "activities", "kpis")}
    assert warned(small(sources=everything), "no source") == []
    all_but_one = {"teams": {"text": "HR"}, "kpis": {"text": "CRM"}, "activities.deep": {"text": "CRM"}}
    assert warned(small(sources=all_but_one), "no source") == ["sources"]


def test_an_uncapped_rate_warns_where_its_payee_controls_the_denominator() -> None:
    uncapped = {"kpis__meeting_rate__curve": REMOVE}
    finding = next(f for f in warnings_of(small(**uncapped)) if f.path == ("kpis", "meeting_rate"))
    assert finding.message == "marketing is paid on an uncapped rate and can starve its denominator"
    unpaid = small(**uncapped, plans=REMOVE)
    assert "marketing may be paid on" in next(
        f.message for f in warnings_of(unpaid) if f.path == ("kpis", "meeting_rate")
    )
    barred = small(**uncapped, plans=REMOVE, rules__measures={"marketing": ["leads", "wins"]})
    assert warned(barred, "starve") == []


def test_the_reference_funnel_without_caps_warns_of_its_four_rates() -> None:
    scenario = read_scenario(CASES / "mini_funnel" / "mini_funnel.json")
    rates = ["kpis.meeting_rate", "kpis.leads_touched", "kpis.leads_qualified", "kpis.retention"]
    assert warned(scenario, "starve") == rates
    assert warned(scenario, "missing") == [f"teams.{team}.base_pay" for team in scenario.teams]
    assert warned(scenario, "its growth is a lower bound") == [
        f"activities.{name}" for name, a in scenario.activities.items() if a.gaming
    ]
    assert warned(scenario, "not French") == ["teams.sales.label"]
    assert len(warnings_of(scenario)) == 4 + 3 + 4 + 1
    capped = read_scenario(CASES / "capped_funnel" / "capped_funnel.json")
    assert len(warnings_of(capped)) == len(warned(capped, "its growth is a lower bound")) + 1


def test_unseen_gaming_without_a_cap_warns_only_where_gaming_is_ruled() -> None:
    assert warned(small(rules__gaming__caps={}), "without a cap") == ["activities.fake_touch"]
    assert warned(small(rules__gaming=REMOVE), "without a cap") == []


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"teams__sales__charges": 42}, "teams.sales.charges"),
        ({"kpis__wins__noise": 30}, "kpis.wins.noise"),
        ({"kpis__retention__curve": {"cap": 0.8}}, "kpis.retention.curve.cap"),
        ({"activities__deep__yields": {"deal": 40}}, "activities.deep.yields"),
        ({"activities__deep__entry": 0.2}, "activities.deep.entry"),
        ({"kpis__retention__denominator": {"onboard": 0.5}}, "kpis.retention.entering.onboard"),
        ({"current_plan__marketing": {"leads": 0.33, "meeting_rate": 0.67}}, "current_plan.marketing"),
    ],
)
def test_a_number_that_looks_wrong_is_warned_of_where_it_stands(change: dict[str, Any], path: str) -> None:
    assert path in {dotted(finding.path) for finding in warnings_of(small(**change))}


def test_a_current_plan_between_steps_says_so_and_that_no_change_leaves_no_plan() -> None:
    between = {"current_plan__marketing": {"leads": 0.33, "meeting_rate": 0.67}}
    assert warned(small(**between), "leads 0.33, meeting_rate 0.67") == ["current_plan.marketing"]
    assert warned(small(**between), "change_limit 0") == []
    assert warned(small(**between, rules__change_limit=0), "change_limit 0") == ["current_plan.marketing"]
    assert warned(small(**between, rules__weights={"step": 0.01}), "between two steps") == []


def test_a_market_activity_may_yield_many_units() -> None:
    assert warned(small(activities__campaign__yields={"lead": 60}), "becomes") == []


def test_a_kpi_that_no_paid_team_moves_is_warned_of_and_feeding_it_counts_as_moving() -> None:
    unpaid = {"teams__success__target_pay": 0, "current_plan__success": {}}
    assert warned(small(**unpaid), "no team with target pay") == []
    apart = small(**unpaid, kpis__advocates={"numerator": {"advocacy": 1}})
    assert warned(apart, "no team with target pay") == ["kpis.advocates"]


@pytest.mark.parametrize("name", ["later", "sales"])
def test_when_pay_that_comes_later_is_acquired_is_to_complete_whatever_its_curve_is_called(name: str) -> None:
    begun, at_once = {"plan_document__agreement": "Syntec"}, {"curves__steep": {"cap": 1.5}}
    later = {f"curves__{name}": {"cap": 1.5, "vesting": [{"after": 1.0, "share": 0.25}]}}
    dots = [
        next(
            f.message for f in warnings_of(small(**begun, **at_once, **more)) if "lines of dots" in f.message
        )
        for more in ({}, later)
    ]
    assert ["plan_document.acquired_if" in message for message in dots] == [False, True]


# --- words ----------------------------------------------------------------------------------------------


def test_the_nearest_name_ignores_case_and_gives_up_when_nothing_is_close() -> None:
    assert nearest("Marketing", ["sales", "marketing"]) == "marketing"
    assert nearest("nois", ["noise", "curve"]) == "noise"
    assert nearest("zzz", ["noise", "curve"]) is None
    assert did_you_mean("x", []) == "nothing of this kind is defined"


def test_long_lists_of_names_say_how_many_more_there_are() -> None:
    names = [f"n{i}" for i in range(40)]
    assert listed(names).endswith("n15 and 24 more")
    assert listed(names[:3]) == "n0, n1, n2"


def test_values_and_numbers_are_shown_as_they_would_be_written() -> None:
    assert [number(value) for value in (2.5e6, 0.1 + 0.2, 1e-7, 30.0)] == ["2500000", "0.3", "1e-07", "30"]
    seen = [shown(value) for value in (None, True, "é", {"a": 1}, {}, [1], [], float("inf"), -float("inf"))]
    assert seen == ["nothing", "true", '"é"', "a mapping", "{}", "a list", "[]", ".inf", "-.inf"]
    assert len(shown("x" * 1000)) == 60
