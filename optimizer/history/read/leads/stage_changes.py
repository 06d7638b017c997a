"""Exports whose rows are stages of deals: one row per deal, or a refusal where they pass for deals."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from optimizer.history.read.account import Account
from optimizer.history.read.frames.exports import ROW, Export, Loss, read_export
from optimizer.history.read.leads.flags import OPEN_AS
from optimizer.history.read.maps.conditions import any_of
from optimizer.history.read.maps.mapping import Map
from optimizer.history.vocabulary import ideas
from optimizer.scenario.problems import InputProblem, ScenarioError

_AGAIN = 1.5
"""Rows per deal from which rows are no deals."""
_SEVERAL, _TWICE = 0.5, 0.05
"""Share of deals with several stages, and of those won twice."""
_LAST = ("owner", "segment", "value", "response", "product", "lead")


def one_row_per_deal(frame: pl.DataFrame, given: Map, taken: Account) -> pl.DataFrame:
    """Deals of typed changes: they began with the first row, and are what the last one says.

    A deal that is won or lost closed with its last row, unless the map has a heading for that.
    """
    decided = pl.col("won") | pl.col("lost")
    if given.deals.columns.closed is None:
        frame = frame.with_columns(pl.when(decided).then("created").alias("closed"))
    steps = [name for name in frame.columns if name.startswith("step_")]
    rows = frame.filter(pl.col("id").is_not_null()).sort("created", maintain_order=True, nulls_last=False)
    deals = rows.group_by("id", maintain_order=True).agg(
        pl.col("created").min(),
        pl.col(ROW, "closed", "won", "lost", OPEN_AS).last(),
        pl.col("source").drop_nulls().first(),
        pl.col(_LAST).drop_nulls().last(),
        pl.col("junk", *steps).any(),
    )
    taken.rows.append(Loss("earlier_stage_of_a_deal", rows.height - deals.height, ()))
    nameless = frame.filter(pl.col("id").is_null())
    return pl.concat([deals.select(frame.columns), nameless])


def refuse_stage_changes(exports: Sequence[Export], given: Map) -> None:
    """Rows that are changes of stage make many deals of one. Raises ScenarioError with what to write."""
    told = sorted({name for condition in given.deals.won for name in condition})
    if given.deals.changes or not told:
        return
    for export in exports:
        for heading in _headings_of_deals(export, given):
            both = frozenset({heading, given.deals.columns.created})
            deals = read_export(export.path, both).frame.select(ROW, heading)
            won = any_of(given.deals.won).alias("__won")
            rows = export.frame.select(ROW, won, pl.struct(told).alias("__stage")).join(deals, on=ROW)
            rows = rows.drop_nulls(heading)
            if are_changes(rows[heading], rows["__stage"], rows["__won"]):
                raise ScenarioError([_problem(export, heading, rows.height, rows[heading].n_unique())])


def are_changes(deal: pl.Series, stage: pl.Series, won: pl.Series) -> bool:
    """Whether rows are stages that deals came to: most deals have several, and hardly one is won twice."""
    rows = pl.DataFrame({"deal": deal, "stage": stage, "won": won}).drop_nulls("deal")
    each = rows.group_by("deal").agg(pl.col("stage").n_unique(), pl.col("won").sum())
    several = each.filter(pl.col("stage") > 1).height > _SEVERAL * each.height
    once = each.filter(pl.col("won") > 1).height < _TWICE * each.height
    return several and once and rows.height > _AGAIN * each.height


def _headings_of_deals(export: Export, given: Map) -> list[str]:
    """Columns beside the mapped ones that seem to name a deal."""
    mapped = given.headings()["deals"]
    return [name for name in export.columns if name not in mapped and names_a_deal(name)]


def names_a_deal(heading: str) -> bool:
    """Whether a heading says that its cells are ids of deals, such as `OpportunityId`."""
    return ideas(heading) - {"plain", "parent"} == {"deal", "id"}


def _problem(export: Export, heading: str, rows: int, deals: int) -> InputProblem:
    message = f"its {rows:,} rows are stages that {deals:,} deals came to, not deals"
    hint = f"write `id: {heading}` and, in `deals`, `changes: true`; or export the deals, a row for each"
    return InputProblem("deals.columns.id", heading, message, hint, str(export.path))
