"""A filled form read back (`reports/workbook/form.py`): numbers for placeholders, each with its cell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from optimizer.scenario.files import WORKBOOK, refuse
from optimizer.scenario.problems import InputProblem, ScenarioError
from optimizer.scenario.xlsx.cells import grids_of
from optimizer.scenario.xlsx.coded_sheet import CodedSheet, coded_sheets

NEEDED = ("path", "answer")
"""Columns without which a sheet is no form, by their codes; the first says which number a row asks for."""
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
    form = next(coded_sheets(file, grids_of(file), NEEDED), None)
    if form is None:
        hint = "`incentives fill FILE --form FORM.xlsx` writes one; keep its hidden row of codes"
        refuse(file, "holds no form", hint)
    return _answers(form)


def _answers(form: CodedSheet) -> list[Answer]:
    found, problems = [], []
    for row in form.below:
        wrong = list(_wrong(form, row))
        problems += wrong
        if not wrong and _is_path(form.cell(row, "path")) and form.cell(row, "answer") is not None:
            found.append(_answer(form, row))
    if problems:
        raise ScenarioError(problems)
    if not found:
        hint = "write at least one number into the coloured cells and save it"
        refuse(form.file.path, "has no answer", hint)
    return found


def _answer(form: CodedSheet, row: int) -> Answer:
    off, source = form.cell(row, "off"), form.cell(row, "source")
    return Answer(
        form.where(row),
        form.cell(row, "answer"),
        None if off is None else float(off),
        "" if source is None else str(source).strip(),
        form.file.spot(form.mark(row, "answer")),
    )


def _wrong(form: CodedSheet, row: int) -> Iterator[InputProblem]:
    """Cells that hold something else than what is asked; headings above the questions hold nothing."""
    answer, off = form.cell(row, "answer"), form.cell(row, "off")
    doubt = form.doubt(row, "answer")
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
