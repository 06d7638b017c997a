"""The rows of known sheets by the headings of their columns; what stands elsewhere is reported."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from optimizer.scenario.nodes import Node
from optimizer.scenario.problems import InputProblem, Mark, did_you_mean, dotted, listed, nearest, shown
from optimizer.scenario.problems import Path as TreePath
from optimizer.scenario.xlsx.cells import SheetGrid
from optimizer.scenario.xlsx.layout import COMMENT, NOTES, Form, SheetTable
from optimizer.scenario.xlsx.sheets import BY_NAME


@dataclass(frozen=True)
class WorkbookFile:
    """A workbook that problems can point into."""

    path: Path
    sheets: tuple[str, ...]

    def problem(self, mark: Mark, where: str, message: str, hint: str, value: str = "") -> InputProblem:
        """A problem of a cell, of a sheet, or of the file where the mark is empty."""
        return InputProblem(where, value, message, hint, str(self.path), mark, self.spot(mark))

    def spot(self, mark: Mark) -> str:
        """A place as people say it: `teams!C4`."""
        spot = self.sheets[mark[0]] if mark else ""
        return f"{spot}!{column_letters(mark[2])}{mark[1] + 1}" if len(mark) == 3 else spot


def column_letters(column: int) -> str:
    """0 is A, 25 is Z, 26 is AA."""
    letters = ""
    while column >= 0:
        letters = chr(ord("A") + column % 26) + letters
        column = column // 26 - 1
    return letters


@dataclass
class Report:
    """What is wrong with a workbook, and what is only doubtful."""

    file: WorkbookFile
    problems: list[InputProblem] = field(default_factory=list)
    warnings: list[InputProblem] = field(default_factory=list)

    def add(self, mark: Mark, message: str, hint: str, value: str = "", path: TreePath = ()) -> None:
        self.problems.append(self.file.problem(mark, dotted(path), message, hint, value))

    def warn(self, mark: Mark, message: str, hint: str, value: str) -> None:
        self.warnings.append(self.file.problem(mark, "", message, hint, value))


@dataclass(frozen=True)
class Sheet:
    """A sheet of the layout, and where it was found."""

    layout: Form | SheetTable
    position: int
    grid: SheetGrid

    def mark(self, row: int, column: int) -> Mark:
        return self.position, row, column


@dataclass(frozen=True)
class Row:
    """A row's cells by heading, blank ones left out; `places` of all of them, from left to right."""

    cells: Mapping[str, Node]
    places: Mapping[str, Mark]
    refused: frozenset[str]
    """Headings of the cells that cannot be used."""


def known_sheets(grids: Sequence[SheetGrid], report: Report) -> list[Sheet]:
    """In the order of the layout; an unknown sheet is reported, and read as the missing one it resembles."""
    positions = {grid.name: position for position, grid in enumerate(grids) if grid.name in BY_NAME}
    for position, grid in enumerate(grids):
        if grid.name in BY_NAME or grid.name == NOTES or grid.name.startswith(COMMENT):
            continue
        hint = f"{did_you_mean(grid.name, BY_NAME)}; sheets of your own start with {COMMENT}"
        report.add((position,), "unknown sheet", hint, shown(grid.name))
        positions.setdefault(nearest(grid.name, BY_NAME) or grid.name, position)
    return [
        Sheet(layout, positions[name], grids[positions[name]])
        for name, layout in BY_NAME.items()
        if name in positions
    ]


def rows_of(sheet: Sheet, report: Report) -> Iterator[Row]:
    """The rows below the headings that are not blank."""
    judge_look(sheet.position, sheet.grid, report)
    columns = _columns(sheet, report)
    headers = {column: header for header, column in columns.items()}
    for number, values in enumerate(sheet.grid.rows[1:], 1):
        filled = [column for column, value in enumerate(values) if value not in (None, "")]
        for column in filled:
            _judge_cell(sheet, (number, column), report)
        cells = {headers[c]: Node(values[c], sheet.mark(number, c)) for c in filled if c in headers}
        if cells:
            places = {header: sheet.mark(number, column) for header, column in columns.items()}
            refused = frozenset(
                headers[c] for c in filled if c in headers and (number, c) in sheet.grid.refused
            )
            yield Row(cells, places, refused)


# --- headings -------------------------------------------------------------------------------------------


def _heading(sheet: Sheet, column: int) -> str:
    value: Any = sheet.grid.rows[0][column]
    return "" if value is None else str(value).strip()


def _columns(sheet: Sheet, report: Report) -> dict[str, int]:
    """Columns by heading, left to right; an unknown one is read as the missing one it resembles."""
    known, columns = sheet.layout.headers, dict[str, int]()
    texts = [_heading(sheet, column) for column in range(len(sheet.grid.rows[0]))] if sheet.grid.rows else []
    for column, text in enumerate(texts):
        mark = sheet.mark(0, column)
        if text in columns:
            hint = f"it is already in column {column_letters(columns[text])}; keep one of the two"
            report.add(mark, "duplicate column", hint, shown(text))
        elif text in known:
            columns[text] = column
        elif text and not text.startswith(COMMENT):
            hint = f"{did_you_mean(text, known)}; columns of your own start with {COMMENT}"
            report.add(mark, "unknown column", hint, shown(text))
            near = nearest(text, [header for header in known if header not in texts])
            columns |= {near: column} if near else {}
    for header in sheet.layout.needed:
        if header not in columns:
            hint = f"add it; the columns of this sheet: {listed(known)}"
            report.add((sheet.position,), "a column is missing", hint, shown(header))
    return dict(sorted(columns.items(), key=lambda item: item[1]))


# --- what cannot be used, and what can hardly be seen ---------------------------------------------------


def _judge_cell(sheet: Sheet, place: tuple[int, int], report: Report) -> None:
    mark, doubt = sheet.mark(*place), sheet.grid.refused.get(place)
    value = shown(sheet.grid.rows[place[0]][place[1]])
    heading = _heading(sheet, place[1])
    if heading.startswith(COMMENT):
        return
    if not heading:
        hint = f"delete it, or write a heading in row 1; columns of your own start with {COMMENT}"
        report.add(mark, "a value in a column without a heading", hint, value)
    elif doubt is not None:
        report.add(mark, doubt.message, doubt.hint, value)


def judge_look(
    position: int,
    grid: SheetGrid,
    report: Report,
    our_rows: Collection[int] = (),
    our_columns: Collection[int] = (),
) -> None:
    """Merged cells are refused; hidden ones count, which is worth a warning, unless they are hidden by us."""
    for place, area in grid.merged.items():
        report.add((position, *place), "merged cells", "unmerge them and fill each cell", area)
    hint = "unhide it, or delete it if it should not count"
    if grid.hidden:
        report.warn((position,), "a hidden sheet, which counts", hint, grid.name)
    first = next(column for column in count() if column not in our_columns)
    for row in sorted(grid.hidden_rows.difference(our_rows)):
        if any(value is not None for values in grid.rows[row : row + 1] for value in values):
            report.warn((position, row, first), "a hidden row, which counts", hint, f"row {row + 1}")
    for column in sorted(grid.hidden_columns.difference(our_columns)):
        if any(row[column : column + 1] not in ((), (None,)) for row in grid.rows):
            letters = column_letters(column)
            report.warn((position, 0, column), "a hidden column, which counts", hint, f"column {letters}")
