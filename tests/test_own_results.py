"""Papers to sign of people who are paid on their own results, on an index, against changed targets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from pypdf import PdfReader
from test_statuses import incentives

CASE = Path(__file__).parent / "cases" / "trust" / "paid_on_persons.yaml"
NAMES = {"orders": ("Orders", "Commandes"), "mood": ("Mood", "Climat"), "rate": ("Rate", "Taux")}


def named() -> dict[str, Any]:
    """The case with names in both languages: without them no French paper is written."""
    tree: dict[str, Any] = yaml.safe_load(CASE.read_text(encoding="utf-8"))
    tree["label"] = {"en": "Persons", "fr": "Personnes"}
    tree["teams"]["north"]["label"] = {"en": "North", "fr": "Nord"}
    for kpi, (english, french) in NAMES.items():
        tree["kpis"][kpi]["label"] = {"en": english, "fr": french}
    return tree


def written(tree: dict[str, Any], path: Path) -> Path:
    path.write_text(yaml.safe_dump(tree, allow_unicode=True), encoding="utf-8")
    return path


def paper(folder: Path, language: str) -> str:
    pages = PdfReader(folder / f"plan_north.{language}.pdf").pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    runs = tmp_path_factory.mktemp("runs")
    assert incentives("solve", written(named(), runs / "persons.yaml"), "--out", runs / "run").exit_code == 0
    return runs / "run"


@pytest.mark.slow
def test_people_paid_on_their_own_results_are_not_told_that_the_teams_count(folder: Path) -> None:
    assert incentives("report", folder, "--plan", "current", "--out", folder.parent / "en", "--lang", "en")
    for text, own, teams, objective in (
        (paper(folder.parent / "en", "en"), "your own results", "results of team", "10 contracts"),
        (paper(folder, "fr"), "vos résultats personnels", "résultats de l’équipe", "10 contrats"),
    ):
        assert own in text
        assert teams not in text
        assert objective in text  # 40 of the team, of 4 people


@pytest.mark.slow
def test_what_counts_is_what_the_company_defined_and_not_what_the_model_counts(folder: Path) -> None:
    text = paper(folder, "fr")
    assert "Signé des deux côtés avant le dernier jour." in text
    assert "quoi que chacun fasse" not in text


@pytest.mark.slow
def test_an_objective_is_that_of_the_plan_asked_about_in_whole_units_for_a_person(folder: Path) -> None:
    """The plan asks for 50 of 4 people: 12.5 each, and nobody signs half a contract."""
    more = folder.parent / "more"
    asked = ("report", folder, "--plan", "more", "--out", more, "--only", "plans", "--lang", "en")
    assert incentives(*asked).exit_code == 0
    assert "12 contracts" in paper(more, "en")


@pytest.mark.slow
def test_a_team_paid_as_one_is_told_of_the_teams_results(tmp_path: Path) -> None:
    tree = named()
    tree["teams"]["north"]["paid_on"] = "team"
    written(tree, tmp_path / "team.yaml")
    assert incentives("solve", tmp_path / "team.yaml", "--out", tmp_path / "run").exit_code == 0
    text = paper(tmp_path / "run", "fr")
    assert "résultats de l’équipe" in text
    assert "40 contrats" in text


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
    tree = named()
    north = {"orders": 1.0}
    tree |= {"current_plan": {"north": north}, "plans": {}, "rules": {"locks": {"north": north}}}
    tree["teams"]["north"]["curve"] = {"cap": 2, "gate": {"kpi": "rate", "at": 0.9}}
    written(tree, tmp_path / "gate.yaml")
    assert incentives("solve", tmp_path / "gate.yaml", "--out", tmp_path / "run").exit_code == 0
    text = paper(tmp_path / "run", "fr")
    plain = " ".join(text.split())  # spaces that do not break among them
    assert "Taux – 40,0 %" in plain  # no weight, and what it must reach
    assert "Dû seulement si le résultat de « Taux » est d’au moins 90 % de son objectif." in plain
    assert "Taux : ………………. Compté à la date de" in plain  # its definition is asked for, as those of paid ones


@pytest.mark.slow
def test_todays_plan_that_was_asked_about_is_not_recommended(folder: Path) -> None:
    asked = ("report", folder, "--plan", "current", "--out", folder.parent / "today", "--only", "pdf")
    assert incentives(*asked).exit_code == 0
    for language, said, unsaid in (
        ("en", "nothing was optimised", ("Keep the current plan", "Why nothing moved")),
        ("fr", "rien n’a été optimisé", ("Garder le plan actuel", "Pourquoi rien n’a bougé")),
    ):
        page = PdfReader(folder.parent / "today" / f"report.{language}.pdf").pages[0].extract_text()
        assert said in " ".join(page.split())
        assert not [claim for claim in unsaid if claim in " ".join(page.split())]
