"""Page one: what the plan costs, how often its limit is exceeded, and the first year against its limits."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from optimizer.tables.marks import OFTEN, WHOLE_YEAR
from reports.typesetting.blocks import Block, PageColumn, cell, row, section, table
from reports.words.catalogue import Words
from reports.words.format import NOTHING
from reports.words.money_alerts import company_payouts, under_limit
from reports.words.sentences import Tables, period
from reports.words.year import when

MOST_PERIODS = 4
"""Of the year on the page; the others are in the tables."""
HEADS = ("gross", "charges", "loaded", "limit", "over", "p90", "cvar")


def cost_section(words: Words, tables: Tables) -> Block:
    """Gross, charges and loaded; limit, how often it is exceeded, bad cases; year 1 period by period."""
    columns = [
        PageColumn(words.say("cost.when"), "left", 1.0),
        *(PageColumn(words.say(f"cost.{h}")) for h in HEADS),
    ]
    shown, left_out = _periods(company_year(tables))
    full = _at_full_effect(words, tables)
    rows = [_of_year(words, tables, line) for _, line in shown.iterrows()]
    planned = bool((tables["plans"]["kind"] == "chosen").any())
    lines = under_limit(words, tables)
    lines += [words.say("cost.no_limit")] if pd.isna(tables["summary"].iloc[0]["budget"]) else []
    notes = [words.say("cost.shown")] if left_out else []
    title = words.say("cost.title" if planned else "cost.title_today")
    body = table(columns, [*([full] if full else []), *rows])
    return {**section(title, body=body, notes=notes), "lines": lines}


def company_year(tables: Tables) -> pd.DataFrame:
    """Rows of the company: every period, then the year."""
    frame: pd.DataFrame = tables["year"][tables["year"]["team"] == ""]
    return frame


def _periods(year: pd.DataFrame) -> tuple[pd.DataFrame, bool]:
    """Periods and the year; of many those most likely to exceed their limit, in their order."""
    each, whole = year[year["period"] != WHOLE_YEAR], year[year["period"] == WHOLE_YEAR]
    if len(each) <= MOST_PERIODS:
        return (pd.concat([each, whole]) if len(each) > 1 else each), False
    dear = each.sort_values(["over", "loaded"], ascending=False, kind="stable").head(MOST_PERIODS - 1)
    return pd.concat([dear.sort_index(), whole]), True


def _at_full_effect(words: Words, tables: Tables) -> Block | None:
    """An average period once everybody has adapted."""
    company, plan, summary = company_payouts(tables), tables["plans"].iloc[-1], tables["summary"].iloc[0]
    if plan["kind"] != "chosen":
        plan = tables["plans"].iloc[0]
    if company is None:
        return None
    each = period(words, summary).each
    amounts = (words.amount(plan[c]) for c in ("pay", "charges", "loaded_pay"))
    return row(
        words.say("cost.full", each=each[:1].upper() + each[1:]),
        *amounts,
        _amount(words, summary["budget"]),
        _share(words, company["over_budget"]),
        words.amount(company["p90"]),
        words.amount(company["cvar"]),
        tone="chosen",
    )


def _of_year(words: Words, tables: Tables, line: Any) -> Block:
    code, place = str(tables["summary"].iloc[0]["period"]), int(line["period"])
    name = words.say("cost.year") if place == WHOLE_YEAR else when(words, code, place)
    amounts = (words.amount(line[c]) for c in ("gross", "charges", "loaded"))
    return row(
        name,
        *amounts,
        _amount(words, line["limit"]),
        _share(words, line["over"]),
        words.amount(line["p90"]),
        NOTHING,
        tone="total" if place == WHOLE_YEAR else "plain",
    )


def _amount(words: Words, value: float) -> str:
    return words.amount(value) if math.isfinite(value) else NOTHING


def _share(words: Words, share: float) -> Any:
    if not math.isfinite(share):
        return NOTHING
    written = words.write.percent(share, 0)
    return cell(written, "bold") if share >= OFTEN else written
