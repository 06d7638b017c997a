"""What a plan document knows of its team: words, tables, and fields of the scenario or lines of dots."""

from __future__ import annotations

import datetime as dt
import math
import unicodedata
from dataclasses import dataclass
from typing import Any

import pandas as pd

from optimizer.tables.rounding import CENTS
from reports.plan_document.letter_parts import BLANK
from reports.style import MISSING, SHY
from reports.words.catalogue import Words, day_said
from reports.words.format import digits
from reports.words.periods import PeriodName, period_name
from reports.words.sentences import Tables

LONGEST = 90
"""Letters of a name."""
LONGEST_TEXT = 400
"""Letters of what the scenario says in a sentence."""
VOWELS = "aeiouyh"
"""Letters before which French elides; of h, those of most words that a plan says."""


@dataclass(frozen=True)
class Told:
    """One team's part of a run, in the words of one language."""

    words: Words
    tables: Tables
    team: Any
    """Its row of the table `teams`."""

    @property
    def period(self) -> PeriodName:
        return period_name(self.words, self.code)

    @property
    def code(self) -> str:
        """Of the period."""
        return str(self.tables["summary"].iloc[0]["period"])

    @property
    def pay(self) -> Any:
        """The row of `personal_pay`."""
        return self.mine("personal_pay").iloc[0]

    @property
    def terms(self) -> Any:
        """The row of `plan_terms`."""
        return self.tables["plan_terms"].iloc[0]

    @property
    def objectives(self) -> pd.DataFrame:
        """KPIs that count, paid ones first."""
        return self.mine("objectives")

    @property
    def people(self) -> int:
        """In the team; 0 where nobody says."""
        return int(self.pay["headcount"]) if math.isfinite(self.pay["headcount"]) else 0

    @property
    def on_persons(self) -> bool:
        """Whether a person's own results count: of a team of one, the team's are."""
        return bool(self.team["persons"]) or self.people == 1

    def mine(self, table: str) -> pd.DataFrame:
        frame = self.tables[table]
        mine: pd.DataFrame = frame[frame["team"] == self.team["team"]]
        return mine

    def ends(self, kpi: str) -> Any:
        """How the scale of a KPI goes on: its row of `scale_ends`."""
        mine = self.mine("scale_ends")
        return mine[mine["kpi"] == kpi].iloc[0]

    def say(self, key: str, **values: str) -> str:
        return self.words.say(f"letter.{key}", **values)

    def name(self, kind: str, name: str) -> str:
        """Of a team, KPI or company, in letters that print; without those that do not."""
        return self._printed(self.words.names.of(kind, name), LONGEST)

    def given(self, kind: str, name: str) -> str:
        """A text of the scenario without a point at its end; dots where there is none."""
        said = self.words.labels.get((kind, name), "")
        return self._printed(said, LONGEST_TEXT).rstrip(". ") or BLANK

    def plan_text(self, name: str) -> str:
        return self.given("plan_text", name)

    def _printed(self, text: str, longest: int) -> str:
        shown = self.words.user(text, longest).replace(MISSING, "")
        return " ".join(word for word in shown.split(" ") if word.strip(SHY)) if text else ""

    def after(self, preposition: str, text: str) -> str:
        """A text after `of` or `to`, which French draws together with an article: `du`, `aux`, `d’`."""
        article, _, rest = text.partition(" ")
        if rest and article.lower() in ("le", "les"):
            return self.say(f"{preposition}.{article.lower()}", text=rest)
        first = unicodedata.normalize("NFD", text)[:1].lower()
        return self.say(f"{preposition}.{'vowel' if first and first in VOWELS else 'other'}", text=text)

    def day(self, column: str) -> str:
        """A date in words; dots where the scenario has none."""
        said = self.terms[column]
        if not isinstance(said, str) or not said:
            return BLANK
        return day_said(self.words, dt.date.fromisoformat(said))

    def count(self, column: str) -> str:
        """A number of days; dots where the scenario has none."""
        number = float(self.terms[column])
        return self.words.write.number(number) if math.isfinite(number) else BLANK

    def money(self, value: float) -> str:
        """To the cent; dots where it is unknown."""
        return self.words.write.money(value, CENTS) if math.isfinite(value) else BLANK

    def number(self, value: float) -> str:
        """A number with the digits that it has, up to two."""
        return self.words.write.number(value, digits(value))

    def share(self, value: float) -> str:
        """A percentage with the digits that it has, up to two."""
        return self.words.write.percent(value, digits(100 * value))

    def measured(self, objective: Any, value: float, *, of: bool = False) -> str:
        """A result or an objective in whole units, with its unit; `of`: a percentage with what it is of."""
        step = float(objective["step"])
        if objective["measure"] == "percent":
            percent = self.words.write.percent(value, digits(100 * step, 4))
            unit = self.given("kpi_unit", str(objective["kpi"])) if of else "%"
            return percent if unit == "%" else self.say("percent_of", percent=percent, unit=unit)
        if objective["measure"] == "money":
            return self.words.write.money(value, digits(step))
        number = self.words.write.number(value, digits(step, 6))
        return self.say("of_unit", number=number, unit=self.given("kpi_unit", str(objective["kpi"])))
