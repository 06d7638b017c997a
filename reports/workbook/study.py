"""A study as a workbook: every table a sheet, named as its CSV file, and what every column means."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from xlsxwriter import Workbook

from reports.run import Document
from reports.style import COLOURS
from reports.words.labelled import in_words, with_labels
from reports.words.locales import languages, phrase
from reports.workbook.book import opened

if TYPE_CHECKING:
    from optimizer.tables.table import Table

DICTIONARY = "dictionary"
_WIDEST, _NARROWEST = 48, 9
"""Characters of a column; longer texts are cut by the next one."""


def study_workbook(
    name: str, declared: Sequence[Table], tables: Mapping[str, pd.DataFrame]
) -> Iterator[Document]:
    """`<name>.xlsx` with the tables declared, in words too. The same tables give the same bytes."""
    said = with_labels(declared, tables)
    content = io.BytesIO()
    with opened(content, name) as book:
        for table in declared:
            _write(book, table.name, said[table.name])
        known = [(table.name, *line) for table in declared for line in _meanings(table)]
        _write(book, DICTIONARY, pd.DataFrame(known, columns=["table", "column", "meaning"]))
    yield Document(f"{name}.xlsx", content.getvalue())


def _meanings(table: Table) -> Iterator[tuple[str, str]]:
    """Every column, those of words included."""
    for name, column in table.columns.items():
        yield name, column.meaning
        for language in languages() if in_words(column) else ():
            yield f"{name}_{language}", f"{name} in words: {phrase(language, 'language.name')}"


def _write(book: Workbook, name: str, frame: pd.DataFrame) -> None:
    head = {"bold": True, "bg_color": COLOURS["accent"], "font_color": COLOURS["paper"]}
    styles = {"head": book.add_format(head), "number": book.add_format({"num_format": "#,##0.####"})}
    page = book.add_worksheet(name)
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, max(1, len(frame)), len(frame.columns) - 1)
    for column, title in enumerate(frame.columns):
        page.write_string(0, column, str(title), styles["head"])
        texts = [str(title), *(str(v) for v in frame[title] if isinstance(v, str))]
        page.set_column(column, column, min(_WIDEST, max(_NARROWEST, 2 + max(map(len, texts)))))
        for row, value in enumerate(frame[title], 1):
            _cell(page, row, column, value, styles["number"])


def _cell(page: Any, row: int, column: int, value: Any, number: Any) -> None:
    """Nothing where a number does not exist."""
    if isinstance(value, str):
        page.write_string(row, column, value)
    elif isinstance(value, bool | np.bool_):
        page.write_boolean(row, column, bool(value))
    elif math.isfinite(value):
        page.write_number(row, column, float(value), number)
