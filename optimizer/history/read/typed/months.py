"""Months as people write them where costs are kept by month: `2024-03`, `03/2024`, `mars 2024`, `Mar-24`."""

from __future__ import annotations

import polars as pl

from optimizer.history.read.typed.date_words import full_year, month_of
from optimizer.history.vocabulary import unaccented

_YEAR_FIRST = r"^(19\d{2}|20\d{2})[-/.](0?[1-9]|1[0-2])$"
_YEAR_LAST = r"^(0?[1-9]|1[0-2])[-/.](19\d{2}|20\d{2})$"
_NAMED = r"^([a-z]{3,10})\.?(?: de| del)?[ \-/.']+(\d{4}|\d{2})$"


def as_days(texts: pl.Series) -> pl.Series:
    """Texts with the first day of the month for a month; others, whole dates too, as they are."""
    unique = texts.drop_nulls().unique()
    days = _first_days(unique)
    known = days.is_not_null()
    if not known.any():
        return texts
    return texts.replace(unique.filter(known), days.filter(known))


def are_months(texts: pl.Series) -> bool:
    """Whether nearly every text names a month of a year."""
    unique = texts.drop_nulls().unique()
    return len(unique) > 0 and float(_first_days(unique).is_not_null().mean() or 0) >= 0.9  # type: ignore[arg-type]


def _first_days(unique: pl.Series) -> pl.Series:
    """The first days of months as ISO dates; null where a text names no month."""
    small = pl.Series("text", [unaccented(str(text).strip().casefold()) for text in unique], dtype=pl.String)
    found = []
    for form, year, month in ((_YEAR_FIRST, "1", "2"), (_YEAR_LAST, "2", "1"), (_NAMED, "2", "1")):
        part = small.str.extract_groups(form).struct.field
        number = month_of(part(month)) if form == _NAMED else part(month).cast(pl.Int32)
        found.append(
            pl.select(pl.lit(part(year)).pipe(full_year)).to_series() + "-" + _padded(number) + "-01"
        )
    return pl.select(pl.coalesce([pl.lit(series) for series in found])).to_series()


def _padded(number: pl.Series) -> pl.Series:
    return number.cast(pl.String).str.zfill(2)
