"""Appendix, the choice: where the gain comes from, what else could be done, what would change it."""

from __future__ import annotations

import math
from textwrap import wrap
from typing import Any

import pandas as pd

from reports.board.page_two import bar_scale, gain_bar, gain_span, range_label, range_note, turns
from reports.charts.charts import Trace, WaterfallBar, frontier_chart, waterfall_chart
from reports.typesetting.blocks import Block, Cell, PageColumn, cell, chapter, row, table
from reports.words.catalogue import LONGEST_TEAM, Words
from reports.words.format import NOTHING
from reports.words.sentences import Tables, in_unit, objective, period

MOST_ASSUMPTIONS = 12
MOST_TIES = 10
MOST_WEIGHTS = 40
HEADING = 16
"""Letters on a line of a narrow heading."""
LIMITS = {"budget": "money", "gaming": "share", "controllability": "share"}
"""Unit of the limit that a frontier varies."""


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
    sums = [words.amount(v, signed=True) for v in causes["net"]]
    rows.append(row(words.say("split.all"), *sums, words.amount(whole, signed=True), tone="total"))
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


def _team_parts(words: Words, parts: pd.DataFrame, team: Any, order: list[str]) -> Block:
    mine = parts[parts["team"] == team["team"]].set_index("cause")["net"]
    cells = [words.amount(mine[c], signed=True) if c in mine.index else NOTHING for c in order]
    return row(
        words.label(team, "team", LONGEST_TEAM), *cells, cell(words.amount(team["net"], signed=True), "bold")
    )


def _waterfall(words: Words, causes: pd.DataFrame, whole: float) -> Block:
    steps = [
        WaterfallBar(_folded(words.label(c, "cause")), float(c["net"]), words.amount(c["net"], signed=True))
        for _, c in causes.iterrows()
    ]
    last = WaterfallBar(words.say("split.net"), whole, words.amount(whole, signed=True))
    said = ", ".join(
        words.say("split.step", cause=" ".join(s.label.split("\n")), change=s.text) for s in [*steps, last]
    )
    axis = words.say("split.axis", unit=words.write.symbol)
    return {"svg": waterfall_chart(steps, last, words, axis), "alt": words.say("split.alt", steps=said)}


def _folded(text: str) -> str:
    """A heading on lines of a few letters."""
    return "\n".join(wrap(text, HEADING, break_long_words=False))


# --- other plans ----------------------------------------------------------------------------------------


def weights_moved(words: Words, tables: Tables) -> Block | None:
    """What happens if a weight moves one step to another KPI."""
    frame = tables["why_this_weight"]
    if frame.empty:
        return None
    heads = ("value", "loaded", "gaming")
    columns = [
        PageColumn(words.say("why.team"), "left"),
        PageColumn(words.say("why.from"), "left", 1.0),
        PageColumn(words.say("why.to"), "left", 1.0),
        *(PageColumn(words.say(f"why.{h}")) for h in heads),
        PageColumn(words.say("why.broken"), "left", 1.7),
    ]
    shown = frame.head(MOST_WEIGHTS)
    rows = [_shift(words, line) for _, line in shown.iterrows()]
    name = objective(words, tables["summary"].iloc[0])
    left_out = len(frame) - len(shown)
    notes = [words.count("tables.more", left_out) if left_out else ""]
    lead = [words.say("why.lead", objective=name, unit=words.write.symbol)]
    return chapter(words.say("why.title"), lead=lead, tables=[table(columns, rows)], notes=notes)


def _shift(words: Words, line: Any) -> Block:
    converged = bool(line["settled"])
    amounts = [words.amount(line[c], signed=True) for c in ("value_change", "loaded_change")]
    hours = words.write.number(line["gaming_change"], signed=True)
    return row(
        words.label(line, "team", LONGEST_TEAM),
        words.say("why.weight", kpi=words.label(line, "kpi", 40), weight=words.write.weight(line["weight"])),
        words.name("kpi", line["to"], 40),
        *([*amounts, hours] if converged else [NOTHING] * 3),
        _broken(words, line) if converged else cell(words.say("why.unsettled"), "warn"),
    )


def _broken(words: Words, line: Any) -> Cell:
    named = words.name("rule_list", line["broken"], 120)
    return cell(named, "bad_text") if named else words.say("plans.none")


def unmoved(words: Words, tables: Tables) -> Block | None:
    """Why each single step away from today's plan is not taken."""
    frame = tables["why_unmoved"]
    if frame.empty:
        return None
    columns = [
        PageColumn(words.say("why.team"), "left"),
        PageColumn(words.say("why.from"), "left", 1.0),
        PageColumn(words.say("why.to"), "left", 1.0),
        PageColumn(words.say("why.value")),
        PageColumn(words.say("unmoved.reason"), "left", 1.2),
    ]
    rows = [_refusal(words, line) for _, line in frame.head(MOST_WEIGHTS).iterrows()]
    lead = [words.say("unmoved.lead", objective=objective(words, tables["summary"].iloc[0]))]
    left_out = len(frame) - len(rows)
    notes = [words.count("tables.more", left_out) if left_out else ""]
    return chapter(words.say("unmoved.title"), lead=lead, tables=[table(columns, rows)], notes=notes)


def _refusal(words: Words, line: Any) -> Block:
    broken = words.name("rule_list", line["broken"], 120)
    reason = words.name("against", line["reason"])
    return row(
        words.label(line, "team", LONGEST_TEAM),
        words.label(line, "kpi", 40),
        words.name("kpi", line["to"], 40),
        words.amount(line["value_change"], signed=True),
        words.say("unmoved.rules", reason=reason, rules=broken) if broken else reason,
        tone="chosen" if line["cheapest"] else "plain",
    )


def near_ties(words: Words, tables: Tables) -> Block | None:
    """Distinct plans that are nearly as good; simpler ones and those closer to today's first."""
    frame = tables["near_ties"]
    if frame.empty:
        return None
    heads = ("loss", "share", "loaded", "gaming", "measures", "distance")
    columns = [
        PageColumn(words.say("ties.plan"), "left", 1.8),
        PageColumn(words.say("ties.kind"), "left", 0.8),
        *(PageColumn(words.say(f"ties.{h}")) for h in heads),
    ]
    rows = [_tie(words, line) for _, line in frame.head(MOST_TIES).iterrows()]
    lead = [words.say("ties.lead", objective=objective(words, tables["summary"].iloc[0]))]
    return chapter(
        words.say("ties.title"),
        lead=lead,
        tables=[table(columns, rows)],
        notes=[words.say("ties.note", unit=words.write.symbol)],
    )


def _tie(words: Words, line: Any) -> Block:
    kinds = [words.say(f"ties.{k}") for k in ("near_tie", "simpler", "closer") if line[k]]
    return row(
        words.known_plan(line["known"], line["shift"], 400),
        ", ".join(kinds) or NOTHING,
        words.amount(line["loss"]),
        words.write.percent(line["loss_share"], 2),
        words.amount(line["loaded_pay"]),
        words.write.number(line["gaming_hours"]),
        words.write.number(line["measures"]),
        words.write.percent(line["distance"], 0),
    )


def alternatives(words: Words, tables: Tables) -> Block | None:
    """The best plans that differ from each other, the recommended one first."""
    frame = tables["alternatives"]
    if len(frame) < 2:
        return None
    columns = [
        PageColumn(words.say("next.rank"), "center"),
        PageColumn(words.say("proof.plan"), "left", 1.0),
        *(PageColumn(words.say(f"next.{h}")) for h in ("value", "behind", "share")),
        PageColumn(words.say("price.status"), "left"),
    ]
    rows = [_alternative(words, line) for _, line in frame.iterrows()]
    lead = [words.say("next.lead", objective=objective(words, tables["summary"].iloc[0]))]
    return chapter(words.say("next.title"), lead=lead, tables=[table(columns, rows)])


def _alternative(words: Words, line: Any) -> Block:
    return row(
        words.write.number(line["rank"]),
        words.name("weights", line["plan"], 400),
        words.amount(line["value"]),
        words.amount(line["behind"]),
        words.write.percent(line["behind_share"], 2),
        words.say("price.proven") if line["proven"] else cell(words.say("price.unproven"), "warn"),
        tone="chosen" if line["rank"] == 1 else "plain",
    )


# --- rules and limits -----------------------------------------------------------------------------------


def frontiers(words: Words, tables: Tables) -> Block | None:
    """What the best plan brings where one limit varies."""
    frame = tables["frontier"]
    if frame.empty:
        return None
    columns = [
        PageColumn(words.say("frontier.over"), "left", 1.0),
        *(PageColumn(words.say(f"frontier.{h}")) for h in ("limit", "value", "gain", "loaded", "gaming")),
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
        words.write.number(line["gaming_hours"]),
        words.label(line, "status"),
        tone="chosen" if line["here"] else "plain",
    )


def _frontier_chart(words: Words, frame: pd.DataFrame, name: str) -> Block | None:
    solved = frame[frame["value"].notna()]
    if solved.empty:
        return None
    traces = [_trace(words, mine) for _, mine in solved.groupby("over", sort=False)]
    said = " ".join(
        words.say(
            "frontier.point",
            over=words.label(p, "over"),
            limit=in_unit(words, LIMITS[p["over"]], p["limit"]),
            value=words.money(p["value"]),
        )
        for _, p in solved.iterrows()
    )
    axis = words.say("frontier.axis", objective=name, unit=words.write.symbol)
    return {"svg": frontier_chart(traces, words, axis), "alt": words.say("frontier.alt", points=said)}


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
    proven = line["status"] == "optimal"
    return row(
        words.label(line, "rule", 110),
        words.name("rule_change", line["change"]),
        *limits,
        words.amount(line["price"], signed=True),
        words.say("price.proven") if proven else cell(words.say("price.unproven"), "warn"),
    )


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
    notes += [words.count("tables.more", left_out)] if left_out else []
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
        range_label(words, line) if math.isfinite(line["range"]) else words.label(line, "path", 70),
        gain_bar(line, scale, "bad" if line["flips_current"] else "accent"),
        gain_span(words, line),
        words.say("tornado.factor", factor=words.write.number(even, 2)) if math.isfinite(even) else NOTHING,
        cell(overtakes, "warn") if line["flips_runner_up"] else overtakes,
    )
