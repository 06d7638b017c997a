"""A filled form read back (`reports/workbook/form.py`): numbers for placeholders, each with its cell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from optimizer.scenario.files import WORKBOOK, refuse
from optimizer.scenario.problems import InputProblem, ScenarioError, shown
from optimizer.scenario.xlsx.cells import SheetGrid, grids_of
from optimizer.scenario.xlsx.rows import column_letters

NEEDED = ("path", "answer")
"""Columns without which a sheet is no form, by their codes."""
_COMMA = "type it with the decimal sign of your spreadsheet, as a number and not as text"


class Answer(NamedTuple):
    """What somebody wrote for a placeholder."""

    path: str
    value: float
    off: float | None
    """How far it may be off; None where nobody says."""
    source: str
    """Who says so; empty where nobody says."""
    spot: str
    """The cell of the value: `To complete!H7`."""


def read_answers(file: Path) -> list[Answer]:
    """The rows of a form that have an answer. Raises ScenarioError with every cell that cannot be read, and
    where there is no form or no answer."""
    if file.suffix.lower() != WORKBOOK:
        refuse(file, "is no form", f"name the {WORKBOOK} file that `incentives fill --form` wrote")
    found = ((position, grid, _codes(grid)) for position, grid in enumerate(grids_of(file)))
    forms = [_Form(file, position, grid, *codes) for position, grid, codes in found if codes is not None]
    if not forms:
        hint = "`incentives fill FILE --form FORM.xlsx` writes one; keep its hidden row of codes"
        refuse(file, "holds no form", hint)
    return _answers(forms[0])


class _Form(NamedTuple):
    file: Path
    position: int
    grid: SheetGrid
    row: int
    """Of the codes."""
    columns: dict[str, int]

    def cell(self, row: int, code: str) -> Any:
        values, column = self.grid.rows[row], self.columns.get(code, -1)
        value = values[column] if 0 <= column < len(values) else None
        return None if isinstance(value, str) and not value.strip() else value

    def spot(self, row: int, code: str) -> str:
        return f"{self.grid.name}!{column_letters(self.columns[code])}{row + 1}"

    def problem(self, row: int, code: str, message: str, hint: str) -> InputProblem:
        mark = (self.position, row, self.columns[code])
        value, where = shown(self.cell(row, code)), str(self.cell(row, "path") or "")
        return InputProblem(where, value, message, hint, str(self.file), mark, self.spot(row, code))


def _codes(grid: SheetGrid) -> tuple[int, dict[str, int]] | None:
    """The row of the codes of columns, and where each stands."""
    for row, values in enumerate(grid.rows[:20]):
        columns = {str(value): column for column, value in enumerate(values) if isinstance(value, str)}
        if columns.keys() >= set(NEEDED):
            return row, columns
    return None


def _answers(form: _Form) -> list[Answer]:
    found, problems = [], []
    for row in range(form.row + 1, len(form.grid.rows)):
        wrong = list(_wrong(form, row))
        problems += wrong
        if not wrong and _is_path(form.cell(row, "path")) and form.cell(row, "answer") is not None:
            found.append(_answer(form, row))
    if problems:
        raise ScenarioError(problems)
    if not found:
        refuse(form.file, "has no answer", "write at least one number into the coloured cells and save it")
    return found


def _answer(form: _Form, row: int) -> Answer:
    off, source = form.cell(row, "off"), form.cell(row, "source")
    return Answer(
        str(form.cell(row, "path")).strip(),
        form.cell(row, "answer"),
        None if off is None else float(off),
        "" if source is None else str(source).strip(),
        form.spot(row, "answer"),
    )


def _wrong(form: _Form, row: int) -> Iterator[InputProblem]:
    """Cells that hold something else than what is asked; headings above the questions hold nothing."""
    answer, off = form.cell(row, "answer"), form.cell(row, "off")
    doubt = form.grid.refused.get((row, form.columns["answer"]))
    if not _is_path(form.cell(row, "path")):
        return
    if doubt is not None:
        yield form.problem(row, "answer", doubt.message, doubt.hint)
    elif answer is not None and not _is_number(answer):
        yield form.problem(row, "answer", "is no number", _COMMA)
    if off is not None and not (_is_number(off) and 0 <= off < 1):
        yield form.problem(row, "off", "is no share from 0 up to 1", "write 0.1 for ± 10 %, or nothing")
    elif off is not None and answer is None:
        yield form.problem(row, "off", "says how far off an answer may be that is not there", "give it")


def _is_path(value: object) -> bool:
    return isinstance(value, str) and "." in value and " " not in value.strip()


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
