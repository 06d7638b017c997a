"""How results look at a terminal: tables whose numbers stand right, and are never folded or cut."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from rich.cells import cell_len
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from optimizer.cli.reader import ENGLISH, language, numbers_said, said
from optimizer.tables.labels import labels_rows
from reports.words.catalogue import Words, labels_in
from reports.words.format import Formatter

if TYPE_CHECKING:
    from optimizer.scenario.types import Scenario

PLAIN = frozenset(
    {
        "yes",
        "no",
        "NO",
        "revenue",
        "charges",
        "net",
        "objective",
        "loaded",
        "gross",
        "nothing",
        "none",
        "chosen",
    }
)
"""Single words of cells that are no names of the company's own."""
WIDEST = 1_000
"""Letters in a line, at most."""


def words_of(scenario: Scenario) -> Words:
    """The words of the terminal, with the company's own labels."""
    labels = labels_in(list(labels_rows(scenario)), language())
    return Words(Formatter(language(), scenario.currency), 2, labels)


def show(*parts: object) -> None:
    """Print in the reader's language; where a table needs more room, headings are folded, and lines go beyond
    the edge."""
    for part in map(_said, parts):
        console = Console(highlight=False)
        if isinstance(part, Table) and _room(console, part).maximum > console.width:
            for column in part.columns:
                if column.no_wrap:
                    column.header = Text(str(column.header).replace(" ", "\n"))
                    column.min_width = max((cell_len(str(c)) for c in column.cells), default=0)
            console = Console(highlight=False, width=max(console.width, _room(console, part).minimum))
        console.print(part)


def _said(part: object) -> object:
    """A sentence or a table in the reader's language; names of the company's own stay."""
    if isinstance(part, Table) and language() != ENGLISH:
        part.title = said(str(part.title)) if part.title else part.title
        for column in part.columns:
            column.header = Text(said(str(column.header)))
            column._cells = [_cell(cell) for cell in column.cells]
        return part
    if isinstance(part, Text) and language() != ENGLISH:
        return Text(said(part.plain), style=part.style)
    return said(part) if isinstance(part, str) else part


def _cell(cell: object) -> Text:
    text = str(cell)
    name = text.isidentifier() and "_" not in text and text not in PLAIN
    return Text(text if name else numbers_said(said(text)))


def _room(console: Console, part: Table) -> Measurement:
    return Measurement.get(console, console.options.update(width=WIDEST), part)


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


def units(value: float) -> str:
    """A volume, to a tenth; to two digits where that would show nothing."""
    return f"{value:,.1f}" if abs(value) >= 0.05 or value == 0 else f"{value:.2g}"


def share(value: float) -> str:
    return f"{value:.1%}" if np.isfinite(value) else "–"


def period(code: str) -> str:
    """month, quarter, half-year or year."""
    return code.replace("_", "-")
