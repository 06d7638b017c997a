"""Which rows of the main export are leads: one each, of the time looked at, with possible dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import polars as pl

from optimizer.history.read.account import NOBODY, Account
from optimizer.history.read.leads.copies import without_copies
from optimizer.history.read.leads.flags import OPEN_AS
from optimizer.history.read.leads.repeated_ids import one_row_per_id
from optimizer.history.read.losses import ROW
from optimizer.history.read.maps.mapping import Map
from optimizer.scenario.problems import InputProblem, ScenarioError, listed

_OLDEST = dt.datetime(1990, 1, 1)
"""Older dates are a spreadsheet's or a database's zero."""
_MOST_COMPARED = 1_000_000
"""Rows of a file that is read again with all its columns."""


def kept_rows(
    frame: pl.DataFrame,
    given: Map,
    today: dt.date,
    taken: Account,
    whole: Callable[[], pl.DataFrame] | None = None,
) -> pl.DataFrame:
    """Rows that are leads of the time looked at, with impossible dates emptied. `whole` reads all columns of
    the export. Raises ScenarioError where no row is left, or ids are none."""
    end = dt.datetime.combine(today, dt.time.max)
    frame = taken.without(frame, pl.col("id").is_null(), "no_id")
    frame = one_row_per_id(frame, given, taken, _of_few(frame, whole))
    frame = taken.without(frame, pl.col("created").is_null(), "no_creation")
    frame = taken.without(frame, pl.col("created") > end, "created_in_future")
    frame = taken.without(frame, pl.col("created") < _OLDEST, "created_before_1990")
    if given.start is not None:
        frame = taken.without(frame, pl.col("created") < given.start, "created_before_start")
    frame = without_copies(frame, given.deals.columns.id, _of_few(frame, whole), taken)
    frame = taken.blank(frame, "closed", pl.col("closed") > end, "closed_in_future")
    day = pl.col("created").dt.date()
    frame = frame.with_columns((pl.col("closed").dt.date() - day).dt.total_days().alias("lag"))
    frame = taken.blank(frame, "lag", pl.col("lag") < 0, "closed_before_created")
    frame = taken.blank(frame, "value", pl.col("value") < 0, "negative_value")
    frame = taken.blank(frame, "response", pl.col("response") < 0, "answered_before_created")
    taken.blank(frame, "owner", pl.col("owner") == NOBODY, "no_owner")
    still = frame.filter(pl.col(OPEN_AS).is_not_null())
    taken.read_otherwise("neither_won_nor_lost", still[ROW], still[OPEN_AS])
    if not frame.height:
        raise ScenarioError([InputProblem("deals", "", "no row is left", why_left_out(taken))])
    return frame.drop(OPEN_AS)


def _of_few(
    frame: pl.DataFrame, whole: Callable[[], pl.DataFrame] | None
) -> Callable[[], pl.DataFrame] | None:
    """How all columns are read, where rows are few enough to read them again."""
    return whole if frame.height <= _MOST_COMPARED else None


def why_left_out(taken: Account) -> str:
    """The reasons for which rows were left out, with counts."""
    return "; ".join(f"{loss.what}: {loss.rows}" for loss in taken.rows if loss.rows)


def refuse_one_outcome(frame: pl.DataFrame, wins_read: int, outcomes: list[str], taken: Account) -> None:
    """No row won is a slip of the map or of the export's filter; so is every row won."""
    leads = frame.filter(~pl.col("junk"))
    if leads.height and leads["won"].all():
        message = f"every row is won ({leads.height:,} of {leads.height:,}): nothing tells how many were not"
        hint = "export lost and open deals too, or check `won`: the map may name every outcome"
        raise ScenarioError([InputProblem("deals.won", "", message, hint)])
    if frame["won"].any():
        return
    if wins_read:
        message = f"no row that is left is won, of {wins_read:,} that are; rows were left out"
        raise ScenarioError([InputProblem("deals", "", message, why_left_out(taken))])
    advice = f"write `won` as the cells do: {listed(outcomes)}"
    hint = advice if outcomes else "the export of wins matches no lead"
    raise ScenarioError([InputProblem("deals.won", "", "no row is won", hint)])
