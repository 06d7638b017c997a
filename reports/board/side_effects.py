"""Appendix: what each plan leaves undone, how much gaming it pays, and whose pay it leaves at whose mercy."""

from __future__ import annotations

from typing import Any

import pandas as pd

from reports.board.plans import plan_name, shown_plans
from reports.board.what_happens import rows_of
from reports.typesetting.blocks import Block, PageColumn, chapter, row, table
from reports.words.catalogue import LONGEST_TEAM, Words
from reports.words.format import NOTHING
from reports.words.sentences import Tables, period

MOST_STAGES = 3
MOST_AT_MERCY = 3


def side_effects(words: Words, tables: Tables) -> Block | None:
    """Plans side by side, beside the money that page one shows."""
    if tables["left_unworked"].empty and tables["pay_at_mercy"].empty:
        return None
    columns = [
        PageColumn(words.say("plans.plan"), "left", 0.8),
        PageColumn(words.say("side.left"), "left", 1.0),
        PageColumn(words.say("plans.gaming")),
        PageColumn(words.say("side.mercy"), "left", 1.5),
    ]
    shown, _ = shown_plans(tables)
    rows = [_side_effects(words, tables, plan) for _, plan in shown.iterrows()]
    return chapter(
        words.say("side.title"),
        lead=[words.say("side.lead", period=period(words, tables["summary"].iloc[0]))],
        tables=[table(columns, rows)],
        notes=[words.say("side.note")],
    )


def _side_effects(words: Words, tables: Tables, plan: Any) -> Block:
    left, mercy = (rows_of(tables[name], plan) for name in ("left_unworked", "pay_at_mercy"))
    return row(
        plan_name(words, tables, plan),
        _left(words, left),
        words.write.number(plan["gaming_hours"]),
        _at_mercy(words, mercy) if plan["settled"] else NOTHING,
    )


def _left(words: Words, frame: pd.DataFrame) -> str:
    """Where most is left, by number."""
    some = frame[frame["left"] >= 0.5].sort_values("left", ascending=False, kind="stable")
    parts = [
        words.say(
            "side.left_at",
            stage=words.label(line, "stage", 40),
            left=words.write.number(line["left"]),
            share=words.write.percent(line["share"], 0),
        )
        for _, line in some.head(MOST_STAGES).iterrows()
    ]
    return words.write.listed(parts) if parts else NOTHING


def _at_mercy(words: Words, frame: pd.DataFrame) -> str:
    """What is most of a team's own target pay: whose pay, by whom."""
    pairs: pd.DataFrame = frame.groupby(["team", "other"], sort=False)[["euros", "share"]].sum().reset_index()
    some = pairs.sort_values("share", ascending=False, kind="stable").head(MOST_AT_MERCY)
    parts = [
        words.say(
            "side.mercy_of",
            team=words.label(line, "team", LONGEST_TEAM),
            other=words.name("team", str(line["other"]), LONGEST_TEAM),
            euros=words.money(line["euros"]),
            share=words.write.percent(line["share"], 0),
        )
        for _, line in some.iterrows()
    ]
    return words.write.listed(parts) if parts else NOTHING
