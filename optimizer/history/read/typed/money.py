"""Amounts of money in the map's currency: a column of currencies, marks in cells, and rates of the map.

Amounts of several currencies add up to nothing: without rates they are refused, with the counts of each.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from optimizer.history.read.account import Account, counted
from optimizer.history.read.losses import ROW
from optimizer.history.read.maps.mapping import Map
from optimizer.history.read.typed import parse_cells
from optimizer.history.read.typed.checked_cells import numbers_of
from optimizer.history.read.typed.csv_column import empty_cells, only_where
from optimizer.history.read.typed.currency_codes import code_of, marked, meant
from optimizer.history.read.typed.empty_words import says_nothing
from optimizer.scenario.problems import InputProblem, ScenarioError, listed

CURRENCY = "__currency"
"""The column of a frame that says in what currency its amounts are, where the export has one."""


def amounts_of(
    raw: pl.DataFrame, heading: str | None, where: str, given: Map, taken: Account, notes: list[str]
) -> parse_cells.CsvColumn:
    """Numbers of money in the map's currency. Raises ScenarioError where currencies mix without rates."""
    if heading is None:
        nothing = empty_cells(raw.height, pl.Float64)
        return parse_cells.CsvColumn(nothing, nothing.is_not_null())
    texts = raw[heading]
    column = numbers_of(texts, where, given)
    _note_words(raw, heading, column, taken)
    codes = only_where(_codes(raw, texts, given), column.values.is_not_null())
    if codes.null_count() == len(codes):
        return column
    values = _converted(raw, column.values, codes, where, given, taken, notes)
    return parse_cells.CsvColumn(values, column.unreadable, empty=column.empty)


def _note_words(raw: pl.DataFrame, heading: str, column: parse_cells.CsvColumn, taken: Account) -> None:
    """Words beside amounts: of tax, which is not taken out, and of thousands and millions."""
    for word, having in column.words:
        rows = raw.filter(pl.col(heading).is_in(having.implode()))[ROW]
        said = pl.Series([word]).new_from_index(0, len(rows))
        if word in ("HT", "TTC"):
            taken.read_otherwise("tax_word", rows, said)
        else:
            taken.read_otherwise("factor_word", rows, said)


def _codes(raw: pl.DataFrame, texts: pl.Series, given: Map) -> pl.Series:
    """The currency of each amount, by the column of currencies, else by the mark in its cell."""
    codes = marked(texts) if texts.dtype == pl.String else empty_cells(raw.height)
    if CURRENCY in raw.columns:
        column = raw[CURRENCY].cast(pl.Categorical)
        there = [str(text) for text in column.drop_nulls().unique() if not says_nothing(str(text))]
        known = {text: code_of(text) or text for text in there}
        said = column.cast(pl.String).replace_strict(known, default=None, return_dtype=pl.String)
        codes = said.zip_with(said.is_not_null(), codes)
    others = frozenset(given.rates)
    ours = {code: meant(code, given.currency, others) for code in codes.drop_nulls().unique()}
    return codes.replace_strict(ours, default=None, return_dtype=pl.String) if ours else codes


def _converted(
    raw: pl.DataFrame,
    values: pl.Series,
    codes: pl.Series,
    where: str,
    given: Map,
    taken: Account,
    notes: list[str],
) -> pl.Series:
    counts = dict(counted(codes, None))
    rates: Mapping[str, float] = {**given.rates, given.currency: 1.0}
    foreign = [code for code in counts if code != given.currency]
    silent = int((values.is_not_null() & codes.is_null()).sum())
    if foreign and silent:
        notes.append(f"{where}: {silent} amounts name no currency and are taken as {given.currency}")
    if not given.rates:
        if len(counts) > 1:
            _refuse_mixed(_told_by(raw), counts, where, given)
        if foreign:
            notes.append(_contradicted(where, foreign[0], counts, given))
        return values
    unrated = {code: counts[code] for code in foreign if code not in rates}
    if unrated:
        hint = f"add `rates: {{{next(iter(unrated))}: ...}}`: what one of it is worth in {given.currency}"
        message = f"has no rate for {_said(unrated)}"
        raise ScenarioError([InputProblem("rates", listed(sorted(unrated)), message, hint)])
    other = (codes != given.currency).fill_null(False)
    taken.read_otherwise("converted_currency", raw[ROW].filter(other), codes.filter(other))
    factor = codes.replace_strict(rates, default=None, return_dtype=pl.Float64).fill_null(1.0)
    return values * factor


def _told_by(raw: pl.DataFrame) -> str:
    """How a problem calls the column that tells currencies."""
    return "its column of currencies" if CURRENCY in raw.columns else "marks in its cells"


def _refuse_mixed(told_by: str, counts: Mapping[str, int], where: str, given: Map) -> None:
    others = ", ".join(f"{code}: ..." for code in counts if code != given.currency)
    hint = (
        f"write `rates: {{{others}}}` in the map (what one of it is worth in {given.currency}), "
        "or export amounts converted to one currency"
    )
    message = f"mixes currencies, by {told_by}"
    raise ScenarioError([InputProblem(where, _said(counts), message, hint)])


def _contradicted(where: str, code: str, counts: Mapping[str, int], given: Map) -> str:
    return (
        f"{where}: {counts[code]} amounts are marked {code}, the map says {given.currency}; "
        f"nothing is converted: write `currency: {code}`, or `rates: {{{code}: ...}}`"
    )


def _said(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{code} {count}" for code, count in counts.items())
