"""Texts to dates, numbers and durations, judged column by column: what one cell leaves open, others decide.

`03/04/2024` alone may be March or April, `1.234` a thousand or one and a bit. Other cells of the column
settle it (`13/04/2024`, `1.234,50`); where none does, the reader asks instead of guessing.
"""

from __future__ import annotations

from typing import Literal

import polars as pl

from optimizer.history.read.typed.csv_column import Ambiguous, CsvColumn, Decimal, empty_cells, only_where
from optimizer.history.read.typed.date_words import full_year, in_digits
from optimizer.history.read.typed.number_cells import numbers

__all__ = ["Ambiguous", "CsvColumn", "dates", "hours", "numbers"]

_TIME = (
    r"(?:[Tt ,]+(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?)?"
    r"\s*([AaPp][Mm])?\s*([Zz]|UTC|utc|[+-]\d{2}:?\d{2})?$"
)
_YEAR_FIRST = r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})" + _TIME
_YEAR_LAST = r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})" + _TIME
_SERIAL = r"^\d{5}(?:[.,]\d+)?$"
_DIGITS = r"^(19[789]\d|20\d\d)([01]\d)([0-3]\d)(?:[Tt]?([0-2]\d)([0-5]\d)([0-5]\d)?)?$"
_SECONDS, _MILLISECONDS = r"^1\d{9}$", r"^1\d{12}$"
_DURATION = r"^(?:(-?\d+) days?,? ?)?(\d+):(\d{2})(?::(\d{2})(?:\.\d+)?)?$"
_EXCEL_DAY_0 = 25569
"""1970-01-01 as a serial number of spreadsheets."""


def dates(texts: pl.Series, day_first: bool | None = None, timezone: str = "UTC") -> CsvColumn:
    """Dates and times without zone, in `timezone` where the text names one.

    Reads ISO, day or month first with any separator, month names, spreadsheet serial numbers and Unix
    milliseconds, also mixed in one column. Raises Ambiguous where days and months cannot be told apart.
    """
    plain = _plain_iso(texts)
    if plain.null_count() > texts.null_count():
        rest = only_where(texts, plain.is_null())
        unique = rest.drop_nulls().unique()
        plainer = in_digits(unique)
        order = _day_first(unique, plainer, day_first)
        table = pl.DataFrame({"text": unique, "plainer": plainer})
        table = table.select("text", value=_moment(pl.col("plainer"), order, timezone))
        others = pl.DataFrame({"text": rest}).join(table, on="text", how="left", maintain_order="left")
        plain = plain.fill_null(others["value"])
    return CsvColumn(plain.alias(texts.name), plain.is_null() & texts.is_not_null())


def _plain_iso(texts: pl.Series) -> pl.Series:
    """The commonest way of writing, which nothing can be confused with, in one fast pass; others are null."""
    read = empty_cells(len(texts), pl.Datetime("us"))
    texts = texts.cast(pl.String)
    long = texts.str.len_bytes()
    for length, form in ((19, "%Y-%m-%d %H:%M:%S"), (10, "%Y-%m-%d")):
        fits = (long == length).fill_null(False)
        if fits.any():
            read = texts.str.to_datetime(form, strict=False, time_unit="us").zip_with(fits, read)
    return read


def _day_first(unique: pl.Series, plainer: pl.Series, given: bool | None) -> bool:
    parts = plainer.str.extract_groups(_YEAR_LAST).struct.unnest()
    a, b = (parts[name].cast(pl.Int32) for name in ("1", "2"))
    first, second = bool((a > 12).any()), bool((b > 12).any())
    if first and second and given is None:
        example = f"{unique.filter(a > 12)[0]} and {unique.filter(b > 12)[0]}"
        raise Ambiguous("mixes day-first and month-first dates", example, "day_first", "true or false")
    if given is not None:
        return given
    open_ones = plainer.filter(a.is_not_null())
    if first or second or not len(open_ones) or open_ones.str.contains(r"^\d+\.\d+\.").all():
        return not second
    example = str(unique.filter(a.is_not_null())[0])
    raise Ambiguous("may be day or month first", example, "day_first", "true or false")


def _moment(text: pl.Expr, day_first: bool, timezone: str) -> pl.Expr:
    year_first, year_last = text.str.extract_groups(_YEAR_FIRST), text.str.extract_groups(_YEAR_LAST)
    day, month = ("1", "2") if day_first else ("2", "1")
    days = pl.when(text.str.contains(_SERIAL)).then(text.str.replace(",", ".").cast(pl.Float64, strict=False))
    serial = pl.from_epoch(((days - _EXCEL_DAY_0) * 86400).round().cast(pl.Int64), "s")
    return pl.coalesce(
        _built(year_first, "1", "2", "3", timezone),
        _built(year_last, "3", month, day, timezone),
        pl.when(days.is_between(20000, 80000)).then(serial.cast(pl.Datetime("us"))),
        _compact(text),
        _since_1970(text, _SECONDS, "s"),
        _since_1970(text, _MILLISECONDS, "ms"),
    )


def _since_1970(text: pl.Expr, form: str, unit: Literal["s", "ms"]) -> pl.Expr:
    count = pl.when(text.str.contains(form)).then(text.cast(pl.Int64, strict=False))
    return pl.from_epoch(count, unit).cast(pl.Datetime("us"))


def _compact(text: pl.Expr) -> pl.Expr:
    """`20240312` and `20240312T143000`."""
    part = text.str.extract_groups(_DIGITS).struct.field
    clock = [part(name).fill_null("00") for name in "456"]
    told = pl.format("{}-{}-{} {}:{}:{}", part("1"), part("2"), part("3"), *clock)
    return told.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us")


def _built(groups: pl.Expr, year: str, month: str, day: str, timezone: str) -> pl.Expr:
    """A moment from the pieces of a text; null where they are no date."""
    part = groups.struct.field
    hour = part("4").fill_null("0").cast(pl.Int32)
    half = part("7").str.to_lowercase()
    hour = pl.when(half == "pm").then(hour % 12 + 12).when(half == "am").then(hour % 12).otherwise(hour)
    text = pl.format(
        "{}-{}-{} {}:{}:{}",
        full_year(part(year)),
        part(month).str.zfill(2),
        part(day).str.zfill(2),
        hour.cast(pl.String).str.zfill(2),
        part("5").fill_null("00"),
        part("6").fill_null("00"),
    )
    local = text.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us")
    return pl.when(part("8").is_null()).then(local).otherwise(_in_zone(local, part("8"), timezone))


def _in_zone(local: pl.Expr, offset: pl.Expr, timezone: str) -> pl.Expr:
    """A moment with an offset from UTC, on the clocks of `timezone`."""
    digits = offset.str.replace_all(r"[^\d]", "")
    minutes = digits.str.slice(0, 2).cast(pl.Int64, strict=False) * 60 + digits.str.slice(2, 2).cast(
        pl.Int64, strict=False
    )
    minutes = pl.when(offset.str.starts_with("-")).then(-minutes).otherwise(minutes).fill_null(0)
    utc = (local - pl.duration(minutes=minutes)).dt.replace_time_zone("UTC")
    return utc.dt.convert_time_zone(timezone).dt.replace_time_zone(
        None, ambiguous="earliest", non_existent="null"
    )


def hours(texts: pl.Series, unit_hours: float = 1.0, decimal: Decimal | None = None) -> CsvColumn:
    """Durations in hours: `00:26:43`, `4 days, 22:47:14`, or plain numbers in units of `unit_hours`."""
    clocked = texts.str.contains(":", literal=True).fill_null(False)
    if not clocked.any():
        plain = numbers(texts, decimal)
        return CsvColumn(plain.values * unit_hours, plain.unreadable)
    parts = texts.str.extract_groups(_DURATION).struct.unnest()
    day, hour, minute, second = (parts[str(i)].cast(pl.Float64) for i in range(1, 5))
    clock = day.fill_null(0) * 24 + hour + minute / 60 + second.fill_null(0) / 3600
    rest = only_where(texts, clock.is_null())
    read = clock.fill_null(numbers(rest, decimal).values * unit_hours)
    return CsvColumn(read.alias(texts.name), read.is_null() & texts.is_not_null())
