"""What a plan does that its money does not tell, a line each: the first that holds of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from reports.words.catalogue import LONGEST_TEAM, Words
from reports.words.sentences import Tables

ABOVE = 1.05
"""Attainment from which a KPI is well above target."""
LOST = 0.001
"""Share of today's revenue from which a loss of it is told."""
AT_MERCY, MORE_THAN_TODAY = 0.10, 0.05
"""Shares of a team's target pay: at another's mercy, and beyond what is so today."""
CURRENT = {"plan": "current", "kind": "current"}
LEFT = 0.10
"""Share of a stage from which what nobody works is told."""


def what_happens(words: Words, tables: Tables, shown: pd.DataFrame) -> list[str]:
    """Lines of the plans that are shown, for those of which one of the sentences holds."""
    lines = (next(_lines(words, tables, plan), "") for _, plan in shown[shown["settled"]].iterrows())
    return [line for line in lines if line]


def _lines(words: Words, tables: Tables, plan: Any) -> Iterator[str]:
    """The measure rises and the company loses; it loses; pay hangs on others; work is left."""
    name = words.plan(plan, 32)
    if -plan["revenue_change_share"] > LOST:
        lost = words.money(-plan["revenue_change"])
        if plan["top_attainment"] >= ABOVE:
            kpi = words.name("kpi", plan["top_kpi"], 40)
            reached = words.write.percent(plan["top_attainment"], 0)
            yield words.say("happens.kpi", plan=name, kpi=kpi, attainment=reached, euros=lost)
        yield words.say("happens.loss", plan=name, euros=lost)
    yield from _at_mercy(words, tables["pay_at_mercy"], plan, name)
    if plan["kind"] == "current":
        yield from _left(words, tables["left_unworked"], plan, name)


def rows_of(frame: pd.DataFrame, plan: Any) -> pd.DataFrame:
    """Rows of a table that are about the plan."""
    mine: pd.DataFrame = frame[(frame["plan"] == plan["plan"]) & (frame["kind"] == plan["kind"])]
    return mine


def _at_mercy(words: Words, frame: pd.DataFrame, plan: Any, name: str) -> Iterator[str]:
    """The largest share of a team's target pay that another can sink, where it is new."""
    of_plan = rows_of(frame, plan)
    mine, today = (
        some.groupby(["team", "other"])["share"].sum() for some in (of_plan, rows_of(frame, CURRENT))
    )
    new = mine[(mine >= AT_MERCY) & (mine > today.reindex(mine.index, fill_value=0.0) + MORE_THAN_TODAY)]
    if new.empty:
        return
    team, other = (str(name) for name in new.index[int(new.argmax())])
    of_pair = of_plan[(of_plan["team"] == team) & (of_plan["other"] == other)]
    yield words.say(
        "happens.mercy",
        plan=name,
        share=words.write.percent(float(new.max()), 0),
        euros=words.money(float(of_pair["euros"].sum())),
        team=words.name("team", team, LONGEST_TEAM),
        other=words.name("team", other, LONGEST_TEAM),
    )


def _left(words: Words, frame: pd.DataFrame, plan: Any, name: str) -> Iterator[str]:
    """The stage where most is left, by number."""
    mine = rows_of(frame, plan)
    mine = mine[mine["share"] >= LEFT]
    if mine.empty:
        return
    most = mine.iloc[int(mine["left"].argmax())]
    yield words.say(
        "happens.left",
        plan=name,
        stage=words.label(most, "stage", 40),
        left=words.write.number(most["left"]),
        arriving=words.write.number(most["arriving"]),
    )
