"""What two columns show together: one date never before another, one amount a share or a tax of another."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping

import polars as pl

from optimizer.history.suggest.column_facts import SOME_ROWS, Column

_NEARLY = 0.95
_FEWEST = 3
"""Rows in which a rule must have been seen."""
_CLOSE = 0.01
_LEAST_TAX, _MOST_TAX = 1.03, 1.30
_NO_AMOUNT, _TAXED = 6.0, 2.0
"""Points against expectations, and against amounts with tax where there are those without."""
_MONEY = frozenset({"value", "revenue", "cost", "expected", "weighted"})
_MOST_COMPARED = 12
"""Columns of money that are compared with each other."""


def share_after(first: Column, then: Column) -> float:
    """Share of rows with both dates whose second is not before the first."""
    both = (then.moments.dt.date() >= first.moments.dt.date()).drop_nulls()
    return float(both.sum()) / max(1, len(both))


def same_days(first: Column, other: Column) -> bool:
    """Whether two dates are the same in nearly every row."""
    both = (other.moments.dt.date() == first.moments.dt.date()).drop_nulls()
    return float(both.sum()) > _NEARLY * max(1, len(both)) and len(both) > _NEARLY * len(first.cells)


def grows_with(column: Column, date: Column) -> bool:
    """Whether the numbers in a column grow with a date, as those do that are given in turn."""
    numbers = column.cells.head(SOME_ROWS).str.extract(r"(\d{1,15})\D*$").cast(pl.Int64, strict=False)
    rows = pl.DataFrame({"number": numbers, "date": date.moments.head(SOME_ROWS)}).drop_nulls()
    if rows.height < _FEWEST:
        return False
    steps = rows.sort("date", maintain_order=True)["number"].diff().drop_nulls()
    return float((steps > 0).sum()) > _NEARLY * len(steps) or float((steps < 0).sum()) > _NEARLY * len(steps)


def derived_amounts(columns: Iterable[Column], open_rows: pl.Series | None) -> Mapping[str, float]:
    """Points against columns of numbers that follow from another, by heading: expectations, amounts with tax.

    `open_rows` are neither won nor lost; None where that is not known.
    """
    numbers = [c for c in columns if c.kind == "number"]
    chances = [c for c in numbers if "probability" in c.ideas]
    money = [c for c in numbers if c.ideas & _MONEY or c.monetary][:_MOST_COMPARED]
    found = dict.fromkeys((c.heading for c in money), 0.0)
    for column, other in itertools.permutations(money, 2):
        if _is_part(column, other, open_rows) or any(_is_share(column, other, chance) for chance in chances):
            found[column.heading] -= _NO_AMOUNT
        elif _is_taxed(column, other):
            found[column.heading] -= _TAXED
    return found


def _first_rows(**columns: Column) -> pl.DataFrame:
    return pl.DataFrame([column.some_amounts.alias(name) for name, column in columns.items()])


def _is_part(part: Column, whole: Column, open_rows: pl.Series | None) -> bool:
    """Whether a column is all or nothing of another in decided rows, and a part of it in open ones."""
    if open_rows is None:
        return False
    table = _first_rows(part=part, whole=whole).with_columns(open_rows.head(SOME_ROWS).alias("open"))
    rows = table.drop_nulls().filter(pl.col("whole") > 0)
    share = rows["part"] / rows["whole"]
    inside, ends = share.is_between(_CLOSE, 1 - _CLOSE), (share < _CLOSE) | ((share - 1).abs() < _CLOSE)
    parts, all_or_nothing = int((inside & rows["open"]).sum()), int((ends & ~rows["open"]).sum())
    return min(parts, all_or_nothing) >= _FEWEST and parts + all_or_nothing >= _NEARLY * rows.height


def _is_share(part: Column, whole: Column, chance: Column) -> bool:
    """Whether a column is another one times the chance of the row."""
    table = _first_rows(part=part, whole=whole, chance=chance)
    top = table["chance"].max()
    percent = 100.0 if isinstance(top, float) and top > 1 else 1.0
    table = table.with_columns(pl.col("chance") / percent)
    rows = table.filter(pl.col("chance").is_between(0.01, 0.99)).drop_nulls()
    return rows.height >= _FEWEST and _agree(rows["part"], rows["whole"] * rows["chance"])


def _is_taxed(gross: Column, net: Column) -> bool:
    """Whether a column is another amount with a tax on it: the same few per cent more in every row."""
    rows = _first_rows(gross=gross, net=net).drop_nulls().filter(pl.col("net") > 0)
    if rows.height < _FEWEST:
        return False
    rate = (rows["gross"] / rows["net"]).median()
    same = isinstance(rate, float) and _LEAST_TAX <= rate <= _MOST_TAX
    return same and _agree(rows["gross"], rows["net"] * rate)


def _agree(one: pl.Series, other: pl.Series) -> bool:
    """Whether two series are the same but for rounding."""
    return int(((one - other).abs() <= _CLOSE * other.abs() + _CLOSE).sum()) >= _NEARLY * len(one)
