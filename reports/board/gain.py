"""Appendix, the gain: where it comes from, and which numbers would turn it."""

from __future__ import annotations

import math
from textwrap import wrap
from typing import Any

import pandas as pd

from optimizer.tables.rounding import rounded
from reports.board.sensitivity import bar_scale, gain_bar, gain_span, range_label, range_note, turns
from reports.charts.charts import WaterfallBar, waterfall_chart
from reports.typesetting.blocks import Block, PageColumn, cell, chapter, row, table
from reports.words.catalogue import LONGEST_TEAM, Words
from reports.words.drafts import provisional_note
from reports.words.format import NOTHING
from reports.words.sentences import Tables, period

MOST_ASSUMPTIONS = 12
HEADING = 16
"""Letters on a line of a narrow heading."""


# --- waterfall ------------------------------------------------------------------------------------------


def gain_split(words: Words, tables: Tables) -> Block | None:
    """The change of net by team and cause, as bars and as a table that adds up."""
    parts = tables["waterfall"]
    if parts.empty or not tables["summary"].iloc[0]["moved"]:
        return None
    causes, teams = tables["waterfall_causes"], tables["waterfall_teams"]
    order = list(causes["cause"])
    whole = float(tables["plans"].iloc[-1]["net_change"])
    columns = [PageColumn(words.say("split.team"), "left", 1.0)]
    columns += [PageColumn(_folded(words.label(c, "cause"))) for _, c in causes.iterrows()]
    columns += [PageColumn(words.say("split.all"))]
    rows = [_team_parts(words, parts, team, order) for _, team in teams.iterrows()]
    sums = [*(float(v) for v in causes["net"]), whole]
    shown = [parts.loc[parts["cause"] == cause, "net"].sum() for cause in order] + [teams["net"].sum()]
    rows += rounding_row(words, sums, [float(v) for v in shown])
    rows.append(row(words.say("split.all"), *(words.amount(v, signed=True) for v in sums), tone="total"))
    summary = tables["summary"].iloc[0]
    chart = _waterfall(words, causes, whole)
    lead = [words.say("split.lead", period=period(words, summary), unit=words.write.symbol)]
    return chapter(
        words.say("split.title"),
        lead=lead,
        chart=chart,
        tables=[table(columns, rows)],
        notes=[words.say("split.note")],
    )


def rounding_row(words: Words, totals: list[float], shown: list[float]) -> list[Block]:
    """What the lines above, each rounded, miss of their totals; nothing where they miss nothing."""
    missing = [total - lines for total, lines in zip(totals, shown, strict=True)]
    written = [words.amount(v, signed=True) if rounded(v, words.decimals) else NOTHING for v in missing]
    return [row(words.say("split.rounding"), *written, tone="muted")] if set(written) != {NOTHING} else []


def _team_parts(words: Words, parts: pd.DataFrame, team: Any, order: list[str]) -> Block:
    mine = parts[parts["team"] == team["team"]].set_index("cause")["net"]
    cells = [words.amount(mine[c], signed=True) if c in mine.index else NOTHING for c in order]
    return row(
        words.label(team, "team", LONGEST_TEAM), *cells, cell(words.amount(team["net"], signed=True), "bold")
    )


def _waterfall(words: Words, causes: pd.DataFrame, whole: float) -> Block:
    steps, last, axis = waterfall_bars(words, causes, whole)
    said = ", ".join(
        words.say("split.step", cause=" ".join(s.label.split("\n")), change=s.text) for s in [*steps, last]
    )
    return {"svg": waterfall_chart(steps, last, words, axis), "alt": words.say("split.alt", steps=said)}


def waterfall_bars(
    words: Words, causes: pd.DataFrame, whole: float
) -> tuple[list[WaterfallBar], WaterfallBar, str]:
    """The change of net by cause, in all, and what the axis says."""
    steps = [
        WaterfallBar(_folded(words.label(c, "cause")), float(c["net"]), words.amount(c["net"], signed=True))
        for _, c in causes.iterrows()
    ]
    last = WaterfallBar(words.say("split.net"), whole, words.amount(whole, signed=True))
    return steps, last, words.say("split.axis", unit=words.write.symbol)


def _folded(text: str) -> str:
    """A heading on lines of a few letters."""
    return "\n".join(wrap(text, HEADING, break_long_words=False))


# --- what would flip the decision -----------------------------------------------------------------------


def tornado(words: Words, tables: Tables) -> Block | None:
    """The numbers that move the gain most, where they turn it, and whether a runner-up overtakes."""
    frame = tables["tornado"]
    if frame.empty or not tables["summary"].iloc[0]["moved"]:
        return None
    shown = frame.head(MOST_ASSUMPTIONS)
    scale = bar_scale(shown)
    columns = [
        PageColumn(words.say("doubt.number"), "left", 1.0),
        PageColumn("", "left", 1.1),
        PageColumn(words.say("doubt.gain")),
        PageColumn(words.say("tornado.even")),
        PageColumn(words.say("tornado.runner"), "left", 0.9),
    ]
    rows = [_sensitivity(words, line, scale) for _, line in shown.iterrows()]
    left_out = len(frame) - len(shown)
    notes = [range_note(words, tables["summary"].iloc[0], scale), words.say("tornado.note")]
    notes += [*provisional_note(words, shown), *([words.count("tables.more", left_out)] if left_out else [])]
    lead = [
        turns(words, frame["flips_current"]),
        words.count("tornado.runners", int(frame["flips_runner_up"].sum())),
    ]
    return chapter(words.say("tornado.title"), lead=lead, tables=[table(columns, rows)], notes=notes)


def _sensitivity(words: Words, line: Any, scale: tuple[float, float]) -> Block:
    even = line["break_even"]
    overtakes = (
        words.known_plan(line["runner_up_known"], line["runner_up_shift"], 90)
        if line["flips_runner_up"]
        else NOTHING
    )
    return row(
        range_label(words, line),
        gain_bar(line, scale, "bad" if line["flips_current"] else "accent"),
        gain_span(words, line),
        words.say("tornado.factor", factor=words.write.number(even, 2)) if math.isfinite(even) else NOTHING,
        cell(overtakes, "warn") if line["flips_runner_up"] else overtakes,
    )
