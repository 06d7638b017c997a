"""What is left out of a history, and why: nothing goes without being counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import polars as pl

from optimizer.history.read import parse_cells
from optimizer.history.read.exports import ROW, Export, Loss
from optimizer.history.read.mapping import Map
from optimizer.scenario.problems import InputProblem, ScenarioError

NOBODY = "nobody"
"""Owner of rows without one."""
_SHOWN = 3
_OLDEST = dt.datetime(1990, 1, 1)
"""Older dates are a spreadsheet's or a database's zero."""


class Account:
    """Counts what is left out, and why."""

    def __init__(self, exports: Iterable[Export]) -> None:
        self.rows: list[Loss] = [loss for export in exports for loss in export.losses]
        self.cells: list[Loss] = []

    def without(self, frame: pl.DataFrame, bad: pl.Expr, reason: str) -> pl.DataFrame:
        """The rows that are not `bad`."""
        marked = frame.select(bad.fill_null(False)).to_series()
        gone = frame[ROW].filter(marked)
        self.rows.append(Loss(reason, len(gone), tuple(gone.head(_SHOWN).to_list())))
        return frame.filter(~marked) if len(gone) else frame

    def blank(self, frame: pl.DataFrame, column: str, bad: pl.Expr, reason: str) -> pl.DataFrame:
        """The frame with `bad` cells of a column emptied."""
        marked = frame.select(bad.fill_null(False)).to_series()
        self.cells_of(frame[ROW].filter(marked), reason)
        return frame.with_columns(pl.when(~marked).then(pl.col(column))) if marked.any() else frame

    def unreadable(self, numbers: pl.Series, column: parse_cells.CsvColumn, what: str) -> None:
        self.cells_of(numbers.filter(column.unreadable), f"unreadable_{what}")

    def whole(
        self, numbers: pl.Series, frame: pl.DataFrame, reason: str, needed: Sequence[str] = ()
    ) -> pl.DataFrame:
        """The rows of another export that lack nothing `needed` (by default nothing at all); `numbers` are
        the rows' own."""
        lacking = frame.select(pl.any_horizontal(pl.col(needed or frame.columns).is_null())).to_series()
        self.cells_of(numbers.filter(lacking), reason)
        return frame.filter(~lacking)

    def cells_of(self, rows: pl.Series, reason: str) -> None:
        """Note cells that are not used, by the numbers of their rows."""
        self.cells.append(Loss(reason, len(rows), tuple(rows.head(_SHOWN).to_list())))

    def kept(self, frame: pl.DataFrame, given: Map, today: dt.date) -> pl.DataFrame:
        """Rows that are leads of the time looked at, with impossible dates emptied."""
        end = dt.datetime.combine(today, dt.time.max)
        frame = self.without(frame, pl.col("id").is_null(), "no_id")
        frame = self.without(frame, ~pl.col("id").is_first_distinct(), "id_again")
        frame = self.without(frame, pl.col("created").is_null(), "no_creation")
        frame = self.without(frame, pl.col("created") > end, "created_in_future")
        oldest = pl.col("created") < _OLDEST
        frame = self.without(frame, oldest, "created_before_1990")
        if given.start is not None:
            frame = self.without(frame, pl.col("created") < given.start, "created_before_start")
        frame = self.blank(frame, "closed", pl.col("closed") > end, "closed_in_future")
        day = pl.col("created").dt.date()
        frame = frame.with_columns((pl.col("closed").dt.date() - day).dt.total_days().alias("lag"))
        frame = self.blank(frame, "lag", pl.col("lag") < 0, "closed_before_created")
        frame = self.blank(frame, "value", pl.col("value") < 0, "negative_value")
        frame = self.blank(frame, "response", pl.col("response") < 0, "answered_before_created")
        self.blank(frame, "owner", pl.col("owner") == NOBODY, "no_owner")
        if not frame.height:
            hint = "; ".join(f"{loss.what}: {loss.rows}" for loss in self.rows if loss.rows)
            raise ScenarioError([InputProblem("deals", "", "no row is left", hint)])
        return frame
