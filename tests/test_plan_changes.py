"""A curve alone is a change, and so is pay; a loss of net stands beside the gain."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from click.testing import CliRunner
from pypdf import PdfReader

from optimizer import Scenario, evaluate
from optimizer.cli import main
from optimizer.explanation.build import Explanation, explain
from optimizer.explanation.frontier import frontier
from optimizer.plans.plan_changes import curve_named, curves_offered, same_plan, team_changes
from optimizer.response.calibration import calibrate
from optimizer.rollout.actuals import Actual
from optimizer.rollout.adjust import adjust
from optimizer.rollout.pilot import changed_teams
from optimizer.rollout.transition import transition
from optimizer.runs.diff import differences
from optimizer.scenario.plan import Plan
from optimizer.scenario.write import dump_scenario
from optimizer.solver import Options, solve
from optimizer.solver.robust import robustly
from optimizer.tables.adjust import adjust_tables
from optimizer.tables.build import tables_of
from optimizer.tables.frontier import FRONTIER, frontier_rows
from optimizer.tables.json_values import solution_json
from optimizer.tables.table import Tables
from optimizer.tables.whatif import whatif_data
from reports.words.catalogue import words_for
from reports.words.sentences import decision

TRUST = Path(__file__).parent / "cases" / "trust"
STEEP: dict[str, Any] = {"accelerators": [{"from": 1.0, "slope": 3.0}]}


def company(name: str = "curve_only.yaml", **changes: Any) -> Scenario:
    tree = yaml.safe_load((TRUST / name).read_text(encoding="utf-8"))
    return Scenario.model_validate(tree | changes, by_alias=True, by_name=False)


@cache
def explained(name: str) -> Explanation:
    return explain(solve(company(name), Options(gap=1e-6)))


def tables(explanation: Explanation) -> Tables:
    return tables_of(explanation.solution, explanation)


def page_one(folder: Path, language: str) -> str:
    text = PdfReader(folder / f"report.{language}.pdf").pages[0].extract_text()
    return " ".join(text.replace("\u00ad", "").replace("\u00a0", " ").replace("\u202f", " ").split())


def solved(name: str, folder: Path) -> str:
    """What a terminal says."""
    result = CliRunner().invoke(main, ["solve", str(TRUST / name), "--out", str(folder)])
    assert result.exit_code == 0, result.output
    return " ".join(result.stdout.split())


def folder_of(scenario: Scenario, folder: Path) -> Path:
    """Of a run, what says what was solved and what came out."""
    solution = solve(scenario)
    folder.mkdir()
    (folder / "scenario.yaml").write_text(dump_scenario(scenario), encoding="utf-8")
    asked = {"options": {}, "python": "", "versions": {}}
    parts = {"inputs": asked, "result": solution_json(solution), "company": whatif_data(solution)}
    for name, part in parts.items():
        (folder / f"{name}.json").write_text(json.dumps(part), encoding="utf-8")
    return folder


# --- a curve alone --------------------------------------------------------------------------------------


@pytest.mark.slow
def test_page_one_names_the_curve_as_the_change_and_both_gains(tmp_path: Path) -> None:
    said = solved("curve_only.yaml", tmp_path / "run")
    assert "against today: revenue +12,827.95, net +2,464.74" in said
    english, french = (page_one(tmp_path / "run", language) for language in ("en", "fr"))
    for part in ("pay curve “Steep” instead of “Straight”", "€12,828", "Net rises by €2,465"):
        assert part in english
    for part in ("le barème « Steep » au lieu de « Straight »", "12 828 €", "Net : 2 465 € de plus"):
        assert part in french
    assert not any(word in english for word in ("Keep the current", "nothing moved"))
    assert not any(word in french for word in ("Garder le plan", "rien n’a bougé"))


def test_every_table_counts_a_curve_as_a_change() -> None:
    frames = tables(explained("curve_only.yaml"))
    summary, (_, team) = frames["summary"].iloc[0], next(frames["teams"].iterrows())
    assert summary["moved"]
    assert summary["gain"] == pytest.approx(12_827.95, abs=0.01)
    assert frames["waterfall"]["net"].sum() == pytest.approx(2_464.74, abs=0.01)
    assert (team["weights_moved"], team["pay_moved"], team["curve_moved"]) == (False, False, True)
    assert (team["curve_now"], team["curve_then"]) == ("straight", "steep")
    assert not frames["plans"].set_index("kind").loc["chosen", "same_as_current"]
    assert frames["why_unmoved"].empty


def test_a_curve_that_pays_the_same_under_another_name_is_no_change() -> None:
    explanation = explain(solve(company(rules={"curves": {"sellers": ["straight"]}})))
    assert explanation.chosen is not None
    assert explanation.chosen.plan.curves == {"sellers": "straight"}
    assert not explanation.moved
    assert len(whatif_data(explanation.solution)["curves"]) == 1


def test_the_plan_in_force_is_the_nearest_of_plans_nearly_as_good() -> None:
    """The other curve brings 0.03 % more: today's plan keeps the rules, and nothing would have to change."""
    nearly = {"straight": {}, "steep": {"accelerators": [{"from": 1.0, "slope": 1.01}]}}
    explanation = explain(solve(company(curves=nearly)))
    assert explanation.moved
    first = tables(explanation)["near_ties"].iloc[0]
    assert (first["known"], first["near_tie"], first["closer"]) == ("current", True, True)
    assert (first["new_curves"], first["shift"]) == (0, "sellers: straight curve")


def test_the_best_plan_of_every_other_choice_of_curves_is_considered_too() -> None:
    """None of these curves is in force, and the second best brings 0.02 % less."""
    curves = {f"at_{at}": {"accelerators": [{"from": at / 100, "slope": 3.0}]} for at in (100, 101, 150)}
    explanation = explain(solve(company(curves=curves, rules={"curves": {"sellers": list(curves)}})))
    ties = tables(explanation)["near_ties"].set_index("curves")
    assert set(ties.index) == {"sellers: at_101", "sellers: at_150"}
    assert list(ties["shift"]) == ["sellers: at_101 curve", "sellers: at_150 curve"]
    for curve, combination in zip(ties.index, explanation.solution.asked.combinations[1:], strict=True):
        assert ties.loc[curve, "value"] == pytest.approx(combination.objective, rel=1e-9)
    assert "Sellers: pay curve At 101" in words_for(tables(explanation), "en").known_plan(
        "", ties["shift"].iloc[0]
    )


def test_a_curve_of_a_kpi_is_replaced_by_one_of_the_team() -> None:
    kpis = {"orders": {"entering": {"order": 1}, "noise": 0.2, "curve": "steep"}}
    scenario = company(kpis=kpis, rules={"curves": {"sellers": ["steep", "straight"]}})
    cal = calibrate(scenario)
    steep, straight = ((cal.current, {"sellers": name}) for name in ("steep", "straight"))
    assert same_plan(scenario, (cal.current, {}), steep)
    assert [c.curve for c in team_changes(scenario, (cal.current, {}), straight)] == [True]
    assert curve_named(scenario, "sellers", ["orders"], {}) == "steep"


def test_a_curve_of_a_kpi_that_is_not_paid_is_no_change() -> None:
    kpis = {
        "orders": {"entering": {"order": 1}, "noise": 0.2, "curve": "steep"},
        "calls": {"numerator": {"sell": 1}, "noise": 0.2},
    }
    scenario = company(kpis=kpis)
    euros = calibrate(scenario).current
    assert same_plan(scenario, (euros, {}), (euros, {"sellers": "steep"}))
    assert not same_plan(scenario, (euros, {}), (euros[:, ::-1], {"sellers": "steep"}))


def test_curves_in_force_may_be_none_of_those_on_offer() -> None:
    bent = {"sellers": {"headcount": 4, "hours": 1500, "base_pay": 60000, "target_pay": 40000}}
    bent["sellers"]["curve"] = {"cap": 1.5}  # type: ignore[assignment]
    scenario = company(teams=bent)
    euros = calibrate(scenario).current
    assert not curves_offered(scenario, (euros, {}))
    assert curves_offered(scenario, (euros, {"sellers": "steep"}))
    assert curve_named(scenario, "sellers", ["orders"], {}) == ""


def test_a_loss_is_not_laid_to_rules_that_todays_plan_keeps() -> None:
    """The curve in force is better than the only one on offer: it breaks no rule, and may not be chosen."""
    teams = {
        "sellers": {"headcount": 4, "hours": 1500, "base_pay": 60000, "target_pay": 40000, "curve": "steep"}
    }
    scenario = company(teams=teams, rules={"curves": {"sellers": ["straight"]}})
    explanation = explain(solve(scenario))
    frames = tables(explanation)
    assert frames["summary"].iloc[0]["gain"] < 0
    said = decision(words_for(frames, "en"), frames)
    assert "pay curve “Straight” instead of “Steep”" in said["what"]
    assert "today’s plan is none of those that the rules leave to choose from" in said["result"]
    assert "breaks the rules" not in said["result"]
    assert "current" not in set(frames["near_ties"]["known"])


def test_studies_of_a_switch_see_the_same_changes() -> None:
    scenario = company()
    cal = calibrate(scenario)
    assert changed_teams(cal, cal.current, {"sellers": "steep"}) == (0,)
    assert changed_teams(cal, cal.current, {"sellers": "straight"}) == ()
    assert transition(cal, cal.current, 2, 2, 1, curves={"sellers": "straight"}).goes_on
    assert not transition(cal, cal.current, 2, 2, 1, curves={"sellers": "steep"}).goes_on


def test_named_plans_follow_the_curves_in_force_in_report_and_page() -> None:
    solution = solve(company(plans={"again": {"sellers": {"orders": 1}}}))
    plans = {plan["name"]: plan["curves"] for plan in whatif_data(solution)["plans"]}
    assert plans == {"current": 0, "chosen": 1, "again": 0}
    frame = tables_of(solution, explain(solution))["plans"].set_index("plan")
    assert frame.loc["again", "same_as_current"]
    assert frame.loc["again", "revenue"] == frame.loc["current", "revenue"]


def test_a_diff_of_two_runs_says_that_the_curve_changed_and_what_it_promises(tmp_path: Path) -> None:
    tree = yaml.safe_load((TRUST / "curve_only.yaml").read_text(encoding="utf-8"))
    only_straight = tree | {"rules": {"curves": {"sellers": ["straight"]}}}
    without = {key: value for key, value in tree.items() if key != "rules"}
    flatter = tree | {"curves": {"straight": {}, "steep": {"accelerators": [{"from": 1.0, "slope": 2.0}]}}}
    anew = tree | {"targets": {"mode": "reset", "stretch": 0.05}}
    runs = {
        name: folder_of(Scenario.model_validate(company), tmp_path / name)
        for name, company in {
            "straight": only_straight, "none": without, "steep": tree, "flatter": flatter, "anew": anew,
        }.items()
    }  # fmt: skip

    def told(before: str, after: str) -> set[str]:
        return {str(c) for c in differences(runs[before], runs[after]) if c.part == "plan"}

    assert told("straight", "steep") == {
        'curve of sellers: "a straight line" to "steep"',
        "curve of sellers, accelerators[0].from: nothing to 1.0",
        "curve of sellers, accelerators[0].slope: nothing to 3.0",
    }
    assert told("steep", "flatter") == {"curve of sellers, accelerators[0].slope: 3 to 2 (−1, −33.3%)"}
    assert told("straight", "none") == set()
    assert told("steep", "anew") == {
        'targets: "fixed" to "reset"',
        "stretch of targets: 0 to 0.05 (+0.05)",
    }


# --- target pay, and the net ----------------------------------------------------------------------------


@pytest.mark.slow
def test_a_loss_of_net_stands_in_the_headline(tmp_path: Path) -> None:
    said = solved("revenue_up_net_down.yaml", tmp_path / "run")
    assert "against today: revenue +2,700.00, net -7,800.00; the net falls" in said
    english, french = (page_one(tmp_path / "run", language) for language in ("en", "fr"))
    assert "rises by €2,700 a quarter (+1.0%), at €50,500" in english
    assert "Net falls by €7,800 (−3.4%)." in english
    assert english.index("Net falls by €7,800 a quarter") < english.index("rises by €2,700")
    assert "Net : 7 800 € de moins (−3,4 %)." in french
    assert french.index("Le net baisse de 7 800 € par trimestre") < french.index("2 700 € de plus")


def test_target_pay_alone_is_a_change() -> None:
    frames = tables(explained("revenue_up_net_down.yaml"))
    (_, team) = next(frames["teams"].iterrows())
    assert frames["summary"].iloc[0]["moved"]
    assert (team["weights_moved"], team["pay_moved"], team["curve_moved"]) == (False, True, False)
    assert (team["target_now"], team["target_then"]) == (40_000, 50_000)
    assert frames["near_ties"].set_index("known").loc["current", "shift"] == "sellers: 40000 pay"


@pytest.mark.parametrize("scale", [1e-4, 1.0, 1e6])
def test_what_is_a_change_does_not_depend_on_the_unit_of_money(scale: float) -> None:
    scenario = company()
    euros = np.array([[40_000.0 * scale]])
    assert same_plan(scenario, (euros, {}), (euros * (1 + 1e-12), {}))
    assert not same_plan(scenario, (euros, {}), (euros * (1 + 1e-6), {}))


@pytest.mark.slow
def test_evaluate_and_compare_say_where_the_net_falls(tmp_path: Path) -> None:
    tree = yaml.safe_load((TRUST / "curve_only.yaml").read_text(encoding="utf-8"))
    tree |= {"kpis": {"orders": {"entering": {"order": 1}, "noise": 0.2}}, "name": "falls"}
    tree["stages"] = {"order": {"value": 4000}}
    (tmp_path / "falls.yaml").write_text(json.dumps(tree), encoding="utf-8")
    (tmp_path / "plan.yaml").write_text("sellers: {orders: 1}", encoding="utf-8")
    folder = tmp_path / "run"
    result = CliRunner().invoke(main, ["solve", str(tmp_path / "falls.yaml"), "--out", str(folder)])
    assert "the net falls" in " ".join(result.stdout.split())
    for verb in (["evaluate", "--plan"], ["compare"]):
        told = CliRunner().invoke(main, [verb[0], str(tmp_path / "falls.yaml"), *verb[1:], str(folder)])
        assert told.exit_code == 0, told.output
        assert "the net falls: loaded payouts change by" in " ".join(told.stdout.split())


def test_a_frontier_says_what_becomes_of_the_net() -> None:
    scenario = company("revenue_up_net_down.yaml")
    points = frontier(scenario, "budget", points=2, options=Options(gap=1e-6))
    rows = FRONTIER.frame(frontier_rows(points))
    paid = [float(pay.removeprefix("sellers: ")) for pay in rows["target_pay"]]
    assert len(set(paid)) == len(rows), "points that differ by pay alone are told apart"
    today = evaluate(scenario).consistent.net
    assert rows["net_change"].to_numpy() == pytest.approx(rows["net"].to_numpy() - today)
    assert (rows["net_change"] < 0).any()


def test_candidates_that_differ_by_pay_alone_are_told_apart() -> None:
    sources = {"stages.order.value": {"text": "finance", "range": 0.2}}
    scenario = company("revenue_up_net_down.yaml", sources=sources)
    options = Options(gap=1e-6)
    solution = robustly(solve(scenario, options), options, draws=20)
    frame = tables_of(solution, explain(solution))["robustness"]
    assert list(frame["target_pay"]) == ["sellers: 40000", "sellers: 50000", "sellers: 45000"]
    assert list(frame["pay_apart"]) == ["", "", "sellers: 45000"]
    words = words_for(tables_of(solution, explain(solution)), "en")
    assert "45,000 at target" in words.candidate(frame.iloc[2])


def test_a_robust_choice_among_curves_knows_todays_plan_by_what_it_pays() -> None:
    """Under another name it is the same plan; its weights under another curve are another plan."""
    sources = {"stages.order.value": {"text": "finance", "range": 0.2}}
    options = Options(gap=1e-6)
    same = company(sources=sources, rules={"curves": {"sellers": ["straight"]}})
    compared = robustly(solve(same, options), options, draws=20).asked.robustness
    assert compared is not None
    assert [(c.kind, c.kept) for c in compared.candidates] == [("current", True)]
    other = robustly(solve(company(sources=sources), options), options, draws=20).asked.robustness
    assert other is not None
    assert [(c.kind, c.kept) for c in other.candidates] == [("current", False), ("nominal", True)]


@pytest.mark.parametrize("pay", [40_000.0, 50_000.0])
def test_an_adjustment_changes_weights_and_never_pay(pay: float) -> None:
    """One KPI, so there are no other weights: the smallest change was a rise of pay that no table showed."""
    scenario = company("revenue_up_net_down.yaml")
    plan = Plan({"sellers": {"orders": 1.0}}, {"sellers": pay})
    adjustment = adjust(scenario, plan, [Actual(1, "sellers", "orders", 30.0)], draws=50)
    assert adjustment.verdict == "keep"
    chosen = adjustment.unlimited.solution.chosen
    assert chosen is not None
    assert chosen.plan.target_pay == {"sellers": pytest.approx(pay)}
    frames = adjust_tables(adjustment, "launched")
    assert frames["changes"].empty
    assert frames["summary"].iloc[0]["attainable"] == pytest.approx(0, abs=1e-3)


def test_a_cap_of_a_chosen_curve_is_the_cap_of_its_kpi() -> None:
    """A team's curve replaces the KPI's own; what caps the pay is what the plan chooses."""
    own = {"orders": {"entering": {"order": 1}, "noise": 0.2, "curve": {"cap": 1.6}}}
    curves = {"straight": {}, "capped": {"slope": 2.0, "cap": 1.2}}
    for offered, cap in {"straight": np.nan, "capped": 1.2}.items():
        explanation = explain(
            solve(company(kpis=own, curves=curves, rules={"curves": {"sellers": [offered]}}))
        )
        frame = tables(explanation)["kpis"]
        assert frame["cap"].to_numpy() == pytest.approx([cap], nan_ok=True)
