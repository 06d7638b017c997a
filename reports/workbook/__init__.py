"""The workbook for finance: payouts recomputed by live formulas, with controls that must read 0.00."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import pandas as pd

from optimizer.tables.rounding import printable
from reports.run import Document, RunContent
from reports.words.catalogue import Words, words_for
from reports.words.locales import languages
from reports.workbook.book import Book
from reports.workbook.budget import write_budget, write_cases
from reports.workbook.controls import write_controls
from reports.workbook.curves import write_curves
from reports.workbook.front import (
    open_summary,
    write_dictionary,
    write_payouts,
    write_robustness,
    write_sensitivity,
    write_summary,
)
from reports.workbook.plan import write_plan

__all__ = ["budget_workbook", "workbook_of"]


def budget_workbook(run: RunContent, language: str, _date: dt.date | None) -> Iterator[Document]:
    """`budget.xlsx`."""
    shown = printable(run.tables)
    words = [words_for(shown, spoken) for spoken in languages()]
    yield Document("budget.xlsx", workbook_of(shown, words, language))


def workbook_of(tables: dict[str, pd.DataFrame], words: Sequence[Words], language: str = "en") -> bytes:
    """The xlsx file for tables whose numbers are `printable`; `language` is the one it opens in.

    The same tables give the same bytes.
    """
    book = Book(words)
    summary = open_summary(book, language)
    totals, lines = tables["pay_totals"], tables["pay_lines"]
    curves = write_curves(book, tables["curves"])
    agreed = write_plan(book, totals, lines, curves)
    paid = write_budget(book, lines, totals, agreed)
    write_cases(book, tables["pay_cases"], tables["case_totals"], agreed, paid)
    write_payouts(book, tables["payout_distribution"], tables["objectives_reached"])
    write_robustness(book, tables["robustness"], tables["guarantees"])
    write_sensitivity(book, tables["assumptions"])
    controls = write_controls(book, totals, agreed, paid)
    write_dictionary(book)
    write_summary(summary, tables, paid, controls)
    return book.close()
