"""The bytes of an export as UTF-8 text or a workbook; whatever else arrives is refused by its right name."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from optimizer.history.read.frames.encodings import as_utf8
from optimizer.scenario.files import like_it, refuse, system_reason, system_remedy
from optimizer.scenario.problems import listed
from optimizer.scenario.unpacking import BombError, refuse_bomb, unpacked

WORKBOOK = b"PK\x03\x04"
"""How a workbook begins, being a zip archive."""
_MOST_BYTES = 3_000_000_000
_MOST_UNPACKED = 800_000_000
"""Bytes of packed data: a file of that size is no accident, a packed one may be."""
_HEAD = 1 << 20
"""Bytes that show what a file is like, without a copy of all."""


def content_of(path: Path) -> tuple[bytes, list[str]]:
    """The unpacked content, text in UTF-8 without a byte-order mark, and what had to be converted.

    Raises ScenarioError with the reason and a remedy where the file is neither text nor a workbook.
    """
    data = _unpacked(path, _bytes(path))
    if data.startswith(WORKBOOK):
        _refuse_other_archives(path, data)
        return data, []
    _refuse_other_kinds(path, data)
    return as_utf8(path, data)


def _bytes(path: Path) -> bytes:
    try:
        if path.is_file() and path.stat().st_size > _MOST_BYTES:
            refuse(path, "is larger than 3 GB", "export a shorter time, or fewer columns")
        data = path.read_bytes()
    except FileNotFoundError:
        refuse(path, "there is no such file", like_it(path))
    except OSError as error:
        refuse(path, f"cannot be read: {system_reason(error)}", system_remedy(error))
    _refuse_empty(path, data)
    return data


def _refuse_empty(path: Path, data: bytes) -> None:
    if not data[:_HEAD].strip() and not data.strip():
        refuse(path, "is empty", "export it again; 0 rows arrived here")


def _unpacked(path: Path, data: bytes) -> bytes:
    if not data.startswith(b"\x1f\x8b"):
        return data
    try:
        plain = unpacked(data, _MOST_UNPACKED)
    except BombError as error:
        refuse(path, str(error), "export a shorter time, or fewer columns")
    except EOFError:
        refuse(path, "is cut off: the compressed data end too early", "copy or export the file again")
    except zipfile.BadZipFile as error:
        refuse(path, "is a damaged gzip file", "copy or export the file again", str(error))
    _refuse_empty(path, plain)
    return plain


def _refuse_other_archives(path: Path, data: bytes) -> None:
    """A workbook is a zip archive; not every zip archive is a workbook, nor does it stay small."""
    try:
        refuse_bomb(data, _MOST_UNPACKED)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except BombError as error:
        refuse(path, str(error), "export a shorter time, or fewer columns")
    except zipfile.BadZipFile as error:
        refuse(path, "is no readable workbook", "save it again as .xlsx, or as CSV", str(error)[:100])
    names = [part.filename for part in parts]
    if not any(name.startswith("xl/") for name in names):
        hint = "unpack it and name the file inside, or export CSV"
        refuse(path, "is a zip archive and no workbook", hint, listed(names[:3]))


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
