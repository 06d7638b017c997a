"""Exports and a map to typed rows, one per lead, with an account of every row and cell left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from optimizer.history.read.account import Account
from optimizer.history.read.calls_and_spend import (
    calls_of,
    experiment_of,
    spend_of,
    touches_of,
    with_leads,
    with_wins,
)
from optimizer.history.read.frames.change_headings import says_changed
from optimizer.history.read.frames.exports import ROW, Export, Loss, read_export
from optimizer.history.read.frames.headings import currency_for
from optimizer.history.read.leads.kept_rows import kept_rows, refuse_one_outcome
from optimizer.history.read.leads.last_event import last_change, only_events
from optimizer.history.read.leads.odd_rows import FIRST, without_odd_rows
from optimizer.history.read.leads.stage_changes import one_row_per_deal, refuse_stage_changes
from optimizer.history.read.losses import combined
from optimizer.history.read.maps.mapping import Map
from optimizer.history.read.pseudonyms import coded, concerned, pseudonyms
from optimizer.history.read.spellings import one_spelling, spelled_as
from optimizer.history.read.typed.money import CURRENCY
from optimizer.history.read.typed_columns import outcomes_in, typed
from optimizer.scenario.problems import InputProblem, ScenarioError, listed, nearest


@dataclass(frozen=True)
class History:
    """What the exports say, typed. Persons are pseudonyms unless names were asked for."""

    deals: pl.DataFrame
    """A row per lead: id, created, closed, lag [days], owner, source, segment, value, response [h], product,
    won, lost, junk, and `step_<name>` per step of the map."""
    spend: pl.DataFrame
    """date, source, cost."""
    calls: pl.DataFrame
    """owner, seconds, day."""
    touches: pl.DataFrame
    """owner, conversation."""
    experiment: pl.DataFrame
    """pay, effort."""
    files: Mapping[str, tuple[str, ...]]
    """File names by table."""
    read: Mapping[str, int]
    """Records by table."""
    dropped: tuple[Loss, ...]
    """Rows that are not in `deals`."""
    blanked: tuple[Loss, ...]
    """Cells that could not be used, in rows that are."""
    otherwise: tuple[Loss, ...]
    """Rows that are used, but not as they stand: states spelled otherwise, amounts converted."""
    notes: tuple[str, ...]
    last: dt.datetime
    """The end of observation: the last creation, change of a record, or closing of a decided deal."""
    concerned: tuple[str, ...] = ()
    """Owners whose plan changed, as they are called here."""


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
    files = {table: tuple(e.path.name for e in exports) for table, exports in tables.items()}
    read = {table: sum(e.read for e in exports) for table, exports in tables.items()}
    taken = Account(tables["deals"])
    tell("reading dates and numbers")
    frame, last = _leads(tables, given, today or dt.date.today(), taken, notes)
    spend = spelled_as(spend_of(tables.get("spend"), given, taken, notes), "source", frame["source"])
    calls = spelled_as(calls_of(tables.get("calls"), given, taken), "owner", frame["owner"])
    touches = spelled_as(touches_of(tables.get("touches"), given, taken), "owner", frame["owner"])
    experiment = experiment_of(tables.get("experiment"), given, taken)
    owners = [frame["owner"], calls["owner"], touches["owner"]]
    codes = {} if names else pseudonyms(owners)
    return History(
        deals=coded(frame, codes),
        spend=spend,
        calls=coded(calls, codes),
        touches=coded(touches, codes),
        experiment=experiment,
        files=files,
        read=read,
        dropped=combined(taken.rows),
        blanked=combined(taken.cells),
        otherwise=combined(taken.otherwise),
        notes=tuple(notes),
        last=last,
        concerned=concerned(given, owners[0], codes),
    )


def _leads(
    tables: dict[str, list[Export]], given: Map, today: dt.date, taken: Account, notes: list[str]
) -> tuple[pl.DataFrame, dt.datetime]:
    """A row per lead, and the end of observation. The texts of the main export are given up on the way."""
    whole = _whole(tables["deals"])
    raw = pl.concat([export.frame for export in tables.pop("deals")], how="diagonal")
    raw = without_odd_rows(raw, given.deals.columns.id, taken)
    outcomes = outcomes_in(raw, given)
    changed = last_change(raw, given, today)
    frame = typed(raw, given, taken, notes)
    if given.deals.changes:
        frame = one_row_per_deal(frame, given, taken)
    del raw  # the texts of all rows take more memory than their values
    if given.leads is not None:
        frame = with_leads(frame, tables["leads"], given, taken)
    frame = frame.drop("lead")
    if given.closed is not None:
        frame = with_wins(frame, tables["closed"], given, taken, notes)
    won = int(frame["won"].sum())
    frame = kept_rows(frame, given, today, taken, whole)
    frame, last = only_events(frame, changed, taken)
    frame = one_spelling(frame, taken).drop(ROW)
    refuse_one_outcome(frame, won, outcomes, taken)
    return frame, last


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
        headings = sorted(_kept(export, wanted[best], best))
        first = (
            [pl.col(export.columns[0]).alias(FIRST)] if best == "deals" and not given.deals.columns.id else []
        )
        slim = export.frame.select(ROW, *headings, *_currency(export, best, given), *first)
        tables.setdefault(best, []).append(replace(export, frame=slim))
        if best != "deals":
            notes += [f"{path.name}: {loss.rows} left out: {loss.what}" for loss in export.losses]
    problems += [_no_file(table, wanted[table]) for table in wanted if table not in tables and not problems]
    if problems:
        raise ScenarioError(problems)
    refuse_stage_changes(tables["deals"], given)
    return tables, notes


def _kept(export: Export, wanted: frozenset[str], table: str) -> set[str]:
    """The headings that are needed; of deals also those that tell when a record was changed."""
    more = filter(says_changed, export.frame.columns) if table == "deals" else ()
    return {*wanted, *more}


def _currency(export: Export, table: str, given: Map) -> list[pl.Expr]:
    """The column that tells in what currency the amounts of a table are, under its own name."""
    amounts = {"deals": given.deals.columns.value}
    amounts |= {"closed": given.closed.value} if given.closed else {}
    amounts |= {"spend": given.spend.cost} if given.spend else {}
    named = given.deals.columns.currency if table == "deals" else None
    heading = named or currency_for(amounts.get(table), export.currencies, export.columns)
    return [pl.col(heading).alias(CURRENCY)] if heading else []


def _whole(exports: list[Export]) -> Callable[[], pl.DataFrame] | None:
    """How all columns of the main export are read, where it is one file."""
    path = exports[0].path
    return (lambda: read_export(path).frame) if len(exports) == 1 else None


def _no_table(export: Export, wanted: Mapping[str, frozenset[str]]) -> InputProblem:
    """The table that it is nearest to, and the first heading it lacks."""
    table = max(wanted, key=lambda t: len(wanted[t] & set(export.columns)) / len(wanted[t]))
    missing = sorted(wanted[table] - set(export.columns))
    near = nearest(missing[0], export.columns)
    hint = f'did you mean "{near}"? ' if near else ""
    message = f"lacks columns that the map names for `{table}`: {listed(missing)}"
    return InputProblem(table, "", message, f"{hint}{export.headings}", str(export.path))


def _no_file(table: str, headings: frozenset[str]) -> InputProblem:
    message = f"no file has the columns of `{table}`"
    return InputProblem(table, "", message, f"name an export with the columns {listed(sorted(headings))}")
