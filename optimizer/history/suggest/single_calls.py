"""Exports of single calls: who called, how long, when; they compare persons on something besides results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from optimizer.history.suggest.column_facts import Column
from optimizer.history.suggest.map_lines import Line, check
from optimizer.history.suggest.role_choice import Choice
from optimizer.history.suggest.role_scores import SURE, Table, score

_ACTIVITY = 9.0
"""Points that headings about activities lose where deals are told; among activities they say nothing."""
_SHORTEST, _LONGEST = 5.0, 3600.0
"""Seconds between which the middle length of calls lies, where a heading does not say its unit."""
_OTHER_UNITS = frozenset({"minutes", "hours", "days"})


def calls_in(columns: Sequence[Column]) -> dict[str, Choice]:
    """Owner, seconds and date of single calls; nothing where no column is a length, or none a caller."""
    length = next((choice for column in columns if (choice := _length(column)) is not None), None)
    owner = _caller(columns)
    if length is None or owner is None:
        return {}
    dates = [c for c in columns if c.kind == "date" and not c.ideas & {"modified", "end", "next"}]
    day = max(dates, key=lambda c: ("start" in c.ideas or "activity" in c.ideas, c.filled), default=None)
    return {"owner": owner, "seconds": length} | ({"date": Choice(day)} if day is not None else {})


def _length(column: Column) -> Choice | None:
    """A length of calls in seconds; with a doubt where its heading does not say the unit."""
    if column.kind != "number" or "duration" not in column.ideas or column.ideas & _OTHER_UNITS:
        return None
    if "seconds" in column.ideas:
        return Choice(column)
    middle = column.some_amounts.median()
    plausible = isinstance(middle, float) and _SHORTEST <= middle <= _LONGEST
    return Choice(column, "in seconds? its heading does not say") if plausible else None


def _caller(columns: Sequence[Column]) -> Choice | None:
    table = Table(tuple(columns))
    ranked = [(score("owner", c, table) + _ACTIVITY * ("activity" in c.ideas), c) for c in columns]
    points, best = max(ranked, key=lambda pair: pair[0])
    return Choice(best) if points >= SURE else None


def calls_lines(calls: Mapping[str, Choice]) -> list[Line]:
    """The section of calls."""
    return [Line(key, choice.heading, check(choice.check)) for key, choice in calls.items()]
