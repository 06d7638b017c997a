"""A scenario as a workbook of four sheets for people who know Excel and no file format."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from optimizer.scenario.types import Scenario
from optimizer.scenario.xlsx.cells import SheetGrid
from optimizer.scenario.xlsx.rows import column_letters
from optimizer.scenario.xlsx.short.assemble import assembled
from optimizer.scenario.xlsx.short.cell_choices import define_lists, validate
from optimizer.scenario.xlsx.short.company import PLAN, TODAY, Company
from optimizer.scenario.xlsx.short.computed import Computed, computed, range_of
from optimizer.scenario.xlsx.short.pages import Page, PageLine, PlacedBlock, blocks_on
from optimizer.scenario.xlsx.short.sheet_words import SheetWords
from optimizer.scenario.xlsx.short.styles import COMPUTED_FORMATS, Styles, number_format
from optimizer.scenario.xlsx.short.widths import heights_of, widths_of
from optimizer.scenario.xlsx.texts import WRITTEN, exact, writable

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

_TABS = {"teams": "#1F3A5F", "funnel": "#2E7D6B", "plan": "#B7791F", "rules": "#C55A11", "more": "#8A95A3"}
_SETTING_NOTE = 3
"""Column of what a setting means."""


def short_workbook_of(scenario: Scenario, words: SheetWords) -> bytes:
    """The scenario as a short workbook; reading it gives an equal scenario, and the same scenario gives the
    same bytes. Raises UnwritableError."""
    from xlsxwriter import Workbook

    company, pages, codes = assembled(scenario, words)
    stream = io.BytesIO()
    book = Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": scenario.name, "created": WRITTEN})
    writer = _Writer(book, company, blocks_on(pages))
    for page in pages:
        writer.page(page)
    define_lists(book, writer.blocks)
    _write_codes(book, codes)
    book.close()
    return stream.getvalue()


def _write_codes(book: Workbook, codes: SheetGrid) -> None:
    sheet = book.add_worksheet(codes.name)
    for number, row in enumerate(codes.rows):
        for column, text in enumerate(row):
            if text is not None:
                sheet.write_string(number, column, writable(text))
    sheet.hide()


@dataclass
class _Writer:
    book: Workbook
    company: Company
    blocks: Mapping[str, PlacedBlock]
    styles: Styles = field(init=False)

    def __post_init__(self) -> None:
        self.styles = Styles(self.book)

    def page(self, page: Page) -> None:
        sheet = self.book.add_worksheet(page.title)
        sheet.hide_gridlines(2)
        sheet.set_tab_color(_TABS[page.code])
        sheet.set_column(0, 0, 8, None, {"hidden": True})
        widths = widths_of(page)
        for column, width in widths.items():
            sheet.set_column(column, column, width)
        heights = heights_of(page, widths)
        for number, line in enumerate(page.lines):
            self._line(sheet, number, line, heights.get(number))
        for placed in page.blocks:
            self._block(sheet, placed)
            if placed.filled.block.code == "weights":
                self._totals(sheet, page, placed)
        self._shape(sheet)

    def _shape(self, sheet: Worksheet) -> None:
        sheet.freeze_panes(2, 2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0, 1)
        sheet.set_footer("&L&8&A&R&8&P / &N")

    def _line(self, sheet: Worksheet, number: int, line: PageLine, height: float | None) -> None:
        """Column A, and all that is no data."""
        if line.marker:
            sheet.write_string(number, 0, line.marker)
        sheet.set_row(number, height, None, {"hidden": True} if line.kind == "codes" else None)
        if line.kind in ("name", "how", "title", "help"):
            sheet.write_string(number, 1, writable(line.values[0]), self.styles.of(line.kind))
        elif line.kind == "codes":
            for column, text in enumerate(line.values, 1):
                sheet.write_string(number, column, text)

    def _block(self, sheet: Worksheet, placed: PlacedBlock) -> None:
        if placed.filled.block.form:
            self._form(sheet, placed)
            return
        for column, (code, heading) in enumerate(
            zip(placed.filled.codes, placed.filled.headings, strict=True), 1
        ):
            self._heading(sheet, placed, code, heading, column)
            values = [row.get(code) for row in placed.filled.rows]
            style = placed.field(code).style
            shown = COMPUTED_FORMATS.get(code, "") if style == "sum" else number_format(style, values)
            for number in range(placed.last - placed.first + 1):
                value = values[number] if number < len(values) else None
                if style == "sum":
                    value = computed(self.company, self.blocks, placed.filled.block.code, code, number)
                self._cell(sheet, (placed.first + number, column), value, _look(code, style), shown)
            validate(sheet, self.company, placed, code, (placed.first, placed.last), column)

    def _heading(self, sheet: Worksheet, placed: PlacedBlock, code: str, heading: str, column: int) -> None:
        style = placed.field(code).style
        look = "heads.computed" if style == "sum" else "heads.aside" if code in ("code", "other") else "heads"
        row = placed.first - 1
        sheet.write_string(row, column, writable(heading), self.styles.of(look))
        note = self._note(placed.filled.block.code, code)
        lines = -(-len(note) // 46) + 1
        sheet.write_comment(
            row,
            column,
            note,
            {"author": "", "x_scale": 2.4, "y_scale": max(0.6, lines / 4.2), "font_size": 9},
        )

    def _note(self, block: str, code: str) -> str:
        head = code if code in self.blocks[block].filled.block.by_code else code.partition(".")[0]
        common = head in ("code", "other") or (head == "label" and block != "company")
        key = f"sheets.any.{head}.note" if common else f"sheets.{block}.{head}.note"
        if block == "weights" and code.startswith(PLAN):
            key = "sheets.weights.other.note"
        return self.company.words.say(key)

    def _form(self, sheet: Worksheet, placed: PlacedBlock) -> None:
        filled = placed.filled
        for number, (code, heading) in enumerate(zip(filled.codes, filled.headings, strict=True)):
            row, value = placed.first + number, filled.rows[0].get(code)
            sheet.write_string(row, 1, writable(heading), self.styles.of("setting"))
            shown = number_format(placed.field(code).style, [value])
            self._cell(sheet, (row, 2), value, "value", shown)
            note = self._note(filled.block.code, code)
            sheet.write_string(row, _SETTING_NOTE, note, self.styles.of("note"))
            sheet.write_comment(row, 1, note, {"author": "", "x_scale": 2.4, "font_size": 9})
            validate(sheet, self.company, placed, code, (row, row), 2)

    def _totals(self, sheet: Worksheet, page: Page, placed: PlacedBlock) -> None:
        """Sums of weights by team and plan, red where they are not 100 %."""
        plans = [code for code in placed.filled.codes if code == TODAY or code.startswith(PLAN)]
        rows = [number for number, line in enumerate(page.lines) if line.kind == "total"]
        for row in rows:
            team = page.lines[row].values[0]
            sheet.write_string(row, 1, writable(team), self.styles.of("computed.text"))
            for code in plans:
                weights = [r.get(code) or 0 for r in placed.filled.rows if r["team"] == team]
                teams = range_of(placed, "team", page.title)
                formula = f"=SUMIF({teams},$B{row + 1},{range_of(placed, code, page.title)})"
                total = Computed(formula, sum(weights))
                self._cell(sheet, (row, placed.column(code)), total, "computed", COMPUTED_FORMATS["total"])
        first, last = placed.column(plans[0]), placed.column(plans[-1])
        cell = f"{column_letters(first)}{rows[0] + 1}"
        wrong = {"criteria": f"=AND({cell}<>0,ABS({cell}-1)>0.000001)", "format": self.styles.of("wrong")}
        sheet.conditional_format(rows[0], first, rows[-1], last, {"type": "formula", **wrong})

    def _cell(self, sheet: Worksheet, place: tuple[int, int], value: Any, look: str, shown: str) -> None:
        match value:
            case None:
                sheet.write_blank(*place, None, self.styles.of(look, shown))
            case bool():
                sheet.write_boolean(*place, value, self.styles.of(look))
            case Computed():
                style = self.styles.of("computed.text" if isinstance(value.value, str) else "computed", shown)
                sheet.write_formula(*place, value.formula, style, value.value)
            case int() | float():
                sheet.write_number(*place, exact(value), self.styles.of(look, shown))
            case _:
                sheet.write_string(
                    *place, writable(value), self.styles.of("text" if look == "number" else look)
                )


def _look(code: str, style: str) -> str:
    if code == "label":
        return "label"
    return "number" if style in ("number", "money", "share", "count") else "text"
