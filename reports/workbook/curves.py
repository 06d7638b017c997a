"""The sheet of pay curves, and the formulas of pay that other sheets write over its cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from reports.workbook.book import Book, Sheet

Pair = tuple[str, str]
EVERYBODY = ""
POINTS = 32
"""Of the integral over the correlation behind a gate: its error is below 3e-7 even with equal luck."""
FIRST = 4
"""Row of the first curve."""
FIXED = ("team", "kpi", "noise", "first_level", "first_slope", "gate", "gate_at", "gate_noise", "correlation")


@dataclass(frozen=True)
class Gate:
    """Addresses of the attainment at which a gate opens, its KPI's noise, the correlation of both kinds of
    luck, and the points and weights of the integral over it."""

    at: str
    noise: str
    correlation: str
    points: str
    weights: str


@dataclass(frozen=True)
class Curve:
    """Addresses of noise and first line, and the ranges of knots, jumps and slope changes ("" without)."""

    noise: str
    first_level: str
    first_slope: str
    knots: str
    jumps: str
    changes: str
    gate: Gate | None

    def expected(self, attainment: str, gate_attainment: str) -> str:
        """Formula of expected pay at expected attainments: model.md §9."""
        if self.gate is not None:
            return self._behind(self.gate, attainment, gate_attainment)
        if not self.knots:
            return self._line(attainment)
        gap, z = f"({attainment}-{self.knots})", f"(({attainment}-{self.knots})/{self.noise})"
        above = f"({gap}*NORMSDIST{z}+{self.noise}*{_density(z)})"
        return f"{self._line(attainment)}+SUMPRODUCT({self.jumps}*NORMSDIST{z}+{self.changes}*{above})"

    def certain(self, attainment: str) -> str:
        """Formula of pay where this KPI and its gate have come in at an attainment."""
        pay = self._line(attainment)
        if self.knots:
            over = f"({attainment}>={self.knots})*({self.jumps}+{self.changes}*({attainment}-{self.knots}))"
            pay += f"+SUMPRODUCT({over})"
        return pay if self.gate is None else f"IF({attainment}>={self.gate.at},{pay},0)"

    def _line(self, attainment: str) -> str:
        return f"{self.first_level}+{self.first_slope}*{attainment}"

    def _behind(self, gate: Gate, attainment: str, gate_attainment: str) -> str:
        """Moments of two correlated normals (`bivariate_normal`); knots in a row, points in a column."""
        h = f"(({self.knots}-{attainment})/{self.noise})"
        closed = f"(({gate.at}-{gate_attainment})/{gate.noise})"
        rho, rest = gate.correlation, f"SQRT(MAX(1-{gate.correlation}*{gate.correlation},1E-12))"
        spread = f"{self.changes}*{self.noise}"
        angle = f"(ASIN({rho})*{gate.points})"
        apart = f"(({h}-{closed})/COS{angle})"
        near = f"0-{apart}*{apart}/2-{h}*{closed}/(1+SIN{angle})"
        reached = f"({self.jumps}-{spread}*{h})"
        own = f"{_density(h)}*NORMSDIST(({rho}*{h}-{closed})/{rest})"
        gated = f"{rho}*{_density(closed)}*NORMSDIST(({rho}*{closed}-{h})/{rest})"
        return (
            f"NORMSDIST(0-{closed})*({self.first_level}+SUMPRODUCT({reached}*NORMSDIST(0-{h})))"
            f"+ASIN({rho})/(2*PI())*SUMPRODUCT({reached}*{gate.weights}*EXP({near}))"
            f"+SUMPRODUCT({spread}*({own}+{gated}))"
        )


def _density(z: str) -> str:
    return f"EXP(0-{z}*{z}/2)/SQRT(2*PI())"


@dataclass(frozen=True)
class Curves:
    """Curves by (team, KPI); those of everybody where teams have none of their own."""

    of_pair: dict[Pair, Curve]

    def of(self, team: str, kpi: str) -> Curve:
        return self.of_pair[team, kpi] if (team, kpi) in self.of_pair else self.of_pair[EVERYBODY, kpi]


def write_curves(book: Book, curves: pd.DataFrame) -> Curves:
    """One row per KPI, or per team and KPI: luck, first line, gate, then knots, jumps, slope changes."""
    sheet = book.sheet("Curves", (24, 34, 10, 11, 11, 24, 11, 11, 12, *[10] * 15))
    sheet.say(0, 0, "xlsx.sheet.curves", "title")
    sheet.say(1, 0, "xlsx.curves.note", "muted")
    most = int(curves["knot"].max())
    sheet.heads(FIRST - 1, FIXED)
    for knot in range(most):
        for part, key in enumerate(("knot", "jump", "slope_change")):
            sheet.say(FIRST - 1, len(FIXED) + part * most + knot, f"xlsx.col.{key}", "head")
    sheet.page.freeze_panes(FIRST, 2)
    groups = list(curves.groupby(["team", "kpi"], sort=False))
    points = FIRST + len(groups) + 3
    if (curves["gate"] != "").any():
        _write_points(sheet, points)
    written = {}
    for row, ((team, kpi), knots) in enumerate(groups, FIRST):
        _write_who(sheet, row, str(team))
        written[str(team), str(kpi)] = _curve(sheet, row, knots, most, curves, points)
    return Curves(written)


def _write_points(sheet: Sheet, first: int) -> None:
    """Gauss-Legendre on [0, 1], denser towards 1, where luck is equal: t = 1 − (1 − u)²."""
    sheet.say(first - 2, 0, "xlsx.curves.points", "muted")
    sheet.heads(first - 1, ("point", "point_weight"))
    at, weight = np.polynomial.legendre.leggauss(POINTS)
    for row, (u, w) in enumerate(zip((at + 1) / 2, weight / 2, strict=True), first):
        sheet.number(row, 0, float(1 - (1 - u) ** 2), "exact")
        sheet.number(row, 1, float(w * 2 * (1 - u)), "exact")


def _write_who(sheet: Sheet, row: int, team: str) -> None:
    if team == EVERYBODY:
        sheet.say(row, 0, "xlsx.every_team")
    else:
        sheet.named(row, 0, "team", team)


def _curve(
    sheet: Sheet, row: int, knots: pd.DataFrame, most: int, curves: pd.DataFrame, points: int
) -> Curve:
    top, bent = knots.iloc[0], knots[knots["knot"] > 0]
    sheet.label(row, 1, top, "kpi")
    sheet.input(row, 2, float(top["noise"]), "level")
    sheet.input(row, 3, float(top["first_level"]), "number")
    sheet.input(row, 4, float(top["first_slope"]), "number")
    for offset, (_, knot) in enumerate(bent.iterrows(), len(FIXED)):
        for part, (key, style) in enumerate((("at", "level"), ("jump", "number"), ("change", "number"))):
            sheet.input(row, offset + part * most, float(knot[key]), style)
    at, jumps, changes = (_span(sheet, row, len(FIXED) + part * most, len(bent)) for part in range(3))
    gate = _gate(sheet, row, top, curves, points) if top["gate"] else None
    noise, level, slope = (sheet.at(row, column, outside=True) for column in (2, 3, 4))
    return Curve(noise, level, slope, at, jumps, changes, gate)


def _span(sheet: Sheet, row: int, first: int, count: int) -> str:
    return sheet.span((row, first), (row, first + count - 1), outside=True) if count else ""


def _gate(sheet: Sheet, row: int, top: pd.Series, curves: pd.DataFrame, points: int) -> Gate:
    on = curves[(curves["kpi"] == top["gate"]) & (curves["team"] == top["team"])].iloc[0]
    sheet.label(row, 5, on, "kpi")
    sheet.input(row, 6, float(top["gate_at"]), "level")
    sheet.input(row, 7, float(on["noise"]), "level")
    sheet.input(row, 8, float(top["correlation"]), "number")
    at, noise, correlation = (sheet.at(row, column, outside=True) for column in (6, 7, 8))
    columns = [sheet.span((points, c), (points + POINTS - 1, c), outside=True) for c in (0, 1)]
    return Gate(at, noise, correlation, *columns)
