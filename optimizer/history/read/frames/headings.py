"""The header of an export: which row it is, how its columns are called, and which of them tell currencies."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from optimizer.history.read.typed.currency_codes import CODES, code_of
from optimizer.history.read.typed.empty_words import says_nothing
from optimizer.history.vocabulary import ideas
from optimizer.scenario.files import refuse

HEADER_WITHIN = 20
"""Records searched for the header, below titles that report builders print above it."""
USUAL = frozenset({"EUR", "USD", "GBP", "CHF", "CAD", "AUD", "JPY"})
"""Codes of which a column that tells currencies has at least one, if its heading does not say so."""
Rows = list[list[str]]


def header_row(path: Path, top: Rows, wanted: frozenset[str]) -> int:
    """The first row with the headings looked for; else the first as wide as the table."""
    matches = [len(wanted & {name_of(cell) for cell in row}) for row in top]
    if wanted and max(matches, default=0) > 0:
        return matches.index(max(matches))
    widest = max((sum(bool(c.strip()) for c in row) for row in top), default=0)
    wide = [i for i, row in enumerate(top) if sum(bool(c.strip()) for c in row) >= max(2, 0.7 * widest)]
    if not wide:
        refuse(path, "has no header row", f"the first {HEADER_WITHIN} rows hold no headings")
    return wide[0]


def name_of(cell: str) -> str:
    """A heading without odd spaces, accents joined to their letters."""
    return unicodedata.normalize("NFC", " ".join(cell.replace("\ufeff", "").split()))


def headings_of(row: Sequence[str]) -> list[str]:
    """Names of the columns; a second one of the same name gets the number of its column."""
    names: list[str] = []
    for i, cell in enumerate(row, 1):
        name = name_of(cell) or f"column {i}"
        while name in names:
            name = f"{name} ({i})"
        names.append(name)
    return names


def twins_of(row: Sequence[str], names: Sequence[str], wanted: frozenset[str]) -> dict[str, list[str]]:
    """Other columns with the heading of one that is looked for, by that heading."""
    twins: dict[str, list[str]] = {}
    for cell, name in zip(row, names, strict=False):
        first = name_of(cell)
        if first in wanted and name != first and name not in wanted:
            twins.setdefault(first, []).append(name)
    return twins


def without_twins(
    path: Path, frame: pl.DataFrame, twins: Mapping[str, list[str]]
) -> tuple[pl.DataFrame, list[str]]:
    """One column of each heading: what either says. Raises ScenarioError where they say different things."""
    notes = []
    for name, others in twins.items():
        for other in others:
            if (frame[name] != frame[other]).fill_null(False).any():
                hint = f"write `{other}` in the map where the other one is meant, or rename one of them"
                refuse(path, "two columns have the same heading, and they differ", hint, name)
            filled = frame.height - frame[other].null_count()
            frame = frame.with_columns(pl.coalesce(name, other).alias(name)).drop(other)
            notes.append(
                f"two columns are called {name}: the other one is {_said(filled)}, and nowhere different"
            )
    return frame, notes


def _said(filled: int) -> str:
    return f"filled in {filled:,} rows" if filled else "empty"


def currency_columns(headings: Sequence[str], sample: Rows) -> list[str]:
    """Columns that tell currencies, by heading and values, or by values that are nothing but codes."""
    found = []
    for i, name in enumerate(headings):
        cells = {row[i].strip() for row in sample if i < len(row)} - {""}
        cells = {cell for cell in cells if not says_nothing(cell)}
        if not cells or len(cells) > len(CODES):
            continue
        if ("currency" in ideas(name) and all(map(code_of, cells))) or (cells <= CODES and cells & USUAL):
            found.append(name)
    return found


def currency_for(value: str | None, columns: Sequence[str], headings: Sequence[str]) -> str | None:
    """The column that tells the currency of amounts: called like theirs, else like no other's."""
    if value is None or not columns:
        return None
    mine = [name for name in columns if name.startswith(value)]
    others = [name for name in columns if not any(h != name and name.startswith(h) for h in headings)]
    return next(iter([*mine, *others, *columns]), None)
