"""How the cells of a short workbook look: what is filled in is coloured, what is computed is grey."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format

_NAVY, _SLATE, _GREY, _INK = "#1F3A5F", "#6B7C93", "#8A95A3", "#5F6B7A"
_ASKED, _LINE, _TOLD = "#FFF8DC", "#D8CDA4", "#F0F2F5"
_HEAD: dict[str, Any] = {
    "bold": True,
    "bg_color": _NAVY,
    "font_color": "#FFFFFF",
    "valign": "vcenter",
    "text_wrap": True,
    "border": 1,
    "border_color": "#FFFFFF",
}
_CELL: dict[str, Any] = {"valign": "vcenter"}
_INPUT: dict[str, Any] = {**_CELL, "bg_color": _ASKED, "border": 1, "border_color": _LINE}
_COMPUTED: dict[str, Any] = {
    **_CELL,
    "bg_color": _TOLD,
    "font_color": _INK,
    "italic": True,
    "border": 1,
    "border_color": "#DDE1E7",
}
_STYLES: dict[str, dict[str, Any]] = {
    "name": {"bold": True, "font_size": 16, "font_color": _NAVY},
    "how": {"font_color": _INK},
    "title": {"bold": True, "font_size": 13, "font_color": _NAVY},
    "help": {"font_color": _INK, "italic": True},
    "note": {"font_color": _INK, "valign": "vcenter", "indent": 1},
    "setting": {"valign": "vcenter", "text_wrap": True},
    "heads": _HEAD,
    "heads.computed": {**_HEAD, "bg_color": _GREY, "italic": True},
    "heads.aside": {**_HEAD, "bg_color": _SLATE, "bold": False},
    "label": {**_INPUT, "bold": True, "text_wrap": True, "indent": 1},
    "text": {**_INPUT, "text_wrap": True, "indent": 1},
    "number": {**_INPUT, "align": "right"},
    "value": {**_INPUT, "align": "left", "text_wrap": True, "indent": 1},
    "computed": {**_COMPUTED, "align": "right"},
    "computed.text": {**_COMPUTED, "align": "left", "indent": 1},
    "wrong": {"bg_color": "#F8D7DA", "font_color": "#9B1C1C", "bold": True},
}


COMPUTED_FORMATS = {
    "variable_share": "0%;-0%;",
    "hours_today": "#,##0;-#,##0;",
    "arrives": "#,##0.0;-#,##0.0;",
    "total": "0.0#%;-0.0#%;",
}
"""Of what is computed; nothing is shown where it is 0, as in rows that are not filled in yet."""


class Styles:
    """Formats of a book, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self.of = cache(self._of)

    def _of(self, name: str, num_format: str = "") -> Format:
        return self._book.add_format({**_STYLES[name], **({"num_format": num_format} if num_format else {})})


def number_format(style: str, values: Iterable[Any]) -> str:
    """How a column of numbers is shown, so that none is rounded for the eye; empty: as it is typed."""
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    match style:
        case "share":
            places = max((_places(100 * v) for v in numbers), default=0)
            return f"0.{'0' * places}%" if places else "0%" if numbers else "0.0%"
        case "money" | "count":
            return "#,##0" if not any(_places(v) for v in numbers) else "#,##0.00####"
        case "number" if any(abs(v) >= 1000 for v in numbers):
            return "#,##0" if not any(_places(v) for v in numbers) else "#,##0.0###"
    return ""


def _places(value: float) -> int:
    """Decimals of a number, four at the most."""
    return len(f"{value:.4f}".rstrip("0").partition(".")[2])
