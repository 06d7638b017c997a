"""A table: its columns with type, unit and meaning, and the same frame in memory and as a CSV file.

Every table is declared as a `Table` beside the function that fills it. Shares are 0-1; "now" is the current
plan, "then" the recommended one, both at consistent beliefs (once people have learnt). An empty cell means
that the number does not exist.

Tables carry names and codes, and no words of any language. A file may have columns of words beside them, for
people: `team_en` beside `team` (`reports.words.labelled`); they are not read back.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]
Tables = dict[str, "pd.DataFrame"]

UNITS = {
    "name": "a name of the scenario, of the command line or of a file",
    "code": "one of a closed list of words",
    "iso": "a code of a standard that the meaning names",
    "text": "several names, codes and numbers together, or a text of the company's own",
    "flag": "True or False",
    "order": "place in an order, the first is 1",
    "id": "a whole number that only names something",
    "day": "a date, YYYY-MM-DD",
    "count": "how many, a whole number",
    "share": "part of a whole, or a relative change: 0.05 = 5 %",
    "attainment": "result over target: 1 = on target",
    "1": "a number without unit",
    "money": "currency of the scenario, over all periods together",
    "money/period": "currency of the scenario per period",
    "money/unit": "currency of the scenario per unit of work",
    "units/period": "units of work per period",
    "hours/period": "hours per period",
    "hours/day": "hours per day",
    "units/day": "units of work per day",
    "periods": "periods of the scenario",
    "weeks": "weeks",
    "days": "days",
    "seconds": "seconds",
    "kpi": "the KPI's own unit",
    "row": "another one in every row: that of its rule, check, limit or number",
}
"""The only units of columns."""

_DTYPES: dict[type, Any] = {str: object, date: object, bool: bool, int: "int64", float: "float64"}
_UNITS_OF: dict[type, frozenset[str]] = {
    str: frozenset({"name", "code", "iso", "text"}),
    bool: frozenset({"flag"}),
    date: frozenset({"day"}),
    int: frozenset({"order", "id", "count", "periods", "weeks", "days"}),
}
_NUMBERS = frozenset(UNITS) - {"name", "code", "iso", "text", "flag", "day", "order", "id"}


class TableError(ValueError):
    """A table file is missing, or is not one of this version."""


@dataclass(frozen=True)
class Column:
    """What a column holds. A whole number that may be missing is a float. Raises ValueError for what says too
    little: an unknown type or unit, two that do not go together, no meaning, codes of no group."""

    type: type
    unit: str
    meaning: str
    of: str = ""
    """What is named (`team`, `rule`, …), or the group of a code: what people call it is then known
    (`reports.words.naming`)."""

    def __post_init__(self) -> None:
        if self.type not in _DTYPES:
            raise ValueError(f"{self.type!r} is no type of a column")
        if self.unit not in _UNITS_OF.get(self.type, _NUMBERS):
            raise ValueError(f"{self.unit!r} is no unit of a column of type {self.type.__name__}")
        if not self.meaning:
            raise ValueError("a column without meaning")
        if self.unit == "code" and not self.of:
            raise ValueError("codes of no group")


class Table:
    """A name and columns in order, `Table("gaming", activity=Column(str, "name", …), …)`."""

    def __init__(self, name: str, /, **columns: Column) -> None:
        self.name = name
        self.columns = columns

    def __repr__(self) -> str:
        return f"Table({self.name!r}: {', '.join(self.columns)})"

    def rows(self, cells: Iterable[tuple[object, ...]]) -> list[Row]:
        """Rows of cells that stand in the order of the columns."""
        return [dict(zip(self.columns, row, strict=True)) for row in cells]

    def frame(self, rows: Iterable[Row]) -> pd.DataFrame:
        """Rows with a cell for every column, and for nothing else, as a frame of the columns' types."""
        content = list(rows)
        for row in content:
            if row.keys() != self.columns.keys():
                odd = ", ".join(sorted(row.keys() ^ self.columns.keys()))
                raise ValueError(f"a row of {self.name} has not the columns that were declared: {odd}")
        return self._frame({name: [row[name] for row in content] for name in self.columns})

    def _frame(self, cells: Mapping[str, list[Any]]) -> pd.DataFrame:
        """Cells by column, of each column's type from the start: to guess types and then change them takes
        pandas three times as long."""
        from pandas import DataFrame, RangeIndex, Series

        index = RangeIndex(max((len(column) for column in cells.values()), default=0))
        typed = {
            name: Series(np.array(cells[name], dtype=_DTYPES[of.type]), index, dtype=_DTYPES[of.type])
            for name, of in self.columns.items()
        }
        return DataFrame(typed, index=index)

    def write(self, frame: pd.DataFrame, file: Path) -> None:
        """As CSV, words for people included; numbers in full, so that reading gives the same ones. Raises
        ValueError for a frame whose columns are not those declared."""
        own = frame[self._own(frame.columns)]
        types = [_DTYPES[column.type] for column in self.columns.values()]
        if list(own.columns) != list(self.columns) or list(own.dtypes) != types:
            raise ValueError(f"the columns of {self.name} are not those that were declared")
        quoting: Literal[0, 2] = csv.QUOTE_NONNUMERIC if self._breaks_lines(frame) else csv.QUOTE_MINIMAL
        texts = {name: frame[name].map(_harmless) for name in self._texts(frame.columns)}
        frame.assign(**texts).to_csv(file, index=False, lineterminator="\n", quoting=quoting)

    def _texts(self, columns: Iterable[str]) -> list[str]:
        """Columns of texts: those that were declared as such, and all of words."""
        return [name for name in columns if name not in self.columns or self.columns[name].type is str]

    def _own(self, columns: Iterable[str]) -> list[str]:
        """Columns but those of words, which are called by the one they stand beside and a language."""
        named = tuple(f"{name}_" for name, column in self.columns.items() if column.of)
        return [name for name in columns if name in self.columns or not name.startswith(named)]

    def _breaks_lines(self, frame: pd.DataFrame) -> bool:
        """Whether a text has a carriage return, which Python's csv writes bare and readers end a line at."""
        texts = self._texts(frame.columns)
        return any("\r" in text for name in texts for text in frame[name] if isinstance(text, str))

    def read(self, file: Path) -> pd.DataFrame:
        """Equal to what was written. Raises TableError."""
        texts = _texts(file)
        own = self._own(texts)
        if own != list(self.columns):
            odd = ", ".join(sorted(set(own) ^ set(self.columns))) or "another order"
            raise TableError(f"{file} has other columns ({odd}): solve again with this version")
        return self._frame({name: self._typed(file, name, texts[name]) for name in self.columns})

    def _typed(self, file: Path, name: str, texts: Iterable[str]) -> list[Any]:
        """Python's own conversions: exact, whatever the version of pandas."""
        kind = self.columns[name].type
        try:
            return [_VALUE[kind](text) for text in texts]
        except (ValueError, KeyError) as error:
            raise TableError(f"{file}, column {name}: {error} is no {kind.__name__}: solve again") from error


def _texts(file: Path) -> dict[str, tuple[str, ...]]:
    """Cells by column, as they stand: pandas would read sixty small files in ten times the time."""
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            head, *rows = [row for row in csv.reader(lines, strict=True) if row]
        columns = zip(*rows, strict=True) if rows else [()] * len(head)
        return dict(zip(head, columns, strict=True))
    except FileNotFoundError as error:
        raise TableError(f"{file} is missing: solve again, the run is incomplete or older") from error
    except (ValueError, csv.Error) as error:
        raise TableError(f"{file} cannot be read ({error}): solve again") from error


def _harmless(text: object) -> object:
    """A text that a spreadsheet would run as a formula gets an apostrophe before it; reading takes it off."""
    return f"'{text}" if isinstance(text, str) and _FORMULA.match(text) else text


def _as_written(text: str) -> str:
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text


_FORMULA = re.compile(r"'*[=+\-@\t\r]")
"""What begins a formula in a spreadsheet program; apostrophes before it count, so that reading is exact."""

_VALUE: dict[type, Callable[[str], Any]] = {
    str: _as_written,
    date: date.fromisoformat,
    bool: {"True": True, "False": False}.__getitem__,
    int: int,
    float: lambda text: float(text or "nan"),
}


def frames_of(tables: Iterable[Table], rows: Mapping[str, Iterable[Row]]) -> Tables:
    """Every table, in order, filled with its rows."""
    return {table.name: table.frame(rows[table.name]) for table in tables}


def write_tables(tables: Iterable[Table], frames: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """One CSV per table."""
    folder.mkdir(parents=True, exist_ok=True)
    for table in tables:
        table.write(frames[table.name], folder / f"{table.name}.csv")


def read_tables(tables: Iterable[Table], folder: Path) -> Tables:
    """Every table, equal to what was written. Raises TableError."""
    return {table.name: table.read(folder / f"{table.name}.csv") for table in tables}


# --- columns and cells ----------------------------------------------------------------------------------


def ratio(part: float, whole: float) -> float:
    """NaN where there is nothing to divide by."""
    return part / whole if whole else math.nan


def records(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """The tables as JSON: a summary is an object, every other table a list; a number may be null."""
    return {
        name: _plain(frame.iloc[0].to_dict())
        if name == "summary"
        else [_plain(row) for row in frame.to_dict("records")]
        for name, frame in tables.items()
    }


def plain_rows(rows: Iterable[Row]) -> list[Row]:
    """Rows as JSON has them."""
    return [_plain(row) for row in rows]


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    values = {str(name): v.item() if isinstance(v, np.generic) else v for name, v in row.items()}
    return {name: number(v) if isinstance(v, float) else v for name, v in values.items()}


def number(value: float) -> float | None:
    """A number that JSON knows; None for what is not one."""
    return float(value) if math.isfinite(value) else None
