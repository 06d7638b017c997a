"""The sheet of what multiplies pay that hangs on another KPI, and formulas of pay times such a factor."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from reports.workbook.bends import Bends, density, span, write_bends, write_heads
from reports.workbook.book import Book, Pair, Sheet

POINTS = 32
"""Of the integral over the correlation of luck: its error is below 3e-7 even with equal luck."""
FIRST = 4
"""Row of the first factor."""
FIXED = ("team", "kpi", "on", "on_noise", "correlation", "factor_level")
NUMBERS = {"noise": "level", "correlation": "number", "level": "number"}
"""Columns of a factor that are one number, and how their cells look."""
HEADS = ("factor_knot", "factor_jump", "factor_change")
TWICE = ("knot", "jump", "slope_change", *HEADS)
"""Headings of the block in which every knot of pay meets every knot of the factor."""


@dataclass(frozen=True)
class Factor:
    """Addresses of the other KPI's noise, the correlation of both kinds of luck, the factor before its first
    knot, and its knots. `own` and `others` are the knots of pay and of the factor, each of one beside each of
    the other; points and weights are those of the integral over the correlation."""

    noise: str
    correlation: str
    level: str
    bends: Bends
    own: Bends
    others: Bends
    points: str
    weights: str

    def reached(self, attainment: str) -> str:
        """The factor where the other KPI has come in at an attainment."""
        return f"{self.level}{self.bends.reached(attainment)}"

    def multiplied(self, alone: str, first_level: str, noise: str, attainment: str, other: str) -> str:
        """Expected pay, from what it would be `alone`, the level before its first knot and its noise."""
        above = self.bends.expected(other, self.noise).removeprefix("+")
        level = f"+{first_level}*{above}" if above else ""
        both = self._both(noise, attainment, other) if self.own.knots else ""
        return f"{self.level}*({alone}){level}{both}"

    def _both(self, noise: str, attainment: str, other: str) -> str:
        """E of what knots of pay add times what those of the factor add: moments of two correlated normals
        (`bivariate_normal`). Pairs of knots in a row, points of the integral in a column."""
        h = f"(({self.own.knots}-{attainment})/{noise})"
        c = f"(({self.others.knots}-{other})/{self.noise})"
        rho, rest = self.correlation, f"SQRT(MAX(1-{self.correlation}*{self.correlation},1E-12))"
        spread, steep = f"({self.own.changes}*{noise})", f"({self.others.changes}*{self.noise})"
        paid = f"({self.own.jumps}-{spread}*{h})"
        chance = f"({self.others.jumps}*{paid}+{steep}*({spread}*{rho}-{c}*{paid}))"
        z = f"(({rho}*{h}-{c})/{rest})"
        own = f"{density(h)}*NORMSDIST{z}"
        there = f"{density(c)}*NORMSDIST(({rho}*{c}-{h})/{rest})"
        excess = f"{density(h)}*{rest}*({z}*NORMSDIST{z}+{density(z)})"
        return (
            f"+SUMPRODUCT({chance}*NORMSDIST(0-{h})*NORMSDIST(0-{c}))"
            f"+ASIN({rho})/(2*PI())*SUMPRODUCT({chance}*{self.weights}*EXP({self._near(h, c)}))"
            f"+SUMPRODUCT({self.others.jumps}*{spread}*({own}+{rho}*{there})"
            f"+{steep}*({paid}*({there}+{rho}*{own})+{spread}*{excess}))"
        )

    def _near(self, h: str, c: str) -> str:
        """Exponent of the density of both at their bounds, at the points of the integral."""
        angle = f"(ASIN({self.correlation})*{self.points})"
        apart = f"(({h}-{c})/COS{angle})"
        return f"0-{apart}*{apart}/2-{h}*{c}/(1+SIN{angle})"


def write_factors(book: Book, factors: pd.DataFrame, own: dict[Pair, Bends]) -> dict[Pair, Factor]:
    """One row per team and KPI whose pay hangs on another; no sheet where none does. `own`: knots of pay."""
    if factors.empty:
        return {}
    sheet = book.sheet("Factors", (24, 34, 34, 11, 12, 11, *[10] * 30))
    sheet.say(0, 0, "xlsx.sheet.factors", "title")
    sheet.say(1, 0, "xlsx.factors.note", "muted")
    sheet.stale(2, 0)
    groups = {(str(t), str(k)): mine for (t, k), mine in factors.groupby(["team", "kpi"], sort=False)}
    most = int(factors["knot"].max())
    longest = max(len(own[pair].cells) * int(mine["knot"].max()) for pair, mine in groups.items())
    sheet.heads(FIRST - 1, FIXED)
    write_heads(sheet, FIRST - 1, len(FIXED), most, HEADS)
    write_heads(sheet, FIRST - 1, len(FIXED) + 3 * most, longest, TWICE)
    sheet.page.freeze_panes(FIRST, 2)
    points = _write_points(sheet, FIRST + len(groups) + 3)
    return {
        pair: _factor(sheet, row, mine, own[pair], (most, longest), points)
        for row, (pair, mine) in enumerate(groups.items(), FIRST)
    }


def _factor(
    sheet: Sheet, row: int, knots: pd.DataFrame, paid: Bends, widths: tuple[int, int], points: tuple[str, str]
) -> Factor:
    top = knots.iloc[0]
    sheet.who(row, 0, str(top["team"]), everybody="xlsx.every_team")
    sheet.label(row, 1, top, "kpi")
    sheet.named(row, 2, "kpi", str(top["on"]))
    for column, (key, style) in enumerate(NUMBERS.items(), 3):
        sheet.input(row, column, float(top[key]), style)
    noise, correlation, level = (sheet.at(row, column, outside=True) for column in (3, 4, 5))
    most, longest = widths
    bends = write_bends(sheet, row, len(FIXED), knots, most)
    met = [(*one, *other) for one, other in product(paid.cells, bends.cells)]
    block = [len(FIXED) + 3 * most + part * longest for part in range(len(TWICE))]
    for at, cells in enumerate(met):
        for first, (address, value) in zip(block, cells, strict=True):
            sheet.live(row, first + at, address, value, "number")
    spans = [span(sheet, row, first, len(met)) for first in block]
    own, others = Bends(spans[0], spans[1], spans[2]), Bends(spans[3], spans[4], spans[5])
    return Factor(noise, correlation, level, bends, own, others, *points)


def _write_points(sheet: Sheet, first: int) -> tuple[str, str]:
    """Gauss-Legendre on [0, 1], denser towards 1, where luck is equal: t = 1 − (1 − u)²."""
    sheet.say(first - 2, 0, "xlsx.curves.points", "muted")
    sheet.heads(first - 1, ("point", "point_weight"))
    at, weight = np.polynomial.legendre.leggauss(POINTS)
    for row, (u, w) in enumerate(zip((at + 1) / 2, weight / 2, strict=True), first):
        sheet.number(row, 0, float(1 - (1 - u) ** 2), "exact")
        sheet.number(row, 1, float(w * 2 * (1 - u)), "exact")
    point, share = (sheet.span((first, c), (first + POINTS - 1, c), outside=True) for c in (0, 1))
    return point, share
