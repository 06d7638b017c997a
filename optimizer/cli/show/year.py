"""The first year of a plan at a terminal: what is earned against the limits, and when it is paid."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from rich.text import Text

from optimizer.cli.show.terminal import money, row, share, show, table, units, words_of
from optimizer.scenario.types import Scenario
from optimizer.tables.marks import COMPANY
from optimizer.tables.table import Row
from optimizer.tables.year import Rows, exceeded
from reports.words.catalogue import Words
from reports.words.year import when

_EARNED = ("gross", "charges", "loaded", "p90", "reserve", "limit", "slack")
_FLOWS = ("opening", "earned", "paid", "true_up", "closing")


def show_year(scenario: Scenario, tables: Rows) -> None:
    """All teams together, by period; the teams' limits only where one is exceeded."""
    words = words_of(scenario)
    year, cash = ([row for row in tables[name] if row["team"] == COMPANY] for name in ("year", "cash"))
    show(_year(words, scenario, year), _cash(words, scenario, cash))
    show(*map(Text, _over(words, scenario, tables["year"])))


def _year(words: Words, scenario: Scenario, year: Sequence[Row]) -> object:
    shown = [c for c in _EARNED if c in ("gross", "charges", "loaded", "p90") or _says(year, c)]
    with_people, with_limit = _says(year, "present"), _says(year, "limit")
    heads = ["when", *["people"] * with_people, *shown, *["over"] * with_limit]
    rows = table(words.say("year.title", currency=scenario.currency), _heads(words, heads))
    for line in year:
        people = [units(line["present"])] * with_people
        over = [share(line["over"])] * with_limit
        called = when(words, scenario.period, int(line["period"]))
        row(rows, called, *people, *(_amount(line[c]) for c in shown), *over)
    return rows


def _cash(words: Words, scenario: Scenario, cash: Sequence[Row]) -> object:
    title = words.say("year.title.cash", currency=scenario.currency)
    flows = [flow for flow in _FLOWS if flow != "true_up" or _says(cash, flow)]
    rows = table(title, _heads(words, ["when", *flows]))
    for line in cash:
        called = when(words, scenario.period, int(line["period"]))
        row(rows, called, *(_amount(line[c]) for c in flows))
    return rows


def _heads(words: Words, columns: Iterable[str]) -> Iterator[str]:
    return (words.say(f"year.col.{column}") for column in columns)


def _says(rows: Sequence[Row], column: str) -> bool:
    """Whether a column has anything to tell."""
    return any(math.isfinite(row[column]) and row[column] != 0 for row in rows)


def _amount(value: float) -> str:
    return money(value) if math.isfinite(value) else "–"


def _over(words: Words, scenario: Scenario, year: Sequence[Row]) -> Iterator[str]:
    """Limits that what is expected exceeds."""
    for line in exceeded(year):
        called = when(words, scenario.period, int(line["period"]))
        key = "year.exceeded.team" if line["team"] else "year.exceeded"
        team = words.label(line, "team") if line["team"] else ""
        yield words.say(key, when=called, team=team, by=words.cents(-line["slack"]))
