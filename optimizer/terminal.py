"""How results look at a terminal: tables whose numbers stand right and never fold."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text


def show(*parts: object) -> None:
    console = Console(highlight=False)
    for part in parts:
        console.print(part)


def table(title: str, columns: Iterable[str], words: tuple[str, ...] = ()) -> Table:
    """The first column and `words` are text that may fold; the others are numbers that may not."""
    table = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
    for j, name in enumerate(columns):
        text = j == 0 or name in words
        table.add_column(
            Text(name), justify="left" if text else "right", no_wrap=not text or j == 0, overflow="fold"
        )
    return table


def row(table: Table, *cells: str) -> None:
    table.add_row(*(Text(cell) for cell in cells))


def money(value: float) -> str:
    return f"{value:,.2f}"


def share(value: float) -> str:
    return f"{value:.1%}" if np.isfinite(value) else "–"
