"""A scenario as a workbook that people fill in: lists to choose from, limits, frozen headings, notes."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from optimizer.scenario.messages import options_of
from optimizer.scenario.types import Scenario
from optimizer.scenario.xlsx.fill import rows_of
from optimizer.scenario.xlsx.layout import COMMENT, NOTES, Form, SheetColumn, SheetTable
from optimizer.scenario.xlsx.sheets import REFERENCES, SHEETS
from optimizer.scenario.xlsx.texts import WRITTEN, exact, writable
from optimizer.scenario.xlsx.validation import limits_of, literals_of

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

PREPARED_ROWS = 1000
"""Rows below the headings with lists to choose from."""

_WIDEST = 80
"""Characters of the widest columns."""
_BOOLEAN = '"TRUE";"TRUE";"FALSE"'
"""What LibreOffice, too, takes for truth values; without it, it shows some of them as 1."""
_TABS = dict.fromkeys(
    (
        "rules",
        "measures",
        "locks",
        "limits",
        "team_weights",
        "groups",
        "same",
        "curve_choice",
        "controllability",
    ),
    "#C55A11",
)


def workbook_of(scenario: Scenario) -> bytes:
    """The scenario as one workbook; reading it gives an equal scenario. Raises UnwritableError."""
    from xlsxwriter import Workbook

    stream = io.BytesIO()
    book = Workbook(stream, {"in_memory": True})
    book.set_properties({"title": scenario.name, "created": WRITTEN})
    writer = _Writer(book, scenario)
    writer.notes()
    for layout in SHEETS:
        writer.sheet(layout)
    book.close()
    return stream.getvalue()


# --- cells ----------------------------------------------------------------------------------------------


class _Writer:
    """Writes sheets in one style."""

    def __init__(self, book: Workbook, scenario: Scenario) -> None:
        self._book = book
        self._scenario = scenario
        head = {"bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF", "valign": "vcenter"}
        self._head: Format = book.add_format(head)
        self._key: Format = book.add_format({"bg_color": "#EEF2F7", "valign": "top"})
        self._numbers_head: Format = book.add_format({**head, "align": "right"})
        self._boolean: Format = book.add_format({"valign": "top", "align": "right", "num_format": _BOOLEAN})
        self._left: Format = book.add_format({"align": "left"})
        self._grey: Format = book.add_format({"font_color": "#5F6B7A", "indent": 1})
        self._section: Format = book.add_format(
            {"bold": True, "valign": "top", "top": 1, "top_color": "#B8C2CF"}
        )
        self._wrap: Format = book.add_format({"text_wrap": True, "valign": "top"})
        self._top: Format = book.add_format({"valign": "top"})
        self._title: Format = book.add_format({"bold": True, "font_size": 14})

    def sheet(self, layout: Form | SheetTable) -> None:
        page = self._book.add_worksheet(layout.name)
        rows = rows_of(layout, self._scenario)
        columns = (
            {column.header: column for column in layout.columns} if isinstance(layout, SheetTable) else {}
        )
        for position, header in enumerate(layout.headers):
            right = header in columns and limits_of(columns[header].annotation).words not in ("text", "")
            page.write_string(0, position, header, self._numbers_head if right else self._head)
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                self._cell(page, (number, column), value, layout)
        self._shape(page, layout, rows)
        if isinstance(layout, Form):
            self._form_help(page, layout, rows)
        else:
            self._table_help(page, layout)

    def _cell(self, page: Worksheet, place: tuple[int, int], value: Any, layout: Form | SheetTable) -> None:
        plain = (
            self._left if isinstance(layout, Form) else self._top if isinstance(value, int | float) else None
        )
        style = self._key if place[1] < len(layout.needed) - isinstance(layout, Form) else plain
        match value:
            case None:
                page.write_blank(*place, None, style)
            case bool():
                page.write_boolean(*place, value, self._boolean)
            case int() | float():
                page.write_number(*place, exact(value), style)
            case _:
                page.write_string(*place, writable(value), style or self._wrap)

    def _shape(self, page: Worksheet, layout: Form | SheetTable, rows: Sequence[Sequence[Any]]) -> None:
        """Headings stay in sight; columns as wide as most of what they hold."""
        frozen = 1 if isinstance(layout, Form) else max(1, len(layout.keys)) if layout.keys else 0
        page.freeze_panes(1, frozen)
        page.set_row(0, 20)
        page.set_tab_color(_TABS.get(layout.name, "#1F3A5F"))
        for column, header in enumerate(layout.headers):
            widest = max((len(str(row[column])) for row in rows if row[column] is not None), default=0)
            page.set_column(column, column, min(max(len(header) + 1, widest, 6) + 3, _WIDEST))
        for number, row in enumerate(rows, 1):
            lines = max(-(-len(str(value)) // _WIDEST) for value in row)
            if lines > 1:
                page.set_row(number, 15 * lines)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)

    def _form_help(self, page: Worksheet, form: Form, rows: Sequence[Sequence[Any]]) -> None:
        """What each key means, beside it."""
        columns = {column.header: column for column in (*form.fields, *form.named)}
        last = len(form.headers)
        page.write_string(0, last, f"{COMMENT} meaning", self._head)
        page.set_column(last, last, 100)
        for number, row in enumerate(rows, 1):
            page.write_string(number, last, _meaning(columns[row[0]]), self._grey)
            self._validate(page, columns[row[0]], (number, number), last - 1)
            if columns[row[0]].per:
                _choose(page, (number, number), 1, _names_in(columns[row[0]].per))

    def _table_help(self, page: Worksheet, table: SheetTable) -> None:
        whole = (1, PREPARED_ROWS)
        for position, key in enumerate(table.keys):
            page.write_comment(0, position, key.note, {"author": ""})
            if key.choices:
                _choose(page, whole, position, list(key.choices))
            elif key.header in REFERENCES:
                _choose(page, whole, position, _names_in(REFERENCES[key.header]))
        for position, column in enumerate(table.columns, len(table.keys)):
            if _meaning(column):
                page.write_comment(0, position, _meaning(column), {"author": "", "x_scale": 2})
            self._validate(page, column, whole, position)

    def _validate(self, page: Worksheet, column: SheetColumn, rows: tuple[int, int], position: int) -> None:
        limits = limits_of(column.annotation)
        if column.header in REFERENCES and limits.rule is None:
            _choose(page, rows, position, _names_in(REFERENCES[column.header]))
        elif bool in options_of(column.annotation):
            _choose(page, rows, position, ["TRUE", "FALSE"])
        elif literals := literals_of(column.annotation):
            _choose(page, rows, position, literals)
        elif limits.rule is not None:
            said = {"error_title": "Out of range", "error_message": f"{column.header}: {limits.words}"}
            page.data_validation(rows[0], position, rows[1], position, {**limits.rule, **said})

    def notes(self) -> None:
        """The first sheet: how to fill in the others, and what every column means."""
        page = self._book.add_worksheet(NOTES)
        page.hide_gridlines(2)
        page.set_tab_color("#5F6B7A")
        page.write_string(0, 0, "How to fill in this workbook", self._title)
        for number, line in enumerate(_HOW_TO, 1):
            page.write_string(number, 0, line)
        start = len(_HOW_TO) + 2
        for column, (header, width) in enumerate(_NOTE_WIDTHS.items()):
            page.write_string(start, column, header, self._head)
            page.set_column(column, column, width)
        for number, row in enumerate(_dictionary(), start + 1):
            lines = max(
                -(-len(text) // width) for text, width in zip(row, _NOTE_WIDTHS.values(), strict=True)
            )
            page.set_row(number, 15 * max(lines, 1))
            for column, text in enumerate(row):
                style = self._section if row[0] else self._wrap if column > 1 else self._top
                page.write_string(number, column, text, style)
        page.set_landscape()
        page.fit_to_pages(1, 0)


_NOTE_WIDTHS = {"sheet": 17, "column": 26, "allowed": 34, "meaning": 95}
_HOW_TO = (
    "One sheet per section of a scenario, one row per thing. Names link the sheets: a team, a stage, an",
    "activity or a KPI is called the same everywhere. A blank cell means the default, or that there is none.",
    "Shares are 0 to 1 (or a cell formatted as %), money is in the currency of the sheet `scenario`, time",
    "is in periods unless a unit is named. Formulas are read by their computed value. Hidden rows count.",
    f"Sheets and columns whose name starts with {COMMENT} are yours and are not read; nor is this sheet.",
    "incentives check FILE.xlsx lists every problem by sheet and cell, e.g. teams!C4.",
)


def _dictionary() -> Iterator[tuple[str, str, str, str]]:
    for layout in SHEETS:
        yield layout.name, "", "", layout.note
        keys = layout.keys if isinstance(layout, SheetTable) else ()
        yield from (("", key.header, ", ".join(key.choices) or "name", key.note) for key in keys)
        columns = layout.columns if isinstance(layout, SheetTable) else (*layout.fields, *layout.named)
        yield from (
            ("", column.header, limits_of(column.annotation).words, _meaning(column)) for column in columns
        )


def _meaning(column: SheetColumn) -> str:
    note = column.note.replace("`", "").replace("\n", " ")
    if column.required:
        return f"{note} Required.".strip()
    return f"{note} Default {column.default}.".strip() if column.default else note.strip()


def _names_in(sheet: str) -> str:
    return f"={sheet}!$A$2:$A${PREPARED_ROWS + 1}"


def _choose(page: Worksheet, rows: tuple[int, int], column: int, source: str | list[str]) -> None:
    """A list to choose from; other entries are questioned, for the sheet they name may be filled later."""
    rule = {"validate": "list", "source": source, "error_type": "warning", "error_title": "Not in the list"}
    page.data_validation(rows[0], column, rows[1], column, rule)
