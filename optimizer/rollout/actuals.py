"""What was measured after a plan began: a CSV with the columns period, team, kpi, value, read strictly."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from optimizer.scenario.checks.baseline_counts import baseline_counts
from optimizer.scenario.files import TextFile, read_plain
from optimizer.scenario.problems import InputProblem, ScenarioError, did_you_mean, number
from optimizer.scenario.types import Kpi, Scenario
from optimizer.scenario.yaml_scalars import FLOAT

COLUMNS = ("period", "team", "kpi", "value")
MOST_PERIODS = 400
ATTAINED = (0.2, 3.0)
"""What attainments may be; such a value is doubted ..."""
MANY = 8.0
"""... where so many times as much is the KPI's target."""
PERCENT = (50.0, 160.0)
"""What attainments in percent may be; where all values are, such a value is doubted ..."""
APART = 2.0
"""... where it is so many times its target, or so small a part of it."""
FAR = 10.0
"""A value of so many times the target is doubted too."""


@dataclass(frozen=True)
class Actual:
    """A KPI's value in its own unit, in a period counted from 1, the first one under the plan."""

    period: int
    team: str
    kpi: str
    value: float


@dataclass(frozen=True)
class _Cell:
    """Text without blanks around it, and where it begins."""

    text: str
    line: int
    column: int


def read_actuals(path: Path, scenario: Scenario) -> tuple[tuple[Actual, ...], tuple[InputProblem, ...]]:
    """Every row, in the order of the file, and warnings about values that look like another unit.

    Raises ScenarioError with all that is wrong; also where every value looks like an attainment.
    """
    file = read_plain(path)
    lines = [_cells(text, n) for n, text in enumerate(file.lines) if text.strip()]
    if not lines:
        raise ScenarioError([file.problem((0, 0), "", "is empty", f"write a first line {','.join(COLUMNS)}")])
    order = _header(file, lines[0])
    rows = [{name: cells[j] for name, j in order.items()} for cells in _complete(file, lines)]
    problems = [p for row in rows for p in _wrong(file, scenario, row)]
    if not problems:
        problems = list(_contradictions(file, rows))
    if not rows:
        problems = [file.problem((0, 0), "", "has no rows", "write one row per period, team and KPI")]
    if problems:
        raise ScenarioError(problems)
    doubts = [*_attainments(file, scenario, rows)]
    if doubts and len(doubts) == len(rows) and any("." in row["value"].text for row in rows):
        raise ScenarioError(doubts)
    odd = (*_far_above(file, scenario, rows), *_percents(file, scenario, rows))
    return tuple(_actual(row) for row in rows), (*doubts, *odd)


def _cells(text: str, line: int) -> list[_Cell]:
    cells, at = [], 0
    for part in text.split(","):
        bare = part.strip()
        cells.append(_Cell(bare, line, at + len(part) - len(part.lstrip())))
        at += len(part) + 1
    return cells


def _header(file: TextFile, cells: Sequence[_Cell]) -> dict[str, int]:
    """Place of each column."""
    names = [cell.text for cell in cells]
    if sorted(names) != sorted(COLUMNS):
        semicolons = len(names) == 1 and ";" in names[0]
        hint = "separate by commas, not by semicolons" if semicolons else f"write {','.join(COLUMNS)}"
        message = "must name the columns period, team, kpi, value, each once"
        raise ScenarioError([_problem(file, cells[0], message, hint)])
    return {name: names.index(name) for name in COLUMNS}


def _complete(file: TextFile, lines: Sequence[Sequence[_Cell]]) -> list[Sequence[_Cell]]:
    """Lines after the header. Raises ScenarioError where one has more or fewer cells."""
    odd = [cells for cells in lines[1:] if len(cells) != len(COLUMNS)]
    hint = "write four cells: no thousands separators, no decimal commas, no quotes around commas"
    if odd:
        problems = [_problem(file, c[0], f"has {len(c)} cells instead of 4", hint) for c in odd]
        raise ScenarioError(problems)
    return list(lines[1:])


def _problem(file: TextFile, cell: _Cell, message: str, hint: str, *, seen: bool = True) -> InputProblem:
    return file.problem((cell.line, cell.column), "", message, hint, cell.text if seen else "")


def _wrong(file: TextFile, scenario: Scenario, row: dict[str, _Cell]) -> Iterator[InputProblem]:
    """What is wrong with the cells of a row, each by itself."""
    period = row["period"]
    if not period.text.isdecimal() or not 1 <= int(period.text) <= MOST_PERIODS:
        hint = f"write 1 for the first {scenario.period} under the plan, 2 for the next"
        yield _problem(file, period, f"the period must be a whole number from 1 to {MOST_PERIODS}", hint)
    for column, known in (("team", scenario.teams), ("kpi", scenario.kpis)):
        cell = row[column]
        if cell.text not in known:
            yield _problem(
                file, cell, f"the scenario has no such {column}", did_you_mean(cell.text, list(known))
            )
    value, kpi = row["value"], scenario.kpis.get(row["kpi"].text)
    if not FLOAT.fullmatch(value.text) or not math.isfinite(float(value.text)):
        hint = "write a plain number in the KPI's own unit, e.g. 12.5"
        yield _problem(file, value, "must be a finite number", hint)
    elif float(value.text) < 0 and kpi is not None and _counts_up(kpi):
        hint = "write what was counted, at least 0"
        yield _problem(file, value, f"{row['kpi'].text} counts what is done and cannot be negative", hint)


def _counts_up(kpi: Kpi) -> bool:
    """Whether a KPI only adds."""
    return min([*kpi.numerator.values(), *kpi.entering.values()], default=0.0) >= 0


def _contradictions(file: TextFile, rows: Sequence[dict[str, _Cell]]) -> Iterator[InputProblem]:
    """Rows given twice, and one KPI with two values in a period."""
    seen: dict[tuple[int, str, str], int] = {}
    values: dict[tuple[int, str], tuple[float, int]] = {}
    for row in rows:
        actual = _actual(row)
        key, line = (actual.period, actual.team, actual.kpi), row["period"].line + 1
        if key in seen:
            message = (
                f"period {actual.period}, {actual.team}, {actual.kpi} stands in line {seen[key]} already"
            )
            yield _problem(file, row["period"], message, "remove one of the rows", seen=False)
        first, where = values.setdefault((actual.period, actual.kpi), (actual.value, line))
        if first != actual.value:
            message = f"{actual.kpi} has another value in period {actual.period} in line {where}"
            yield _problem(
                file, row["value"], message, "a KPI has one value per period, whoever is paid on it"
            )
        seen.setdefault(key, line)


def _attainments(
    file: TextFile, scenario: Scenario, rows: Sequence[dict[str, _Cell]]
) -> Iterator[InputProblem]:
    """Values near 1 of KPIs that count tens or hundreds: shares of a target, most likely."""
    for row, value, target in _against_targets(scenario, rows):
        if ATTAINED[0] <= value <= ATTAINED[1] and target >= MANY * value:
            message = f"looks like an attainment: about {number(float(f'{target:.3g}'))} are expected"
            hint = (
                f"write units of {row['kpi'].text}, e.g. {value * target:.0f} for {value:.0%} of {target:.0f}"
            )
            yield _problem(file, row["value"], message, hint)


def _percents(file: TextFile, scenario: Scenario, rows: Sequence[dict[str, _Cell]]) -> Iterator[InputProblem]:
    """Values near 100 in every row, where targets are far from it: percents of targets, most likely."""
    against = [found for found in _against_targets(scenario, rows) if found[2] > 0]
    ratios = [value / target for _, value, target in against]
    far = [ratio <= 1 / APART or APART <= ratio <= FAR for ratio in ratios]
    near = [PERCENT[0] <= value <= PERCENT[1] for _, value, _ in against]
    if not all(near) or not any(far):
        return
    for (row, value, target), doubted in zip(against, far, strict=True):
        if doubted:
            about = number(float(f"{target:.3g}"))
            hint = f"write units of {row['kpi'].text}, e.g. {value * target / 100:.4g} for {value:g} % of it"
            said = f"looks like a percentage of the target: about {about} are expected"
            yield _problem(file, row["value"], said, hint)


def _far_above(
    file: TextFile, scenario: Scenario, rows: Sequence[dict[str, _Cell]]
) -> Iterator[InputProblem]:
    """Values many times their target: percents of a rate, or another unit or period."""
    for row, value, target in _against_targets(scenario, rows):
        if value > FAR * target > 0:
            kpi, about = row["kpi"].text, number(float(f"{target:.3g}"))
            percent = scenario.kpis[kpi].is_rate and value / 100 < FAR * target
            said = "looks like a percentage" if percent else "looks like another unit or period"
            hint = (
                f"write {value / 100:g} for {value:g} %"
                if percent
                else f"write {kpi} of one {scenario.period}"
            )
            yield _problem(file, row["value"], f"{said}: about {about} is expected", hint)


def _against_targets(
    scenario: Scenario, rows: Sequence[dict[str, _Cell]]
) -> Iterator[tuple[dict[str, _Cell], float, float]]:
    """Every row with its value and the KPI's target."""
    baseline = baseline_counts(scenario)
    for row in rows:
        kpi = scenario.kpis[row["kpi"].text]
        target = kpi.target if kpi.target is not None else baseline.value(kpi)
        yield row, float(row["value"].text), target


def _actual(row: dict[str, _Cell]) -> Actual:
    return Actual(int(row["period"].text), row["team"].text, row["kpi"].text, float(row["value"].text))
