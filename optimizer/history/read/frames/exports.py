"""A CRM export, CSV or workbook, as a frame of texts; rows that fit no column are counted, not lost."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from optimizer.history.read.frames.change_headings import says_changed
from optimizer.history.read.frames.delimited import LONGEST, Text, split, titles
from optimizer.history.read.frames.encodings import composed
from optimizer.history.read.frames.files import WORKBOOK, content_of
from optimizer.history.read.frames.headings import (
    HEADER_WITHIN,
    currency_columns,
    header_row,
    headings_of,
    twins_of,
    without_twins,
)
from optimizer.history.read.frames.workbooks import sheet_of
from optimizer.history.read.losses import ROW, SHOWN, Loss
from optimizer.scenario.files import refuse
from optimizer.scenario.problems import listed

__all__ = ["LONGEST", "ROW", "Export", "Loss", "read_export"]
_BLANKS = " \t\r\n\u00a0\u2007\u2009\u200b\u202f\ufeff"
_NO_REFERENCE = "000000000000000AAA"
"""What Salesforce writes where a record refers to none."""
_DATA = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|[-+]?\d+([.,]\d+)?$")


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
    currencies: tuple[str, ...] = ()
    """Headings of columns that tell currencies; they are in the frame, looked for or not."""
    typed: Mapping[str, str] = field(default_factory=dict)
    """How headings are typed in the file, where accents stand apart from their letters there."""

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
    data, typed = composed(data)
    if typed:
        notes.append("accents that stood apart from their letters were joined")
    parts = [split(path, data, wanted, notes)]
    del data  # hundreds of megabytes, perhaps, that parsing needs
    return replace(_parsed(path, parts.pop(), wanted), typed=typed)


class _Header:
    """The columns of a file: their names, those to read, and those of one heading."""

    def __init__(self, cells: list[str], sample: list[list[str]], wanted: frozenset[str]) -> None:
        self.names = headings_of(cells)
        self.twins = twins_of(cells, self.names, wanted)
        looked_for = [name for name in self.names if name in wanted]
        self.currencies = currency_columns(self.names, sample) if looked_for else []
        others = {*self.currencies, *(name for names in self.twins.values() for name in names)}
        others |= {self.names[0], *filter(says_changed, self.names)}  # rows of totals say so in the first
        # All of them where none is wanted: which table it could be is then told from all.
        chosen = [name for name in self.names if name in wanted or name in others]
        self.read = chosen if looked_for else self.names


def _parsed(path: Path, text: Text, wanted: frozenset[str]) -> Export:
    header = _Header(text.header, text.sample(), wanted)
    try:
        frame = pl.read_csv(
            text.body,
            separator=text.separator,
            has_header=False,
            infer_schema=False,
            columns=[header.names.index(name) for name in header.read],
        )
    except (pl.exceptions.ComputeError, pl.exceptions.NoDataError) as error:
        reason = str(error).split("Original error: ")[-1].strip().splitlines()
        hint = "a quote inside a cell must be doubled; export it again as CSV"
        refuse(path, "cannot be split into cells", hint, " ".join(reason)[:100])
    frame.columns = header.read
    frame = frame.with_columns(pl.Series(ROW, text.numbers, dtype=pl.UInt32))
    losses, notes = text.losses, text.notes
    del text  # its bytes are no longer needed, and cleaning needs as many
    return _cleaned(path, header, frame, losses, notes)


def _cleaned(
    path: Path, header: _Header, frame: pl.DataFrame, losses: list[Loss], notes: list[str]
) -> Export:
    """Spaces around cells go, empty ones are null, rows without any cell are counted."""
    texts = [c for c in frame.columns if c != ROW]
    for name in texts:  # one by one: all together need their memory twice
        frame = frame.with_columns(pl.col(name).str.strip_chars(_BLANKS))
        frame = frame.with_columns(pl.when(~pl.col(name).is_in(["", _NO_REFERENCE])).then(pl.col(name)))
    empty = pl.all_horizontal(pl.col(texts).is_null())
    gone = frame.filter(empty)[ROW]
    losses = [*losses, Loss("empty_cells", len(gone), tuple(gone.head(SHOWN).to_list()))]
    kept = tuple(loss for loss in losses if loss.rows)
    if len(gone) == frame.height:
        refuse(path, "has a header but no rows", f"columns: {listed(header.names)}")
    frame = frame.filter(~empty) if len(gone) else frame
    frame, said = without_twins(path, frame, header.twins)
    told = (*notes, *said)
    return Export(path, tuple(header.names), frame, kept, told, tuple(header.currencies))


def _from_workbook(path: Path, data: bytes, wanted: frozenset[str], notes: list[str]) -> Export:
    rows, which = sheet_of(path, data, wanted)
    at = header_row(path, rows[:HEADER_WITHIN], wanted)
    width = max(i for row in rows for i in range(1, len(row) + 1) if row[i - 1].strip())
    body = [(row + [""] * width)[:width] for row in rows[at + 1 :]]
    header = _Header((rows[at] + [""] * width)[:width], body[:200], wanted)
    frame = pl.DataFrame(body, schema=dict.fromkeys(header.names, pl.String), orient="row")
    numbers = pl.Series(ROW, range(at + 2, len(rows) + 1), dtype=pl.UInt32)
    frame = frame.select(header.read).with_columns(numbers)
    return _cleaned(path, header, frame, [], [*notes, *which, *titles(at)])
