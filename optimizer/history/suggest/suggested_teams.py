"""Teams beside marketing and sales, where the roles of owners tell from when on sales work a lead."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from optimizer.history.suggest.column_facts import Column
from optimizer.history.suggest.export_kinds import Known
from optimizer.history.suggest.map_lines import Line, check
from optimizer.history.suggest.role_choice import rows_of
from optimizer.history.vocabulary import lexicon, words

HANDED = "with_sales"
"""The step from which sales work a lead."""
_FILLED, _KNOWN, _OF_WINS = 0.8, 0.9, 0.9
"""Least shares: of rows with a role, of those whose role is known, of wins that sales or later roles hold."""
_EACH = 0.05
"""Least share of rows on either side of the handover."""


class Handover(NamedTuple):
    """How a row shows that sales work the lead."""

    heading: str
    condition: object
    """What the cell must hold."""
    doubt: str


def with_handover(known: Known, lines: Sequence[Line]) -> list[Line]:
    """The section of deals, with the step from which sales work a lead where owners' roles tell it."""
    found = None if known.changes else _by_role(known) or _by_owner(known)
    if found is None:
        return list(lines)
    step = {HANDED: {found.heading: found.condition}}
    steps = {**_steps(lines), **step}
    kept = [line for line in lines if line.key not in ("steps", "good") and not _is_segment(line, found)]
    good = [line for line in lines if line.key == "good"]
    return [*kept, Line("steps", steps), *good, Line("handover", HANDED, check(found.doubt))]


def _steps(lines: Sequence[Line]) -> dict[str, object]:
    return next((line.value for line in lines if line.key == "steps" and isinstance(line.value, dict)), {})


def _is_segment(line: Line, found: Handover) -> bool:
    """A role says who works a lead, not what kind of customer it is."""
    return line.key == "segment" and line.value == found.heading


def _by_role(known: Known) -> Handover | None:
    """A column of the owner's role: leads change hands, and with them the role."""
    won = rows_of(known.told.columns, known.told.outcome.won)
    taken = (known.told.outcome.heading, known.told.heading("owner"))
    for column in known.told.columns:
        if column.heading in taken or not 2 <= len(column.values) <= 12:
            continue
        roles = {value: role for value in column.values if (role := role_of(value))}
        before = [value for value, role in roles.items() if role == "before"]
        after = [value for value, role in roles.items() if role == "after"]
        if before and after and _splits(column, before, after, won):
            doubt = f"leads whose {column.heading} is {' or '.join(before)} have not come to sales"
            return Handover(column.heading, after, doubt)
    return None


def _splits(column: Column, before: list[str], after: list[str], won: pl.Series) -> bool:
    """Whether nearly all rows have one of these roles, and nearly all wins a later one."""
    early, late = column.cells.is_in(before).fill_null(False), column.cells.is_in(after).fill_null(False)
    known = _share(early | late)
    there = column.filled >= _FILLED and known >= _KNOWN * column.filled
    return there and _both(early, late) and _share(late.filter(won)) >= _OF_WINS


def _both(early: pl.Series, late: pl.Series) -> bool:
    return min(_share(early), _share(late)) >= _EACH


def _share(flags: pl.Series) -> float:
    return int(flags.sum()) / max(1, len(flags))


def _by_owner(known: Known) -> Handover | None:
    """A column of those who answer leads, and one of those who sell: filled once they have the lead."""
    headed = {role: [c for c in known.told.columns if role_of(c.heading) == role and c.different > 1]
              for role in ("before", "after")}  # fmt: skip
    won = rows_of(known.told.columns, known.told.outcome.won)
    for column in headed["after"] if headed["before"] else []:
        theirs = column.cells.is_not_null()
        others = theirs.filter(~won)
        enough = _share(theirs.filter(won)) >= _OF_WINS
        if enough and len(others) and _both(others, ~others):
            doubt = f"leads without {column.heading} have not come to sales"
            return Handover(column.heading, "present", doubt)
    return None


def role_of(text: str) -> str:
    """`before` or `after` the handover to sales, by the words of a role; empty: no known role."""
    said = " ".join(words(text))
    for role, phrases in lexicon()["roles"].items():
        if any(re.search(rf"\b{phrase}\b", said) for phrase in phrases):
            return str(role)
    return ""
