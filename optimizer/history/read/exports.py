"""A CRM export, CSV or workbook, as a frame of texts; rows that fit no column are counted, not lost."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from optimizer.history.read.change_headings import says_changed
from optimizer.history.read.csv_records import Places, Records, records_of
from optimizer.history.read.files import WORKBOOK, content_of
from optimizer.scenario.files import refuse
from optimizer.scenario.problems import listed

ROW = "__row"
"""Column with the number of the record in its file, counted from 1 as in a spreadsheet."""
_SEPARATORS = ",;\t|"
_HEADER_WITHIN = 20
"""Records searched for the header, below titles that report builders print above it."""
_SHOWN = 3
_BLANKS = " \t\r\n\u00a0"
_NO_REFERENCE = "000000000000000AAA"
"""What Salesforce writes where a record refers to none."""
_DATA = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|[-+]?\d+([.,]\d+)?$")
Rows = list[list[str]]
LONGEST = 1 << 17
"""Bytes of a record: four times what a cell of a spreadsheet holds."""


class Loss(NamedTuple):
    """Rows not used, and the first of them by number."""

    reason: str
    """A code: people read `calibration.loss.<reason>` of a catalogue."""
    rows: int
    examples: tuple[int, ...]

    @property
    def what(self) -> str:
        """The reason in a problem or a note."""
        return self.reason.replace("_", " ")


@dataclass(frozen=True)
class Export:
    """The rows of a file as texts; an empty cell is null."""

    path: Path
    columns: tuple[str, ...]
    """Every heading of the file."""
    frame: pl.DataFrame
    """A text column per heading looked for (all, where none was named), and ROW."""
    losses: tuple[Loss, ...] = ()
    notes: tuple[str, ...] = ()
    """What was unusual about the file but could be read."""

    @property
    def read(self) -> int:
        """Records of the file without its header."""
        return self.frame.height + sum(loss.rows for loss in self.losses)

    @property
    def headings(self) -> str:
        """Its columns in words. A first row of data is no heading, and may hold persons' names."""
        if any(_DATA.match(name) for name in self.columns):
            return "its first row holds dates or numbers: the header seems to be missing"
        return f"columns of the file: {listed(self.columns)}"

    def has(self, columns: set[str]) -> bool:
        return columns <= set(self.columns)


def read_export(path: Path, wanted: frozenset[str] = frozenset()) -> Export:
    """The rows of one file. `wanted` are headings that tell the header row from titles above it; other
    columns are then left out.

    Raises ScenarioError with the reason and a remedy where the file is no table.
    """
    data, notes = content_of(path)
    if data.startswith(WORKBOOK):
        return _from_workbook(path, data, wanted, notes)
    text = _split(path, data, wanted, notes)
    del data  # hundreds of megabytes, perhaps, that parsing needs
    return _parsed(path, text, wanted)


# --- text ----------------------------------------------------------------------------------------------


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


class _Text(NamedTuple):
    """The records of a text that fit its header."""

    headings: list[str]
    body: bytes
    separator: str
    numbers: Places
    """Of the records, as a spreadsheet counts rows."""
    losses: list[Loss]
    notes: list[str]


def _split(path: Path, data: bytes, wanted: frozenset[str], notes: list[str]) -> _Text:
    first, separator = _separator(path, data)
    records = records_of(path, data[first:], separator)
    _refuse_long(path, records)
    top = [next(csv.reader([records.text(i)], delimiter=separator), []) for i in range(min(len(records), 20))]
    at = _header_row(path, top, wanted)
    headings = _headings(path, top[at], wanted)
    below = records.after(at)
    right, empty = below.widths == len(headings), below.lengths == 0
    losses = [
        _loss("row_of_another_width", below, ~right & ~empty),
        _loss("empty_row", below, empty),
    ]
    body = below.joined(right)
    if not body:
        refuse(path, "has a header but no rows", f"columns: {listed(headings)}")
    return _Text(headings, body, separator, below.numbers(right), losses, notes + _titles(at))


def _refuse_long(path: Path, records: Records) -> None:
    """Rows longer than any cell that a spreadsheet knows; a record without end is one, too."""
    long = records.lengths > LONGEST
    if long.any():
        hint = "leave that column out; or a quote is not closed, and the file runs on in one cell"
        refuse(path, f"row {records.numbers(long)[0]} is longer than {LONGEST:,} bytes", hint)


def _parsed(path: Path, text: _Text, wanted: frozenset[str]) -> Export:
    looked_for = _looked_for(text.headings, wanted)
    try:
        frame = pl.read_csv(
            text.body,
            separator=text.separator,
            has_header=False,
            infer_schema=False,
            columns=[text.headings.index(name) for name in looked_for],
        )
    except (pl.exceptions.ComputeError, pl.exceptions.NoDataError) as error:
        reason = str(error).split("Original error: ")[-1].strip().splitlines()
        hint = "a quote inside a cell must be doubled; export it again as CSV"
        refuse(path, "cannot be split into cells", hint, " ".join(reason)[:100])
    frame.columns = looked_for
    frame = frame.with_columns(pl.Series(ROW, text.numbers, dtype=pl.UInt32))
    return _cleaned(path, text.headings, frame, text.losses, text.notes)


def _looked_for(headings: list[str], wanted: frozenset[str]) -> list[str]:
    """All of them where none of the file's is wanted: which table it could be is then told from all."""
    if wanted.isdisjoint(headings):
        return headings
    return [name for name in headings if name in wanted or says_changed(name)]


def _loss(reason: str, records: Records, mask: Any) -> Loss:
    numbers = records.numbers(mask)
    return Loss(reason, len(numbers), tuple(int(n) for n in numbers[:_SHOWN]))


def _titles(at: int) -> list[str]:
    return [f"{at} rows above the header were skipped"] if at else []


def _header_row(path: Path, top: Rows, wanted: frozenset[str]) -> int:
    """The first row with the headings looked for; else the first as wide as the table."""
    matches = [len(wanted & {cell.strip() for cell in row}) for row in top]
    if wanted and max(matches, default=0) > 0:
        return matches.index(max(matches))
    widest = max((sum(bool(c.strip()) for c in row) for row in top), default=0)
    wide = [i for i, row in enumerate(top) if sum(bool(c.strip()) for c in row) >= max(2, 0.7 * widest)]
    if not wide:
        refuse(path, "has no header row", f"the first {_HEADER_WITHIN} rows hold no headings")
    return wide[0]


def _headings(path: Path, row: list[str], wanted: frozenset[str]) -> list[str]:
    """Names of the columns; a second one of the same name gets a number, unless it is meant."""
    names: list[str] = []
    for i, cell in enumerate(row, 1):
        name = " ".join(cell.replace("\ufeff", "").split()) or f"column {i}"
        if name in names and name in wanted:
            refuse(path, "two columns have the same heading", "rename one of them", name)
        while name in names:
            name = f"{name} ({i})"
        names.append(name)
    return names


def _cleaned(
    path: Path, headings: list[str], frame: pl.DataFrame, losses: list[Loss], notes: list[str]
) -> Export:
    """Spaces around cells go, empty ones are null, rows without any cell are counted."""
    texts = [c for c in frame.columns if c != ROW]
    for name in texts:  # one by one: all together need their memory twice
        frame = frame.with_columns(pl.col(name).str.strip_chars(_BLANKS))
        frame = frame.with_columns(pl.when(~pl.col(name).is_in(["", _NO_REFERENCE])).then(pl.col(name)))
    empty = pl.all_horizontal(pl.col(texts).is_null())
    gone = frame.filter(empty)[ROW]
    losses = [*losses, Loss("empty_cells", len(gone), tuple(gone.head(_SHOWN).to_list()))]
    kept = tuple(loss for loss in losses if loss.rows)
    if len(gone) == frame.height:
        refuse(path, "has a header but no rows", f"columns: {listed(headings)}")
    frame = frame.filter(~empty) if len(gone) else frame
    return Export(path, tuple(headings), frame, kept, tuple(notes))


# --- workbooks ------------------------------------------------------------------------------------------


def _from_workbook(path: Path, data: bytes, wanted: frozenset[str], notes: list[str]) -> Export:
    """The sheet with the headings looked for, else the first that has rows."""
    sheets = {name: rows for name, rows in _sheets(path, data).items() if len(rows) > 1}
    if not sheets:
        refuse(path, "has no sheet with rows", "export it again")
    most = {n: max(len(wanted & {c.strip() for c in r}) for r in rows[:20]) for n, rows in sheets.items()}
    name = max(most, key=lambda n: most[n])
    rows = sheets[name]
    at = _header_row(path, rows[:_HEADER_WITHIN], wanted)
    width = max(i for row in rows for i in range(1, len(row) + 1) if row[i - 1].strip())
    headings = _headings(path, (rows[at] + [""] * width)[:width], wanted)
    body = [(row + [""] * width)[:width] for row in rows[at + 1 :]]
    frame = pl.DataFrame(body, schema=dict.fromkeys(headings, pl.String), orient="row")
    numbers = pl.Series(ROW, range(at + 2, len(rows) + 1), dtype=pl.UInt32)
    if len(sheets) > 1:
        notes = [*notes, f"sheet {name} of {len(sheets)} was read"]
    frame = frame.select(_looked_for(headings, wanted)).with_columns(numbers)
    return _cleaned(path, headings, frame, [], notes + _titles(at))


def _sheets(path: Path, data: bytes) -> dict[str, Rows]:
    from zipfile import BadZipFile

    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        return {s.title: [[_text(c) for c in row] for row in s.iter_rows(values_only=True)] for s in book}
    except (BadZipFile, KeyError, ValueError, OSError, EOFError) as error:
        refuse(path, "is no readable workbook", "save it again as .xlsx, or as CSV", str(error)[:100])


def _text(value: Any) -> str:
    if value is None:
        return ""
    if hasattr(value, "isoformat"):
        return str(value.isoformat(" ") if hasattr(value, "hour") and hasattr(value, "year") else value)
    return repr(value) if isinstance(value, float) else str(value)
