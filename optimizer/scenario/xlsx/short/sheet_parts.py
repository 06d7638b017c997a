"""Parts of a short workbook's sheets: where blocks begin and end, and what can hardly be seen or read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from optimizer.scenario.nodes import Node
from optimizer.scenario.problems import Mark
from optimizer.scenario.xlsx.cells import SheetGrid
from optimizer.scenario.xlsx.layout import COMMENT
from optimizer.scenario.xlsx.rows import Report, judge_look
from optimizer.scenario.xlsx.short.sheet_blocks import BY_CODE, Block, Field

NEW = "new:"
"""Start of the code of a column that somebody added for a plan; its heading follows."""
NOT_READ = (
    "move it into an empty line of its table, or delete it; notes of your own go on a sheet "
    f"whose name starts with {COMMENT}"
)


@dataclass(frozen=True)
class FoundBlock:
    """A block of the file, and the rows that hold its data."""

    block: Block
    position: int
    grid: SheetGrid
    columns: Mapping[str, int]
    """By code, in the order of the sheet; of a form `value` alone."""
    rows: tuple[tuple[int, str], ...]
    """Rows of data; of a form with the code of what stands in each."""
    heads: int
    """Row of the headings."""

    @property
    def mark(self) -> Mark:
        return (self.position, self.heads, min(self.columns.values(), default=1))

    def place(self, row: int, code: str) -> Mark:
        """A cell; the first of its row where its column is not there."""
        return self.position, row, self.columns.get(code, min(self.columns.values(), default=1))

    def field(self, code: str) -> Field:
        """What a column holds; one that somebody added holds a plan."""
        return self.block.field("plan" if code.startswith(NEW) else code)

    def value(self, row: int, column: int) -> Any:
        values = self.grid.rows[row]
        value = values[column] if column < len(values) else None
        return None if isinstance(value, str) and not value.strip() else value

    def cell(self, row: int, code: str) -> Node | None:
        """What a cell says; None where it is blank, or where its column is not there."""
        if code not in self.columns:
            return None
        value = self.value(row, self.columns[code])
        return None if value is None else Node(value, self.place(row, code))


@dataclass(frozen=True)
class Part:
    """Rows of a sheet from the title of a block to the next one."""

    block: Block
    position: int
    grid: SheetGrid
    column: int
    """Of the markers."""
    start: int
    end: int

    def marker(self, row: int) -> str:
        return marker_of(self.grid, row, self.column)


def marker_of(grid: SheetGrid, row: int, column: int) -> str:
    values = grid.rows[row]
    value = values[column] if column < len(values) else None
    return value if isinstance(value, str) and ":" in value else ""


def starts_of(grid: SheetGrid) -> Iterator[tuple[int, int, str, int]]:
    """Column of the markers, first row, code and end of each block."""
    column = marker_column(grid)
    if column is None:
        return
    starts: list[tuple[int, str]] = []
    for row in range(len(grid.rows)):
        name = marker_of(grid, row, column).partition(":")[0]
        if name and (not starts or starts[-1][1] != name):
            starts.append((row, name))
    ends = [row for row, _ in starts[1:]] + [len(grid.rows)]
    for (start, name), end in zip(starts, ends, strict=True):
        if name in BY_CODE:
            yield column, start, name, end


def marker_column(grid: SheetGrid) -> int | None:
    """The column that says what rows are."""
    for values in grid.rows:
        for column, value in enumerate(values):
            if isinstance(value, str) and value == "page:name":
                return column
    for values in grid.rows:
        for column, value in enumerate(values):
            if isinstance(value, str) and value.partition(":")[0] in BY_CODE and value.endswith(":codes"):
                return column
    return None


def judge_hidden(position: int, grid: SheetGrid, report: Report) -> None:
    """What can hardly be seen, the column of markers and the rows that it marks apart."""
    column = marker_column(grid)
    if column is None:
        judge_look(position, grid, report)
        return
    rows = range(len(grid.rows))
    judge_look(position, grid, report, [row for row in rows if marker_of(grid, row, column)], [column])


def judge_strays(position: int, grid: SheetGrid, report: Report) -> None:
    """What somebody wrote above the first block, or below sums, is of no block: said, not passed over."""
    column = marker_column(grid)
    if column is None:
        return
    inside = {row for _, start, _, end in starts_of(grid) for row in range(start, end)}
    for row in range(len(grid.rows)):
        filled = [c for c, value in enumerate(grid.rows[row]) if str(value or "").strip()]
        if filled and row not in inside and not marker_of(grid, row, column):
            report.add((position, row, filled[0]), "a line that is not read", NOT_READ)
