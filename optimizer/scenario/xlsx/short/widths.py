"""Widths of columns and heights of rows, so that nothing is cut."""

from __future__ import annotations

import re

from optimizer.scenario.xlsx.short.pages import Page, PageLine

NARROWEST, WIDEST = 11, 34
"""Characters of a column."""
_WIDEST_OF = {"more": 70}
"""The same of a sheet of few columns and long texts."""
_SETTING = 24
"""The same of a setting, which stands above the numbers of a table."""
_LINE = 15.0
"""Height of a line of text [points]."""
_HEIGHTS = {"name": 26.0, "title": 22.0}


def widths_of(page: Page) -> dict[int, float]:
    """By column: as wide as its texts and as the longest word of its headings, within limits."""
    widths: dict[int, float] = {1: 30}
    widest = _WIDEST_OF.get(page.code, WIDEST)
    for line in page.lines:
        for column, text in _texts(line):
            longest = max((len(word) for word in re.split(r"[\s-]+", text)), default=0) + 2
            wanted = longest if line.kind == "heads" else len(text) + 3
            most = 44 if column == 1 else _SETTING if line.kind == "setting" else widest
            widths[column] = max(widths.get(column, NARROWEST), min(wanted, most))
    for placed in page.blocks:
        for column in range(1, 1 + (2 if placed.filled.block.form else len(placed.filled.codes))):
            widths.setdefault(column, NARROWEST)
    return widths


def _texts(line: PageLine) -> list[tuple[int, str]]:
    """What decides over widths: not titles and help, which run on over empty cells."""
    if line.kind not in ("heads", "row", "setting", "total"):
        return []
    return [(column, value) for column, value in enumerate(line.values, 1) if isinstance(value, str)]


def heights_of(page: Page, widths: dict[int, float]) -> dict[int, float]:
    """By row: as many lines as its longest text takes."""
    heights = {}
    for number, line in enumerate(page.lines):
        lines = max((_lines(text, widths[column]) for column, text in _texts(line)), default=1)
        bold = 1.1 if line.kind == "heads" else 1.0
        heights[number] = max(_HEIGHTS.get(line.kind, _LINE + 2), _LINE * lines * bold + 3)
    return heights


def _lines(text: str, width: float) -> int:
    """Lines of a text that is broken between words."""
    lines, used = 1, 0.0
    for word in text.split():
        size = len(word) * 0.92
        if used and used + 1 + size > width - 2:
            lines, used = lines + 1, size
        else:
            used += size + (1 if used else 0)
    return lines
