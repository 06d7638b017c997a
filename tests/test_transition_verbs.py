"""simulate, pilot and adjust as people run them: words, JSON, tables, documents, exit codes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pandas as pd
import pikepdf
import pypdf
import pytest
from click.testing import CliRunner, Result
from solved import CURRENCY, PLANS, unequal
from wording import catalogue, with_labels

from optimizer.cli import main
from optimizer.scenario.write import dump_scenario
from optimizer.tables import adjust, pilot, transition
from optimizer.tables.table import Table, read_tables
from reports.words.format import Formatter

SMALL = Path(__file__).parent / "cases" / "small.yaml"
QUICK = ("--periods", "3", "--draws", "60")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments], env={"COLUMNS": "140"})


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rules = {"weights": {"step": 0.25, "max_measures": 3}, "budget": {"expected": 140000.0}}
    file = tmp_path_factory.mktemp("company") / "company.yaml"
    file.write_text(dump_scenario(unequal(rules, plans=PLANS)), encoding="utf-8")
    (file.parent / "actuals.csv").write_text("period,team,kpi,value\n1,marketing,wins,29\n", encoding="utf-8")
    return file


def text_of(file: Path) -> str:
    return " ".join(" ".join(p.extract_text() for p in pypdf.PdfReader(file).pages).split())


def drawings(file: Path) -> str:
    """What charts say to those who do not see them."""
    with pikepdf.open(file) as document:
        parts = [o for o in document.objects if isinstance(o, pikepdf.Dictionary) and "/Alt" in o]
        return " ".join(str(part.Alt) for part in parts)


def checked(folder: Path, tables: Sequence[Table], name: str) -> dict[str, str]:
    """Text of the documents by language; every table is there, as CSV and as a sheet, with its columns and
    those of words."""
    columns = {name: list(frame) for name, frame in with_labels(tables, read_tables(tables, folder)).items()}
    book = openpyxl.load_workbook(folder / f"{name}.xlsx")
    assert book.sheetnames == [*(table.name for table in tables), "dictionary"]
    for table in tables:
        assert [cell.value for cell in book[table.name][1]] == columns[table.name]
        lines = (folder / f"{table.name}.csv").read_text(encoding="utf-8").splitlines()
        assert lines[0] == ",".join(columns[table.name])
        assert book[table.name].max_row == len(lines)
    return {language: text_of(folder / f"{name}.{language}.pdf") for language in ("en", "fr")}


@pytest.mark.slow
def test_simulate_says_what_happens_and_what_to_watch(tmp_path: Path) -> None:
    result = run("simulate", SMALL, "--plan", "quality", *QUICK, "--out", tmp_path)
    assert result.exit_code == 0
    assert "Net of payouts changes by" in result.stdout
    assert "Early warning" in result.stdout
    said = checked(tmp_path, transition.TABLES, "simulation")
    assert "Early warning" in said["en"]
    assert "Alertes précoces" in said["fr"]
    assert "By week" in said["en"] or "Too few to tell" in said["en"]
    assert "Petite société" in said["fr"]
    fans = drawings(tmp_path / "simulation.fr.pdf")
    assert "Contribution, nouveau plan" in fans
    assert "Net par rapport au plan actuel" in fans
    write, money = Formatter("en", "EUR"), pd.read_csv(tmp_path / "money.csv")
    change = money[(money["plan"] == "change") & (money["measure"] == "revenue")]
    fans = drawings(tmp_path / "simulation.en.pdf")
    assert all(write.money(amount) in fans for column in ("mean", "p10", "p90") for amount in change[column])
    gain = pd.read_csv(tmp_path / "summary.csv")["net_gain"].iloc[0]
    assert write.money(gain, signed=True) in said["en"]


def test_simulate_in_json_is_the_same_for_the_same_seed_only() -> None:
    one, same = (run("simulate", SMALL, "--plan", "quality", *QUICK, "--json").stdout for _ in range(2))
    other = run("simulate", SMALL, "--plan", "quality", *QUICK, "--json", "--seed", "2").stdout
    assert one == same != other
    content = json.loads(one)
    assert set(content) == {table.name for table in transition.TABLES}
    assert content["summary"]["periods"] == 3
    assert len(content["gains"]) == 6


def test_loaded_payouts_of_teams_that_differ_add_up_to_the_companys() -> None:
    """Each team with its own charges: one taken for another would not add up."""
    content = json.loads(run("simulate", SMALL, "--plan", "quality", *QUICK, "--json").stdout)
    paid = [m for m in content["money"] if m["measure"] == "loaded_pay"]
    assert len(paid) == 6
    for money in paid:
        teams = [p for p in content["payouts"] if p["period"] == money["period"]]
        column = {"change": "mean", "stay": "stay"}[money["plan"]]
        assert sum(team[column] for team in teams) == pytest.approx(money["mean"], rel=1e-9)


def test_simulating_the_current_plan_gains_nothing() -> None:
    content = json.loads(run("simulate", SMALL, *QUICK, "--json").stdout)
    assert content["summary"]["net_gain"] == 0
    assert content["summary"]["shown"] is None


@pytest.mark.slow
def test_pilot_exits_with_1_where_nobody_could_see_the_plan_work(tmp_path: Path) -> None:
    result = run("pilot", SMALL, "--plan", "quality", "--periods", "2", "--out", tmp_path)
    assert result.exit_code == 1
    assert "No pilot within today's headcount" in result.stdout
    assert "Marketing has too few people" in result.stdout
    said = checked(tmp_path, pilot.TABLES, "pilot")
    assert "Launch it as a decision" in said["en"]
    assert "Aucun pilote" in said["fr"]
    assert "power by length of the pilot" in drawings(tmp_path / "pilot.en.pdf")


@pytest.mark.slow
def test_pilot_recommends_a_design_where_people_abound(tmp_path: Path) -> None:
    file = tmp_path / "many.yaml"
    file.write_text(SMALL.read_text().replace("headcount: 2", "headcount: 400"), encoding="utf-8")
    text = file.read_text().replace("leads: 0.5, meeting_rate: 0.5", "meeting_rate: 1")
    file.write_text(text.replace("noise: 0.1", "noise: 0.01"), encoding="utf-8")
    result = run("pilot", file, "--plan", "quality", "--periods", "2", "--json", "--out", tmp_path)
    summary = json.loads(result.stdout)["summary"]
    assert result.exit_code == 0
    assert summary["team"] == "marketing"
    assert summary["power"] >= 0.8
    text, write = text_of(tmp_path / "pilot.en.pdf"), Formatter("en", "EUR")
    people, others = (write.number(summary[group]) for group in ("people", "others"))
    assert f"{people} people on the new plan, {others} on the current one" in " ".join(text.split())
    assert write.percent(summary["effect"], 1, signed=True) in text


@pytest.mark.slow
def test_adjust_learns_and_proposes_a_change(company: Path, tmp_path: Path) -> None:
    actuals, change = company.parent / "actuals.csv", ("--set", "budget.expected=141000")
    result = run("adjust", company, actuals, "--plan", "by_hand", *change, "--out", tmp_path)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("changed for this run: rules.budget.expected: 140,000 to 141,000\n")
    assert "of it." in result.stdout or "Keep by_hand" in result.stdout
    said = checked(tmp_path, adjust.TABLES, "adjustment")
    assert "Measured and expected" in said["en"]
    assert "Mesuré et attendu" in said["fr"]
    write = Formatter("en", CURRENCY)
    for gain in pd.read_csv(tmp_path / "attempts.csv")["gain"]:
        assert write.money(gain, signed=True) in said["en"]
    for column in ("value", "expected", "low", "high"):
        assert write.number(pd.read_csv(tmp_path / "actuals.csv")[column].iloc[0], 1) in said["en"]
    for _, change in pd.read_csv(tmp_path / "changes.csv").iterrows():
        now, then = (write.percent(change[column], 0) for column in ("now", "then"))
        assert f"{change['kpi_en']} {now} {then}" in said["en"]


def test_adjust_refuses_actuals_that_it_cannot_read(company: Path, tmp_path: Path) -> None:
    file = tmp_path / "actuals.csv"
    file.write_text("period,team,kpi,value\n1,marketing,winz,29\n", encoding="utf-8")
    result = run("adjust", company, file, "--json")
    assert result.exit_code == 2
    assert "actuals.csv:2:13" in json.loads(result.stdout)["problems"][0]["where"]
    assert run("adjust", company, tmp_path / "nothing.csv").exit_code == 2


def test_every_phrase_exists_in_both_languages() -> None:
    ours = ("transition.", "pilot.", "adjust.")
    english, french = ({k for k in catalogue(la) if k.startswith(ours)} for la in ("en", "fr"))
    assert english == french
