"""A workbook of one sheet that asks what a designer knows, and a sheet that explains.

`incentives start --answers` reads it back (`optimizer/scenario/start/answer_sheet.py`).
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from xlsxwriter import Workbook

from reports.style import COLOURS
from reports.words.asking import Asking
from reports.workbook.book import opened, printed
from reports.workbook.question_sheet import ASKED, framed, question_styles

COLUMNS = ("place", "question", "answer", "weight", "unit", "empty", "range", "who", "source")
"""In order: their codes stand in a hidden row, by which the sheet is read back in any language."""
WIDTHS = (4, 66, 32, 10, 36, 32, 26, 34, 34)
CODES, HEADS, FIRST = 3, 4, 5
"""Rows of the codes, of the headings, of the first line."""
LINE = 18
"""Height of a line of text [points]."""
LISTS = "lists"
"""The hidden sheet of what may be chosen, with its codes."""


@dataclass(frozen=True)
class Line:
    """One line of the sheet; a heading where there is no place."""

    label: str
    place: str = ""
    """Of the answer, dotted."""
    unit: str = ""
    """Of the library; empty where it is no number."""
    low: float = 0.0
    high: float = 0.0
    who: str = ""
    default: str = ""
    """What an empty cell takes, in words; empty where it takes nothing."""
    choices: str = ""
    """The list that the answer is chosen from: name, and part of it after a colon."""
    value: float | str | None = None
    weight: float | None = None
    """Percent beside a KPI."""
    weighed: bool = False
    """Whether there is a cell for a weight."""
    fixed: bool = False
    """Nothing to fill in: which kind of company, which language."""
    sourced: bool = False
    """Whether there is a cell for where the answer comes from."""
    source: str = ""


class _Number(float):
    """Written with all its digits: the library rounds to sixteen, and doubles need seventeen."""

    def __format__(self, _spec: str) -> str:
        return repr(float(self))


Choices = Mapping[str, Sequence[tuple[str, str]]]
"""Codes and labels by list."""


def asked_workbook(
    title: str, lines: Sequence[Line], choices: Choices, notes: Sequence[tuple[str, str]], words: Asking
) -> bytes:
    """The workbook. `notes`: questions and what they mean. The same values give the same bytes."""
    content = io.BytesIO()
    with opened(content, title) as book:
        styles = _styles(book)
        page = book.add_worksheet(words.say("ask.sheet.answers"))
        _explain(book.add_worksheet(words.say("ask.sheet.notes")), notes, words, styles)
        ranges = _lists(book.add_worksheet(LISTS), choices)
        _ask(page, title, lines, ranges, words, styles)
    return content.getvalue()


def _styles(book: Workbook) -> dict[str, Any]:
    own: dict[str, dict[str, Any]] = {
        "muted": {"font_color": COLOURS["muted"], "indent": 1},
        "bare": {"text_wrap": False},
        "part": {"bold": True, "font_color": COLOURS["accent"], "bottom": 1, "bottom_color": COLOURS["line"]},
        "answer": {**ASKED, "align": "right"},
        "choice": ASKED,
        "fixed": {"font_color": COLOURS["muted"], "italic": True},
    }
    return question_styles(book, own)


# --- the questions --------------------------------------------------------------------------------------


def _ask(
    page: Any,
    title: str,
    lines: Sequence[Line],
    ranges: Mapping[str, str],
    words: Asking,
    styles: Mapping[str, Any],
) -> None:
    for column, width in enumerate(WIDTHS):
        page.set_column(column, column, width, None, {"hidden": column == 0})
    page.write_string(0, 1, title, styles["title"])
    page.set_row(0, 1.5 * LINE)
    page.write_string(1, 1, words.say("ask.sheet.how"), styles["bare"])
    page.write_string(2, 1, words.say("ask.sheet.back"), styles["loose"])
    for column, code in enumerate(COLUMNS):
        page.write_string(CODES, column, code)
        if column:
            page.write_string(HEADS, column, words.say(f"ask.sheet.{code}"), styles["head"])
    page.set_row(CODES, None, None, {"hidden": True})
    page.set_row(HEADS, 2 * LINE)
    for row, line in enumerate(lines, FIRST):
        if line.place:
            _line(page, row, line, ranges, words, styles)
        else:
            page.merge_range(row, 1, row, len(COLUMNS) - 1, line.label, styles["part"])
            page.set_row(row, 1.5 * LINE)
    framed(page, HEADS)


def _line(
    page: Any, row: int, line: Line, ranges: Mapping[str, str], words: Asking, styles: Mapping[str, Any]
) -> None:
    numeric = bool(line.unit) and not line.choices
    usual = words.span(line.low, line.high, line.unit) if numeric else ""
    empty = line.default or ("" if line.fixed or line.weighed else words.say("ask.sheet.to_give"))
    how = "choose_weighed" if line.weighed else "choose"
    unit = words.unit(line.unit) if line.unit else words.say(f"ask.sheet.{how}") if line.choices else ""
    texts = {"question": line.label, "unit": unit, "empty": empty, "range": usual, "who": line.who}
    page.write_string(row, 0, line.place)
    for code, text in texts.items():
        page.write_string(row, COLUMNS.index(code), text, styles["text" if code == "question" else "muted"])
    _cell(page, (row, COLUMNS.index("answer")), line.value, styles["fixed" if line.fixed else _look(line)])
    if line.sourced:
        _cell(page, (row, COLUMNS.index("source")), line.source or None, styles["choice"])
    if not line.fixed:
        _limit(page, row, line, usual, unit, ranges, words)
    if line.weighed:
        _cell(page, (row, COLUMNS.index("weight")), line.weight, styles["answer"])
    page.set_row(row, LINE * _lines({**texts, "answer": str(line.value or "")}))
    if line.place == "lang":
        page.set_row(row, None, None, {"hidden": True})


def _lines(texts: Mapping[str, str]) -> int:
    """Lines of text that the widest cell folds into."""
    return max(ceil(len(text) / WIDTHS[COLUMNS.index(code)]) for code, text in texts.items())


def _look(line: Line) -> str:
    return "answer" if line.unit and not line.choices else "choice"


def _cell(page: Any, place: tuple[int, int], value: float | str | None, style: Any) -> None:
    match value:
        case None:
            page.write_blank(*place, None, style)
        case str():
            page.write_string(*place, value, style)
        case _:
            page.write_number(*place, _Number(value), style)


def _limit(
    page: Any, row: int, line: Line, usual: str, unit: str, ranges: Mapping[str, str], words: Asking
) -> None:
    """What may be chosen; what is usual, as a warning that may be kept."""
    kept = {"ignore_blank": True, "error_type": "warning", "error_title": words.say("ask.sheet.wrong_title")}
    answer, weight = ((row, COLUMNS.index(code)) * 2 for code in ("answer", "weight"))
    if line.choices:
        told = {**kept, "error_message": words.say("ask.sheet.not_listed")}
        page.data_validation(*answer, {"validate": "list", "source": ranges[line.choices], **told})
    elif line.unit:
        message = words.say("ask.sheet.wrong", range=usual, unit=unit)
        page.data_validation(
            *answer, {**_between(line.low, line.high), **kept, "error_message": message[:250]}
        )
    if line.weighed:
        message = words.say("ask.sheet.weights", unit=words.unit("%"))
        page.data_validation(*weight, {**_between(0, 100), **kept, "error_message": message})


def _between(low: float, high: float) -> dict[str, Any]:
    return {"validate": "decimal", "criteria": "between", "minimum": low, "maximum": high}


def _lists(page: Any, choices: Choices) -> dict[str, str]:
    """Write what may be chosen on a hidden sheet; where each list stands, for the cells that choose from it.
    Lists with a colon in their name choose among the labels of the list before it."""
    for column, code in enumerate(("list", "code", "label")):
        page.write_string(0, column, code)
    ranges, row = {}, 1
    for name, pairs in choices.items():
        first = row + 1
        for code, label in pairs:
            for column, text in enumerate((name.partition(":")[0], code, label)):
                page.write_string(row, column, text)
            row += 1
        ranges[name] = f"={LISTS}!$C${first}:$C${row}"
    page.hide()
    return ranges


# --- the sheet that explains ----------------------------------------------------------------------------

NOTES = 6
"""Sentences at its top."""
MOST_KPIS = 3
"""Lines for KPIs of a team that has no more today."""


def _explain(page: Any, notes: Sequence[tuple[str, str]], words: Asking, styles: Mapping[str, Any]) -> None:
    page.hide_gridlines(2)
    page.set_column(0, 0, 60)
    page.set_column(1, 1, 100)
    page.write_string(0, 0, words.say("ask.sheet.notes_title"), styles["title"])
    named = {
        "sheet": words.say("ask.sheet.answers"),
        "who": words.say("ask.sheet.who"),
        "n": words.write.number(MOST_KPIS),
    }
    for number in range(1, NOTES + 1):
        page.merge_range(number, 0, number, 1, words.say(f"ask.sheet.note.{number}", **named), styles["text"])
        page.set_row(number, LINE)
    start = NOTES + 2
    page.write_string(start, 0, words.say("ask.sheet.question"), styles["head"])
    page.write_string(start, 1, words.say("ask.sheet.meaning"), styles["head"])
    for row, (question, meaning) in enumerate(notes, start + 1):
        page.write_string(row, 0, question, styles["text"])
        page.write_string(row, 1, meaning, styles["text"])
        page.set_row(row, LINE * max(ceil(len(question) / 60), ceil(len(meaning) / 100)))
    printed(page)
