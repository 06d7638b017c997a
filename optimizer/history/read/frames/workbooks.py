"""The sheets of a workbook as rows of texts."""

from __future__ import annotations

import io
import unicodedata
from pathlib import Path
from typing import Any

from optimizer.history.read.frames.headings import HEADER_WITHIN, Rows, name_of
from optimizer.scenario.files import refuse


def sheet_of(path: Path, data: bytes, wanted: frozenset[str]) -> tuple[Rows, list[str]]:
    """The sheet with the headings looked for, else the first that has rows; and which of several it was."""
    sheets = {name: rows for name, rows in _sheets(path, data).items() if len(rows) > 1}
    if not sheets:
        refuse(path, "has no sheet with rows", "export it again")

    def most(name: str) -> int:
        return max(len(wanted & {name_of(c) for c in row}) for row in sheets[name][:HEADER_WITHIN])

    name = max(sheets, key=most)
    return sheets[name], [f"sheet {name} of {len(sheets)} was read"] if len(sheets) > 1 else []


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
    if isinstance(value, float):
        return repr(value)
    return unicodedata.normalize("NFC", str(value))
