"""Rows of an export that are no leads: totals, and the header where pages were joined."""

from __future__ import annotations

import re

import polars as pl

from optimizer.history.read.account import Account
from optimizer.history.read.losses import ROW
from optimizer.history.read.typed.empty_words import canonical

_TOTALS = """
    total, totals, grand total, grand totals, sub total, subtotal, subtotals, sum, overall, overall total
    total general, total generale, totaux, sous total, sous totaux, somme, somme totale, total global
    summe, summen, gesamt, gesamtsumme, gesamtergebnis, gesamtwert, gesamtbetrag, zwischensumme, teilergebnis
    teilsumme, ergebnis, insgesamt, summe gesamt, total gesamt, endsumme
    average, mean, moyenne, durchschnitt, mittelwert, promedio, count, anzahl, nombre, recuento
    suma, suma total, totales, total generales, subtotales, sumatoria, total acumulado, gran total
"""
_PHRASES = frozenset(phrase.strip() for line in _TOTALS.strip().splitlines() for phrase in line.split(","))
_UNITS = """
    record records row rows deal deals opportunity opportunities lead leads item items count eur usd gbp chf
    ligne lignes enregistrement enregistrements affaire affaires elements
    zeile zeilen datensatz datensatze eintrage fila filas registro registros elementos
"""
_COUNTED = frozenset(_UNITS.split())
"""What totals count: `Total (60 records)`."""
_MAYBE = (
    r"(?i)total|totaux|somm|sum|gesamt|ergebnis|overall|average|mean|moyenne|schnitt|mittelwert|promedio|count"
    r"|anzahl|nombre|recuento"
)


FIRST = "__first"
"""The first column of a file whose rows have no id: rows of totals say so there."""


def without_odd_rows(raw: pl.DataFrame, id_heading: str | None, taken: Account) -> pl.DataFrame:
    """The rows that are leads. A row of totals says so where its id should be; without an id, anywhere."""
    texts = [name for name in raw.columns if name != ROW and not name.startswith("__")]
    first = id_heading or texts[0]
    if (raw[first] == first).any():
        again = [(pl.col(name) == name).fill_null(True) for name in texts]
        raw = taken.without(
            raw, pl.all_horizontal((pl.col(first) == first).fill_null(False), *again), "repeated_header"
        )
    named = FIRST if FIRST in raw.columns else first
    total, said = _says_total(raw[named]), raw[named]
    lone = (
        raw[first].is_null()
        if id_heading
        else raw.select(pl.any_horizontal(pl.col(texts).is_null())).to_series()
    )
    for name in texts if lone.any() else ():
        here = lone & ~total & _says_total(raw[name])
        said = raw[name].zip_with(here, said)
        total = total | here
    return taken.without(raw, pl.lit(total), "total_row", said).drop(FIRST, strict=False)


def _says_total(texts: pl.Series) -> pl.Series:
    maybe = texts.str.contains(_MAYBE).fill_null(False)
    if not maybe.any():
        return maybe
    totals = [text for text in texts.filter(maybe).unique() if is_total(text)]
    return texts.is_in(totals).fill_null(False)


def is_total(text: str) -> bool:
    """Whether a text is a word for a total, in four languages, with a count or an amount behind it or none.

    `Total Energies` and `Summer camp` are names.
    """
    words = re.sub(r"[\W\d_]+", " ", canonical(text)).split()
    while len(words) > 1 and words[-1] in _COUNTED:
        words.pop()
    return " ".join(words) in _PHRASES
