"""What the periods of a year are called: Q1, T1, the year, the first quarter of the next one."""

from __future__ import annotations

from optimizer.tables.marks import WHOLE_YEAR
from reports.words.phrases import Phrases

_PERIODS = {"month": 12, "quarter": 4, "half_year": 2, "year": 1}


def when(words: Phrases, code: str, period: int) -> str:
    """A period of the year, the year, or a period of the next one."""
    if period == WHOLE_YEAR:
        return words.say("year.whole")
    later, place = divmod(period - 1, _PERIODS[code])
    short = words.say(f"period.short.{code}", n=str(place + 1))
    return words.say("year.next", period=short) if later else short
