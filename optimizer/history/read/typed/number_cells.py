"""Amounts as people write them to numbers: `1 250,00 €`, `CHF 1'250.–`, `1,5 k€ HT`, `(500)`.

Currencies, words for tax and separators at the end go; `k`, `Tsd`, `M`, `Mio` multiply. Works on unique
texts.
"""

from __future__ import annotations

import polars as pl

from optimizer.history.read.typed.csv_column import Ambiguous, CsvColumn, Decimal
from optimizer.history.read.typed.currency_codes import SIGN, WORD

_INCLUDED = (
    r"(?i)\bttc\b|\bt\.t\.c|\b(?:incl|inkl)\w*|including|\bcon (?:el )?i\.?v\.?a|\biva inc"
    r"|\bbrutto\b|\bgross\b"
)
_EXCLUDED = (
    r"(?i)\bht\b|\bh\.t|\bhors ta|\b(?:excl|exkl|zzgl)\w*|\+ ?(?:vat|tva|iva|mwst|ust|tax)|\bsin i\.?v\.?a"
    r"|\bnetto\b|\bnet\b|\bm[aá]s iva"
)
_TAX = (
    r"(?i)\+ ?(?:vat|tva|iva|mwst|ust|tax\w*)\b\.?|\b(?:ttc|ht|hors|taxes|taxe|tax|vat|tva|mwst|ust|iva|"
    r"(?:incl|inkl|excl|exkl|zzgl)[a-z]*|including|con|sin|el|m[aá]s|brutto|netto|gross|net)\b\.?"
    r"|\bh\.t\.?|\bt\.t\.c\.?|\bi\.v\.a\.?|[()]\s*$"
)
_TIMES = {
    1e3: "k tsd tausend t mil mille thousand",
    1e6: "m mm mio mn mln mill million millions millionen millones millon",
    1e9: "md mrd bn milliard milliards milliarde milliarden billion billions",
}
_FACTORS = {word: factor for factor, words in _TIMES.items() for word in words.split()}
_FACTOR = rf"(?i)^(.*\d[\d.,]*)({'|'.join(sorted(_FACTORS, key=len, reverse=True))})\.?$"
_SPACES = r"[\s\u00a0\u2007\u2009\u202f'’‘ʼ´`]"


def numbers(texts: pl.Series, decimal: Decimal | None = None) -> CsvColumn:
    """Plain numbers; currency signs, words, spaces and thousands separators go.

    Raises Ambiguous where `1.234` might be a thousand or a little more than one, and no cell tells.
    """
    plain = _plain_numbers(texts, decimal)
    if plain is not None:
        return CsvColumn(plain, plain.is_null() & texts.is_not_null())
    unique = texts.drop_nulls().unique()
    bare, factor, words = _without_words(unique)
    bare = bare.str.replace_all(_SPACES, "").str.replace_all(r"[−–—]", "-")
    bare = bare.str.replace(r"[.,]-{1,2}$", "").str.replace(r"(\d)[.,]$", "$1")
    negative = bare.str.contains(r"^\(.*\)$|^\d[\d.,]*-$")
    bare = bare.str.strip_chars("()").str.strip_suffix("-")
    mark = _decimal(unique, bare, decimal)
    thousands, point = (".", ",") if mark == "comma" else (",", ".")
    digits = bare.str.replace_all(thousands, "", literal=True).str.replace_all(point, ".", literal=True)
    good = digits.str.contains(r"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$") & _grouped(bare, thousands, point)
    read = digits.cast(pl.Float64, strict=False) * factor
    table = pl.DataFrame({"text": unique, "good": good, "read": read, "negative": negative}).select(
        "text",
        value=pl.when("good").then(pl.when("negative").then(-pl.col("read")).otherwise("read")),
    )
    values = pl.DataFrame({"text": texts}).join(table, on="text", how="left", maintain_order="left")["value"]
    return CsvColumn(values.alias(texts.name), values.is_null() & texts.is_not_null(), words)


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


def _without_words(unique: pl.Series) -> tuple[pl.Series, pl.Series, tuple[tuple[str, pl.Series], ...]]:
    """Digits and their signs, what multiplies each, and the texts with each kind of word."""
    factor = pl.Series([1.0]).new_from_index(0, len(unique))
    if not unique.str.contains(r"[^\d\s.,+\-]").any():
        return unique, factor, ()
    bare = unique.str.replace_all(SIGN, "").str.replace_all(WORD, "$1 $2").str.replace_all(WORD, "$1 $2")
    included, excluded = bare.str.contains(_INCLUDED), bare.str.contains(_EXCLUDED)
    taxed = included | excluded
    if taxed.any():
        bare = bare.str.replace_all(_TAX, " ").zip_with(taxed, bare)
    bare = bare.str.replace_all(_SPACES, "")
    word = bare.str.extract(_FACTOR, 2).str.to_lowercase()
    factor = word.replace_strict(_FACTORS, default=1.0, return_dtype=pl.Float64).fill_null(1.0)
    bare = bare.str.replace(_FACTOR, "$1")
    kinds = [("TTC", included), ("HT", excluded & ~included)]
    kinds += [(str(w), word == w) for w in word.drop_nulls().unique().sort()]
    return (
        bare,
        factor,
        tuple((name, unique.filter(mask.fill_null(False))) for name, mask in kinds if mask.any()),
    )


def _grouped(bare: pl.Series, thousands: str, point: str) -> pl.Series:
    """Thousands separators stand before groups of three digits (of two before them in India) only."""
    t, p = (f"\\{c}" for c in (thousands, point))
    grouped = rf"^[-+]?(?:\d{{1,3}}({t}\d{{3}})+|\d{{1,2}}({t}\d{{2}})+{t}\d{{3}})({p}\d*)?$"
    return ~bare.str.contains(t) | bare.str.contains(grouped)


def _decimal(unique: pl.Series, bare: pl.Series, given: Decimal | None) -> Decimal:
    if given is not None:
        return given
    comma = bare.str.contains(r"^[-+]?[\d.]*(?:\.\d+,|,\d{1,2}$|,\d{4,}$)|^-?0?,\d|^[-+]?\d{1,3}\.\d{3}\.")
    point = bare.str.contains(r"^[-+]?[\d,]*(?:,\d+\.|\.\d{1,2}$|\.\d{4,}$)|^-?0?\.\d|^[-+]?\d{1,3},\d{2,3},")
    if comma.any() and point.any():
        example = f"{unique.filter(comma)[0]} and {unique.filter(point)[0]}"
        raise Ambiguous("mixes decimal commas and decimal points", example, "decimal", "point or comma")
    either = bare.str.contains(r"^[-+]?\d{1,3}[.,]\d{3}$")
    if either.any() and not comma.any() and not point.any():
        raise Ambiguous(
            "may be thousands or decimals", str(unique.filter(either)[0]), "decimal", "point or comma"
        )
    return "comma" if comma.any() else "point"
