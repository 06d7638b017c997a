"""Shapes that the template draws: tables with columns, rows and tones. Plain dictionaries of strings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

Block = dict[str, Any]
Cell = str | dict[str, Any]


class PageColumn(NamedTuple):
    """A heading, how cells stand (left, right, center), and its share of free width (0: as needed)."""

    head: str
    align: str = "right"
    share: float = 0.0


def cell(text: str, tone: str) -> Cell:
    """A cell with a tone: a colour role of the template (`style.COLOURS`), or `bold`."""
    return {"t": text, "tone": tone}


def bar_cell(strips: list[tuple[float, float, str]], marks: list[tuple[float, str]] | None = None) -> Cell:
    """A cell with bars (from, to, tone), one under the other, and upright marks (at, tone); places are 0-1.

    It is drawn without text: the number must stand in another cell of the row.
    """
    drawn = {
        "strips": [{"low": low, "high": high, "tone": tone} for low, high, tone in strips],
        "marks": [{"at": at, "tone": tone} for at, tone in marks or []],
    }
    return {"t": "", "tone": "plain", "bar": drawn}


def row(*cells: Cell, tone: str = "plain") -> Block:
    return {"cells": [c if isinstance(c, dict) else {"t": c, "tone": "plain"} for c in cells], "tone": tone}


def table(columns: list[PageColumn], rows: list[Block], *, long: bool = False) -> Block:
    """Rows under headings; `long` where cells hold several lines, which then begin at the same height."""
    return {"columns": [c._asdict() for c in columns], "rows": rows, "long": long}


def section(title: str, *, body: Block | None = None, notes: list[str] | None = None) -> Block:
    """A titled part of the page: a table (or nothing) and notes under it."""
    return {"title": title, "table": body, "notes": [n for n in notes or [] if n]}


def chapter(
    title: str,
    *,
    lead: Sequence[str | Block] | None = None,
    chart: Block | None = None,
    tables: list[Block] | None = None,
    notes: list[str] | None = None,
) -> Block:
    """A part of the appendix: sentences, a drawing with its `alt`, tables that may run over pages, notes.

    A sentence may be a paragraph with a `head` and its `text`.
    """
    return {
        "title": title,
        "lead": [line for line in lead or [] if line],
        "chart": chart,
        "tables": tables or [],
        "notes": [line for line in notes or [] if line],
    }
