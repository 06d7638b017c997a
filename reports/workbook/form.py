"""A one-sheet workbook that asks for the numbers nobody has given yet; `incentives fill` reads it back."""

from __future__ import annotations

import io
import math
from typing import Any

import pandas as pd
from xlsxwriter import Workbook

from reports.style import COLOURS
from reports.words.catalogue import Words, words_for
from reports.words.doubts import how_far
from reports.words.sentences import Tables, period
from reports.workbook.book import opened
from reports.workbook.question_sheet import ASKED, framed, question_styles

COLUMNS = ("path", "label", "unit", "who", "today", "range", "moves", "answer", "off", "source")
"""Of the form, in order: their codes stand in a hidden row, by which it is read back in any language."""
WIDTHS = (30, 42, 24, 26, 13, 12, 42, 14, 12, 30)
TALL = 30
"""Height of a question [points]: two lines."""
CODES, HEADS, FIRST = 4, 5, 6
"""Rows of the codes, of the headings, of the first question."""


def form_of(tables: Tables, language: str) -> bytes:
    """The form in a language, what moves most first. The same tables give the same bytes."""
    words, content = words_for(tables, language), io.BytesIO()
    with opened(content, words.say("form.sheet")) as book:
        _write(book, words, tables)
    return content.getvalue()


def _write(book: Workbook, words: Words, tables: Tables) -> None:
    summary, styles = tables["summary"].iloc[0], _styles(book)
    page = book.add_worksheet(words.say("form.sheet"))
    for column, width in enumerate(WIDTHS):
        page.set_column(column, column, width)
    company = words.name("company", summary["scenario"], 90)
    page.write_string(0, 0, words.say("form.title", company=company), styles["title"])
    page.write_string(1, 0, words.say("form.how"))
    page.write_string(2, 0, words.say("form.back"), styles["loose"])
    money = {"currency": str(summary["currency"]), "period": period(words, summary)}
    for column, code in enumerate(COLUMNS):
        page.write_string(CODES, column, code)
        page.write_string(HEADS, column, words.say(f"form.{code}", **money), styles["head"])
    page.set_row(CODES, None, None, {"hidden": True})
    page.set_row(HEADS, 32)
    for row, (_, line) in enumerate(_by_size(tables["placeholders"]).iterrows(), FIRST):
        _question(page, row, words, line, money, styles)
    framed(page, HEADS)


def _styles(book: Workbook) -> dict[str, Any]:
    own: dict[str, dict[str, Any]] = {
        "path": {"font_color": COLOURS["muted"], "font_size": 9},
        "number": {"num_format": "#,##0.####", "align": "right"},
        "right": {"align": "right"},
        "answer": {**ASKED, "num_format": "#,##0.####"},
        "off": {**ASKED, "num_format": "0%"},
        "source": ASKED,
    }
    return question_styles(book, own)


def _by_size(frame: pd.DataFrame) -> pd.DataFrame:
    """What moves the gain most, then net; numbers of which that is unknown come last, in the file's order."""
    columns = ["moves_gain", "moves_net"]
    return frame.sort_values(columns, ascending=False, na_position="last", kind="stable")


def _question(
    page: Any, row: int, words: Words, line: Any, money: dict[str, Any], styles: dict[str, Any]
) -> None:
    unit = words.say(f"form.in.{line['unit']}", **money)
    page.set_row(row, TALL)
    page.write_string(row, 0, str(line["path"]), styles["path"])
    page.write_string(row, 1, words.label(line, "path", 90), styles["text"])
    page.write_string(row, 2, unit, styles["text"])
    page.write_string(row, 3, _who(words, line), styles["text"])
    page.write_number(row, 4, float(line["number"]), styles["number"])
    page.write_string(row, 5, how_far(words, line) or words.say("form.unknown"), styles["right"])
    page.write_string(row, 6, _moves(words, line), styles["text"])
    for column, name in enumerate(("answer", "off", "source"), 7):
        page.write_blank(row, column, None, styles[name])
    wrong = {"error_message": words.say("form.wrong", unit=unit)[:250], "ignore_blank": True}
    number = {"validate": "decimal", "criteria": "between", "minimum": -1e15, "maximum": 1e15}
    page.data_validation(row, 7, row, 7, {**number, **wrong})
    page.data_validation(row, 8, row, 8, {**number, "minimum": 0, "maximum": 0.99, **wrong})


def _who(words: Words, line: Any) -> str:
    asked = words.name("placeholder_asked", line["asked"])
    if line["asked"] != "lead" or not line["team"]:
        return asked
    return words.say("name.of", thing=asked, part=words.label(line, "team"))


def _moves(words: Words, line: Any) -> str:
    """By how much the answer can move net today, and the gain of the plan that this run found best."""
    if not how_far(words, line):
        return words.say("form.unknown")
    moved = {"today": _amount(words, line["moves_net"]), "gain": _amount(words, line["moves_gain"])}
    said = words.say("form.moves_of", **moved)
    return words.say("form.moves_half", moved=said) if line["impossible"] else said


def _amount(words: Words, value: float) -> str:
    return words.amount(value) if math.isfinite(value) else words.say("form.no_bar")
