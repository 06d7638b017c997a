"""What is left out of a history, and why: nothing goes without being counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from optimizer.history.read.frames.exports import Export
from optimizer.history.read.losses import ROW, SHOWN, Loss
from optimizer.history.read.typed import parse_cells
from optimizer.history.read.typed.csv_column import empty_cells
from optimizer.history.read.typed.empty_words import emptied, empty_words

NOBODY = "nobody"
"""Owner of rows without one."""


_MOST_SAID = 20
"""Texts of cells listed with their counts."""


def counted(said: pl.Series, most: int | None = _MOST_SAID) -> tuple[tuple[str, int], ...]:
    """Texts with how often they stand there, the commonest first; all of them where `most` is None."""
    counts = said.drop_nulls().cast(pl.String).alias("text").value_counts(name="count")
    rows = counts.sort(["count", "text"], descending=[True, False]).iter_rows()
    return tuple((str(text), int(count)) for text, count in rows)[:most]


def _loss(reason: str, rows: pl.Series, said: pl.Series | None) -> Loss:
    """Of rows by their numbers, and what a cell of each says."""
    return Loss(reason, len(rows), tuple(rows.head(SHOWN).to_list()), () if said is None else counted(said))


class Account:
    """Counts what is left out, and why."""

    def __init__(self, exports: Iterable[Export]) -> None:
        self.rows: list[Loss] = [loss for export in exports for loss in export.losses]
        self.cells: list[Loss] = []
        self.otherwise: list[Loss] = []
        """Rows that are used, but not as they stand."""

    def without(
        self, frame: pl.DataFrame, bad: pl.Expr, reason: str, said: pl.Series | None = None
    ) -> pl.DataFrame:
        """The rows that are not `bad`; `said` is what a cell of each says."""
        marked = frame.select(bad.fill_null(False)).to_series()
        gone = frame[ROW].filter(marked)
        self.rows.append(_loss(reason, gone, None if said is None else said.filter(marked)))
        return frame.filter(~marked) if len(gone) else frame

    def blank(self, frame: pl.DataFrame, column: str, bad: pl.Expr, reason: str) -> pl.DataFrame:
        """The frame with `bad` cells of a column emptied."""
        marked = frame.select(bad.fill_null(False)).to_series()
        self.cells_of(frame[ROW].filter(marked), reason)
        return frame.with_columns(pl.when(~marked).then(pl.col(column))) if marked.any() else frame

    def unreadable(self, numbers: pl.Series, column: parse_cells.CsvColumn, what: str) -> None:
        """Note cells that cannot be read, and those that say that they are empty."""
        self.cells_of(numbers.filter(column.unreadable), f"unreadable_{what}")
        if column.empty is not None:
            self.read_otherwise("empty_word", numbers.filter(column.empty.is_not_null()), column.empty)

    def whole(
        self, numbers: pl.Series, frame: pl.DataFrame, reason: str, needed: Sequence[str] = ()
    ) -> pl.DataFrame:
        """The rows of another export that lack nothing `needed` (by default nothing at all); `numbers` are
        the rows' own."""
        lacking = frame.select(pl.any_horizontal(pl.col(needed or frame.columns).is_null())).to_series()
        self.cells_of(numbers.filter(lacking), reason)
        return frame.filter(~lacking)

    def cells_of(self, rows: pl.Series, reason: str, said: pl.Series | None = None) -> None:
        """Note cells that are not used, by the numbers of their rows, and what they say."""
        self.cells.append(_loss(reason, rows, said))

    def read_otherwise(self, reason: str, rows: pl.Series, said: pl.Series | None = None) -> None:
        """Note rows that are used but not as they stand, by their numbers, and what their cells say."""
        if len(rows):
            self.otherwise.append(_loss(reason, rows, said))

    def names(self, raw: pl.DataFrame, heading: str | None, person: bool = False) -> pl.Series:
        """A column of names without cells that say that there is none, which are noted; empty without one."""
        if heading is None:
            return empty_cells(raw.height)
        texts = raw[heading]
        words = empty_words(texts, person)
        if not words:
            return texts
        said = texts.is_in(words).fill_null(False)
        self.read_otherwise("empty_word", raw[ROW].filter(said), texts.filter(said))
        return emptied(texts, words)
