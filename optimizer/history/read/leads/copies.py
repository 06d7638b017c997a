"""Rows that equal another but for the id: leads entered or imported twice.

Rows may also be alike by chance, where columns tell little. So a copy is left out only where a value or a
time of day marks it, where chance alone would hardly have made so many, and where no other column of the
file, be it mapped or not, tells the rows apart; others are told and kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import polars as pl

from optimizer.history.read.account import Account
from optimizer.history.read.leads.flags import OPEN_AS
from optimizer.history.read.losses import ROW

_BY_CHANCE = 0.05
"""Chance may explain so much of them."""
_LEAST = 0.002
"""Share of rows from which copies are left out: fewer change nothing, and two people may be alike."""
_LEFT_OUT = (ROW, "id", "lag", OPEN_AS)


def without_copies(
    frame: pl.DataFrame, id_heading: str | None, whole: Callable[[], pl.DataFrame] | None, taken: Account
) -> pl.DataFrame:
    """The frame without copies. `whole` reads all columns of the export, where it is one file."""
    columns = [c for c in frame.columns if c not in _LEFT_OUT]
    prints = frame.select(_print_of(columns, frame)).to_series()
    again = ~prints.is_first_distinct()
    if id_heading is None or not again.any():
        return frame
    told = pl.col("value").is_not_null() | (pl.col("created").dt.time() != pl.time(0))
    marked = frame.select(told.fill_null(False)).to_series()
    all_kept = pl.repeat(False, frame.height, eager=True)
    sure, least = again & marked, max(1.0, _LEAST * frame.height)
    many = int(sure.sum())
    by_chance = many < least or _expected(frame.filter(marked), columns) > _BY_CHANCE * many
    if by_chance or whole is None:
        sure = all_kept
    else:
        sure &= _alike_everywhere(frame, prints, whole(), id_heading)
    sure = sure if int(sure.sum()) >= least else all_kept
    kept = again & ~sure
    if int(kept.sum()) > 2 * _expected(frame, columns):
        taken.read_otherwise("alike_but_for_id", frame[ROW].filter(kept))
    return taken.without(frame, pl.lit(sure), "copy_under_new_id")


def _print_of(columns: list[str], frame: pl.DataFrame) -> pl.Expr:
    """A number that two rows share if they are alike in these columns."""
    mixed = pl.lit(0, dtype=pl.UInt64)
    for name in columns:
        cell = pl.col(name)
        cell = cell.to_physical() if frame.schema[name] == pl.Categorical else cell
        mixed = (mixed * 1_099_511_628_211) ^ cell.hash()
    return mixed


def _expected(frame: pl.DataFrame, columns: list[str]) -> float:
    """Pairs of rows that would be alike if columns had nothing to do with each other."""
    flags = [c for c in columns if frame.schema[c] == pl.Boolean]
    lag = (pl.col("closed") - pl.col("created")).dt.total_days()
    apart = [pl.col(c) for c in columns if c not in flags and c != "closed"] + [lag.alias("lag")]
    apart.append(_print_of(flags, frame).alias("flags"))
    alike = [frame.select(e.alias("x")).group_by("x").len()["len"].cast(pl.Float64) for e in apart]
    shares = [float((counts**2).sum()) / frame.height**2 for counts in alike]
    return frame.height**2 / 2 * math.prod(shares)


def _alike_everywhere(
    frame: pl.DataFrame, prints: pl.Series, whole: pl.DataFrame, id_heading: str
) -> pl.Series:
    """Whether an earlier row is alike in every column of the file but the id."""
    candidates = frame.select(ROW).with_columns(prints.alias("print")).filter(prints.is_duplicated())
    texts = whole.join(candidates.select(ROW), on=ROW, how="semi", maintain_order="left").drop(id_heading)
    again = texts.filter(~texts.select(pl.struct(pl.exclude(ROW)).is_first_distinct()).to_series())
    return frame[ROW].is_in(again[ROW].implode())
