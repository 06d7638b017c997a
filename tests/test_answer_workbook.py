"""The workbook of questions: every cell reads back, as people write them too, or a problem names the cell."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from openpyxl.worksheet.worksheet import Worksheet

from tests.verbs import incentives
from tests.workbooks import saved_by_libreoffice

KINDS = ("saas_sdr", "distribution", "services", "training", "marketplace", "branch", "partners")
Edit = Callable[[Worksheet, Callable[[str], int]], None]


def given(folder: Path, kind: str, language: str, **more: Any) -> Path:
    """The answers of an invented company, in a language."""
    content = yaml.safe_load(incentives("start", "--example", kind).stdout)
    file = folder / "given.yaml"
    file.write_text(
        yaml.safe_dump({**content, "lang": language, **more}, allow_unicode=True), encoding="utf-8"
    )
    return file


def workbook(folder: Path, kind: str = "distribution", language: str = "fr", **more: Any) -> Path:
    done = incentives(
        "start", "--answers", given(folder, kind, language, **more), "--xlsx", "--out", folder / "a"
    )
    assert done.exit_code == 0, done.output
    return folder / "a" / "answers.xlsx"


def edited(file: Path, edit: Edit) -> Path:
    """The workbook after somebody changed the sheet; `edit` is told where the row of a place is."""
    book = openpyxl.load_workbook(file)
    page = book.worksheets[0]
    rows = {str(row[0].value): row[0].row for row in page.iter_rows() if row[0].value}
    edit(page, lambda place: rows[place])
    out = file.with_name("edited.xlsx")
    book.save(out)
    return out


def read(file: Path, out: Path) -> dict[str, Any]:
    done = incentives("start", "--answers", file, "--out", out)
    assert done.exit_code == 0, done.output
    content: dict[str, Any] = yaml.safe_load((out / "answers.yaml").read_text(encoding="utf-8"))
    return content


def problems(file: Path, out: Path) -> list[dict[str, str]]:
    done = incentives("start", "--answers", file, "--out", out, "--json")
    assert done.exit_code == 2, done.output
    assert not out.exists()
    found: list[dict[str, str]] = json.loads(done.stdout)["problems"]
    return found


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("kind", KINDS)
def test_answers_go_through_a_workbook_without_losing_a_digit(
    tmp_path: Path, kind: str, language: str
) -> None:
    team = next(iter(yaml.safe_load(given(tmp_path, kind, language).read_text(encoding="utf-8"))["teams"]))
    sources = {"answers.wins": "invoices of 2025", f"teams.{team}.weights": "plan of May"}
    file = workbook(tmp_path, kind, language, sources=sources)
    before = yaml.safe_load((tmp_path / "a" / "answers.yaml").read_text(encoding="utf-8"))
    assert before["sources"] == sources
    assert read(file, tmp_path / "b") == before


def test_digits_beyond_those_of_a_spreadsheet_come_back(tmp_path: Path) -> None:
    content = yaml.safe_load(given(tmp_path, "distribution", "en").read_text(encoding="utf-8"))
    exact = {"r_lead": 42.100000000000001, "price": 9000.1234567890123, "wins": 160 / 3 * 3.0000000000000004}
    content["answers"] |= exact
    content["teams"]["field"]["weights"] = {"sales_new": 100 / 3, "visits": 100 - 100 / 3}
    (tmp_path / "given.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    done = incentives("start", "--answers", tmp_path / "given.yaml", "--xlsx", "--out", tmp_path / "a")
    assert done.exit_code == 0, done.output
    back = read(tmp_path / "a" / "answers.xlsx", tmp_path / "b")
    assert {name: back["answers"][name] for name in exact} == exact
    assert back["teams"]["field"]["weights"] == content["teams"]["field"]["weights"]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_an_empty_workbook_asks_in_the_readers_language(tmp_path: Path, language: str) -> None:
    done = incentives("start", "--archetype", "saas_sdr", "--xlsx", "--lang", language, "--out", tmp_path)
    assert done.exit_code == 0, done.output
    book = openpyxl.load_workbook(tmp_path / "answers.xlsx")
    page, notes, lists = book.worksheets
    assert lists.sheet_state == "hidden"
    texts = [str(cell.value) for row in page.iter_rows() for cell in row if cell.value is not None]
    french = "Contrats sign\u00e9s par trimestre (selon la facturation)"
    assert (french if language == "fr" else "Contracts signed per quarter (from invoices)") in texts
    assert notes.title == ("Mode d\u2019emploi" if language == "fr" else "How to")
    rules = {str(rule.sqref): rule for rule in page.data_validations.dataValidation}
    kinds = [rule.type for rule in rules.values()]
    assert kinds.count("list") == 1 + 3 * 4  # the period, and three KPIs for each of four teams
    asked = sum(1 for row in page.iter_rows() if str(row[0].value).startswith(("teams.", "answers.")))
    assert 40 <= asked <= 50
    assert kinds.count("decimal") == asked  # a range for numbers; for KPIs that of their weight
    found = problems(tmp_path / "answers.xlsx", tmp_path / "x")
    assert {problem["message"] for problem in found} == {"is missing"}


@pytest.mark.parametrize(
    ("value", "shown", "expected"),
    [
        ("12 %", None, 12),
        ("12,5\u00a0%", None, 12.5),
        (0.12, "0%", 12),
        (0.07, "0.0 %", 7),
        (12, '0" %"', 12),
        (12, r"0\ \%", 12),
        (12.25, None, 12.25),
        (" 12 ", None, 12),
    ],
)
def test_percentages_are_read_as_people_write_them(
    tmp_path: Path, value: object, shown: str | None, expected: float
) -> None:
    def edit(page: Worksheet, row: Callable[[str], int]) -> None:
        cell = page.cell(row("answers.discount_share"), 3)
        cell.value = value  # type: ignore[assignment]
        cell.number_format = shown or "General"

    assert read(edited(workbook(tmp_path), edit), tmp_path / "b")["answers"]["discount_share"] == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("9\u202f000", 9000),
        ("9 000,5 \u20ac", 9000.5),
        ("9k\u20ac", 9000),
        (9000.5, 9000.5),
        ("9000.50", 9000.5),
    ],
)
def test_amounts_are_read_as_people_write_them(tmp_path: Path, value: object, expected: float) -> None:
    def edit(page: Worksheet, row: Callable[[str], int]) -> None:
        page.cell(row("answers.price"), 3).value = value  # type: ignore[assignment]

    assert read(edited(workbook(tmp_path), edit), tmp_path / "b")["answers"]["price"] == expected


def test_rows_may_be_moved_and_what_is_chosen_may_be_in_another_language(tmp_path: Path) -> None:
    def edit(page: Worksheet, row: Callable[[str], int]) -> None:
        page.insert_rows(8, 2)
        page.cell(row("period") + 2 * (row("period") >= 8), 3).value = "half_year"
        first = row("teams.field.weights.1") + 2
        page.cell(first, 3).value, page.cell(first, 4).value = "visites R\u00c9ALIS\u00c9ES", None
        page.cell(first + 1, 3).value, page.cell(first + 1, 4).value = None, None

    content = read(edited(workbook(tmp_path), edit), tmp_path / "b")
    assert content["period"] == "half_year"
    assert content["teams"]["field"]["weights"] == {"visits": 100}  # one alone has it all


@pytest.mark.parametrize(
    ("place", "column", "value", "message"),
    [
        ("answers.wins", 3, "beaucoup", "must be a number"),
        ("answers.wins", 3, True, "must be a number"),
        ("answers.wins", 3, "160 %", "is in another unit than is asked"),
        ("answers.wins", 3, "10-12", "holds several numbers"),
        ("answers.wins", 3, "1.160", "may be read in two ways"),
        ("answers.wins", 3, "40 par mois", "is per another period than is asked"),
        ("answers.wins", 3, "=1+1", "a formula without a computed value"),
        ("answers.wins", 3, None, "is missing"),
        ("answers.wins", 3, -5, "must be at least 0"),
        ("answers.r_due", 3, 0.94, "is 0.94 %: percentages are written as 45, not as 0.45"),
        ("answers.r_due", 3, 140, "is more than all"),
        ("teams.inside.heads", 3, 0, "must be above 0"),
        ("teams.inside.fixed", 3, "2 500 \u20ac / mois", "is per another period than is asked"),
        ("period", 3, "decade", "is not in the list"),
        ("teams.field.weights.1", 3, "Bonheur", "is not in the list"),
        ("teams.field.weights.1", 4, None, "is missing"),
        ("teams.field.weights.1", 4, 60, "weights add up to 90 %, not to 100"),
        ("teams.field.weights.3", 4, 10, "is the weight of no KPI"),
    ],
)
def test_a_cell_that_is_no_answer_is_named(
    tmp_path: Path, place: str, column: int, value: object, message: str
) -> None:
    cells = []

    def edit(page: Worksheet, row: Callable[[str], int]) -> None:
        cell = page.cell(row(place), column)
        cell.value = value  # type: ignore[assignment]
        cells.append(f"R\u00e9ponses!{'ABCD'[column - 1]}{cell.row}")

    found = problems(edited(workbook(tmp_path), edit), tmp_path / "b")
    assert [problem["message"] for problem in found] == [message]
    assert f"edited.xlsx:{cells[0]}" in found[0]["where"]


@pytest.mark.parametrize("weights", [(30, 70), (50, 50), (100, None)])
def test_a_kpi_is_chosen_once(tmp_path: Path, weights: tuple[float, float | None]) -> None:
    def edit(page: Worksheet, row: Callable[[str], int]) -> None:
        name = page.cell(row("teams.field.weights.1"), 3).value
        for place, weight in zip(("1", "2"), weights, strict=True):
            at = row(f"teams.field.weights.{place}")
            page.cell(at, 3).value, page.cell(at, 4).value = name, weight

    found = problems(edited(workbook(tmp_path), edit), tmp_path / "b")
    assert found[0]["message"] == ("is missing" if weights[1] is None else "is chosen twice for this team")
    assert "teams.field.weights.2" in found[0]["where"]


def test_every_wrong_cell_is_named_at_once(tmp_path: Path) -> None:
    def edit(page: Worksheet, row: Callable[[str], int]) -> None:
        for place in ("answers.wins", "answers.price", "teams.inside.fixed"):
            page.cell(row(place), 3).value = "?"

    found = problems(edited(workbook(tmp_path), edit), tmp_path / "b")
    assert [problem["where"].split()[-1] for problem in found] == [
        "teams.inside.fixed", "answers.wins", "answers.price",
    ]  # fmt: skip


def test_another_workbook_or_a_sheet_without_its_codes_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.xlsx"
    openpyxl.Workbook().save(other)
    assert problems(other, tmp_path / "b")[0]["message"] == "holds no answers"

    def edit(page: Worksheet, _: Callable[[str], int]) -> None:
        page.delete_cols(1)

    assert problems(edited(workbook(tmp_path), edit), tmp_path / "b")[0]["message"] == "holds no answers"


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")
def test_a_workbook_saved_by_libreoffice_says_the_same(tmp_path: Path) -> None:
    file = workbook(tmp_path)
    before = yaml.safe_load((tmp_path / "a" / "answers.yaml").read_text(encoding="utf-8"))
    assert read(saved_by_libreoffice(file), tmp_path / "b") == before
