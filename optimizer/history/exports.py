"""A CRM export, CSV or workbook, as a frame of texts; rows that fit no column are counted, not lost."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zipfile
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from optimizer.history.records import Records, records_of
from optimizer.problems import did_you_mean, listed
from optimizer.textfile import refuse

ROW = "__row"
"""Column with the number of the record in its file, counted from 1 as in a spreadsheet."""
_SEPARATORS = ",;\t|"
_HEADER_WITHIN = 20
"""Records searched for the header, below titles that report builders print above it."""
_SHOWN = 3
_MOST_BYTES = 3_000_000_000
_DATA = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|[-+]?\d+([.,]\d+)?$")
Rows = list[list[str]]


class Loss(NamedTuple):
    """Rows not used, and the first of them by number."""

    reason: str
    rows: int
    examples: tuple[int, ...]


@dataclass(frozen=True)
class Export:
    """The rows of a file as texts; an empty cell is null."""

    path: Path
    frame: pl.DataFrame
    """A text column per heading, and ROW."""
    losses: tuple[Loss, ...] = ()
    notes: tuple[str, ...] = ()
    """What was unusual about the file but could be read."""

    @property
    def columns(self) -> list[str]:
        return [name for name in self.frame.columns if name != ROW]

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
        return columns <= set(self.frame.columns)


def read_export(path: Path, wanted: frozenset[str] = frozenset()) -> Export:
    """The rows of one file. `wanted` are headings that tell the header row from titles above it.

    Raises ScenarioError with the reason and a remedy where the file is no table.
    """
    data, notes = _unpacked(path, _bytes(path))
    if data.startswith(b"PK\x03\x04"):
        _refuse_other_archives(path, data)
        return _from_workbook(path, data, wanted, notes)
    _refuse_other_kinds(path, data)
    data, decoding = _as_utf8(path, data)
    notes += decoding
    first, separator = _separator(path, data)
    records = records_of(path, data[first:], separator)
    export = _from_records(path, records, separator, wanted)
    return replace(export, notes=tuple(notes) + export.notes)


# --- bytes ----------------------------------------------------------------------------------------------


def _bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        refuse(path, "there is no such file", _like_it(path))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        refuse(path, f"cannot be read: {reason}", "check the path and its permissions")
    if not data.strip():
        refuse(path, "is empty", "export it again; 0 rows arrived here")
    return data


def _like_it(path: Path) -> str:
    near = sorted(p.name for p in path.parent.iterdir()) if path.parent.is_dir() else []
    return did_you_mean(path.name, near) if near else "check the path"


def _unpacked(path: Path, data: bytes) -> tuple[bytes, list[str]]:
    if not data.startswith(b"\x1f\x8b"):
        return data, []
    try:
        with gzip.open(io.BytesIO(data)) as packed:
            plain = packed.read(_MOST_BYTES + 1)
    except EOFError:
        refuse(path, "is cut off: the compressed data end too early", "copy or export the file again")
    except (gzip.BadGzipFile, zlib.error) as error:
        refuse(path, "is a damaged gzip file", "copy or export the file again", str(error))
    if len(plain) > _MOST_BYTES:
        refuse(path, "unpacks to more than 3 GB", "export a shorter time, or fewer columns")
    if not plain.strip():
        refuse(path, "is empty", "export it again; 0 rows arrived here")
    return plain, []


def _refuse_other_archives(path: Path, data: bytes) -> None:
    """A workbook is a zip archive; not every zip archive is a workbook, nor does it stay small."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile as error:
        refuse(path, "is no readable workbook", "save it again as .xlsx, or as CSV", str(error)[:100])
    if sum(part.file_size for part in parts) > _MOST_BYTES:
        refuse(path, "unpacks to more than 3 GB", "export a shorter time, or fewer columns")
    names = [part.filename for part in parts]
    if not any(name.startswith("xl/") for name in names):
        hint = "unpack it and name the file inside, or export CSV"
        refuse(path, "is a zip archive and no workbook", hint, listed(names[:_SHOWN]))


def _refuse_other_kinds(path: Path, data: bytes) -> None:
    head = data[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        refuse(path, "is an old workbook (.xls) or protected by a password", "save it as .xlsx or CSV")
    if head.startswith((b"<table", b"<?xml")) or (head.startswith(b"<html") and b"<table" in data):
        refuse(path, "is a web table called a workbook", "open it in a spreadsheet, save it as .xlsx or CSV")
    if head.startswith((b"<!doctype", b"<html")):
        refuse(path, "is a web page, not an export", "the login may have expired; download it again")
    if head.startswith(b"%pdf"):
        refuse(path, "is a PDF", "export the rows as CSV or XLSX")
    if head.startswith((b"{", b"[")):
        refuse(path, "is JSON, not a table", "export the rows as CSV or XLSX")


def _as_utf8(path: Path, data: bytes) -> tuple[bytes, list[str]]:
    """The text as UTF-8 bytes without a byte-order mark, and what had to be converted."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16").encode(), ["converted from UTF-16"]
        except UnicodeDecodeError:
            refuse(path, "is broken UTF-16 text", "save it as UTF-8")
    data = data.removeprefix(b"\xef\xbb\xbf")
    if b"\x00" in data:
        refuse(path, "contains zero bytes: it is no text", "export it again as CSV (UTF-8) or XLSX")
    if b"\n" not in data.strip():
        # Line ends of old Macs, which some spreadsheets still offer.
        data = data.replace(b"\r", b"\n")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return _mended(data)
    return data, []


def _mended(data: bytes) -> tuple[bytes, list[str]]:
    """Lines that are not UTF-8 read as Windows-1252, which is what spreadsheets write."""
    lines, mended = data.split(b"\n"), 0
    for i, line in enumerate(lines):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            lines[i] = line.decode("cp1252", "replace").encode()
            mended += 1
    return b"\n".join(lines), [f"{mended} lines are not UTF-8 and were read as Windows-1252"]


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


# --- text -----------------------------------------------------------------------------------------------


def _from_records(path: Path, records: Records, separator: str, wanted: frozenset[str]) -> Export:
    top = [next(csv.reader([records.text(i)], delimiter=separator), []) for i in range(min(len(records), 20))]
    at = _header_row(path, top, wanted)
    names = _headings(path, top[at], wanted)
    below = records.after(at)
    width = len(names)
    right, blank = below.widths == width, below.lengths == 0
    losses = [
        _loss("row has another number of cells than the header", below, ~right & ~blank),
        _loss("empty row", below, blank),
    ]
    body = below.joined(right)
    if not body:
        refuse(path, "has a header but no rows", f"columns: {listed(names)}")
    try:
        frame = pl.read_csv(
            body, separator=separator, has_header=False, infer_schema=False, new_columns=names
        )
    except (pl.exceptions.ComputeError, pl.exceptions.NoDataError) as error:
        reason = str(error).split("Original error: ")[-1].strip().splitlines()
        hint = "a quote inside a cell must be doubled; export it again as CSV"
        refuse(path, "cannot be split into cells", hint, " ".join(reason)[:100])
    numbers = pl.Series(ROW, below.numbers(right), dtype=pl.UInt32)
    return _cleaned(path, frame.with_columns(numbers), losses, _titles(at))


def _loss(reason: str, records: Records, mask: Any) -> Loss:
    numbers = records.numbers(mask)
    return Loss(reason, len(numbers), tuple(int(n) for n in numbers[:_SHOWN]))


def _titles(at: int) -> list[str]:
    return [f"{at} rows above the header were skipped"] if at else []


def _header_row(path: Path, top: Rows, wanted: frozenset[str]) -> int:
    """The first row with the headings looked for; else the first as wide as the table."""
    found = [len(wanted & {cell.strip() for cell in row}) for row in top]
    if wanted and max(found, default=0) > 0:
        return found.index(max(found))
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


def _cleaned(path: Path, frame: pl.DataFrame, losses: list[Loss], notes: list[str]) -> Export:
    """Spaces around cells go, empty ones are null, rows without any cell are counted."""
    texts = [c for c in frame.columns if c != ROW]
    frame = frame.with_columns(pl.col(texts).str.strip_chars(" \t\r\n\u00a0").replace("", None))
    empty = pl.all_horizontal(pl.col(texts).is_null())
    gone = frame.filter(empty)[ROW]
    losses = [*losses, Loss("row of empty cells", len(gone), tuple(gone.head(_SHOWN).to_list()))]
    kept = tuple(loss for loss in losses if loss.rows)
    frame = frame.filter(~empty)
    if not frame.height:
        refuse(path, "has a header but no rows", f"columns: {listed(texts)}")
    return Export(path, frame, kept, tuple(notes))


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
    return _cleaned(path, frame.with_columns(numbers), [], notes + _titles(at))


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
