"""Papers to sign of people who are paid on their own results, on an index, against changed targets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from pypdf import PdfReader
from test_statuses import incentives

CASE = Path(__file__).parent / "cases" / "trust" / "paid_on_persons.yaml"


def paper(folder: Path, language: str) -> str:
    pages = PdfReader(folder / f"plan_north.{language}.pdf").pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("runs") / "run"
    assert incentives("solve", CASE, "--out", path).exit_code == 0
    return path


@pytest.mark.slow
def test_people_paid_on_their_own_results_are_not_told_that_the_teams_count(folder: Path) -> None:
    assert incentives("report", folder, "--plan", "current", "--out", folder.parent / "en", "--lang", "en")
    for text, own, teams, unit in (
        (paper(folder.parent / "en", "en"), "Results are your own", "Results are those", "10.0 contracts"),
        (paper(folder, "fr"), "résultats sont les vôtres", "résultats sont ceux", "10,0 contrats"),
    ):
        assert own in text
        assert teams not in text
        assert unit in text  # 40 of the team, of 4 people


@pytest.mark.slow
def test_what_counts_is_what_the_company_defined_and_an_index_has_its_constant(folder: Path) -> None:
    text = paper(folder, "fr")
    assert "Signé des deux côtés avant le dernier jour." in text
    assert "40, quoi que chacun fasse, à quoi s’ajoute" in text


@pytest.mark.slow
def test_what_is_reached_today_is_a_share_of_the_target_that_is_printed(folder: Path) -> None:
    """40 orders today, and the plan asks for 50: a person has reached 10 of 12.5."""
    more = folder.parent / "more"
    asked = ("report", folder, "--plan", "more", "--out", more, "--only", "plans", "--lang", "en")
    assert incentives(*asked).exit_code == 0
    assert "12.5 contracts 80%" in paper(more, "en")


@pytest.mark.slow
def test_a_team_paid_as_one_is_told_of_the_teams_results(tmp_path: Path) -> None:
    tree = yaml.safe_load(CASE.read_text(encoding="utf-8"))
    tree["teams"]["north"]["paid_on"] = "team"
    (tmp_path / "team.yaml").write_text(yaml.safe_dump(tree), encoding="utf-8")
    assert incentives("solve", tmp_path / "team.yaml", "--out", tmp_path / "run").exit_code == 0
    text = paper(tmp_path / "run", "fr")
    assert "résultats sont ceux de l’équipe" in text
    assert "40,0 contrats" in text


def test_letters_that_documents_lack_are_told_of_units_definitions_and_plans(tmp_path: Path) -> None:
    tree = yaml.safe_load(CASE.read_text(encoding="utf-8"))
    tree["kpis"]["orders"] |= {"unit": "件数", "definition": "署名済み"}
    tree["plans"]["more"]["label"] = "もっと"
    (tmp_path / "letters.yaml").write_text(yaml.safe_dump(tree, allow_unicode=True), encoding="utf-8")
    told = json.loads(incentives("check", tmp_path / "letters.yaml", "--json").stdout)["warnings"]
    places = [w["where"] for w in told if "that the type of documents lacks" in w["message"]]
    wanted = ("kpis.orders.unit", "kpis.orders.definition", "plans.more.label")
    assert [any(name in place for place in places) for name in wanted] == [True, True, True], places


@pytest.mark.slow
def test_a_kpi_that_pay_hangs_on_has_its_target_and_its_definition_on_the_paper(tmp_path: Path) -> None:
    tree = yaml.safe_load(CASE.read_text(encoding="utf-8"))
    north = {"orders": 1.0}
    tree |= {"current_plan": {"north": north}, "plans": {}, "rules": {"locks": {"north": north}}}
    tree["teams"]["north"]["curve"] = {"cap": 2, "gate": {"kpi": "rate", "at": 0.9}}
    (tmp_path / "gate.yaml").write_text(yaml.safe_dump(tree, allow_unicode=True), encoding="utf-8")
    assert incentives("solve", tmp_path / "gate.yaml", "--out", tmp_path / "run").exit_code == 0
    text = paper(tmp_path / "run", "fr")
    assert "Rate – – 40,00 % 100 %" in text
    assert "Un indicateur sans poids" in text
    assert "Order. Divisé par : Lead" in text


@pytest.mark.slow
def test_todays_plan_that_was_asked_about_is_not_recommended(folder: Path) -> None:
    asked = ("report", folder, "--plan", "current", "--out", folder.parent / "today", "--only", "pdf")
    assert incentives(*asked).exit_code == 0
    for language, said, unsaid in (
        ("en", "This plan is today’s", ("Keep the current plan", "Why nothing moved")),
        ("fr", "Ce plan est celui d’aujourd’hui", ("Garder le plan actuel", "Pourquoi rien n’a bougé")),
    ):
        page = PdfReader(folder.parent / "today" / f"report.{language}.pdf").pages[0].extract_text()
        assert said in " ".join(page.split())
        assert not [claim for claim in unsaid if claim in " ".join(page.split())]
