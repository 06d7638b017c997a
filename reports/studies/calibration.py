"""What a history says, what is weak in it, and what to measure next: a PDF for those who own the numbers."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from reports.run import Document
from reports.studies.calibration_parts import parts
from reports.typesetting.blocks import Block
from reports.typesetting.typeset import page_data, typeset
from reports.words.catalogue import Words, day_said, footer, words_for
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
    days = {name: day_said(words, summary[name]) for name in ("first", "last")}
    title = words.say("calibration.title", company=words.name("company", summary["scenario"]))
    return {
        **page_data(words.language, title, footer(words, title, date), {}),
        "heading": title,
        "subtitle": words.say("calibration.subtitle", **days),
        "found": _findings(words, tables),
        "parts": list(parts(words, tables)),
    }


def _findings(words: Words, tables: Tables) -> list[str]:
    """The whole in a few sentences."""
    summary = tables["summary"].iloc[0]
    verdict = summary["explained_by"] or "unknown"
    return [
        words.say(
            "calibration.found",
            used=words.write.number(float(summary["used"])),
            junk=words.write.number(float(summary["junk"])),
            mature=words.write.number(float(summary["mature"])),
            won=words.write.number(float(summary["won"])),
            day=day_said(words, summary["mature_before"]),
        ),
        *_outcomes(words, summary),
        *changes_said(words, tables["changes"]),
        words.say(f"calibration.people.{verdict}"),
        *_fewer(words, summary),
        words.say(
            f"calibration.responsiveness.{summary['responsiveness_kind']}",
            value=words.write.number(summary["responsiveness"], 2),
            lo=words.write.number(summary["responsiveness_lo"], 2),
            hi=words.write.number(summary["responsiveness_hi"], 2),
        ),
    ]


def _outcomes(words: Words, summary: Any) -> Iterator[str]:
    """Won, lost and open; what becomes of them in the end; what a win is worth."""
    counts = {name: words.write.number(float(summary[f"all_{name}"])) for name in ("won", "lost", "open")}
    known = "outcomes" if summary["all_lost"] else "outcomes_unknown"
    yield words.say(f"calibration.{known}", **counts)
    if math.isfinite(summary["end"]):
        end = {name: words.write.percent(summary[column]) for name, column in _END.items()}
        all_of_them = "_all" if summary["all_decided"] else ""
        yield words.say(f"calibration.in_the_end{all_of_them}", **end)
    if math.isfinite(summary["since"]):
        since = {name: words.write.percent(summary[column]) for name, column in _SINCE.items()}
        yield words.say("calibration.since_change", **since)
    if summary["value_n"]:
        numbers = {name: words.write.number(summary[f"value{tail}"]) for name, tail in _VALUE.items()}
        yield words.say("calibration.value", **numbers)


_END = {"rate": "end", "lo": "end_lo", "hi": "end_hi", "decided": "decided"}
_SINCE = {"rate": "since", "lo": "since_lo", "hi": "since_hi"}
_VALUE = {"mean": "", "error": "_error", "sd": "_sd", "median": "_median", "n": "_n"}


def changes_said(words: Words, changes: pd.DataFrame) -> Iterator[str]:
    """A sentence per change of the win rate: from what to what and when, and what to write in the map."""
    for _, line in changes.iterrows():
        rates = {name: words.write.percent(line[name]) for name in ("before", "since")}
        counts = {
            name: words.write.number(float(line[name]))
            for name in ("before_k", "before_n", "since_k", "since_n")
        }
        days = {name: day_said(words, line[name]) for name in ("on", "earliest", "latest")}
        start = line["on"].isoformat()
        yield words.say(f"calibration.changed.{line['kind']}", **rates, **counts, **days, start=start)


def _fewer(words: Words, summary: Any) -> Iterator[str]:
    if summary["fewer"]:
        numbers = {name: words.write.number(float(summary[name])) for name in ("fewer", "needed", "most")}
        yield words.say("calibration.fewer", **numbers)
    if summary["other_roles"]:
        persons = words.write.number(float(summary["other_roles"]))
        yield words.say("calibration.other_roles", persons=persons)
