"""The columns of a file by role, and what is not sure about each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import polars as pl

from optimizer.history.read.maps.conditions import Conditions, any_of
from optimizer.history.suggest.column_facts import Column
from optimizer.history.suggest.column_pairs import derived_amounts
from optimizer.history.suggest.deal_outcomes import outcome_of
from optimizer.history.suggest.outcome_conditions import Outcome
from optimizer.history.suggest.role_scores import LEAST, SURE, Table, score

_NEAR = 2.0
"""Two columns whose points differ by no more are both named."""
_FEW_AMOUNTS, _MANY_ROWS = 4, 20
"""Different amounts in so many rows that look like a property of customers, such as their revenue."""
_PLAIN = ("id", "owner", "value", "source")
_EXTRA = ("product", "segment", "response", "modified", "reason", "grade", "deleted", "currency")
_AT_LEAST = dict.fromkeys(_EXTRA, SURE)
"""Least points of roles that a map can do without: no guess from values alone."""


class Choice(NamedTuple):
    """A column that was taken for a role."""

    column: Column
    check: str = ""
    """What is not sure, as a sentence; empty: nothing."""

    @property
    def heading(self) -> str:
        return self.column.heading


class Told(NamedTuple):
    """What the columns of a file seem to mean."""

    roles: Mapping[str, Choice]
    outcome: Outcome
    columns: tuple[Column, ...]

    def heading(self, role: str) -> str | None:
        return self.roles[role].heading if role in self.roles else None

    def unused(self, *kinds: str) -> list[Column]:
        """Columns of these kinds that have no role."""
        taken = {choice.heading for choice in self.roles.values()} | {self.outcome.heading}
        return [c for c in self.columns if c.kind in kinds and c.heading not in taken]


def told(columns: Sequence[Column], hints: Mapping[str, str]) -> Told:
    """Roles of a file of leads or deals. `hints` are headings by role of the system it seems to come from."""
    outcome = outcome_of(columns)
    open_rows = _open_rows(columns, outcome)
    table = Table(tuple(columns), outcome.heading, open_rows, derived_amounts(columns, open_rows))
    roles: dict[str, Choice] = {}
    if (created := _best("created", columns, table, hints)) is not None:
        roles["created"] = created
        table = table._replace(created=created.column)
    free = [c for c in columns if c.heading not in (outcome.heading, table.created and table.created.heading)]
    if (closed := _best("closed", free, table, hints)) is not None:
        roles["closed"] = closed
        free = [c for c in free if c is not closed.column]
    return Told(roles | _rest(free, table, hints), outcome, tuple(columns))


def _rest(free: Sequence[Column], table: Table, hints: Mapping[str, str]) -> dict[str, Choice]:
    """The other roles, each column for the role that it fits best."""
    scored = sorted(
        ((_points(role, c, table, hints), role, c) for role in (*_PLAIN, *_EXTRA) for c in free),
        key=lambda s: -s[0],
    )
    chosen: dict[str, Choice] = {}
    for points, role, column in scored:
        taken = {choice.heading for choice in chosen.values()}
        if points >= _AT_LEAST.get(role, LEAST) and role not in chosen and column.heading not in taken:
            chosen[role] = Choice(column, _doubt(points, role, column, free, table))
    return chosen


def _best(role: str, columns: Sequence[Column], table: Table, hints: Mapping[str, str]) -> Choice | None:
    ranked = sorted(((_points(role, c, table, hints), c) for c in columns), key=lambda s: -s[0])
    if not ranked or ranked[0][0] < LEAST:
        return None
    points, column = ranked[0]
    return Choice(column, _doubt(points, role, column, columns, table))


def _points(role: str, column: Column, table: Table, hints: Mapping[str, str]) -> float:
    return score(role, column, table) + 1.5 * (hints.get(role) == column.heading)


def _doubt(
    points: float,
    role: str,
    column: Column,
    columns: Sequence[Column],
    table: Table,
) -> str:
    """Why a choice should be looked at."""
    if role == "closed" and "expected" in column.ideas:
        return "an expected date, where nothing else says when a deal was won or lost"
    if points < SURE:
        return "guessed from its values"
    if role == "value" and column.different <= _FEW_AMOUNTS and len(column.cells) >= _MANY_ROWS:
        return f"only {column.different} different amounts: of the deal, or of its customer?"
    if role == "value" and column.small:
        return "small whole numbers: amounts, or a count of something?"
    return _rivals(role, column, columns, table)


def doubt_of(role: str, column: Column, columns: Sequence[Column], table: Table) -> str:
    """Why a column that was taken for its points alone should be looked at."""
    return _doubt(score(role, column, table), role, column, columns, table)


def _rivals(role: str, column: Column, columns: Sequence[Column], table: Table) -> str:
    near = max(LEAST, score(role, column, table) - _NEAR)
    rivals = [c for c in columns if c is not column and score(role, c, table) >= near]
    return f"or {_named(rivals)}" if rivals else ""


def _named(columns: Iterable[Column]) -> str:
    return ", ".join(f'"{column.heading}"' for column in columns)


def _open_rows(columns: Sequence[Column], outcome: Outcome) -> pl.Series | None:
    """Which rows are neither won nor lost; None where that is not known."""
    return ~rows_of(columns, (*outcome.won, *outcome.lost)) if outcome.won and outcome.lost else None


def rows_of(columns: Sequence[Column], conditions: Sequence[Mapping[str, object]]) -> pl.Series:
    """Which rows fulfil one of the conditions."""
    names = {name for condition in conditions for name in condition}
    frame = pl.DataFrame({c.heading: c.cells for c in columns if c.heading in names or not names})
    return frame.select(any_of(_conditions(conditions))).to_series()


def _conditions(conditions: Sequence[Mapping[str, object]]) -> Conditions:
    from pydantic import TypeAdapter

    read: Conditions = TypeAdapter(Conditions).validate_python(list(conditions))
    return read
