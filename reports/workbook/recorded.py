"""The hidden sheet of what the run recorded: inputs as they were, and amounts that no formula recomputes."""

from __future__ import annotations

import pandas as pd

from reports.workbook.book import CHANGED, Book, Sheet

AMOUNTS = ("gross", "direct_costs", "revenue", "pay", "charges", "loaded_pay")
Amounts = dict[tuple[str, str], str]
"""Addresses by kind of plan and amount."""


def write_recorded(book: Book, plans: pd.DataFrame) -> Amounts:
    """After all inputs are written: each beside what it was, and amounts of the plans of the summary."""
    sheet = book.sheet("Recorded", (28, 20, 14))
    sheet.say(0, 0, "xlsx.sheet.recorded", "title")
    _inputs(sheet)
    return _amounts(sheet, plans)


def _inputs(sheet: Sheet) -> None:
    sheet.say(2, 0, "xlsx.recorded.changed")
    inputs = sheet.book.inputs
    for row, (address, value) in enumerate(inputs, 4):
        sheet.text(row, 0, address, "muted")
        sheet.number(row, 1, value, "number")
        sheet.live(row, 2, f"IF({address}={sheet.at(row, 1)},0,1)", 0.0, "whole")
    flags = f"SUM({sheet.span((4, 2), (3 + len(inputs), 2))})" if inputs else "0"
    sheet.live(2, 2, flags, 0.0, "whole")
    sheet.book.name(CHANGED, sheet.at(2, 2, outside=True))
    sheet.page.hide()


def _amounts(sheet: Sheet, plans: pd.DataFrame) -> Amounts:
    """Of the plan in force and the recommended one, to the cent."""
    written: Amounts = {}
    for column, (_, plan) in enumerate(plans.iterrows(), 5):
        sheet.text(2, column, str(plan["kind"]), "muted")
        for row, amount in enumerate(AMOUNTS, 3):
            sheet.text(row, 4, amount, "muted")
            sheet.number(row, column, float(plan[amount]), "money")
            written[str(plan["kind"]), amount] = sheet.at(row, column, outside=True)
    return written
