"""The exports besides the main one: wins, costs, calls."""

from __future__ import annotations

import polars as pl

from optimizer.history.account import Account
from optimizer.history.exports import ROW, Export, Loss
from optimizer.history.mapping import Map
from optimizer.history.typed import amounts_of, dates_of, numbers_of


def with_wins(frame: pl.DataFrame, exports: list[Export], given: Map, taken: Account) -> pl.DataFrame:
    """Dates, owners and values of wins from their own export; a row there is a win."""
    told, raw = given.closed, pl.concat([export.frame for export in exports])
    assert told is not None
    at = dates_of(raw[told.closed], "closed.closed", given)
    taken.unreadable(raw[ROW], at, "date of the win")
    wins = pl.DataFrame({"id": raw[told.id], "__closed": at.values, "__won": True})
    if told.owner is not None:
        wins = wins.with_columns(raw[told.owner].cast(pl.Categorical).alias("__owner"))
    if told.value is not None:
        wins = wins.with_columns(numbers_of(raw[told.value], "closed.value", given).values.alias("__value"))
    alone = wins.join(frame, on="id", how="anti").height
    taken.rows.append(Loss("win of a lead that is in no file", alone, ()))
    first = wins.unique("id", keep="first", maintain_order=True)
    taken.rows.append(Loss("win that was listed before", wins.height - first.height, ()))
    frame = frame.join(first, on="id", how="left", maintain_order="left")
    frame = frame.with_columns(pl.col("won") | pl.col("__won").fill_null(False))
    for role in ("closed", "owner", "value"):
        if f"__{role}" in frame.columns:
            frame = frame.with_columns(pl.coalesce(f"__{role}", role).alias(role))
    return frame.drop([name for name in frame.columns if name.startswith("__") and name != ROW])


def spend_of(exports: list[Export] | None, given: Map, taken: Account, notes: list[str]) -> pl.DataFrame:
    if not exports or given.spend is None:
        return pl.DataFrame(schema={"date": pl.Datetime("us"), "source": pl.Categorical, "cost": pl.Float64})
    raw = pl.concat([export.frame for export in exports])
    date = dates_of(raw[given.spend.date], "spend.date", given)
    cost = amounts_of(raw[given.spend.cost], "spend.cost", given, notes)
    taken.unreadable(raw[ROW], cost, "cost")
    source = raw[given.spend.source].cast(pl.Categorical)
    found = pl.DataFrame({"date": date.values, "source": source, "cost": cost.values})
    return taken.whole(raw[ROW], found, "cost without date, source or amount (not used)")


def calls_of(exports: list[Export] | None, given: Map, taken: Account) -> pl.DataFrame:
    if not exports or given.calls is None:
        return pl.DataFrame(schema={"owner": pl.Categorical, "seconds": pl.Float64})
    raw = pl.concat([export.frame for export in exports])
    seconds = numbers_of(raw[given.calls.seconds], "calls.seconds", given)
    taken.unreadable(raw[ROW], seconds, "length of a call")
    owner = raw[given.calls.owner].cast(pl.Categorical)
    found = pl.DataFrame({"owner": owner, "seconds": seconds.values})
    return taken.whole(raw[ROW], found, "call without person or length (not used)")
