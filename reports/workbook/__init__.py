"""The workbook for finance: payouts recomputed by live formulas, controls with a verdict in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import pandas as pd

from reports.run import Document, RunContent
from reports.words.catalogue import Words, words_for
from reports.words.locales import languages
from reports.workbook.approval_sheet import write_approvals
from reports.workbook.book import Book
from reports.workbook.budget import write_budget
from reports.workbook.cases import write_cases
from reports.workbook.cash import write_cash
from reports.workbook.controls import Balances, write_controls
from reports.workbook.curves import write_curves
from reports.workbook.front import (
    open_summary,
    shown_plans,
    write_changed,
    write_dictionary,
    write_head,
    write_payouts,
    write_robustness,
    write_sensitivity,
    write_state,
    write_summary,
)
from reports.workbook.money_limits import open_limits, write_limits
from reports.workbook.plan import Agreed, write_plan
from reports.workbook.ratios import write_ratios
from reports.workbook.recorded import write_recorded
from reports.workbook.year import write_year

__all__ = ["budget_workbook", "workbook_of"]


def budget_workbook(run: RunContent, language: str, date: dt.date | None) -> Iterator[Document]:
    """`budget.xlsx`."""
    words = [words_for(run.tables, spoken) for spoken in languages()]
    yield Document("budget.xlsx", workbook_of(run.tables, words, language, run, date))


def workbook_of(
    tables: dict[str, pd.DataFrame],
    words: Sequence[Words],
    language: str = "en",
    run: RunContent | None = None,
    date: dt.date | None = None,
) -> bytes:
    """The xlsx file for a run's tables; `language` is the one it opens in. Version and approvals are the
    `run`'s; `date` is printed where it is given.

    The same tables give the same bytes.
    """
    head = tables["summary"].iloc[0]
    book = Book(words, int(head["cents"]), language)
    summary = open_summary(book, language)
    totals, lines = tables["pay_totals"], tables["pay_lines"]
    curves = write_curves(book, tables["curves"], tables["pay_factors"])
    agreed = write_plan(book, totals, lines, curves)
    paid = write_budget(book, lines, totals, agreed)
    balances = write_phased(book, tables, agreed)
    write_cases(book, tables["pay_cases"], tables["case_totals"], agreed, paid)
    limits = open_limits(book)
    write_payouts(book, tables["payout_distribution"], tables["objectives_reached"])
    write_robustness(book, tables["robustness"], tables["guarantees"])
    write_sensitivity(book, tables["assumptions"])
    amounts = write_recorded(book, shown_plans(tables["plans"]))
    write_head(summary, head)
    write_changed(summary, tables["changed"])
    net = write_summary(summary, tables, amounts, paid)
    write_ratios(book, tables, agreed, paid, amounts)
    state = write_controls(book, tables["controls"], agreed, paid, net, balances)
    write_limits(limits, tables["controls"], state, totals)
    write_state(summary, state)
    write_approvals(book, run or RunContent(tables), date)
    write_dictionary(book)
    return book.close()


def write_phased(book: Book, tables: dict[str, pd.DataFrame], agreed: Agreed) -> Balances:
    """The first year, and when it is paid; what of them must balance."""
    totals = tables["pay_totals"].dropna(subset="headcount")
    heads = dict(zip(totals["team"], totals["headcount"].astype(float), strict=True))
    phased = write_year(book, tables["year"], tables["year_lines"], heads, agreed)
    owed = write_cash(book, tables["cash"], tables["pay_dates"], phased)
    return {"year": phased.balance(book), "owed": owed}
