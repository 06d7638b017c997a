"""Matrices as tables: one row per KPI, one column per team, tints by size; split where teams are many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from reports.typesetting.blocks import Block, Cell, PageColumn, cell, row, table
from reports.words.catalogue import LONGEST_TEAM, Words

MOST_COLUMNS = 7
"""Teams side by side; more go to a further table."""


def tint(value: float, steps: tuple[tuple[float, str], ...]) -> str:
    """The tone of the first step that the value is above."""
    return next((tone for above, tone in steps if value > above), "plain")


def matrix(
    words: Words,
    head: str,
    frame: pd.DataFrame,
    cell_of: Callable[[Any], Cell],
    teams: pd.DataFrame,
    *,
    totals: dict[str, dict[str, str]] | None = None,
) -> list[Block]:
    """A frame with columns `kpi`, `team` as tables of KPI by team; `totals` are further rows, by heading."""
    tables = []
    for start in range(0, len(teams), MOST_COLUMNS):
        shown = teams.iloc[start : start + MOST_COLUMNS]
        columns = [PageColumn(head, "left", 1.6)]
        columns += [
            PageColumn(words.label(t, "team", LONGEST_TEAM), "center", 1.0) for _, t in shown.iterrows()
        ]
        rows = [_row(words, mine, shown, cell_of) for _, mine in frame.groupby("kpi", sort=False)]
        rows += [
            row(name, *(of.get(t, "") for t in shown["team"]), tone="total")
            for name, of in (totals or {}).items()
        ]
        tables.append(table(columns, rows))
    return tables


def _row(words: Words, mine: pd.DataFrame, teams: pd.DataFrame, cell_of: Callable[[Any], Cell]) -> Block:
    of = {r["team"]: cell_of(r) for _, r in mine.iterrows()}
    return row(words.label(mine.iloc[0], "kpi", 52), *(of.get(t, cell("", "plain")) for t in teams["team"]))
