"""The exports besides the main one: leads, wins, costs, calls, touches, an experiment."""

from __future__ import annotations

import polars as pl

from optimizer.history.read.account import NOBODY, Account
from optimizer.history.read.frames.exports import ROW, Export, Loss
from optimizer.history.read.leads.flags import flags_of
from optimizer.history.read.leads.odd_rows import without_odd_rows
from optimizer.history.read.maps.map_sections import BECAME_DEAL, Experiment
from optimizer.history.read.maps.mapping import Map
from optimizer.history.read.typed.checked_cells import dates_of, numbers_of
from optimizer.history.read.typed.money import amounts_of
from optimizer.history.read.typed.months import as_days
from optimizer.scenario.problems import InputProblem, ScenarioError, did_you_mean


def with_leads(frame: pl.DataFrame, exports: list[Export], given: Map, taken: Account) -> pl.DataFrame:
    """Deals begin when their leads did, and leads that became no deal are rows of the funnel's early steps.

    A deal without a lead began as one: it is a row as before, with none of the lead's steps.
    """
    leads = _leads(_rows_of(exports, given.leads.id if given.leads else None, taken), given, taken)
    if given.deals.columns.lead is not None:
        leads = _named_by_deals(leads, frame, taken)
    else:
        leads = _one_deal_each(leads)
    known = pl.col("deal").is_in(frame["id"].implode())
    taken.cells_of(leads.filter(~known)[ROW], "unknown_deal")
    became = leads.filter(known).unique("deal", keep="first", maintain_order=True)
    alone = leads.filter(~pl.col("id").is_in(became["id"].implode()).fill_null(False))
    steps = [f"step_{name}" for name in given.steps]
    columns = {"deal": "id", **{c: f"__{c}" for c in ("created", "source", "junk", *steps)}}
    joined = frame.join(
        became.select(columns.keys()).rename(columns), on="id", how="left", maintain_order="left"
    )
    joined = joined.with_columns(
        pl.min_horizontal("created", "__created").alias("created"),
        pl.coalesce("__source", "source").alias("source"),
        *((pl.col(c) | pl.col(f"__{c}").fill_null(False)).alias(c) for c in ("junk", *steps)),
    ).with_columns(pl.lit(True).alias(f"step_{BECAME_DEAL}"))
    own_id = pl.concat_str(pl.lit("lead "), "id")  # which may be that of a deal, too
    rows = alone.drop("deal").with_columns(own_id.alias("id"), pl.lit(False).alias("won"))
    return pl.concat([joined.select(frame.columns), rows], how="diagonal")


def _leads(raw: pl.DataFrame, given: Map, taken: Account) -> pl.DataFrame:
    """Typed rows of the export of leads: what deals have, and `deal`."""
    mapped = given.leads
    assert mapped is not None
    created = dates_of(raw[mapped.created], "leads.created", given)
    taken.unreadable(raw[ROW], created, "creation")
    owner, source = taken.names(raw, mapped.owner, person=True), taken.names(raw, mapped.source)
    flags = {"lost": mapped.lost, "junk": mapped.junk}
    flags |= {f"step_{step}": mapped.steps.get(step, ()) for step in given.steps}
    return pl.DataFrame(
        {
            ROW: raw[ROW],
            "id": taken.names(raw, mapped.id),
            "deal": taken.names(raw, mapped.deal),
            "created": created.values,
            "owner": owner.fill_null(NOBODY).cast(pl.Categorical),
            "source": source.cast(pl.Categorical),
        }
    ).hstack(flags_of(raw, flags, taken))


def _one_deal_each(leads: pl.DataFrame) -> pl.DataFrame:
    """A row for each deal of a lead, where a cell lists several ids: `1001;1002`."""
    if not leads["deal"].str.contains(";", literal=True).any():
        return leads
    several = leads.with_columns(pl.col("deal").str.split(";")).explode("deal")
    return several.with_columns(pl.col("deal").str.strip_chars()).with_columns(
        pl.when(pl.col("deal") != "").then(pl.col("deal"))
    )


def _named_by_deals(leads: pl.DataFrame, frame: pl.DataFrame, taken: Account) -> pl.DataFrame:
    """Leads with the deal that each became, as deals say it; once for every deal."""
    named = frame.filter(pl.col("lead").is_not_null())
    strange = ~pl.col("lead").is_in(leads["id"].implode())
    taken.cells_of(named.filter(strange)[ROW], "unknown_lead")
    again = ~pl.col("lead").is_first_distinct()
    taken.cells_of(named.filter(~strange).filter(again)[ROW], "another_deal_of_a_lead")
    deals = named.select("lead", pl.col("id").alias("deal"))
    return leads.drop("deal").join(deals, left_on="id", right_on="lead", how="left", maintain_order="left")


def _rows_of(exports: list[Export], id_heading: str | None, taken: Account) -> pl.DataFrame:
    """The rows of a table's exports, without totals and repeated headers."""
    raw = pl.concat([export.frame for export in exports], how="diagonal")
    return without_odd_rows(raw, id_heading, taken)


def with_wins(
    frame: pl.DataFrame, exports: list[Export], given: Map, taken: Account, notes: list[str]
) -> pl.DataFrame:
    """Dates, owners and values of wins from their own export; a row there is a win."""
    mapped = given.closed
    assert mapped is not None
    raw = _rows_of(exports, mapped.id, taken)
    at = dates_of(raw[mapped.closed], "closed.closed", given)
    taken.unreadable(raw[ROW], at, "win")
    wins = pl.DataFrame({"id": taken.names(raw, mapped.id), "__closed": at.values, "__won": True})
    if mapped.owner is not None:
        wins = wins.with_columns(
            taken.names(raw, mapped.owner, person=True).cast(pl.Categorical).alias("__owner")
        )
    if mapped.value is not None:
        value = amounts_of(raw, mapped.value, "closed.value", given, taken, notes)
        taken.unreadable(raw[ROW], value, "value")
        wins = wins.with_columns(value.values.alias("__value"))
    alone = wins.join(frame, on="id", how="anti").height
    taken.rows.append(Loss("win_of_unknown_lead", alone, ()))
    first = wins.unique("id", keep="first", maintain_order=True)
    taken.rows.append(Loss("win_again", wins.height - first.height, ()))
    frame = frame.join(first, on="id", how="left", maintain_order="left")
    frame = frame.with_columns(pl.col("won") | pl.col("__won").fill_null(False))
    for role in ("closed", "owner", "value"):
        if f"__{role}" in frame.columns:
            frame = frame.with_columns(pl.coalesce(f"__{role}", role).alias(role))
    return frame.drop([name for name in frame.columns if name.startswith("__") and name != ROW])


def spend_of(exports: list[Export] | None, given: Map, taken: Account, notes: list[str]) -> pl.DataFrame:
    if not exports or given.spend is None:
        return pl.DataFrame(schema={"date": pl.Datetime("us"), "source": pl.Categorical, "cost": pl.Float64})
    raw = _rows_of(exports, None, taken)
    date = dates_of(as_days(raw[given.spend.date]), "spend.date", given)
    cost = amounts_of(raw, given.spend.cost, "spend.cost", given, taken, notes)
    taken.unreadable(raw[ROW], cost, "cost")
    source = taken.names(raw, given.spend.source).cast(pl.Categorical)
    spend = pl.DataFrame({"date": date.values, "source": source, "cost": cost.values})
    return taken.whole(raw[ROW], spend, "incomplete_cost")


def calls_of(exports: list[Export] | None, given: Map, taken: Account) -> pl.DataFrame:
    if not exports or given.calls is None:
        return pl.DataFrame(schema={"owner": pl.Categorical, "seconds": pl.Float64, "day": pl.Date})
    raw = _rows_of(exports, None, taken)
    seconds = numbers_of(raw[given.calls.seconds], "calls.seconds", given)
    taken.unreadable(raw[ROW], seconds, "call_length")
    owner = taken.names(raw, given.calls.owner, person=True).cast(pl.Categorical)
    calls = pl.DataFrame({"owner": owner, "seconds": seconds.values})
    day = pl.lit(None, dtype=pl.Date)
    if given.calls.date is not None:
        at = dates_of(raw[given.calls.date], "calls.date", given)
        taken.unreadable(raw[ROW], at, "call_day")
        day = pl.lit(at.values.dt.date())
    reason = "incomplete_call"
    return taken.whole(raw[ROW], calls.with_columns(day.alias("day")), reason, ("owner", "seconds"))


def touches_of(exports: list[Export] | None, given: Map, taken: Account) -> pl.DataFrame:
    if not exports or given.touches is None:
        return pl.DataFrame(schema={"owner": pl.Categorical, "conversation": pl.Boolean})
    raw = _rows_of(exports, None, taken)
    owner = taken.names(raw, given.touches.owner, person=True).cast(pl.Categorical).alias("owner")
    touches = flags_of(raw, {"conversation": given.touches.conversation}, taken).with_columns(owner)
    return taken.whole(raw[ROW], touches, "touch_of_nobody")


def experiment_of(exports: list[Export] | None, given: Map, taken: Account) -> pl.DataFrame:
    if not exports or given.experiment is None:
        return pl.DataFrame(schema={"pay": pl.Float64, "effort": pl.Float64})
    raw = _rows_of(exports, None, taken)
    mapped = given.experiment
    effort = numbers_of(raw[mapped.effort], "experiment.effort", given)
    taken.unreadable(raw[ROW], effort, "effort")
    if mapped.rates:
        pay = _paid(raw[mapped.pay], mapped)
    else:
        read = numbers_of(raw[mapped.pay], "experiment.pay", given)
        taken.unreadable(raw[ROW], read, "pay")
        pay = read.values
    persons = pl.DataFrame({"pay": pay, "effort": effort.values})
    usable = persons.with_columns(
        pl.when(pl.col("pay") > 0).then(pl.col("pay")), pl.when(pl.col("effort") >= 0).then(pl.col("effort"))
    )
    return taken.whole(raw[ROW], usable, "incomplete_person")


def _paid(schemes: pl.Series, mapped: Experiment) -> pl.Series:
    """What each scheme paid; null for those without a rate."""
    there = schemes.drop_nulls().unique().sort().to_list()
    unknown = next((name for name in mapped.rates if name not in there), None)
    if unknown is not None:
        message, hint = f"is in no cell of the column {mapped.pay!r}", did_you_mean(unknown, there)
        raise ScenarioError([InputProblem("experiment.rates", unknown, message, hint)])
    return schemes.replace_strict(mapped.rates, default=None, return_dtype=pl.Float64)
