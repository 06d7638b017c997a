"""The sheet of payouts by attainment: lines of every KPI, then teams and the company as booked."""

from __future__ import annotations

import pandas as pd

from optimizer.tables.marks import COMPANY
from reports.workbook.book import Book, Sheet
from reports.workbook.budget import Paid
from reports.workbook.plan import Agreed

FIRST = 5
"""Row of the first line."""
CASE = ("pay", "charges", "loaded", "level")
"""Columns of an attainment; its number stands above the first."""


def write_cases(book: Book, cases: pd.DataFrame, totals: pd.DataFrame, agreed: Agreed, paid: Paid) -> None:
    """What is paid if every KPI comes in at 80, 90, 100, 110 or 120 % of its target."""
    sheet = book.sheet("Attainment", (28, 34, 15, *[14] * (5 * len(CASE))))
    sheet.say(0, 0, "xlsx.sheet.attainment", "title")
    sheet.say(1, 0, "xlsx.attainment.note", "muted")
    sheet.stale(2, 0)
    sheet.heads(FIRST - 1, ("team", "kpi", "euros"))
    sheet.say(FIRST - 2, 2, "xlsx.col.attainment", "muted")
    sheet.page.freeze_panes(FIRST, 3)
    pairs = [pair for _, pair in cases.drop_duplicates(["team", "kpi"]).iterrows()]
    for row, pair in enumerate(pairs, FIRST):
        sheet.label(row, 0, pair, "team")
        sheet.label(row, 1, pair, "kpi")
        address = agreed.euros[str(pair["team"]), str(pair["kpi"])]
        sheet.live(row, 2, address, float(pair["euros"]), "money")
    teams = [team for team in totals["team"].drop_duplicates() if team != COMPANY]
    end = FIRST + len(pairs)
    _heads(sheet, end, teams, paid)
    for number, (level, mine) in enumerate(totals.groupby("case", sort=True)):
        column = 3 + len(CASE) * number
        sheet.asked(FIRST - 2, column, float(str(level)), "level")
        sheet.heads(FIRST - 1, CASE, column)
        lines = [line for _, line in cases[cases["case"] == level].iterrows()]
        for row, line in enumerate(lines, FIRST):
            _line(sheet, row, column, line, agreed)
        of = {str(total["team"]): total for _, total in mine.iterrows()}
        _totals(sheet, end, column, lines, of, teams, agreed, paid)


def _line(sheet: Sheet, row: int, column: int, line: pd.Series, agreed: Agreed) -> None:
    team, kpi = str(line["team"]), str(line["kpi"])
    level = sheet.at(row, column + 3)
    curve = agreed.curves.of(team, kpi).certain(sheet.at(FIRST - 2, column))
    sheet.live(row, column + 3, curve, float(line["level"]), "level")
    sheet.live(row, column, sheet.book.rounded(f"{sheet.at(row, 2)}*{level}"), float(line["pay"]), "money")


def _heads(sheet: Sheet, row: int, teams: list[str], paid: Paid) -> None:
    """Rounding, every team, the company, its reserve, its limit and what is left."""
    sheet.say(row, 0, "xlsx.col.rounding", "muted")
    for at, team in enumerate(teams, row + 1):
        sheet.who(at, 0, team)
    last = row + 1 + len(teams)
    sheet.who(last, 0, COMPANY, "text", "total")
    if COMPANY in paid.limit:
        for at, key in enumerate(("reserve", "limit", "slack"), last + 1):
            sheet.say(at, 0, f"xlsx.col.{key}")


def _totals(
    sheet: Sheet,
    row: int,
    column: int,
    lines: list[pd.Series],
    totals: dict[str, pd.Series],
    teams: list[str],
    agreed: Agreed,
    paid: Paid,
) -> None:
    """Booked payouts of every team, and their sums."""
    for at, team in enumerate(teams, row + 1):
        rows = [FIRST + n for n, line in enumerate(lines) if line["team"] == team]
        spans = (sheet.span((rows[0], c), (rows[-1], c)) for c in (2, column + 3)) if rows else ()
        pay = f"SUMPRODUCT({','.join(spans)})" if rows else "0"
        charges = f"{sheet.at(at, column)}*{agreed.charges[team]}"
        _booked(sheet, at, column, pay, charges, totals[team], "money")
    last, company = row + 1 + len(teams), totals[COMPANY]
    pay, charges = (f"SUM({sheet.span((row + 1, c), (last - 1, c))})" for c in (column, column + 1))
    _booked(sheet, last, column, pay, charges, company, "money", "total")
    shown = f"-SUM({sheet.span((FIRST, column), (row - 1, column))})" if lines else ""
    rounding = sheet.book.rounded(sheet.at(last, column) + shown)
    sheet.live(row, column, rounding, float(company["rounding"]), "money", "muted")
    if COMPANY in paid.limit:
        loaded = sheet.at(last, column + 2)
        left = sheet.book.rounded(f"{paid.limit[COMPANY]}-{paid.reserve[COMPANY]}-{loaded}")
        sheet.live(last + 1, column + 2, paid.reserve[COMPANY], float(company["reserve"]), "money")
        sheet.live(last + 2, column + 2, paid.limit[COMPANY], float(company["limit"]), "money")
        sheet.live(last + 3, column + 2, left, float(company["slack"]), "money")


def _booked(
    sheet: Sheet, row: int, column: int, pay: str, charges: str, total: pd.Series, *styles: str
) -> None:
    sheet.live(row, column, sheet.book.rounded(pay), float(total["pay"]), *styles)
    sheet.live(row, column + 1, sheet.book.rounded(charges), float(total["charges"]), *styles)
    loaded = sheet.book.rounded(f"{sheet.at(row, column)}+{sheet.at(row, column + 1)}")
    sheet.live(row, column + 2, loaded, float(total["loaded"]), *styles)
