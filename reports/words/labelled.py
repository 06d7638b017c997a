"""Tables with words beside their names and codes, for people who read a CSV file or a sheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from reports.words.catalogue import is_given, labels_in
from reports.words.format import Formatter
from reports.words.locales import catalogue, languages
from reports.words.naming import THINGS, Labels, Names, composed
from reports.words.phrases import Phrases

if TYPE_CHECKING:
    from optimizer.tables.table import Column, Table, Tables


def with_labels(
    declared: Iterable[Table], tables: Mapping[str, pd.DataFrame], spoken: Sequence[str] = ()
) -> Tables:
    """Every table with a column `team_en` beside `team`, and so on, for each language (unasked: all)."""
    names = names_in(tables["labels"], spoken, given=is_given(tables))
    return {table.name: labelled(table, tables[table.name], names) for table in declared}


def names_in(labels: pd.DataFrame, spoken: Sequence[str] = (), *, given: bool = False) -> list[Names]:
    """What a company calls its things, per language."""
    rows = labels.to_dict("records")
    return [names_of(labels_in(rows, language), language, given=given) for language in spoken or languages()]


def names_of(labels: Labels, language: str, *, given: bool = False) -> Names:
    return Names(Phrases(Formatter(language, "XXX"), given=given), labels)


def labelled(table: Table, frame: pd.DataFrame, names: Sequence[Names]) -> pd.DataFrame:
    """One table of a company."""
    columns: dict[str, object] = {}
    for name in frame.columns:
        columns[name] = frame[name]
        for one in names if in_words(table.columns[name]) else ():
            kind = table.columns[name].of
            called = {cell: one.of(kind, str(cell)) for cell in dict.fromkeys(frame[name])}
            columns[f"{name}_{one.phrases.language}"] = pd.Series(
                [called[cell] for cell in frame[name]], frame.index, dtype=object
            )
    return pd.DataFrame(columns, index=frame.index)


def row_plan(names: Names, run: Any) -> str:
    """A plan in words, with curves and pay where a table has them and they are decided; empty without one."""
    parts = (run.get(name) for name in ("plan", "curves", "target_pay"))
    return names.whole_plan(*(part if isinstance(part, str) else "" for part in parts))


def row_reason(names: Names, run: Any) -> str:
    """Why a run is not optimal and whole; a run that failed says it in the software's own words."""
    return names.of("reason", run["reason"]) if run["state"] == "done" else str(run["reason"])


def in_words(column: Column) -> bool:
    """Whether what the column holds has words that stand for themselves, without further values."""
    if not column.of:
        return False
    return column.of in THINGS or composed(column.of) or not _asks(column.of)


def _asks(group: str) -> bool:
    """Whether phrases of a group of codes ask for values."""
    start = f"{group}."
    return any(
        key.startswith(start) and "{" in str(entry) for key, entry in catalogue(languages()[0]).items()
    )
