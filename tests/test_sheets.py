"""Scenarios as workbooks: what is written reads back equal, what is wrong is named by sheet and cell."""

from __future__ import annotations

import io
import shutil
import time
import zipfile
from collections.abc import Callable
from datetime import date
from datetime import time as clock
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xlsxwriter
import yaml
from companies import random_company, small_companies
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from optimizer import Scenario, ScenarioError, read_plan, read_scenario
from optimizer.scenario.read import located, tree_in
from optimizer.scenario.write import dump_scenario
from optimizer.scenario.xlsx import cells
from optimizer.scenario.xlsx import layout as forms
from optimizer.scenario.xlsx.fill import rows_of
from optimizer.scenario.xlsx.rows import column_letters
from optimizer.scenario.xlsx.sheets import SHEETS
from optimizer.scenario.xlsx.texts import UnwritableError
from optimizer.scenario.xlsx.write import workbook_of
from tests.workbooks import bare, saved_by_libreoffice

ROOT = Path(__file__).parent.parent
CASES = ROOT / "tests" / "cases"
SMALL = CASES / "small.yaml"
COMMITTED = sorted(
    [
        SMALL,
        *CASES.glob("*/*_funnel.json"),
        *(ROOT / "scenarios").glob("*/scenario.yaml"),
        ROOT / "optimizer" / "scenario" / "starter.yaml",
    ]
)


def as_workbook(scenario: Scenario, file: Path) -> Path:
    file.write_bytes(workbook_of(scenario))
    return file


@pytest.fixture(scope="module")
def full() -> bytes:
    return workbook_of(read_scenario(SMALL))


@pytest.fixture(scope="module")
def small(full: bytes) -> bytes:
    """The values alone, without notes, comments and lists: quicker to change and save."""
    return bare(full, "notes")


def edited(content: bytes, folder: Path, edit: Callable[[Workbook], None]) -> Path:
    book = load_workbook(io.BytesIO(content))
    edit(book)
    file = folder / "edited.xlsx"
    book.save(file)
    return file


def problems_in(file: Path) -> list[Any]:
    with pytest.raises(ScenarioError) as caught:
        read_scenario(file)
    return list(caught.value.problems)


def read_or_explained(file: Path) -> Scenario | None:
    """The scenario, or None where problems that explain themselves keep it from being read."""
    try:
        return read_scenario(file)
    except ScenarioError as error:
        explained = error.problems
    assert explained
    assert all(problem.message and problem.file for problem in explained)
    return None


def spots(problems: list[Any]) -> list[str]:
    return [problem.spot for problem in problems]


def put(sheet: str, cell: str, value: Any) -> Callable[[Workbook], None]:
    def edit(book: Workbook) -> None:
        book[sheet][cell] = value

    return edit


# --- there and back -------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", COMMITTED, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_committed_scenario_comes_back_from_a_workbook_exactly(tmp_path: Path, file: Path) -> None:
    scenario = read_scenario(file)
    again = read_scenario(as_workbook(scenario, tmp_path / "company.xlsx"))
    assert again == scenario
    assert dump_scenario(again) == dump_scenario(scenario)


@pytest.mark.slow
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(small_companies(max_teams=4, regimes=2))
def test_a_random_company_comes_back_from_a_workbook_exactly(
    tmp_path_factory: pytest.TempPathFactory, scenario: Scenario
) -> None:
    file = as_workbook(scenario, tmp_path_factory.getbasetemp() / "random.xlsx")
    assert dump_scenario(read_scenario(file)) == dump_scenario(scenario)


def with_values(scenario: Scenario, text: str, cash: float) -> Scenario:
    name = next(iter(scenario.activities))
    tree = scenario.model_dump(by_alias=True)
    tree["activities"][name] |= {"cash": cash, "label": {"en": text, "fr": f"{text}!"}}
    return Scenario.model_validate(tree, by_alias=True, by_name=False)


WRITABLE = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1, max_size=30)
TRICKY = st.sampled_from(
    ["=1+1", "+33 1 23", "-5", "@SUM(A1)", "TRUE", "12", "1e3", " a ", "#REF!", "# x", "a\nb", "'x", "{=A1}"]
)


@pytest.mark.slow
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    text=st.one_of(WRITABLE, TRICKY),
    cash=st.one_of(st.floats(-1e300, 1e300), st.sampled_from([0.1 + 0.2, 1e22, 5e-324, 2**53 + 2.0])),
)
def test_any_text_stays_text_and_any_number_keeps_all_its_digits(
    tmp_path_factory: pytest.TempPathFactory, text: str, cash: float
) -> None:
    scenario = with_values(read_scenario(SMALL), text, cash)
    file = as_workbook(scenario, tmp_path_factory.getbasetemp() / "values.xlsx")
    assert read_scenario(file) == scenario


@pytest.mark.parametrize("text", ["", "a\x01b", "x" * 40_000, "_x0041_", "a\rb", "\ufffe"])
def test_a_text_that_a_cell_would_not_give_back_is_refused_when_writing(text: str) -> None:
    with pytest.raises(UnwritableError, match="a cell cannot hold the text"):
        workbook_of(with_values(read_scenario(SMALL), text, 0.0))


def test_the_same_scenario_gives_the_same_bytes(full: bytes) -> None:
    assert workbook_of(read_scenario(SMALL)) == full


def test_empty_mappings_and_lists_come_back_empty(tmp_path: Path) -> None:
    tree = yaml.safe_load(SMALL.read_text())
    tree["rules"]["measures"]["success"] = []
    tree["rules"]["locks"] = {"success": {}}
    tree["plans"]["none"] = {}
    tree["rules"]["gaming"] = {}
    scenario = Scenario.model_validate(tree, by_alias=True, by_name=False)
    content = tree_in(as_workbook(scenario, tmp_path / "empty.xlsx")).root.content()
    assert Scenario.model_validate(content, by_alias=True, by_name=False) == scenario


def test_curves_come_back_from_a_workbook_wherever_they_stand(tmp_path: Path) -> None:
    tree = yaml.safe_load(SMALL.read_text())
    steep = {"slope": 2.0, "threshold": 0.75, "accelerators": [{"from": 1.0, "slope": 4.0}], "cap": 2.0}
    later = {"vesting": [{"after": 2.0, "share": 0.5}], "gate": {"kpi": "wins", "at": 0.9}}
    tree["curves"] = {"steep": steep, "later": later, "plain": {}}
    tree["kpis"]["leads"]["curve"] = "steep"
    tree["kpis"]["wins"]["curve"] = {}
    tree["kpis"]["unworked"]["curve"] = {**later, **steep}
    tree["teams"]["sales"]["curve"] = {"floor": 0.5, "accelerators": [{"from": 1.2, "slope": 0.0}]}
    tree["rules"]["curves"] = {"sales": ["steep", "plain"]}
    tree["targets"] = {"mode": "reset", "stretch": 0.05}
    scenario = Scenario.model_validate(tree, by_alias=True, by_name=False)
    content = tree_in(as_workbook(scenario, tmp_path / "curves.xlsx")).root.content()
    assert Scenario.model_validate(content, by_alias=True, by_name=False) == scenario


def test_limits_of_a_designer_survive_a_workbook(tmp_path: Path) -> None:
    scenario = read_scenario(SMALL)
    weights = {
        "limits": {"sales": {"wins": {"min": 0.2, "max": 0.5}}, "marketing": {"leads": {"max": 0.0}}},
        "teams": {"sales": {"min_measures": 2, "max_measures": 3, "step": 0.25}},
        "groups": [
            {"team": "sales", "kpis": ["wins", "touched"], "min": 0.5},
            {"team": "marketing", "kpis": ["leads"], "max": 0.75},
        ],
    }
    rules = {"weights": weights, "same": [["marketing", "sales"]], "budget": {"reserve": 12.5}}
    tree = scenario.model_dump(by_alias=True, exclude_unset=True) | {"rules": rules}
    limited = Scenario.model_validate(tree, by_alias=True, by_name=False)
    content = tree_in(as_workbook(limited, tmp_path / "limits.xlsx")).root.content()
    read = Scenario.model_validate(content, by_alias=True, by_name=False)
    assert read.rules == limited.rules
    assert read.rules.weights.groups[0].kpis == ("wins", "touched")


def test_every_mapping_and_list_of_a_scenario_has_a_sheet() -> None:
    def keys(path: tuple[Any, ...]) -> tuple[str, ...]:
        return tuple(part for part in path if isinstance(part, str))

    tables = [layout for layout in SHEETS if not isinstance(layout, forms.Form)]
    held = {keys(table.path) for table in tables if not any(key.choices for key in table.keys)}
    held |= {
        (*form.at, *column.path) for form in SHEETS if isinstance(form, forms.Form) for column in form.named
    }
    choices = {
        (*keys(layout.path), choice) for layout in tables for key in layout.keys for choice in key.choices
    }
    assert set(forms.collections_of(Scenario)) == {
        path for path in held if len(path) == 1 or path[0] in ("rules", "phasing")
    }
    inside = {(s, *path) for s, model in forms.SECTIONS.items() for path in forms.collections_of(model)}
    assert inside == {path for path in held | choices if len(path) > 1 and path[0] in forms.SECTIONS}


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")
def test_a_workbook_saved_by_libreoffice_says_the_same(tmp_path: Path) -> None:
    scenario = read_scenario(ROOT / "scenarios" / "alignment")
    file = as_workbook(scenario, tmp_path / "company.xlsx")
    assert read_scenario(saved_by_libreoffice(file)) == scenario


# --- problems name sheet and cell -----------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sheet", "cell", "value", "where", "message", "hint"),
    [
        ("teams", "E2", "300 h", "teams.marketing.hours", "must be a number", "write a plain number"),
        ("teams", "E2", "2 100", "teams.marketing.hours", "must be a number", "write 2100"),
        ("teams", "E2", -300, "teams.marketing.hours", "must be greater than 0", "write 300"),
        ("teams", "E2", True, "teams.marketing.hours", "must be a number", "plain number"),
        ("teams", "E2", date(2026, 1, 31), "", "a date or a time", "format the cell as a number"),
        ("teams", "E2", clock(12, 30), "", "a date or a time", "format the cell as a number"),
        ("teams", "D2", 2.5, "teams.marketing.headcount", "must be a whole number", "write 2"),
        ("teams", "B2", 2026, "teams.marketing.label", "must be text", "type '2026 with the apostrophe"),
        ("teams", "R2", 85, "teams.marketing.discount", "must be at most 1", "write 0.85 if you mean 85 %"),
        ("teams", "A2", "Mark eting", "teams.Mark eting", "is not a valid name", "write Mark_eting"),
        ("teams", "A2", 2026, "teams", "a key must be a name", "start it with a letter, e.g. s_2026"),
        ("stages", "D2", "sale", "stages.lead.owner", "unknown team", 'did you mean "sales"?'),
        ("activities", "K3", "yes", "activities.wide_net.gaming", "must be true or false", "write true"),
        ("activities", "D3", None, "activities.wide_net.team", "is missing", "fill this cell"),
        ("yields", "B2", "leads", "activities.campaign.yields.leads", "unknown stage", '"lead"?'),
        ("yields", "A2", "campain", "", "unknown activity", 'did you mean "campaign"?'),
        ("yields", "C2", None, "", "is missing", "fill this cell"),
        ("yields", "C2", -1, "activities.campaign.yields.lead", "must be at least 0", "without the minus"),
        ("credit", "B2", "denominators", "kpis.leads", "unknown side", 'did you mean "denominator"?'),
        ("credit", "A2", "lead", "", "unknown KPI", 'did you mean "leads"?'),
        ("current_plan", "C3", 80, "current_plan.sales.wins", "must be at most 1", "write 0.8"),
        ("plans", "C2", "lead", "plans.quality.marketing.lead", "unknown KPI", 'did you mean "leads"?'),
        ("factors", "C2", "campaing", "regimes.weak.yields.campaing", "unknown activity", "campaign"),
        ("scenario", "B6", "euro", "currency", "must be a currency code", "write EUR"),
        ("scenario", "A6", "curency", "", "unknown key", 'did you mean "currency"?'),
        ("rules", "C2", "profit", "rules.objective", "is not one of the allowed values", "allowed: revenue"),
        ("rules", "A3", "weight.step", "", "unknown key", 'did you mean "weights.step"?'),
        ("rules", "B2", "sales", "", "this key takes no name", "empty this cell"),
        ("measures", "B2", "lead", "rules.measures.marketing[0]", "unknown KPI", 'did you mean "leads"?'),
        ("pairs", "B2", "lead", "rules.gaming.pairs[0].volume", "unknown KPI", 'did you mean "leads"?'),
        ("locks", "C2", 45, "rules.locks.success.retention", "must be at most 1", "write 0.45"),
        ("sources", "A2", "kpi", "sources.kpi", "the file has no kpi", 'did you mean "kpis"?'),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_named_with_its_remedy(
    small: bytes, tmp_path: Path, sheet: str, cell: str, value: Any, where: str, message: str, hint: str
) -> None:
    problems = problems_in(edited(small, tmp_path, put(sheet, cell, value)))
    (problem,) = [problem for problem in problems if problem.spot == f"{sheet}!{cell}"]
    assert problem.where == where
    assert message in problem.message
    assert hint in problem.hint
    assert f"edited.xlsx:{sheet}!{cell}" in problem.as_json()["where"]


def test_all_problems_come_at_once_in_the_order_of_the_sheets(small: bytes, tmp_path: Path) -> None:
    def edit(book: Workbook) -> None:
        book["sources"]["D2"] = 3
        book["teams"]["E2"] = "many"
        book["activities"]["G3"] = date(2026, 1, 1)
        book["yields"]["A2"] = "campain"

    problems = problems_in(edited(small, tmp_path, edit))
    assert spots(problems) == ["teams!E2", "activities!G3", "yields!A2", "sources!D2"]


def test_a_problem_prints_with_file_sheet_and_cell(small: bytes, tmp_path: Path) -> None:
    file = edited(small, tmp_path, put("teams", "R2", 85))
    (problem,) = problems_in(file)
    assert str(problem).split("\n") == [
        f"{file}:teams!R2: [teams.marketing.discount] must be at most 1 (got: 85)",
        "    write 0.85 if you mean 85 %",
    ]


@pytest.mark.parametrize(
    ("sheet", "row", "message"),
    [
        ("teams", ["sales"], "duplicate key"),
        ("yields", ["campaign", "lead", 6], "duplicate key"),
        ("credit", ["leads", "entering", "lead", 2], "duplicate key"),
        ("current_plan", ["marketing", "leads", 1], "duplicate key"),
        ("sources", ["kpis", "again"], "duplicate key"),
    ],
)
def test_a_second_row_for_the_same_thing_is_a_duplicate(
    small: bytes, tmp_path: Path, sheet: str, row: list[Any], message: str
) -> None:
    def edit(book: Workbook) -> None:
        book[sheet].append(row)

    problem = next(p for p in problems_in(edited(small, tmp_path, edit)) if p.message == message)
    assert problem.spot.startswith(f"{sheet}!")
    assert "it is already in row " in problem.hint


def test_a_second_row_of_a_setting_is_a_duplicate(small: bytes, tmp_path: Path) -> None:
    def edit(book: Workbook) -> None:
        book["scenario"].append(["currency", "USD"])

    assert [p.message for p in problems_in(edited(small, tmp_path, edit))] == ["duplicate key"]


def test_an_unknown_sheet_is_refused_and_read_as_what_it_resembles(small: bytes, tmp_path: Path) -> None:
    def edit(book: Workbook) -> None:
        book["teams"].title = "team"

    (problem,) = problems_in(edited(small, tmp_path, edit))
    assert (problem.message, problem.spot) == ("unknown sheet", "team")
    assert 'did you mean "teams"?' in problem.hint


def test_an_unknown_column_is_refused_and_read_as_what_it_resembles(small: bytes, tmp_path: Path) -> None:
    (problem,) = problems_in(edited(small, tmp_path, put("activities", "D1", "teem")))
    assert (problem.message, problem.spot) == ("unknown column", "activities!D1")
    assert 'did you mean "team"?' in problem.hint


@pytest.mark.parametrize(
    ("edit", "spot", "message"),
    [
        (put("teams", "E1", "name"), "teams!E1", "duplicate column"),
        (put("teams", "AZ2", 5), "teams!AZ2", "a value in a column without a heading"),
        (put("teams", "A1", "#"), "teams", "a column is missing"),
        (lambda book: book.remove(book["kpis"]), "", "is missing"),
        (lambda book: book["teams"].merge_cells("B2:C2"), "teams!B2", "merged cells"),
        (lambda book: book["teams"].delete_rows(2, 3), "teams", "must not be empty"),
    ],
)
def test_what_is_wrong_with_a_whole_sheet_is_said(
    small: bytes, tmp_path: Path, edit: Callable[[Workbook], None], spot: str, message: str
) -> None:
    problems = problems_in(edited(small, tmp_path, edit))
    assert (spot, message) in [(problem.spot, problem.message) for problem in problems]


@pytest.mark.slow
def test_own_sheets_and_columns_are_left_alone(full: bytes, tmp_path: Path) -> None:
    def edit(book: Workbook) -> None:
        book["teams"]["AZ1"], book["teams"]["AZ2"] = "# check", "=1/0"
        book.create_sheet("# scratch")["A1"] = "=NOW()"
        book["notes"]["A3"] = date(2026, 1, 1)

    assert read_scenario(edited(full, tmp_path, edit)) == read_scenario(SMALL)


def test_the_order_of_sheets_columns_and_rows_is_free(small: bytes, tmp_path: Path) -> None:
    def edit(book: Workbook) -> None:
        book.move_sheet("yields", offset=-5)
        sheet = book["stages"]
        sheet.insert_rows(3)
        sheet.move_range("E1:E9", cols=8)

    assert read_scenario(edited(small, tmp_path, edit)) == read_scenario(SMALL)


def test_hidden_rows_columns_and_sheets_count_and_check_warns_of_them(small: bytes, tmp_path: Path) -> None:
    def edit(book: Workbook) -> None:
        book["yields"].sheet_state = "hidden"
        book["teams"].row_dimensions[3].hidden = True
        book["teams"].row_dimensions[40].hidden = True
        book["teams"].column_dimensions["E"].hidden = True

    file = edited(small, tmp_path, edit)
    assert read_scenario(file) == read_scenario(SMALL)
    warned = located(file, [])
    assert [(w.spot, w.message) for w in warned] == [
        ("teams!E1", "a hidden column, which counts"),
        ("teams!A3", "a hidden row, which counts"),
        ("yields", "a hidden sheet, which counts"),
    ]


# --- formulas -------------------------------------------------------------------------------------------

MINIMAL: dict[str, list[list[Any]]] = {
    "teams": [["name", "target_pay", "hours"], ["sales", 9000, None]],
    "activities": [["name", "team", "hours", "baseline", "cost.quadratic"], ["call", "sales", 1, 5, 2]],
    "kpis": [["name"], ["calls"]],
    "credit": [["kpi", "side", "counted", "coefficient"], ["calls", "numerator", "call", 1]],
    "current_plan": [["team", "kpi", "weight"], ["sales", "calls", 1]],
}


def with_formula(file: Path, formula: str, value: Any) -> Path:
    """The minimal workbook with a formula and its computed value as the baseline."""
    with xlsxwriter.Workbook(file) as book:
        for name, rows in MINIMAL.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
        book.get_worksheet_by_name("activities").write_formula("D2", formula, value=value)
    return file


def test_a_formula_counts_with_its_computed_value(tmp_path: Path) -> None:
    file = with_formula(tmp_path / "f.xlsx", "=[1]Sheet1!A1*2", 12.5)
    assert read_scenario(file).activities["call"].baseline == 12.5


def test_a_minimal_workbook_needs_few_columns_and_takes_the_name_of_its_file(tmp_path: Path) -> None:
    scenario = read_scenario(with_formula(tmp_path / "Été 2026.xlsx", "=5", 5))
    assert scenario.label is not None
    assert (scenario.name, scenario.label.en, scenario.label.fr) == ("Ete_2026",) * 3


@pytest.mark.parametrize("word", ["TRUE", "FALSE"])
def test_a_truth_value_saved_as_a_formula_is_one(tmp_path: Path, small: bytes, word: str) -> None:
    file = edited(small, tmp_path, put("activities", "K3", f"={word}()"))
    assert read_scenario(file).activities["wide_net"].gaming is (word == "TRUE")


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!"])
def test_a_formula_that_failed_is_refused(tmp_path: Path, error: str) -> None:
    (problem,) = problems_in(with_formula(tmp_path / "f.xlsx", "=1/0", error))
    assert (problem.spot, problem.value) == ("activities!D2", f'"{error}"')
    assert problem.message == "an error of the spreadsheet"


def test_a_formula_without_a_computed_value_is_refused(small: bytes, tmp_path: Path) -> None:
    (problem,) = problems_in(edited(small, tmp_path, put("teams", "E2", "=150*2")))
    assert (problem.spot, problem.message) == ("teams!E2", "a formula without a computed value")
    assert "compute and save" in problem.hint


# --- files that are no scenario -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content", [b"", b"teams: {}", b"PK\x03\x04 and then nothing", b"\xd0\xcf\x11\xe0old"]
)
def test_what_is_not_a_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "no.xlsx"
    file.write_bytes(content)
    (problem,) = problems_in(file)
    assert "is not a workbook" in problem.message


@pytest.mark.parametrize("name", ["old.xls", "macros.XLSM", "libre.ods"])
def test_another_kind_of_workbook_is_refused_with_the_kind_to_save(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"PK")
    (problem,) = problems_in(tmp_path / name)
    assert problem.hint == "save it as .xlsx, without macros"


def test_a_workbook_is_no_plan_file(tmp_path: Path, small: bytes) -> None:
    (tmp_path / "plan.xlsx").write_bytes(small)
    with pytest.raises(ScenarioError, match="a plan file is YAML or JSON"):
        read_plan(tmp_path / "plan.xlsx", read_scenario(SMALL))


def test_a_zip_of_something_else_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "other.xlsx"
    with zipfile.ZipFile(file, "w") as parts:
        parts.writestr("hello.txt", "hello")
    (problem,) = problems_in(file)
    assert "is not a readable workbook" in problem.message


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    file = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b" " * (cells.MAX_UNPACKED + 1))
    started = time.perf_counter()
    (problem,) = problems_in(file)
    assert time.perf_counter() - started < 1
    assert (problem.message, problem.value) == ("is too large for a scenario", "unpacks to more than 30 MB")


def test_too_many_cells_are_refused_before_they_are_built(tmp_path: Path) -> None:
    file = tmp_path / "cells.xlsx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b"<c r='A1'/>" * 250_000)
    (problem,) = problems_in(file)
    assert problem.value == "250000 cells"


def test_a_sheet_that_reaches_to_the_end_of_the_world_is_refused(small: bytes, tmp_path: Path) -> None:
    (problem,) = problems_in(edited(small, tmp_path, put("teams", "XFD1048576", 1)))
    assert problem.message == "a sheet reaches too far"
    assert "unused rows and columns of sheet teams" in problem.hint


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_workbook_reads_or_explains_itself(
    small: bytes, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    damaged = bytearray(small)
    for _ in range(data.draw(st.integers(1, 20))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    file = tmp_path_factory.getbasetemp() / "damaged.xlsx"
    file.write_bytes(bytes(damaged[: data.draw(st.integers(len(damaged) // 2, len(damaged)))]))
    read_or_explained(file)


JUNK: list[Any] = [
    None,
    True,
    -1,
    0,
    1e9,
    "",
    "x",
    "60 %",
    "sales",
    "lead",
    "leave:lead",
    "=A1",
    date(2026, 1, 1),
]


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_workbook_with_random_cells_changed_reads_or_explains_itself(
    small: bytes, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    book = load_workbook(io.BytesIO(small))
    for _ in range(data.draw(st.integers(1, 5))):
        sheet = book[data.draw(st.sampled_from(book.sheetnames))]
        row = data.draw(st.integers(1, sheet.max_row + 1))
        column = data.draw(st.integers(1, sheet.max_column))
        sheet.cell(row, column).value = data.draw(st.sampled_from(JUNK))
    file = tmp_path_factory.getbasetemp() / "changed.xlsx"
    book.save(file)
    scenario = read_or_explained(file)
    if scenario is not None:
        assert read_scenario(as_workbook(scenario, file)) == scenario


# --- what people see ------------------------------------------------------------------------------------


def test_headings_are_frozen_and_columns_offer_the_names_of_other_sheets(full: bytes) -> None:
    book = load_workbook(io.BytesIO(full))
    assert book.sheetnames == ["notes", *(layout.name for layout in SHEETS)]
    assert book["teams"].freeze_panes == "B2"
    assert book["yields"].freeze_panes == "C2"
    offered = {
        (name, str(rule.sqref)[:1]): rule.formula1
        for name in ("activities", "current_plan", "credit")
        for rule in book[name].data_validations.dataValidation
        if rule.type == "list"
    }
    assert offered["activities", "D"] == "teams!$A$2:$A$1001"
    assert offered["activities", "E"] == "stages!$A$2:$A$1001"
    assert offered["activities", "K"] == '"TRUE,FALSE"'
    assert offered["current_plan", "B"] == "kpis!$A$2:$A$1001"
    assert offered["credit", "B"] == '"numerator,denominator,entering,entering_denominator,noise_with"'


def test_numbers_out_of_range_are_stopped_while_typing(full: bytes) -> None:
    rules = load_workbook(io.BytesIO(full))["teams"].data_validations.dataValidation
    limits = {str(rule.sqref): (rule.type, rule.operator, rule.formula1) for rule in rules}
    assert limits["E2:E1001"] == ("decimal", "greaterThan", "0")
    assert limits["D2:D1001"] == ("whole", "greaterThanOrEqual", "1")


def test_the_notes_explain_every_column_of_every_sheet(full: bytes) -> None:
    rows = [row[:4] for row in load_workbook(io.BytesIO(full))["notes"].iter_rows(values_only=True)]
    start = rows.index(("sheet", "column", "allowed", "meaning")) + 1
    sheet, noted = "", set()
    for name, column, _, meaning in rows[start:]:
        sheet = name or sheet
        assert meaning, (sheet, column)
        noted.add((sheet, column or ""))
    for layout in SHEETS:
        fields = layout.fields if isinstance(layout, forms.Form) else layout.columns
        assert {(layout.name, column.header) for column in fields} <= noted


def test_a_form_lists_every_setting_even_those_not_used() -> None:
    scenario = random_company(np.random.default_rng(1))
    rules = next(layout for layout in SHEETS if layout.name == "rules")
    rows = {row[0]: row[-1] for row in rows_of(rules, scenario)}
    assert rows["objective"] == "revenue"
    assert rows["weights.step"] == 0.05
    assert rows["gaming.tolerance"] is None
    assert rows["budget.expected"] is None


@pytest.mark.parametrize(("column", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_are_counted_in_letters(column: int, letters: str) -> None:
    assert column_letters(column) == letters


def test_whole_plans_survive_a_workbook(tmp_path: Path) -> None:
    tree = read_scenario(SMALL).model_dump(by_alias=True, exclude_unset=True)
    tree["curves"] = {**tree.get("curves", {}), "steep": {"slope": 2.0, "floor": 0.2}}
    tree["plans"] = {
        "short": tree["current_plan"],
        "whole": {
            "label": {"en": "All of it", "fr": "Le tout"},
            "weights": {"sales": {"wins": 1.0}},
            "target_pay": {"sales": 7000.0},
            "curves": {"sales": "steep", "marketing.leads": "steep"},
            "targets": {"wins": 31.5},
        },
        "later": {"targets": {"mode": "reset", "stretch": 0.05}},
    }
    scenario = Scenario.model_validate(tree, by_alias=True, by_name=False)
    content = tree_in(as_workbook(scenario, tmp_path / "plans.xlsx")).root.content()
    assert Scenario.model_validate(content, by_alias=True, by_name=False).plans == scenario.plans


def test_a_curve_that_a_plan_draws_in_place_has_a_name_in_a_workbook(tmp_path: Path) -> None:
    tree = read_scenario(SMALL).model_dump(by_alias=True, exclude_unset=True)
    tree["plans"] = {"bent": {"curves": {"sales.wins": {"slope": 2.0}}}}
    scenario = Scenario.model_validate(tree, by_alias=True, by_name=False)
    read = read_scenario(as_workbook(scenario, tmp_path / "plans.xlsx"))
    assert read.plans["bent"].curves == {"sales.wins": "bent_sales_wins"}
    assert read.curves["bent_sales_wins"].slope == 2.0
