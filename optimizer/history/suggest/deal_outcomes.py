"""Which column tells wins, and which of its values are won, lost, or not sure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from optimizer.history.suggest.coded_outcomes import by_initials, by_probability, contradicted, may_be_codes
from optimizer.history.suggest.column_facts import Column
from optimizer.history.suggest.outcome_conditions import Outcome, counted, named, one_of
from optimizer.history.suggest.outcome_words import meaning, spoken
from optimizer.history.vocabulary import is_no, is_yes

_FEW, _MOST_STAGES = 12, 60
"""Different values of a column of stages: of a small file, and of any."""
_ANSWERED = 0.97
"""Share of rows below which a question was not answered for all: the others are open."""
_LEAST = 3.0
"""Points below which a column with words of wins is about something else, such as reasons."""


# --- a column --------------------------------------------------------------------------------------------

_DECIDED = {"status", "won", "end"}


def outcome_of(columns: Sequence[Column]) -> Outcome:
    """The column whose values speak of wins; else flags and dates that do; `won` is empty where none does."""
    stages = [column for column in columns if _may_be_stages(column)]
    told = [found for column in stages if (found := _by_words(column, columns)).points >= _LEAST]
    best = max(told, key=lambda found: found.points, default=None)
    if best is None:
        coded = [*stages, *(column for column in columns if may_be_codes(column))]
        best = by_probability(coded, columns) or _by_flags(columns) or by_initials(coded)
        return best or _by_endings(stages, columns) or _by_dates(columns) or Outcome()
    if best.lost:
        return best
    if lost := _lost_otherwise(best.heading, columns):
        return best._replace(lost=lost)
    return _lost_by_endings(best, columns)


def _may_be_stages(column: Column) -> bool:
    most = min(_MOST_STAGES, max(_FEW, 0.5 * len(column.cells)))
    return column.kind == "text" and column.different <= most


def _by_words(column: Column, columns: Sequence[Column]) -> Outcome:
    means = _settled(column, columns)
    sure = bool(means.get("won"))
    won = means.get("won") or means.get("taken", [])
    lost = [*means.get("lost", []), *means.get("ended", []), *([] if sure else means.get("untaken", []))]
    if not won:
        return Outcome()
    points = (6.0 if sure else 3.0) + 3 * bool(lost) + named(column)
    checks = [*_unsure(column, means), *contradicted(column, won, columns)]
    return Outcome(column.heading, one_of(column, won), one_of(column, lost), tuple(checks), points)


def _settled(column: Column, columns: Sequence[Column]) -> dict[str, list[str]]:
    """Values by meaning; doubtful ones with a closing date, which open ones never have, are `ended`."""
    means = spoken(column.values)
    if column.ideas & _DECIDED:
        means = _answered(column, means)
    ended = _ended(column, columns) if "doubtful" in means else []
    agree = {*means.get("won", []), *means.get("lost", [])} <= set(ended)
    both = [v for v in means.get("doubtful", []) if agree and v in ended]
    return means | {"ended": both, "doubtful": [v for v in means.get("doubtful", []) if v not in both]}


def _answered(column: Column, means: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Yes and no, in a column of results, say won and lost."""
    yes, no = _yes(column), _no(column)
    rest = {name: [v for v in those if v not in (*yes, *no)] for name, those in means.items()}
    return (
        {name: those for name, those in rest.items() if those} | {"taken": yes, "untaken": no}
        if yes
        else dict(means)
    )


def _unsure(column: Column, means: Mapping[str, list[str]]) -> list[str]:
    """Values that some companies call won, or lost, and others do not."""
    checks, taken = [], means.get("taken", [])
    aside = list(means.get("doubtful", []))
    if means.get("won"):
        aside += [*taken, *means.get("untaken", [])]
    elif len(taken) > 1 or not (means.get("lost") or means.get("untaken")):
        checks.append(f"taken for won: {counted(column, taken)}")
    if means.get("ended"):
        checks.append(f"lost by its closing dates, not by its words: {counted(column, means['ended'])}")
    if aside:
        checks.append(f"open here, or are they won or lost? {counted(column, aside)}")
    return checks


# --- probabilities, flags, dates -------------------------------------------------------------------------


def _flags(columns: Sequence[Column], idea: str) -> Column | None:
    there = [c for c in columns if c.kind == "flag" and idea in c.ideas]
    return min(there, key=lambda c: len(c.ideas), default=None)


def _yes(column: Column) -> list[str]:
    return [v for v in column.values if is_yes(v)]


def _no(column: Column) -> list[str]:
    return [v for v in column.values if is_no(v)]


def _by_flags(columns: Sequence[Column]) -> Outcome | None:
    won = _flags(columns, "won") or _flags(columns, "converted") or _asked(columns)
    if won is None or not _yes(won):
        return None
    told = ({won.heading: _yes(won)},)
    if lost := _lost_otherwise(won.heading, columns) or _not_won_but_closed(won, columns):
        return Outcome(won.heading, told, lost, (), 5.0)
    if _no(won) and won.filled < _ANSWERED:
        check = f"taken for lost, and empty cells for open: {counted(won, _no(won))}"
        return Outcome(won.heading, told, one_of(won, _no(won)), (check,), 5.0)
    return Outcome(won.heading, told, (), (), 5.0)


def _asked(columns: Sequence[Column]) -> Column | None:
    """A column of yes and no under a question such as `Order placed?` or `Signed?`."""
    there = [c for c in columns if c.kind == "flag" and meaning(c.heading) in ("won", "taken")]
    return next((c for c in there if "expected" not in c.ideas), None)


def _not_won_but_closed(won: Column, columns: Sequence[Column]) -> tuple[dict[str, Any], ...]:
    dates = [
        c for c in columns if c.kind == "date" and c.ideas & {"closed", "end"} and "expected" not in c.ideas
    ]
    closed = next((c for c in dates if c.filled < 0.95), None)
    if closed is None or not _no(won):
        return ()
    return ({closed.heading: "present", won.heading: _no(won)},)


def _by_endings(stages: Sequence[Column], columns: Sequence[Column]) -> Outcome | None:
    """Where one value is lost by its words, and one other has a closing date: that other is won."""
    for column in sorted(stages, key=named, reverse=True):
        means = spoken(column.values)
        rest = [
            v
            for v in _ended(column, columns)
            if v not in (*means.get("lost", []), *means.get("doubtful", []))
        ]
        if means.get("lost") and len(rest) == 1:
            check = f"told by its closing dates, not by its words: {counted(column, rest)}"
            lost = one_of(column, means["lost"])
            return Outcome(column.heading, one_of(column, rest), lost, (check,), 4.0)
    return None


def _lost_by_endings(found: Outcome, columns: Sequence[Column]) -> Outcome:
    """Where no value is lost by its words, those with a closing date that are not won are."""
    column = next(c for c in columns if c.heading == found.heading)
    won = found.won[0][found.heading]
    ended = _ended(column, columns)
    lost = [v for v in ended if v not in won]
    if not lost or not set(won) <= set(ended):
        return found
    check = f"lost by its closing dates, not by its words: {counted(column, lost)}"
    return found._replace(lost=one_of(column, lost), checks=(*found.checks, check))


def _ended(stages: Column, columns: Sequence[Column]) -> list[str]:
    """Values whose rows all have a date that rows of the others never have; none where no date tells."""
    for date in (
        c for c in columns if c.kind == "date" and not c.ideas & {"expected", "created", "modified"}
    ):
        table = pl.DataFrame({"value": stages.cells, "there": date.cells.is_not_null()}).drop_nulls()
        shares = table.group_by("value", maintain_order=True).agg(pl.col("there").mean())
        ended = shares.filter(pl.col("there") > 0.95)["value"].to_list()
        if 0 < len(ended) < shares.height and not shares["there"].is_between(0.05, 0.95).any():
            return [str(value) for value in ended]
    return []


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
    if closed is not None and won is not None and _yes(closed) and _no(won):
        return ({closed.heading: _yes(closed), won.heading: _no(won)},)
    dated = next((c for c in others if c.kind == "date" and "lost" in c.ideas), None)
    return ({dated.heading: "present"},) if dated is not None else ()
