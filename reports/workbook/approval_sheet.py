"""The sheet of approvals: which version this is, who approved it, and lines for those who sign on paper."""

from __future__ import annotations

from reports.run import RunContent
from reports.words.approved import approvals_in, version_said
from reports.workbook.book import Book, Sheet

APPROVAL = ("approval_role", "approval_by", "approval_date", "approval_comment", "approval_hash")
SIGNING = ("prepared", "reviewed", "hr", "management")


def write_approvals(book: Book, run: RunContent) -> None:
    """Version, approvals as the journal has them, and a line for everybody who signs."""
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
