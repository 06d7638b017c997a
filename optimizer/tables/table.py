"""Tables as frames and as files: every column has the type of the schema, in memory and in files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from optimizer.tables.columns import SCHEMA, Row, type_of

Tables = dict[str, pd.DataFrame]
_DTYPES: dict[type, Any] = {str: object, bool: bool, int: "int64", float: "float64"}


class TableError(ValueError):
    """A table file is missing, or is not one of this version."""


def frame_of(name: str, rows: Iterable[Row]) -> pd.DataFrame:
    """Rows as the table `name`: the columns of the schema, in its order and types."""
    frame = pd.DataFrame(list(rows), columns=list(SCHEMA[name]))
    return frame.astype({column: _DTYPES[type_of(name, column)] for column in frame.columns})


def write_tables(tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """One CSV per table; numbers in full, so that reading gives the same ones."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")


def read_tables(folder: Path) -> Tables:
    """Every table of the schema, equal to what was written. Raises TableError."""
    return {name: _read(folder / f"{name}.csv", name) for name in SCHEMA}


def _read(file: Path, name: str) -> pd.DataFrame:
    try:
        texts: pd.DataFrame = pd.read_csv(file, dtype=object, na_filter=False)
    except FileNotFoundError as error:
        raise TableError(f"{file} is missing: solve again, the run is incomplete or older") from error
    except ValueError as error:
        raise TableError(f"{file} cannot be read ({error}): solve again") from error
    if list(texts.columns) != list(SCHEMA[name]):
        odd = ", ".join(sorted(set(texts.columns) ^ set(SCHEMA[name]))) or "another order"
        raise TableError(f"{file} has other columns ({odd}): solve again with this version")
    return pd.DataFrame({column: _typed(file, name, column, texts[column]) for column in texts.columns})


def _typed(file: Path, name: str, column: str, texts: Iterable[str]) -> pd.Series[Any]:
    """Python's own conversions: exact, whatever the version of pandas."""
    kind = type_of(name, column)
    try:
        values = [_VALUE[kind](text) for text in texts]
    except (ValueError, KeyError) as error:
        raise TableError(f"{file}, column {column}: {error} is no {kind.__name__}: solve again") from error
    typed: pd.Series[Any] = pd.Series(values, dtype=_DTYPES[kind])
    return typed


_VALUE: dict[type, Callable[[str], Any]] = {
    str: str,
    bool: {"True": True, "False": False}.__getitem__,
    int: int,
    float: lambda text: float(text or "nan"),
}
