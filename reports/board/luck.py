"""Appendix, luck: what is paid when attainments scatter, and how likely objectives are."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from reports.charts.charts import Span, spans_chart
from reports.typesetting.blocks import Block, Cell, PageColumn, cell, chapter, row, table
from reports.words.catalogue import LONGEST_TEAM, Words
from reports.words.format import NOTHING
from reports.words.sentences import Tables, period

MOST_TEAMS = 12
"""Teams in the chart."""
LONGEST_LABEL = 24
"""Letters of a team's name beside a bar."""
BAND = (0.5, 0.7)
"""Share of people at or above goal that plans aim at (Alexander Group; 60 % is the usual design point)."""


def payouts(words: Words, tables: Tables) -> Block | None:
    """P10 to P90 of payouts, of company, teams and people, under today's plan and the recommended one."""
    frame = tables["payout_distribution"]
    if frame.empty:
        return None
    name, first = period(words, tables["summary"].iloc[0]), frame.iloc[0]
    heads = ("target", "expected", "p10", "p50", "p90", "cvar", "over", "goal")
    shown = frame[frame["target"].notna()]
    bodies = []
    for basis, mine in shown.groupby("basis", sort=False):
        columns = [
            PageColumn(words.say(f"luck.who_{basis}"), "left", 1.0),
            PageColumn(words.say("luck.plan"), "left"),
            *(PageColumn(words.say(f"luck.{h}")) for h in heads),
        ]
        order = (pair for _, pair in mine.groupby(["level", "team"], sort=False))
        rows = [_spread(words, line, j == 0) for pair in order for j, (_, line) in enumerate(pair.iterrows())]
        bodies.append(table(columns, rows))
    draws = words.write.number(first["draws"])
    return chapter(
        words.say("luck.title"),
        lead=[words.say("luck.lead", period=name)],
        chart=_chart(words, shown),
        tables=bodies,
        notes=[_at_goal(words, frame), words.say("luck.note", draws=draws, seed=str(first["seed"]))],
    )


def _who(words: Words, line: Any, longest: int = LONGEST_TEAM) -> str:
    if line["level"] == "company":
        return words.say("pay.all")
    team = words.label(line, "team", longest)
    return team if line["level"] == "team" else words.say("luck.person", team=team)


def _spread(words: Words, line: Any, first: bool) -> Block:
    amounts = (words.money(line[c]) for c in ("target", "expected", "p10", "p50", "p90", "cvar"))
    tone = "total" if line["level"] == "company" else "plain"
    return row(
        _who(words, line) if first else "",
        words.say(f"luck.{line['plan']}"),
        *amounts,
        _chance(words, line["over_budget"]),
        _chance(words, line["at_goal"]),
        tone=tone,
    )


def _chance(words: Words, share: float) -> Cell:
    return words.write.percent(share, 0) if math.isfinite(share) else NOTHING


def _at_goal(words: Words, frame: pd.DataFrame) -> str:
    """The share of everybody at or above goal against the band that plans aim at."""
    people = frame[(frame["level"] == "person") & (frame["team"] == "") & (frame["plan"] == "chosen")]
    if people.empty:
        return ""
    share = float(people.iloc[0]["at_goal"])
    where = "below" if share < BAND[0] else "above" if share > BAND[1] else "within"
    low, high = (words.write.percent(b, 0) for b in BAND)
    return words.say(f"luck.band_{where}", share=words.write.percent(share, 0), low=low, high=high)


def _chart(words: Words, frame: pd.DataFrame) -> Block:
    """Bars of the company and of the teams with most at target; the table has them all."""
    loaded = frame[(frame["level"] == "company") | (frame["level"] == "team")]
    largest = loaded.groupby("team")["target"].max().nlargest(1 + MOST_TEAMS).index
    loaded = loaded[loaded["team"].isin(list(largest))]
    spans = [
        Span(
            _who(words, line, LONGEST_LABEL),
            words.say(f"luck.{line['plan']}"),
            str(line["plan"]),
            *(float(line[c]) for c in ("p10", "p50", "p90", "cvar", "budget")),
        )
        for _, pair in loaded.groupby(["level", "team"], sort=False)
        for _, line in pair.iterrows()
    ]
    said = words.say("separator").join(
        words.say(
            "luck.span",
            who=s.label,
            plan=s.plan,
            low=words.money(s.low),
            middle=words.money(s.middle),
            high=words.money(s.high),
        )
        for s in spans
    )
    axis = words.say("luck.axis", unit=words.write.symbol)
    return {"svg": spans_chart(spans, words, axis), "alt": words.say("luck.alt", spans=said)}


def objectives(words: Words, tables: Tables) -> Block | None:
    """The probability that each objective is reached; KPIs that the recommended plan pays on first."""
    frame = tables["objectives_reached"]
    if frame.empty:
        return None
    columns = [
        PageColumn(words.say("weights.kpi"), "left", 1.0),
        *(PageColumn(words.say(f"reached.{h}")) for h in ("now", "attainment", "noise", "then")),
    ]
    current = frame[frame["plan"] == "current"].set_index("kpi")["reached"]
    recommended = frame[frame["plan"] == "chosen"].sort_values("paid", ascending=False, kind="stable")
    rows = [_objective(words, line, float(current[line["kpi"]])) for _, line in recommended.iterrows()]
    lead = [words.say("reached.lead", period=period(words, tables["summary"].iloc[0]))]
    return chapter(
        words.say("reached.title"),
        lead=lead,
        tables=[table(columns, rows)],
        notes=[words.say("reached.note")],
    )


def _objective(words: Words, line: Any, current: float) -> Block:
    def percent(value: float) -> str:
        return words.write.percent(value, 0)

    reached = percent(line["reached"])
    return row(
        words.label(line, "kpi", 40),
        percent(current),
        percent(line["attainment"]),
        percent(line["noise"]),
        cell(reached, "bold") if line["paid"] else reached,
        tone="plain" if line["paid"] else "muted",
    )
