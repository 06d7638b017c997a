"""Numbers that nobody has given yet: while there is one, everything made of the scenario is a draft."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import yaml
from pypdf import PdfReader

from optimizer import read_scenario
from tests.solved import CASE, CASES, RULES, SOURCES
from tests.verbs import incentives

SMALL = CASES / "small.yaml"
PLACEHOLDERS = ["teams.sales.hours", "activities.touch_fit.yields.fit_meeting", "stages.retained.value"]
"""Of the small company: one without a range, one under a source of several numbers, one with a range."""
SPOKEN = {
    "en": (
        "Draft: 3 placeholders",
        "No decision can be based on this document yet: 3 values are provisional.",
    ),
    "fr": (
        "Brouillon : 3 valeurs provisoires",
        "Ce document ne permet pas encore de décider : 3 valeurs sont provisoires.",
    ),
}


def drafted(tmp_path: Path, *placeholders: str, **changes: Any) -> Path:
    """The small file with placeholders."""
    tree = yaml.safe_load(SMALL.read_text(encoding="utf-8")) | changes
    file = tmp_path / "draft.yaml"
    file.write_text(yaml.safe_dump({**tree, "placeholders": list(placeholders)}, sort_keys=False))
    return file


# --- in the file ----------------------------------------------------------------------------------------


def test_check_warns_of_placeholders_in_text_and_json(tmp_path: Path) -> None:
    file = drafted(tmp_path, "teams.sales.hours", "teams.marketing.hours")
    done = incentives("check", file, "--json")
    assert done.exit_code == 0
    (warning,) = [w for w in json.loads(done.stdout)["warnings"] if "placeholders" in w["where"]]
    assert warning["value"] == "2"
    assert warning["message"].startswith("DRAFT: 2 numbers that nobody has given yet: teams.sales.hours, ")
    assert "incentives fill" in warning["hint"]
    assert "DRAFT: 2 numbers" in incentives("check", file).stderr
    assert "DRAFT: 2 numbers" in incentives("evaluate", file).stderr


@pytest.mark.parametrize(
    ("placeholders", "message", "hint"),
    [
        (["teams.sails.hours"], "the file has no teams.sails", 'did you mean "sales"?'),
        (["teams.sales.hours"] * 2, "stands here twice", "keep one of the two"),
        (["teams.sales"], "is no single number", "name one number in it"),
        (["name"], "is no single number", "name a number of the file"),
        (["teams.sales.hours.x"], "the file has no teams.sales.hours.x", ""),
    ],
)
def test_a_placeholder_is_one_of_the_numbers_of_the_file(
    tmp_path: Path, placeholders: list[str], message: str, hint: str
) -> None:
    done = incentives("check", drafted(tmp_path, *placeholders), "--json")
    assert done.exit_code == 2
    (problem,) = json.loads(done.stdout)["problems"]
    assert message in problem["message"]
    assert hint in problem["hint"]
    assert "placeholders[" in problem["where"]


def test_placeholders_and_sources_in_two_languages_go_through_every_form(tmp_path: Path) -> None:
    sources = {"teams.sales.hours": {"text": {"en": "a guess", "fr": "une supposition"}, "range": 0.5}}
    file = drafted(tmp_path, "teams.sales.hours", "stages.customer.value", sources=sources)
    scenario = read_scenario(file)
    assert scenario.placeholders == ("teams.sales.hours", "stages.customer.value")
    assert scenario.sources["teams.sales.hours"].text.fr == "une supposition"
    sheet, text = tmp_path / "draft.xlsx", tmp_path / "again.yaml"
    assert incentives("convert", file, sheet).exit_code == 0
    assert incentives("convert", sheet, text).exit_code == 0
    assert read_scenario(text) == scenario == read_scenario(sheet)


def test_the_schema_for_editors_knows_placeholders_and_texts_by_language() -> None:
    schema = json.loads(incentives("schema").stdout)
    assert schema["properties"]["placeholders"]["items"] == {"type": "string"}
    text = schema["$defs"]["Source"]["properties"]["text"]
    assert {"type": "string"} in text["anyOf"]


def test_an_empty_source_is_one_problem(tmp_path: Path) -> None:
    for text in ("", {"en": "x", "fr": ""}):
        file = drafted(tmp_path, sources={"teams.sales.hours": {"text": text}})
        (problem,) = json.loads(incentives("check", file, "--json").stdout)["problems"]
        assert problem["message"] == "must not be empty"


# --- in what is made of it ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder of the small company with placeholders, every document asked for."""
    folder = tmp_path_factory.mktemp("draft")
    tree = json.loads(CASE.read_text(encoding="utf-8")) | {"rules": RULES, "sources": SOURCES}
    (folder / "draft.json").write_text(json.dumps(tree | {"placeholders": PLACEHOLDERS}), encoding="utf-8")
    done = incentives("solve", folder / "draft.json", "--out", folder / "run")
    assert done.exit_code == 0, done.output
    assert "DRAFT: No decision can be based on this document yet: 3 values are provisional." in " ".join(
        done.stdout.split()
    )
    return folder / "run"


def table(run: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(run / "tables" / f"{name}.csv").set_index("path")


def text_of(run: Path, document: str) -> str:
    pages = PdfReader(run / document).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "fr"])
def test_page_one_says_draft_with_the_number_of_placeholders(run: Path, language: str) -> None:
    said = text_of(run, f"report.{language}.pdf")
    for words in SPOKEN[language]:
        assert words in said
    assert {"en": "Proven optimal", "fr": "Optimum prouvé"}[language] not in said
    assert {"en": "Checked computation", "fr": "Calcul vérifié"}[language] not in said


@pytest.mark.slow
def test_no_plan_document_is_written_while_a_placeholder_is_left(run: Path) -> None:
    assert not list(run.glob("plan_*"))
    told = incentives("report", run, "--only", "plans")
    assert told.exit_code == 0
    assert "no plan document is written" in told.stderr
    assert not list(run.glob("plan_*"))


@pytest.mark.slow
def test_workbook_page_and_json_have_their_number(run: Path) -> None:
    assert openpyxl.load_workbook(run / "budget.xlsx")["Summary"]["B9"].value == 3
    assert json.loads((run / "result.json").read_text())["placeholders"] == PLACEHOLDERS
    assert json.loads((run / "company.json").read_text())["scenario"]["placeholders"] == 3
    assert "Cette page ne permet pas encore de d\u00e9cider" in (run / "whatif.html").read_text()


@pytest.mark.slow
def test_the_tornado_says_which_of_its_numbers_are_provisional(run: Path) -> None:
    for name in ("tornado", "assumptions"):
        marked = table(run, name)["placeholder"]
        assert marked["stages.retained.value"]
        assert marked["activities.touch_fit.yields"], "one of its numbers is"
        assert not marked["kpis.meeting_rate.noise"]
    assert "2 bars are of provisional values" in text_of(run, "report.en.pdf")


@pytest.mark.slow
def test_the_list_of_placeholders_says_what_each_answer_moves(run: Path) -> None:
    rows, tornado = table(run, "placeholders"), table(run, "tornado")
    assert list(rows.index) == PLACEHOLDERS
    value = rows.loc["stages.retained.value"]
    assert (value["unit"], value["asked"], value["range"]) == ("money_unit", "finance", 0.5)
    assert value["moves_gain"] == pytest.approx(tornado.loc["stages.retained.value", "spread"])
    assert value["moves_net"] > 0
    hours = rows.loc["teams.sales.hours"]
    assert (hours["unit"], hours["asked"], hours["team"]) == ("hours_period", "lead", "sales")
    assert hours[["range", "moves_net", "moves_gain"]].isna().all(), "its range is unknown"


@pytest.mark.slow
def test_a_run_folder_of_a_draft_is_verified(run: Path) -> None:
    assert incentives("verify", run).exit_code == 0


# --- the form -------------------------------------------------------------------------------------------


def codes_of(page: Any) -> dict[str, int]:
    """Columns of a form by the codes of its hidden row."""
    row = next(row for row in page.iter_rows() if row[0].value == "path")
    return {cell.value: cell.column for cell in row}


def filled(form: Path, out: Path, **answers: tuple[Any, ...]) -> Path:
    """The form with (answer, off, source) by path, as people write them."""
    book = openpyxl.load_workbook(form)
    page = book.active
    column = codes_of(page)
    rows = {row[0].value: row[0].row for row in page.iter_rows()}
    for path, values in answers.items():
        for code, value in zip(("answer", "off", "source"), values, strict=False):
            page.cell(rows[path.replace("__", ".")], column[code]).value = value
    book.save(out)
    return out


@pytest.fixture(scope="module")
def small_form(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A draft of the small file and its French form."""
    folder = tmp_path_factory.mktemp("form")
    file, form = drafted(folder, "teams.sales.hours", "stages.customer.value"), folder / "form.xlsx"
    done = incentives("fill", file, "--form", form, "--lang", "fr")
    assert done.exit_code == 0, done.output
    return file, form


@pytest.mark.slow
def test_the_form_asks_in_the_readers_language_with_unit_and_who_knows(run: Path, tmp_path: Path) -> None:
    told = {
        "en": ("EUR per unit", "Finance", "net today: "),
        "fr": ("EUR par unité", "Finances", "net aujourd’hui"),
    }
    for language, (unit, who, moves) in told.items():
        form = tmp_path / f"form.{language}.xlsx"
        assert incentives("fill", run, "--form", form, "--lang", language).exit_code == 0
        page = openpyxl.load_workbook(form).active
        column = codes_of(page)
        rows = {row[0].value: [cell.value for cell in row] for row in page.iter_rows()}
        value = dict(zip(column, rows["stages.retained.value"], strict=True))
        assert (value["unit"], value["who"]) == (unit, who)
        assert value["moves"].startswith(moves)
        assert value["today"] == table(run, "placeholders").loc["stages.retained.value", "number"]


def test_a_filled_form_completes_the_scenario(small_form: tuple[Path, Path], tmp_path: Path) -> None:
    file, form = small_form
    answers = filled(form, tmp_path / "a.xlsx", teams__sales__hours=(3000, 0.05, "Payroll, 12 May"))
    out = tmp_path / "new.yaml"
    done = incentives("fill", file, "--answers", answers, "--out", out, "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["placeholders"] == ["stages.customer.value"]
    half = read_scenario(out)
    assert half.teams["sales"].hours == 3000
    assert half.placeholders == ("stages.customer.value",)
    source = half.sources["teams.sales.hours"]
    assert (source.text.en, source.range) == ("Payroll, 12 May", 0.05)
    value = read_scenario(file).stages["customer"].value
    rest = filled(form, tmp_path / "b.xlsx", stages__customer__value=(value,))
    whole = tmp_path / "whole.xlsx"
    done = incentives("fill", out, "--answers", rest, "--out", whole)
    assert done.exit_code == 0, done.output
    assert "no placeholder is left" in done.stdout
    assert read_scenario(whole).placeholders == (), "an answer that is the invented value counts"


@pytest.mark.parametrize(
    ("path", "answer", "message"),
    [
        ("teams__sales__hours", ("3 100",), "is no number"),
        ("teams__sales__hours", (1,), "hours"),
        ("teams__sales__hours", (3000, 5), "is no share from 0 up to 1"),
        ("stages__customer__value", (None, 0.1), "says how far off"),
        ("teams__sales__hours", (-1,), "must be greater than 0"),
    ],
)
def test_a_wrong_answer_is_named_with_its_cell(
    small_form: tuple[Path, Path], tmp_path: Path, path: str, answer: tuple[Any, ...], message: str
) -> None:
    file, form = small_form
    answers, out = filled(form, tmp_path / "a.xlsx", **{path: answer}), tmp_path / "new.yaml"
    done = incentives("fill", file, "--answers", answers, "--out", out, "--json")
    assert done.exit_code == 2, done.output
    problem = json.loads(done.stdout)["problems"][0]
    assert message in problem["message"]
    assert "a.xlsx" in problem["where"]
    assert not out.exists()


def test_a_form_without_answers_or_of_another_file_is_refused(
    small_form: tuple[Path, Path], tmp_path: Path
) -> None:
    file, form = small_form
    empty = incentives("fill", file, "--answers", form, "--out", tmp_path / "x.yaml", "--json")
    assert "has no answer" in json.loads(empty.stdout)["problems"][0]["message"]
    answers = filled(form, tmp_path / "a.xlsx", teams__sales__hours=(3000,))
    other = incentives("fill", SMALL, "--answers", answers, "--out", tmp_path / "x.yaml", "--json")
    assert other.exit_code == 2
    assert "is no placeholder of the scenario" in json.loads(other.stdout)["problems"][0]["message"]
    book = incentives("fill", file, "--answers", SMALL, "--out", tmp_path / "x.yaml", "--json")
    assert json.loads(book.stdout)["problems"][0]["message"] == "is no form"
    nothing = incentives("fill", SMALL, "--form", tmp_path / "f.xlsx")
    assert nothing.exit_code == 2
    assert "no placeholder" in nothing.output


@pytest.mark.slow
def test_a_batch_says_which_of_its_runs_are_drafts(tmp_path: Path) -> None:
    tree = json.loads(CASE.read_text(encoding="utf-8")) | {"rules": RULES}
    for name, placeholders in (("whole", []), ("draft", PLACEHOLDERS)):
        (tmp_path / f"{name}.json").write_text(json.dumps(tree | {"placeholders": placeholders}))
    grid = {"base": ["whole.json", "draft.json"]}
    (tmp_path / "grid.yaml").write_text(yaml.safe_dump(grid))
    done = incentives("batch", tmp_path / "grid.yaml", "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    index = pd.read_csv(tmp_path / "out" / "index.csv").set_index("base")
    assert index["placeholders"].to_dict() == {"whole": 0, "draft": 3}
    assert "1 run is a draft" in text_of(tmp_path / "out", "summary.en.pdf")
