"""The report as PDF/A-3b and PDF/UA-1, by typst: data in, bytes out, the same bytes for the same input."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import typst
from babel.dates import format_date

from reports.blocks import Block
from reports.format import Formatter
from reports.page_one import (
    broken_section,
    cards,
    chart,
    conflict_section,
    head,
    next_period,
    plans_section,
    weights_section,
)
from reports.page_two import certificate, doubts, gaming, rules, work
from reports.sentences import Tables, alerts, decision
from reports.style import COLOURS, FAMILY, FONTS
from reports.wording import Words

TEMPLATES = Path(__file__).parent / "templates"
STANDARDS = ["a-3b", "ua-1"]
EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
"""Time stamp of a document without a date."""
MIME = {".yaml": "application/yaml", ".json": "application/json"}


def words_for(tables: Tables, language: str) -> Words:
    summary = tables["summary"].iloc[0]
    return Words(Formatter(language, str(summary["currency"])), int(summary["decimals"]))


def pdf_of(
    tables: Tables, language: str, date: dt.date | None = None, attachments: Mapping[str, str] | None = None
) -> tuple[bytes, list[str]]:
    """The PDF and the compiler's warnings, for tables whose numbers are `printable`."""
    payload = payload_of(tables, words_for(tables, language), date, attachments or {})
    stamp = EPOCH if date is None else dt.datetime(date.year, date.month, date.day, tzinfo=dt.UTC)
    found, warnings = _compiler().compile_with_warnings(
        format="pdf",
        sys_inputs={"data": json.dumps(payload, ensure_ascii=False, allow_nan=False)},
        pdf_standards=STANDARDS,
        timestamp=stamp,
    )
    return bytes(found), [str(w.message) for w in warnings]


@cache
def _compiler() -> Any:
    """One per process."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
    return typst.Compiler(
        str(TEMPLATES / "report.typ"),
        root=str(TEMPLATES),
        font_paths=fonts,
        ignore_system_fonts=True,
    )


def payload_of(tables: Tables, words: Words, date: dt.date | None, attachments: Mapping[str, str]) -> Block:
    """Everything that the template prints, as strings."""
    top = head(words, tables)
    planned = bool((tables["plans"]["kind"] == "chosen").any())
    return {
        "lang": words.language,
        "font": FAMILY,
        "style": COLOURS,
        "title": top["title"],
        "author": "incentive-optimizer",
        "footer": _footer(words, top["title"], date),
        "page": [words.say("page", page=str(p), pages="2") for p in (1, 2)] if planned else [""],
        "head": top,
        "alerts": alerts(words, tables),
        "decision": decision(words, tables),
        "cards": cards(words, tables),
        "first": next_period(words, tables),
        "first_page": _first_page(words, tables, planned),
        "chart": chart(words, tables) if planned else None,
        "second_page": _second_page(words, tables) if planned else None,
        "attachments": [_attachment(name, text) for name, text in attachments.items()],
    }


def _first_page(words: Words, tables: Tables, planned: bool) -> list[Block]:
    if planned:
        return [plans_section(words, tables), weights_section(words, tables)]
    found = [conflict_section(words, tables), plans_section(words, tables), broken_section(words, tables)]
    return [s for s in found if s is not None]


def _second_page(words: Words, tables: Tables) -> Block:
    return {
        "work": work(words, tables),
        "gaming": gaming(words, tables),
        "rules": rules(words, tables),
        "doubts": doubts(words, tables),
        "certificate": certificate(words, tables),
    }


def _footer(words: Words, title: str, date: dt.date | None) -> str:
    if date is None:
        return title
    written = format_date(date, format="long", locale=words.write.locale)
    return " · ".join((title, words.say("head.date", date=written)))


def _attachment(name: str, text: str) -> dict[str, str]:
    is_source = name.startswith("scenario")
    return {
        "name": name,
        "text": text,
        "mime": MIME.get(Path(name).suffix, "text/plain"),
        "relationship": "source" if is_source else "supplement",
        "description": name,
    }
