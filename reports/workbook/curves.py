"""The sheet of pay curves, and the formulas of pay that other sheets write over its cells."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from reports.workbook.bends import Bends, write_bends, write_heads
from reports.workbook.book import Book, Pair, Sheet
from reports.workbook.factors import Factor, write_factors

EVERYBODY = ""
FIRST = 4
"""Row of the first curve."""
FIXED = ("team", "kpi", "noise", "first_level", "first_slope")
HEADS = ("knot", "jump", "slope_change")


@dataclass(frozen=True)
class Curve:
    """Addresses of noise and first line, the cells of its knots, and what multiplies it."""

    noise: str
    first_level: str
    first_slope: str
    bends: Bends
    factor: Factor | None = None

    def expected(self, attainment: str, other: str) -> str:
        """Formula of expected pay at expected attainments, also of the KPI it hangs on (model.md §9)."""
        alone = self._line(attainment) + self.bends.expected(attainment, self.noise)
        if self.factor is None:
            return alone
        return self.factor.multiplied(alone, self.first_level, self.noise, attainment, other)

    def certain(self, attainment: str) -> str:
        """Formula of pay where this KPI and the one it hangs on have come in at an attainment."""
        pay = self._line(attainment) + self.bends.reached(attainment)
        return pay if self.factor is None else f"({pay})*({self.factor.reached(attainment)})"

    def _line(self, attainment: str) -> str:
        return f"{self.first_level}+{self.first_slope}*{attainment}"


@dataclass(frozen=True)
class Curves:
    """Curves by (team, KPI); those of everybody where teams have none of their own."""

    of_pair: dict[Pair, Curve]

    def of(self, team: str, kpi: str) -> Curve:
        return self.of_pair[team, kpi] if (team, kpi) in self.of_pair else self.of_pair[EVERYBODY, kpi]


def write_curves(book: Book, curves: pd.DataFrame, factors: pd.DataFrame) -> Curves:
    """One row per KPI, or per team and KPI: luck, first line, then knots, jumps, slope changes; and a sheet
    of what multiplies pay."""
    sheet = book.sheet("Curves", (24, 34, 10, 11, 11, *[10] * 20))
    sheet.say(0, 0, "xlsx.sheet.curves", "title")
    sheet.say(1, 0, "xlsx.curves.note", "muted")
    sheet.stale(2, 0)
    most = int(curves["knot"].max())
    sheet.heads(FIRST - 1, FIXED)
    write_heads(sheet, FIRST - 1, len(FIXED), most, HEADS)
    sheet.page.freeze_panes(FIRST, 2)
    groups = {(str(t), str(k)): knots for (t, k), knots in curves.groupby(["team", "kpi"], sort=False)}
    written = {
        pair: _curve(sheet, row, knots, most) for row, (pair, knots) in enumerate(groups.items(), FIRST)
    }
    times = write_factors(book, factors, {pair: curve.bends for pair, curve in written.items()})
    return Curves(written | {pair: replace(written[pair], factor=factor) for pair, factor in times.items()})


def _curve(sheet: Sheet, row: int, knots: pd.DataFrame, most: int) -> Curve:
    top = knots.iloc[0]
    sheet.who(row, 0, str(top["team"]), everybody="xlsx.every_team")
    sheet.label(row, 1, top, "kpi")
    sheet.input(row, 2, float(top["noise"]), "level")
    sheet.input(row, 3, float(top["first_level"]), "number")
    sheet.input(row, 4, float(top["first_slope"]), "number")
    noise, level, slope = (sheet.at(row, column, outside=True) for column in (2, 3, 4))
    return Curve(noise, level, slope, write_bends(sheet, row, len(FIXED), knots, most))
