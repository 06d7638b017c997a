"""A delimited text as records that fit its header; others are counted by what is wrong with them."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from optimizer.history.read.frames.csv_records import Places, Records, records_of
from optimizer.history.read.frames.headings import HEADER_WITHIN, Rows, header_row
from optimizer.history.read.losses import SHOWN, Loss
from optimizer.scenario.files import refuse
from optimizer.scenario.problems import listed

_SEPARATORS = ",;\t|"
LONGEST = 1 << 17
"""Bytes of a record: four times what a cell of a spreadsheet holds."""
_MOST_RAGGED = 0.5
"""Share of records of another width beyond which the header is no header of them."""


class Text(NamedTuple):
    """The records of a text that fit its header."""

    header: list[str]
    """Cells of the header, as many as the records have."""
    body: bytes
    separator: str
    numbers: Places
    """Of the records, as a spreadsheet counts rows."""
    losses: list[Loss]
    notes: list[str]

    def sample(self) -> Rows:
        """Some of the first records, split into cells."""
        lines = self.body[:100_000].decode("utf-8", "replace").splitlines()[:200]
        return list(csv.reader(lines, delimiter=self.separator))


def split(path: Path, data: bytes, wanted: frozenset[str], notes: list[str]) -> Text:
    """Raises ScenarioError where the text is no table."""
    first, separator = _separator(path, data)
    records = records_of(path, data[first:], separator)
    _refuse_long(path, records)
    many = min(len(records), HEADER_WITHIN)
    top = [_cells(records.text(i), separator) for i in range(many)]
    at = header_row(path, top, wanted)
    below = records.after(at)
    header, below, said = _fitted(top[at], below, separator)
    right, empty = below.widths == len(header), below.lengths == 0
    ragged = ~right & ~empty
    _refuse_ragged(path, header, below, ragged)
    losses = [_loss("row_of_another_width", below, ragged), _loss("empty_row", below, empty)]
    body = below.joined(right)
    if not body:
        refuse(path, "has a header but no rows", f"columns: {listed(header)}")
    return Text(header, body, separator, below.numbers(right), losses, notes + titles(at) + said)


def _cells(record: str, separator: str) -> list[str]:
    """The cells of one record; a carriage return inside is a space."""
    return next(csv.reader([record.replace("\r", " ")], delimiter=separator), [])


def titles(at: int) -> list[str]:
    return [f"{at} rows above the header were skipped"] if at else []


def _separator(path: Path, data: bytes) -> tuple[int, str]:
    """Where the first record begins, and what stands between cells: the one that splits most alike."""
    end = data.find(b"\n")
    first = data[: end if end >= 0 else None].strip().lower()
    if first.startswith(b"sep=") and len(first) == 5:
        return end + 1, chr(first[4])
    sample = data[:100_000].decode("utf-8", "replace").splitlines()[:50]
    best = max(_SEPARATORS, key=lambda separator: _regularity(sample, separator))
    if _regularity(sample, best) == 0:
        hint = "a comma, semicolon, tab or | must stand between cells"
        refuse(path, "has only one column", hint, sample[0][:60])
    return 0, best


def _regularity(lines: list[str], separator: str) -> int:
    """Cells of the commonest width times the lines that have it; 0 where nothing is split."""
    widths = [len(row) for row in csv.reader(lines, delimiter=separator)]
    return max((widths.count(w) * (w - 1) for w in set(widths) if w > 1), default=0)


def _fitted(header: list[str], records: Records, separator: str) -> tuple[list[str], Records, list[str]]:
    """Header and records without empty cells at the end of one that the other does not have."""
    full = records.widths[records.lengths > 0]
    if not len(full):
        return header, records, []
    values, counts = np.unique(full, return_counts=True)
    common = int(values[counts.argmax()])
    while len(header) > common and not header[-1].strip():
        header = header[:-1]
    over = records.widths - len(header)
    hollow = (over > 0) & _ends_hollow(records, over, separator)
    many = int(hollow.sum())
    if not many:
        return header, records, []
    said = [f"{many} rows end in separators that the header does not have"]
    if many == len(full) and len(values) == 1:
        return header + [""] * (common - len(header)), records, said
    ends = np.where(hollow, records.ends - over, records.ends)
    return header, replace(records, ends=ends, widths=np.where(hollow, len(header), records.widths)), said


def _ends_hollow(records: Records, over: Places, separator: str) -> Any:
    """Whether a record's cells beyond the header are empty: so many separators end it."""
    letters = np.frombuffer(records.data, np.uint8)
    good = np.ones(len(records), bool)
    for back in range(1, min(int(over.max(initial=0)), 200) + 1):
        at = np.maximum(records.ends - back, 0)
        good &= (over < back) | ((letters[at] == ord(separator)) & (records.lengths >= back))
    return good & (over <= 200)


def _refuse_ragged(path: Path, header: list[str], records: Records, ragged: Any) -> None:
    """A header that most records do not fit describes another table."""
    count = int(ragged.sum())
    if count <= _MOST_RAGGED * len(records):
        return
    values, counts = np.unique(records.widths[ragged], return_counts=True)
    message = f"{counts.max()} rows have {values[counts.argmax()]} cells, the header {len(header)}"
    hint = "a separator inside a cell must be quoted, and each column needs a heading; export it again"
    refuse(path, message, hint, f"columns: {listed(header)}")


def _refuse_long(path: Path, records: Records) -> None:
    """Rows longer than any cell that a spreadsheet knows; a record without end is one, too."""
    long = records.lengths > LONGEST
    if long.any():
        hint = "leave that column out; or a quote is not closed, and the file runs on in one cell"
        refuse(path, f"row {records.numbers(long)[0]} is longer than {LONGEST:,} bytes", hint)


def _loss(reason: str, records: Records, mask: Any) -> Loss:
    numbers = records.numbers(mask)
    return Loss(reason, len(numbers), tuple(int(n) for n in numbers[:SHOWN]))
