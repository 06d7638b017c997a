"""The sheet of what is earned in the first year and when it is paid.

Opening + earned − paid + true-up = closing, charges included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd

from optimizer.tables.marks import COMPANY
from reports.workbook.book import Book, Sheet
from reports.workbook.year import Phased

FLOW_HEADS = (
    "team", "period", "opening", "pay", "charges", "earned", "before", "paid", "true_up", "closing",
)  # fmt: skip
DATE_HEADS = ("team", "earned_in", "paid_in", "pay_share")
OPENING, GROSS, CHARGES, EARNED, BEFORE, PAID, TRUE_UP, CLOSING = range(2, 10)
SHARE = 3


def write_cash(book: Book, cash: pd.DataFrame, dates: pd.DataFrame, phased: Phased) -> tuple[str, str]:
    """All teams together, each team, then the pay dates. Returns formulas of what was owed and earned, less
    what was paid, and of what is owed in the end."""
    sheet = book.sheet("Cash", (28, 10, 16, 16, 16, 16, 16, 16, 16, 16))
    sheet.say(0, 0, "xlsx.sheet.cash", "title")
    sheet.say(1, 0, "xlsx.cash.note", "muted")
    sheet.stale(2, 0)
    count = int(cash["period"].max())
    teams = list(dict.fromkeys(team for team in cash["team"] if team))
    blocks = [COMPANY, *teams]
    starts = {team: 5 + at * (count + 2) for at, team in enumerate(blocks)}
    bottom = 5 + len(blocks) * (count + 2) + 1
    shares = _dates(sheet, bottom, dates)
    sheet.heads(3, FLOW_HEADS)
    for team in blocks:
        mine = cash[cash["team"] == team]
        mates = [starts[other] for other in teams] if team == COMPANY else []
        for at, (_, line) in enumerate(mine.iterrows()):
            _flow(sheet, starts[team] + at, line, at == 0, mates and [row + at for row in mates])
            if team != COMPANY:
                _own(sheet, starts[team], at, line, _Schedule(dates[dates["team"] == team], shares), phased)
    sheet.page.freeze_panes(4, 2)
    return _balance(sheet, starts[COMPANY], count)


def _balance(sheet: Sheet, top: int, count: int) -> tuple[str, str]:
    """Over all periods of the company."""
    ends = (top, top + count - 1)
    earned, paid, true_up = (
        f"SUM({sheet.span((ends[0], c), (ends[1], c), outside=True)})" for c in (EARNED, PAID, TRUE_UP)
    )
    opening, closing = (sheet.at(*at, outside=True) for at in ((ends[0], OPENING), (ends[1], CLOSING)))
    return sheet.book.rounded(f"{opening}+{earned}-{paid}+{true_up}"), closing


class _Schedule:
    """Instalments of one team, with the cells of their shares."""

    def __init__(self, dates: pd.DataFrame, cells: dict[int, str]) -> None:
        self.rows = dates
        self.cells = cells
        self.last = int(dates["period"].max()) if len(dates) else 0

    def into(self, period: int, loaded: dict[int, str], rounded: Callable[[str], str]) -> Iterator[str]:
        """What is paid in a period of each period's earnings; the first instalment has what is left."""
        for earned in dict.fromkeys(int(period) for period in self.rows["period"]):
            mine = self.rows[self.rows["period"] == earned]
            cells = [self.cells[int(at)] for at in mine.index]
            for at, (_, one) in enumerate(mine.iterrows()):
                if int(one["paid_in"]) != period:
                    continue
                whole = loaded[earned]
                if at:
                    yield rounded(f"{cells[at]}*{whole}")
                else:
                    yield "-".join([whole, *(rounded(f"{cell}*{whole}") for cell in cells[1:])])

    def settles(self, period: int) -> bool:
        """Whether the first instalment of the last period, and the true-up with it, is paid then."""
        mine = self.rows[self.rows["period"] == self.last]
        return len(mine) > 0 and int(mine["paid_in"].iloc[0]) == period


def _dates(sheet: Sheet, row: int, dates: pd.DataFrame) -> dict[int, str]:
    """Which share of what a period earns is paid when; cells of shares by row of the table."""
    sheet.heads(row, DATE_HEADS)
    found = {}
    for at, (index, one) in enumerate(dates.iterrows(), row + 1):
        sheet.label(at, 0, one, "team")
        sheet.number(at, 1, float(one["period"]), "whole")
        sheet.number(at, 2, float(one["paid_in"]), "whole")
        sheet.number(at, SHARE, float(one["share"]), "level")
        found[int(str(index))] = sheet.at(at, SHARE)
    return found


def _flow(sheet: Sheet, row: int, line: pd.Series, first: bool, mates: list[int]) -> None:
    """What all rows have; those of the company are sums of `mates`."""
    sheet.who(row, 0, str(line["team"]))
    sheet.number(row, 1, float(line["period"]), "whole")
    if mates:
        for column, key in zip(range(OPENING, CLOSING), FLOWS, strict=True):
            total = "+".join(sheet.at(mate, column) for mate in mates)
            sheet.live(row, column, sheet.book.rounded(total), float(line[key]), "money", "strong")
    elif not first:
        sheet.live(row, OPENING, sheet.at(row - 1, CLOSING), float(line["opening"]), "money")
    else:
        sheet.input(row, OPENING, float(line["opening"]), "money")
    of = [sheet.at(row, column) for column in (OPENING, EARNED, PAID, TRUE_UP)]
    closing = sheet.book.rounded(f"{of[0]}+{of[1]}-{of[2]}+{of[3]}")
    sheet.live(row, CLOSING, closing, float(line["closing"]), "money", *(("strong",) if mates else ()))


FLOWS = ("opening", "gross", "charges", "earned", "before", "paid", "true_up")


def _own(sheet: Sheet, top: int, at: int, line: pd.Series, schedule: _Schedule, phased: Phased) -> None:
    """What a team earns and is paid in a period."""
    team, period, row = str(line["team"]), int(line["period"]), top + at
    if (team, period) in phased.pay:
        sheet.live(row, GROSS, phased.pay[team, period], float(line["gross"]), "money")
        sheet.live(row, CHARGES, phased.charges[team, period], float(line["charges"]), "money")
    else:
        sheet.number(row, GROSS, 0.0, "money")
        sheet.number(row, CHARGES, 0.0, "money")
    earned = sheet.book.rounded(f"{sheet.at(row, GROSS)}+{sheet.at(row, CHARGES)}")
    sheet.live(row, EARNED, earned, float(line["earned"]), "money")
    sheet.input(row, BEFORE, float(line["before"]), "money")
    sheet.input(row, TRUE_UP, float(line["true_up"]), "money")
    loaded = {p: sheet.at(top + p - 1, EARNED) for p in range(1, period + 1)}
    parts = [sheet.at(row, BEFORE), *schedule.into(period, loaded, sheet.book.rounded)]
    parts += [sheet.at(top + schedule.last - 1, TRUE_UP)] if schedule.settles(period) else []
    sheet.live(row, PAID, sheet.book.rounded("+".join(parts)), float(line["paid"]), "money")
