"""The report's own words, per language: `locale/<language>.json`, with plural forms where a count decides."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from babel.dates import format_date

from reports.style import printable_text
from reports.words.format import NOTHING, Formatter
from reports.words.phrases import Phrases

if TYPE_CHECKING:
    from optimizer.tables.table import Tables

LONGEST_LABEL = 60
"""Labels of a scenario are cut visibly after so many characters."""

LONGEST_TEAM = 40
"""The same for teams in a narrow column."""


@dataclass(frozen=True)
class Words(Phrases):
    """Phrases and numbers of one language, for one currency and money precision."""

    decimals: int

    def user(self, text: str, longest: int = LONGEST_LABEL) -> str:
        """A text of the scenario, safe to print."""
        return self.write.text(printable_text(text, longest))

    def label(self, row: object, thing: str = "label", longest: int = LONGEST_LABEL) -> str:
        """The label of a table row in this language."""
        return self.user(str(row[f"{thing}_{self.language}"]), longest)  # type: ignore[index]

    def money(self, value: float, signed: bool = False) -> str:
        return self.write.money(value, self.decimals, signed)

    def units(self, value: float, digits: float) -> str:
        """A volume; nothing is 0, without decimals."""
        return self.write.number(value, int(digits) if value else 0)

    def per_unit(self, value: float) -> str:
        """Money of one unit: a decimal more where it is small."""
        return self.write.money(value, self.decimals if abs(value) >= 100 else self.decimals + 1)

    def amount(self, value: float, signed: bool = False) -> str:
        """Money without its sign, where a heading names the currency."""
        return self.write.number(value, self.decimals, signed)


def words_for(tables: Tables, language: str) -> Words:
    summary = tables["summary"].iloc[0]
    return Words(Formatter(language, str(summary["currency"])), int(summary["decimals"]))


def footer(words: Words, title: str, date: dt.date | None) -> str:
    """Title and, where it is given, the date."""
    if date is None:
        return title
    written = format_date(date, format="long", locale=words.write.locale)
    return " · ".join((title, words.say("head.date", date=written)))


def plain_number(words: Words, value: float) -> str:
    """A number of the scenario with the decimals that it has, at most 4."""
    if not math.isfinite(value):
        return NOTHING
    decimals = next((d for d in range(4) if abs(value - round(value, d)) < 1e-9), 4)
    return words.write.number(value, decimals)
