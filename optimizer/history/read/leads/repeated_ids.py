"""Several rows with one id: the same row again, a deal's lines, its earlier states, or an id that is none.

Rows that agree but for product or value are lines, and values that differ are added up. Rows of one creation
that are decided once at most are states of a deal: the decided one counts, else the last. Rows created on
different days, or decided more than once, are different deals: the column is a name and no id.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from optimizer.history.read.account import Account
from optimizer.history.read.leads.flags import OPEN_AS
from optimizer.history.read.losses import ROW
from optimizer.history.read.maps.mapping import Map
from optimizer.scenario.problems import InputProblem, ScenarioError, listed, number

_MOST_CLASHES = 0.02
"""Share of rows with the id of another deal beyond which the column is no id."""
_MOST_SAME = 0.05
"""Share of rows that repeat another in the mapped columns beyond which it matters what they are."""
_AT = "__at"
"""Place of a row in the frame: numbers of rows are those of several files."""
_SAME, _LINE, _STATE, _CLASH = "same", "line", "state", "clash"


def one_row_per_id(
    frame: pl.DataFrame, given: Map, taken: Account, whole: Callable[[], pl.DataFrame] | None = None
) -> pl.DataFrame:
    """A row per deal; rows without an id are gone already. `whole` reads all columns of the export, where it
    is one file. Raises ScenarioError where ids are none, or where lines cannot be told from copies."""
    first = frame["id"].is_first_distinct()
    if first.all():
        return frame
    columns, frame = frame.columns, frame.with_row_index(_AT)
    again = frame.filter(~first).select("id").unique()
    repeated = frame.join(again, on="id", how="semi", maintain_order="left")
    kinds = _kinds(repeated.drop(_AT))
    _refuse_clashes(kinds, frame.height, given)
    if given.deals.lines is not None:
        said = pl.when(pl.col("kind") == _SAME).then(pl.lit(_LINE)).otherwise("kind")
        kinds = kinds.with_columns(said.alias("kind"))
    elif whole is not None:
        _ask_for_lines(repeated, kinds, frame.height, whole)

    def rows_of(kind: str) -> pl.DataFrame:
        return repeated.join(kinds.filter(pl.col("kind") == kind), on="id", how="semi", maintain_order="left")

    same, states, lines, clashes = (rows_of(kind) for kind in (_SAME, _STATE, _LINE, _CLASH))
    merged = [
        *(_states(rows) for rows in (same, states, clashes)),
        _lines(lines, _adds_up(kinds, given)),
    ]
    once = frame.join(again, on="id", how="anti", maintain_order="left")
    left = pl.concat([rows.select(frame.columns) for rows in (once, *merged)])
    gone = ~pl.col(_AT).is_in(left[_AT].implode())
    taken.without(pl.concat([same, clashes]), gone, "id_again")
    taken.without(states, gone, "earlier_state")
    taken.without(lines, gone, "line_of_deal")
    return left.sort(_AT).select(columns)


def _kinds(repeated: pl.DataFrame) -> pl.DataFrame:
    """What the rows of each repeated id are to each other."""
    different = [
        pl.col(c).drop_nulls().n_unique().alias(f"n_{c}") for c in ("closed", "value", "product", "owner")
    ]
    outcome = pl.when("won").then(1).when("lost").then(2).when("junk").then(3).otherwise(0)
    decided = pl.col("won") | pl.col("lost")
    groups = repeated.group_by("id", maintain_order=True).agg(
        pl.len().alias("rows"),
        pl.col("created").dt.date().drop_nulls().n_unique().alias("days"),
        outcome.n_unique().alias("outcomes"),
        pl.struct(pl.col("closed").filter(decided), outcome.filter(decided)).n_unique().alias("decided"),
        *different,
        pl.struct(pl.exclude(ROW, "id")).n_unique().alias("different"),
    )
    many = pl.col("n_product") > 1
    line = (pl.col("outcomes") == 1) & (many | ((pl.col("n_value") > 1) & (pl.col("n_closed") <= 1)))
    kind = (
        pl.when(pl.col("different") == 1)
        .then(pl.lit(_SAME))
        .when(pl.col("days") > 1)
        .then(pl.lit(_CLASH))
        .when(line)
        .then(pl.lit(_LINE))
        .when(pl.col("decided") > 1)
        .then(pl.lit(_CLASH))
        .otherwise(pl.lit(_STATE))
    )
    groups = groups.with_columns(kind.alias("kind"))
    # Amounts that change without a product beside them are states where other deals have states.
    if (groups["kind"] == _STATE).any():
        snapshot = (pl.col("kind") == _LINE) & ~many
        groups = groups.with_columns(pl.when(snapshot).then(pl.lit(_STATE)).otherwise("kind").alias("kind"))
    return groups


def _refuse_clashes(kinds: pl.DataFrame, height: int, given: Map) -> None:
    clashes = kinds.filter(pl.col("kind") == _CLASH)
    again = int((clashes["rows"] - 1).sum())
    if again <= _MOST_CLASHES * height:
        return
    heading = given.deals.columns.id
    message = (
        f"the column {heading!r} is no id: {again:,} of {height:,} rows have the id of another deal, "
        "created on another day or decided for itself"
    )
    hint = (
        "name a column that tells deals apart, or leave `id` out, and rows are numbered; of a history of "
        "stages export the deals instead, one row each"
    )
    raise ScenarioError([InputProblem("deals.columns.id", number(again / height), message, hint)])


def _ask_for_lines(
    repeated: pl.DataFrame, kinds: pl.DataFrame, height: int, whole: Callable[[], pl.DataFrame]
) -> None:
    """Rows that are the same in the mapped columns and differ in others may be lines or copies: many are
    asked about."""
    same = repeated.join(kinds.filter(pl.col("kind") == _SAME), on="id", how="semi").select(ROW, "id")
    again = same.height - same["id"].n_unique()
    if again <= _MOST_SAME * height:
        return
    texts = whole().join(same.rename({"id": "__id"}), on=ROW, how="inner").drop(ROW)
    differs = texts.group_by("__id").agg(pl.exclude("__id").n_unique()).drop("__id").max()
    others = [name for name in differs.columns if differs[name][0] > 1]
    if others:
        message = f"{again:,} rows have the id of a row before and differ only in what the map does not name"
        hint = (
            "write in `deals` `lines: add` if each row has a part of the deal's value, "
            "`lines: once` if each has all of it"
        )
        raise ScenarioError([InputProblem("deals.lines", listed(others), message, hint)])


def _adds_up(kinds: pl.DataFrame, given: Map) -> bool:
    """Whether values of lines are added up: the map says so, or lines of one deal differ in it."""
    if given.deals.lines is not None:
        return given.deals.lines == "add"
    return bool((kinds.filter(pl.col("kind") == _LINE)["n_value"] > 1).any())


def _lines(rows: pl.DataFrame, add: bool) -> pl.DataFrame:
    """The first line of each deal, with the value of all."""
    value = (
        pl.when(pl.col("value").count() > 0).then(pl.col("value").sum())
        if add
        else pl.col("value").drop_nulls().first()
    )
    others = [pl.col(c).first() for c in rows.columns if c not in ("id", "value", "closed")]
    return rows.group_by("id", maintain_order=True).agg(*others, value.alias("value"), pl.col("closed").max())


def _states(rows: pl.DataFrame) -> pl.DataFrame:
    """The state of each deal that counts, with what only others say of owner, source, value."""
    decided = pl.col("won") | pl.col("lost")
    place = -pl.col(_AT).cast(pl.Int64) if _newest_first(rows) else pl.col(_AT).cast(pl.Int64)
    in_order = rows.with_columns(
        decided.alias("__decided"), pl.when(decided).then("closed").alias("__at_end"), place.alias("__place")
    ).sort("__decided", "__at_end", "__place", nulls_last=False)
    known = ("created", "owner", "source", "segment", "value", "response", "product")
    said = [pl.col(c).drop_nulls().last() for c in known]
    steps = [pl.col(c).any() for c in rows.columns if c.startswith("step_")]
    rest = [pl.col(c).last() for c in (_AT, ROW, "closed", "won", "lost", "junk", OPEN_AS)]
    return in_order.group_by("id", maintain_order=True).agg(*said, *steps, *rest)


def _newest_first(rows: pl.DataFrame) -> bool:
    """Whether files list the newest state first: decided ones then stand above others of their deal."""
    decided = rows["won"] | rows["lost"]
    order = rows.with_columns(decided.alias("__decided")).sort(_AT)
    ends = order.group_by("id").agg(
        pl.col("__decided").first().alias("f"), pl.col("__decided").last().alias("l")
    )
    return int((ends["f"] & ~ends["l"]).sum()) > int((ends["l"] & ~ends["f"]).sum())
