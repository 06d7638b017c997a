"""Cells of the main export to typed values, as the map says."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from optimizer.history.read import parse_cells
from optimizer.history.read.account import NOBODY, Account
from optimizer.history.read.conditions import any_of
from optimizer.history.read.exports import ROW
from optimizer.history.read.mapping import Map
from optimizer.scenario.problems import InputProblem, ScenarioError, listed

_UNIT_HOURS = {"seconds": 1 / 3600, "minutes": 1 / 60, "hours": 1.0, "days": 24.0}


def typed(raw: pl.DataFrame, given: Map, taken: Account, notes: list[str]) -> pl.DataFrame:
    """The columns of `History.deals` but for lags, and ROW; what cannot be read is counted."""
    names, numbers = given.deals.columns, raw[ROW]
    empty = pl.Series([None], dtype=pl.String).new_from_index(0, raw.height)
    text = {role: raw[name] if name else empty for role, name in names.model_dump().items()}
    if names.id is None:
        text["id"] = pl.int_range(1, raw.height + 1, eager=True).cast(pl.String)
    _refuse_short_ids(text["id"])
    created = dates_of(text["created"], "deals.columns.created", given)
    taken.unreadable(numbers, created, "creation")
    closed = dates_of(text["closed"], "deals.columns.closed", given)
    taken.unreadable(numbers, closed, "closing")
    value = amounts_of(text["value"], "deals.columns.value", given, notes)
    taken.unreadable(numbers, value, "value")
    response = _response(text["response"], created.values, given)
    taken.unreadable(numbers, response, "response")
    flags = {"won": given.deals.won, "lost": given.deals.lost, "junk": given.deals.junk}
    flags |= {f"step_{step}": given.deals.steps.get(step, ()) for step in given.steps}
    return pl.DataFrame(
        {
            ROW: numbers,
            "id": text["id"],
            "created": created.values,
            "closed": closed.values,
            "owner": text["owner"].fill_null(NOBODY).cast(pl.Categorical),
            "source": text["source"].cast(pl.Categorical),
            "segment": text["segment"].cast(pl.Categorical),
            "value": value.values,
            "response": response.values,
            "product": text["product"].cast(pl.Categorical),
            "lead": text["lead"],
        }
    ).hstack(raw.select(any_of(conditions).alias(name) for name, conditions in flags.items()))


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


def refuse_no_wins(frame: pl.DataFrame, outcomes: Sequence[str]) -> None:
    """A condition that no row fulfils is a slip of the map, or of the export's filter."""
    if not frame["won"].any():
        advice = f"write `won` as the cells do: {listed(outcomes)}"
        hint = advice if outcomes else "the export of wins matches no lead"
        raise ScenarioError([InputProblem("deals.won", "", "no row is won", hint)])


def dates_of(texts: pl.Series, where: str, given: Map) -> parse_cells.CsvColumn:
    return _typed(lambda: parse_cells.dates(texts, given.day_first, given.timezone), texts, where)


def amounts_of(texts: pl.Series, where: str, given: Map, notes: list[str]) -> parse_cells.CsvColumn:
    """Numbers of money. Amounts of several currencies add up to nothing."""
    marks = parse_cells.currencies(texts)
    if len(marks) > 1:
        hint = "export them converted to one currency, or each currency on its own"
        raise ScenarioError(
            [InputProblem(where, ", ".join(marks), f"the column {texts.name!r} mixes currencies", hint)]
        )
    if marks and marks[0] not in (given.currency, "$", "¥"):
        notes.append(f"{texts.name}: marked {marks[0]}, the map says {given.currency}; nothing is converted")
    return numbers_of(texts, where, given)


def numbers_of(texts: pl.Series, where: str, given: Map) -> parse_cells.CsvColumn:
    return _typed(lambda: parse_cells.numbers(texts, given.decimal), texts, where)


def _response(texts: pl.Series, created: pl.Series, given: Map) -> parse_cells.CsvColumn:
    """Hours, from durations or from the moment of the first answer."""
    where, unit = "deals.columns.response", _UNIT_HOURS[given.response_unit]
    if (
        texts.drop_nulls()
        .head(1000)
        .str.contains(r"^\d{4}-\d{2}-\d{2}|^\d{1,2}[./]\d{1,2}[./]\d{2,4} ")
        .any()
    ):
        at = dates_of(texts, where, given)
        return parse_cells.CsvColumn((at.values - created).dt.total_seconds() / 3600, at.unreadable)
    return _typed(lambda: parse_cells.hours(texts, unit, given.decimal), texts, where)


def _typed(read: Callable[[], parse_cells.CsvColumn], texts: pl.Series, where: str) -> parse_cells.CsvColumn:
    try:
        column = read()
    except parse_cells.Ambiguous as error:
        hint = f"write `{error.key}: {error.choices}` in the map"
        message = f"the column {texts.name!r} {error}"
        raise ScenarioError([InputProblem(where, error.example, message, hint)]) from None
    bad, filled = int(column.unreadable.sum()), len(texts) - texts.null_count()
    if filled and bad == filled:
        example = str(texts.drop_nulls()[0])[:60]
        message = f"no cell of the column {texts.name!r} can be read"
        raise ScenarioError(
            [InputProblem(where, example, message, "name another column, or export its values")]
        )
    return column
