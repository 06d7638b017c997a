"""Appendix, doubt: how plans do when the numbers are off, and what is sure all the same."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from reports.typesetting.blocks import Block, PageColumn, chapter, row, table
from reports.words.catalogue import LONGEST_TEAM, Words
from reports.words.format import NOTHING
from reports.words.sentences import Tables, objective, period

SHOWN = 10
CLEAR = 2.0
"""Standard errors from which on a difference is no luck of the draw."""


def robustness(words: Words, tables: Tables) -> Block | None:
    """Plans in draws from the sources' ranges; today's, the nominal and the recommended first."""
    frame = tables["robustness"]
    if frame.empty:
        return None
    summary, first = tables["summary"].iloc[0], frame.iloc[0]
    heads = ("value", "mean", "cvar", "regret", "best", "beats", "over")
    columns = [
        PageColumn(words.say("robust.plan"), "left", 1.0),
        *(PageColumn(words.say(f"robust.{h}")) for h in heads),
    ]
    must = frame[["nominal", "recommended", "next_best", "best_when_bad"]].any(axis=1) | (frame["rank"] == 1)
    shown = pd.concat([frame[must], frame[~must].sort_values("best", ascending=False, kind="stable")])
    left_out = max(0, len(shown) - SHOWN)
    more = words.say("robust.more", count=words.write.number(left_out)) if left_out else ""
    lead = words.say(
        "robust.lead",
        draws=words.write.number(first["draws"]),
        objective=objective(words, summary),
        period=period(words, summary),
    )
    return chapter(
        words.say("robust.title"),
        lead=[lead, _choice(words, frame) if first["criterion"] else "", _ahead(words, frame)],
        tables=[table(columns, [_plan(words, line) for _, line in shown.head(SHOWN).iterrows()])],
        notes=[words.say("robust.note", seed=str(first["seed"])), more],
    )


def _choice(words: Words, frame: pd.DataFrame) -> str:
    """What robustness costs, and by what the plan was chosen."""
    chosen = frame[frame["recommended"]].iloc[0]
    by = words.say(f"criterion.{chosen['criterion']}")
    if chosen["nominal"]:
        return words.say("robust.free", criterion=by)
    return words.say("robust.cost", criterion=by, cost=words.money(chosen["given_up"]))


def _ahead(words: Words, frame: pd.DataFrame) -> str:
    """How far ahead of the next best plan, and how sure that is."""
    for _, other in frame[frame["next_best"]].iterrows():
        by = words.say(f"criterion.{other['criterion'] or 'mean'}")
        sure = other["behind"] > CLEAR * other["behind_error"]
        ahead, error = (words.money(other[c]) for c in ("behind", "behind_error"))
        key = "robust.ahead" if sure else "robust.unclear"
        return words.say(key, criterion=by, ahead=ahead, error=error)
    return ""


def guarantees(words: Words, tables: Tables) -> Block | None:
    """What the company keeps whatever else a team finds to do, or why nothing is sure."""
    frame = tables["guarantees"]
    if frame.empty:
        return None
    columns = [
        PageColumn(words.say("guarantee.team"), "left", 0.6),
        PageColumn(words.say("guarantee.share")),
        PageColumn(words.say("guarantee.amount")),
        PageColumn(words.say("guarantee.reason"), "left", 1.0),
    ]
    rows = [_guarantee(words, line) for _, line in frame.iterrows()]
    lead = words.say("guarantee.lead", period=period(words, tables["summary"].iloc[0]))
    return chapter(words.say("guarantee.title"), lead=[lead], tables=[table(columns, rows)])


def _guarantee(words: Words, line: Any) -> Block:
    holds = math.isfinite(line["amount"])
    return row(
        words.label(line, "team", LONGEST_TEAM),
        words.write.percent(line["share"], 2) if holds else NOTHING,
        words.money(line["amount"]) if holds else NOTHING,
        "" if holds else words.name("no_guarantee", line["reason"], 120),
    )


def _plan(words: Words, line: Any) -> Block:
    name = words.candidate(line, 200)
    over = line["breaks_budget"]
    return row(
        words.say("robust.mark", plan=name) if line["recommended"] else name,
        *(words.amount(line[c]) for c in ("value", "mean", "cvar", "regret")),
        *(words.write.percent(line[c], 0) for c in ("best", "beats_current")),
        words.write.percent(over, 0) if math.isfinite(over) else NOTHING,
        tone="chosen" if line["recommended"] else "plain",
    )
