"""The sheet of the first year: payouts by period against the limits, from people, seasons and levels.

ROUND(…, 2) stands once around a team's payout of a period and once around its charges; sums add these. Levels
and percentiles come from the simulated switch: they are what the run recorded.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from optimizer.tables.marks import COMPANY, WHOLE_YEAR
from reports.workbook.book import Book, Sheet
from reports.workbook.plan import Agreed

Place = tuple[str, int]
"""A team and a period."""

COMPANY_HEADS = ("period", "pay", "charges", "loaded", "year_p90", "reserve", "limit", "slack", "over_budget")
TEAM_HEADS = (
    "team", "period", "present", "left_out", "counted", "guarantee", "guaranteed", "pay", "charges", "loaded",
    "year_p90", "limit", "slack", "over_budget",
)  # fmt: skip
LINE_HEADS = ("team", "period", "kpi", "euros", "season", "year_level")
PRESENT, LEFT_OUT, COUNTED, GUARANTEE, GUARANTEED, PAY, CHARGES, LOADED, P90, LIMIT, SLACK, OVER = range(
    2, 14
)
EUROS, SEASON, LEVEL = range(3, 6)
LEAVE = (2, 1)
"""The cell of leave pay."""


@dataclass(frozen=True)
class Phased:
    """Addresses of what is booked, per team and period."""

    pay: dict[Place, str] = field(default_factory=dict)
    charges: dict[Place, str] = field(default_factory=dict)
    loaded: dict[Place, str] = field(default_factory=dict)
    whole: list[str] = field(default_factory=list)
    """What each team is paid in the year, loaded."""

    def balance(self, book: Book) -> tuple[str, str]:
        """Periods of all teams together against years of each team."""
        periods = [at for (team, t), at in self.loaded.items() if team == COMPANY and t != WHOLE_YEAR]
        return book.rounded("+".join(periods)), book.rounded("+".join(self.whole))


def write_year(
    book: Book, year: pd.DataFrame, lines: pd.DataFrame, heads: dict[str, float], agreed: Agreed
) -> Phased:
    """All teams together, then each, then what their payouts are made of; `heads` are people by team."""
    sheet = book.sheet("Year", (28, 10, 16, 14, 14, 14, 15, 15, 15, 15, 15, 15, 15, 13))
    sheet.say(0, 0, "xlsx.sheet.year", "title")
    sheet.say(1, 0, "xlsx.year.note", "muted")
    sheet.say(*(LEAVE[0], 0), "xlsx.year.leave")
    sheet.input(*LEAVE, _leave(year), "share")
    periods = int(year["period"].max())
    top = 4 + periods + 4
    teams = list(dict.fromkeys(team for team in year["team"] if team))
    below = top + len(teams) * (periods + 1) + 3
    spans = _lines(sheet, below, lines, agreed)
    phased = Phased()
    sheet.heads(top, TEAM_HEADS)
    for at, team in enumerate(teams):
        row = top + 1 + at * (periods + 1)
        mine = year[year["team"] == team]
        _team(sheet, row, mine, heads.get(team), _TeamCells(periods, spans, agreed.charges[team], phased))
    _company(sheet, year[year["team"] == COMPANY], (top + 1, below - 3), phased)
    sheet.page.freeze_panes(4, 0)
    return phased


def _leave(year: pd.DataFrame) -> float:
    return float(year["leave"].iloc[0])


def _lines(sheet: Sheet, row: int, lines: pd.DataFrame, agreed: Agreed) -> dict[Place, tuple[int, int]]:
    """Pay at 100 %, season and level of every KPI in every period; rows of each team and period."""
    sheet.heads(row, LINE_HEADS)
    found: dict[Place, tuple[int, int]] = {}
    for at, (_, line) in enumerate(lines.sort_values(["period", "team"], kind="stable").iterrows(), row + 1):
        team, kpi, period = str(line["team"]), str(line["kpi"]), int(line["period"])
        sheet.label(at, 0, line, "team")
        sheet.number(at, 1, period, "whole")
        sheet.label(at, 2, line, "kpi")
        sheet.live(at, EUROS, agreed.euros[team, kpi], float(line["euros"]), "money")
        sheet.input(at, SEASON, float(line["season"]), "level")
        sheet.input(at, LEVEL, float(line["level"]), "level")
        first, _ = found.get((team, period), (at, at))
        found[team, period] = (first, at)
    return found


@dataclass(frozen=True)
class _TeamCells:
    """What the rows of a team calculate with: periods of the year, rows of lines, the cell of charges."""

    periods: int
    spans: dict[Place, tuple[int, int]]
    charges: str
    phased: Phased


def _team(sheet: Sheet, row: int, mine: pd.DataFrame, heads: float | None, cells: _TeamCells) -> None:
    """A row per period, then the year."""
    by_period = {int(line["period"]): line for _, line in mine.iterrows()}
    for period in range(1, cells.periods + 1):
        _period(sheet, row + period - 1, by_period[period], heads, cells)
    last, whole = row + cells.periods, by_period[WHOLE_YEAR]
    sheet.label(last, 0, whole, "team", "text", "total")
    sheet.say(last, 1, "year.whole", "text", "total")
    for column, key in ((GUARANTEED, "guaranteed"), (PAY, "gross"), (CHARGES, "charges"), (LOADED, "loaded")):
        total = sheet.book.rounded(f"SUM({sheet.span((row, column), (last - 1, column))})")
        sheet.live(last, column, total, float(whole[key]), "money", "total")
    cells.phased.whole.append(sheet.at(last, LOADED, outside=True))
    _against(sheet, last, whole, (P90, LIMIT, SLACK, OVER), LOADED, None)


def _period(sheet: Sheet, row: int, line: pd.Series, heads: float | None, cells: _TeamCells) -> None:
    team, period = str(line["team"]), int(line["period"])
    sheet.label(row, 0, line, "team")
    sheet.number(row, 1, period, "whole")
    _people(sheet, row, line, heads)
    sheet.input(row, GUARANTEE, float(line["guarantee"]), "share")
    left = f"{sheet.at(row, LEFT_OUT)}/{heads:g}" if heads else sheet.at(row, LEFT_OUT)
    at_target, earned = _products(sheet, cells, (team, period))
    guaranteed = f"{sheet.at(row, GUARANTEE)}*{left}*{at_target}"
    sheet.live(row, GUARANTEED, sheet.book.rounded(guaranteed), float(line["guaranteed"]), "money")
    pay = f"({sheet.at(row, COUNTED)}*{earned}+{guaranteed})*(1+{sheet.at(*LEAVE)})"
    sheet.live(row, PAY, sheet.book.rounded(pay), float(line["gross"]), "money")
    charges = sheet.book.rounded(f"{sheet.at(row, PAY)}*{cells.charges}")
    sheet.live(row, CHARGES, charges, float(line["charges"]), "money")
    loaded = sheet.book.rounded(f"{sheet.at(row, PAY)}+{sheet.at(row, CHARGES)}")
    sheet.live(row, LOADED, loaded, float(line["loaded"]), "money")
    _against(sheet, row, line, (P90, LIMIT, SLACK, OVER), LOADED, None)
    for column, known in (
        (PAY, cells.phased.pay),
        (CHARGES, cells.phased.charges),
        (LOADED, cells.phased.loaded),
    ):
        known[team, period] = sheet.at(row, column, outside=True)


def _people(sheet: Sheet, row: int, line: pd.Series, heads: float | None) -> None:
    """People present drive what counts; where nobody says how many there are, that is the input."""
    if heads:
        sheet.input(row, PRESENT, float(line["present"]), "number")
        sheet.input(row, LEFT_OUT, float(line["left_out"]), "number")
        counted = f"({sheet.at(row, PRESENT)}-{sheet.at(row, LEFT_OUT)})/{heads:g}"
        sheet.live(row, COUNTED, counted, float(line["counted"]), "level")
    else:
        sheet.number(row, LEFT_OUT, 0.0, "number")
        sheet.input(row, COUNTED, float(line["counted"]), "level")


def _products(sheet: Sheet, cells: _TeamCells, place: Place) -> tuple[str, str]:
    """Pay at 100 % of the team's people in a period, and what of it is earned."""
    if place not in cells.spans:
        return "0", "0"
    first, last = cells.spans[place]
    euros, season, level = (sheet.span((first, c), (last, c)) for c in (EUROS, SEASON, LEVEL))
    count = cells.periods
    return f"{count}*SUMPRODUCT({euros},{season})", f"{count}*SUMPRODUCT({euros},{season},{level})"


def _against(
    sheet: Sheet,
    row: int,
    line: pd.Series,
    columns: tuple[int, int, int, int],
    loaded: int,
    reserve: int | None,
) -> None:
    """One case in ten above, limit, what is left under it, probability of exceeding it."""
    p90, limit, slack, over = columns
    sheet.number(row, p90, float(line["p90"]), "money")
    if pd.isna(line["limit"]):
        return
    sheet.input(row, limit, float(line["limit"]), "money")
    kept = f"-{sheet.at(row, reserve)}" if reserve is not None else ""
    left = sheet.book.rounded(f"{sheet.at(row, limit)}{kept}-{sheet.at(row, loaded)}")
    sheet.live(row, slack, left, float(line["slack"]), "money")
    sheet.number(row, over, float(line["over"]), "share")


def _company(sheet: Sheet, company: pd.DataFrame, rows: tuple[int, int], phased: Phased) -> None:
    """Sums over teams by period, then the year."""
    sheet.heads(3, COMPANY_HEADS)
    ordered = [line for _, line in company.iterrows()]
    for at, line in enumerate(ordered, 4):
        period, last = int(line["period"]), int(line["period"]) == WHOLE_YEAR
        styles = ("money", "total") if last else ("money",)
        if last:
            sheet.say(at, 0, "year.whole", "text", "total")
        else:
            sheet.number(at, 0, period, "whole")
        for column, (source, key) in enumerate(((PAY, "gross"), (CHARGES, "charges"), (LOADED, "loaded")), 1):
            span = sheet.span((4, column), (at - 1, column)) if last else ""
            found = f"SUM({span})" if last else _summed(sheet, rows, source, sheet.at(at, 0))
            sheet.live(at, column, sheet.book.rounded(found), float(line[key]), *styles)
        sheet.number(at, 5, float(line["reserve"]), "money")
        _against(sheet, at, line, (4, 6, 7, 8), 3, 5)
        for column, known in enumerate((phased.pay, phased.charges, phased.loaded), 1):
            known[COMPANY, period] = sheet.at(at, column, outside=True)


def _summed(sheet: Sheet, rows: tuple[int, int], column: int, period: str) -> str:
    first, last = rows
    periods, values = (sheet.span((first, c), (last, c)) for c in (1, column))
    return f"SUMIF({periods},{period},{values})"
