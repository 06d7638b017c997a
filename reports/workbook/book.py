"""A workbook with live formulas, in every language at once: what the sheets write with.

Every heading is a formula on the cell named `Language`, so that one file serves both. Every formula is stored
with the value that its table holds, so that previewers show numbers; users' texts are never formulas.
"""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from reports.style import COLOURS
from reports.words.catalogue import Words
from reports.words.drafts import provisional, source_text

STAMP = dt.datetime(2000, 1, 1)
"""Time stamp of every workbook: the same input gives the same bytes."""
LANGUAGE = "Language"
CHANGED = "InputsChanged"
"""Name of the cell with the number of inputs that are not what they were."""
LONGEST_LITERAL = 230
"""Characters of a text in a formula, of which spreadsheets take 255."""
LONGEST_TEXT = 4000
CHARACTERS = 52
"""In a line of a column of texts."""
LINE = 15
"""Points of a line."""
OPEN = dict.fromkeys(("format_columns", "format_rows", "sort", "autofilter", "select_locked_cells"), True)
"""What a reader may do in a sheet whose formulas are protected, beside changing inputs."""
LARGEST = 1e12
"""Of a number that somebody types."""
MOST_DECIMALS = 6
"""Shown of money that has no cents."""


def opened(content: io.BytesIO, title: str) -> Workbook:
    """A new xlsx file in memory, in which no text is a formula or a link."""
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = Workbook(content, options)
    book.set_properties({"created": STAMP, "title": title})
    return book


def printed(page: Worksheet) -> None:
    """On A4, across, as wide as one page; file, sheet and page at the foot."""
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_footer("&L&F&C&A&R&P / &N")


class Book:
    """An xlsx file in memory; `words` of every language, the first of which is shown where a reader asks for
    none of them. It opens in `language`: values stored beside formulas are in it."""

    def __init__(self, words: Sequence[Words], cents: int, language: str = "") -> None:
        self.words = tuple(words)
        self.cents = cents
        self.opens = next((one for one in words if one.language == language), words[0])
        self.inputs: list[tuple[str, float]] = []
        self.headed: list[Worksheet] = []
        """Sheets whose first heads are printed on every page."""
        self._bytes = io.BytesIO()
        self._book = opened(self._bytes, words[0].say("xlsx.title"))
        self._formats: dict[tuple[str, ...], Any] = {}

    def sheet(self, name: str, widths: Sequence[float]) -> Sheet:
        """A new sheet with the widths of its first columns."""
        page = self._book.add_worksheet(name)
        for column, width in enumerate(widths):
            page.set_column(column, column, width)
        page.set_row(0, 26)
        page.hide_gridlines(2)
        page.protect("", OPEN)  # against slips of the hand: there is no password
        printed(page)
        return Sheet(self, page, name)

    def rounded(self, formula: str) -> str:
        """A formula of money, rounded as payouts are booked."""
        return f"ROUND({formula},{self.cents})"

    def name(self, name: str, reference: str) -> None:
        """A name that formulas use for a cell."""
        self._book.define_name(name, f"={reference}")

    def close(self) -> bytes:
        self._book.close()
        return self._bytes.getvalue()

    def style(self, *names: str) -> Any:
        """A cell format made of named parts of `STYLES`."""
        if names not in self._formats:
            merged = {key: value for name in names for key, value in self._styles[name].items()}
            self._formats[names] = self._book.add_format(
                {"font_name": "Calibri", "valign": "vcenter", **merged}
            )
        return self._formats[names]

    @cached_property
    def _styles(self) -> dict[str, dict[str, Any]]:
        cents = "#,##0." + "0" * min(MOST_DECIMALS, self.cents)
        return {
            "title": {"bold": True, "font_size": 16, "font_color": COLOURS["accent"]},
            "section": {"bold": True, "font_size": 12, "font_color": COLOURS["accent"]},
            "head": {
                "bold": True,
                "text_wrap": True,
                "bg_color": COLOURS["accent"],
                "font_color": COLOURS["paper"],
            },
            "text": {},
            "wrap": {"text_wrap": True},
            "muted": {"font_color": COLOURS["muted"]},
            "money": {"num_format": cents + ";[Red]-" + cents},
            "share": {"num_format": "0.0%"},
            "level": {"num_format": "0.00%"},
            "number": {"num_format": "#,##0.####"},
            "exact": {"num_format": "0.000000"},
            "whole": {"num_format": "0"},
            "strong": {"bold": True},
            "input": {
                "locked": False,
                "bg_color": COLOURS["warn_tint"],
                "border": 1,
                "border_color": COLOURS["line"],
            },
            "total": {"bold": True, "top": 1},
            "stale": {"font_color": COLOURS["muted"], "italic": True},
            "bad": {"bg_color": COLOURS["bad_tint"], "font_color": COLOURS["bad"]},
        }


Pair = tuple[str, str]
"""A team and a KPI."""


@dataclass(frozen=True)
class Sheet:
    """Cells of one sheet; rows and columns count from 0."""

    book: Book
    page: Worksheet
    name: str

    def at(self, row: int, column: int, *, outside: bool = False) -> str:
        """The cell's absolute address; with the sheet's name for use on other sheets."""
        cell = str(xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True))
        return f"{self.name}!{cell}" if outside else cell

    def span(self, first: tuple[int, int], last: tuple[int, int], *, outside: bool = False) -> str:
        return f"{self.at(*first, outside=outside)}:{self.at(*last)}"

    def say(self, row: int, column: int, key: str, *styles: str) -> None:
        """A phrase of the catalogue in the language of the reader."""
        self._translated(row, column, lambda words: words.say(key), styles)

    def label(self, row: int, column: int, record: Any, kind: str, *styles: str) -> None:
        """What a record calls its team, KPI, rule... in the language of the reader."""
        self._translated(row, column, lambda words: words.label(record, kind), styles)

    def named(self, row: int, column: int, kind: str, name: str, *styles: str) -> None:
        """What a name or code of a kind is called in the language of the reader."""
        self._translated(row, column, lambda words: words.name(kind, name), styles)

    def who(self, row: int, column: int, team: str, *styles: str, everybody: str = "team.company") -> None:
        """A team, or the phrase for all of them together where the name is empty."""
        if team:
            self.named(row, column, "team", team, *styles)
        else:
            self.say(row, column, everybody, *styles)

    def candidate(self, row: int, column: int, record: Any, *styles: str) -> None:
        """What a plan of the table of robustness is called in the language of the reader."""
        self._translated(row, column, lambda words: words.candidate(record), styles)

    def provisional(self, row: int, column: int, record: Any) -> None:
        """The number that a record is about, marked where nobody has given it."""
        self._translated(
            row, column, lambda words: provisional(words, record, words.label(record, "path")), ()
        )

    def source(self, row: int, column: int, record: Any) -> None:
        """Where a number comes from; cut where the languages differ, as formulas hold no longer texts."""
        texts = {source_text(words, record, LONGEST_TEXT) for words in self.book.words}
        longest = LONGEST_TEXT if len(texts) == 1 else LONGEST_LITERAL
        lines = max(math.ceil(min(len(text), longest) / CHARACTERS) for text in texts)
        self.page.set_row(
            row, LINE * max(1, lines)
        )  # LibreOffice leaves rows of wrapped formulas one line high
        self._translated(row, column, lambda words: source_text(words, record, longest), ("wrap",))

    def told(self, row: int, column: int, texts: Mapping[str, str], *styles: str) -> None:
        """A text by language, of at most LONGEST_LITERAL characters."""
        self._translated(row, column, lambda words: texts[words.language], styles)

    def heads(self, row: int, keys: Sequence[str], column: int = 0) -> None:
        self.page.set_row(row, 32)
        if self.page not in self.book.headed:
            self.page.repeat_rows(row)
            self.book.headed.append(self.page)
        for offset, key in enumerate(keys):
            self.say(row, column + offset, f"xlsx.col.{key}", "head")

    def text(self, row: int, column: int, text: str, *styles: str) -> None:
        self.page.write_string(row, column, text, self.book.style(*(styles or ("text",))))

    def number(self, row: int, column: int, value: float, *styles: str) -> None:
        """A constant; nothing where the number does not exist."""
        if math.isfinite(value):
            self.page.write_number(row, column, value, self.book.style(*styles))
        else:
            self.page.write_blank(row, column, None, self.book.style(*styles))

    def input(self, row: int, column: int, value: float, *styles: str) -> None:
        """A number that a reader may change; the book remembers what it was."""
        self.asked(row, column, value, *styles)
        self.book.inputs.append((self.at(row, column, outside=True), value))

    def asked(self, row: int, column: int, value: float, *styles: str) -> None:
        """A number that a reader may change without changing what the run was made from."""
        self.number(row, column, value, *styles, "input")
        self._validated(row, column, "share" if "share" in styles else "number")

    def _validated(self, row: int, column: int, kind: str) -> None:
        """What is typed must be a number, a share one from 0 to 1; else that is said, as the file opens."""
        low, high = (0, 1) if kind == "share" else (-LARGEST, LARGEST)
        said = self.book.opens.say(f"xlsx.input.{kind}")
        rule = {"validate": "decimal", "criteria": "between", "minimum": low, "maximum": high}
        told = {"error_title": self.book.opens.say("xlsx.input"), "error_message": said}
        self.page.data_validation(row, column, row, column, {**rule, **told})

    def grey_when_changed(self, first: tuple[int, int], last: tuple[int, int]) -> None:
        """Figures that no formula repeats turn grey once an input is not what the run recorded."""
        grey = {"type": "formula", "criteria": f"={CHANGED}>0", "format": self.book.style("stale")}
        self.page.conditional_format(*first, *last, grey)

    def stale(self, row: int, column: int) -> None:
        """A line that says how many inputs were changed, and that figures here are of those recorded."""

        def formula(words: Words) -> str:
            said, still = (literal(words.say(f"xlsx.stale.{part}")) for part in ("changed", "static"))
            return f'IF({CHANGED}>0,{said}&{CHANGED}&{still},"")'

        self.spoken(row, column, formula, "", "text")
        bad = {"type": "formula", "criteria": f"={CHANGED}>0", "format": self.book.style("bad")}
        self.page.conditional_format(row, column, row, column, bad)

    def live(self, row: int, column: int, formula: str, value: float | str, *styles: str) -> None:
        """A formula, stored with its value."""
        shown = "" if isinstance(value, float) and not math.isfinite(value) else value
        self.page.write_formula(row, column, f"={formula}", self.book.style(*styles), shown)

    def spoken(
        self, row: int, column: int, formula: Callable[[Words], str], value: str, *styles: str
    ) -> None:
        """A formula of text in every language, stored with its value in the language that opens."""
        self.live(row, column, self.by_language(formula), value, *styles)

    def by_language(self, formula: Callable[[Words], str]) -> str:
        """The formula of the language that the cell named `Language` says."""
        first, *others = self.book.words
        chosen = formula(first)
        plain = chosen
        for words in (one for one in reversed(others) if formula(one) != plain):
            chosen = f'IF({LANGUAGE}="{words.language}",{formula(words)},{chosen})'
        return chosen

    def _translated(
        self, row: int, column: int, said: Callable[[Words], str], styles: tuple[str, ...]
    ) -> None:
        """A text in every language, chosen by the cell named `Language`; the first where none is chosen."""
        texts = [said(words) for words in self.book.words]
        if len(set(texts)) == 1:
            self.text(row, column, texts[0], *styles)
        else:
            shown = said(self.book.opens)
            self.spoken(row, column, lambda words: literal(said(words)), shown, *(styles or ("text",)))


def literal(text: str) -> str:
    """A text in a formula."""
    return '"' + text.replace('"', '""') + '"'
