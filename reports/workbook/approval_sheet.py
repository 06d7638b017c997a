"""The sheet of approvals: which version this is, who approved it, and lines for those who sign on paper."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from reports.run import RunContent
from reports.words.approved import approvals_in, version_said
from reports.workbook.book import Book, Sheet

APPROVAL = ("approval_role", "approval_by", "approval_date", "approval_comment", "approval_hash")
INPUTS = "inputs.json"
SIGNING = ("prepared", "reviewed", "hr", "management")


def write_approvals(book: Book, run: RunContent, date: dt.date | None) -> None:
    """Version, approvals as the journal has them, a line for everybody who signs, and what the run was made
    from."""
    sheet = book.sheet("Approvals", (30, 28, 20, 60, 16))
    sheet.say(0, 0, "xlsx.sheet.approvals", "title")
    sheet.say(1, 0, "xlsx.approvals.version")
    sheet.text(1, 1, version_said(run))
    sheet.text(1, 3, run.version, "muted")
    sheet.heads(3, APPROVAL)
    told = [approvals_in(one, run) for one in book.words]
    for row, spoken in enumerate(zip(*told, strict=True), 4):
        for column, texts in enumerate(zip(*spoken, strict=True)):
            spoken_in = (words.language for words in book.words)
            sheet.told(row, column, dict(zip(spoken_in, texts, strict=True)), "wrap")
    row = 4 + len(run.approvals)
    if not run.approvals:
        sheet.say(row, 0, "xlsx.approvals.none", "muted")
        row += 1
    _signing(sheet, row + 1)
    _made_from(sheet, row + 4 + len(SIGNING), run, date)


def _signing(sheet: Sheet, row: int) -> None:
    """Empty cells for a signature on paper."""
    sheet.say(row, 0, "xlsx.approvals.signing", "section")
    for column, key in enumerate(("name", "function", "date", "signature"), 1):
        sheet.say(row, column, f"letter.approvals.{key}", "head")
    for at, who in enumerate(SIGNING, row + 1):
        sheet.page.set_row(at, 28)
        sheet.say(at, 0, f"xlsx.approvals.{who}")
        for column in range(1, 5):
            sheet.text(at, column, "", "input")


def _made_from(sheet: Sheet, row: int, run: RunContent, date: dt.date | None) -> None:
    """The date that was given, hashes, options, versions of software; nothing for tables without a folder."""
    if INPUTS not in run.files:
        return
    sheet.say(row, 0, "xlsx.version.made", "section")
    if date is not None:
        row += 1
        sheet.say(row, 0, "xlsx.version.date")
        sheet.text(row, 1, date.isoformat())
    for key, name, value in _facts(json.loads(run.files[INPUTS])):
        row += 1
        if key:
            sheet.say(row, 0, f"xlsx.version.{key}")
        else:
            sheet.text(row, 0, name, "muted")
        sheet.text(row, 1, value)


def _facts(made: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Key of what is said of it, else its name, and its value."""
    yield "scenario", "", made["scenario_sha256"]
    yield "merged", "", made["merged_sha256"]
    for option, value in made["options"].items():
        if value is not None:
            yield "", f"--{option.replace('_', '-')}", str(value)
    yield "", "Python", made["python"]
    yield from (("", name, version) for name, version in made["versions"].items())
