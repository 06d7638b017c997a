"""Whether maps suggested for the exports of cases/headings are right, field by field, at first sight.

`maps.json` says for each export its part (`development`: looked at while suggestions were made better; others
were measured once, unseen), where its headings are from, the columns that are right for each key of a map
(several: any of them), columns that a map may name without need (`may`), and what each row is (`states`:
w won, l lost, o open, ? lost or open in some companies: the map has to ask).

A field is counted where the export has it, or where the map names one that it has not. It is right as
suggested or not at all: nobody has mended the map.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.heading_files import _any
from tests.verbs import incentives

EXPORTS = Path(__file__).parent / "cases" / "headings"
COLUMNS = (
    "id",
    "created",
    "closed",
    "owner",
    "value",
    "source",
    "segment",
    "product",
    "response",
    "modified",
)
RIGHT, ASKED, MISSING, SILENT = "right", "wrong, with CHECK", "missing", "wrong, without CHECK"
_STATES = {"won": "w", "lost": "l"}


class Field(NamedTuple):
    """A key of a suggested map, and whether it is right."""

    name: str
    verdict: str
    given: object


@cache
def exports() -> Mapping[str, Any]:
    """What is right for each export, by name."""
    content: Mapping[str, Any] = json.loads((EXPORTS / "maps.json").read_text("utf-8"))
    return content


def names(*parts: str) -> list[str]:
    """Exports of these parts."""
    return [name for name, right in exports().items() if right["part"] in parts]


def path_of(name: str) -> Path:
    return EXPORTS / f"{name}.csv"


DEALS = "sf_soql_export"
"""Costs are given together with this export of deals."""


def paths_of(name: str) -> list[Path]:
    """The files that a map is suggested for."""
    return [path_of(name)] if exports()[name]["kind"] != "spend" else [path_of(DEALS), path_of(name)]


def map_of(name: str) -> str:
    """The map suggested for an export, as text."""
    answer = incentives("calibrate", *paths_of(name), "--suggest-map", "--json")
    return str(json.loads(answer.stdout)["map"])


def judged(name: str, text: str) -> list[Field]:
    """The fields of a suggested map for an export."""
    right, given, marked = exports()[name], yaml.safe_load(text), _marked(text)
    if right["kind"] == "spend":
        spend = given.get("spend") or {}
        return [_column(key, those, spend.get(key), marked) for key, those in right["right"].items()]
    deals = given.get("deals") or {}
    return [*_columns(right, deals.get("columns") or {}, marked), *_ends(name, right, deals, marked),
            *_settings(right, given, deals, marked)]  # fmt: skip


def _columns(right: Mapping[str, Any], given: Mapping[str, Any], marked: set[str]) -> list[Field]:
    found = []
    for key in COLUMNS:
        those, may = right["right"].get(key, []), right.get("may", {}).get(key, [])
        got = given.get(key)
        if those or (got is not None and got not in may):
            found.append(_column(key, [*those, *may] if those else [], got, marked))
    return found


def _column(key: str, right: Sequence[str], got: object, marked: set[str]) -> Field:
    if got is None:
        return Field(key, MISSING, None)
    return Field(key, RIGHT if got in right else ASKED if key in marked else SILENT, got)


def _ends(name: str, right: Mapping[str, Any], deals: Mapping[str, Any], marked: set[str]) -> list[Field]:
    """Whether every row comes out won, lost or open as it should."""
    rows, states, found = rows_of(path_of(name)), right.get("states"), []
    for key, letter in _STATES.items():
        got = deals.get(key)
        if states is None:
            found += [Field(key, ASKED if key in marked else SILENT, got)] if got else []
            continue
        if letter not in states and not got:
            continue
        said = [_any(got, row) for row in rows]
        wrong = any(s != (state == letter) for s, state in zip(said, states, strict=True) if state != "?")
        asks = "?" not in states or {"won", "lost"} & marked
        verdict = MISSING if not got else ASKED if key in marked else SILENT
        found.append(Field(key, RIGHT if got and not wrong and asks else verdict, got))
    return found


def _settings(
    right: Mapping[str, Any], given: Mapping[str, Any], deals: Mapping[str, Any], marked: set[str]
) -> list[Field]:
    found = []
    if (code := right["right"].get("currency")) is not None:
        got = given.get("currency", "EUR")
        found.append(
            Field("currency", RIGHT if got == code else ASKED if "currency" in marked else SILENT, got)
        )
    changes = bool(deals.get("changes"))
    if changes or right.get("changes"):
        same = changes == bool(right.get("changes"))
        found.append(Field("changes", RIGHT if same else MISSING if not changes else SILENT, changes))
    return found


def _marked(text: str) -> set[str]:
    """Keys with CHECK beside them or in the remarks below."""
    found, key = set(), ""
    for line in text.splitlines():
        if match := re.match(r"\s*(\w+):", line):
            key = match[1]
        if "CHECK" in line:
            found.add(key)
    return found


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of an export as they are written."""
    for encoding in ("utf-8", "cp1252"):
        try:
            text = path.read_text(encoding)
            break
        except UnicodeDecodeError:
            continue
    delimiter = max(",;", key=text.splitlines()[0].count)
    return list(csv.DictReader(text.splitlines(), delimiter=delimiter))


class Share(NamedTuple):
    """How right the maps of some exports are."""

    exports: int
    fields: int
    right: int
    whole: int
    """Maps with every field right."""
    asked: int
    missing: int
    silent: int
    """Wrong fields that nothing in the map tells to look at."""


def share(of: Iterable[Sequence[Field]]) -> Share:
    """Counts over the maps of some exports."""
    maps = [list(fields) for fields in of]
    verdicts = [field.verdict for fields in maps for field in fields]
    whole = sum(all(field.verdict == RIGHT for field in fields) for fields in maps)
    counts = [verdicts.count(verdict) for verdict in (ASKED, MISSING, SILENT)]
    return Share(len(maps), len(verdicts), verdicts.count(RIGHT), whole, *counts)
