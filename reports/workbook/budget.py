"""Sheets of what is paid: expected payouts by team and KPI against budgets, and payouts by attainment.

The payee is the team (docs/money.md): ROUND(…, 2) stands once around its payout and once around its charges;
totals add these. Lines are rounded to be shown, and a rounding carries what they miss.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from optimizer.tables.marks import COMPANY
from reports.words.format import NOTHING
from reports.workbook.book import Book, Sheet
from reports.workbook.plan import Agreed


@dataclass(frozen=True)
class Paid:
    """Addresses on the sheet of budgets, per team ("" is the company); those of the lines' probabilities."""

    pay: dict[str, str] = field(default_factory=dict)
    charges: dict[str, str] = field(default_factory=dict)
    loaded: dict[str, str] = field(default_factory=dict)
    reserve: dict[str, str] = field(default_factory=dict)
    limit: dict[str, str] = field(default_factory=dict)
    slack: dict[str, str] = field(default_factory=dict)
    least: dict[str, str] = field(default_factory=dict)
    probability: list[str] = field(default_factory=list)


LINE = (
    "team", "kpi", "regime", "probability", "attainment", "level", "euros", "line_pay", "gate_attainment",
    "moved",
)  # fmt: skip
TOTAL = (
    "team", "euros", "pay", "charges", "loaded", "share", "rounding", "least_share", "least", "reserve",
    "limit", "slack",
)  # fmt: skip
PROBABILITY, ATTAINMENT, LEVEL, EUROS, PAY, GATE, MOVED = range(3, 10)


def write_budget(book: Book, lines: pd.DataFrame, totals: pd.DataFrame, agreed: Agreed) -> Paid:
    """Expected payouts, recomputed from weights, attainments and curves."""
    sheet = book.sheet("Budget", (28, 34, 16, 15, 15, 13, 15, 15, 15, 15, 15, 15))
    sheet.say(0, 0, "xlsx.sheet.budget", "title")
    sheet.say(1, 0, "xlsx.budget.note", "muted")
    sheet.stale(2, 0)
    first = 3 + len(totals) + 3
    last = first + len(lines)
    sheet.heads(first, LINE)
    paid = Paid()
    for row, (_, line) in enumerate(lines.iterrows(), first + 1):
        _line(sheet, row, line, agreed)
        paid.probability.append(sheet.at(row, PROBABILITY, outside=True))
    sheet.heads(3, TOTAL)
    for row, (_, total) in enumerate(totals.iterrows(), 4):
        _total(sheet, row, total, lines, first + 1, agreed, paid)
    if lines.empty:
        sheet.say(last + 1, 0, "xlsx.nothing_paid", "muted")
    return paid


def _line(sheet: Sheet, row: int, line: pd.Series, agreed: Agreed) -> None:
    team, kpi = str(line["team"]), str(line["kpi"])
    sheet.label(row, 0, line, "team")
    sheet.label(row, 1, line, "kpi")
    if line["regime"]:
        sheet.label(row, 2, line, "regime")
    else:
        sheet.text(row, 2, NOTHING)
    sheet.input(row, PROBABILITY, float(line["probability"]), "share")
    sheet.input(row, ATTAINMENT, float(line["attainment"]), "level")
    if pd.notna(line["gate_attainment"]):
        sheet.input(row, GATE, float(line["gate_attainment"]), "level")
    level = agreed.curves.of(team, kpi).expected(sheet.at(row, ATTAINMENT), sheet.at(row, GATE))
    if line["moved"] != 0:
        sheet.input(row, MOVED, float(line["moved"]), "level")
        level += f"+{sheet.at(row, MOVED)}"
    sheet.live(row, LEVEL, level, float(line["level"]), "level")
    sheet.live(row, EUROS, agreed.euros[team, kpi], float(line["euros"]), "money")
    product = "*".join(sheet.at(row, column) for column in (PROBABILITY, LEVEL, EUROS))
    sheet.live(row, PAY, sheet.book.rounded(product), float(line["pay"]), "money")


def _total(
    sheet: Sheet, row: int, total: pd.Series, lines: pd.DataFrame, first: int, agreed: Agreed, paid: Paid
) -> None:
    team = str(total["team"])
    company = team == COMPANY
    styles = ("money", "total") if company else ("money",)
    rows = [first + at for at, name in enumerate(lines["team"]) if company or name == team]
    targets = [address for name, address in agreed.target.items() if company or name == team]
    sheet.who(row, 0, team, "text", *styles[1:])
    sheet.live(row, 1, "+".join(targets), float(total["euros"]), *styles)
    _booked(sheet, row, total, rows, agreed, styles)
    share = f'IF({sheet.at(row, 1)}=0,"",{sheet.at(row, 2)}/{sheet.at(row, 1)})'
    sheet.live(row, 5, share, float(total["share"]), "share", *styles[1:])
    shown = f"-SUM({sheet.span((rows[0], PAY), (rows[-1], PAY))})" if rows else ""
    sheet.live(row, 6, sheet.book.rounded(sheet.at(row, 2) + shown), float(total["rounding"]), *styles)
    sheet.number(row, 7, float(total["least_share"]), "share", *styles[1:])
    if pd.notna(total["least"]):
        least = sheet.book.rounded(f"{sheet.at(row, 7)}*{sheet.at(row, 1)}")
        sheet.live(row, 8, least, float(total["least"]), *styles)
        paid.least[team] = sheet.at(row, 8, outside=True)
    sheet.number(row, 9, float(total["reserve"]), *styles)
    sheet.number(row, 10, float(total["limit"]), *styles)
    paid.reserve[team] = sheet.at(row, 9, outside=True)
    if pd.notna(total["limit"]):
        left = sheet.book.rounded(f"{sheet.at(row, 10)}-{sheet.at(row, 9)}-{sheet.at(row, 4)}")
        sheet.live(row, 11, left, float(total["slack"]), *styles)
        paid.limit[team], paid.slack[team] = (sheet.at(row, c, outside=True) for c in (10, 11))
    for column, of in ((2, paid.pay), (3, paid.charges), (4, paid.loaded)):
        of[team] = sheet.at(row, column, outside=True)


def _booked(
    sheet: Sheet, row: int, total: pd.Series, rows: list[int], agreed: Agreed, styles: tuple[str, ...]
) -> None:
    """Payout and charges of a team, each rounded once; of the company, the sums of its teams'."""
    team = str(total["team"])
    if team == COMPANY:
        pay, charges = (f"SUM({sheet.span((4, c), (row - 1, c))})" for c in (2, 3))
    else:
        spans = (sheet.span((rows[0], c), (rows[-1], c)) for c in (PROBABILITY, LEVEL, EUROS)) if rows else ()
        pay = f"SUMPRODUCT({','.join(spans)})" if rows else "0"
        charges = f"{sheet.at(row, 2)}*{agreed.charges[team]}"
    sheet.live(row, 2, sheet.book.rounded(pay), float(total["pay"]), *styles)
    sheet.live(row, 3, sheet.book.rounded(charges), float(total["charges"]), *styles)
    loaded = sheet.book.rounded(f"{sheet.at(row, 2)}+{sheet.at(row, 3)}")
    sheet.live(row, 4, loaded, float(total["loaded"]), *styles)
