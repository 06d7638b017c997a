"""When data end: with the last thing that was seen to happen, never with what somebody expected.

Many systems fill in an expected closing date of open deals, and some let a deal be closed ahead of its day.
Neither is an event. What was seen is creations, changes of a record, and closings of deals that are decided.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from optimizer.history.read.account import Account
from optimizer.history.read.frames.change_headings import says_changed
from optimizer.history.read.frames.exports import ROW
from optimizer.history.read.maps.mapping import Map
from optimizer.history.read.typed.checked_cells import dates_of
from optimizer.scenario.problems import ScenarioError

_FOLLOWED = 0.10
"""Share of closings after the last creation from which on leads of an earlier time were followed up."""
_SILENCE = 31
"""Days without an event that an export's end may hold; a closing after a longer silence is dated ahead."""


def last_change(raw: pl.DataFrame, given: Map, today: dt.date) -> dt.datetime | None:
    """The newest change of a record, by the map's column or one whose heading says so; None without one."""
    mapped = given.deals.columns.modified
    ends = [_newest(raw[name], given, today) for name in ([mapped] if mapped else _changed(raw.columns))]
    return max((end for end in ends if end is not None), default=None)


def _changed(headings: list[str]) -> list[str]:
    return [name for name in headings if says_changed(name)]


def _newest(texts: pl.Series, given: Map, today: dt.date) -> dt.datetime | None:
    try:
        values = dates_of(texts, "deals.columns.modified", given).values
    except ScenarioError:
        if given.deals.columns.modified:
            raise
        return None
    newest = values.filter(values <= dt.datetime.combine(today, dt.time.max)).max()
    return newest if isinstance(newest, dt.datetime) else None


def only_events(
    frame: pl.DataFrame, changed: dt.datetime | None, taken: Account
) -> tuple[pl.DataFrame, dt.datetime]:
    """The rows without closing dates that are no event, each kind counted; and the end of observation."""
    decided = pl.col("won") | pl.col("lost").fill_null(False)
    open_ones = ~decided & pl.col("closed").is_not_null()
    frame = taken.blank(frame, "closed", open_ones, "closing_expected")
    newest = frame["created"].max()
    assert isinstance(newest, dt.datetime)
    if changed is None:
        end = _followed(frame["closed"].drop_nulls(), newest)
        taken.cells_of(frame[ROW].filter(frame["closed"] > end), "closed_ahead")
    else:
        end = max(newest, changed)
        frame = taken.blank(frame, "closed", pl.col("closed").dt.date() > end.date(), "closed_ahead")
    return frame.with_columns(pl.when(pl.col("closed").is_not_null()).then(pl.col("lag"))), end


def _followed(closings: pl.Series, newest: dt.datetime) -> dt.datetime:
    """The end where no record says when it was changed: creations, and the closings that go on after them.

    Closings beyond it are few and may be slips: they do not move the end, but stay.
    """
    late = closings.filter(closings > newest).sort()
    if not len(late):
        return newest
    if len(late) > _FOLLOWED * len(closings):
        last = closings.quantile(0.999, "nearest")
        assert isinstance(last, dt.datetime)
        return max(newest, last)
    known = pl.concat([pl.Series([newest], dtype=late.dtype), late])
    silent = np.flatnonzero(known.diff().dt.total_days().to_numpy()[1:] > _SILENCE)
    end = known[int(silent[0]) if len(silent) else len(known) - 1]
    assert isinstance(end, dt.datetime)
    return end
