"""What attainment pays, in a plan document: drawn where it is no straight line, a table, and the rules."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import pandas as pd

from reports.charts.lines import Line, Panel, Scales, lines_chart
from reports.typesetting.blocks import Block, PageColumn, chapter, row, table
from reports.words.catalogue import Words
from reports.words.sentences import Tables, period

LONGEST = 48
MOST_CURVES = 3
"""Charts side by side."""
LOW = 38.0
"""Millimetres, so that most documents stay on one page."""
WIDE_TITLE = 120
"""Characters over charts as wide as the page."""


def mine_of(tables: Tables, name: str, team: Any) -> pd.DataFrame:
    """Rows of a table that are about the team."""
    mine: pd.DataFrame = tables[name][tables[name]["team"] == team["team"]]
    return mine


def pay_curve(words: Words, tables: Tables, team: Any) -> Block:
    """What attainment pays, KPI by KPI."""
    paid = mine_of(tables, "examples", team)
    frame = tables["curve_points"]
    curves = frame[frame["kpi"].isin(paid["kpi"]) & frame["team"].isin(["", team["team"]])]
    points = list(dict.fromkeys(curves["attainment"]))
    columns = [PageColumn(words.say("paper.attained"), "left", 1.0)]
    columns += [PageColumn(words.write.percent(p, 0)) for p in points]
    rows = [
        row(words.label(mine.iloc[0], "kpi", LONGEST), *(words.write.percent(p, 0) for p in mine["paid"]))
        for _, mine in curves.groupby("kpi", sort=False)
    ]
    terms = mine_of(tables, "curve_terms", team)
    terms = terms[terms["kpi"].isin(paid["kpi"])]
    notes = [_terms_in_words(words, tables, curves, mine) for _, mine in terms.groupby("kpi", sort=False)]
    if notes:
        notes.append(words.say("paper.later") if (terms["term"] == "vesting").any() else "")
    return chapter(
        words.say("paper.curve"),
        lead=[words.say("paper.formula_bent" if notes else "paper.formula")],
        chart=_curve_chart(words, tables, paid["kpi"], team),
        tables=[table(columns, rows)],
        notes=notes,
    )


def _curve_chart(words: Words, tables: Tables, paid: pd.Series, team: Any) -> Block | None:
    """Pay against result where it is no straight line; KPIs with the same curve together."""
    frame = tables["curve_lines"]
    mine = frame[frame["kpi"].isin(paid) & frame["team"].isin(["", team["team"]])]
    alike: dict[tuple[tuple[float, float], ...], list[str]] = {}
    for _, line in mine.groupby("kpi", sort=False):
        corners = tuple(zip(line["attainment"], line["paid"], strict=True))
        alike.setdefault(corners, []).append(_drawn_name(words, tables, line.iloc[0], team))
    if not alike:
        return None
    shown = list(alike.items())[:MOST_CURVES]
    wide = WIDE_TITLE // len(shown)
    panels = [Panel(words.user(words.write.listed(who), wide), [Line("", list(line))]) for line, who in shown]
    said = [
        words.say("paper.curve_corners", kpis=words.write.listed(who), points=_corners(words, line))
        for line, who in shown
    ]
    percent = partial(words.write.percent, decimals=0)
    scales = Scales(words.say("paper.attained"), percent, percent, 1.0, words.say("paper.at_target"))
    return {"svg": lines_chart(panels, scales, LOW), "alt": " ".join(said)}


def _drawn_name(words: Words, tables: Tables, line: Any, team: Any) -> str:
    """The KPI, and that it is drawn as if its gate were open, or without its factor, where it has one."""
    terms, name = mine_of(tables, "curve_terms", team), words.label(line, "kpi", LONGEST)
    mine = set(terms.loc[terms["kpi"] == line["kpi"], "term"])
    if "factor" in mine:
        return words.say("paper.before_factor", kpi=name)
    return words.say("paper.if_open", kpi=name) if "gate" in mine else name


def _corners(words: Words, line: tuple[tuple[float, float], ...]) -> str:
    points = (words.say("paper.curve_corner", at=_share(words, x), paid=_share(words, y)) for x, y in line)
    return words.say("separator").join(points)


def _terms_in_words(words: Words, tables: Tables, curves: pd.DataFrame, terms: pd.DataFrame) -> str:
    """What one KPI pays: slope, threshold, floor, accelerators, points, steps, rates, cap, gate, factor, what
    comes later."""
    kpi = curves[curves["kpi"] == terms.iloc[0]["kpi"]].iloc[0]
    name = period(words, tables["summary"].iloc[0])
    said = [_term(words, term, name) for _, term in terms.iterrows()]
    return words.say("paper.terms", kpi=words.label(kpi, "kpi", LONGEST), terms=" ".join(said))


def _term(words: Words, term: Any, name: str) -> str:
    kind, at, value = term["term"], float(term["at"]), float(term["value"])
    label = words.name("kpi", term["on"], LONGEST) if term["on"] else ""
    if kind in ("slope", "accelerator", "rate", "factor"):
        share = words.write.number(value, _decimals(value))
        return words.say(f"paper.term.{kind}", at=_share(words, at), points=share, kpi=label)
    if kind == "vesting":
        later = words.write.number(at, _decimals(at))
        return words.say("paper.term.vesting", share=_share(words, value), n=later, period=name)
    return words.say(f"paper.term.{kind}", at=_share(words, at), share=_share(words, value), kpi=label)


def _share(words: Words, value: float) -> str:
    """A percentage with the digits it was given with, up to two."""
    return words.write.percent(value, _decimals(100 * value)) if math.isfinite(value) else ""


def _decimals(value: float) -> int:
    return next((d for d in (0, 1) if abs(round(value, d) - value) < 1e-9), 2)
