"""A workbook as plain grids of values: opened safely, formulas by their computed values, the rest refused."""

from __future__ import annotations

import datetime
import io
import re
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.scenario.files import read_bytes, refuse
from optimizer.scenario.unpacking import BombError, refuse_bomb
from optimizer.scenario.yaml_nodes import MAX_NODES
from optimizer.scenario.yaml_scalars import AmbiguousScalar

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

MAX_UNPACKED = 30_000_000
"""Bytes of all parts of a workbook together."""
MAX_AREA = 1_000_000
"""Rows times columns of a sheet, blank ones included."""

_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_FORMULA_CELL = re.compile(rb"<(?:\w+:)?f[\s/>]")
_TRUTHS = {"=TRUE()": True, "=FALSE()": False}
"""How LibreOffice saves truth values, with 1 or 0 beside it where the cell has a format."""
_QUOTED = re.compile(r'"[^"]*"|\\.')
"""What a number format shows as it stands: a percent sign there changes no number."""
_DATES = (datetime.datetime, datetime.date, datetime.time, datetime.timedelta)
_AGGREGATE = "aggregate it: a scenario lists kinds of work, not single deals"
_FORMULA = "let a spreadsheet program compute and save the file, or type the value"

Place = tuple[int, int]
"""Row and column, from 0."""


@dataclass(frozen=True)
class SheetGrid:
    """One sheet."""

    name: str
    rows: tuple[tuple[Any, ...], ...]
    """Numbers, booleans and text; None where blank, the text seen where refused."""
    refused: Mapping[Place, AmbiguousScalar]
    merged: Mapping[Place, str]
    """First cells of merged ranges, and the ranges."""
    hidden: bool
    hidden_rows: frozenset[int]
    hidden_columns: frozenset[int]
    percents: frozenset[Place] = frozenset()
    """Numbers that are shown as percentages: 0.12 where 12 % was typed."""


def grids_of(file: Path) -> list[SheetGrid]:
    """The sheets of a workbook. Raises ScenarioError where it is none, or too large to be a scenario."""
    data = read_bytes(file)
    has_formulas = _inspected(file, data)
    try:
        values = _loaded(data, computed=True)
        formulas = _loaded(data, computed=False) if has_formulas else values
    except Exception as error:  # whatever a damaged file does to a library that trusts it
        refuse(file, "is not a readable workbook", "open it and save it again as .xlsx", str(error)[:100])
    for sheet in values.worksheets:
        if sheet.max_row * sheet.max_column > MAX_AREA:
            hint = f"delete the unused rows and columns of sheet {sheet.title}"
            refuse(file, "a sheet reaches too far", hint, f"{sheet.title}!{sheet.dimensions}")
    return [_grid(*both) for both in zip(formulas.worksheets, values.worksheets, strict=True)]


def _inspected(file: Path, data: bytes) -> bool:
    """Whether there are formulas. Refuses what is too large before a library builds anything from it."""
    try:
        refuse_bomb(data, MAX_UNPACKED)
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/")]
            contents = [parts.read(name) for name in sheets if not name.endswith("/")]
    except BombError as error:
        refuse(file, "is too large for a scenario", _AGGREGATE, str(error))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        hint = "save it as .xlsx, without a password"
        refuse(file, "is not a workbook", hint, str(error)[:100])
    cells = sum(len(_CELL.findall(content)) for content in contents)
    if cells > MAX_NODES:
        refuse(file, f"has more than {MAX_NODES} cells", _AGGREGATE, f"{cells} cells")
    return any(_FORMULA_CELL.search(content) for content in contents)


def _loaded(data: bytes, *, computed: bool) -> Workbook:
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # features that hold no values: charts, extensions, validation
        return load_workbook(io.BytesIO(data), data_only=computed, keep_links=False)


def _grid(formulas: Worksheet, values: Worksheet) -> SheetGrid:
    refused: dict[Place, AmbiguousScalar] = {}
    rows = []
    for row, pairs in enumerate(zip(formulas.iter_rows(), values.iter_rows(), strict=True)):
        read = [_read(*pair) for pair in zip(*pairs, strict=True)]
        refused |= {
            (row, column): ambiguous for column, (_, ambiguous) in enumerate(read) if ambiguous is not None
        }
        rows.append(tuple(value for value, _ in read))
    merged = {(area.min_row - 1, area.min_col - 1): str(area) for area in values.merged_cells.ranges}
    hidden = values.sheet_state != "visible"
    return SheetGrid(
        values.title,
        tuple(rows),
        refused,
        merged,
        hidden,
        _hidden_rows(values),
        _hidden_columns(values),
        _percents(values),
    )


def _read(formula: Cell | MergedCell, cell: Cell | MergedCell) -> tuple[Any, AmbiguousScalar | None]:
    """The value of a cell, and why it cannot be used."""
    value = cell.value
    if formula.value in _TRUTHS:
        return _TRUTHS[str(formula.value)], None
    if formula.data_type == "f" and value is None and cell.data_type == "n":
        return "a formula", AmbiguousScalar("a formula without a computed value", _FORMULA)
    if cell.data_type == "e":
        hint = "repair the formula" if formula.data_type == "f" else "type the value"
        return value, AmbiguousScalar("an error of the spreadsheet", hint)
    if isinstance(value, _DATES):
        hint = "format the cell as a number and type it again; for text, start with an apostrophe"
        return str(value), AmbiguousScalar("a date or a time", hint)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value), None
    return value, None


def _percents(sheet: Worksheet) -> frozenset[Place]:
    numbers = (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "n" and cell.has_style)
    return frozenset(
        (cell.row - 1, cell.column - 1)
        for cell in numbers
        if cell.value is not None and "%" in _QUOTED.sub("", cell.number_format)
    )


def _hidden_rows(sheet: Worksheet) -> frozenset[int]:
    return frozenset(row - 1 for row, dimension in sheet.row_dimensions.items() if dimension.hidden)


def _hidden_columns(sheet: Worksheet) -> frozenset[int]:
    hidden = [dimension for dimension in sheet.column_dimensions.values() if dimension.hidden]
    return frozenset(
        column - 1 for dimension in hidden for column in range(dimension.min or 1, (dimension.max or 0) + 1)
    )
