"""The sheet of what is agreed: weights and target pay of every team."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from reports.workbook.book import Book, Pair, Sheet
from reports.workbook.curves import Curves


@dataclass(frozen=True)
class Agreed:
    """Addresses that other sheets calculate with: per team and per (team, KPI), and the pay curves."""

    target: dict[str, str]
    charges: dict[str, str]
    weight_sum: dict[str, str]
    euros: dict[Pair, str]
    measures: dict[str, str]
    """Weights of every team that is paid, as a range."""
    regimes: int
    """Lines of a team and KPI on the sheet of budgets."""
    curves: Curves


def write_plan(book: Book, totals: pd.DataFrame, lines: pd.DataFrame, curves: Curves) -> Agreed:
    """Target pay, charges and weights: the cells that a designer may change."""
    sheet = book.sheet("Plan", (28, 34, 12, 16, 14, 14))
    sheet.say(0, 0, "xlsx.sheet.plan", "title")
    sheet.say(1, 0, "xlsx.inputs", "muted")
    sheet.stale(2, 0)
    pairs = lines.drop_duplicates(["team", "kpi"])
    teams = totals[totals["team"] != ""]
    first = 3 + len(teams) + 3
    regimes = int(lines.groupby(["team", "kpi"]).size().max()) if len(lines) else 0
    agreed = Agreed({}, {}, {}, {}, {}, regimes, curves)
    sheet.heads(3, ("team", "headcount", "target_pay", "charges_rate", "weight_sum"))
    for row, (_, team) in enumerate(teams.iterrows(), 4):
        _team(sheet, row, team, agreed)
    sheet.heads(first, ("team", "kpi", "weight", "euros"))
    for row, (_, pair) in enumerate(pairs.iterrows(), first + 1):
        _pair(sheet, row, pair, agreed)
    for row, (_, team) in enumerate(teams.iterrows(), 4):
        _weight_sum(sheet, row, str(team["team"]), pairs, first + 1, agreed)
    sheet.page.freeze_panes(4, 1)
    return agreed


def _team(sheet: Sheet, row: int, team: pd.Series, agreed: Agreed) -> None:
    name = str(team["team"])
    sheet.label(row, 0, team, "team")
    sheet.number(row, 1, float(team["headcount"]), "whole")
    sheet.input(row, 2, float(team["euros"]), "money")
    sheet.input(row, 3, float(team["charges_rate"]), "level")
    agreed.target[name] = sheet.at(row, 2, outside=True)
    agreed.charges[name] = sheet.at(row, 3, outside=True)
    agreed.weight_sum[name] = sheet.at(row, 4, outside=True)


def _pair(sheet: Sheet, row: int, pair: pd.Series, agreed: Agreed) -> None:
    team, kpi = str(pair["team"]), str(pair["kpi"])
    sheet.label(row, 0, pair, "team")
    sheet.label(row, 1, pair, "kpi")
    sheet.input(row, 2, float(pair["weight"]), "share")
    sheet.live(row, 3, f"{agreed.target[team]}*{sheet.at(row, 2)}", float(pair["euros"]), "money")
    agreed.euros[team, kpi] = sheet.at(row, 3, outside=True)


def _weight_sum(sheet: Sheet, row: int, team: str, pairs: pd.DataFrame, first: int, agreed: Agreed) -> None:
    mine = [first + at for at, name in enumerate(pairs["team"]) if name == team]
    if mine:
        span = ((mine[0], 2), (mine[-1], 2))
        sheet.live(row, 4, f"SUM({sheet.span(*span)})", 1.0, "share")
        agreed.measures[team] = sheet.span(*span, outside=True)
