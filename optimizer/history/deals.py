"""Exports and a map to typed rows, one per lead, with an account of every row and cell left out."""

from __future__ import annotations

import datetime as dt
import functools
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from optimizer.history import cells
from optimizer.history.exports import ROW, Export, Loss, read_export
from optimizer.history.mapping import Condition, Is, Map
from optimizer.problems import Problem, ScenarioError, listed, nearest

_UNIT_HOURS = {"seconds": 1 / 3600, "minutes": 1 / 60, "hours": 1.0, "days": 24.0}
_SHOWN = 3
_OLDEST = dt.datetime(1990, 1, 1)
"""Older dates are a spreadsheet's or a database's zero."""
NOBODY = "nobody"
"""Owner of rows without one."""


@dataclass(frozen=True)
class History:
    """What the exports say, typed. Persons are pseudonyms unless names were asked for."""

    deals: pl.DataFrame
    """A row per lead: id, created, closed, lag [days], owner, source, value, response [h], product, won,
    lost, junk, and `step_<name>` per step of the map."""
    spend: pl.DataFrame
    """date, source, cost."""
    calls: pl.DataFrame
    """owner, seconds."""
    files: Mapping[str, tuple[str, ...]]
    """File names by table."""
    read: Mapping[str, int]
    """Records by table."""
    dropped: tuple[Loss, ...]
    """Rows that are not in `deals`."""
    blanked: tuple[Loss, ...]
    """Cells that could not be used, in rows that are."""
    notes: tuple[str, ...]
    concerned: tuple[str, ...] = ()
    """Owners whose plan changed, as they are called here."""

    @property
    def last(self) -> dt.datetime:
        """The end of observation: the last creation, or the last closing but for one in a thousand."""
        ends = [self.deals["created"].max(), self.deals["closed"].quantile(0.999, "nearest")]
        return max(end for end in ends if isinstance(end, dt.datetime))


def read_history(
    paths: Sequence[Path],
    given: Map,
    *,
    names: bool = False,
    today: dt.date | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> History:
    """Read exports as the map says. Raises ScenarioError for files and cells that cannot be used.

    `names` keeps the names of persons; `tell` hears about progress; dates after `today` are mistakes.
    """
    tables, notes = _tables(paths, given, tell)
    taken = _Taken(tables["deals"])
    tell("reading dates and numbers")
    frame = _typed(tables["deals"], given, taken, notes)
    if given.closed is not None:
        frame = _with_closed(frame, tables["closed"], given, taken)
    frame = taken.kept(frame, given, today or dt.date.today())
    _refuse_no_wins(frame, pl.concat([e.frame for e in tables["deals"]]), given)
    owners = pl.Series(frame["owner"])
    spend = _spend(tables.get("spend"), given, taken, notes)
    calls = _calls(tables.get("calls"), given, taken)
    codes = {} if names else _pseudonyms([owners, calls["owner"]])
    return History(
        deals=_coded(frame, codes),
        spend=spend,
        calls=_coded(calls, codes),
        files={table: tuple(e.path.name for e in exports) for table, exports in tables.items()},
        read={table: sum(e.read for e in exports) for table, exports in tables.items()},
        dropped=tuple(loss for loss in taken.rows if loss.rows),
        blanked=tuple(loss for loss in taken.cells if loss.rows),
        notes=tuple(notes),
        concerned=_concerned(given, owners, codes),
    )


# --- which file is which table --------------------------------------------------------------------------


def _tables(
    paths: Sequence[Path], given: Map, tell: Callable[[str], None]
) -> tuple[dict[str, list[Export]], list[str]]:
    wanted = given.headings()
    every = frozenset().union(*wanted.values())
    tables: dict[str, list[Export]] = {}
    problems, notes = [], []
    for path in paths:
        tell(f"reading {path.name}")
        export = read_export(path, every)
        notes += [f"{path.name}: {note}" for note in export.notes]
        fitting = [table for table, names in wanted.items() if export.has(set(names))]
        if not fitting:
            problems.append(_no_table(export, wanted))
            continue
        best = max(fitting, key=lambda table: len(wanted[table]))
        slim = export.frame.select(ROW, *sorted(wanted[best]))
        tables.setdefault(best, []).append(replace(export, frame=slim))
    problems += [_no_file(table, wanted[table]) for table in wanted if table not in tables and not problems]
    if problems:
        raise ScenarioError(problems)
    return tables, notes


def _no_table(export: Export, wanted: Mapping[str, frozenset[str]]) -> Problem:
    """The table that it is nearest to, and the first heading it lacks."""
    table = max(wanted, key=lambda t: len(wanted[t] & set(export.columns)) / len(wanted[t]))
    missing = sorted(wanted[table] - set(export.columns))
    near = nearest(missing[0], export.columns)
    hint = f'did you mean "{near}"? ' if near else ""
    message = f"lacks columns that the map names for `{table}`: {listed(missing)}"
    return Problem(table, "", message, f"{hint}{export.headings}", str(export.path))


def _no_file(table: str, headings: frozenset[str]) -> Problem:
    message = f"no file has the columns of `{table}`"
    return Problem(table, "", message, f"name an export with the columns {listed(sorted(headings))}")


# --- texts to values ------------------------------------------------------------------------------------


class _Taken:
    """Counts what is left out, and why."""

    def __init__(self, exports: Iterable[Export]) -> None:
        self.rows: list[Loss] = [loss for export in exports for loss in export.losses]
        self.cells: list[Loss] = []

    def without(self, frame: pl.DataFrame, bad: pl.Expr, reason: str) -> pl.DataFrame:
        """The rows that are not `bad`."""
        marked = frame.with_columns(bad.fill_null(False).alias("__bad"))
        gone = marked.filter("__bad")[ROW]
        self.rows.append(Loss(reason, len(gone), tuple(gone.head(_SHOWN).to_list())))
        return marked.filter(~pl.col("__bad")).drop("__bad")

    def blank(self, frame: pl.DataFrame, column: str, bad: pl.Expr, reason: str) -> pl.DataFrame:
        """The frame with `bad` cells of a column emptied."""
        numbers = frame.filter(bad.fill_null(False))[ROW]
        self.cells.append(Loss(reason, len(numbers), tuple(numbers.head(_SHOWN).to_list())))
        return frame.with_columns(pl.when(~bad.fill_null(False)).then(pl.col(column)).alias(column))

    def unreadable(self, numbers: pl.Series, column: cells.Column, what: str) -> None:
        rows = numbers.filter(column.unreadable)
        self.cells.append(Loss(f"{what} cannot be read", len(rows), tuple(rows.head(_SHOWN).to_list())))

    def kept(self, frame: pl.DataFrame, given: Map, today: dt.date) -> pl.DataFrame:
        """Rows that are leads of the time looked at, with impossible dates emptied."""
        end = dt.datetime.combine(today, dt.time.max)
        frame = self.without(frame, pl.col("id").is_null(), "row has no id")
        frame = self.without(frame, ~pl.col("id").is_first_distinct(), "id appeared before")
        frame = self.without(frame, pl.col("created").is_null(), "date of creation is missing or unreadable")
        frame = self.without(frame, pl.col("created") > end, "created in the future")
        oldest = pl.col("created") < _OLDEST
        frame = self.without(frame, oldest, "created before 1990")
        if given.start is not None:
            frame = self.without(
                frame, pl.col("created") < given.start, "created before the start of the map"
            )
        frame = self.blank(frame, "closed", pl.col("closed") > end, "closed in the future")
        day = pl.col("created").dt.date()
        frame = frame.with_columns((pl.col("closed").dt.date() - day).dt.total_days().alias("lag"))
        frame = self.blank(frame, "lag", pl.col("lag") < 0, "closed before it was created (lag not used)")
        frame = self.blank(frame, "value", pl.col("value") < 0, "value is negative (not used)")
        frame = self.blank(frame, "response", pl.col("response") < 0, "answered before it was created")
        self.blank(frame, "owner", pl.col("owner") == NOBODY, "owner is missing")
        if not frame.height:
            hint = "; ".join(f"{loss.reason}: {loss.rows}" for loss in self.rows if loss.rows)
            raise ScenarioError([Problem("deals", "", "no row is left", hint)])
        return frame.drop(ROW)


def _typed(exports: list[Export], given: Map, taken: _Taken, notes: list[str]) -> pl.DataFrame:
    raw = pl.concat([export.frame for export in exports])
    _refuse_short_ids(raw[given.deals.columns.id])
    names, numbers = given.deals.columns, raw[ROW]
    empty = pl.Series([None], dtype=pl.String).new_from_index(0, raw.height)
    text = {role: raw[name] if name else empty for role, name in names.model_dump().items()}
    created = _dates(text["created"], "deals.columns.created", given)
    taken.unreadable(numbers, created, "date of creation")
    closed = _dates(text["closed"], "deals.columns.closed", given)
    taken.unreadable(numbers, closed, "closing date")
    value = _amounts(text["value"], "deals.columns.value", given, notes)
    taken.unreadable(numbers, value, "value")
    response = _response(text["response"], created.values, given)
    taken.unreadable(numbers, response, "response time")
    flags = {"won": given.deals.won, "lost": given.deals.lost, "junk": given.deals.junk}
    flags |= {f"step_{step}": conditions for step, conditions in given.deals.steps.items()}
    return pl.DataFrame(
        {
            ROW: numbers,
            "id": text["id"],
            "created": created.values,
            "closed": closed.values,
            "owner": text["owner"].fill_null(NOBODY).cast(pl.Categorical),
            "source": text["source"].cast(pl.Categorical),
            "value": value.values,
            "response": response.values,
            "product": text["product"].cast(pl.Categorical),
        }
    ).with_columns(**{name: raw.with_columns(_any(c).alias("__flag"))["__flag"] for name, c in flags.items()})


def _refuse_short_ids(ids: pl.Series) -> None:
    """Spreadsheets show long numbers as 1.23E+15: different rows then have the same id."""
    short = ids.drop_nulls()
    short = short.filter(short.str.contains(r"^\d([.,]\d+)?E\+\d+$"))
    if len(short):
        message = f"a spreadsheet has shortened ids of the column {ids.name!r}"
        raise ScenarioError(
            [Problem("deals.columns.id", str(short[0]), message, "export again and open nowhere before")]
        )


def _refuse_no_wins(frame: pl.DataFrame, raw: pl.DataFrame, given: Map) -> None:
    """A condition that no row fulfils is a slip of the map, or of the export's filter."""
    if frame["won"].any():
        return
    headings = sorted({name for condition in given.deals.won for name in condition})
    seen = [str(v) for name in headings for v in raw[name].drop_nulls().unique().sort().head(12)]
    hint = f"write `won` as the cells do: {listed(seen)}" if seen else "the export of wins matches no lead"
    raise ScenarioError([Problem("deals.won", "", "no row is won", hint)])


def _any(conditions: Sequence[Condition]) -> pl.Expr:
    return functools.reduce(operator.or_, [_all(c) for c in conditions], pl.lit(False))


def _all(condition: Condition) -> pl.Expr:
    return functools.reduce(operator.and_, [_holds(pl.col(name), cell) for name, cell in condition.items()])


def _holds(cell: pl.Expr, wanted: Is) -> pl.Expr:
    found = cell.is_not_null() if wanted.present else pl.lit(True)
    if wanted.any_of:
        found = found & cell.is_in(list(wanted.any_of)).fill_null(False)
    if wanted.none_of:
        found = found & ~cell.is_in(list(wanted.none_of)).fill_null(False)
    return found


def _dates(texts: pl.Series, where: str, given: Map) -> cells.Column:
    return _settled(lambda: cells.dates(texts, given.day_first, given.timezone), texts, where)


def _amounts(texts: pl.Series, where: str, given: Map, notes: list[str]) -> cells.Column:
    """Numbers of money. Amounts of several currencies add up to nothing."""
    marks = cells.currencies(texts)
    if len(marks) > 1:
        hint = "export them converted to one currency, or each currency on its own"
        raise ScenarioError(
            [Problem(where, ", ".join(marks), f"the column {texts.name!r} mixes currencies", hint)]
        )
    if marks and marks[0] not in (given.currency, "$", "¥"):
        notes.append(f"{texts.name}: marked {marks[0]}, the map says {given.currency}; nothing is converted")
    return _numbers(texts, where, given)


def _numbers(texts: pl.Series, where: str, given: Map) -> cells.Column:
    return _settled(lambda: cells.numbers(texts, given.decimal), texts, where)


def _response(texts: pl.Series, created: pl.Series, given: Map) -> cells.Column:
    """Hours, from durations or from the moment of the first answer."""
    where, unit = "deals.columns.response", _UNIT_HOURS[given.response_unit]
    if (
        texts.drop_nulls()
        .head(1000)
        .str.contains(r"^\d{4}-\d{2}-\d{2}|^\d{1,2}[./]\d{1,2}[./]\d{2,4} ")
        .any()
    ):
        at = _dates(texts, where, given)
        return cells.Column((at.values - created).dt.total_seconds() / 3600, at.unreadable)
    return _settled(lambda: cells.hours(texts, unit, given.decimal), texts, where)


def _settled(read: Callable[[], cells.Column], texts: pl.Series, where: str) -> cells.Column:
    try:
        column = read()
    except cells.Ambiguous as error:
        hint = f"write `{error.key}: {error.choices}` in the map"
        message = f"the column {texts.name!r} {error}"
        raise ScenarioError([Problem(where, error.example, message, hint)]) from None
    bad, filled = int(column.unreadable.sum()), len(texts) - texts.null_count()
    if filled and bad == filled:
        example = str(texts.drop_nulls()[0])[:60]
        message = f"no cell of the column {texts.name!r} can be read"
        raise ScenarioError([Problem(where, example, message, "name another column, or export its values")])
    return column


# --- the other tables -----------------------------------------------------------------------------------


def _with_closed(frame: pl.DataFrame, exports: list[Export], given: Map, taken: _Taken) -> pl.DataFrame:
    """Dates, owners and values of wins from their own export; a row there is a win."""
    told, raw = given.closed, pl.concat([export.frame for export in exports])
    assert told is not None
    at = _dates(raw[told.closed], "closed.closed", given)
    taken.unreadable(raw[ROW], at, "date of the win")
    wins = pl.DataFrame({"id": raw[told.id], "__closed": at.values, "__won": True})
    if told.owner is not None:
        wins = wins.with_columns(raw[told.owner].cast(pl.Categorical).alias("__owner"))
    if told.value is not None:
        wins = wins.with_columns(_numbers(raw[told.value], "closed.value", given).values.alias("__value"))
    alone = wins.join(frame, on="id", how="anti").height
    taken.rows.append(Loss("win of a lead that is in no file", alone, ()))
    frame = frame.join(wins.unique("id", keep="first"), on="id", how="left", maintain_order="left")
    frame = frame.with_columns(pl.col("won") | pl.col("__won").fill_null(False))
    for role in ("closed", "owner", "value"):
        if f"__{role}" in frame.columns:
            frame = frame.with_columns(pl.coalesce(f"__{role}", role).alias(role))
    return frame.drop([name for name in frame.columns if name.startswith("__") and name != ROW])


def _spend(exports: list[Export] | None, given: Map, taken: _Taken, notes: list[str]) -> pl.DataFrame:
    if not exports or given.spend is None:
        return pl.DataFrame(schema={"date": pl.Datetime("us"), "source": pl.Categorical, "cost": pl.Float64})
    # Exact repetitions of whole rows are counted twice by the exporting system, not spent twice.
    raw = pl.concat([export.frame for export in exports])
    date = _dates(raw[given.spend.date], "spend.date", given)
    cost = _amounts(raw[given.spend.cost], "spend.cost", given, notes)
    taken.unreadable(raw[ROW], cost, "cost")
    source = raw[given.spend.source].cast(pl.Categorical)
    return pl.DataFrame({"date": date.values, "source": source, "cost": cost.values}).drop_nulls()


def _calls(exports: list[Export] | None, given: Map, taken: _Taken) -> pl.DataFrame:
    if not exports or given.calls is None:
        return pl.DataFrame(schema={"owner": pl.Categorical, "seconds": pl.Float64})
    raw = pl.concat([export.frame for export in exports])
    seconds = _numbers(raw[given.calls.seconds], "calls.seconds", given)
    taken.unreadable(raw[ROW], seconds, "length of a call")
    owner = raw[given.calls.owner].cast(pl.Categorical)
    return pl.DataFrame({"owner": owner, "seconds": seconds.values}).drop_nulls()


# --- persons --------------------------------------------------------------------------------------------


def _pseudonyms(series: Iterable[pl.Series]) -> dict[str, str]:
    """`person_01` for whoever has most rows, and so on; the same persons in every table."""
    everybody = pl.concat([s.cast(pl.String) for s in series]).drop_nulls().alias("owner")
    counts = everybody.value_counts().sort(["count", "owner"], descending=[True, False])
    people = [name for name in counts["owner"] if name != NOBODY]
    width = max(2, len(str(len(people))))
    return {NOBODY: NOBODY, **{name: f"person_{i:0{width}}" for i, name in enumerate(people, 1)}}


def _coded(frame: pl.DataFrame, codes: Mapping[str, str]) -> pl.DataFrame:
    if not codes:
        return frame
    coded = pl.col("owner").cast(pl.String).replace_strict(dict(codes), return_dtype=pl.String)
    return frame.with_columns(coded.cast(pl.Categorical).alias("owner"))


def _concerned(given: Map, owners: pl.Series, codes: Mapping[str, str]) -> tuple[str, ...]:
    if given.change is None:
        return ()
    known = set(owners.cast(pl.String).unique())
    unknown = [name for name in given.change.concerned if name not in known]
    if unknown:
        # Names of persons are not repeated from the export: only how many it has.
        hint = f"write names as in the column of owners, which has {len(known)}"
        raise ScenarioError([Problem("change.concerned", unknown[0], "owns no row", hint)])
    return tuple(codes.get(name, name) for name in given.change.concerned)
