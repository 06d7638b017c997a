"""Columns of an export to typed values, or refused with what their cells say and what to do about it."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from optimizer.history.read.maps.mapping import Map
from optimizer.history.read.typed import parse_cells
from optimizer.history.read.typed.csv_column import only_where
from optimizer.history.read.typed.empty_words import says_nothing
from optimizer.scenario.problems import InputProblem, ScenarioError, listed

UNIT_HOURS = {"seconds": 1 / 3600, "minutes": 1 / 60, "hours": 1.0, "days": 24.0}
_MOST_UNREADABLE = 0.05
"""Share of dates that may be unreadable: what is left out beyond that is no accident, and no fair sample."""


def dates_of(texts: pl.Series, where: str, given: Map) -> parse_cells.CsvColumn:
    """Dates; unreadable ones are few. Raises ScenarioError with some of them where they are not."""
    column = _typed(lambda: parse_cells.dates(texts, given.day_first, given.timezone), texts, where)
    bad, filled = int(column.unreadable.sum()), int((column.unreadable | column.values.is_not_null()).sum())
    if bad > _MOST_UNREADABLE * filled:
        some = texts.filter(column.unreadable).unique(maintain_order=True).head(5).to_list()
        message = f"{bad:,} of {filled:,} dates of the column {texts.name!r} cannot be read"
        hint = "write them as 2024-03-31 or 31/03/2024, or leave these cells empty"
        raise ScenarioError([InputProblem(where, listed(f"{text[:40]!r}" for text in some), message, hint)])
    return column


def numbers_of(texts: pl.Series, where: str, given: Map) -> parse_cells.CsvColumn:
    return _typed(lambda: parse_cells.numbers(texts, given.decimal), texts, where)


def response_of(texts: pl.Series, created: pl.Series, given: Map) -> parse_cells.CsvColumn:
    """Hours, from durations or from the moment of the first answer."""
    where, unit = "deals.columns.response", UNIT_HOURS[given.response_unit]
    if (
        texts.drop_nulls()
        .head(1000)
        .str.contains(r"^\d{4}-\d{2}-\d{2}|^\d{1,2}[./]\d{1,2}[./]\d{2,4}(?: |$)")
        .any()
    ):
        at = dates_of(texts, where, given)
        hours = (at.values - created).dt.total_seconds() / 3600
        return parse_cells.CsvColumn(hours, at.unreadable, empty=at.empty)
    return _typed(lambda: parse_cells.hours(texts, unit, given.decimal), texts, where)


def _typed(read: Callable[[], parse_cells.CsvColumn], texts: pl.Series, where: str) -> parse_cells.CsvColumn:
    try:
        column = read()
    except parse_cells.Ambiguous as error:
        hint = f"write `{error.key}: {error.choices}` in the map"
        message = f"the column {texts.name!r} {error}"
        raise ScenarioError([InputProblem(where, error.example, message, hint)]) from None
    empty = _empty_words(texts, column.unreadable)
    unreadable = column.unreadable if empty is None else column.unreadable & empty.is_null()
    bad, filled = int(unreadable.sum()), int((unreadable | column.values.is_not_null()).sum())
    if filled and bad == filled:
        example = str(texts.filter(unreadable)[0])[:60]
        message = f"no cell of the column {texts.name!r} can be read"
        raise ScenarioError(
            [InputProblem(where, example, message, "name another column, or export its values")]
        )
    return parse_cells.CsvColumn(column.values, unreadable, column.words, empty)


def _empty_words(texts: pl.Series, unreadable: pl.Series) -> pl.Series | None:
    """The words of cells that say that they are empty, null elsewhere; None without any."""
    if not unreadable.any():
        return None
    words = [text for text in texts.filter(unreadable).unique() if says_nothing(text)]
    if not words:
        return None
    return only_where(texts, texts.is_in(words).fill_null(False))
