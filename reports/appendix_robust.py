"""Appendix, doubt: how the plans compared do when the numbers are off."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from reports.blocks import Block, Column, chapter, row, table
from reports.format import NOTHING
from reports.sentences import Tables, objective, period
from reports.wording import Words

SHOWN = 10


def robustness(words: Words, tables: Tables) -> Block | None:
    """Plans in draws from the sources' ranges; today's, the nominal and the recommended first."""
    frame = tables["robustness"]
    if frame.empty:
        return None
    summary, first = tables["summary"].iloc[0], frame.iloc[0]
    heads = ("value", "mean", "cvar", "regret", "best", "beats", "over")
    columns = [
        Column(words.say("robust.plan"), "left", 1.0),
        *(Column(words.say(f"robust.{h}")) for h in heads),
    ]
    must = frame["recommended"] | frame["best_when_bad"] | (frame["rank"] <= 2)
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
        lead=[lead, _choice(words, frame)] if first["criterion"] else [lead],
        tables=[table(columns, [_plan(words, line) for _, line in shown.head(SHOWN).iterrows()])],
        notes=[words.say("robust.note", seed=str(first["seed"])), more],
    )


def _choice(words: Words, frame: pd.DataFrame) -> str:
    """What robustness costs, and by what the plan was chosen."""
    chosen = frame[frame["recommended"]].iloc[0]
    by = words.say(f"robust.by_{chosen['criterion']}")
    if chosen["kind"] == "nominal":
        return words.say("robust.free", criterion=by)
    return words.say("robust.cost", criterion=by, cost=words.money(chosen["given_up"]))


def _plan(words: Words, line: Any) -> Block:
    name = words.label(line, longest=200)
    over = line["breaks_budget"]
    return row(
        words.say("robust.mark", plan=name) if line["recommended"] else name,
        *(words.amount(line[c]) for c in ("value", "mean", "cvar", "regret")),
        *(words.write.percent(line[c], 0) for c in ("best", "beats_current")),
        words.write.percent(over, 0) if math.isfinite(over) else NOTHING,
        tone="chosen" if line["recommended"] else "plain",
    )
