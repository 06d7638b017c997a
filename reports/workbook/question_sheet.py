"""How sheets look that ask people for numbers: what is filled in is coloured, headings stay in sight."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xlsxwriter import Workbook

from reports.style import COLOURS
from reports.workbook.book import printed

Look = dict[str, Any]
"""Properties of a format."""
_PLAIN: Look = {"font_name": "Calibri", "valign": "vcenter", "text_wrap": True}
ASKED: Look = {"bg_color": COLOURS["warn_tint"], "border": 1, "border_color": COLOURS["line"]}
"""Of cells to fill in."""
_COMMON: Mapping[str, Look] = {
    "title": {"bold": True, "font_size": 16, "font_color": COLOURS["accent"], "text_wrap": False},
    "head": {"bold": True, "bg_color": COLOURS["accent"], "font_color": COLOURS["paper"]},
    "text": {"indent": 1},
    "loose": {"font_color": COLOURS["muted"], "text_wrap": False},
}


def question_styles(book: Workbook, own: Mapping[str, Look]) -> dict[str, Any]:
    """Formats by name: those of every such sheet, and its own."""
    return {name: book.add_format({**_PLAIN, **look}) for name, look in {**_COMMON, **own}.items()}


def framed(page: Any, heads: int) -> None:
    """Headings and what each row is about stay in sight, and on every page that is printed."""
    page.freeze_panes(heads + 1, 2)
    printed(page)
    page.repeat_rows(heads)
