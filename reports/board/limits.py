"""Appendix, the rules: what another limit would bring, and what each rule costs."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from reports.charts.charts import Trace, frontier_chart
from reports.typesetting.blocks import Block, PageColumn, cell, chapter, row, table
from reports.words.catalogue import Words
from reports.words.format import NOTHING
from reports.words.sentences import Tables, in_unit, objective, period

LIMITS = {"budget": "money", "gaming": "share", "controllability": "share"}
"""Unit of the limit that a frontier varies."""


def frontiers(words: Words, tables: Tables) -> Block | None:
    """What the best plan brings where one limit varies."""
    frame = tables["frontier"]
    if frame.empty:
        return None
    columns = [
        PageColumn(words.say("frontier.over"), "left", 1.0),
        *(
            PageColumn(words.say(f"frontier.{h}"))
            for h in ("limit", "value", "gain", "loaded", "net", "gaming")
        ),
        PageColumn(words.say("frontier.status"), "left", 1.0),
    ]
    rows = [_frontier_row(words, line) for _, line in frame.iterrows()]
    summary = tables["summary"].iloc[0]
    lead = [words.say("frontier.lead", objective=objective(words, summary), period=period(words, summary))]
    return chapter(
        words.say("frontier.title"),
        lead=lead,
        chart=_frontier_chart(words, frame, objective(words, summary)),
        tables=[table(columns, rows)],
        notes=[words.say("frontier.note")],
    )


def _frontier_row(words: Words, line: Any) -> Block:
    return row(
        words.label(line, "over"),
        in_unit(words, LIMITS[line["over"]], line["limit"]),
        words.amount(line["value"]),
        words.amount(line["gain"], signed=True),
        words.amount(line["loaded_pay"]),
        cell(
            words.amount(line["net_change"], signed=True), "bad_text" if line["net_change"] < 0 else "plain"
        ),
        words.write.number(line["gaming_hours"]),
        state_of(words, line),
        tone="chosen" if line["here"] else "plain",
    )


def state_of(words: Words, line: Any) -> str:
    """Status of a point; where time ran out before there was a plan, that, and the most one could bring."""
    if not math.isfinite(line["undecided_after"]):
        return words.label(line, "status")
    seconds = words.write.given(line["undecided_after"])
    if not math.isfinite(line["bound"]):
        return words.say("frontier.undecided", seconds=seconds)
    return words.say("frontier.undecided_bound", seconds=seconds, bound=words.money(line["bound"]))


def _frontier_chart(words: Words, frame: pd.DataFrame, name: str) -> Block | None:
    solved = frame[frame["value"].notna()]
    if solved.empty:
        return None
    traces, axis = frontier_traces(words, solved, name)
    said = " ".join(
        words.say(
            "frontier.point",
            over=words.label(p, "over"),
            limit=in_unit(words, LIMITS[p["over"]], p["limit"]),
            value=words.money(p["value"]),
        )
        for _, p in solved.iterrows()
    )
    return {"svg": frontier_chart(traces, words, axis), "alt": words.say("frontier.alt", points=said)}


def frontier_traces(words: Words, solved: pd.DataFrame, name: str) -> tuple[list[Trace], str]:
    """The best value along every limit that varies, and what the axis says."""
    traces = [_trace(words, mine) for _, mine in solved.groupby("over", sort=False)]
    return traces, words.say("frontier.axis", objective=name, unit=words.write.symbol)


def _trace(words: Words, mine: pd.DataFrame) -> Trace:
    first = mine.iloc[0]
    return Trace(
        words.label(first, "over"),
        LIMITS[first["over"]],
        [(float(p["limit"]), float(p["value"]), bool(p["here"])) for _, p in mine.iterrows()],
    )


def rule_prices(words: Words, tables: Tables) -> Block | None:
    """What every rule costs: relaxed by a step, and removed."""
    frame = tables["rule_prices"]
    if frame.empty:
        return None
    columns = [
        PageColumn(words.say("price.rule"), "left", 1.0),
        PageColumn(words.say("price.change"), "left"),
        *(PageColumn(words.say(f"price.{h}")) for h in ("limit", "new", "price")),
        PageColumn(words.say("price.status"), "left"),
    ]
    rows = [_price(words, line) for _, line in frame.iterrows()]
    lead = [words.say("price.lead", objective=objective(words, tables["summary"].iloc[0]))]
    return chapter(
        words.say("price.title"), lead=lead, tables=[table(columns, rows)], notes=[words.say("price.note")]
    )


def _price(words: Words, line: Any) -> Block:
    limits = [
        in_unit(words, line["unit"], line[c]) if math.isfinite(line[c]) else NOTHING
        for c in ("limit", "new_limit")
    ]
    proven = line["status"] in ("optimal", "imposed")
    return row(
        words.label(line, "rule", 110),
        words.name("rule_change", line["change"]),
        *limits,
        words.amount(line["price"], signed=True),
        words.say("price.proven") if proven else cell(words.say("price.unproven"), "warn"),
    )
