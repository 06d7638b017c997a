"""Appendix, the plans: today's, the recommended one and the others that people know, side by side."""

from __future__ import annotations

from typing import Any

import pandas as pd

from reports.board.what_happens import what_happens
from reports.charts.charts import Dot, plans_chart
from reports.typesetting.blocks import Block, PageColumn, cell, chapter, row, table
from reports.words.catalogue import Words
from reports.words.format import NOTHING
from reports.words.sentences import Tables, objective

MOST_PLANS = 8


def shown_plans(tables: Tables) -> tuple[pd.DataFrame, int]:
    """Current, chosen and the best of the others, in the file's order; and how many are left out."""
    plans = tables["plans"]
    others = plans[plans["kind"].isin(["named", "equal"]) & ~plans["same_as_current"].astype(bool)]
    best = others.sort_values("value", ascending=False, kind="stable").head(MOST_PLANS - 2)
    ends = plans[plans["kind"].isin(["current", "chosen"])]
    return plans.loc[sorted([*best.index, *ends.index])], len(others) - len(best)


def plan_name(words: Words, tables: Tables, plan: Any) -> str:
    """The current plan also says under which name the file lists it."""
    if plan["kind"] != "current":
        return words.plan(plan, 32)
    plans = tables["plans"]
    same = plans[plans["kind"].isin(["named"]) & plans["same_as_current"].astype(bool)]
    names = [words.plan(p, 32) for _, p in same.iterrows()]
    plain = words.plan(plan)
    return words.say("plans.same", plan=plain, names=words.write.listed(names)) if names else plain


def plans_side_by_side(words: Words, tables: Tables) -> Block:
    """What every known plan brings, pays and breaks, with what its money does not tell."""
    shown, left_out = shown_plans(tables)
    heads = ("gross", "direct", "revenue", "loaded", "net", "gain", "gaming", "control", "broken")
    columns = [
        PageColumn(words.say("plans.plan"), "left", 1.0),
        *(PageColumn(words.say(f"plans.{h}")) for h in heads),
    ]
    rows = [_plan_row(words, tables, plan) for _, plan in shown.iterrows()]
    summary = tables["summary"].iloc[0]
    notes = [words.say("plans.note", objective=objective(words, summary))]
    notes += [words.say("plans.surplus")] if summary["objective"] == "surplus" else []
    notes += [words.count("plans.more", left_out)] if left_out else []
    starved = [plan_name(words, tables, plan) for _, plan in shown[shown["starved"].astype(bool)].iterrows()]
    notes += [words.say("plans.starved", plans=words.write.listed(starved))] if starved else []
    notes += what_happens(words, tables, shown)
    planned = (shown["kind"] == "chosen").any()
    title = words.say("plans.title" if planned else "plans.title_known")
    notes += [words.say("chart.note")] if planned else []
    drawn = _chart(words, tables) if planned else None
    return chapter(title, chart=drawn, tables=[table(columns, rows)], notes=notes)


def _plan_row(words: Words, tables: Tables, plan: Any) -> Block:
    money = [words.amount(plan[c]) for c in ("gross", "direct_costs", "revenue", "loaded_pay", "net")]
    gain = NOTHING if plan["kind"] == "current" else words.amount(plan["gain"], signed=True)
    broken = int(plan["broken_rules"])
    return row(
        plan_name(words, tables, plan),
        *money,
        gain,
        words.write.number(plan["gaming_hours"]),
        words.write.percent(plan["controllability"], 0),
        cell(words.write.number(broken), "bad") if broken else words.say("plans.none"),
        tone="chosen" if plan["kind"] == "chosen" else "plain",
    )


HEIGHT = 68.0
"""Of the chart [mm]."""


def _chart(words: Words, tables: Tables) -> Block:
    """Payouts against revenue of the plans shown."""
    shown, _ = shown_plans(tables)
    points = [
        Dot(plan_name(words, tables, p), float(p["loaded_pay"]), float(p["revenue"]), str(p["kind"]))
        for _, p in shown.iterrows()
    ]
    summary = tables["summary"].iloc[0]
    said = [
        words.say("chart.point", plan=p.label, loaded=words.money(p.paid), revenue=words.money(p.revenue))
        for p in points
    ]
    axes = {a: words.say(f"chart.{a}", unit=words.write.symbol) for a in ("x", "y")}
    budget = float(summary["budget"])
    drawn = plans_chart(points, budget, words, axes, HEIGHT)
    return {"svg": drawn, "alt": words.say("chart.alt", points=" ".join(said))}
