"""The sheet of controls: what the workbook recomputes against what the solver recorded; all read 0.00."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from reports.workbook.book import Book
from reports.workbook.budget import COMPANY, Paid
from reports.workbook.plan import Agreed

HALF_A_CENT = 0.5


@dataclass(frozen=True)
class Control:
    """`live`, a formula that gives `shown`, should equal `recorded` within `allowed`."""

    key: str
    row: pd.Series
    live: str
    shown: float
    recorded: float
    allowed: float = 0.0


def write_controls(book: Book, totals: pd.DataFrame, agreed: Agreed, paid: Paid) -> str:
    """Every control; returns the address of the sum of their differences."""
    sheet = book.sheet("Controls", (46, 30, 17, 17, 17, 17))
    sheet.say(0, 0, "xlsx.sheet.controls", "title")
    sheet.say(1, 0, "xlsx.controls.note", "muted")
    sheet.heads(3, ("control", "team", "live", "recorded", "allowed", "difference"))
    smallest = 10.0 ** -max(2, book.decimals)
    controls = list(_controls(totals, agreed, paid, smallest))
    for row, control in enumerate(controls, 4):
        sheet.say(row, 0, f"xlsx.control.{control.key}")
        sheet.who(row, 1, str(control.row["team"]))
        sheet.live(row, 2, control.live, control.shown, "money")
        sheet.number(row, 3, control.recorded, "money")
        sheet.number(row, 4, control.allowed, "number")
        miss = f"ABS({sheet.at(row, 2)}-{sheet.at(row, 3)})-{sheet.at(row, 4)}"
        sheet.live(row, 5, f"ROUND(MAX(0,{miss}),6)", 0.0, "money")
    end = 4 + len(controls)
    differences = sheet.span((4, 5), (end - 1, 5))
    sheet.say(end, 0, "xlsx.control.all", "text", "total")
    sheet.live(end, 5, f"SUM({differences})", 0.0, "money", "total")
    bad = {"type": "cell", "criteria": ">", "value": 0, "format": book.style("bad")}
    sheet.page.conditional_format(4, 5, end, 5, bad)
    return sheet.at(end, 5, outside=True)


def _controls(totals: pd.DataFrame, agreed: Agreed, paid: Paid, smallest: float) -> Iterator[Control]:
    for _, row in totals.iterrows():
        team = str(row["team"])
        if team != COMPANY and row["lines"]:
            yield Control("weights", row, agreed.weight_sum[team], 1.0, 1.0, 1e-9)
        pay, loaded, exact = (float(row[column]) for column in ("pay", "loaded", "exact"))
        yield Control("pay", row, paid.pay[team], pay, pay)
        yield Control("loaded", row, paid.loaded[team], loaded, loaded)
        rounding = 2 * HALF_A_CENT * smallest * float(row["lines"])
        yield Control("rounding", row, paid.loaded[team], loaded, exact, rounding + smallest / 1e3)
        if team in paid.slack and row["slack"] >= 0:
            yield Control("budget", row, f"MAX(0,-{paid.slack[team]})", 0.0, 0.0)
