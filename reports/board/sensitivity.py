"""The gain over the ranges of the numbers that it rests on: the bars of page two and of the appendix."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from reports.typesetting.blocks import Block, Cell, PageColumn, bar_cell, row, section, table
from reports.words.catalogue import Words
from reports.words.doubts import how_far
from reports.words.drafts import provisional, provisional_note
from reports.words.sentences import Tables

MOST_ASSUMPTIONS = 6


def sensitivity(words: Words, tables: Tables) -> Block:
    """The numbers that move the gain most, as bars over their range."""
    frame, summary = tables["assumptions"], tables["summary"].iloc[0]
    title = words.say("doubt.title")
    if not summary["moved"]:
        return section(title, notes=[words.say("doubt.still")])
    if not len(frame):
        ranges = tables["sources"][["range", "factor"]].notna().any(axis=None)
        return section(title, notes=[words.say("doubt.cut" if ranges else "doubt.none")])
    shown = frame.head(MOST_ASSUMPTIONS)
    scale = bar_scale(shown)
    notes = [turns(words, frame["changes_sign"]), range_note(words, summary, scale)]
    notes += provisional_note(words, shown)
    columns = [
        PageColumn(words.say("doubt.number"), "left", 1.0),
        PageColumn("", "left", 1.3),
        PageColumn(words.say("doubt.gain")),
    ]
    body = table(columns, [_sensitivity(words, a, scale) for _, a in shown.iterrows()])
    return section(title, body=body, notes=notes)


def bar_scale(shown: pd.DataFrame) -> tuple[float, float]:
    """From zero or the largest loss to the largest gain."""
    ends = shown[["gain", "gain_low", "gain_high"]]
    low, high = min(0.0, float(ends.min().min())), max(0.0, float(ends.max().max()))
    return (low, high) if high > low else (low, low + 1.0)


def _sensitivity(words: Words, assumption: Any, scale: tuple[float, float]) -> Block:
    return row(
        range_label(words, assumption),
        gain_bar(assumption, scale, "bad" if assumption["changes_sign"] else "accent"),
        gain_span(words, assumption),
    )


def range_label(words: Words, assumption: Any) -> str:
    """The number and how far it may be off."""
    off = how_far(words, assumption)
    label = provisional(words, assumption, words.label(assumption, "path", 70))
    return words.say("doubt.range", label=label, off=off) if off else label


def gain_bar(assumption: Any, scale: tuple[float, float], tone: str) -> Cell:
    """The gain over the range of a number; marks at no gain and at the gain as assumed."""

    def at(value: float) -> float:
        return (value - scale[0]) / (scale[1] - scale[0])

    low, high = _ends(assumption)
    return bar_cell([(at(low), at(high), tone)], [(at(0.0), "muted"), (at(assumption["gain"]), "ink")])


def gain_span(words: Words, assumption: Any) -> str:
    low, high = _ends(assumption)
    return words.say("doubt.span", low=words.amount(low), high=words.amount(high))


def _ends(assumption: Any) -> tuple[float, float]:
    ends = [
        e for e in (assumption["gain_low"], assumption["gain"], assumption["gain_high"]) if math.isfinite(e)
    ]
    return min(ends), max(ends)


def turns(words: Words, flips: pd.Series[bool]) -> str:
    """How many numbers turn the gain into a loss, given for each whether it does."""
    turning = int(flips.sum())
    return words.count("doubt.turns", turning) if turning else words.count("doubt.safe", len(flips))


def range_note(words: Words, summary: Any, scale: tuple[float, float]) -> str:
    ends = {"zero": words.money(scale[0]), "top": words.money(scale[1])}
    return words.say("doubt.note", gain=words.money(summary["gain"]), **ends)
