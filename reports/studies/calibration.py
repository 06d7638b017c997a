"""What a history says, what is weak in it, and what to measure next: a PDF for those who own the numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from babel.dates import format_date

from reports.run import Document
from reports.studies.calibration_parts import parts
from reports.typesetting.blocks import Block
from reports.typesetting.typeset import page_data, typeset
from reports.words.catalogue import Words, footer, words_for
from reports.words.locales import languages
from reports.words.sentences import Tables


def calibration_pdfs(tables: Tables, date: dt.date | None = None) -> Iterator[Document]:
    """`calibration.<language>.pdf` in every language."""
    for language in languages():
        words = words_for(tables, language)
        payload = calibration_payload(words, tables, date)
        yield Document(f"calibration.{language}.pdf", *typeset("history.typ", payload, date))


def calibration_payload(words: Words, tables: Tables, date: dt.date | None) -> Block:
    """Everything that the template prints, as strings."""
    summary = tables["summary"].iloc[0]
    title = words.say("calibration.title", company=words.name("company", summary["scenario"]))
    return {
        **page_data(words.language, title, footer(words, title, date), {}),
        "heading": title,
        "subtitle": words.say(
            "calibration.subtitle", first=_day(words, summary["first"]), last=_day(words, summary["last"])
        ),
        "found": _findings(words, summary),
        "parts": list(parts(words, tables)),
    }


def _day(words: Words, day: Any) -> str:
    return str(format_date(day, format="long", locale=words.write.locale))


def _findings(words: Words, summary: Any) -> list[str]:
    """The whole in three sentences."""
    verdict = summary["explained_by"] or "unknown"
    return [
        words.say(
            "calibration.found",
            used=words.write.number(float(summary["used"])),
            junk=words.write.number(float(summary["junk"])),
            mature=words.write.number(float(summary["mature"])),
            won=words.write.number(float(summary["won"])),
            day=_day(words, summary["mature_before"]),
        ),
        words.say(f"calibration.people.{verdict}"),
        words.say(
            f"calibration.responsiveness.{summary['responsiveness_kind']}",
            value=words.write.number(summary["responsiveness"], 2),
            lo=words.write.number(summary["responsiveness_lo"], 2),
            hi=words.write.number(summary["responsiveness_hi"], 2),
        ),
    ]
