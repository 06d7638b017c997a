"""Where two files of a run differ: by place and number, not by bytes."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

SAME = 1e-6
"""Relative difference up to which a number is the recorded one: rounding in other versions of libraries."""
MOST = 5
"""Places of a file that are named."""
Parts = tuple[str, ...]
"""What differs, and where they say something: what is recorded, and what was found."""


def differing(
    name: str, recorded: bytes, found: bytes, *, exact: bool, skipped: Sequence[str] = ()
) -> list[Parts]:
    """What a file of a run says otherwise than it must: JSON by key, a table by cell, others as a whole.

    Not `exact`, numbers may be off by rounding. `skipped` keys of JSON are not looked at. Raises ValueError
    where what is recorded cannot be read.
    """
    if recorded == found:
        return []
    kinds = {".json": _json, ".csv": _table}
    kind = kinds.get(name[name.rfind(".") :])
    if kind is None:
        return [(f"{name} is not what scenario and plan give",)]
    places = list(kind(name, recorded, found, exact, skipped))
    if not places and exact and not skipped:
        return [(f"{name} is written otherwise than this version writes the same",)]
    more = [(f"{name} differs in {len(places) - MOST} more places",)] if len(places) > MOST else []
    return places[:MOST] + more


def _json(name: str, recorded: bytes, found: bytes, exact: bool, skipped: Sequence[str]) -> Iterator[Parts]:
    one, other = json.loads(recorded), json.loads(found)
    yield from apart(name.removesuffix(".json"), one, other, exact=exact, skipped=skipped)


def apart(
    place: str, recorded: Any, found: Any, *, exact: bool, skipped: Sequence[str] = ()
) -> Iterator[Parts]:
    """Values of JSON that differ, with their place; `skipped` keys of the outermost are not looked at."""
    if isinstance(recorded, dict) and isinstance(found, dict):
        for key in dict.fromkeys((*recorded, *found)):
            if key not in skipped:
                yield from apart(f"{place}.{key}", recorded.get(key), found.get(key), exact=exact)
    elif isinstance(recorded, list) and isinstance(found, list) and len(recorded) == len(found):
        for number, (one, other) in enumerate(zip(recorded, found, strict=True)):
            yield from apart(f"{place}[{number}]", one, other, exact=exact)
    elif not _same(recorded, found, exact):
        yield f"{place} is not what scenario and plan give", _short(recorded), _short(found)


def _same(recorded: Any, found: Any, exact: bool) -> bool:
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in (recorded, found))
    if numbers and not exact:
        return math.isclose(recorded, found, rel_tol=SAME, abs_tol=SAME)
    return type(recorded) is type(found) and bool(recorded == found)


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _table(name: str, recorded: bytes, found: bytes, exact: bool, _: Sequence[str]) -> Iterator[Parts]:
    one, other = (_rows(content) for content in (recorded, found))
    if one[:1] != other[:1]:
        yield (f"{name} has other columns than this version writes",)
        return
    if len(one) != len(other):
        yield f"{name} has another number of rows", str(len(one) - 1), str(len(other) - 1)
        return
    for number, rows in enumerate(zip(one[1:], other[1:], strict=True), 1):
        yield from _cells(f"{name}, row {number}", other[0], *rows, exact)


def _rows(content: bytes) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))
    except csv.Error as error:
        raise ValueError(f"is no table: {error}") from error


def _cells(
    place: str, columns: Sequence[str], recorded: Sequence[str], found: Sequence[str], exact: bool
) -> Iterator[Parts]:
    if len(recorded) != len(found):
        yield f"{place} has another number of cells", str(len(recorded)), str(len(found))
        return
    for column, one, other in zip(columns, recorded, found, strict=True):
        if one != other and (exact or not _close(one, other)):
            yield f"{place}, {column} is not what scenario and plan give", _short(one), _short(other)


def _close(one: str, other: str) -> bool:
    try:
        return math.isclose(float(one), float(other), rel_tol=SAME, abs_tol=SAME)
    except ValueError:
        return False
