"""Appendix, the company: funnel, who moves what, who can hurt whom, pay, rules and gaming in full."""

from __future__ import annotations

import math
from typing import Any

from reports.board.page_two import ORDER, margin_text, rule_row
from reports.typesetting.blocks import Block, Cell, PageColumn, bar_cell, cell, chapter, row, table
from reports.typesetting.matrix import matrix, tint
from reports.words.catalogue import LONGEST_TEAM, Words
from reports.words.format import NOTHING
from reports.words.sentences import Tables, period

CONTROL = ((0.6, "heat3"), (0.3, "heat2"), (0.1, "heat1"))
"""Tints by the share of a KPI's variance that a team causes itself."""
EXPOSED = ((0.2, "risk3"), (0.1, "risk2"), (0.02, "risk1"))
"""Tints by the relative fall that another team can cause."""
VISIBLE = 0.0005
"""Exposure below this is printed as nothing."""


def funnel(words: Words, tables: Tables) -> Block:
    """What enters every stage, today and under the recommended plan."""
    stages, name = tables["stages"], period(words, tables["summary"].iloc[0])
    if stages.empty:
        return chapter(words.say("funnel.title"), notes=[words.say("funnel.none")])
    largest = float(stages[["now", "then"]].max().max()) or 1.0
    columns = [
        PageColumn(words.say("funnel.stage"), "left", 1.0),
        PageColumn(words.say("funnel.team"), "left"),
        *(PageColumn(words.say(f"funnel.{h}")) for h in ("now", "then", "change", "share")),
        PageColumn("", "left", 0.9),
    ]
    rows = [_stage(words, stage, largest) for _, stage in stages.iterrows()]
    lead = [words.say("funnel.lead", period=name)]
    return chapter(
        words.say("funnel.title"), lead=lead, tables=[table(columns, rows)], notes=[words.say("funnel.note")]
    )


def _stage(words: Words, stage: Any, largest: float) -> Block:
    current, recommended = (words.units(stage[c], stage["digits"]) for c in ("now", "then"))
    strips = [(0.0, float(stage["now"]) / largest, "faint")]
    planned = math.isfinite(stage["then"])
    strips += [(0.0, float(stage["then"]) / largest, "accent")] if planned else []
    return row(
        words.label(stage, "stage"),
        words.label(stage, "team", LONGEST_TEAM) if stage["team"] else NOTHING,
        current,
        recommended,
        words.write.number(stage["change"], int(stage["digits"]), signed=True),
        words.write.percent(stage["change_share"], 0, signed=True),
        bar_cell(strips),
    )


def influence(words: Words, tables: Tables) -> Block:
    """The share of each KPI's movement that each team causes itself."""

    def of(line: Any) -> Cell:
        share = float(line["controllability"])
        text = words.write.percent(share, 0)
        shown = words.say("influence.measured", share=text) if line["measured"] else text
        return cell(shown, tint(share, CONTROL))

    measured = tables["measures"]["measured"].astype(bool).any()
    return chapter(
        words.say("influence.title"),
        lead=[words.say("influence.lead")],
        tables=matrix(words, words.say("weights.kpi"), tables["measures"], of, tables["teams"]),
        notes=[words.say("influence.note"), words.say("influence.override") if measured else ""],
    )


def more_pay(words: Words, tables: Tables) -> Block:
    """What 10 % more pay on all that a team is paid for would do at first, and the time that pay can still
    win."""
    columns = [
        PageColumn(words.say("more_pay.team"), "left", 1.0),
        PageColumn(words.say("more_pay.hours")),
        PageColumn(words.say("more_pay.kpi"), "left", 1.0),
        *(PageColumn(words.say(f"more_pay.{h}")) for h in ("change", "unbooked")),
    ]
    rows = [
        row(
            words.label(line, "team"),
            words.write.percent(line["booked_hours"], 1, signed=True),
            words.label(line, "kpi") if line["kpi"] else NOTHING,
            words.write.percent(line["score"], 1, signed=True),
            words.write.percent(line["unbooked"], 0),
        )
        for _, line in tables["pay_responses"].iterrows()
    ]
    lead = [words.say("more_pay.lead")]
    return chapter(
        words.say("more_pay.title"),
        lead=lead,
        tables=[table(columns, rows)],
        notes=[words.say("more_pay.note")],
    )


def exposure(words: Words, tables: Tables) -> Block:
    """How far one team can push a KPI down for 0.5 % of its own target pay."""
    frame, planned = tables["exposure"], bool(tables["exposure"]["then"].notna().any())
    when = "then" if planned else "now"

    def of(line: Any) -> Cell:
        fall = float(line[when])
        text = NOTHING if not fall > VISIBLE else words.write.percent(fall, 1)
        return cell(text, tint(fall, EXPOSED))

    return chapter(
        words.say("exposure.title"),
        lead=[words.say(f"exposure.lead_{when}")],
        tables=matrix(words, words.say("weights.kpi"), frame, of, tables["teams"]),
        notes=[words.say("exposure.note")],
    )


def pay(words: Words, tables: Tables) -> Block:
    """People, target and expected pay per team; then payouts as booked, to the cent."""
    heads = ("people", "target", "expected", "share", "control", "lag")
    columns = [
        PageColumn(words.say("pay.team"), "left", 1.0),
        *(PageColumn(words.say(f"pay.{h}"), "center") for h in heads),
    ]
    rows = [_pay_row(words, team) for _, team in tables["teams"].iterrows()]
    name = period(words, tables["summary"].iloc[0])
    return chapter(
        words.say("pay.title"),
        lead=[words.say("pay.lead", period=name)],
        tables=[table(columns, rows), _booked(words, tables)],
        notes=[words.say("pay.note", period=name), words.say("pay.booked_note")],
    )


BOOKED = (("pay", "pay"), ("charges", "charges"), ("loaded", "loaded_pay"))
"""Columns of teams, and of plans."""


def _booked(words: Words, tables: Tables) -> Block:
    """Gross, charges and loaded of every team and in all, today and as recommended."""
    plans = {str(plan["kind"]): plan for _, plan in tables["plans"].iterrows()}
    heads = [words.say(f"pay.booked_{when}_{name}") for when in ("now", "then") for name, _ in BOOKED]
    columns = [PageColumn(words.say("pay.team"), "left", 1.0), *(PageColumn(head) for head in heads)]
    rows = [
        row(
            words.label(team, "team"),
            *(words.cents(team[f"{name}_{when}"]) for when in ("now", "then") for name, _ in BOOKED),
        )
        for _, team in tables["teams"].iterrows()
    ]
    totals = [words.cents(float(plans[kind][of])) for kind in ("current", "chosen") for _, of in BOOKED]
    return table(columns, [*rows, row(words.say("pay.all"), *totals, tone="total")])


def _pay_row(words: Words, team: Any) -> Block:
    def both(column: str, write: Any) -> str:
        current, recommended = (write(team[f"{column}_{when}"]) for when in ("now", "then"))
        return current if current == recommended else words.say("weights.move", now=current, then=recommended)

    def share(value: float) -> str:
        return words.write.percent(value, 0)

    return row(
        words.label(team, "team"),
        words.write.number(team["headcount"]),
        both("target", words.money),
        both("pay", words.money),
        both("share", share),
        both("controllability", share),
        both("lag", lambda v: words.write.number(v, 1)),
    )


def every_rule(words: Words, tables: Tables) -> Block | None:
    """All rules, nearest to their limit first."""
    frame = tables["rules"]
    if frame.empty:
        return None
    columns = [
        PageColumn(words.say("rules.rule"), "left", 1.0),
        *(PageColumn(words.say(f"rules.{h}")) for h in ("value", "limit", "slack", "state")),
    ]
    order = frame.assign(rank=frame["state"].map(ORDER)).sort_values(["rank", "closeness"], kind="stable")
    rows = [rule_row(words, line) for _, line in order.iterrows()]
    return chapter(words.say("every.title"), lead=[words.say("every.lead")], tables=[table(columns, rows)])


def every_game(words: Words, tables: Tables) -> Block | None:
    """The gaming ledger with every activity and every column."""
    games = tables["gaming"]
    if games.empty:
        return None
    heads = ("now", "then", "cap", "hours", "reward", "cost", "stake", "loss", "margin")
    columns = [
        PageColumn(words.say("gaming.behaviour"), "left", 1.0),
        PageColumn(words.say("gaming.team"), "left", 0.62),
        *(PageColumn(words.say(f"ledger.{h}")) for h in heads),
    ]
    rows = [_game(words, line) for _, line in games.iterrows()]
    return chapter(
        words.say("ledger.title"),
        lead=[words.say("ledger.lead")],
        tables=[table(columns, rows)],
        notes=[words.say("ledger.note")],
    )


def _game(words: Words, line: Any) -> Block:
    digits = line["digits"]
    recommended = words.units(line["then"], digits)
    hours = words.write.number(line["hours_then"])
    return row(
        words.label(line, "activity", 60),
        words.label(line, "team", LONGEST_TEAM),
        words.units(line["now"], digits),
        cell(recommended, "bad") if line["then"] > line["cap"] else recommended,
        words.units(line["cap"], digits) if math.isfinite(line["cap"]) else words.say("gaming.no_cap"),
        hours,
        words.per_unit(line["team_reward"]),
        words.per_unit(line["company_cost"]),
        words.money(line["team_stake"]),
        words.money(line["company_loss"]),
        margin_text(words, line["margin"]),
    )
