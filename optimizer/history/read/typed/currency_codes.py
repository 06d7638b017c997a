"""Currencies in cells: codes of ISO 4217 (a list, for not every three capitals are one), signs and names."""

from __future__ import annotations

import re

import polars as pl

from optimizer.history.read.typed.csv_column import empty_cells

_CODES = """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD
    CAD CDF CHF CLF CLP CNH CNY COP CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL
    GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW
    KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD
    NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP
    SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES
    VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG ZWL
"""
CODES = frozenset(_CODES.split())
_DOLLARS = "AUD BBD BMD BND BSD BZD CAD FJD GYD HKD JMD KYD LRD NAD NZD SBD SGD SRD TTD TWD USD XCD"
DOLLARS = frozenset(_DOLLARS.split())
"""Currencies whose sign is $ in their own country; pesos write it too."""
_PESOS = frozenset(("ARS", "CLP", "COP", "CUP", "DOP", "MXN", "UYU"))
_NAMES = {
    "€": "EUR", "euro": "EUR", "euros": "EUR", "£": "GBP", "sterling": "GBP", "pound": "GBP", "pounds": "GBP",
    "us$": "USD", "us dollar": "USD", "us dollars": "USD", "fr.": "CHF", "sfr.": "CHF", "sfr": "CHF",
    "fr": "CHF", "rs.": "INR", "rs": "INR", "s$": "SGD",
    "swiss franc": "CHF", "swiss francs": "CHF", "franc suisse": "CHF", "francs suisses": "CHF",
    "schweizer franken": "CHF", "franken": "CHF", "c$": "CAD", "ca$": "CAD", "a$": "AUD", "au$": "AUD",
    "nz$": "NZD", "hk$": "HKD", "r$": "BRL", "mx$": "MXN", "s/.": "PEN", "s/": "PEN", "sol": "PEN",
    "soles": "PEN", "zł": "PLN", "kč": "CZK", "₹": "INR", "₽": "RUB", "₩": "KRW", "₺": "TRY", "₴": "UAH",
    "₪": "ILS", "฿": "THB", "₫": "VND", "₦": "NGN", "₱": "PHP", "dollar": "$", "dollars": "$", "$": "$",
    "dollar us": "USD", "¥": "¥", "yen": "JPY", "kr": "kr", "kr.": "kr",
}  # fmt: skip
_SIGNS = "€$£¥₹₽₩₺₴₪฿₫₦₱"
_WORDS = sorted((n for n in _NAMES if n not in _SIGNS), key=len, reverse=True)
SIGN = rf"(?i)(?:\b(?:us|ca|c|au|a|nz|hk|r|mx))?\$|[{_SIGNS}]"
"""A sign, with the country before it."""
WORD = rf"(?i)(^|[^\p{{L}}])(?:{'|'.join([*sorted(CODES), *map(re.escape, _WORDS)])})($|[^\p{{L}}])"
"""A code or a name, with the letters beside it, which are none."""


def code_of(text: str) -> str:
    """The code that a cell of a currency column means: `EUR`, `euro`, `EUR - Euro`; empty where it is none.

    `$`, `¥` and `kr` are several currencies and stay as they are.
    """
    plain = " ".join(text.split())
    for part in (plain, re.sub(r"\(.*?\)", "", plain).strip()):
        if known := _NAMES.get(part.casefold()) or (part.upper() if part.upper() in CODES else ""):
            return known
    codes = {word for word in re.findall(r"\b[A-Z]{3}\b", plain) if word in CODES}
    return codes.pop() if len(codes) == 1 else ""


def marked(texts: pl.Series) -> pl.Series:
    """The currency that each amount is marked with; null where with none."""
    unique = texts.drop_nulls().unique()
    odd = unique.filter(unique.str.contains(rf"[{_SIGNS}]|\p{{L}}{{2}}|S/"))
    codes = {text: code for text in odd if (code := _mark(text))}
    if not codes:
        return empty_cells(len(texts), name=texts.name)
    return texts.replace_strict(codes, default=None, return_dtype=pl.String)


_MARK = re.compile(
    rf"(?<![^\W\d_])(?P<word>{'|'.join([*sorted(CODES), *map(re.escape, _WORDS)])})(?![^\W\d_])|[{_SIGNS}]",
    re.I,
)


def _mark(text: str) -> str:
    """The first currency in an amount. Words without a digit are no amount, so in no currency."""
    if not re.search(r"\d", text):
        return ""
    found = _MARK.search(text)
    return "" if found is None else code_of(found[0])


SHARED = {
    "$": ("USD", DOLLARS | _PESOS),
    "¥": ("JPY", frozenset({"JPY", "CNY"})),
    "kr": ("SEK", frozenset({"SEK", "NOK", "DKK", "ISK"})),
}
"""Signs of several currencies: the likeliest, and all of them."""


def meant(code: str, ours: str, others: frozenset[str]) -> str:
    """The code of a shared sign: ours where the sign can be ours, else the only one with a rate."""
    if code not in SHARED:
        return code
    _, can = SHARED[code]
    if ours in can:
        return ours
    rated = sorted(can & others)
    return rated[0] if len(rated) == 1 else code
