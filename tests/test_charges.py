"""Employer charges by what a head earns in a year: brackets at the margin, published rates, true-ups."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from solved import CASES, tables_for
from verbs import incentives, run

from optimizer import read_scenario

PASS = 48060
BRACKETS = [
    {"to": PASS, "rate": 0.427},
    {"to": 4 * PASS, "rate": 0.429},
    {"to": 8 * PASS, "rate": 0.386},
    {"rate": 0.239},
]
FRENCH = {"preset": "FR-2026", "accidents": 0.01}
SMIC = 12 * 1823.03
HEADS = {"marketing": 2, "sales": 4, "success": 3}


def company(folder: Path, charges: dict[str, Any], yearly: dict[str, tuple[float, float]]) -> Path:
    """Teams with charges, and fixed and variable pay of a head in a year."""
    tree = yaml.safe_load((CASES / "small.yaml").read_text(encoding="utf-8"))
    for team, stated in charges.items():
        tree["teams"][team]["charges"] = stated
    for team, (fixed, variable) in yearly.items():
        tree["teams"][team] |= {"base_pay": fixed * HEADS[team] / 4, "target_pay": variable * HEADS[team] / 4}
    file = folder / "company.yaml"
    file.write_text(yaml.safe_dump(tree, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return file


def told(file: Path, plan: str = "current") -> dict[str, Any]:
    told: dict[str, Any] = json.loads(run("budget", file, "--plan", plan, "--json")[1])
    return told


def charged(file: Path) -> dict[str, dict[str, Any]]:
    return {row["team"]: row for row in told(file)["team_charges"]}


def test_each_euro_is_charged_in_the_bracket_where_it_falls(tmp_path: Path) -> None:
    pay = {"marketing": (30000.0, 10000.0), "sales": (40000.0, 20000.0), "success": (190000.0, 200000.0)}
    rows = charged(company(tmp_path, dict.fromkeys(HEADS, BRACKETS), pay))
    assert rows["marketing"]["rate"] == pytest.approx(0.427)
    assert rows["sales"]["rate"] == pytest.approx((8060 * 0.427 + 11940 * 0.429) / 20000)
    top = 2240 * 0.429 + (8 * PASS - 4 * PASS) * 0.386 + (390000 - 8 * PASS) * 0.239
    assert rows["success"]["rate"] == pytest.approx(top / 200000)
    assert [rows[team]["next_euro"] for team in HEADS] == pytest.approx([0.427, 0.429, 0.239])


@pytest.mark.parametrize(
    ("times", "marginal", "average"),
    [((1.5, 2, 2.5), (0.69, 0.55, 0.47), (0.29, 0.37, 0.40)), ((3.01, 3.2, 4), (0.43,) * 3, (0.43,) * 3)],
    ids=["below 3 SMIC", "above"],
)
def test_the_published_french_rates_cost_more_at_the_margin(
    tmp_path: Path, times: tuple[float, ...], marginal: tuple[float, ...], average: tuple[float, ...]
) -> None:
    pay = {team: (n * SMIC - 2000, 2000.0) for team, n in zip(HEADS, times, strict=True)}
    rows = charged(company(tmp_path, dict.fromkeys(HEADS, FRENCH), pay))
    assert [round(rows[team]["next_euro"], 2) for team in HEADS] == list(marginal)
    assert [round(rows[team]["average"], 2) for team in HEADS] == list(average)
    assert {(row["preset"], row["as_of"]) for row in rows.values()} == {("FR-2026", "2026-01-01")}


def test_passing_three_minimum_wages_loses_the_rest_of_the_reduction_on_all_pay(tmp_path: Path) -> None:
    pay = {"sales": (3 * SMIC - 1000, 2000.0)}
    rate = charged(company(tmp_path, {"sales": FRENCH}, pay))["sales"]["rate"]
    assert rate == pytest.approx((2000 * 0.4289 + 0.02 * 3 * SMIC) / 2000, abs=0.01)
    warned = json.loads(run("check", company(tmp_path, {"sales": FRENCH}, pay), "--json")[1])["warnings"]
    assert any("end of a reduction" in w["hint"] for w in warned)


def test_payouts_have_the_rate_and_the_year_its_true_up(tmp_path: Path) -> None:
    """Straight brackets far apart: charges are convex in pay, so that luck costs more than the rate says."""
    steep = [{"to": 50000, "rate": 0.2}, {"rate": 0.6}]
    here = told(company(tmp_path, {"sales": steep}, {"sales": (30000.0, 24000.0)}))
    rate = {row["team"]: row["rate"] for row in here["team_charges"]}["sales"]
    assert rate == pytest.approx((20000 * 0.2 + 4000 * 0.6) / 24000)
    for row in here["year"]:
        if row["team"] == "sales" and row["period"]:
            assert row["charges"] == pytest.approx(row["gross"] * rate, abs=0.0051)
    true_up = [row["true_up"] for row in here["cash"] if row["team"] == "sales"]
    assert true_up[:3] == [0, 0, 0]
    gross = next(r["gross"] for r in here["year"] if r["team"] == "sales" and r["period"] == 0)
    pay = gross / 4
    at_mean = 4 * (20000 * 0.2 + (pay - 20000) * 0.6) - rate * gross
    assert at_mean < true_up[3] < at_mean + 2000
    assert all(row["true_up"] == 0 for row in here["cash"] if row["team"] == "marketing")
    for row in here["cash"]:
        closing = row["opening"] + row["earned"] - row["paid"] + row["true_up"]
        assert row["closing"] == pytest.approx(closing, abs=1e-6)


@pytest.mark.slow
def test_a_plan_is_solved_where_charges_are_brackets(tmp_path: Path) -> None:
    file = company(tmp_path, {"sales": BRACKETS, "marketing": FRENCH}, {"sales": (40000.0, 24000.0)})
    tables = tables_for(read_scenario(file))
    rate = charged(file)["sales"]["rate"]
    booked = tables["pay_totals"].set_index("team").loc["sales"]
    assert booked["charges_rate"] == pytest.approx(rate)
    assert booked["charges"] == pytest.approx(booked["pay"] * rate, abs=0.0051)
    assert tables["charge_brackets"].query("team == 'sales'")["to"].iloc[:3].tolist() == [
        PASS,
        4 * PASS,
        8 * PASS,
    ]
    assert (tables["controls"]["verdict"] != "failed").all()


WRONG: list[tuple[Any, str, str]] = [
    (-0.2, "charges", "must be at least 0"),
    ("42 %", "charges", "0.42"),
    ([], "charges", "brackets or a preset"),
    ([{"to": 5, "rate": 0.2}], "charges", "what lies above has no rate"),
    ([{"to": 5, "rate": 0.2}, {"to": 4, "rate": 0.2}, {"rate": 0.1}], "charges", "do not rise"),
    ([{"to": 5, "rate": -0.2}, {"rate": 0.1}], "charges.brackets[0].rate", "must be at least 0"),
    ({"preset": "FR-2025"}, "charges.preset", "FR-2026"),
    ({"preset": "FR-2026", "brackets": [{"rate": 0.2}]}, "charges", "one of the two"),
    ({"brackets": [{"rate": 0.2}], "accidents": 0.01}, "charges", "without a preset"),
    ({"presets": "FR-2026"}, "charges.presets", 'did you mean "preset"'),
]


@pytest.mark.parametrize(("charges", "place", "said"), WRONG, ids=[said for *_, said in WRONG])
def test_charges_that_cannot_be_are_refused_with_place_and_remedy(
    tmp_path: Path, charges: Any, place: str, said: str
) -> None:
    code, out, _ = run("check", company(tmp_path, {"sales": charges}, {}), "--json")
    found = [p for p in json.loads(out)["problems"] if p["where"].endswith(f"teams.sales.{place}")]
    assert code == 2
    assert any(said in f"{p['message']}; {p['hint']}" for p in found), out


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"headcount": None}, "teams.sales.headcount"),
        ({"base_pay": 0}, "teams.sales.base_pay"),
        ({"currency": "CHF"}, "is in EUR, not CHF"),
    ],
)
def test_published_rates_need_heads_pay_and_their_currency(
    tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    file = company(tmp_path, {"sales": FRENCH}, {})
    tree = yaml.safe_load(file.read_text(encoding="utf-8"))
    if "currency" in change:
        tree |= change
    else:
        tree["teams"]["sales"] |= change
        tree["teams"]["sales"] = {k: v for k, v in tree["teams"]["sales"].items() if v is not None}
    file.write_text(yaml.safe_dump(tree, allow_unicode=True, sort_keys=False), encoding="utf-8")
    code, out, _ = run("check", file, "--json")
    assert code == 2
    assert said in out


@pytest.mark.parametrize("options", [[], ["--full"]], ids=["short", "full"])
def test_charges_come_back_from_a_workbook(tmp_path: Path, options: list[str]) -> None:
    dated = {"brackets": BRACKETS, "as_of": "2026-01-01", "source": {"en": "notice", "fr": "avis"}}
    file = company(tmp_path, {"sales": dated, "marketing": FRENCH}, {})
    book = tmp_path / "company.xlsx"
    assert incentives("convert", file, book, *options).exit_code == 0
    assert read_scenario(book) == read_scenario(file)
