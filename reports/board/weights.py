"""Who is paid on what, and on which terms: weights, pay, curves and objectives that change."""

from __future__ import annotations

from typing import Any

import pandas as pd

from reports.typesetting.blocks import Block, PageColumn, cell, row, section, table
from reports.typesetting.matrix import MOST_COLUMNS, tint
from reports.words.catalogue import LONGEST_TEAM, Words
from reports.words.format import NOTHING
from reports.words.naming import plain_name
from reports.words.sentences import Tables, goals

MOST_KPIS = 12
HEAT = ((0.5, "heat3"), (0.25, "heat2"), (0.0, "heat1"))
"""Tint of a cell by the weight that it is above."""


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
    rows += [*_terms_rows(words, teams), *_goals_row(words, tables)]
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
        terms += goals(words, tables, mine, team)
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


def _goals_row(words: Words, tables: Tables) -> list[Block]:
    """Objectives that change, of the KPIs that each team is paid on."""
    teams, weights = tables["teams"], tables["weights"]
    if not teams["goals_moved"].any():
        return []
    each = (
        words.write.listed(list(goals(words, tables, weights[weights["team"] == team["team"]], team)))
        for _, team in teams.iterrows()
    )
    return [row(words.say("weights.goal"), *(said or NOTHING for said in each), tone="total")]


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
