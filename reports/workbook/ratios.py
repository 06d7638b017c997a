"""The sheet of ratios: what a head earns and costs in a year, what is paid at most, what more pay brings."""

from __future__ import annotations

import pandas as pd

from optimizer.tables.marks import COMPANY
from optimizer.tables.rounding import rounded
from reports.workbook.book import Book, Sheet
from reports.workbook.budget import Paid
from reports.workbook.plan import Agreed
from reports.workbook.recorded import Amounts

PER_YEAR = {"month": 12, "quarter": 4, "half_year": 2, "year": 1}
"""Periods in a year."""
HEADS = (
    "team", "headcount", "base_pay", "fixed_head", "variable_head", "ote", "mix", "cost_head",
    "cost_head_now",
)  # fmt: skip
MOST = ("team", "euros", "late", "double", "most", "uncapped")


def write_ratios(
    book: Book, tables: dict[str, pd.DataFrame], agreed: Agreed, paid: Paid, amounts: Amounts
) -> None:
    """A head in a year by team, then what a period can cost, then what a euro more of payouts brings."""
    ratios, totals = tables["ratios"], tables["pay_totals"].set_index("team")
    periods = PER_YEAR[str(tables["summary"].iloc[0]["period"])]
    sheet = book.sheet("Ratios", (30, 14, 17, 17, 17, 17, 13, 17, 17))
    sheet.say(0, 0, "xlsx.sheet.ratios", "title")
    sheet.say(1, 0, "xlsx.ratios.note", "muted")
    sheet.stale(2, 0)
    sheet.heads(3, HEADS)
    teams = ratios[ratios["team"] != COMPANY]
    for row, (_, one) in enumerate(teams.iterrows(), 4):
        _head(sheet, row, one, float(totals.loc[one["team"], "loaded"]), periods, agreed, paid)
    first = 4 + len(teams) + 1
    sheet.say(first, 0, "xlsx.ratios.most", "section")
    sheet.heads(first + 1, MOST)
    for row, (_, one) in enumerate(ratios.iterrows(), first + 2):
        _most(sheet, row, one, ratios, agreed, first + 2)
    _return(sheet, first + 3 + len(ratios), tables["plans"], amounts, paid)


def _head(
    sheet: Sheet, row: int, one: pd.Series, loaded: float, periods: int, agreed: Agreed, paid: Paid
) -> None:
    """Fixed, variable, both, and what variable pay costs, a head and year; nothing without a headcount."""
    team, heads = str(one["team"]), float(one["headcount"])
    sheet.named(row, 0, "team", team)
    sheet.number(row, 1, heads, "number")
    sheet.number(row, 2, float(one["base_pay"]), "money")
    if not heads > 0:
        return
    fixed, variable, cost, now = (
        rounded(amount * periods / heads, sheet.book.cents)
        for amount in (one["base_pay"], one["euros"], loaded, one["loaded_now"])
    )
    each = f"*{periods}/{sheet.at(row, 1)}"
    for column, amount, of in ((3, sheet.at(row, 2), fixed), (4, agreed.target[team], variable)):
        sheet.live(row, column, sheet.book.rounded(amount + each), of, "money")
    whole = rounded(fixed + variable, sheet.book.cents)
    both = f"{sheet.at(row, 3)}+{sheet.at(row, 4)}"
    sheet.live(row, 5, sheet.book.rounded(both), whole, "money")
    mix = f'IF({sheet.at(row, 5)}=0,"",{sheet.at(row, 4)}/{sheet.at(row, 5)})'
    sheet.live(row, 6, mix, variable / whole if whole else "", "share")
    sheet.live(row, 7, sheet.book.rounded(paid.loaded[team] + each), cost, "money")
    sheet.number(row, 8, now, "money")
    sheet.grey_when_changed((row, 8), (row, 8))


def _most(sheet: Sheet, row: int, one: pd.Series, ratios: pd.DataFrame, agreed: Agreed, first: int) -> None:
    """Pay at target, the same with charges, pay at twice every objective, and pay at most."""
    team = str(one["team"])
    company = team == COMPANY
    styles = ("money", "total") if company else ("money",)
    sheet.who(row, 0, team, "text", *styles[1:])
    sums = [f"SUM({sheet.span((first, column), (row - 1, column))})" for column in (1, 2)]
    euros = sums[0] if company else agreed.target[team]
    late = sums[1] if company else f"{sheet.at(row, 1)}*(1+{agreed.charges[team]})"
    sheet.live(row, 1, euros, float(one["euros"]), *styles)
    sheet.live(row, 2, sheet.book.rounded(late), _late(one, ratios, sheet.book.cents), *styles)
    sheet.number(row, 3, float(one["double"]), *styles)
    sheet.number(row, 4, float(one["most"]), *styles)
    if one["uncapped"]:
        sheet.named(row, 5, "kpi", str(one["uncapped"]))
    sheet.grey_when_changed((row, 3), (row, 4))


def _late(one: pd.Series, ratios: pd.DataFrame, cents: int) -> float:
    """Pay at target of a team or of all, charges included."""
    teams = ratios[ratios["team"] != COMPANY] if one["team"] == COMPANY else one.to_frame().T
    each = (rounded(float(t["euros"]) * (1 + float(t["charges_rate"])), cents) for _, t in teams.iterrows())
    return rounded(sum(each), cents)


def _return(sheet: Sheet, row: int, plans: pd.DataFrame, amounts: Amounts, paid: Paid) -> None:
    """Contribution over payouts, each against the plan in force; a dash where payouts fall."""
    sheet.say(row, 0, "xlsx.ratios.return")
    if ("chosen", "revenue") not in amounts:
        return
    of = {kind: plans[plans["kind"] == kind].iloc[0] for kind in ("current", "chosen")}
    gained, cost = (float(of["chosen"][key] - of["current"][key]) for key in ("revenue", "loaded_pay"))
    more = f"({amounts['chosen', 'revenue']}-{amounts['current', 'revenue']})"
    dearer = f"({paid.loaded[COMPANY]}-{amounts['current', 'loaded_pay']})"
    sheet.live(row, 3, f'IF({dearer}>0,{more}/{dearer},"–")', gained / cost if cost > 0 else "–", "number")
