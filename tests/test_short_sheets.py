"""The short workbook of a scenario: four sheets that people fill in, in their language, no number lost."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from fuzz import generated_tree, valid
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet
from pydantic import TypeAdapter
from second_edition import all_of, some_of

from optimizer import Options, Scenario, ScenarioError, cli, read_scenario
from optimizer.scenario.xlsx.short import sheet_blocks
from optimizer.solver import solve
from reports.words import locales
from tests.verbs import incentives
from tests.workbooks import bare, saved_by_libreoffice

ROOT = Path(__file__).parent.parent
CASES = ROOT / "tests" / "cases"
SMALL = CASES / "small.yaml"
ALIGNMENT = ROOT / "scenarios" / "alignment"
COMMITTED = sorted(
    file
    for file in (
        *(ROOT / "scenarios").rglob("scenario.yaml"),
        *CASES.rglob("*.yaml"),
        *CASES.rglob("*_funnel.json"),
        ROOT / "optimizer" / "scenario" / "starter.yaml",
    )
    if "broken" not in file.parts
)
SHEETS = {
    "en": ["Teams", "Funnel", "Plan", "Rules", "More"],
    "fr": ["Équipes", "Entonnoir", "Plan", "Règles", "Autres"],
}
Edit = Callable[["Book"], None]
SOLD = {"sales": {"wins": 1.0}}


def short(scenario: Scenario, language: str = "en") -> bytes:
    return cli.convert.workbook_content(scenario, full=False, language=language)


class Book:
    """A short workbook as somebody changes it: cells by what stands there, in whatever language."""

    def __init__(self, content: bytes) -> None:
        self.book: Workbook = load_workbook(io.BytesIO(content))
        self.said = {row[1]: row[2] for row in self.book["codes"].iter_rows(max_col=3, values_only=True)}

    def at(self, marker: str) -> tuple[Worksheet, int]:
        for sheet in self.book:
            for row, (value, *_) in enumerate(sheet.iter_rows(max_col=1, values_only=True), 1):
                if value == marker:
                    return sheet, row
        raise KeyError(marker)

    def column(self, block: str, code: str) -> int:
        sheet, row = self.at(f"{block}:codes")
        return next(c.column for c in sheet[row] if str(c.value).removeprefix("~") == code)

    def cell(self, block: str, code: str, number: int) -> Cell:
        """A cell of a row of a block, counted from 1."""
        sheet, row = self.at(f"{block}:heads")
        return sheet.cell(row + number, self.column(block, code))

    def setting(self, code: str) -> Cell:
        sheet, row = self.at(code)
        return sheet.cell(row, 3)

    def row_of(self, block: str, code: str, value: object) -> int:
        """The number of a row, or of the first one that is empty."""
        return next(n for n in range(1, 500) if self.cell(block, code, n).value == value)

    def new_row(self, block: str, code: str, /, **values: object) -> None:
        number = self.row_of(block, code, None)
        for name, value in values.items():
            self.cell(block, name, number).value = value

    def word(self, code: str) -> str:
        return str(self.said[code])

    def saved(self, folder: Path) -> Path:
        file = folder / "edited.xlsx"
        self.book.save(file)
        return file


@pytest.fixture(scope="module", params=["en", "fr"])
def whole(request: pytest.FixtureRequest) -> bytes:
    return short(read_scenario(SMALL), request.param)


@pytest.fixture(scope="module")
def small(whole: bytes) -> bytes:
    return bare(whole)


@pytest.fixture(scope="module")
def french() -> bytes:
    return bare(short(read_scenario(SMALL), "fr"))


def edited(content: bytes, folder: Path, edit: Edit) -> Path:
    book = Book(content)
    edit(book)
    return book.saved(folder)


def problems_of(file: Path) -> list[tuple[str, str, str]]:
    """Place, message and hint of each."""
    with pytest.raises(ScenarioError) as caught:
        read_scenario(file)
    return [(problem.spot, problem.message, problem.hint) for problem in caught.value.problems]


def spot_of(cell: Cell) -> str:
    return f"{cell.parent.title}!{cell.coordinate}"


# --- there and back -------------------------------------------------------------------------------------


def readable(file: Path) -> Scenario | None:
    try:
        return read_scenario(file)
    except ScenarioError:
        return None


@pytest.mark.slow
def test_every_scenario_of_the_tree_comes_back_from_a_short_workbook(tmp_path: Path) -> None:
    """Writing reads what it writes in memory and refuses what would not come back; files alternate."""
    known = [(file, scenario) for file in COMMITTED if (scenario := readable(file)) is not None]
    assert len(known) > 30
    for number, (file, scenario) in enumerate(known):
        written = [short(scenario, language) for language in ("en", "fr")]
        (tmp_path / "book.xlsx").write_bytes(written[number % 2])
        assert read_scenario(tmp_path / "book.xlsx") == scenario, file


@pytest.mark.slow
@pytest.mark.parametrize("write", [some_of, all_of], ids=["some fields", "all fields"])
def test_random_companies_come_back_from_both_languages(tmp_path: Path, write: Any) -> None:
    tried = 0
    for seed in range(24):
        tree = generated_tree(seed, small=seed % 2 == 0)
        write(np.random.default_rng([seed, 18]), tree)
        scenario = valid(tree)
        if scenario is None:
            continue
        tried += 1
        written = {language: short(scenario, language) for language in ("en", "fr")}
        (tmp_path / "book.xlsx").write_bytes(written["fr" if seed % 4 else "en"])
        assert read_scenario(tmp_path / "book.xlsx") == scenario, seed
    assert tried >= 8


def changed(tree: dict[str, Any]) -> Scenario:
    return Scenario.model_validate(tree, by_alias=True, by_name=False)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("teams", "sales", "label"), {"en": "Marketing", "fr": "Marketing"}),
        (("teams", "sales", "label"), {"en": "success", "fr": "leads"}),
        (("teams", "sales", "label"), {"en": "sales", "fr": "sales"}),
        (("teams", "sales", "label"), {"en": "sales", "fr": "Ventes"}),
        (("teams", "sales", "label"), {"en": "=1+1", "fr": "TRUE"}),
        (("stages", "lead", "label"), {"en": " Lead ", "fr": "Piste\nchaude"}),
        (("activities", "touch", "label"), {"en": "left waiting: Lead", "fr": "restés en attente : Piste"}),
        (("kpis", "wins", "unit"), {"en": "contracts", "fr": "contrats"}),
        (("kpis", "wins", "curve"), "steep"),
        (("kpis", "wins", "curve"), {}),
        (("kpis", "wins", "curve"), {"points": [[0.5, 0.5], [1.0, 1.0]], "cap": 0.9}),
        (("label",), None),
        (("label",), {"en": "small", "fr": "small"}),
        (("label",), {"en": "small", "fr": "petite"}),
        (("plans", "whole"), {"weights": SOLD}),
        (("plans", "today"), {"label": {"en": "Today", "fr": "Aujourd’hui"}, "weights": SOLD}),
        (("plans", "none"), {}),
        (("plans", "later"), {"targets": {"mode": "reset", "stretch": 0.05}}),
        (("plans", "drawn"), {"curves": {"sales.wins": {"slope": 2.0}}}),
        (("rules", "gaming"), {}),
        (("rules", "gaming"), {"exposure": {"limit": 0.2}}),
        (("rules", "measures", "success"), []),
        (("rules", "locks"), {"success": {}}),
        (("rules", "same"), [["marketing", "sales"]]),
        (("sources",), {"teams.sales.hours": {"text": {"en": "[a]", "fr": "null"}, "kind": "assumed"}}),
        (("placeholders",), ["teams.sales.hours"]),
        (("activities", "event", "cash"), 0.1 + 0.2),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_hard_to_write_down_comes_back(tmp_path: Path, path: tuple[str, ...], value: Any) -> None:
    tree = yaml.safe_load(SMALL.read_text())
    holder = tree
    for part in path[:-1]:
        holder = holder[part]
    holder[path[-1]] = value
    scenario = changed(tree)
    for language in ("en", "fr"):
        (tmp_path / "book.xlsx").write_bytes(short(scenario, language))
        again = readable(tmp_path / "book.xlsx")
        assert again == scenario or (again is None and problems_of_text(tree, tmp_path))


def problems_of_text(tree: dict[str, Any], folder: Path) -> bool:
    """Whether the text is refused too; what comes back of such a company is judged as it is written."""
    (folder / "text.json").write_text(json.dumps(tree))
    return readable(folder / "text.json") is None


@pytest.mark.parametrize("text", ["", "a\x01b", "x" * 40_000])
def test_a_text_that_a_cell_would_not_give_back_is_refused(tmp_path: Path, text: str) -> None:
    tree = yaml.safe_load(SMALL.read_text())
    tree["teams"]["sales"]["label"] = text
    (tmp_path / "odd.json").write_text(json.dumps(tree))
    done = incentives("convert", tmp_path / "odd.json", tmp_path / "odd.xlsx")
    assert done.exit_code == 2
    assert "cannot hold the text" in done.stderr or "--full" in done.stderr
    assert not (tmp_path / "odd.xlsx").exists()


def test_the_same_scenario_gives_the_same_bytes() -> None:
    assert short(read_scenario(SMALL), "fr") == short(read_scenario(SMALL), "fr")


def test_a_third_language_is_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "locale"
    folder.mkdir()
    for language in locales.languages():
        (folder / f"{language}.json").write_text(json.dumps(locales.catalogue(language)), encoding="utf-8")
    made = {
        key: f"x{text}" if key.startswith("sheets.") else text
        for key, text in locales.catalogue("en").items()
    }
    (folder / "xx.json").write_text(json.dumps(made), encoding="utf-8")
    monkeypatch.setattr("reports.words.locales.LOCALE", folder)
    for known in (locales.catalogue, locales.languages):
        known.cache_clear()
    try:
        content = short(read_scenario(SMALL), "xx")
    finally:
        monkeypatch.undo()
        for known in (locales.catalogue, locales.languages):
            known.cache_clear()
    (tmp_path / "book.xlsx").write_bytes(content)
    assert load_workbook(io.BytesIO(content)).sheetnames[0] == "xTeams"
    assert read_scenario(tmp_path / "book.xlsx") == read_scenario(SMALL)


# --- what a person changes ------------------------------------------------------------------------------


def test_changed_numbers_arrive(small: bytes, tmp_path: Path) -> None:
    def edit(book: Book) -> None:
        book.cell("teams", "hours", 2).value = 1000
        book.cell("activities", "units.1", 4).value = 0.45
        book.setting("rules:budget.expected").value = 61000
        book.cell("weights", "plan.quality", 1).value = 0.6
        book.cell("weights", "plan.quality", 2).value = 0.4

    scenario = read_scenario(edited(small, tmp_path, edit))
    assert scenario.teams["sales"].hours == 1000
    assert scenario.activities["deep"].yields == {"deal": 0.45}
    assert scenario.rules.budget.expected == 61000
    assert scenario.plans["quality"]["marketing"] == {"leads": 0.6, "meeting_rate": 0.4}  # type: ignore[index]


def test_a_kpi_is_added_in_empty_rows(small: bytes, tmp_path: Path) -> None:
    def edit(book: Book) -> None:
        book.new_row("kpis", "label", label="Signés ce mois", noise=0.1)
        told = {"kpi": "signés  ce MOIS", "counted": "customer", "coefficient": 2}
        book.new_row("credit", "kpi", side=book.word("side.entering"), **told)

    scenario = read_scenario(edited(small, tmp_path, edit))
    assert scenario.kpis["Signes_ce_mois"].entering == {"customer": 2}
    assert scenario.kpis["Signes_ce_mois"].noise == 0.1


def test_a_team_with_its_work_and_pay_is_added(small: bytes, tmp_path: Path) -> None:
    def edit(book: Book) -> None:
        book.new_row("teams", "label", label="Partners", hours=400, target_pay=2000, code="partners")
        told = {"label": "Call", "team": "Partners", "to.1": "customer", "units.1": 0.1}
        book.new_row("activities", "label", **told, hours=2, baseline=30)
        wins = {"team": "Partners", "kpi": "wins"}
        book.new_row("weights", "team", **wins, **{"plan": 1, "plan.quality": 1})

    scenario = read_scenario(edited(small, tmp_path, edit))
    assert scenario.teams["partners"].hours == 400
    assert scenario.activities["Call"].yields == {"customer": 0.1}
    assert scenario.current_plan["partners"] == {"wins": 1}


def test_a_new_column_of_weights_is_a_new_plan(small: bytes, tmp_path: Path) -> None:
    def edit(book: Book) -> None:
        sheet, heads = book.at("weights:heads")
        last = book.column("weights", "plan.quality") + 1
        sheet.cell(heads, last).value = "Plan B"
        for number in (1, 3, 5):
            sheet.cell(heads + number, last).value = 1

    plan = read_scenario(edited(small, tmp_path, edit)).plans["Plan_B"]
    paid = {"marketing": {"leads": 1}, "sales": {"wins": 1}, "success": {"retention": 1}}
    assert not isinstance(plan, dict)
    assert plan.label is not None
    assert (plan.label.fr, plan.weights) == ("Plan B", paid)


def test_a_renamed_thing_is_followed_on_every_sheet(small: bytes, tmp_path: Path) -> None:
    def edit(book: Book) -> None:
        book.cell("teams", "label", 2).value = "Commerce & Co"
        book.cell("stages", "label", 1).value = "Contact"
        book.cell("activities", "label", 1).value = "Réclame"
        book.cell("kpis", "label", 2).value = "Contrats"

    before, after = read_scenario(SMALL), read_scenario(edited(small, tmp_path, edit))
    assert "Commerce & Co" in after.teams["sales"].label.model_dump().values()  # type: ignore[union-attr]
    assert after.kpis["wins"].label.en == "Contrats"  # type: ignore[union-attr]
    bare = {"label": None}
    for section in ("teams", "stages", "activities", "kpis"):
        old, new = getattr(before, section), getattr(after, section)
        assert {n: t.model_copy(update=bare) for n, t in old.items()} == {
            n: t.model_copy(update=bare) for n, t in new.items()
        }
    assert (after.current_plan, after.plans, after.rules) == (before.current_plan, before.plans, before.rules)


def insert_lines(book: Book) -> None:
    for sheet in book.book.worksheets[:5]:
        sheet.insert_rows(6)
        sheet.insert_rows(20, 2)
    for block in ("activities", "credit", "weights"):
        sheet, heads = book.at(f"{block}:heads")
        sheet.insert_rows(heads + 2)


def insert_columns(book: Book) -> None:
    for sheet in book.book.worksheets[:5]:
        sheet.insert_cols(3)
        sheet.insert_cols(5)


def swap_cells(book: Book) -> None:
    """Headings and data change places; the hidden codes above them do not."""
    sheet, heads = book.at("teams:heads")
    one, two = book.column("teams", "hours"), book.column("teams", "base_pay")
    for row in range(heads, heads + 4):
        first, second = sheet.cell(row, one), sheet.cell(row, two)
        first.value, second.value = second.value, first.value


def swap_columns(book: Book) -> None:
    sheet, _ = book.at("activities:heads")
    one, two = book.column("activities", "hours"), book.column("activities", "from")
    _, codes = book.at("activities:codes")
    for row in range(codes, sheet.max_row + 1):
        first, second = sheet.cell(row, one), sheet.cell(row, two)
        first.value, second.value = second.value, first.value


def reverse_rows(book: Book) -> None:
    for block in ("teams", "stages", "activities", "kpis", "credit", "weights", "pair_rules"):
        sheet, heads = book.at(f"{block}:heads")
        first = book.column(block, next(iter(sheet_blocks.NEEDED.get(block, ("label",)))))
        rows = [n for n in range(heads + 1, heads + 100) if sheet.cell(n, first).value is not None]
        rows = [n for n in rows if all(m in rows for m in range(heads + 1, n))]
        told = [[cell.value for cell in sheet[row]] for row in rows]
        for row, values in zip(rows, reversed(told), strict=True):
            for column, value in enumerate(values, 1):
                sheet.cell(row, column).value = value


def rename_headings(book: Book) -> None:
    for block in ("teams", "activities", "kpis", "weights"):
        book.cell(block, "team" if block in ("activities", "weights") else "label", 0).value = "Autrement"
    sheet, row = book.at("rules:budget.expected")
    sheet.cell(row, 2).value = "Notre enveloppe"


def own_notes(book: Book) -> None:
    sheet, heads = book.at("teams:heads")
    sheet.cell(heads, sheet.max_column + 1).value = "# ours"
    sheet.cell(heads + 1, sheet.max_column).value = "to be asked"
    book.book.create_sheet("# notes")["A1"] = "whatever"


@pytest.mark.parametrize(
    "edit",
    [insert_lines, insert_columns, swap_cells, swap_columns, rename_headings, own_notes],
    ids=lambda edit: edit.__name__,
)
def test_a_workbook_moved_about_says_the_same(small: bytes, tmp_path: Path, edit: Edit) -> None:
    assert read_scenario(edited(small, tmp_path, edit)) == read_scenario(SMALL)


def test_the_order_of_rows_means_nothing_but_order(small: bytes, tmp_path: Path) -> None:
    read, wanted = read_scenario(edited(small, tmp_path, reverse_rows)), read_scenario(SMALL)
    assert list(read.teams) == list(wanted.teams)[::-1]
    assert sorted(read.rules.measures["sales"]) == sorted(wanted.rules.measures["sales"])
    same = {"measures": wanted.rules.measures}
    assert read.model_copy(update={"rules": read.rules.model_copy(update=same)}) == wanted


@pytest.mark.parametrize("typed", ["yes", "YES", "oui", "Oui ", True])
def test_yes_is_understood_in_every_language(small: bytes, tmp_path: Path, typed: object) -> None:
    def edit(book: Book) -> None:
        book.cell("activities", "gaming", 1).value = typed

    assert read_scenario(edited(small, tmp_path, edit)).activities["campaign"].gaming


def test_kpis_marked_no_are_those_that_a_team_may_not_be_paid_on(small: bytes, tmp_path: Path) -> None:
    def edit(book: Book) -> None:
        book.new_row("pair_rules", "team", team="success", kpi="wins", used=book.word("yes.no"))

    measures = read_scenario(edited(small, tmp_path, edit)).rules.measures
    assert measures["success"] == ("leads", "meeting_rate", "unworked", "retention")
    assert measures["sales"] == ("wins", "meeting_rate")


# --- problems name sheet and cell -----------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("block", "code", "number", "value", "message", "hint"),
    [
        ("teams", "hours", 1, "300,5", "must be a number", "decimal sign of your spreadsheet"),
        ("teams", "hours", 1, "1 200,50", "must be a number", "decimal sign of your spreadsheet"),
        ("teams", "charges", 1, "36 %", "must be a number", "decimal sign of your spreadsheet"),
        ("teams", "hours", 1, -300, "must be greater than 0", "write 300"),
        ("teams", "discount", 1, 85, "must be at most 1", "write 0.85 if you mean 85 %"),
        ("teams", "headcount", 1, 2.5, "must be a whole number", "write 2"),
        ("teams", "label", 1, 2026, "must be text", "type '2026 with the apostrophe"),
        ("teams", "code", 1, "mar keting", "is not a valid name", "write mar_keting"),
        ("teams", "code", 2, "marketing", "duplicate key", "keep one of the two"),
        ("teams", "paid_on", 1, "everybody", "is not one of the allowed values", "allowed: "),
        ("stages", "owner", 1, "Nobody", "unknown team", "allowed: Marketing"),
        ("activities", "team", 1, "Marketin", "unknown team", 'did you mean "Marketing"?'),
        ("activities", "team", 1, None, "is missing", "fill this cell"),
        ("activities", "to.1", 4, "dea", "unknown stage", 'did you mean "deal"?'),
        ("activities", "units.1", 4, None, "is missing", "fill this cell"),
        ("activities", "gaming", 1, "perhaps", "is not one of the allowed values", "allowed: "),
        ("activities", "hours", 1, "=1+", "a formula without a computed value", "type the value"),
        ("credit", "kpi", 2, "win", "unknown KPI", 'did you mean "wins"?'),
        ("credit", "side", 2, "somehow", "is not one of the allowed values", "allowed: "),
        ("credit", "counted", 2, "clos", "unknown activity", 'did you mean "close"?'),
        ("credit", "coefficient", 2, None, "is missing", "fill this cell"),
        ("weights", "plan", 3, 80, "must be at most 1", "write 0.8 if you mean 80 %"),
        ("weights", "kpi", 3, "win", "unknown KPI", 'did you mean "wins"?'),
        ("pair_rules", "lock", 5, "all", "must be a number", "decimal sign"),
        ("caps", "activity", 1, "fake_touc", "unknown activity", 'did you mean "fake_touch"?'),
        ("pairs", "quality", 1, "rate", "unknown KPI", "allowed: "),
        ("sources", "number", 1, "kpi", "the file has no kpi", 'did you mean "kpis"?'),
        (
            "values",
            "path",
            1,
            "teams.sale.hour_value",
            "this is of nothing on the other sheets",
            "short name",
        ),
        ("values", "path", 1, "teams.sales.hours", "duplicate key", "it is already at "),
        ("values", "path", 1, "teams.sales.hour_valu", "unknown key", 'did you mean "hour_value"?'),
        ("values", "path", 1, "teams..sales", "is no path", "points between them"),
        ("values", "value", 1, "[1,", "cannot be read", "JSON"),
    ],
)
def test_a_wrong_cell_is_named_with_its_remedy(
    french: bytes, tmp_path: Path, block: str, code: str, number: int, value: object, message: str, hint: str
) -> None:
    book = Book(french)
    cell = book.cell(block, code, number)
    cell.value = value  # type: ignore[assignment]
    problems = [p for p in problems_of(book.saved(tmp_path)) if p[0] == spot_of(cell)]
    assert any(message in said and hint in remedy for _, said, remedy in problems), problems
    assert len(problems) == 1


@pytest.mark.parametrize(
    ("code", "value", "message"),
    [
        ("rules:objective", "profit", "is not one of the allowed values"),
        ("rules:budget.expected", "60 000", "must be a number"),
        ("rules:weights.step", 5, "must be at most 1"),
        ("company:currency", "euro", "must be a currency code"),
        ("company:period", "decade", "is not one of the allowed values"),
    ],
)
def test_a_wrong_setting_is_named(
    french: bytes, tmp_path: Path, code: str, value: object, message: str
) -> None:
    book = Book(french)
    cell = book.setting(code)
    cell.value = value  # type: ignore[assignment]
    ((spot, said, _),) = problems_of(book.saved(tmp_path))
    assert (spot, message in said) == (spot_of(cell), True)


def test_what_named_a_deleted_row_is_named_cell_by_cell(small: bytes, tmp_path: Path) -> None:
    def edit(book: Book) -> None:
        sheet, heads = book.at("kpis:heads")
        sheet.delete_rows(heads + 1)

    file = edited(small, tmp_path, edit)
    problems = problems_of(file)
    assert {message for _, message, _ in problems} == {"unknown KPI"}
    assert len({spot for spot, _, _ in problems}) == len(problems) == 4


def lose(*parts: str) -> Edit:
    def edit(book: Book) -> None:
        for name in parts:
            if name in book.book.sheetnames:
                del book.book[name]

    return edit


def without_column_a(book: Book) -> None:
    for sheet in book.book.worksheets[:4]:
        sheet.delete_cols(1)


def copied(book: Book) -> None:
    book.book.copy_worksheet(book.book.worksheets[0])


def stray(book: Book) -> None:
    book.book.create_sheet("Notes")["A1"] = "hello"


def own_column(book: Book) -> None:
    sheet, heads = book.at("teams:heads")
    sheet.cell(heads, sheet.max_column + 1).value = "Remarks"


def twice(book: Book) -> None:
    book.cell("teams", "hours", 0).value = book.cell("teams", "base_pay", 0).value


def merged(book: Book) -> None:
    sheet, heads = book.at("teams:heads")
    sheet.merge_cells(start_row=heads + 1, end_row=heads + 1, start_column=4, end_column=5)


def below_sums(book: Book) -> None:
    sheet, row = book.at("kpis:title")
    sheet.cell(row - 1, 2).value = "Marketing"
    sheet.cell(row - 1, 4).value = 0.5


def above_all(book: Book) -> None:
    sheet, row = book.at("weights:title")
    sheet.cell(row - 1, 3).value = "what is this?"


def beside_a_setting(book: Book) -> None:
    sheet, row = book.at("rules:budget.expected")
    sheet.cell(row, 5).value = 70000


def below_settings(book: Book) -> None:
    sheet, row = book.at("team_rules:title")
    sheet.cell(row - 1, 3).value = 70000


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (below_sums, "a line that is not read"),
        (above_all, "a line that is not read"),
        (below_settings, "a line that is not read"),
        (beside_a_setting, "a value that is not read"),
        (lose("codes"), "the hidden sheet codes is not there"),
        (lose("Teams", "Équipes"), "a part is not there"),
        (without_column_a, "a part is not there"),
        (copied, "the same part twice"),
        (stray, "unknown sheet"),
        (own_column, "unknown column"),
        (twice, "duplicate column"),
        (merged, "merged cells"),
    ],
)
def test_what_has_come_apart_is_said(french: bytes, tmp_path: Path, edit: Edit, message: str) -> None:
    problems = problems_of(edited(french, tmp_path, edit))
    assert any(message in said for _, said, _ in problems), problems


@pytest.mark.slow
def test_a_short_workbook_with_random_cells_changed_reads_or_explains_itself(
    french: bytes, tmp_path: Path
) -> None:
    values = [None, " ", 0, -1, 2.5, True, "x", "oui", "=A1", "[", "null", "#", "a.b", "teams:heads", "1,5"]
    rng = np.random.default_rng(18)
    for _ in range(40):
        book = load_workbook(io.BytesIO(french))
        for _ in range(3):
            sheet = book.worksheets[rng.integers(len(book.worksheets))]
            row, column = (int(rng.integers(1, most + 1)) for most in (sheet.max_row, sheet.max_column))
            match rng.integers(6):
                case 0:
                    sheet.delete_rows(row)
                case 1:
                    sheet.delete_cols(column)
                case _:
                    sheet.cell(row, column).value = values[rng.integers(len(values))]
        book.save(tmp_path / "changed.xlsx")
        explained(tmp_path / "changed.xlsx")


def explained(file: Path) -> None:
    """It is read, or every reason why not has words and a place."""
    try:
        read_scenario(file)
        return
    except ScenarioError as error:
        problems = error.problems
    assert problems
    assert all(problem.message and problem.file for problem in problems)


# --- verbs ----------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "fr"])
def test_convert_writes_four_sheets_and_one_for_the_rest(tmp_path: Path, language: str) -> None:
    sheet, text = tmp_path / "small.xlsx", tmp_path / "small.yaml"
    assert incentives("convert", SMALL, sheet, "--lang", language).exit_code == 0
    book = load_workbook(sheet)
    assert book.sheetnames == [*SHEETS[language], "codes"]
    assert [page.title for page in book if page.sheet_state == "visible"] == SHEETS[language]
    assert incentives("convert", sheet, text).exit_code == 0
    assert read_scenario(text) == read_scenario(SMALL)


def test_a_company_with_nothing_more_has_four_sheets(tmp_path: Path) -> None:
    tree = yaml.safe_load(SMALL.read_text())
    for key in ("sources", "regimes", "curves", "noise_correlation"):
        del tree[key]
    del tree["teams"]["sales"]["hour_value"], tree["activities"]["deep"]["responsiveness"]
    del tree["activities"]["advocacy"]["cost"]
    (tmp_path / "plain.json").write_text(json.dumps(tree))
    assert incentives("convert", tmp_path / "plain.json", tmp_path / "plain.xlsx").exit_code == 0
    assert load_workbook(tmp_path / "plain.xlsx").sheetnames == [*SHEETS["en"][:4], "codes"]


@pytest.mark.slow
def test_a_workbook_stays_in_its_language_unless_another_is_asked_for(tmp_path: Path) -> None:
    french, again, english = (tmp_path / f"{name}.xlsx" for name in ("fr", "again", "en"))
    assert incentives("convert", SMALL, french, "--lang", "fr").exit_code == 0
    assert incentives("convert", french, again).exit_code == 0
    assert incentives("convert", french, english, "--lang", "en").exit_code == 0
    assert load_workbook(again).sheetnames[0] == "Équipes"
    assert load_workbook(english).sheetnames[0] == "Teams"
    assert read_scenario(again) == read_scenario(english) == read_scenario(SMALL)


def test_full_writes_a_sheet_per_section(tmp_path: Path) -> None:
    sheet = tmp_path / "full.xlsx"
    assert incentives("convert", SMALL, sheet, "--full").exit_code == 0
    assert {"notes", "scenario", "teams", "yields", "credit", "sources"} <= set(
        load_workbook(sheet).sheetnames
    )
    assert read_scenario(sheet) == read_scenario(SMALL)


@pytest.mark.slow
@pytest.mark.parametrize(
    "options", [["a.yaml", "--full"], ["a.yaml", "--lang", "fr"], ["a.xlsx", "--full", "--lang", "fr"]]
)
def test_options_of_a_workbook_are_refused_where_they_say_nothing(tmp_path: Path, options: list[str]) -> None:
    for verb in (["convert", SMALL], ["template"]):
        done = incentives(*verb, tmp_path / options[0], *options[1:])
        assert (done.exit_code, options[1] in done.stderr or "--lang" in done.stderr) == (2, True)
        assert not (tmp_path / options[0]).exists()


@pytest.mark.slow
@pytest.mark.parametrize("options", [["--lang", "fr"], ["--full"], []])
def test_template_writes_either_form(tmp_path: Path, options: list[str]) -> None:
    assert incentives("template", tmp_path, "--xlsx", *options).exit_code == 0
    names = load_workbook(tmp_path / "scenario.xlsx").sheetnames
    first = {"--lang": "Équipes", "--full": "notes"}.get(options[0] if options else "", "Teams")
    assert names[0] == first
    assert incentives("check", tmp_path / "scenario.xlsx", "--json").exit_code == 0


@pytest.mark.slow
def test_check_says_the_same_of_a_short_workbook_as_of_its_text(small: bytes, tmp_path: Path) -> None:
    (tmp_path / "small.xlsx").write_bytes(small)
    of_sheet, of_text = (
        json.loads(incentives("check", f, "--json").stdout) for f in (tmp_path / "small.xlsx", SMALL)
    )
    told = [sorted((w["message"], w["hint"]) for w in found["warnings"]) for found in (of_sheet, of_text)]
    assert told[0] == told[1]
    assert of_sheet["problems"] == of_text["problems"] == []


@pytest.mark.slow
def test_numbers_changed_in_a_workbook_arrive_in_the_solution(tmp_path: Path) -> None:
    assert incentives("template", tmp_path, "--xlsx", "--lang", "fr").exit_code == 0
    book = Book((tmp_path / "scenario.xlsx").read_bytes())
    book.cell("teams", "target_pay", 1).value = 6500
    book.cell("stages", "value", 4).value = 6600
    book.setting("rules:weights.max_measures").value = 1
    file, text = book.saved(tmp_path), tmp_path / "same.yaml"
    assert incentives("convert", file, text).exit_code == 0
    told = yaml.safe_load(text.read_text())
    assert told["stages"]["retained"]["value"] == 6600
    assert (told["teams"]["marketing"]["target_pay"], told["rules"]["weights"]["max_measures"]) == (6500, 1)
    solved = [solve(read_scenario(f), Options()) for f in (file, text)]
    chosen = [solution.chosen for solution in solved]
    assert solved[0].status == "optimal"
    assert chosen[0] is not None
    assert chosen[1] is not None
    assert chosen[0].plan == chosen[1].plan
    assert all(len([w for w in team.values() if w]) == 1 for team in chosen[0].plan.weights.values())
    assert sum(chosen[0].plan.target_pay.values()) == 41_500


# --- what people see ------------------------------------------------------------------------------------


def test_every_heading_explains_itself_and_every_block_has_a_line_of_help(whole: bytes) -> None:
    book = Book(whole)
    for block in sheet_blocks.BLOCKS:
        if block.form:
            sheet, row = book.at(f"{block.code}:{block.fields[0].code}")
            assert sheet.cell(row, 2).comment
            assert sheet.cell(row, 4).value
            continue
        if block.code == "placeholders":
            continue
        sheet, row = book.at(f"{block.code}:heads")
        headings = [cell for cell in sheet[row][1:] if cell.value]
        assert headings
        assert all(cell.comment is not None and cell.comment.text for cell in headings)
        assert sheet.cell(book.at(f"{block.code}:help")[1], 2).value
        assert sheet.row_dimensions[book.at(f"{block.code}:codes")[1]].hidden


def test_what_is_filled_in_looks_otherwise_than_what_is_computed(whole: bytes) -> None:
    book = Book(whole)
    asked = book.cell("teams", "hours", 1).fill.fgColor.rgb
    told = book.cell("teams", "hours_today", 1).fill.fgColor.rgb
    assert asked != told
    for code in ("base_pay", "charges", "paid_on"):
        assert book.cell("teams", code, 1).fill.fgColor.rgb == asked
        assert book.cell("teams", code, 6).fill.fgColor.rgb == asked
    assert book.cell("kpis", "kind", 1).fill.fgColor.rgb == told


def test_names_and_words_are_chosen_from_lists(whole: bytes) -> None:
    book = Book(whole)

    def offered(cell: Cell) -> str:
        rules = cell.parent.data_validations.dataValidation
        return next(r.formula1 for r in rules if r.type == "list" and cell.coordinate in r.sqref)

    assert offered(book.cell("activities", "team", 1)) == "list_teams"
    assert offered(book.cell("activities", "to.2", 1)) == "list_stages"
    assert offered(book.cell("weights", "kpi", 9)) == "list_kpis"
    assert book.word("yes.yes") in offered(book.cell("activities", "gaming", 3))
    assert book.word("objective.net") in offered(book.setting("rules:objective"))
    assert book.word("side.denominator") in offered(book.cell("credit", "side", 1))
    assert "list_activities" in offered(book.cell("credit", "counted", 1))
    names = {name: value.attr_text for name, value in book.book.defined_names.items()}
    sheet, heads = book.at("teams:heads")
    assert names["list_teams"] == f"'{sheet.title}'!$B${heads + 1}:$B${heads + 8}"


def test_numbers_out_of_range_are_stopped_while_typing(whole: bytes) -> None:
    book = Book(whole)
    sheet, _ = book.at("teams:heads")
    cell = book.cell("teams", "discount", 1)
    (rule,) = [r for r in sheet.data_validations.dataValidation if cell.coordinate in r.sqref]
    assert (rule.type, rule.formula1, rule.formula2) == ("decimal", "0", "1")


def test_heads_stay_in_sight_and_are_printed_on_every_page(whole: bytes) -> None:
    for sheet in Book(whole).book.worksheets[:5]:
        assert sheet.freeze_panes == "C3"
        assert sheet.print_title_rows == "$1:$2"
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert int(sheet.page_setup.fitToHeight) == 0


def fields_of(block: sheet_blocks.Block) -> list[str]:
    common = ("code", "other") if not block.form else ()
    return [field.code for field in block.fields if field.code not in common]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_part_and_column_has_its_words(language: str) -> None:
    said = locales.catalogue(language)
    for block in sheet_blocks.BLOCKS:
        assert said[f"sheets.{block.code}"]
        assert said[f"sheets.{block.code}.help"]
        headings = [said[f"sheets.{block.code}.{code}"] for code in fields_of(block)]
        assert len(set(headings)) == len(headings), block.code
        assert all(len(str(said[f"sheets.page.{block.page}"])) <= 31 for block in sheet_blocks.BLOCKS)
    for group, codes in sheet_blocks.WORDS.items():
        words = [str(said[f"sheets.word.{group}.{code}"]) for code in codes]
        assert len(set(words)) == len(words)
        assert len(",".join(words)) < 255
        assert not any("," in word for word in words)


def allowed(annotation: Any) -> tuple[str, ...]:
    schema = TypeAdapter(annotation).json_schema()
    return next(tuple(part["enum"]) for part in schema.get("anyOf", [schema]) if "enum" in part)


def test_lists_have_every_value_that_the_file_may_have() -> None:
    for block in sheet_blocks.BLOCKS:
        for field in block.fields:
            column = sheet_blocks.column_of(block, field)
            if field.style == "word" and field.of not in ("side", "form") and column is not None:
                assert allowed(column.annotation) == sheet_blocks.WORDS[field.of]
            if field.style in ("number", "money", "share", "count", "word") and field.of not in (
                "side",
                "form",
            ):
                assert column is not None or (block.code, field.code) in {("activities", "units")}


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")
def test_libreoffice_computes_what_was_written_and_saves_the_same_scenario(tmp_path: Path) -> None:
    scenario = read_scenario(ALIGNMENT)
    file = tmp_path / "company.xlsx"
    file.write_bytes(short(scenario, "fr"))
    saved = saved_by_libreoffice(file)
    assert read_scenario(saved) == scenario
    written, computed = (load_workbook(each, data_only=True) for each in (file, saved))
    formulas = load_workbook(file)
    seen = 0
    for sheet in formulas:
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"):
            ours, theirs = (book[sheet.title][cell.coordinate].value or 0 for book in (written, computed))
            wanted = ours if isinstance(ours, str) else pytest.approx(ours, rel=1e-9, abs=1e-9)
            assert theirs == wanted, (sheet.title, cell.coordinate)
            seen += 1
    assert seen > 100
