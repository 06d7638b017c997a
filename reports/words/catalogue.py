"""The words of a document: phrases, names and numbers of one language, for one company."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from babel.dates import format_date

from reports.style import printable_text
from reports.words.format import NOTHING, Formatter, digits
from reports.words.locales import FIRST
from reports.words.naming import Labels, Names
from reports.words.phrases import Phrases

if TYPE_CHECKING:
    from optimizer.tables.table import Tables

LONGEST_LABEL = 60
"""Labels of a scenario are cut visibly after so many characters."""

LONGEST_TEAM = 40
"""The same for teams in a narrow column."""


@dataclass(frozen=True)
class Words(Phrases):
    """Phrases, names and numbers of one language, for one company, currency and money precision."""

    decimals: int
    labels: Labels = field(default_factory=dict)

    @cached_property
    def names(self) -> Names:
        return Names(self, self.labels)

    def user(self, text: str, longest: int = LONGEST_LABEL) -> str:
        """A text of the scenario, safe to print."""
        return self.write.text(printable_text(text, longest))

    def label(self, row: Any, kind: str, longest: int = LONGEST_LABEL) -> str:
        """What a table row calls its team, KPI, rule..., by the column of that name."""
        return self.name(kind, str(row[kind]), longest)

    def plan(self, row: Any, longest: int = LONGEST_LABEL) -> str:
        """What a row of the table of plans is called: the company's own plans by their names."""
        name = str(row["plan"])
        own = row["kind"] == "named"
        return self.user(self.names.thing("plan", name) if own else self.names.of("plan", name), longest)

    def known_plan(self, known: str, shift: str, longest: int = LONGEST_LABEL) -> str:
        """A plan by the name that it is known by, else by what it changes."""
        return self.name("plan", known, longest) if known else self.name("shift", shift, longest)

    def candidate(self, row: Any, longest: int = LONGEST_LABEL) -> str:
        """What a row of the table of robustness is called: what it is, or what it pays otherwise."""
        if row["apart"]:
            told = self.names.whole_plan(str(row["apart"]), "", str(row["pay_apart"] or ""))
            return self.user(told, longest)
        if row["kind"] == "current" and row["nominal"]:
            return self.say("plan.current_is_best")
        return self.name("plan", str(row["kind"]), longest)

    def name(self, kind: str, name: str, longest: int = LONGEST_LABEL) -> str:
        """What a name or code of a kind is called (`Names.of`)."""
        return self.user(self.names.of(kind, name), longest)

    def money(self, value: float, signed: bool = False) -> str:
        return self.write.money(value, self.decimals, signed)

    def units(self, value: float, digits: float) -> str:
        """A volume; nothing is 0, without decimals."""
        return self.write.number(value, int(digits) if value else 0)

    def per_unit(self, value: float) -> str:
        """Money of one unit: a decimal more where it is small."""
        return self.write.money(value, self.decimals if abs(value) >= 100 else self.decimals + 1)

    def cents(self, value: float) -> str:
        """A payout as booked, without its sign."""
        return self.write.number(value, max(2, min(self.decimals, 6)))

    def amount(self, value: float, signed: bool = False) -> str:
        """Money without its sign, where a heading names the currency."""
        return self.write.number(value, self.decimals, signed)


def words_for(tables: Tables, language: str) -> Words:
    """For tables that have a `summary` with currency and decimals of money, and `labels`."""
    summary = tables["summary"].iloc[0]
    write = Formatter(language, str(summary["currency"]))
    labels = labels_in(tables["labels"].to_dict("records"), language)
    return Words(write, int(summary["decimals"]), labels, given=is_given(tables))


def is_given(tables: Mapping[str, Any]) -> bool:
    """Whether a run is about a plan that was given, not searched for."""
    summary = tables.get("summary")
    return summary is not None and len(summary) > 0 and summary.iloc[0].get("status") == "given"


def labels_in(rows: Sequence[Mapping[Any, Any]], language: str) -> Labels:
    """A company's labels in a language (rows of the table `labels`); those in FIRST where it has none."""
    return {
        (row["thing"], row["name"]): row["label"]
        for wanted in (FIRST, language)
        for row in rows
        if row["language"] == wanted
    }


def footer(words: Words, title: str, date: dt.date | None) -> str:
    """Title and, where it is given, the date."""
    if date is None:
        return title
    return " · ".join((title, words.say("head.date", date=day_said(words, date))))


def day_said(words: Words, day: dt.date) -> str:
    """A day in full; French has an ordinal for the first of a month alone."""
    text = str(format_date(day, format="long", locale=words.write.locale))
    return re.sub(r"^1(?=\s)", "1er", text) if str(words.write.locale).startswith("fr") else text


def plain_number(words: Words, value: float) -> str:
    """A number of the scenario with the decimals that it has, at most 4."""
    if not math.isfinite(value):
        return NOTHING
    return words.write.number(value, digits(value, 4))
