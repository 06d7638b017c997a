"""Numbers and typography of a language: Babel's separators, a real minus, no-break spaces in place."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cached_property

from babel import Locale
from babel.lists import format_list
from babel.numbers import (
    format_currency,
    format_decimal,
    format_percent,
    get_currency_symbol,
    get_decimal_symbol,
)

from optimizer.arrays import rounded
from reports.words.locales import phrase

MINUS = "\u2212"
NO_BREAK = "\u00a0"
NARROW_NO_BREAK = "\u202f"
NOTHING = "–"
"""Stands for a number that does not exist."""
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Formatter:
    """Writes numbers for readers of one language in one currency."""

    language: str
    currency: str

    @cached_property
    def locale(self) -> Locale:
        return Locale.parse(phrase(self.language, "language.locale"))

    @property
    def symbol(self) -> str:
        return str(get_currency_symbol(self.currency, locale=self.locale))

    def money(self, value: float, decimals: int = 0, signed: bool = False) -> str:
        pattern = _with_decimals(self.locale.currency_formats["standard"].pattern, decimals)
        return self._write(
            value,
            decimals,
            signed,
            lambda v: format_currency(
                v, self.currency, format=pattern, locale=self.locale, currency_digits=False
            ),
        )

    def number(self, value: float, decimals: int = 0, signed: bool = False) -> str:
        pattern = _with_decimals("#,##0", decimals)
        return self._write(
            value, decimals, signed, lambda v: format_decimal(v, format=pattern, locale=self.locale)
        )

    def percent(self, value: float, decimals: int = 1, signed: bool = False) -> str:
        pattern = _with_decimals(self.locale.percent_formats[None].pattern, decimals)
        return self._write(
            value, decimals + 2, signed, lambda v: format_percent(v, format=pattern, locale=self.locale)
        )

    def given(self, value: float) -> str:
        """A number as a file gives it, with up to 6 digits and no grouping."""
        return f"{value:g}".replace(".", str(get_decimal_symbol(self.locale)))

    def weight(self, value: float) -> str:
        """A share of target pay: whole percents where it is one."""
        whole = abs(100 * value - round(100 * value)) < 1e-6
        return self.percent(value, 0 if whole else 1)

    def tiny(self, value: float) -> str:
        """An error near zero, as a power of ten: 3.6×10⁻¹⁵."""
        if not math.isfinite(value) or value == 0:
            return NOTHING if value else self.number(0)
        power = math.floor(math.log10(abs(value)) + 1e-9)
        mantissa = self.number(value / 10**power, 1)
        times = "" if abs(value / 10**power - 1) < 0.05 else mantissa + "×"
        return f"{times}10{str(power).translate(_RAISED)}"

    def listed(self, items: list[str]) -> str:
        return str(format_list(items, locale=self.locale))

    def text(self, text: str) -> str:
        """With the spaces that the language wants."""
        return french_spaces(text) if self.language == "fr" else text

    def plural(self, count: float) -> str:
        return str(self.locale.plural_form(count))

    def _write(self, value: float, decimals: int, signed: bool, write) -> str:  # type: ignore[no-untyped-def]
        if not math.isfinite(value):
            return NOTHING
        shown = rounded(value, decimals)
        text = _typed(str(write(abs(shown))))
        if shown == 0:
            return text
        return MINUS + text if shown < 0 else ("+" if signed else "") + text


def digits(value: float, most: int = 2) -> int:
    """Decimals that a number has, up to some."""
    return next((d for d in range(most) if abs(round(value, d) - value) < 1e-9), most)


def _with_decimals(pattern: str, decimals: int) -> str:
    zeros = "." + "0" * decimals if decimals else ""
    return re.sub(r"0(\.0+)?", "0" + zeros, pattern.split(";")[0], count=1)


def _typed(text: str) -> str:
    return text.replace("-", MINUS)


def french_spaces(text: str) -> str:
    """No-break spaces before : % » and after « ± ÷, narrow ones before ; ! ?"""
    text = re.sub(r"[ \u00a0]([:%»€])", NO_BREAK + r"\1", text)
    text = re.sub(r"([«±÷]) ", r"\1" + NO_BREAK, text)
    return re.sub(r"[ \u00a0\u202f]([;!?])", NARROW_NO_BREAK + r"\1", text)
