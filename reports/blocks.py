"""Shapes that the template draws: tables with columns, rows and tones. Plain dictionaries of strings."""

from __future__ import annotations

from typing import Any, NamedTuple

Block = dict[str, Any]
Cell = str | dict[str, str]


class Column(NamedTuple):
    """A heading, how cells stand (left, right, center), and its share of free width (0: as needed)."""

    head: str
    align: str = "right"
    share: float = 0.0


def cell(text: str, tone: str) -> Cell:
    """A cell with a tone: a colour role of the template (`style.COLOURS`), or `bold`."""
    return {"t": text, "tone": tone}


def row(*cells: Cell, tone: str = "plain") -> Block:
    return {"cells": [c if isinstance(c, dict) else {"t": c, "tone": "plain"} for c in cells], "tone": tone}


def table(columns: list[Column], rows: list[Block]) -> Block:
    return {"columns": [c._asdict() for c in columns], "rows": rows}


def section(title: str, *, body: Block | None = None, notes: list[str] | None = None) -> Block:
    """A titled part of the page: a table (or nothing) and notes under it."""
    return {"title": title, "table": body, "notes": [n for n in notes or [] if n]}
