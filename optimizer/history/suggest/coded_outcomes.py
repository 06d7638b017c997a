"""Outcomes that no word tells: stages whose chance is 100 % or 0 %, states of one letter."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from optimizer.history.suggest.column_facts import Column
from optimizer.history.suggest.outcome_conditions import Outcome, counted, named, one_of
from optimizer.history.vocabulary import folded, lexicon

_CERTAIN, _IMPOSSIBLE = 100.0, 0.0
_FEW = 12
"""Different codes of a column of stages."""


def may_be_codes(column: Column) -> bool:
    """Few whole numbers under a heading that speaks of stages."""
    whole = column.kind == "number" and not column.sample.str.contains(r"\D").any()
    return whole and column.different <= _FEW and bool(column.ideas & {"stage", "status"})


def _probability(columns: Sequence[Column]) -> Column | None:
    return next(
        (c for c in columns if "probability" in c.ideas and c.kind in ("number", "text", "flag")), None
    )


def _bounds(column: Column, columns: Sequence[Column]) -> dict[str, tuple[float, float]]:
    """The least and the highest chance in percent that rows of each value have."""
    chances = _probability(columns)
    if chances is None:
        return {}
    percent = (
        chances.cells.str.extract(r"(\d+(?:[.,]\d+)?)").str.replace(",", ".").cast(pl.Float64, strict=False)
    )
    if percent.max() == 1:
        percent = percent * 100
    table = pl.DataFrame({"value": column.cells, "chance": percent}).drop_nulls()
    rows = table.group_by("value").agg(pl.col("chance").min().alias("lo"), pl.col("chance").max().alias("hi"))
    return {str(value): (float(lo), float(hi)) for value, lo, hi in rows.iter_rows()}


def contradicted(column: Column, won: Sequence[str], columns: Sequence[Column]) -> list[str]:
    """Values whose chances say other than their words."""
    bounds = _bounds(column, columns)
    if not any(hi == _CERTAIN for _, hi in bounds.values()):
        return []
    odd = [v for v in won if v in bounds and bounds[v][1] < _CERTAIN]
    odd += [v for v, (lo, _) in bounds.items() if lo == _CERTAIN and v not in won]
    return [f"chance and words do not agree: {counted(column, odd)}"] if odd else []


def by_probability(stages: Sequence[Column], columns: Sequence[Column]) -> Outcome | None:
    """A stage whose rows all have a chance of 100 % is won, one of 0 % lost."""
    for column in sorted(stages, key=named, reverse=True):
        if "probability" in column.ideas:
            continue
        bounds = _bounds(column, columns)
        won = [v for v, (lo, _) in bounds.items() if lo == _CERTAIN]
        lost = [v for v, (_, hi) in bounds.items() if hi == _IMPOSSIBLE]
        if won and len(bounds) == column.different and len(won) + len(lost) < column.different:
            check = "told by the chances of 100 % and 0 %, not by words"
            return Outcome(column.heading, one_of(column, won), one_of(column, lost), (check,), 5.0)
    return None


def by_initials(stages: Sequence[Column]) -> Outcome | None:
    """A state of one letter each, such as W, L and O: the first letters of won and lost in one language."""
    for column in sorted(stages, key=named, reverse=True):
        letters = {folded(value): value for value in column.values}
        if not column.ideas & {"stage", "status"} or any(len(letter) > 1 for letter in letters):
            continue
        for both in lexicon()["outcomes"]["initials"].values():
            won, lost = both.split()
            if {won, lost} <= letters.keys():
                check = f"taken by their first letters: {counted(column, [letters[won], letters[lost]])}"
                told = one_of(column, [letters[won]]), one_of(column, [letters[lost]])
                return Outcome(column.heading, *told, (check,), 4.0)
    return None
