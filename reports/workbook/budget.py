"""Sheets of what is paid: expected payouts by team and KPI against budgets, and payouts by attainment."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from reports.words.format import NOTHING
from reports.workbook.book import Book, Sheet
from reports.workbook.plan import Agreed

COMPANY = ""


@dataclass(frozen=True)
class Paid:
    """Addresses on the sheet of budgets: per team ("" is the company) pay, loaded, limit and slack."""

    pay: dict[str, str]
    loaded: dict[str, str]
    slack: dict[str, str]
    limit: dict[str, str]


LINE = (
    "team", "kpi", "regime", "probability", "attainment", "level", "euros", "pay", "charges", "loaded",
    "gate_attainment", "moved",
)  # fmt: skip
TOTAL = ("team", "euros", "pay", "charges", "loaded", "share", "least_share", "limit", "slack")


def write_budget(book: Book, lines: pd.DataFrame, totals: pd.DataFrame, agreed: Agreed) -> Paid:
    """Expected payouts, recomputed from weights, attainments and curves."""
    sheet = book.sheet("Budget", (28, 34, 16, 13, 13, 13, 15, 15, 15, 15, 15, 15))
    sheet.say(0, 0, "xlsx.sheet.budget", "title")
    sheet.say(1, 0, "xlsx.budget.note", "muted")
    first = 3 + len(totals) + 3
    last = first + len(lines)
    sheet.heads(first, LINE)
    for row, (_, line) in enumerate(lines.iterrows(), first + 1):
        _line(sheet, row, line, agreed)
    sheet.heads(3, TOTAL)
    paid = Paid({}, {}, {}, {})
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
    sheet.number(row, 3, float(line["probability"]), "share", "input")
    sheet.number(row, 4, float(line["attainment"]), "level", "input")
    if pd.notna(line["gate_attainment"]):
        sheet.number(row, 10, float(line["gate_attainment"]), "level", "input")
    level = agreed.curves.of(team, kpi).expected(sheet.at(row, 4), sheet.at(row, 10))
    if line["moved"] != 0:
        sheet.number(row, 11, float(line["moved"]), "level", "input")
        level += f"+{sheet.at(row, 11)}"
    sheet.live(row, 5, level, float(line["level"]), "level")
    sheet.live(row, 6, agreed.euros[team, kpi], float(line["euros"]), "money")
    product = "*".join(sheet.at(row, column) for column in (3, 5, 6))
    sheet.live(row, 7, _cents(sheet, product), float(line["pay"]), "money")
    charges = _cents(sheet, f"{sheet.at(row, 7)}*{agreed.charges[team]}")
    sheet.live(row, 8, charges, float(line["charges"]), "money")
    sheet.live(row, 9, f"{sheet.at(row, 7)}+{sheet.at(row, 8)}", float(line["loaded"]), "money")


def _cents(sheet: Sheet, formula: str) -> str:
    return f"ROUND({formula},{max(2, sheet.book.decimals)})"


def _total(
    sheet: Sheet, row: int, total: pd.Series, lines: pd.DataFrame, first: int, agreed: Agreed, paid: Paid
) -> None:
    team = str(total["team"])
    company = team == COMPANY
    styles = ("total",) if company else ()
    rows = [first + at for at, name in enumerate(lines["team"]) if company or name == team]
    targets = [address for name, address in agreed.target.items() if company or name == team]
    sheet.who(row, 0, team, "text", *styles)
    sheet.live(row, 1, "+".join(targets), float(total["euros"]), "money", *styles)
    for column, (source, name) in enumerate(((7, "pay"), (8, "charges"), (9, "loaded")), 2):
        span = sheet.span((rows[0], source), (rows[-1], source)) if rows else "0"
        sheet.live(row, column, f"SUM({span})", float(total[name]), "money", *styles)
    share = f'IF({sheet.at(row, 1)}=0,"",{sheet.at(row, 2)}/{sheet.at(row, 1)})'
    sheet.live(row, 5, share, float(total["share"]), "share", *styles)
    sheet.number(row, 6, float(total["least_share"]), "share", *styles)
    sheet.number(row, 7, float(total["limit"]), "money", *styles)
    if pd.notna(total["limit"]):
        left = f"{sheet.at(row, 7)}-{sheet.at(row, 4)}"
        sheet.live(row, 8, left, float(total["slack"]), "money", *styles)
        paid.limit[team], paid.slack[team] = (sheet.at(row, c, outside=True) for c in (7, 8))
    paid.pay[team], paid.loaded[team] = (sheet.at(row, c, outside=True) for c in (2, 4))


def write_cases(book: Book, cases: pd.DataFrame, totals: pd.DataFrame, agreed: Agreed, paid: Paid) -> None:
    """What is paid if every KPI comes in at 80, 90, 100, 110 or 120 % of its target."""
    sheet = book.sheet("Attainment", (28, 34, 15, *[15] * 10))
    sheet.say(0, 0, "xlsx.sheet.attainment", "title")
    sheet.say(1, 0, "xlsx.attainment.note", "muted")
    sheet.heads(4, ("team", "kpi", "euros"))
    sheet.say(3, 2, "xlsx.col.attainment", "muted")
    sheet.page.freeze_panes(5, 3)
    pairs = list(cases.drop_duplicates(["team", "kpi"]).iterrows())
    for row, (_, pair) in enumerate(pairs, 5):
        sheet.label(row, 0, pair, "team")
        sheet.label(row, 1, pair, "kpi")
        address = agreed.euros[str(pair["team"]), str(pair["kpi"])]
        sheet.live(row, 2, address, float(pair["euros"]), "money")
    end = 5 + len(pairs)
    _total_heads(sheet, end, paid)
    for column, (level, lines) in zip(range(3, 13, 2), cases.groupby("case", sort=True), strict=True):
        sheet.number(3, column, float(str(level)), "share", "input")
        sheet.heads(4, ("pay", "loaded"), column)
        for row, (_, line) in enumerate(lines.iterrows(), 5):
            _case(sheet, row, column, line, agreed)
        total = totals[totals["case"] == level].iloc[0]
        _case_total(sheet, end, column, total, paid)


def _case(sheet: Sheet, row: int, column: int, line: pd.Series, agreed: Agreed) -> None:
    team, kpi = str(line["team"]), str(line["kpi"])
    curve = agreed.curves.of(team, kpi).certain(sheet.at(3, column))
    pay = sheet.at(row, column)
    sheet.live(row, column, _cents(sheet, f"{sheet.at(row, 2)}*({curve})"), float(line["pay"]), "money")
    charges = _cents(sheet, f"{pay}*{agreed.charges[team]}")
    sheet.live(row, column + 1, f"{pay}+{charges}", float(line["loaded"]), "money")


def _total_heads(sheet: Sheet, row: int, paid: Paid) -> None:
    sheet.say(row, 0, "xlsx.total", "text", "total")
    if COMPANY in paid.limit:
        sheet.say(row + 1, 0, "xlsx.col.limit")
        sheet.say(row + 2, 0, "xlsx.col.slack")


def _case_total(sheet: Sheet, row: int, column: int, total: pd.Series, paid: Paid) -> None:
    for offset, name in enumerate(("pay", "loaded")):
        span = sheet.span((5, column + offset), (row - 1, column + offset))
        sheet.live(row, column + offset, f"SUM({span})", float(total[name]), "money", "total")
    if COMPANY not in paid.limit:
        return
    limit, loaded = paid.limit[COMPANY], sheet.at(row, column + 1)
    sheet.live(row + 1, column + 1, limit, float(total["limit"]), "money")
    sheet.live(row + 2, column + 1, f"{limit}-{loaded}", float(total["slack"]), "money")
