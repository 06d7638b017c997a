"""Page one: the decision, four figures, the plans side by side, the weights, one chart."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from reports.board.what_happens import what_happens
from reports.charts.charts import Dot, plans_chart
from reports.typesetting.blocks import Block, PageColumn, cell, row, section, table
from reports.typesetting.matrix import MOST_COLUMNS, tint
from reports.words.catalogue import LONGEST_TEAM, Words
from reports.words.drafts import placeholders_in
from reports.words.format import NOTHING
from reports.words.naming import plain_name
from reports.words.sentences import Tables, as_written, in_unit, objective, period, status_of

MOST_PLANS = 8
MOST_KPIS = 12
HEAT = ((0.5, "heat3"), (0.25, "heat2"), (0.0, "heat1"))
"""Tint of a cell by the weight that it is above."""


def head(words: Words, tables: Tables) -> Block:
    """Title, what the amounts are, and the status."""
    summary = tables["summary"].iloc[0]
    status = status_of(tables)
    if status == "optimal" and summary["beliefs"] == "baseline":
        status = "baseline"
    title = status if status in ("optimal", "baseline", "imposed", "feasible", "given") else "other"
    subtitle = words.say(
        "head.subtitle",
        what=words.say(f"head.{title}", objective=objective(words, summary)),
        currency=words.write.symbol,
        period=period(words, summary),
    )
    known = status in ("optimal", "feasible", "baseline") and math.isfinite(summary["gap"])
    tone = {
        "optimal": "good",
        "imposed": "warn",
        "given": "warn",
        "feasible": "warn",
        "baseline": "warn",
    }.get(status, "bad")
    gap = words.say("badge.gap", gap=words.write.percent(summary["gap"], 2)) if known else ""
    badge = {"text": words.say(f"badge.{status}"), "more": gap, "tone": tone}
    if (drafted := placeholders_in(tables)) and status != "error":
        badge = {"text": words.count("badge.draft", drafted), "more": "", "tone": "warn"}
    return {"title": words.name("company", summary["scenario"], 90), "subtitle": subtitle, "badge": badge}


def cards(words: Words, tables: Tables) -> list[Block]:
    """Revenue, loaded payouts, net, hours of gaming: recommended, and against today."""
    plans, summary = tables["plans"], tables["summary"].iloc[0]
    current, recommended = plans.iloc[0], plans.iloc[-1]
    if recommended["kind"] != "chosen":
        return []

    def hours(value: float, signed: bool = False) -> str:
        return words.say("card.hours", hours=words.write.number(value, signed=signed))

    four = [
        _card(words, current, recommended, "revenue", "revenue", words.money),
        _card(words, current, recommended, "loaded", "loaded_pay", words.money),
        _card(words, current, recommended, "net", "net", words.money),
        _card(words, current, recommended, "gaming", "gaming_hours", hours),
    ]
    if math.isfinite(summary["budget_unused"]):
        four[1]["notes"][1] = _unused(words, float(summary["budget_unused"]))
    parts = {name: words.money(recommended[name]) for name in ("pay", "charges")}
    four[1]["notes"].append(words.say("card.parts", **parts))
    return four


def _unused(words: Words, unused: float) -> str:
    if unused < 0:
        return words.say("card.exceeded", over=in_unit(words, "money", -unused))
    return words.say("card.unused", unused=words.money(unused))


def _card(words: Words, current: Any, recommended: Any, name: str, column: str, write: Any) -> Block:
    """A figure, its change, and what it is today."""
    share = words.write.percent(recommended[f"{name}_change_share"], 1, signed=True)
    change = words.say("card.change", change=write(recommended[f"{name}_change"], signed=True), share=share)
    notes = [change, words.say("card.today", before=write(current[column]))]
    return {"label": words.say(f"card.{name}"), "value": write(recommended[column]), "notes": notes}


def next_period(words: Words, tables: Tables) -> str:
    """What the plan brings before people have learnt; nothing where there is no plan."""
    summary = tables["summary"].iloc[0]
    amounts = {
        k: summary[f"first_{c}"]
        for k, c in (("revenue", "revenue"), ("loaded", "loaded_pay"), ("net", "net"))
    }
    if not all(map(math.isfinite, amounts.values())):
        return ""
    written = {name: words.money(value) for name, value in amounts.items()}
    return words.say("first", period=period(words, summary), **written)


# --- plans side by side ---------------------------------------------------------------------------------


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


def plans_section(words: Words, tables: Tables) -> Block:
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
    return section(title, body=table(columns, rows), notes=notes)


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


# --- weights --------------------------------------------------------------------------------------------


def weights_section(words: Words, tables: Tables) -> Block:
    """KPI by team: weight today and weight recommended, darker where heavier; a list where teams are many."""
    if len(tables["teams"]) > MOST_COLUMNS:
        return _weights_list(words, tables)
    weights, teams = tables["weights"], tables["teams"]
    paid = weights[(weights["now"] > 0) | (weights["then"] > 0)]
    order = [k for k in tables["kpis"]["kpi"] if k in set(paid["kpi"])]
    head = [PageColumn(words.say("weights.kpi"), "left", 1.6)]
    columns = head + [
        PageColumn(words.label(t, "team", LONGEST_TEAM), "center", 1.0) for _, t in teams.iterrows()
    ]
    rows = [_kpi_row(words, paid[paid["kpi"] == k], teams) for k in order[:MOST_KPIS]]
    rows += _terms_rows(words, teams)
    left_out = len(order) - MOST_KPIS
    notes = [words.say("weights.note"), words.count("weights.more", left_out) if left_out > 0 else ""]
    return section(words.say("weights.title"), body=table(columns, rows), notes=notes)


def _weights_list(words: Words, tables: Tables) -> Block:
    """Team after team, the KPIs that it is or was paid on."""
    weights = tables["weights"]
    columns = [
        PageColumn(words.say("pay.team"), "left", 1.0),
        PageColumn(words.say("weights.kpi"), "left", 1.6),
        PageColumn(words.say("weights.pay")),
    ]
    rows = []
    for _, team in tables["teams"].iterrows():
        mine = weights[(weights["team"] == team["team"]) & ((weights["now"] > 0) | (weights["then"] > 0))]
        paid = [
            words.say("weights.of", kpi=words.label(w, "kpi", 52), weight=_weight(words, w))
            for _, w in mine.iterrows()
        ]
        terms = [_target(words, team)]
        terms += [words.say("weights.curve_of", curve=_curve(words, team))] if team["curve_moved"] else []
        listed = (words.say("separator").join(parts) for parts in (paid, terms))
        rows.append(row(words.label(team, "team"), *listed))
    return section(words.say("weights.title"), body=table(columns, rows))


def _kpi_row(words: Words, paid: pd.DataFrame, teams: pd.DataFrame) -> Block:
    of = {r["team"]: cell(_weight(words, r), tint(r["then"], HEAT)) for _, r in paid.iterrows()}
    return row(words.label(paid.iloc[0], "kpi", 52), *(of.get(t, cell("", "plain")) for t in teams["team"]))


def _weight(words: Words, weight: Any) -> str:
    current, recommended = weight["now"], weight["then"]
    if recommended == current:
        return words.write.weight(recommended)
    before, after = (words.write.weight(w) if w > 0 else NOTHING for w in (current, recommended))
    return words.say("weights.move", now=before, then=after)


def _terms_rows(words: Words, teams: pd.DataFrame) -> list[Block]:
    """Target pay, and the pay curves where one changes."""
    parts = {"pay": _target} | ({"curve": _curve} if teams["curve_moved"].any() else {})
    return [
        row(words.say(f"weights.{name}"), *(of(words, t) for _, t in teams.iterrows()), tone="total")
        for name, of in parts.items()
    ]


def _curve(words: Words, team: Any) -> str:
    """The pay curve before and after; nothing for a team without pay."""
    current, recommended = (plain_name(team[c]) if team[c] else "" for c in ("curve_now", "curve_then"))
    if not team["curve_moved"]:
        return words.say("weights.curve_today") if team["target_then"] > 0 else NOTHING
    if not recommended:
        return words.say("weights.curve_own")
    key = "weights.move" if current else "weights.curve_new"
    return words.say(key, now=words.user(current, 32), then=words.user(recommended, 32))


def _target(words: Words, team: Any) -> str:
    current, recommended = words.money(team["target_now"]), words.money(team["target_then"])
    return current if current == recommended else words.say("weights.move", now=current, then=recommended)


# --- chart ----------------------------------------------------------------------------------------------


HEIGHTS = (42.0, 54.0, 68.0, 88.0)
"""Heights [mm] in which the chart is drawn; the template takes the tallest that fits."""


def chart(words: Words, tables: Tables) -> Block:
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
    drawings = [{"height": h, "svg": plans_chart(points, budget, words, axes, h)} for h in HEIGHTS]
    return {
        "title": words.say("chart.title"),
        "drawings": drawings,
        "alt": words.say("chart.alt", points=" ".join(said)),
        "note": words.say("chart.note"),
    }


# --- without a plan -------------------------------------------------------------------------------------


def conflict_section(words: Words, tables: Tables) -> Block | None:
    """The rules that cannot hold together and the cheapest way out."""
    conflict, status = tables["conflict"], status_of(tables)
    title = words.say("conflict.title" if status == "infeasible" else "conflict.title_unproven")
    if not len(conflict):
        notes = [words.say("conflict.unknown")]
        return section(title, notes=notes) if status == "infeasible" else None
    heads = ("limit", "by", "relaxed")
    columns = [
        PageColumn(words.say("conflict.rule"), "left", 1.0),
        *(PageColumn(words.say(f"conflict.{h}")) for h in heads),
    ]
    rows = [_conflict_row(words, r) for _, r in conflict.iterrows()]
    note = words.say("conflict.note" if conflict.iloc[0]["exact"] else "conflict.note_about")
    return section(title, body=table(columns, rows), notes=[note])


def _conflict_row(words: Words, rule: Any) -> Block:
    moved = rule["by"] > 0
    limit, relaxed = (as_written(words, rule["unit"], rule[c]) for c in ("limit", "relaxed"))
    by = as_written(words, rule["unit"], rule["by"]) if moved else words.say("conflict.not_moved")
    return row(words.label(rule, "rule", 80), limit, by, relaxed, tone="chosen" if moved else "plain")


def broken_section(words: Words, tables: Tables) -> Block:
    """Which rules the plans that people know break."""
    shown, _ = shown_plans(tables)
    columns = [
        PageColumn(words.say("broken.plan"), "left"),
        PageColumn(words.say("broken.rules"), "left", 1.0),
    ]
    rows = [
        row(
            plan_name(words, tables, p),
            words.name("rule_list", p["broken"], 240) or words.say("plans.none"),
        )
        for _, p in shown.iterrows()
    ]
    return section(words.say("broken.title"), body=table(columns, rows))
