"""A curve alone is a change, and so is pay; a loss of net stands beside the gain."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from click.testing import CliRunner
from corruptions import manifest_of, write_json
from pypdf import PdfReader
from solved import tables_for

from optimizer import Scenario, evaluate
from optimizer.cli import main
from optimizer.runs.diff import differences
from optimizer.solver import solve
from optimizer.tables.json_values import solution_json
from optimizer.tables.payroll import PAY_TOTALS
from optimizer.tables.whatif import whatif_data
from reports.words.catalogue import words_for
from reports.words.sentences import decision

TRUST = Path(__file__).parent / "cases" / "trust"
SOURCES = {"stages.order.value": {"text": "finance", "range": 0.2}}
TEAM = {"headcount": 4, "hours": 1500, "base_pay": 60000, "target_pay": 40000}


def company(name: str = "curve_only.yaml", **changes: Any) -> Scenario:
    tree = yaml.safe_load((TRUST / name).read_text(encoding="utf-8"))
    return Scenario.model_validate(tree | changes, by_alias=True, by_name=False)


def offering(*names: str) -> dict[str, Any]:
    return {"curves": {"sellers": list(names)}}


def incentives(*arguments: object) -> str:
    """What a verb says."""
    result = CliRunner().invoke(main, [str(a) for a in arguments])
    assert result.exit_code in (0, 1), result.output
    return result.stdout


def plain(text: str) -> str:
    """On one line, without the spaces and hyphens of typography."""
    return " ".join(text.replace("\u00ad", "").replace("\u00a0", " ").replace("\u202f", " ").split())


def page(folder: Path, language: str, number: int = 1) -> str:
    return plain(PdfReader(folder / f"report.{language}.pdf").pages[number - 1].extract_text())


def folder_of(scenario: Scenario, folder: Path) -> Path:
    """Of a run, what says what was solved and what came out."""
    solution = solve(scenario)
    folder.mkdir()
    (folder / "scenario.yaml").write_text(
        scenario.model_dump_json(by_alias=True, exclude_unset=True), encoding="utf-8"
    )
    asked = {"options": {}, "python": "", "versions": {}}
    parts = {"inputs": asked, "result": solution_json(solution), "company": whatif_data(solution)}
    for name, part in parts.items():
        (folder / f"{name}.json").write_text(json.dumps(part), encoding="utf-8")
    (folder / "tables").mkdir()
    (folder / "tables" / "labels.csv").write_text("thing,name,language,label\n", encoding="utf-8")
    PAY_TOTALS.write(PAY_TOTALS.frame([]), folder / "tables" / "pay_totals.csv")
    write_json(folder / "manifest.json", manifest_of(folder, {}))
    return folder


# --- a curve alone --------------------------------------------------------------------------------------


@pytest.mark.slow
def test_page_one_names_the_curve_as_the_change_and_both_gains(tmp_path: Path) -> None:
    said = plain(incentives("solve", TRUST / "curve_only.yaml", "--out", tmp_path / "run"))
    assert "against today: revenue +12,827.95, net +2,464.74" in said
    english, french = (page(tmp_path / "run", language, 2) for language in ("en", "fr"))
    for part in ("pay curve “Steep” instead of “Straight”", "€12,828", "Net rises by €2,465"):
        assert part in english
    for part in ("le barème « Steep » au lieu de « Straight »", "12 828 €", "Net : 2 465 € de plus"):
        assert part in french
    english, french = (page(tmp_path / "run", language) for language in ("en", "fr"))
    assert "Straight → Steep" in english  # in the table of page one
    assert "Straight → Steep" in french
    assert not any(word in english for word in ("Keep the plan in force", "nothing moved"))
    assert not any(word in french for word in ("Garder le plan", "rien n’a bougé"))


def test_every_table_counts_a_curve_as_a_change() -> None:
    frames = tables_for(company())
    summary, (_, team) = frames["summary"].iloc[0], next(frames["teams"].iterrows())
    assert summary["moved"]
    assert summary["gain"] == pytest.approx(12_827.95, abs=0.01)
    assert frames["waterfall"]["net"].sum() == pytest.approx(2_464.74, abs=0.01)
    assert (team["weights_moved"], team["pay_moved"], team["curve_moved"]) == (False, False, True)
    assert (team["curve_now"], team["curve_then"]) == ("straight", "steep")
    assert not frames["plans"].set_index("kind").loc["chosen", "same_as_current"]
    assert frames["why_unmoved"].empty


def test_a_curve_that_pays_the_same_under_another_name_is_no_change() -> None:
    same = company(rules=offering("straight"))
    solution = solve(same)
    assert solution.chosen is not None
    assert solution.chosen.plan.curves == {"sellers": "straight"}
    assert not tables_for(same)["summary"].iloc[0]["moved"]
    assert len(whatif_data(solution)["curves"]) == 1


def test_the_plan_in_force_is_the_nearest_of_plans_nearly_as_good() -> None:
    """The other curve brings 0.03 % more: today's plan keeps the rules, and nothing would have to change."""
    nearly = {"straight": {}, "steep": {"accelerators": [{"from": 1.0, "slope": 1.01}]}}
    frames = tables_for(company(curves=nearly))
    assert frames["summary"].iloc[0]["moved"]
    first = frames["near_ties"].iloc[0]
    assert (first["known"], first["near_tie"], first["closer"]) == ("current", True, True)
    assert (first["new_curves"], first["shift"]) == (0, "sellers: straight curve")


def test_the_best_plan_of_every_other_choice_of_curves_is_considered_too() -> None:
    """None of these curves is in force, and the second best brings 0.02 % less."""
    curves = {f"at_{at}": {"accelerators": [{"from": at / 100, "slope": 3.0}]} for at in (100, 101, 150)}
    scenario = company(curves=curves, rules=offering(*curves))
    frames, combinations = tables_for(scenario), solve(scenario).asked.combinations
    ties = frames["near_ties"].set_index("curves")
    assert list(ties.index) == ["sellers: at_101", "sellers: at_150"]
    assert list(ties["shift"]) == ["sellers: at_101 curve", "sellers: at_150 curve"]
    for curve, combination in zip(ties.index, combinations[1:], strict=True):
        assert ties.loc[curve, "value"] == pytest.approx(combination.objective, rel=1e-6)
    words = words_for(frames, "en")
    assert words.known_plan("", ties["shift"].iloc[0]) == "Sellers: pay curve At 101"


def test_a_curve_of_a_kpi_is_replaced_by_one_of_the_team() -> None:
    """Paid more steeply on its KPI today, the team keeps that under whatever name the curve is offered."""
    kpis = {"orders": {"entering": {"order": 1}, "noise": 0.2, "curve": "steep"}}
    frames = tables_for(company(kpis=kpis))
    assert not frames["summary"].iloc[0]["moved"]
    frames = tables_for(company(kpis=kpis, rules=offering("straight")))
    (_, team) = next(frames["teams"].iterrows())
    assert (team["moved"], team["curve_now"], team["curve_then"]) == (True, "steep", "straight")


def test_a_curve_of_a_kpi_that_is_not_paid_is_no_change() -> None:
    kpis = {
        "orders": {"entering": {"order": 1}, "noise": 0.2, "curve": "steep"},
        "calls": {"numerator": {"sell": 1}, "noise": 0.2},
    }
    rules = {**offering("steep"), "measures": {"sellers": ["orders"]}}
    assert not tables_for(company(kpis=kpis, rules=rules))["summary"].iloc[0]["moved"]


def test_a_loss_is_not_laid_to_rules_that_todays_plan_keeps() -> None:
    """The curve in force is better than the only one on offer: it breaks no rule, and may not be chosen."""
    teams = {"sellers": {**TEAM, "curve": "steep"}}
    frames = tables_for(company(teams=teams, rules=offering("straight")))
    assert frames["summary"].iloc[0]["gain"] < 0
    said = decision(words_for(frames, "en"), frames)
    assert "pay curve “Straight” instead of “Steep”" in said["what"]
    assert "today’s plan is none of those that the rules leave to choose from" in said["result"]
    assert "breaks the rules" not in said["result"]
    assert "current" not in set(frames["near_ties"]["known"])


@pytest.mark.parametrize("curve", ["straight", "steep"])
def test_studies_of_a_switch_see_the_same_changes(tmp_path: Path, curve: str) -> None:
    plan = folder_of(company(rules=offering(curve)), tmp_path / "run")
    asked = (TRUST / "curve_only.yaml", "--plan", plan, "--periods", 2, "--json")
    switch = json.loads(incentives("simulate", *asked, "--draws", 10))
    test = json.loads(incentives("pilot", *asked))
    same = curve == "straight"
    assert switch["summary"]["goes_on"] == same
    assert bool(test["teams"] + test["left_out"]) == (not same)


def test_named_plans_follow_the_curves_in_force_in_report_and_page() -> None:
    scenario = company(plans={"again": {"sellers": {"orders": 1}}})
    plans = {plan["name"]: plan["curves"] for plan in whatif_data(solve(scenario))["plans"]}
    assert plans == {"current": 0, "chosen": 1, "again": 0}
    frame = tables_for(scenario)["plans"].set_index("plan")
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
    said = plain(incentives("solve", TRUST / "revenue_up_net_down.yaml", "--out", tmp_path / "run"))
    assert "against today: revenue +2,700.00, net -7,800.00; the net falls" in said
    english, french = (page(tmp_path / "run", language) for language in ("en", "fr"))
    assert "Contribution rises by €10,800 a year at full effect, but payouts rise by more" in english
    assert "the net falls by €31,200." in english
    assert "Keep the plan in force, or accept less net" in english
    assert "La contribution augmente de 10 800 € par an à plein effet" in french
    assert "le net baisse de 31 200 €." in french
    assert "rises by €2,700 a quarter (+1.0%), at €50,500" in page(tmp_path / "run", "en", 2)
    assert "Net : 7 800 € de moins (−3,4 %)." in page(tmp_path / "run", "fr", 2)


def test_target_pay_alone_is_a_change() -> None:
    frames = tables_for(company("revenue_up_net_down.yaml"))
    (_, team) = next(frames["teams"].iterrows())
    assert frames["summary"].iloc[0]["moved"]
    assert (team["weights_moved"], team["pay_moved"], team["curve_moved"]) == (False, True, False)
    assert (team["target_now"], team["target_then"]) == (40_000, 50_000)
    assert frames["near_ties"].set_index("known").loc["current", "shift"] == "sellers: 40000 pay"


def test_where_the_net_is_maximized_a_loss_of_revenue_is_said() -> None:
    """Less target pay saves more than the work that it costs."""
    frames = tables_for(company("revenue_up_net_down.yaml", rules={"objective": "net"}))
    chosen = frames["plans"].iloc[-1]
    assert chosen["revenue_change"] < 0 < chosen["net_change"]
    for language, said in {"en": "Contribution falls by €", "fr": " de moins ("}.items():
        assert said in plain(decision(words_for(frames, language), frames)["result"])


@pytest.mark.slow
@pytest.mark.parametrize("scale", [1e-3, 1e5])
def test_what_is_a_change_does_not_depend_on_the_unit_of_money(scale: float) -> None:
    pay = {name: amount * scale for name, amount in TEAM.items() if name.endswith("pay")}
    scaled: dict[str, Any] = {"teams": {"sellers": TEAM | pay}, "stages": {"order": {"value": 9000 * scale}}}
    for names, moved in {("straight",): False, ("straight", "steep"): True}.items():
        summary = tables_for(company(**scaled, rules=offering(*names)))["summary"].iloc[0]
        assert summary["moved"] == moved
        assert summary["gain"] == pytest.approx(12_827.95 * scale * moved, rel=1e-5)


def test_evaluate_and_compare_say_where_the_net_falls(tmp_path: Path) -> None:
    tree = yaml.safe_load((TRUST / "curve_only.yaml").read_text(encoding="utf-8"))
    file, tree["stages"] = tmp_path / "falls.yaml", {"order": {"value": 4000}}
    file.write_text(json.dumps(tree), encoding="utf-8")
    plan = folder_of(Scenario.model_validate(tree), tmp_path / "run")
    evaluated, compared = ("evaluate", file, "--plan", plan), ("compare", file, plan)
    for verb in (evaluated, compared):
        assert "the net falls: loaded payouts change by" in plain(incentives(*verb))
    known = [json.loads((plan / "result.json").read_text(encoding="utf-8"))]
    known += [json.loads(incentives(*evaluated, "--json"))]
    known += json.loads(incentives(*compared, "--json"))["plans"].values()
    for change in (result["against_today"] for result in known):
        assert change["net"] < 0 < change["revenue"]
        assert change["net"] == pytest.approx(change["revenue"] - change["loaded_pay"], abs=0.02)


def test_a_frontier_says_what_becomes_of_the_net() -> None:
    file = TRUST / "revenue_up_net_down.yaml"
    asked = ("frontier", file, "--over", "budget", "--points", 2, "--gap", 1e-6, "--workers", 1, "--json")
    points = json.loads(incentives(*asked))["points"]
    paid = [point["target_pay"]["sellers"] for point in points]
    assert len(set(paid)) == len(points), "points that differ by pay alone are told apart"
    today = evaluate(company("revenue_up_net_down.yaml")).consistent.net
    for point in points:
        assert point["net_change"] == pytest.approx(point["net"] - today, abs=0.02)
    assert any(point["net_change"] < 0 for point in points)


def test_candidates_that_differ_by_pay_alone_are_told_apart() -> None:
    frames = tables_for(company("revenue_up_net_down.yaml", sources=SOURCES), draws=20)
    frame = frames["robustness"]
    assert list(frame["target_pay"]) == ["sellers: 40000", "sellers: 50000", "sellers: 45000"]
    assert list(frame["pay_apart"]) == ["", "", "sellers: 45000"]
    assert "45,000 at target" in words_for(frames, "en").candidate(frame.iloc[2])


def test_a_robust_choice_among_curves_knows_todays_plan_by_what_it_pays() -> None:
    """Under another name it is the same plan; its weights under another curve are another plan."""

    def candidates(scenario: Scenario) -> list[tuple[str, bool]]:
        frame = tables_for(scenario, draws=20)["robustness"]
        return list(zip(frame["kind"], frame["keeps_rules"], strict=True))

    assert candidates(company(sources=SOURCES, rules=offering("straight"))) == [("current", True)]
    assert candidates(company(sources=SOURCES)) == [("current", False), ("nominal", True)]


@pytest.mark.parametrize("plan", ["current", "recommended"])
def test_an_adjustment_changes_weights_and_never_pay(tmp_path: Path, plan: str) -> None:
    """One KPI, so there are no other weights: the smallest change was a rise of pay that no table showed."""
    file, actuals = TRUST / "revenue_up_net_down.yaml", tmp_path / "actuals.csv"
    actuals.write_text("period,team,kpi,value\n1,sellers,orders,31\n", encoding="utf-8")
    given = plan if plan == "current" else folder_of(company("revenue_up_net_down.yaml"), tmp_path / "run")
    told = json.loads(incentives("adjust", file, actuals, "--plan", given, "--json"))
    assert told["summary"]["verdict"] == "keep"
    assert told["summary"]["attainable"] == pytest.approx(0, abs=1e-3)
    assert told["changes"] == []


@pytest.mark.parametrize(("offered", "cap"), [("straight", np.nan), ("capped", 1.2)])
def test_a_cap_of_a_chosen_curve_is_the_cap_of_its_kpi(offered: str, cap: float) -> None:
    """A team's curve replaces the KPI's own; what caps the pay is what the plan chooses."""
    own = {"orders": {"entering": {"order": 1}, "noise": 0.2, "curve": {"cap": 1.6}}}
    curves = {"straight": {}, "capped": {"slope": 2.0, "cap": 1.2}}
    frame = tables_for(company(kpis=own, curves=curves, rules=offering(offered)))["kpis"]
    assert frame["cap"].to_numpy() == pytest.approx([cap], nan_ok=True)
