"""What two columns show together: one date never before another, one amount a share or a tax of another."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from optimizer.history.suggest.column_facts import Column

_ROWS = 2_000
"""Rows that are compared."""
_NEARLY = 0.95
_FEWEST = 3
"""Rows in which a rule must have been seen."""
_CLOSE = 0.01
_LEAST_TAX, _MOST_TAX = 1.03, 1.30


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
    numbers = column.cells.head(_ROWS).str.extract(r"(\d{1,15})\D*$").cast(pl.Int64, strict=False)
    rows = pl.DataFrame({"number": numbers, "date": date.moments.head(_ROWS)}).drop_nulls()
    if rows.height < _FEWEST:
        return False
    steps = rows.sort("date", maintain_order=True)["number"].diff().drop_nulls()
    return float((steps > 0).sum()) > _NEARLY * len(steps) or float((steps < 0).sum()) > _NEARLY * len(steps)


def weighted(column: Column, columns: Iterable[Column], open_rows: pl.Series | None = None) -> bool:
    """Whether a column is another one times the chance of the row: an expectation, no amount.

    Where no column has the chances: all or nothing of the other in decided rows, and a part in open ones.
    """
    numbers = [c for c in columns if c.kind == "number" and c is not column]
    chances = [c for c in numbers if "probability" in c.ideas]
    if any(
        _is_share(column, whole, chance) for chance in chances for whole in numbers if whole is not chance
    ):
        return True
    return open_rows is not None and any(_is_part(column, whole, open_rows) for whole in numbers)


def _is_part(part: Column, whole: Column, open_rows: pl.Series) -> bool:
    series = (part.amounts.alias("p"), whole.amounts.alias("w"), open_rows.alias("open"))
    rows = pl.DataFrame([one.head(_ROWS) for one in series]).drop_nulls().filter(pl.col("w") > 0)
    share = rows["p"] / rows["w"]
    inside, ends = share.is_between(_CLOSE, 1 - _CLOSE), (share < _CLOSE) | ((share - 1).abs() < _CLOSE)
    parts, all_or_nothing = int((inside & rows["open"]).sum()), int((ends & ~rows["open"]).sum())
    return min(parts, all_or_nothing) >= _FEWEST and parts + all_or_nothing >= _NEARLY * rows.height


def _is_share(part: Column, whole: Column, chance: Column) -> bool:
    table = pl.DataFrame(
        [c.amounts.head(_ROWS).alias(n) for c, n in ((part, "p"), (whole, "w"), (chance, "c"))]
    )
    top = table["c"].max()
    percent = 100.0 if isinstance(top, float) and top > 1 else 1.0
    rows = table.with_columns(pl.col("c") / percent).filter(pl.col("c").is_between(0.01, 0.99)).drop_nulls()
    return rows.height >= _FEWEST and _agree(rows["p"], rows["w"] * rows["c"])


def taxed(column: Column, columns: Iterable[Column]) -> bool:
    """Whether a column is another amount with a tax on it: the same few per cent more in every row."""
    return any(_is_taxed(column, c) for c in columns if c.kind == "number" and c is not column)


def _is_taxed(gross: Column, net: Column) -> bool:
    table = pl.DataFrame(
        [gross.amounts.head(_ROWS).alias("g"), net.amounts.head(_ROWS).alias("n")]
    ).drop_nulls()
    rows = table.filter(pl.col("n") > 0)
    if rows.height < _FEWEST:
        return False
    rate = (rows["g"] / rows["n"]).median()
    return isinstance(rate, float) and _LEAST_TAX <= rate <= _MOST_TAX and _agree(rows["g"], rows["n"] * rate)


def _agree(one: pl.Series, other: pl.Series) -> bool:
    """Whether two series are the same but for rounding."""
    return int(((one - other).abs() <= _CLOSE * other.abs() + _CLOSE).sum()) >= _NEARLY * len(one)
