"""What the periods of a year are called: Q1, T1, the year, the first quarter of the next one."""

from __future__ import annotations

from reports.words.phrases import Phrases

WHOLE = 0
"""In place of a period: the whole year."""
_PERIODS = {"month": 12, "quarter": 4, "half_year": 2, "year": 1}


def when(words: Phrases, code: str, period: int) -> str:
    """A period of the year, the year, or a period of the next one."""
    if period == WHOLE:
        return words.say("year.whole")
    later, place = divmod(period - 1, _PERIODS[code])
    short = words.say(f"period.short.{code}", n=str(place + 1))
    return words.say("year.next", period=short) if later else short
