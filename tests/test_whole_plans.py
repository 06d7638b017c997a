"""A plan is weights, pay, curves and targets: every part counts in every verb, none rewrites today."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from click.testing import CliRunner
from pypdf import PdfReader
from solved import RULES, mini, unequal, unequal_tree

from optimizer import (
    Plan,
    PlanTerms,
    Scenario,
    ScenarioError,
    budget,
    compare,
    evaluate,
    read_plan,
    read_scenario,
    solve_to_folder,
)
from optimizer.cli import main
from optimizer.plans.plan_changes import same_plan, team_changes
from optimizer.response.calibration import calibrate
from optimizer.response.outcome import evaluate_plans
from optimizer.response.pay_knots import pay_curves
from optimizer.scenario import plan as plans

STEEP = {"slope": 1.6, "floor": 0.4, "cap": 1.5}
WHOLE: dict[str, Any] = {
    "label": {"en": "Twice as steep", "fr": "Deux fois plus raide"},
    "weights": {"sales": {"bookings": 0.7, "retention": 0.3}},
    "target_pay": {"sales": 66000.0},
    "curves": {"marketing": "steep", "sales.bookings": {"slope": 2.0, "floor": 0.5}},
    "targets": {"bookings": 40.0},
}
SHORT = {
    "marketing": {"lead_volume": 1.0},
    "sales": {"bookings": 0.7, "retention": 0.3},
    "success": {"retention": 1.0},
}


def company(**named: Any) -> Scenario:
    return unequal({"budget": {"expected": 150000.0}}, curves={"steep": STEEP}, plans=named)


def written(tmp_path: Path, plan: Any) -> Path:
    file = tmp_path / "plan.yaml"
    file.write_text(yaml.safe_dump(plan, sort_keys=False), encoding="utf-8")
    return file


def of_file(tmp_path: Path, **named: Any) -> Path:
    tree = unequal_tree() | {"rules": RULES, "curves": {"steep": STEEP}, "plans": named}
    file = tmp_path / "company.json"
    file.write_text(json.dumps(tree), encoding="utf-8")
    return file


def by_hand(scenario: Scenario) -> Any:
    """What WHOLE brings, put together from a company with these curves everywhere and the costs of today."""
    tree = unequal_tree() | {"curves": {"steep": STEEP}}
    tree["teams"]["marketing"]["curve"] = "steep"
    tree["kpis"]["bookings"]["curve"] = {"slope": 2.0, "floor": 0.5}
    bent = Scenario.model_validate(tree)
    cal = calibrate(scenario)
    targets = cal.targets.copy()
    targets[cal.network.kpis.index("bookings")] = 40.0
    euros = cal.current.copy()
    k = cal.network.kpis.index
    sales = cal.network.teams.index("sales")
    euros[sales] = 0.0
    euros[sales, [k("bookings"), k("retention")]] = 66000 * np.array([0.7, 0.3])
    return evaluate_plans(replace(cal, curves=pay_curves(bent), targets=targets), euros[None])


def test_every_part_of_a_plan_counts() -> None:
    scenario = company(whole=WHOLE)
    outcome, expected = evaluate(scenario, "whole").consistent, by_hand(scenario)
    assert outcome.pay == pytest.approx(expected.pay[0], rel=1e-9)
    assert outcome.revenue == pytest.approx(expected.revenue[0], rel=1e-9)


@pytest.mark.parametrize("left_out", ["weights", "target_pay", "curves", "targets"])
def test_no_part_of_a_plan_is_the_same_as_another(left_out: str) -> None:
    """What is left out is as today: each part alone changes what is paid."""
    less = {part: value for part, value in WHOLE.items() if part != left_out}
    scenario = company(whole=WHOLE, less=less)
    whole, other = (evaluate(scenario, name).consistent for name in ("whole", "less"))
    assert abs(whole.loaded_pay - other.loaded_pay) > 100


def test_adding_a_plan_rewrites_nothing_of_today() -> None:
    bare, rich = calibrate(company()), calibrate(company(whole=WHOLE))
    np.testing.assert_array_equal(bare.linear, rich.linear)
    np.testing.assert_array_equal(bare.quadratic, rich.quadratic)
    assert evaluate(company()).consistent.net == evaluate(company(whole=WHOLE)).consistent.net


def test_the_terms_of_a_plan_end_with_it() -> None:
    cal = calibrate(company(whole=WHOLE))
    terms = plans.plans_in(cal.scenario)["whole"].terms
    back = cal.paid_by(terms).paid_by(PlanTerms())
    np.testing.assert_array_equal(back.targets, cal.targets)
    np.testing.assert_array_equal(back.curves.first_slope, cal.curves.first_slope)
    assert cal.paid_by(terms).targets[cal.network.kpis.index("bookings")] == 40.0


def test_targets_may_be_issued_anew_by_one_plan() -> None:
    issued = {"weights": WHOLE["weights"], "targets": {"mode": "reset", "stretch": 0.04}}
    one = company(anew=issued, kept={"weights": WHOLE["weights"]})
    tree = one.model_dump(by_alias=True, exclude_unset=True) | {"targets": {"mode": "reset", "stretch": 0.04}}
    everywhere = Scenario.model_validate(tree)
    found = compare(one, {name: name for name in ("current", "anew", "kept")})
    assert found["anew"].consistent.pay == pytest.approx(evaluate(everywhere, "kept").consistent.pay)
    assert found["kept"].consistent.score == pytest.approx(evaluate(one, SHORT).consistent.score)
    assert not np.allclose(found["anew"].consistent.pay, found["kept"].consistent.pay)


def test_what_changes_is_told_part_by_part() -> None:
    scenario = company(whole=WHOLE)
    cal, plan = calibrate(scenario), plans.plans_in(scenario)["whole"]
    marketing, sales, success = team_changes(
        scenario, (cal.current, PlanTerms()), (plan.euros(scenario), plan.terms)
    )
    assert (marketing.weights, marketing.pay, marketing.curve, marketing.target) == (
        False,
        False,
        True,
        False,
    )
    assert (sales.weights, sales.pay, sales.curve, sales.target) == (True, True, True, True)
    assert not success.any


def test_todays_target_written_out_is_no_change() -> None:
    cal = calibrate(company())
    today = float(cal.targets[cal.network.kpis.index("bookings")])
    paid = (cal.current, PlanTerms())
    assert same_plan(cal.scenario, paid, (cal.current, PlanTerms(targets={"bookings": today})))
    assert not same_plan(cal.scenario, paid, (cal.current, PlanTerms(targets={"bookings": 1.01 * today})))
    assert not same_plan(cal.scenario, paid, (cal.current, PlanTerms(issued=plans.Targets(mode="reset"))))
    assert same_plan(cal.scenario, paid, (cal.current, PlanTerms(issued=plans.Targets(mode="fixed"))))


def test_a_plan_file_says_the_same_as_a_plan_of_the_scenario(tmp_path: Path) -> None:
    scenario = company(whole=WHOLE)
    file = written(tmp_path, WHOLE)
    assert read_plan(file, scenario) == scenario.plans["whole"]
    here, there = (budget(scenario, plan).lines for plan in ("whole", file))
    assert here == there
    assert here[0].value != budget(scenario, SHORT).lines[0].value


@pytest.mark.parametrize(
    ("change", "place", "message"),
    [
        ({"target_pay": {"sale": 1.0}}, "target_pay.sale", "unknown team"),
        ({"curves": {"sales.booking": "steep"}}, "curves.sales.booking", "unknown KPI"),
        ({"curves": {"sales": "steeper"}}, "curves.sales", "unknown curve"),
        ({"targets": {"booking": 3.0}}, "targets.booking", "unknown KPI"),
        ({"targets": {"bookings": -3.0}}, "targets.bookings", "must be greater than 0"),
        ({"targets": {"mode": "anew"}}, "targets.mode", "is not one of the allowed values"),
        ({"targets": {"stretch": 0.1}}, "targets.stretch", "has no effect"),
        ({"curves": {"sales": {"slop": 2.0}}}, "curves.sales.slop", "unknown key"),
        ({"curves": {"sales": {"cap": 0.5, "floor": 0.7}}}, "curves.sales.cap", "is below where pay starts"),
        ({"weights": {"sales": {"bookings": 0.5}}}, "weights.sales", "sum to 0.5"),
        ({"weight": {}, "label": "A"}, "weight", "unknown key"),
    ],
)
def test_what_is_wrong_with_a_plan_is_told_with_its_place(
    change: dict[str, Any], place: str, message: str, tmp_path: Path
) -> None:
    """In a plan file, and in a scenario."""
    with pytest.raises(ScenarioError) as refused:
        read_plan(written(tmp_path, WHOLE | change), company())
    assert [p.where for p in refused.value.problems] == [place]
    assert message in refused.value.problems[0].message
    with pytest.raises(ScenarioError) as refused:
        evaluate(of_file(tmp_path, whole=WHOLE | change))
    assert [p.where for p in refused.value.problems] == [f"plans.whole.{place}"]


def said(*arguments: object) -> str:
    result = CliRunner().invoke(main, [str(a) for a in arguments])
    assert result.exit_code in (0, 1), result.output
    return result.stdout


VERBS: dict[str, tuple[str, ...]] = {
    "evaluate": (),
    "budget": (),
    "simulate": ("--periods", "2", "--draws", "40"),
}


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_that_takes_a_plan_honours_all_of_it(verb: str, tmp_path: Path) -> None:
    """A named plan and a file of it say the same, and not what its weights alone say."""
    scenario, file = of_file(tmp_path, whole=WHOLE, short=SHORT), written(tmp_path, WHOLE)
    named, given, short = (
        said(verb, scenario, "--plan", plan, "--json", *VERBS[verb]) for plan in ("whole", file, "short")
    )
    told = [json.loads(text) for text in (named, given, short)]
    for one in told:
        one.get("summary", {}).pop("plan", None)
    assert told[0] == told[1]
    assert told[0] != told[2]


def test_compare_shows_the_label_of_a_plan(tmp_path: Path) -> None:
    assert "whole (Twice as steep)" in said("compare", of_file(tmp_path, whole=WHOLE))


def test_a_pilot_of_a_target_that_others_share_is_refused(tmp_path: Path) -> None:
    shared = {**WHOLE, "targets": {"retention": 0.5}}
    scenario = of_file(tmp_path, whole=shared)
    result = CliRunner().invoke(main, ["pilot", str(scenario), "--plan", "whole"])
    assert result.exit_code == 2
    assert "another target of retention is one for sales, success" in result.output


def test_a_plan_of_python_is_as_whole_as_one_of_a_file() -> None:
    scenario = company(whole=WHOLE)
    plan = plans.plan_of(scenario, scenario.plans["whole"])
    assert isinstance(plan, Plan)
    assert evaluate(scenario, plan).consistent.pay == pytest.approx(
        evaluate(scenario, "whole").consistent.pay
    )
    assert evaluate(mini()).plan.terms == PlanTerms()


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("given")
    scenario = of_file(folder, whole=WHOLE, short=SHORT)
    said("solve", scenario, "--out", folder / "run")
    return folder / "run"


@pytest.mark.slow
@pytest.mark.documents
def test_every_document_is_made_for_any_plan_and_says_that_it_was_imposed(run_folder: Path) -> None:
    documents = [Path(line) for line in said("report", run_folder, "--plan", "whole").splitlines()]
    folder = run_folder.with_name("run-whole")
    assert {file.name for file in documents} >= {
        "report.en.pdf",
        "report.fr.pdf",
        "budget.xlsx",
        "whatif.html",
    }
    assert "1 run, 0 differences" in said("verify", folder)
    for language, badge, label in (
        ("en", "Imposed", "Twice as steep"),
        ("fr", "Imposé", "Deux fois plus raide"),
    ):
        text = text_of(folder / f"report.{language}.pdf")
        assert badge in text
        assert label in text
        assert "recommend" not in text.lower()
        assert "recommand" not in text.lower()
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    assert (result["status"], result["bound"], result["plan"]["sales"]) == (
        "given",
        None,
        WHOLE["weights"]["sales"],
    )
    expected = evaluate(read_scenario(folder), "whole").consistent.net
    assert result["consistent"]["net"] == pytest.approx(expected)


@pytest.mark.slow
@pytest.mark.documents
def test_a_plan_between_steps_is_reported_as_it_is(run_folder: Path, tmp_path: Path) -> None:
    between = {**SHORT, "sales": {"bookings": 0.633, "retention": 0.367}}
    file, folder = written(tmp_path, between), tmp_path / "between"
    said("report", run_folder, "--plan", file, "--only", "xlsx", "--out", folder)
    assert "1 run, 0 differences" in said("verify", folder)
    assert [f.name for f in folder.iterdir() if f.suffix in (".pdf", ".html", ".xlsx")] == ["budget.xlsx"]
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    assert result["plan"]["sales"] == between["sales"]


@pytest.mark.slow
def test_a_changed_plan_of_a_report_is_found(run_folder: Path, tmp_path: Path) -> None:
    """The figures no longer follow from it."""
    folder = tmp_path / "short"
    said("report", run_folder, "--plan", "short", "--only", "xlsx", "--out", folder)
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    result["plan"]["sales"] = {"bookings": 1.0}
    (folder / "result.json").write_text(json.dumps(result), encoding="utf-8")
    refused = CliRunner().invoke(main, ["verify", str(folder)])
    assert refused.exit_code == 4


@pytest.mark.slow
def test_a_diff_tells_every_part_of_a_plan(run_folder: Path, tmp_path: Path) -> None:
    """Between today's weights on today's terms and the whole plan."""
    told = {}
    for name, plan in (("today", "current"), ("whole", "whole"), ("anew", {"targets": {"mode": "reset"}})):
        named = plan if isinstance(plan, str) else written(tmp_path, plan)
        said("report", run_folder, "--plan", named, "--only", "xlsx", "--out", tmp_path / name)
    for name in ("whole", "anew"):
        lines = json.loads(said("diff", tmp_path / "today", tmp_path / name, "--json"))
        told[name] = {c["what"]: (c["before"], c["after"]) for c in lines["changes"] if c["part"] == "plan"}
    whole = told["whole"]
    assert whole["target of bookings"][1] == 40.0
    assert whole["target pay of sales"] == (60000.0, 66000.0)
    assert whole["curve of marketing"][1] == "steep"
    assert told["anew"] == {"targets": ("fixed", "reset")}


def test_a_solve_for_one_plan_refuses_what_no_rule_can_impose(tmp_path: Path) -> None:
    for plan in ({"targets": {"bookings": 40.0}}, {"curves": {"sales.bookings": {"slope": 2.0}}}):
        with pytest.raises(ScenarioError, match="of its own"):
            solve_to_folder(company(one=plan), tmp_path / "run", plan="one")


def text_of(pdf: Path) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(pdf).pages).split())
