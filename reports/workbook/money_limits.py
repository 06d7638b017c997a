"""The sheet of limits: every limit on money that the scenario has, what is paid and left, and the verdict."""

from __future__ import annotations

import pandas as pd

from optimizer.tables.marks import COMPANY
from reports.workbook.book import Book, Sheet
from reports.workbook.controls import State

MONEY = ("expected", "teams", "min_share_of_target", "cvar", "percentile")
"""Controls that are limits on money."""
GROSS = ("min_share_of_target",)
"""Those that look at pay before charges."""
STATIC = ("cvar", "percentile")
"""Those that rest on draws, which no formula repeats."""
LIMITS = ("limit_name", "team", "basis", "value", "limit_amount", "left", "verdict")


def open_limits(book: Book) -> Sheet:
    """Early, so that it stands before the sheets of bad cases; filled once controls are written."""
    return book.sheet("Limits", (44, 28, 18, 17, 17, 17, 18))


def write_limits(sheet: Sheet, controls: pd.DataFrame, state: State, totals: pd.DataFrame) -> None:
    """A row for every limit on money; a note where there is none."""
    sheet.say(0, 0, "xlsx.sheet.limits", "title")
    sheet.say(1, 0, "xlsx.limits.note", "muted")
    sheet.stale(2, 0)
    sheet.heads(3, LIMITS)
    limits = controls[controls["control"].isin(MONEY) & (controls["verdict"] != "not_applicable")]
    for row, (_, control) in enumerate(limits.iterrows(), 4):
        _limit(sheet, row, control, state)
    row = 4 + len(limits)
    if limits.empty:
        sheet.say(row, 0, "xlsx.limits.none", "muted")
        row += 1
    company = totals[totals["team"] == COMPANY].iloc[0]
    sheet.say(row + 1, 0, "xlsx.col.reserve")
    sheet.who(row + 1, 1, COMPANY)
    sheet.say(row + 1, 2, "xlsx.basis.loaded")
    sheet.number(row + 1, 3, float(company["reserve"]), "money")


def _limit(sheet: Sheet, row: int, control: pd.Series, state: State) -> None:
    name, team = str(control["control"]), str(control["team"])
    value, limit, verdict = state.cells[name, team]
    sheet.named(row, 0, "control", name)
    sheet.who(row, 1, team)
    sheet.say(row, 2, f"xlsx.basis.{'gross' if name in GROSS else 'loaded'}")
    sheet.live(row, 3, value, float(control["value"]), "money")
    sheet.live(row, 4, limit, float(control["limit"]), "money")
    at_least = control["side"] == "at_least"
    ends = (sheet.at(row, 3), sheet.at(row, 4)) if at_least else (sheet.at(row, 4), sheet.at(row, 3))
    left = float(control["value"]) - float(control["limit"])
    sheet.live(row, 5, sheet.book.rounded("-".join(ends)), left if at_least else -left, "money")
    said = sheet.book.opens.say(f"verdict.{control['verdict']}")
    sheet.live(row, 6, verdict, said, "text")
    if name in STATIC:
        sheet.grey_when_changed((row, 3), (row, 3))
