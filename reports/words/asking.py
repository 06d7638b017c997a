"""What is said to whoever answers the questions of `incentives start`: units, ranges, explanations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.words.format import Formatter, digits
from reports.words.locales import FIRST, languages
from reports.words.phrases import Phrases

CURRENCY = "EUR"
"""What amounts are asked in."""
_UNITS = {
    "%": "share",
    "% of price": "share_of_price",
    "FTE": "people",
    "EUR": "money",
    "EUR/year": "money_year",
    "EUR per period": "money_period",
    "per period": "count",
    "days": "days",
    "years": "years",
}
"""Units of the library of questions, and the phrases that say them."""


@dataclass(frozen=True)
class Asking(Phrases):
    """Words of one language for counts per one period."""

    period: str

    def per(self, text: str) -> str:
        """A label of the library with the period that is meant."""
        name = self.say("ask.per.name", period=self.say(f"period.{self.period}"))
        return self.write.text(text.replace(self.plain("ask.per.period"), name))

    def unit(self, unit: str) -> str:
        return self.say(f"ask.unit.{_UNITS[unit]}", **self._period(unit))

    def _period(self, unit: str) -> dict[str, str]:
        return {"period": self.say(f"period.{self.period}")} if "per period" in unit else {}

    def amount(self, value: float, unit: str) -> str:
        """With at most 4 decimals."""
        return amount(value, unit, self.write, 4)

    def span(self, low: float, high: float, unit: str) -> str:
        """What is usual."""
        return self.say("ask.range", low=self.amount(low, unit), high=self.amount(high, unit))

    def about(self, unit: str, low: float, high: float, who: str) -> str:
        """Unit, what is usual and who knows, in one line."""
        said = {"unit": self.unit(unit), "range": self.span(low, high, unit), "who": who}
        return self.say("ask.about", **said)

    def meaning(self, question: str) -> str:
        """What a question means, and what it leaves out."""
        return self.say(f"ask.mean.{question}")

    def command(self, name: str) -> str:
        """What to type for back, skip or quit."""
        return self.say(f"ask.command.{name}")

    def refused(self, why: str, unit: str, meant: Sequence[float] = (), **values: str) -> str:
        """Why a text is no answer."""
        said = {"unit": self.unit(unit) if unit else "", "meant": self._meant(meant, unit), **values}
        return self.say(f"ask.wrong.{why}", **said)

    def _meant(self, meant: Sequence[float], unit: str) -> str:
        """Numbers as they would be typed, without separators of thousands."""
        bare = (self.write.given(value) if value < 1e6 else f"{value:.0f}" for value in meant)
        told = [f"{number} %" if unit.startswith("%") else number for number in bare]
        return self.say("ask.or").join(told) if len(told) > 1 else "".join(told)

    def weights(self, pairs: Sequence[tuple[str, float]]) -> str:
        """Names of KPIs with their percent."""
        return ", ".join(f"{label} {self.amount(percent, '%')}" for label, percent in pairs)


def amount(value: float, unit: str, write: Formatter, most: int = 2) -> str:
    """A number in a question's unit, with its sign where it has one, in as many decimals as it has."""
    decimals = digits(value, most)
    if unit.startswith("%"):
        return write.percent(value / 100, decimals)
    if unit.startswith(CURRENCY):
        return write.money(value, decimals)
    return write.number(value, decimals)


def asking(language: str, period: str) -> Asking:
    """The words of a language; of a language that there is not, those of the first."""
    known = language if language in languages() else FIRST
    return Asking(Formatter(known, CURRENCY), period=period)
