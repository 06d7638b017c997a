"""Cells of the main export to typed values, as the map says."""

from __future__ import annotations

import polars as pl

from optimizer.history.read.account import NOBODY, Account
from optimizer.history.read.leads.flags import flags_of, undecided
from optimizer.history.read.losses import ROW
from optimizer.history.read.maps.mapping import Map
from optimizer.history.read.typed.checked_cells import dates_of, response_of
from optimizer.history.read.typed.csv_column import empty_cells
from optimizer.history.read.typed.money import amounts_of
from optimizer.scenario.problems import InputProblem, ScenarioError

_TEXTS = ("id", "owner", "source", "segment", "product", "lead")
"""Roles whose cells are names."""


def typed(raw: pl.DataFrame, given: Map, taken: Account, notes: list[str]) -> pl.DataFrame:
    """The columns of `History.deals` but for lags, and ROW; what cannot be read is counted."""
    names, numbers = given.deals.columns, raw[ROW]
    text = {role: taken.names(raw, getattr(names, role), role == "owner") for role in _TEXTS}
    if names.id is None:
        text["id"] = pl.int_range(1, raw.height + 1, eager=True).cast(pl.String)
    _refuse_short_ids(text["id"])
    created = dates_of(_column(raw, names.created), "deals.columns.created", given)
    taken.unreadable(numbers, created, "creation")
    closed = dates_of(_column(raw, names.closed), "deals.columns.closed", given)
    taken.unreadable(numbers, closed, "closing")
    value = amounts_of(raw, names.value, "deals.columns.value", given, taken, notes)
    taken.unreadable(numbers, value, "value")
    response = response_of(_column(raw, names.response), created.values, given)
    taken.unreadable(numbers, response, "response")
    conditions = {"won": given.deals.won, "lost": given.deals.lost, "junk": given.deals.junk}
    conditions |= {f"step_{step}": given.deals.steps.get(step, ()) for step in given.steps}
    flags = flags_of(raw, conditions, taken)
    tells = (*given.deals.won, *given.deals.lost) if given.closed is None else ()
    categories = {role: text[role].cast(pl.Categorical) for role in ("source", "segment", "product")}
    return pl.DataFrame(
        {
            ROW: numbers,
            "id": text["id"],
            "created": created.values,
            "closed": closed.values,
            "owner": text["owner"].fill_null(NOBODY).cast(pl.Categorical),
            "source": categories["source"],
            "segment": categories["segment"],
            "value": value.values,
            "response": response.values,
            "product": categories["product"],
            "lead": text["lead"],
        }
    ).hstack([*flags, undecided(raw, flags, tells)])


def _column(raw: pl.DataFrame, heading: str | None) -> pl.Series:
    return raw[heading] if heading else empty_cells(raw.height)


def _refuse_short_ids(ids: pl.Series) -> None:
    """Spreadsheets show long numbers as 1.23E+15: different rows then have the same id."""
    short = ids.drop_nulls()
    short = short.filter(short.str.contains(r"^\d([.,]\d+)?E\+\d+$"))
    if len(short):
        message = f"a spreadsheet has shortened ids of the column {ids.name!r}"
        raise ScenarioError(
            [InputProblem("deals.columns.id", str(short[0]), message, "export again and open nowhere before")]
        )


def outcomes_in(raw: pl.DataFrame, given: Map) -> list[str]:
    """Some of what the columns hold that tell wins."""
    headings = sorted({name for condition in given.deals.won for name in condition})
    return [str(v) for name in headings for v in raw[name].drop_nulls().unique().sort().head(12)]
