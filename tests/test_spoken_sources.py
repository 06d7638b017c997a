"""Texts of sources speak of a number; where the file has another one since, every place says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pypdf
import pytest
import yaml
from click.testing import CliRunner, Result

from optimizer import read_scenario
from optimizer.cli import main
from optimizer.scenario.checks.sources import stale
from optimizer.scenario.spoken import is_spoken, speaks_of, spoken
from optimizer.scenario.write import dump_scenario

SMALL = Path(__file__).parent / "cases" / "small.yaml"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments], env={"COLUMNS": "200"})


def told(tmp_path: Path, sources: dict[str, Any], name: str = "told.yaml") -> Path:
    tree = yaml.safe_load(SMALL.read_text(encoding="utf-8"))
    file = tmp_path / name
    file.write_text(yaml.safe_dump({**tree, "sources": sources}, sort_keys=False), encoding="utf-8")
    return file


PAY = "teams.marketing.target_pay"
YIELDS = "activities.deep.yields"
SOURCES = {
    PAY: {"text": {"en": "letters say 6,000 a head", "fr": "les lettres disent 6 000 par tête"}, "of": 6000},
    YIELDS: {"text": "counted in March", "of": {"deal": 0.4}, "range": 0.2},
    "kpis.wins.noise": {"text": "thirty wins", "range": 0.3},
}


@pytest.mark.parametrize(
    ("of", "value", "same"),
    [
        ("6000", 6000.0, True),
        ("6000", 6000.0000001, True),
        ("6000", 6001, False),
        ("{lead: 6, deal: 0.5}", {"deal": 0.5, "lead": 6.0}, True),
        ("{lead: 6, deal: 0.5}", {"lead": 6.0}, False),
        ("{lead: 6}", 6.0, False),
        ("0.3", 0.1 + 0.2, True),
    ],
)
def test_a_text_speaks_of_the_numbers_that_it_says(of: str, value: object, same: bool) -> None:
    assert is_spoken(of)
    assert speaks_of(of, value) == same
    assert speaks_of(spoken(value), value)


def test_numbers_and_mappings_of_a_file_are_read_and_written_alike(tmp_path: Path) -> None:
    scenario = read_scenario(told(tmp_path, SOURCES))
    assert scenario.sources[PAY].of == "6000"
    assert scenario.sources[YIELDS].of == "{deal: 0.4}"
    again = tmp_path / "again.yaml"
    again.write_text(dump_scenario(scenario), encoding="utf-8")
    assert read_scenario(again) == scenario
    for full in ((), ("--full",)):
        book = tmp_path / f"book{len(full)}.xlsx"
        assert run("convert", again, book, *full).exit_code == 0
        assert read_scenario(book) == scenario


def test_what_is_no_number_is_refused_with_its_place(tmp_path: Path) -> None:
    done = run("check", told(tmp_path, {PAY: {"text": "letters", "of": "many"}}), "--json")
    assert done.exit_code == 2
    (problem,) = json.loads(done.stdout)["problems"]
    assert problem["where"].endswith(f"sources.{PAY}.of")
    assert (problem["message"], problem["value"]) == ("is no number", '"many"')


def test_a_number_changed_by_hand_is_warned_of_and_an_unchanged_one_is_not(tmp_path: Path) -> None:
    assert "speaks of" not in run("check", told(tmp_path, SOURCES)).output
    file = told(tmp_path, {**SOURCES, PAY: {**SOURCES[PAY], "of": 5500}})
    said = run("check", file).output
    assert f"[sources.{PAY}.of] its text speaks of 5500, and the file says 6000" in " ".join(said.split())
    tree = yaml.safe_load(file.read_text(encoding="utf-8"))
    tree["activities"]["deep"]["yields"]["deal"] = 0.45
    file.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    assert stale(read_scenario(file), YIELDS)


@pytest.mark.slow
def test_documents_of_a_what_if_say_that_a_number_is_another_one_since(tmp_path: Path) -> None:
    """With `of` and without: a changed number's old source is told as such."""
    made = run(
        "solve", told(tmp_path, SOURCES), "--out", tmp_path / "run",
        "--set", f"{PAY}=6600", "--set", "kpis.wins.noise=0.2",
    )  # fmt: skip
    assert made.exit_code in (0, 1), made.output
    table = pd.read_csv(tmp_path / "run" / "tables" / "sources.csv").set_index("path")
    assert table["changed"].to_dict() == {PAY: True, YIELDS: False, "kpis.wins.noise": True}
    assert [float(table.loc[path, "of"]) for path in (PAY, "kpis.wins.noise")] == [6000, 0.3]
    for language, words in (("en", "changed since; said of 6,000"), ("fr", "modifié depuis ; dit de 6 000")):
        pages = pypdf.PdfReader(tmp_path / "run" / f"report.{language}.pdf").pages
        text = " ".join(" ".join(page.extract_text() for page in pages).split())
        assert words in text.replace("\u202f", " ").replace("\u00a0", " ")
    cells = [
        str(cell.value)
        for sheet in openpyxl.load_workbook(next((tmp_path / "run").glob("budget*.xlsx")))
        for row in sheet.iter_rows()
        for cell in row
    ]
    assert any("changed since" in text and "thirty wins" in text for text in cells)


def test_parts_of_a_split_team_speak_of_their_own_numbers(tmp_path: Path) -> None:
    done = run(
        "split", told(tmp_path, SOURCES), "--team", "sales", "--into", "north:0.6,south:0.4",
        "--out", tmp_path / "parts.yaml",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    parts = read_scenario(tmp_path / "parts.yaml")
    speaking = [path for path, source in parts.sources.items() if source.of is not None]
    assert len(speaking) > 2
    assert not [path for path in speaking if stale(parts, path)]


def test_generated_and_filled_numbers_say_what_they_speak_of(tmp_path: Path) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text(run("start", "--example", "training").stdout, encoding="utf-8")
    assert run("start", "--answers", answers, "--out", tmp_path / "made").exit_code == 0
    scenario = read_scenario(tmp_path / "made")
    numbers = {path: source for path, source in scenario.sources.items() if source.of is not None}
    assert len(numbers) > 100
    assert not [path for path in numbers if stale(scenario, path)]
