"""Workbooks as tests change and save them."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.formatting.formatting import ConditionalFormattingList


def bare(content: bytes, *without: str) -> bytes:
    """The values alone, without comments, lists, looks and some of the sheets: quicker to change and save."""
    book = load_workbook(io.BytesIO(content))
    for name in without:
        del book[name]
    for sheet in book:
        sheet.data_validations.dataValidation = []
        sheet.conditional_formatting = ConditionalFormattingList()
        sheet.legacy_drawing = None
        for row in sheet.iter_rows():
            for cell in row:
                cell.comment = None
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def saved_by_libreoffice(file: Path) -> Path:
    """The workbook after LibreOffice opened it and saved it again, with what it computes."""
    folder = file.parent / "saved"
    profile = f"-env:UserInstallation=file://{file.parent}/profile"
    command = ["soffice", "--headless", profile, "--convert-to", "xlsx", "--outdir", str(folder), str(file)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder / file.name
