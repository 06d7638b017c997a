"""Lines that jump and bend at knots, in cells: how they are written, and what formulas make of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from reports.workbook.book import Sheet

PARTS = (("at", "level"), ("jump", "number"), ("change", "number"))
"""Columns of a table of knots, and how their cells look."""


Cell = tuple[str, float]
"""An address, and the value that is stored there."""


@dataclass(frozen=True)
class Bends:
    """Ranges of knots, jumps and slope changes ("" without any)."""

    knots: str
    jumps: str
    changes: str
    cells: tuple[tuple[Cell, Cell, Cell], ...] = ()
    """Of every knot: attainment, jump, slope change."""

    def reached(self, attainment: str) -> str:
        """What they add to the first line where an attainment has come in; to be appended."""
        if not self.knots:
            return ""
        over = f"({attainment}>={self.knots})*({self.jumps}+{self.changes}*({attainment}-{self.knots}))"
        return f"+SUMPRODUCT({over})"

    def expected(self, attainment: str, noise: str) -> str:
        """The same on average over luck around an expected attainment: model.md §9."""
        if not self.knots:
            return ""
        gap, z = f"({attainment}-{self.knots})", f"(({attainment}-{self.knots})/{noise})"
        above = f"({gap}*NORMSDIST{z}+{noise}*{density(z)})"
        return f"+SUMPRODUCT({self.jumps}*NORMSDIST{z}+{self.changes}*{above})"


def write_heads(sheet: Sheet, row: int, first: int, most: int, keys: Sequence[str]) -> None:
    """Headings over as many knots as any line has: all knots, all jumps, all slope changes."""
    for part, key in enumerate(keys):
        for knot in range(most):
            sheet.say(row, first + part * most + knot, f"xlsx.col.{key}", "head")


def write_bends(sheet: Sheet, row: int, first: int, knots: pd.DataFrame, most: int) -> Bends:
    """The knots of one line, as inputs."""
    cells = []
    for at, (_, knot) in enumerate(knots[knots["knot"] > 0].iterrows(), first):
        places = [(at + part * most, float(knot[key]), style) for part, (key, style) in enumerate(PARTS)]
        for column, value, style in places:
            sheet.input(row, column, value, style)
        place, jump, change = ((sheet.at(row, c, outside=True), value) for c, value, _ in places)
        cells.append((place, jump, change))
    spans = [span(sheet, row, first + part * most, len(cells)) for part in range(3)]
    return Bends(spans[0], spans[1], spans[2], tuple(cells))


def span(sheet: Sheet, row: int, first: int, count: int) -> str:
    """Cells in a row; "" for none."""
    return sheet.span((row, first), (row, first + count - 1), outside=True) if count else ""


def density(z: str) -> str:
    """Of the standard normal."""
    return f"EXP(0-{z}*{z}/2)/SQRT(2*PI())"
