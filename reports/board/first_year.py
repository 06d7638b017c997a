"""Appendix: the first year by period against the limits, and when what is earned is paid."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from optimizer.tables.marks import WHOLE_YEAR
from reports.typesetting.blocks import Block, Cell, PageColumn, cell, chapter, row, table
from reports.words.catalogue import Words
from reports.words.format import NOTHING
from reports.words.sentences import Tables, period
from reports.words.year import when

SHOWN = 0.5
"""Of a true-up, in the unit of the currency: less is printed as 0."""
EARNED = ("gross", "charges", "loaded", "p90", "reserve", "limit", "slack")


def first_year(words: Words, tables: Tables) -> Block | None:
    """All teams together; teams by themselves are in the workbook."""
    if not (tables["year"]["target"] > 0).any():
        return None
    return chapter(
        words.say("year.chapter", period=period(words, tables["summary"].iloc[0])),
        lead=[words.say("year.lead")],
        tables=[year_table(words, tables)],
        notes=[*over_limit(words, tables), _cash(words, tables), words.say("year.note")],
    )


def year_table(words: Words, tables: Tables) -> Block:
    """Expected payouts by period and of the year, one case in ten above, and the limit."""
    year = _of_company(tables["year"])
    shown = [c for c in EARNED if c not in ("reserve", "limit", "slack") or _says(year[c])]
    chance = ["over"] if _says(year["limit"]) else []
    columns = [
        PageColumn(words.say("year.col.when"), "left", 1.0),
        *(PageColumn(words.say(f"year.col.{c}")) for c in (*shown, *chance)),
    ]
    rows = [_year_row(words, tables, line, shown, bool(chance)) for _, line in year.iterrows()]
    return table(columns, rows)


def over_limit(words: Words, tables: Tables) -> list[str]:
    """A sentence for every limit that what is expected exceeds."""
    year, code = tables["year"], _period_code(tables)
    said = []
    for _, line in year[year["slack"] < 0].iterrows():
        key = "year.exceeded.team" if line["team"] else "year.exceeded"
        team = words.label(line, "team") if line["team"] else ""
        called = when(words, code, int(line["period"]))
        said.append(words.say(key, when=called, team=team, by=words.money(-line["slack"])))
    return said


def _year_row(words: Words, tables: Tables, line: Any, shown: list[str], chance: bool) -> Block:
    cells = [_money(words, line, c) for c in shown]
    over = [_share(words, line["over"])] if chance else []
    tone = "total" if line["period"] == WHOLE_YEAR else "plain"
    return row(when(words, _period_code(tables), int(line["period"])), *cells, *over, tone=tone)


def _cash(words: Words, tables: Tables) -> str:
    """What is owed, earned and paid in the year, in a sentence."""
    cash = _of_company(tables["cash"])
    year = cash[~cash["next_year"].astype(bool)]
    amounts = {"opening": year["opening"].iloc[0], "closing": year["closing"].iloc[-1]}
    amounts |= {flow: year[flow].sum() for flow in ("earned", "paid", "true_up")}
    key = "year.cash_true_up" if abs(amounts["true_up"]) >= SHOWN else "year.cash"
    return words.say(key, **{name: words.money(float(amount)) for name, amount in amounts.items()})


def _money(words: Words, line: Any, column: str) -> Cell:
    amount = float(line[column])
    if not math.isfinite(amount):
        return NOTHING
    said = words.money(amount)
    return cell(said, "bad_text") if column == "slack" and amount < 0 else said


def _share(words: Words, share: float) -> Cell:
    return words.write.percent(share, 0) if math.isfinite(share) else NOTHING


def _of_company(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["team"] == ""]


def _says(column: pd.Series) -> bool:
    """Whether a column has anything to tell."""
    return bool((column.fillna(0.0) != 0).any())


def _period_code(tables: Tables) -> str:
    return str(tables["summary"].iloc[0]["period"])
