"""Small companies with an input that a reader would regret, each with the word or the number it must get."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from pypdf import PdfReader

from optimizer import Scenario, evaluate
from optimizer.scenario.checks import warnings_of
from optimizer.solver import solve
from tests.verbs import incentives

TRUST = Path(__file__).parent / "cases" / "trust"
SIZES = list(csv.DictReader((TRUST / "magnitudes.csv").read_text(encoding="utf-8").splitlines()))


def changed(name: str, path: str = "", value: Any = None) -> Scenario:
    """A company of `cases/trust`, one number of it replaced."""
    tree = yaml.safe_load((TRUST / name).read_text(encoding="utf-8"))
    *parents, last = path.split(".")
    place = tree
    for parent in parents:
        place = place[parent]
    if path:
        place[last] = value
    return Scenario.model_validate(tree, by_alias=True, by_name=False)


def warned(scenario: Scenario) -> dict[str, str]:
    """Message and value of every warning at each place."""
    said: dict[str, str] = {}
    for f in warnings_of(scenario):
        place = ".".join(map(str, f.path))
        said[place] = f"{said.get(place, '')} {f.message} {f.value}".strip()
    return said


# --- sizes ----------------------------------------------------------------------------------------------


def test_a_sound_company_is_not_doubted() -> None:
    assert warnings_of(changed("magnitudes.yaml")) == []


@pytest.mark.parametrize("case", SIZES, ids=lambda case: f"{case['path']}={case['value']}")
def test_a_number_of_the_wrong_size_is_warned_of_where_it_stands(case: dict[str, str]) -> None:
    warnings = warned(changed("magnitudes.yaml", case["path"], yaml.safe_load(case["value"])))
    assert "plausible: " in warnings[case["warning_must_name"]]


@pytest.mark.parametrize(
    ("path", "value", "place", "said"),
    [
        (
            "period",
            "half_year",
            "teams.finders",
            "hours per head and month, from 800 hours a half-year: 66.7",
        ),
        ("teams.closers.base_pay", 30, "teams.closers.base_pay", ": 3.33; plausible: 1,823 to 12,000 30"),
        ("teams.closers.target_pay", 200_000, "teams.closers.target_pay", "variable share of pay: 0.87"),
        ("rules.budget", {"teams": {"closers": 28.4}}, "rules.budget.teams.closers", ": 0.001; plausible"),
        (
            "rules.budget",
            {"cvar": {"level": 0.95, "limit": 4e7}},
            "rules.budget.cvar.limit",
            "plausible: 0.9 to 3",
        ),
    ],
)
def test_siblings_of_those_numbers_are_doubted_too(path: str, value: Any, place: str, said: str) -> None:
    assert said in warned(changed("magnitudes.yaml", path, value))[place]


def test_shares_are_judged_in_any_currency_and_amounts_in_euros_only() -> None:
    low = changed("magnitudes.yaml", "teams.closers.base_pay", 10_000)
    assert list(warned(low)) == ["teams.closers.base_pay", "teams.closers.target_pay"]
    assert list(warned(low.model_copy(update={"currency": "JPY"}))) == ["teams.closers.target_pay"]


def test_missing_fixed_pay_is_told_by_check_and_by_whoever_evaluates() -> None:
    assert "scale-free" in warned(changed("no_base_pay.yaml"))["teams.finders.base_pay"]
    assert "teams.finders.base_pay" not in warned(
        changed("no_base_pay.yaml", "teams.finders", {"hours": 400, "target_pay": 0.02, "hour_value": 50})
    )
    done = incentives("evaluate", TRUST / "no_base_pay.yaml", "--plan", "by_share", "--json")
    assert done.exit_code == 0
    assert "[teams.finders.base_pay] missing" in done.stderr
    assert "consistent" in json.loads(done.stdout)
    said = incentives("check", TRUST / "no_base_pay.yaml").stdout
    assert "an hour is worth 5e-05 EUR; target pay 0.02 EUR" in said


def test_a_curve_that_rewrites_today_is_told_with_both_amounts() -> None:
    done = incentives("check", TRUST / "curve_rewrites_today.yaml", "--json")
    (curve,) = [w for w in json.loads(done.stdout)["warnings"] if w["where"].endswith(" teams.desk.curve")]
    assert "36,120.54" in curve["message"]
    assert "34,080.00" in curve["message"]
    assert "`curves`" in curve["hint"]


def test_no_unit_is_said_to_be_worth_a_negative_amount() -> None:
    for case in ("magnitudes.yaml", "curve_rewrites_today.yaml", "no_base_pay.yaml"):
        said = incentives("check", TRUST / case).stdout
        assert "worth -" not in said
    text = incentives("check", TRUST / "magnitudes.yaml").stdout
    assert "lead: 300.0 units a quarter; one more adds 66.67 EUR to the variable pay of closers." in text


# --- page one -------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_doubtful_numbers_and_volumes_never_seen_stand_in_the_run_and_on_page_one(tmp_path: Path) -> None:
    file = tmp_path / "odd.yaml"
    text = (TRUST / "magnitudes.yaml").read_text(encoding="utf-8")
    file.write_text(text.replace("target: 30}", "target: 60}"), encoding="utf-8")
    done = incentives("solve", file, "--out", tmp_path / "run")
    assert done.exit_code in (0, 3), done.output
    assert "[kpis.orders.target] attainment today" in done.stderr
    text = (tmp_path / "run" / "tables" / "warnings.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert (
        rows[0]["warning"],
        rows[0]["path"],
        float(rows[0]["value"]),
    ) == ("attainment", "kpis.orders.target", 0.5)


# --- decimal commas -------------------------------------------------------------------------------------


def said_of(text: str, tmp_path: Path) -> list[tuple[str, str, str]]:
    """Place, value and hint of every problem of a file."""
    file = tmp_path / "file.yaml"
    file.write_text(text, encoding="utf-8")
    done = incentives("check", file, "--json")
    assert done.exit_code == 2
    problems = json.loads(done.stdout)["problems"]
    return [(p["where"].removeprefix(f"{file}:"), p["value"], p["hint"]) for p in problems]


def test_a_decimal_comma_inside_braces_is_explained_at_the_comma() -> None:
    done = incentives("check", TRUST / "decimal_comma.yaml", "--json")
    (problem,) = json.loads(done.stdout)["problems"]
    assert done.exit_code == 2
    assert problem["where"].endswith("decimal_comma.yaml:2:88 teams.desk.charges")
    assert (problem["value"], problem["hint"]) == ("0,42", "write 0.42, with a point")
    plan = incentives(
        "evaluate", TRUST / "imposed.yaml", "--plan", TRUST / "decimal_comma_plan.yaml", "--json"
    )
    assert plan.exit_code == 2
    problems = json.loads(plan.stdout)["problems"]
    assert [p["hint"] for p in problems] == ["write 0.5, with a point"] * 2
    assert [p["where"].split(":", 1)[1] for p in problems] == ["1:17 desk.orders", "1:32 desk.contacts"]


@pytest.mark.parametrize(
    ("written", "seen", "hint"),
    [
        ("0,05", "0,05", "write 0.05, with a point"),
        ("12.000,50", "12.000,50", "write 12000.50, with a point"),
        ("1,234,567", "1,234,567", "write 1234567 (no thousands separator)"),
        ("1,500", "1,500", "write 1500 (no thousands separator), or 1.500 if the comma is a decimal one"),
    ],
)
def test_whatever_number_a_comma_cuts_is_read_as_one(
    written: str, seen: str, hint: str, tmp_path: Path
) -> None:
    text = (
        (TRUST / "decimal_comma.yaml")
        .read_text(encoding="utf-8")
        .replace("0,42", f"0.42, discount: {written}")
    )
    said = said_of(text, tmp_path)
    column = text.splitlines()[1].index(written) + written.index(",") + 1
    assert said == [(f"2:{column} teams.desk.discount", seen, hint)]


def test_commas_of_lists_are_decimal_ones_where_others_have_a_space(tmp_path: Path) -> None:
    text = (TRUST / "decimal_comma.yaml").read_text(encoding="utf-8").replace("0,42", "0.42")
    curve = "noise: 0.1, curve: {accelerators: [{from: 1,2, slope: 2}], vesting: [0,5, 1]}"
    said = said_of(text.replace("noise: 0.1", curve), tmp_path)
    hints = [hint for _, _, hint in said]
    assert "write 1.2, with a point" in hints
    assert "write 0.5, with a point" in hints


def test_a_key_that_is_a_number_is_still_no_decimal_comma(tmp_path: Path) -> None:
    text = (TRUST / "decimal_comma.yaml").read_text(encoding="utf-8")
    for spaced in ("0, 42", "0,42: 1"):
        assert "decimal" not in str(said_of(text.replace("0,42", spaced), tmp_path))
        assert "with a point" not in str(said_of(text.replace("0,42", spaced), tmp_path))


# --- attainments given for counts -----------------------------------------------------------------------


def test_attainments_given_for_counts_are_refused_with_what_to_write() -> None:
    done = incentives("adjust", TRUST / "timing_budget.yaml", TRUST / "adjust_attainments.csv", "--json")
    assert done.exit_code == 2
    first, second = json.loads(done.stdout)["problems"]
    assert (first["value"], first["hint"]) == ("0.89", "write units of leads, e.g. 267 for 89% of 300")
    assert second["message"] == "looks like an attainment: about 30 are expected"


@pytest.mark.slow
def test_one_value_that_looks_like_an_attainment_is_warned_of_and_printed_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "actuals.csv"
    file.write_text("period,team,kpi,value\n1,finders,leads,0.89\n1,closers,orders,28\n", encoding="utf-8")
    done = incentives("adjust", TRUST / "timing_budget.yaml", file)
    assert "looks like an attainment: about 300 are expected (got: 0.89)" in done.stderr
    assert "0.89 │" in done.stdout
    sound = tmp_path / "sound.csv"
    sound.write_text("period,team,kpi,value\n1,finders,leads,267\n1,closers,orders,28\n", encoding="utf-8")
    assert "attainment" not in incentives("adjust", TRUST / "timing_budget.yaml", sound).stderr


# --- papers that people sign, and words of the period ---------------------------------------------------


def paper(period: str, language: str, folder: Path) -> str:
    """The plan document of the company in which gaming is seen today, as text."""
    text = (TRUST / "gaming_document.yaml").read_text(encoding="utf-8")
    file = folder / f"{period}.yaml"
    file.write_text(text.replace("version: 1\n", f"version: 1\nperiod: {period}\n"), encoding="utf-8")
    done = incentives("solve", file, "--out", folder / period)
    assert done.exit_code in (0, 3), done.output
    pages = PdfReader(folder / period / f"plan_desk.{language}.pdf").pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


PERIODS = {
    "month": ("du mois", "par mois"),
    "half_year": ("du semestre", "par semestre"),
    "year": ("de l’année", "par an"),
}


@pytest.mark.slow
@pytest.mark.parametrize("period", PERIODS)
def test_the_paper_names_no_gaming_and_speaks_of_its_period_in_french(period: str, tmp_path: Path) -> None:
    said = paper(period, "fr", tmp_path)
    of, per = PERIODS[period]
    scenario = yaml.safe_load((TRUST / "gaming_document.yaml").read_text(encoding="utf-8"))
    games = [name for name, one in scenario["activities"].items() if one.get("gaming")]
    assert games
    for name in games:
        label = scenario["activities"][name].get("label", name.replace("_", " "))
        assert not any(
            text.lower() in said.lower() for text in ([label] if isinstance(label, str) else label.values())
        )
    assert "y recourir" not in said
    assert "Non autorisé" not in said
    assert f"après la fin {of}" in said
    assert f"ne changent pas au cours {of}" in said
    assert per in said
    assert "du an" not in said


def test_no_phrase_makes_a_plural_or_a_genitive_of_a_period_by_itself() -> None:
    for language in ("en", "fr"):
        file = Path(__file__).parent.parent / "reports" / "locale" / f"{language}.json"
        text = file.read_text(encoding="utf-8")
        for wrong in (
            "{period}s",
            "du {period}",
            "Au prochain {period}",
            "chaque {period}",
            "prochain {period}",
        ):
            assert wrong not in text, (language, wrong)


# --- letters --------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_labels_that_cannot_be_printed_are_told_and_give_way_to_names(tmp_path: Path) -> None:
    told = [f.path for f in warnings_of(changed("labels.yaml")) if "type of documents lacks" in f.message]
    assert told == [("teams", "east", "label"), ("teams", "west", "label"), ("kpis", "orders", "label")]
    done = incentives("solve", TRUST / "labels.yaml", "--out", tmp_path / "run")
    assert "[kpis.orders.label] has 6 characters that the type of documents lacks" in done.stderr
    for language in ("en", "fr"):
        pages = PdfReader(tmp_path / "run" / f"report.{language}.pdf").pages
        said = " ".join(page.extract_text() for page in pages)
        assert "□" not in said
        assert "Παραγγελίες Łódź" in said
        assert "East" in said


def test_a_label_with_one_strange_letter_keeps_the_others_and_a_source_is_told_too() -> None:
    scenario = changed("labels.yaml", "teams.east.label", {"en": "Sales 華", "fr": "Ventes 華"})
    assert warned(scenario)["teams.east.label"].startswith("has 1 character that")
    sourced = changed("labels.yaml", "sources", {"teams.east.hours": {"text": "人事部"}})
    assert "sources.teams.east.hours.text" in warned(sourced)


# --- what arrives by itself, and work that nobody does today --------------------------------------------


def targets(folder: Path) -> dict[str, float]:
    """Target of every KPI of a run."""
    text = (folder / "tables" / "kpis.csv").read_text(encoding="utf-8")
    return {row["kpi"]: float(row["target"]) for row in csv.DictReader(text.splitlines())}


@pytest.mark.slow
def test_leads_that_arrive_by_themselves_are_counted(tmp_path: Path) -> None:
    assert incentives("check", TRUST / "inflow_only.yaml").exit_code == 0
    assert incentives("solve", TRUST / "inflow_only.yaml", "--out", tmp_path / "run").exit_code == 0
    assert targets(tmp_path / "run")["leads_received"] == pytest.approx(40)


@pytest.mark.slow
def test_a_stage_with_inflow_and_work_counts_both(tmp_path: Path) -> None:
    done = incentives("solve", TRUST / "inflow_and_work.yaml", "--out", tmp_path / "run")
    assert done.exit_code == 0, done.output
    found = targets(tmp_path / "run")
    assert found["offers"] == pytest.approx(32)
    assert found["closing"] == pytest.approx(5.44 / 32)
    paper = PdfReader(tmp_path / "run" / "plan_field.en.pdf").pages[0].extract_text()
    assert "17.0%" in paper


def test_regimes_count_their_own_inflow_and_model_and_response_agree() -> None:
    free = {"objective": "net", "weights": {"step": 0.25}, "budget": {"expected": 30_000}}
    scenario = changed("inflow_and_work.yaml", "rules", free)
    regimes = {"usual": {"probability": 0.6}, "weak": {"probability": 0.4, "inflow": {"offer": 0.5}}}
    tree = {**scenario.model_dump(by_alias=True), "regimes": regimes}
    weak = Scenario.model_validate(tree, by_alias=True, by_name=False)
    today = evaluate(weak).consistent
    assert today.score[0] == pytest.approx((0.6 * 32 + 0.4 * 22) / 32, rel=0.01)
    solution = solve(weak)
    checks = {check.name: check for check in solution.certificate.checks}
    assert checks["model_value"].ok
    assert checks["model_value"].value < 1e-9


def test_leads_that_nobody_works_today_may_be_worked() -> None:
    assert incentives("check", TRUST / "idle_stage.json").exit_code == 0
    company = changed("idle_stage.json")
    before, after = (evaluate(company, {"desk": {kpi: 1.0}}).consistent.x for kpi in ("contacts", "orders"))
    assert before[1] == pytest.approx(0)
    assert after[1] > 1


def test_small_volumes_are_not_printed_as_none(tmp_path: Path) -> None:
    tree = yaml.safe_load((TRUST / "inflow_only.yaml").read_text(encoding="utf-8"))
    for activity in tree["activities"].values():
        activity |= {"baseline": activity["baseline"] / 1e6, "hours": activity.get("hours", 0) * 1e6}
    for stage in tree["stages"].values():
        stage["inflow"] = stage.get("inflow", 0) / 1e6
    file = tmp_path / "small.yaml"
    file.write_text(yaml.safe_dump(tree), encoding="utf-8")
    told = incentives("check", file).output
    assert " 0.0 units" not in told
    assert "print volumes to a tenth" in told
