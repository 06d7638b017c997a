"""How well a column fits each role of a map: what its heading says, and what its values show."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

import polars as pl

from optimizer.history.read.frames.headings import USUAL
from optimizer.history.read.typed.currency_codes import CODES
from optimizer.history.suggest.column_facts import Column, currency_in
from optimizer.history.suggest.column_pairs import grows_with, same_days, share_after
from optimizer.history.vocabulary import any_word, words

SURE = 4.0
"""From this score on a column is taken without a question."""
LEAST = 2.0
"""Below it a column is not taken at all."""


class Rule(NamedTuple):
    """What speaks for a role, and against it."""

    kinds: tuple[str, ...]
    """Kinds of values that the column may have."""
    weights: Mapping[str, float]
    """Points by idea of its heading."""
    shown: Callable[[Column, Table], float]
    """Points for its values; far below zero where they rule the role out."""


class Table(NamedTuple):
    """The columns of a file among which roles are told."""

    columns: tuple[Column, ...]
    outcome: str = ""
    """Heading of the column that tells wins."""
    open_rows: pl.Series | None = None
    """Which rows are neither won nor lost; None where that is not known yet."""
    derived: Mapping[str, float] = {}
    """Points against numbers that follow from another column, by heading."""
    created: Column | None = None
    """The column of creations, once it is known."""


NEVER = -99.0
_CODED = re.compile(r"[A-Za-z_-]*[\dA-Fa-f-]*\d[\dA-Fa-f-]*")
"""How ids are written: no spaces, no decimals, a number in them."""
_GUESSED = 2.0
"""Points of values that look like a role where the heading says nothing: enough to be asked about."""
_ROWS_EACH, _FEW_ROWS_EACH = 4.0, 2.5
"""Rows that each of the persons who work deals has at least, and that customers seldom have."""
_ENDS = frozenset({"closed", "end", "won", "lost", "converted", "expected", "due"})
_SAYS_NO_AMOUNT = frozenset({"deal", "plain", "quantity", "expected"})
"""Ideas of headings under which amounts may stand, though they do not say so."""
_NOT_A_DATE_OF = {"modified": -9, "next": -9, "activity": -9, "last": -6, "stage": -5, "status": -4,
                  "response": -6, "count": -9, "by": -9, "payment": -4}  # fmt: skip
_NOT_AN_AMOUNT = {"probability": -9, "count": -9, "id": -9, "weighted": -6, "average": -6, "cost": -5,
                  "margin": -6, "payment": -2, "taxed": -1.5, "modified": -6, "account": -4, "grade": -6,
                  "response": -9, "activity": -9, "parent": -2}  # fmt: skip
_NOT_A_CATEGORY = {"competitor": -9, "reason": -9, "modified": -9, "creator": -9, "created": -6,
                   "closed": -6, "count": -9, "date": -3, "stage": -6, "status": -6, "activity": -9,
                   "probability": -9, "currency": -9, "next": -9, "flag": -9,
                   "action": -6}  # fmt: skip


def score(role: str, column: Column, table: Table) -> float:
    """Points of a column for a role; NEVER where it cannot have it."""
    rule = RULES[role]
    if column.kind not in rule.kinds:
        return NEVER
    return sum(rule.weights.get(idea, 0) for idea in column.ideas) + rule.shown(column, table)


# --- what values show ------------------------------------------------------------------------------------


def _unique(column: Column, table: Table) -> float:
    """Ids are in nearly every row, repeat nearly never, and grow where they count."""
    if column.filled < 0.95 or column.unique < 0.95:
        return NEVER
    coded = column.kind != "date" and all(map(_CODED.fullmatch, column.sample))
    plain = coded and not column.ideas - {"plain", "parent"}
    told = coded or "id" in column.ideas
    counted = table.created is not None and coded and grows_with(column, table.created)
    return 1.0 * (column.unique == 1) + _GUESSED * plain + 1.5 * counted - 3 * (not told)


def _earliest(column: Column, table: Table) -> float:
    """A row begins before anything else happens to it, and every row begins."""
    if column.filled < 0.9:
        return -4
    others = [c for c in table.columns if c.kind == "date" and c.filled > 0.9 and c is not column]
    return 1 + 2 * all(share_after(column, other) >= 0.95 for other in others)


def _ending(column: Column, table: Table) -> float:
    """Ends come after beginnings; those that are seen are of decided rows alone."""
    if table.created is None:
        return 0
    if column is table.created:
        return NEVER
    if share_after(table.created, column) < 0.9 or same_days(table.created, column):
        return -6
    if table.open_rows is None or not table.open_rows.any() or table.open_rows.all():
        return float(bool(column.ideas & _ENDS))
    there = column.cells.is_not_null()
    of_open = float((there & table.open_rows).sum()) / float(table.open_rows.sum())
    of_decided = float((there & ~table.open_rows).sum()) / float((~table.open_rows).sum())
    return (4 + 2 * (of_decided > 0.9)) if of_open < 0.1 and of_decided > 0.1 else 0


def _few_persons(column: Column, _table: Table) -> float:
    """Persons have several rows each."""
    broken = column.kind == "number" and column.sample.str.contains(r"[.,]").any()
    if broken or column.different > max(2, 0.5 * len(column.cells)):
        return NEVER
    rows_each = len(column.cells) / max(1, column.different)
    often = 1.0 * (rows_each >= _ROWS_EACH) - 1.0 * (rows_each < _FEW_ROWS_EACH)
    looks = (_GUESSED + often) * (column.persons > 0.7)
    return looks - (column.different == 1) - 2 * (column.ideas == {"name"})


def _amounts(column: Column, table: Table) -> float:
    """Amounts differ; money is marked or written as such; what is a chance or a tax of another is not it."""
    money = 3 * bool(column.codes) or 2 * bool(currency_in(column.heading))
    unsaid = not column.ideas - _SAYS_NO_AMOUNT and (
        bool(column.ideas) or column.unique < 1 or column.monetary
    )
    plain = _GUESSED * (unsaid and (column.monetary or not column.ideas))
    derived = table.derived.get(column.heading, 0.0) - 4.0 * ({"value", "revenue"} <= column.ideas)
    return 1.0 * (column.different > 5) + (money or plain) + derived - 3 * (column.filled < 0.02)


def _categories(column: Column, _table: Table) -> float:
    coded = column.kind == "number" and column.sample.str.contains(r"\D").any()
    if coded or not column.values or column.different > 0.6 * max(4, len(column.cells)):
        return NEVER
    return -2.0 * (column.different == 1)


def _channels(column: Column, table: Table) -> float:
    """Categories that are named as channels are, such as Web or Referral."""
    named = sum(_names_a_channel(value) for value in column.values)
    looks = named > 0.6 * max(1, len(column.values))
    twice = {"campaign", "source"} <= column.ideas
    return _categories(column, table) + _GUESSED * looks - 4 * twice


def _names_a_channel(value: str) -> bool:
    said = words(value)
    return sum(any_word([word], "outcomes", "channel") for word in said) >= 0.5 * max(1, len(said))


def _currencies(column: Column, _table: Table) -> float:
    if sum(column.codes.values()) <= 0.5 * column.filled * len(column.cells):
        return NEVER
    return SURE * (CODES.issuperset(column.values) and not USUAL.isdisjoint(column.values))


def _nothing(_column: Column, _table: Table) -> float:
    return 0.0


RULES: Mapping[str, Rule] = {
    "id": Rule(
        ("text", "number", "date"),
        {"id": 4, "deal": 3, "plain": 0.5, "lead": -3, "contact": -4, "account": -3.5, "owner": -6,
         "user": -6, "creator": -9, "created": -6, "closed": -6, "modified": -6, "date": -6, "value": -6,
         "revenue": -6, "cost": -6, "count": -9, "source": -6, "campaign": -6, "stage": -6, "status": -6,
         "product": -2, "team": -6, "reason": -6, "activity": -6, "parent": -1.5, "currency": -8,
         "name": -4, "next": -6, "segment": -6, "probability": -9, "expected": -6, "converted": -3},
        _unique,
    ),
    "created": Rule(
        ("date",),
        {**_NOT_A_DATE_OF, "created": 5, "start": 2, "first": 2, "date": 1, "deal": 1, "lead": -1,
         "expected": -9, "closed": -9, "end": -6, "due": -6, "won": -8, "lost": -8, "owner": -6,
         "account": -4, "contact": 0.5, "converted": -6},
        _earliest,
    ),
    "closed": Rule(
        ("date",),
        {**_NOT_A_DATE_OF, "closed": 5, "end": 4, "won": 3, "converted": 3, "due": 1, "actual": 2,
         "date": 1, "expected": -3, "modified": -4, "status": -1, "lost": -3, "created": -9, "lead": -1,
         "start": -6, "contact": -6, "owner": -6},
        _ending,
    ),
    "owner": Rule(
        ("text", "number"),
        {**_NOT_A_CATEGORY, "owner": 5, "user": 3.5, "name": 0.5, "plain": 0.5, "by": 0.5, "id": -1,
         "account": -5, "contact": -2, "team": -6, "segment": -5, "source": -5, "value": -6, "product": -5,
         "last": -5, "parent": -1.5, "lead": -0.5, "type": -5},
        _few_persons,
    ),
    "value": Rule(
        ("number",),
        {**_NOT_AN_AMOUNT, "value": 5, "revenue": 4, "size": 3, "deal": 0.5, "expected": -1, "actual": 1,
         "currency": -0.5, "first": -2, "date": -3},
        _amounts,
    ),
    "source": Rule(
        ("text", "number"),
        {**_NOT_A_CATEGORY, "source": 5, "created": -1.5, "last": -1.5, "campaign": 3.5, "medium": 3,
         "original": 1, "described": -1.5, "lead": 0.5, "detail": -5, "account": -3, "owner": -6, "value": -6,
         "product": -6, "team": -6, "contact": -2, "id": -0.5, "type": -1, "pipeline": -4},
        _channels,
    ),
    "segment": Rule(
        ("text",),
        {**_NOT_A_CATEGORY, "segment": 5, "team": 4, "size": 4, "type": 1, "account": 0, "owner": -5,
         "value": -6, "source": -6, "product": -1, "contact": -3, "id": -0.5, "parent": -4, "detail": -5},
        _categories,
    ),
    "product": Rule(
        ("text",),
        {**_NOT_A_CATEGORY, "product": 5, "type": 4, "deal": 0.5, "payment": -9, "account": -6, "owner": -6,
         "value": -6, "source": -6, "campaign": -6, "contact": -6, "segment": -2, "team": -6, "id": -1,
         "lead": -2, "pipeline": -5, "expected": -6},
        _categories,
    ),
    "modified": Rule(
        ("date",),
        {"modified": 5, "last": 0.5, "date": 0.5, "by": -9, "stage": -3, "status": -3, "owner": -6},
        _nothing,
    ),
    "reason": Rule(("text",), {"reason": 5, "lost": 1, "won": -6}, _categories),
    "grade": Rule(("text",), {"grade": 5, "count": -9}, _categories),
    "deleted": Rule(("flag",), {"deleted": 5}, _nothing),
    "response": Rule(("text", "number", "date"), {"response": 5, "last": -6, "next": -6}, _nothing),
    "currency": Rule(("text",), {"currency": 5}, _currencies),
    "cost": Rule(
        ("number",),
        {**_NOT_AN_AMOUNT, "cost": 6, "value": 1, "expected": -4, "budget": -3, "currency": -0.5},
        _amounts,
    ),
    "day": Rule(
        ("date", "month"),
        {"date": 4, "start": 4.5, "end": -3, "created": 1, "modified": -9, "activity": -4},
        _nothing,
    ),
    "spender": Rule(
        ("text",),
        {"source": 5, "campaign": 4.5, "action": 3, "name": 0.5, "medium": 4, "account": -4, "currency": -9,
         "type": -1.5, "id": -1, "status": -6},
        _channels,
    ),
}  # fmt: skip
