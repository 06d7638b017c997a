"""Answers in a workbook of one sheet (`reports/workbook/asked.py`), read back by hidden codes.

A row is known by its place in the hidden first column, a column by the hidden row of codes, what was chosen
from a list by the hidden sheet of lists: rows may be moved, and labels are in any language. Numbers are read
as typed: 12, the text `12 %`, and 12 % in a cell shown as a percentage are the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from optimizer.scenario.files import refuse
from optimizer.scenario.problems import Finding, InputProblem, ScenarioError, did_you_mean, dotted
from optimizer.scenario.start.answer_checks import problems_in
from optimizer.scenario.start.answer_types import Answers
from optimizer.scenario.start.answer_values import answers_in
from optimizer.scenario.start.cell_numbers import cell_number
from optimizer.scenario.start.library import LIBRARY
from optimizer.scenario.start.questions import WEIGHTS, AskedQuestion, questions_of
from optimizer.scenario.start.unfinished import Content, Place, in_order, is_open
from optimizer.scenario.xlsx.cells import grids_of
from optimizer.scenario.xlsx.coded_sheet import CodedSheet, coded_sheets

NEEDED = ("place", "answer", "weight")
"""Columns without which a sheet holds no answers, by their codes."""
LISTS = ("list", "code", "label")
"""Columns of the sheet of lists."""
_AGAIN = "`incentives start --archetype KIND --xlsx --out FOLDER` writes one; keep its hidden row and column"


def answers_in_workbook(file: Path) -> Answers:
    """The answers of a filled workbook. Raises ScenarioError with every cell that is wrong or missing."""
    sheet = _sheet(file)
    content = _content(sheet)
    answers, findings = answers_in(content)
    if answers is None:
        raise ScenarioError(_placed(sheet, finding) for finding in findings)
    return answers


def unfinished_in_workbook(file: Path) -> Content:
    """The same where answers may be missing."""
    sheet = _sheet(file)
    content = _content(sheet)
    findings = [finding for finding in problems_in(content) if not is_open(finding)]
    if findings:
        raise ScenarioError(_placed(sheet, finding) for finding in findings)
    return in_order(content)


def language_in_workbook(file: Path) -> str | None:
    """The language in which a workbook asked; None where it does not say. Raises ScenarioError for a file
    that is no such workbook."""
    sheet = _sheet(file)
    rows = (row for row in sheet.rows if sheet.place(row) == ("lang",))
    return next((str(sheet.cell(row, "answer")) for row in rows), None)


# --- the sheet ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Sheet(CodedSheet):
    """The sheet of answers, with its lists."""

    labels: Mapping[tuple[str, str], str]
    """Codes by list and by label in small letters."""

    def place(self, row: int) -> Place:
        return tuple(self.where(row).split("."))

    @property
    def rows(self) -> Iterator[int]:
        """Those that have a place."""
        return (row for row in self.below if isinstance(self.cell(row, "place"), str))

    def chosen(self, name: str, text: str) -> str | None:
        """The code of what was chosen from a list, by its label or by the code itself."""
        typed = " ".join(text.split()).casefold()
        codes = {code for (of, _), code in self.labels.items() if of == name}
        return self.labels.get((name, typed)) or next((c for c in codes if c.casefold() == typed), None)

    def listed(self, name: str) -> list[str]:
        return [label for (of, label) in self.labels if of == name]


def _sheet(file: Path) -> _Sheet:
    grids = grids_of(file)
    labels = dict(pair for lists in coded_sheets(file, grids, LISTS) for pair in _labels(lists))
    sheet = next(coded_sheets(file, grids, NEEDED), None)
    if sheet is None:
        refuse(file, "holds no answers", _AGAIN)
    return _Sheet(**vars(sheet), labels=labels)


def _labels(lists: CodedSheet) -> Iterator[tuple[tuple[str, str], str]]:
    for row in lists.below:
        name, code, label = (str(lists.cell(row, column) or "") for column in LISTS)
        if code:
            yield (name, label.casefold()), code


# --- cells to answers -----------------------------------------------------------------------------------


def _content(sheet: _Sheet) -> Content:
    """Plain values as an answers file holds them. Raises ScenarioError for cells that hold no answer."""
    content: Content = {}
    problems = []
    for row, place, value in _answers(sheet):
        if isinstance(value, InputProblem):
            problems.append(value)
        elif value is not None:
            _put(content, place, value)
            source = sheet.cell(row, "source")
            if source is not None:
                of = place[:3] if place[2:3] == (WEIGHTS,) else place
                _put(content, ("sources", dotted(of)), str(source).strip())
    if problems:
        raise ScenarioError(sorted(problems, key=lambda problem: problem.mark))
    return content


def _put(content: Content, place: Place, value: object) -> None:
    inner = content
    for part in place[:-1]:
        inner = inner.setdefault(part, {})
    inner[place[-1]] = value


def _answers(sheet: _Sheet) -> Iterator[tuple[int, Place, object]]:
    """Row, place, and value or problem of each answer; weights by KPI."""
    given = {
        place[0]: str(sheet.cell(row, "answer") or "")
        for row in sheet.rows
        if len(place := sheet.place(row)) == 1
    }
    kind = given.get("archetype", "")
    archetype = sheet.chosen("archetype", kind) or kind
    form = LIBRARY.archetypes.get(archetype)
    asked = {question.path: question for question in questions_of(archetype)} if form else {}
    language = given.get("lang", "en")
    period = sheet.chosen("period", given.get("period", ""))
    usual = period or (form.period if form else "")
    seen: set[Place] = set()
    for row in sheet.rows:
        place = sheet.place(row)
        if place in seen:
            yield row, place, sheet.problem(row, "place", "is there twice", "delete one of the two rows")
        elif place[:1] != ("teams",) or place[2:3] != (WEIGHTS,):
            yield row, place, _answer(sheet, row, place, asked.get(place), language, usual)
        seen.add(place)
    yield from _weights(sheet)


def _answer(
    sheet: _Sheet, row: int, place: Place, question: AskedQuestion | None, language: str, period: str
) -> object:
    value, doubt = sheet.cell(row, "answer"), sheet.doubt(row, "answer")
    if doubt is not None:
        return sheet.problem(row, "answer", doubt.message, doubt.hint)
    if value is None:
        return None
    if place in (("archetype",), ("period",)):
        code = sheet.chosen(place[0], str(value))
        hint = did_you_mean(str(value), sheet.listed(place[0]))
        return code or sheet.problem(row, "answer", "is not in the list", hint)
    if question is None:
        return str(value).strip()
    found = cell_number(value, sheet.is_percent(row, "answer"), question.unit, language, period)
    return found if not isinstance(found, tuple) else sheet.problem(row, "answer", *found)


def _weights(sheet: _Sheet) -> Iterator[tuple[int, Place, object]]:
    """What teams are paid on: a KPI from the list, its weight beside it; one alone has it all."""
    of_team: dict[str, list[int]] = {}
    for row in sheet.rows:
        place = sheet.place(row)
        if len(place) == 4 and place[2] == WEIGHTS:
            of_team.setdefault(place[1], []).append(row)
    for team, rows in of_team.items():
        filled = [row for row in rows if sheet.cell(row, "answer") is not None]
        chosen: set[str] = set()
        for row in rows:
            found = _weight(sheet, row, alone=len(filled) == 1)
            if isinstance(found, InputProblem):
                yield row, (), found
            elif found is not None and found[0] in chosen:
                hint = "empty this row, and write the weight of both in the other"
                yield row, (), sheet.problem(row, "answer", "is chosen twice for this team", hint)
            elif found is not None:
                chosen.add(found[0])
                yield row, ("teams", team, WEIGHTS, found[0]), found[1]


def _weight(sheet: _Sheet, row: int, alone: bool) -> tuple[str, float] | InputProblem | None:
    name, weight = sheet.cell(row, "answer"), sheet.cell(row, "weight")
    for code in ("answer", "weight"):
        doubt = sheet.doubt(row, code)
        if doubt is not None:
            return sheet.problem(row, code, doubt.message, doubt.hint)
    if name is None:
        hint = "choose the KPI from the list beside it, or empty the cell"
        return None if weight is None else sheet.problem(row, "weight", "is the weight of no KPI", hint)
    kpi = sheet.chosen("kpi", str(name))
    if kpi is None:
        hint = did_you_mean(str(name), sheet.listed("kpi"))
        return sheet.problem(row, "answer", "is not in the list", hint)
    if weight is None:
        hint = "write its percent; the weights of a team add up to 100"
        return (kpi, 100) if alone else sheet.problem(row, "weight", "is missing", hint)
    found = cell_number(weight, sheet.is_percent(row, "weight"), "%", "en", "")
    return sheet.problem(row, "weight", *found) if isinstance(found, tuple) else (kpi, found)


# --- problems to cells ----------------------------------------------------------------------------------


def _placed(sheet: _Sheet, finding: Finding) -> InputProblem:
    """A problem of the answers at the cell that it is about."""
    path = tuple(str(part) for part in finding.path)
    path = tuple(path[1].split(".")) if path[:1] == ("sources",) and len(path) > 1 else path
    weights = path[2:3] == (WEIGHTS,)
    length = 3 if weights else len(path)
    row = next((row for row in sheet.rows if sheet.place(row)[:length] == path[:length]), None)
    code = "weight" if weights else "answer"
    mark = () if row is None else sheet.mark(row, code)
    return finding.problem(str(sheet.file.path), mark, sheet.file.spot(mark))
