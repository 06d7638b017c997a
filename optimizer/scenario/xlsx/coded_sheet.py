"""A sheet that asks, read back by hidden codes: a row of them says which column is which, in any language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optimizer.scenario.problems import InputProblem, Mark, shown
from optimizer.scenario.xlsx.cells import SheetGrid
from optimizer.scenario.xlsx.rows import WorkbookFile
from optimizer.scenario.yaml_scalars import AmbiguousScalar

_SEARCHED = 20
"""Rows at the top of a sheet among which the codes are looked for."""


@dataclass(frozen=True)
class CodedSheet:
    """A sheet and where its columns stand."""

    file: WorkbookFile
    position: int
    grid: SheetGrid
    codes: int
    """The row of the codes."""
    columns: Mapping[str, int]
    about: str
    """Code of the column that says by its dotted path what a row is about."""

    @property
    def below(self) -> range:
        """Rows below the codes."""
        return range(self.codes + 1, len(self.grid.rows))

    def cell(self, row: int, code: str) -> Any:
        """What a cell holds; None where it is blank, or where its column is not there."""
        values, column = self.grid.rows[row], self.columns.get(code, -1)
        value = values[column] if 0 <= column < len(values) else None
        return None if isinstance(value, str) and not value.strip() else value

    def where(self, row: int) -> str:
        """What a row is about; empty where it does not say."""
        return str(self.cell(row, self.about) or "").strip()

    def doubt(self, row: int, code: str) -> AmbiguousScalar | None:
        """Why a cell cannot be used."""
        return self.grid.refused.get((row, self.columns[code]))

    def is_percent(self, row: int, code: str) -> bool:
        """Whether a cell shows its number as a percentage."""
        return (row, self.columns[code]) in self.grid.percents

    def mark(self, row: int, code: str) -> Mark:
        return self.position, row, self.columns[code]

    def problem(self, row: int, code: str, message: str, hint: str) -> InputProblem:
        value = self.cell(row, code)
        seen = "" if value is None else shown(value)
        return self.file.problem(self.mark(row, code), self.where(row), message, hint, seen)


def coded_sheets(file: Path, grids: Sequence[SheetGrid], needed: Sequence[str]) -> Iterator[CodedSheet]:
    """The sheets of a workbook with all of these codes, the first of which is that of `about`."""
    workbook = WorkbookFile(file, tuple(grid.name for grid in grids))
    for position, grid in enumerate(grids):
        for row, values in enumerate(grid.rows[:_SEARCHED]):
            columns = {value: column for column, value in enumerate(values) if isinstance(value, str)}
            if columns.keys() >= set(needed):
                yield CodedSheet(workbook, position, grid, row, columns, needed[0])
                break
