"""Texts to dates, numbers and durations, judged column by column: what one cell leaves open, others decide.

`03/04/2024` alone may be March or April, `1.234` a thousand or one and a bit. Other cells of the column
settle it (`13/04/2024`, `1.234,50`); where none does, the reader asks instead of guessing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

Decimal = Literal["point", "comma"]

_TIME = r"(?:[T ,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?)?\s*([AaPp][Mm])?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$"
_YEAR_FIRST = r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})" + _TIME
_YEAR_LAST = r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})" + _TIME
_DAY_NAMED = r"^(\d{1,2})[. -]+([A-Za-zéû]{3,9})\.?[, -]+(\d{4})" + _TIME
_MONTH_NAMED = r"^([A-Za-zéû]{3,9})\.? (\d{1,2}),? (\d{4})" + _TIME
_SERIAL = r"^\d{5}(?:\.\d+)?$"
_MILLISECONDS = r"^\d{13}$"
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("jan",), ("feb", "fév"), ("mar", "mär"), ("apr", "avr"), ("may", "mai"), ("jun", "juin"),
            ("jul", "juil", "juillet"), ("aug", "aoû"), ("sep",), ("oct", "okt"), ("nov",),
            ("dec", "déc", "dez"),
        ),
        1,
    )
    for name in names
}  # fmt: skip
"""English, French and German, by their first letters."""
_DURATION = r"^(?:(-?\d+) days?,? ?)?(\d+):(\d{2})(?::(\d{2})(?:\.\d+)?)?$"
_EXCEL_DAY_0 = 25569
"""1970-01-01 as a serial number of spreadsheets."""


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
    note: str = ""


def dates(texts: pl.Series, day_first: bool | None = None, timezone: str = "UTC") -> CsvColumn:
    """Dates and times without zone, in `timezone` where the text names one.

    Reads ISO, day or month first with any separator, month names, spreadsheet serial numbers and Unix
    milliseconds, also mixed in one column. Raises Ambiguous where days and months cannot be told apart.
    """
    plain = _plain_iso(texts)
    if plain.null_count() > texts.null_count():
        empty = pl.Series([None], dtype=pl.String).new_from_index(0, len(texts))
        rest = texts.zip_with(plain.is_null(), empty)
        unique = rest.drop_nulls().unique()
        order = _day_first(unique, day_first)
        table = pl.DataFrame({"text": unique}).with_columns(value=_moment(pl.col("text"), order, timezone))
        others = pl.DataFrame({"text": rest}).join(table, on="text", how="left", maintain_order="left")
        plain = plain.fill_null(others["value"])
    return CsvColumn(plain.alias(texts.name), plain.is_null() & texts.is_not_null())


def _plain_iso(texts: pl.Series) -> pl.Series:
    """The commonest way of writing, which nothing can be confused with, in one fast pass; others are null."""
    read = pl.Series([None], dtype=pl.Datetime("us")).new_from_index(0, len(texts))
    texts = texts.cast(pl.String)
    long = texts.str.len_bytes()
    for length, form in ((19, "%Y-%m-%d %H:%M:%S"), (10, "%Y-%m-%d")):
        fits = (long == length).fill_null(False)
        if fits.any():
            read = texts.str.to_datetime(form, strict=False, time_unit="us").zip_with(fits, read)
    return read


def _day_first(unique: pl.Series, given: bool | None) -> bool:
    parts = unique.str.extract_groups(_YEAR_LAST).struct.unnest()
    a, b = (parts[name].cast(pl.Int32) for name in ("1", "2"))
    first, second = bool((a > 12).any()), bool((b > 12).any())
    if first and second and given is None:
        example = f"{unique.filter(a > 12)[0]} and {unique.filter(b > 12)[0]}"
        raise Ambiguous("mixes day-first and month-first dates", example, "day_first", "true or false")
    if given is not None:
        return given
    open_ones = unique.filter(a.is_not_null())
    if first or second or not len(open_ones) or open_ones.str.contains(r"^\d+\.\d+\.").all():
        return not second
    raise Ambiguous("may be day or month first", str(open_ones[0]), "day_first", "true or false")


def _moment(text: pl.Expr, day_first: bool, timezone: str) -> pl.Expr:
    year_first, year_last = text.str.extract_groups(_YEAR_FIRST), text.str.extract_groups(_YEAR_LAST)
    day, month = ("1", "2") if day_first else ("2", "1")
    named = [
        _built(groups, "3", m, d, timezone, named=True)
        for groups, d, m in (
            (text.str.extract_groups(_DAY_NAMED), "1", "2"),
            (text.str.extract_groups(_MONTH_NAMED), "2", "1"),
        )
    ]
    days = pl.when(text.str.contains(_SERIAL)).then(text.cast(pl.Float64, strict=False))
    serial = pl.from_epoch(((days - _EXCEL_DAY_0) * 86400).round().cast(pl.Int64), "s")
    unix = pl.when(text.str.contains(_MILLISECONDS)).then(text.cast(pl.Int64, strict=False))
    return pl.coalesce(
        _built(year_first, "1", "2", "3", timezone),
        _built(year_last, "3", month, day, timezone),
        *named,
        pl.when(days.is_between(20000, 80000)).then(serial.cast(pl.Datetime("us"))),
        pl.from_epoch(unix, "ms").cast(pl.Datetime("us")),
    )


def _built(groups: pl.Expr, year: str, month: str, day: str, timezone: str, named: bool = False) -> pl.Expr:
    """A moment from the pieces of a text; null where they are no date."""
    part = groups.struct.field
    number = pl.lit("20") + part(year)
    years = pl.when(part(year).str.len_chars() == 2).then(number).otherwise(part(year))
    months = part(month)
    if named:
        letters = months.str.to_lowercase().str.slice(0, 3)
        whole = months.str.to_lowercase().replace_strict(_MONTHS, default=None, return_dtype=pl.Int32)
        short = letters.replace_strict(_MONTHS, default=None, return_dtype=pl.Int32)
        months = pl.coalesce(whole, short).cast(pl.String)
    hour = part("4").fill_null("0").cast(pl.Int32)
    half = part("7").str.to_lowercase()
    hour = pl.when(half == "pm").then(hour % 12 + 12).when(half == "am").then(hour % 12).otherwise(hour)
    text = pl.format(
        "{}-{}-{} {}:{}:{}",
        years,
        months.str.zfill(2),
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


_SIGNS = {"€": "EUR", "$": "$", "£": "GBP", "¥": "¥"}


def currencies(texts: pl.Series) -> tuple[str, ...]:
    """Currencies that amounts are marked with, by code or sign, in alphabetical order."""
    marked = texts.filter(texts.str.contains(r"[€$£¥]|\b[A-Z]{3}\b").fill_null(False)).unique()
    marks = marked.str.extract_all(r"[€$£¥]|\b[A-Z]{3}\b").explode().drop_nulls().unique()
    return tuple(sorted({_SIGNS.get(mark, mark) for mark in marks}))


def numbers(texts: pl.Series, decimal: Decimal | None = None) -> CsvColumn:
    """Plain numbers; currency signs, spaces and thousands separators go.

    Raises Ambiguous where `1.234` might be a thousand or a little more than one, and no cell tells.
    """
    plain = _plain_numbers(texts, decimal)
    if plain is not None:
        return CsvColumn(plain, plain.is_null() & texts.is_not_null())
    unique = texts.drop_nulls().unique()
    bare = unique.str.replace_all(r"[\s\u00a0\u202f'’]|[€$£¥]|\b[A-Z]{3}\b", "")
    negative = bare.str.contains(r"^\(.*\)$")
    bare = bare.str.strip_chars("()")
    mark = _decimal(unique, bare, decimal)
    thousands, point = (".", ",") if mark == "comma" else (",", ".")
    digits = bare.str.replace_all(thousands, "", literal=True).str.replace_all(point, ".", literal=True)
    good = digits.str.contains(r"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$") & _grouped(bare, thousands, point)
    read = digits.cast(pl.Float64, strict=False)
    table = pl.DataFrame({"text": unique, "good": good, "read": read, "negative": negative}).select(
        "text",
        value=pl.when("good").then(pl.when("negative").then(-pl.col("read")).otherwise("read")),
    )
    values = pl.DataFrame({"text": texts}).join(table, on="text", how="left", maintain_order="left")["value"]
    return CsvColumn(values.alias(texts.name), values.is_null() & texts.is_not_null())


def _plain_numbers(texts: pl.Series, decimal: Decimal | None) -> pl.Series | None:
    """The commonest way of writing, in one fast pass: every cell as programs write numbers, and a decimal
    point beyond doubt. None otherwise."""
    read = texts.cast(pl.Float64, strict=False)
    if decimal == "comma" or read.null_count() > texts.null_count() or not read.is_finite().all():
        return None
    doubtful = texts.str.contains(r"^[-+]?\d{1,3}\.\d{3}$")
    if decimal is None and doubtful.any() and not texts.str.contains(r"\.\d{1,2}$|\.\d{4,}$").any():
        return None
    return read


def _grouped(bare: pl.Series, thousands: str, point: str) -> pl.Series:
    """Thousands separators stand before groups of three digits, and nowhere else."""
    t, p = (f"\\{c}" for c in (thousands, point))
    return ~bare.str.contains(t) | bare.str.contains(rf"^[-+]?\d{{1,3}}({t}\d{{3}})+({p}\d*)?$")


def _decimal(unique: pl.Series, bare: pl.Series, given: Decimal | None) -> Decimal:
    if given is not None:
        return given
    comma = bare.str.contains(r"\..*,|,\d{1,2}$|,\d{4,}$|^0,|\.\d{3}\.")
    point = bare.str.contains(r",.*\.|\.\d{1,2}$|\.\d{4,}$|^-?0?\.|,\d{3},")
    if comma.any() and point.any():
        example = f"{unique.filter(comma)[0]} and {unique.filter(point)[0]}"
        raise Ambiguous("mixes decimal commas and decimal points", example, "decimal", "point or comma")
    either = bare.str.contains(r"^[-+]?\d{1,3}[.,]\d{3}$")
    if either.any() and not comma.any() and not point.any():
        raise Ambiguous(
            "may be thousands or decimals", str(unique.filter(either)[0]), "decimal", "point or comma"
        )
    return "comma" if comma.any() else "point"


def hours(texts: pl.Series, unit_hours: float = 1.0, decimal: Decimal | None = None) -> CsvColumn:
    """Durations in hours: `00:26:43`, `4 days, 22:47:14`, or plain numbers in units of `unit_hours`."""
    clocked = texts.str.contains(":", literal=True).fill_null(False)
    if not clocked.any():
        plain = numbers(texts, decimal)
        return CsvColumn(plain.values * unit_hours, plain.unreadable)
    parts = texts.str.extract_groups(_DURATION).struct.unnest()
    day, hour, minute, second = (parts[str(i)].cast(pl.Float64) for i in range(1, 5))
    clock = day.fill_null(0) * 24 + hour + minute / 60 + second.fill_null(0) / 3600
    rest = texts.zip_with(clock.is_null(), pl.Series([None], dtype=pl.String).new_from_index(0, len(texts)))
    read = clock.fill_null(numbers(rest, decimal).values * unit_hours)
    return CsvColumn(read.alias(texts.name), read.is_null() & texts.is_not_null())
