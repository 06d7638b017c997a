"""Which column tells wins, and which of its values are won, lost, or not sure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import polars as pl

from optimizer.history.suggest.column_facts import Column
from optimizer.history.vocabulary import any_word, folded, lexicon, words, words_of

_ASIDES = re.compile(r"\([^)]*\)|\[[^\]]*\]|^\s*\d+\s*[.:)-]|\d+\s*%")
_COMPOUND = re.compile(r"^(closed|close)(won|lost)$")
_CERTAIN, _IMPOSSIBLE = 100.0, 0.0
_MOST_STAGES = 60


class Outcome(NamedTuple):
    """What makes a row won or lost, as a map says it, and what is not sure about it."""

    heading: str = ""
    won: tuple[dict[str, Any], ...] = ()
    """Conditions, any of them; none: not found."""
    lost: tuple[dict[str, Any], ...] = ()
    checks: tuple[str, ...] = ()
    """Sentences for those who read the map."""
    points: float = 0.0
    """How much speaks for it."""


# --- one value -------------------------------------------------------------------------------------------


def meaning(value: str) -> str:
    """`won`, `taken` (won in some companies), `lost`, `doubtful` or `open`: what a cell says of a deal."""
    plain = _ASIDES.sub(" ", folded(value))
    said = [part for word in words(plain) for part in _split(word)]
    phrase = " ".join(said)
    for end in ("lost", "won"):
        if phrase in lexicon()["outcomes"]["phrases"][end]:
            return end
    return _of_words(said)


def _split(word: str) -> tuple[str, ...]:
    match = _COMPOUND.match(word)
    return match.groups() if match else (word,)


def _of_words(said: Sequence[str]) -> str:
    won, lost = (any_word(said, "outcomes", end) for end in ("won", "lost"))
    unsure = any_word(said, "outcomes", "not") or any_word(said, "outcomes", "hedge")
    if won and lost:
        return "doubtful"
    if lost:
        return "open" if _said_before(said, "not", "lost") else "lost"
    if won:
        return "open" if unsure else "won"
    if any_word(said, "outcomes", "taken") and _only(said, "taken", "filler"):
        return "taken"
    return "doubtful" if any_word(said, "outcomes", "doubtful") and not unsure else "open"


def _said_before(said: Sequence[str], first: str, then: str) -> bool:
    """Whether a word of one idea comes before one of the other, as in `not lost`."""
    at = [[i for i, word in enumerate(said) if word in words_of("outcomes", name)] for name in (first, then)]
    return bool(at[0] and at[1]) and at[0][0] < at[1][0]


def _only(said: Iterable[str], *names: str) -> bool:
    return set(said) <= frozenset().union(*(words_of("outcomes", name) for name in names))


def spoken(values: Iterable[str]) -> dict[str, list[str]]:
    """Values by meaning."""
    found: dict[str, list[str]] = {}
    for value in values:
        found.setdefault(meaning(value), []).append(value)
    return found


# --- a column --------------------------------------------------------------------------------------------

_HEADING = {"stage": 3.0, "status": 3.0, "reason": -9.0, "last": -6.0, "modified": -6.0, "source": -6.0,
            "owner": -6.0, "expected": -4.0, "count": -6.0, "product": -3.0, "lead": -1.0, "activity": -5.0,
            "next": -6.0, "name": -0.5, "account": -2.0, "grade": -4.0}  # fmt: skip


def outcome_of(columns: Sequence[Column]) -> Outcome:
    """The column whose values speak of wins; else flags and dates that do; `won` is empty where none does."""
    told = [found for column in columns if (found := _by_words(column, columns)).won]
    best = max(told, key=lambda found: found.points, default=None)
    if best is not None:
        return best._replace(lost=best.lost or _lost_otherwise(best.heading, columns))
    return _by_probability(columns) or _by_flags(columns) or _by_dates(columns) or Outcome()


def _by_words(column: Column, columns: Sequence[Column]) -> Outcome:
    if (
        column.kind != "text"
        or not 2 <= column.different <= _MOST_STAGES
        or column.different > 0.5 * len(column.cells)
    ):
        return Outcome()
    by_meaning = spoken(column.values)
    won = by_meaning.get("won") or by_meaning.get("taken", [])
    lost = by_meaning.get("lost", [])
    if not won:
        return Outcome()
    points = 6.0 if by_meaning.get("won") else 3.0
    points += 3 * bool(lost) + sum(_HEADING.get(idea, 0) for idea in column.ideas)
    checks = [*_unsure(column, by_meaning), *_contradicted(column, won, columns)]
    return Outcome(column.heading, _one_of(column, won), _one_of(column, lost), tuple(checks), points)


def _one_of(column: Column, values: Sequence[str]) -> tuple[dict[str, Any], ...]:
    return ({column.heading: list(values)},) if values else ()


def _unsure(column: Column, by_meaning: Mapping[str, list[str]]) -> list[str]:
    """Values that some companies call won, or lost, and others do not."""
    checks = []
    aside = [*by_meaning.get("doubtful", []), *(by_meaning.get("taken", []) if by_meaning.get("won") else [])]
    if aside:
        checks.append(f"open here, or are they won or lost? {_counted(column, aside)}")
    taken = by_meaning.get("taken", []) if not by_meaning.get("won") else []
    if len(taken) > 1 or (taken and not by_meaning.get("lost")):
        checks.append(f"taken for won: {_counted(column, taken)}")
    return checks


def _counted(column: Column, values: Iterable[str]) -> str:
    return ", ".join(f'"{value}" ({column.counts[value]} rows)' for value in values)


# --- probabilities, flags, dates -------------------------------------------------------------------------


def _probability(columns: Sequence[Column]) -> Column | None:
    return next(
        (c for c in columns if "probability" in c.ideas and c.kind in ("number", "text", "flag")), None
    )


def _bounds(column: Column, columns: Sequence[Column]) -> dict[str, tuple[float, float]]:
    """The least and the highest chance in percent that rows of each value have."""
    chances = _probability(columns)
    if chances is None:
        return {}
    percent = (
        chances.cells.str.extract(r"(\d+(?:[.,]\d+)?)").str.replace(",", ".").cast(pl.Float64, strict=False)
    )
    if percent.max() == 1:
        percent = percent * 100
    table = pl.DataFrame({"value": column.cells, "chance": percent}).drop_nulls()
    rows = table.group_by("value").agg(pl.col("chance").min().alias("lo"), pl.col("chance").max().alias("hi"))
    return {str(value): (float(lo), float(hi)) for value, lo, hi in rows.iter_rows()}


def _contradicted(column: Column, won: Sequence[str], columns: Sequence[Column]) -> list[str]:
    """Values whose chances say other than their words."""
    bounds = _bounds(column, columns)
    if not any(hi == _CERTAIN for _, hi in bounds.values()):
        return []
    odd = [v for v in won if v in bounds and bounds[v][1] < _CERTAIN]
    odd += [v for v, (lo, _) in bounds.items() if lo == _CERTAIN and v not in won]
    return [f"chance and words do not agree: {_counted(column, odd)}"] if odd else []


def _by_probability(columns: Sequence[Column]) -> Outcome | None:
    """A stage whose rows all have a chance of 100 % is won, one of 0 % lost."""
    for column in sorted(columns, key=lambda c: -sum(_HEADING.get(idea, 0) for idea in c.ideas)):
        if (
            column.kind != "text"
            or not 2 <= column.different <= _MOST_STAGES
            or "probability" in column.ideas
        ):
            continue
        bounds = _bounds(column, columns)
        won = [v for v, (lo, _) in bounds.items() if lo == _CERTAIN]
        lost = [v for v, (_, hi) in bounds.items() if hi == _IMPOSSIBLE]
        if won and len(bounds) == column.different and len(won) + len(lost) < column.different:
            check = "told by the chances of 100 % and 0 %, not by words"
            return Outcome(column.heading, _one_of(column, won), _one_of(column, lost), (check,), 5.0)
    return None


def _flags(columns: Sequence[Column], idea: str) -> Column | None:
    there = [c for c in columns if c.kind == "flag" and idea in c.ideas]
    return min(there, key=lambda c: len(c.ideas), default=None)


def _yes(column: Column, want: bool = True) -> list[str]:
    return [v for v in column.values if folded(v) in lexicon()["yes" if want else "no"]]


def _by_flags(columns: Sequence[Column]) -> Outcome | None:
    won = _flags(columns, "won")
    if won is None or not _yes(won):
        return None
    lost = _lost_otherwise(won.heading, columns)
    return Outcome(won.heading, ({won.heading: _yes(won)},), lost, (), 5.0)


def _by_dates(columns: Sequence[Column]) -> Outcome | None:
    """A date of winning, and one of losing."""
    dates = [c for c in columns if c.kind == "date" and "expected" not in c.ideas]
    won = next((c for c in dates if "won" in c.ideas), None)
    if won is None or won.filled > 0.99:
        return None
    return Outcome(won.heading, ({won.heading: "present"},), _lost_otherwise(won.heading, columns), (), 5.0)


def _lost_otherwise(heading: str, columns: Sequence[Column]) -> tuple[dict[str, Any], ...]:
    """What tells losses where no word does: a flag, a date of losing."""
    others = [c for c in columns if c.heading != heading]
    lost = _flags(others, "lost")
    if lost is not None and _yes(lost):
        return ({lost.heading: _yes(lost)},)
    closed, won = (
        _flags([c for c in columns if not c.ideas & {"won", "lost"}], "closed"),
        _flags(columns, "won"),
    )
    if closed is not None and won is not None and _yes(closed) and _yes(won, want=False):
        return ({closed.heading: _yes(closed), won.heading: _yes(won, want=False)},)
    dated = next((c for c in others if c.kind == "date" and "lost" in c.ideas), None)
    return ({dated.heading: "present"},) if dated is not None else ()
