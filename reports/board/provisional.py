"""Appendix: the numbers that nobody has given yet, who knows them, and what the answers move."""

from __future__ import annotations

import math
from typing import Any

from reports.typesetting.blocks import Block, PageColumn, chapter, row, table
from reports.words.catalogue import Words, plain_number
from reports.words.doubts import how_far
from reports.words.drafts import placeholders_in
from reports.words.format import NOTHING
from reports.words.sentences import Tables, period


def provisional_values(words: Words, tables: Tables) -> Block | None:
    """Nothing where every number was given."""
    frame, summary = tables["placeholders"], tables["summary"].iloc[0]
    if frame.empty:
        return None
    columns = [
        PageColumn(words.say("placeholder.number"), "left", 1.0),
        PageColumn(words.say("placeholder.who"), "left", 0.6),
        PageColumn(words.say("placeholder.value"), "left", 0.7),
        PageColumn(words.say("placeholder.range")),
        PageColumn(words.say("placeholder.today")),
        PageColumn(words.say("placeholder.gain")),
    ]
    rows = [_row(words, line) for _, line in frame.iterrows()]
    cut = [words.label(line, "path", 70) for _, line in frame[frame["impossible"] > 0].iterrows()]
    notes = [words.say("placeholder.note", period=period(words, summary))]
    notes += [words.say("placeholder.half", names=words.write.listed(cut))] if cut else []
    return chapter(
        words.say("placeholder.title"),
        lead=[words.count("placeholder.lead", placeholders_in(tables))],
        tables=[table(columns, rows, long=True)],
        notes=notes,
    )


def _row(words: Words, line: Any) -> Block:
    told = words.say
    unit = words.name("placeholder_unit", line["unit"])
    return row(
        words.label(line, "path", 90),
        words.name("placeholder_asked", line["asked"]),
        told("placeholder.in", value=plain_number(words, float(line["number"])), unit=unit),
        how_far(words, line) or told("source.unknown"),
        *(words.amount(line[c]) if math.isfinite(line[c]) else NOTHING for c in ("moves_net", "moves_gain")),
    )
