"""Sheets of what is agreed: weights and target pay of every team, and the pay curve of every KPI."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from reports.workbook.book import Book, Sheet

Pair = tuple[str, str]


@dataclass(frozen=True)
class Agreed:
    """Addresses that other sheets calculate with: per team, per (team, KPI), per KPI."""

    target: dict[str, str]
    charges: dict[str, str]
    weight_sum: dict[str, str]
    euros: dict[Pair, str]
    curve: dict[str, Curve]


@dataclass(frozen=True)
class Curve:
    """Addresses of a KPI's noise, first slope, and the ranges of its knots and slope changes ("" without)."""

    noise: str
    first_slope: str
    knots: str
    changes: str

    def expected(self, attainment: str) -> str:
        """Formula of expected pay at an expected attainment: model.md §9, Bachelier's formula per knot."""
        if not self.knots:
            return f"{self.first_slope}*{attainment}"
        gap, z = f"({attainment}-{self.knots})", f"(({attainment}-{self.knots})/{self.noise})"
        bell = f"{self.noise}*EXP(-{z}*{z}/2)/SQRT(2*PI())"
        return f"{self.first_slope}*{attainment}+SUMPRODUCT({self.changes}*({gap}*NORMSDIST{z}+{bell}))"

    def certain(self, attainment: str) -> str:
        """Formula of pay at an attainment that has happened."""
        if not self.knots:
            return f"{self.first_slope}*{attainment}"
        over = f"({attainment}>{self.knots})*({attainment}-{self.knots})"
        return f"{self.first_slope}*{attainment}+SUMPRODUCT({self.changes}*{over})"


def write_plan(book: Book, totals: pd.DataFrame, lines: pd.DataFrame, curves: dict[str, Curve]) -> Agreed:
    """Target pay, charges and weights: the cells that a designer may change."""
    sheet = book.sheet("Plan", (28, 34, 12, 16, 14, 14))
    sheet.say(0, 0, "xlsx.sheet.plan", "title")
    sheet.say(1, 0, "xlsx.inputs", "muted")
    pairs = lines.drop_duplicates(["team", "kpi"])
    teams = totals[totals["team"] != ""]
    first = 3 + len(teams) + 3
    agreed = Agreed({}, {}, {}, {}, curves)
    sheet.heads(3, ("team", "headcount", "target_pay", "charges_rate", "weight_sum"))
    for row, (_, team) in enumerate(teams.iterrows(), 4):
        _team(sheet, row, team, agreed)
    sheet.heads(first, ("team", "kpi", "weight", "euros"))
    for row, (_, pair) in enumerate(pairs.iterrows(), first + 1):
        _pair(sheet, row, pair, agreed)
    for row, (_, team) in enumerate(teams.iterrows(), 4):
        _weight_sum(sheet, row, str(team["team"]), pairs, first + 1)
    sheet.page.freeze_panes(4, 1)
    return agreed


def _team(sheet: Sheet, row: int, team: pd.Series, agreed: Agreed) -> None:
    name = str(team["team"])
    sheet.label(row, 0, team, "team")
    sheet.number(row, 1, float(team["headcount"]), "whole")
    sheet.number(row, 2, float(team["euros"]), "money", "input")
    sheet.number(row, 3, float(team["charges_rate"]), "share", "input")
    agreed.target[name] = sheet.at(row, 2, outside=True)
    agreed.charges[name] = sheet.at(row, 3, outside=True)
    agreed.weight_sum[name] = sheet.at(row, 4, outside=True)


def _pair(sheet: Sheet, row: int, pair: pd.Series, agreed: Agreed) -> None:
    team, kpi = str(pair["team"]), str(pair["kpi"])
    sheet.label(row, 0, pair, "team")
    sheet.label(row, 1, pair, "kpi")
    sheet.number(row, 2, float(pair["weight"]), "share", "input")
    sheet.live(row, 3, f"{agreed.target[team]}*{sheet.at(row, 2)}", float(pair["euros"]), "money")
    agreed.euros[team, kpi] = sheet.at(row, 3, outside=True)


def _weight_sum(sheet: Sheet, row: int, team: str, pairs: pd.DataFrame, first: int) -> None:
    mine = [first + at for at, name in enumerate(pairs["team"]) if name == team]
    if mine:
        sheet.live(row, 4, f"SUM({sheet.span((mine[0], 2), (mine[-1], 2))})", 1.0, "share")


def write_curves(book: Book, curves: pd.DataFrame) -> dict[str, Curve]:
    """One row per KPI: noise, first slope, then knots and slope changes side by side."""
    sheet = book.sheet("Curves", (34, 12, 14, *[11] * 12))
    sheet.say(0, 0, "xlsx.sheet.curves", "title")
    sheet.say(1, 0, "xlsx.curves.note", "muted")
    most = int(curves["knot"].max())
    sheet.heads(3, ("kpi", "noise", "first_slope"))
    for knot in range(most):
        for column, key in ((3 + knot, "knot"), (3 + most + knot, "slope_change")):
            sheet.say(3, column, f"xlsx.col.{key}", "head")
    sheet.page.freeze_panes(4, 1)
    return {
        str(kpi): _curve(sheet, row, knots, most)
        for row, (kpi, knots) in enumerate(curves.groupby("kpi", sort=False), 4)
    }


def _curve(sheet: Sheet, row: int, knots: pd.DataFrame, most: int) -> Curve:
    top = knots.iloc[0]
    sheet.label(row, 0, top, "kpi")
    sheet.number(row, 1, float(top["noise"]), "share", "input")
    sheet.number(row, 2, float(top["first_slope"]), "number", "input")
    bent = knots[knots["knot"] > 0]
    for offset, (_, knot) in enumerate(bent.iterrows()):
        sheet.number(row, 3 + offset, float(knot["at"]), "share", "input")
        sheet.number(row, 3 + most + offset, float(knot["change"]), "number", "input")
    noise, slope = sheet.at(row, 1, outside=True), sheet.at(row, 2, outside=True)
    if bent.empty:
        return Curve(noise, slope, "", "")
    last = len(bent) - 1
    at = sheet.span((row, 3), (row, 3 + last), outside=True)
    change = sheet.span((row, 3 + most), (row, 3 + most + last), outside=True)
    return Curve(noise, slope, at, change)
