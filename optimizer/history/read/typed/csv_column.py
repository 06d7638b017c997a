"""A column of texts once it is typed, and how it says that it can be read in two ways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

Decimal = Literal["point", "comma"]


def empty_cells(rows: int, dtype: pl.DataType | type[pl.DataType] = pl.String, name: str = "") -> pl.Series:
    """A column of nothing."""
    return pl.Series(name, [None], dtype=dtype).new_from_index(0, rows)


def only_where(cells: pl.Series, mask: pl.Series) -> pl.Series:
    """The column, empty where `mask` is false."""
    return cells.zip_with(mask, empty_cells(len(cells), cells.dtype))


class Ambiguous(ValueError):
    """A column that can be read in two ways; `key` of the map decides."""

    def __init__(self, message: str, example: str, key: str, choices: str) -> None:
        super().__init__(message)
        self.example, self.key, self.choices = example, key, choices


@dataclass(frozen=True)
class CsvColumn:
    """Typed cells, and the texts that could not be read."""

    values: pl.Series
    unreadable: pl.Series
    """True where there is a text but no value."""
    words: tuple[tuple[str, pl.Series], ...] = ()
    """Words beside the numbers, each with the texts that have it: `k`, `HT`, `TTC`."""
    empty: pl.Series | None = None
    """Words of cells that say that they are empty; null elsewhere."""
