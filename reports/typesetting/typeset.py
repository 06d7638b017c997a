"""Typesetting: data in, PDF/A-3b and PDF/UA-1 out, the same bytes for the same data."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import typst

from reports.style import COLOURS, FAMILY, FONTS
from reports.typesetting.blocks import Block

TEMPLATES = Path(__file__).parents[1] / "templates"
STANDARDS = ["a-3b", "ua-1"]
EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
"""Time stamp of a document without a date."""
PICTURE = 200.0
"""Dots per inch."""
REMEMBERED = 10
"""Documents whose steps the engine keeps."""
MOST_KEPT = 250_000
"""Bytes of PDF after which the engine lets go of what it keeps: one report, or some plan documents."""
MIME = {".yaml": "application/yaml", ".json": "application/json"}


def typeset(template: str, payload: Block, date: dt.date | None) -> tuple[bytes, tuple[str, ...]]:
    """The PDF and the compiler's warnings; `payload` is data that the template prints and never executes."""
    stamp = EPOCH if date is None else dt.datetime(date.year, date.month, date.day, tzinfo=dt.UTC)
    pdf, warnings = _compiler().compile_with_warnings(
        input=str(TEMPLATES / template),
        format="pdf",
        sys_inputs={"data": json.dumps(payload, ensure_ascii=False, allow_nan=False)},
        pdf_standards=STANDARDS,
        timestamp=stamp,
    )
    _forget_after(len(pdf))
    return bytes(pdf), tuple(str(w.message) for w in warnings)


def picture(svg: str) -> bytes:
    """A drawing as PNG, for files that take no other."""
    source = (
        b'#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes(sys.inputs.svg), format: "svg")'
    )
    png = _compiler().compile(input=source, format="png", ppi=PICTURE, sys_inputs={"svg": svg})
    return bytes(png)


@cache
def _compiler() -> Any:
    """One per process: it must not be shared by threads, and keeps what it has learnt."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
    return typst.Compiler(root=str(TEMPLATES), font_paths=fonts, ignore_system_fonts=True)


_kept = 0
"""Bytes of PDF since the engine last let go."""


def _forget_after(size: int) -> None:
    """Short documents are let go of together: it takes half as long as setting one."""
    global _kept
    _kept += size
    if _kept > MOST_KEPT:
        _forget()
        _kept = 0


def _forget() -> None:
    """Let go of what the last documents left in memory, some 100 MB of a report: no other can use it.

    The engine keeps every step that one of the last ten documents used; here come ten with nothing in them.
    """
    for _ in range(REMEMBERED):
        _compiler().compile(input=b"#set document(title: [-])", format="pdf")


def page_data(language: str, title: str, footer: str, files: Mapping[str, str], draft: str = "") -> Block:
    """What every template needs to set its page; `draft` is the word across each, empty without one."""
    return {
        "lang": language,
        "font": FAMILY,
        "style": COLOURS,
        "title": title,
        "author": "incentive-optimizer",
        "footer": footer,
        "draft": draft,
        "attachments": [_attachment(name, text) for name, text in files.items()],
    }


def _attachment(name: str, text: str) -> dict[str, str]:
    is_source = name.startswith("scenario")
    return {
        "name": name,
        "text": text,
        "mime": MIME.get(Path(name).suffix, "text/plain"),
        "relationship": "source" if is_source else "supplement",
        "description": name,
    }
