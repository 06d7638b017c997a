"""Appendix, the choice: why these weights, and which plans would do nearly as well."""

from __future__ import annotations

from typing import Any

from reports.typesetting.blocks import Block, Cell, PageColumn, cell, chapter, row, table
from reports.words.catalogue import LONGEST_TEAM, Words
from reports.words.format import NOTHING
from reports.words.labelled import row_plan
from reports.words.sentences import Tables, objective

MOST_TIES = 10
MOST_WEIGHTS = 40


def weights_moved(words: Words, tables: Tables) -> Block | None:
    """What happens if a weight moves one step to another KPI."""
    frame = tables["why_this_weight"]
    if frame.empty:
        return None
    heads = ("value", "loaded", "gaming")
    columns = [
        PageColumn(words.say("why.team"), "left"),
        PageColumn(words.say("why.from"), "left", 1.0),
        PageColumn(words.say("why.to"), "left", 1.0),
        *(PageColumn(words.say(f"why.{h}")) for h in heads),
        PageColumn(words.say("why.broken"), "left", 1.7),
    ]
    shown = frame.head(MOST_WEIGHTS)
    rows = [_shift(words, line) for _, line in shown.iterrows()]
    name = objective(words, tables["summary"].iloc[0])
    left_out = len(frame) - len(shown)
    notes = [words.count("tables.more", left_out) if left_out else ""]
    lead = [words.say("why.lead", objective=name, unit=words.write.symbol)]
    return chapter(words.say("why.title"), lead=lead, tables=[table(columns, rows)], notes=notes)


def _shift(words: Words, line: Any) -> Block:
    converged = bool(line["settled"])
    amounts = [words.amount(line[c], signed=True) for c in ("value_change", "loaded_change")]
    hours = words.write.number(line["gaming_change"], signed=True)
    return row(
        words.label(line, "team", LONGEST_TEAM),
        words.say("why.weight", kpi=words.label(line, "kpi", 40), weight=words.write.weight(line["weight"])),
        words.name("kpi", line["to"], 40),
        *([*amounts, hours] if converged else [NOTHING] * 3),
        _broken(words, line) if converged else cell(words.say("why.unsettled"), "warn"),
    )


def _broken(words: Words, line: Any) -> Cell:
    named = words.name("rule_list", line["broken"], 120)
    return cell(named, "bad_text") if named else words.say("plans.none")


def unmoved(words: Words, tables: Tables) -> Block | None:
    """Why each single step away from today's plan is not taken."""
    frame = tables["why_unmoved"]
    if frame.empty:
        return None
    columns = [
        PageColumn(words.say("why.team"), "left"),
        PageColumn(words.say("why.from"), "left", 1.0),
        PageColumn(words.say("why.to"), "left", 1.0),
        PageColumn(words.say("why.value")),
        PageColumn(words.say("unmoved.reason"), "left", 1.2),
    ]
    rows = [_refusal(words, line) for _, line in frame.head(MOST_WEIGHTS).iterrows()]
    lead = [words.say("unmoved.lead", objective=objective(words, tables["summary"].iloc[0]))]
    left_out = len(frame) - len(rows)
    notes = [words.count("tables.more", left_out) if left_out else ""]
    return chapter(words.say("unmoved.title"), lead=lead, tables=[table(columns, rows)], notes=notes)


def _refusal(words: Words, line: Any) -> Block:
    broken = words.name("rule_list", line["broken"], 120)
    reason = words.name("against", line["reason"])
    return row(
        words.label(line, "team", LONGEST_TEAM),
        words.label(line, "kpi", 40),
        words.name("kpi", line["to"], 40),
        words.amount(line["value_change"], signed=True),
        words.say("unmoved.rules", reason=reason, rules=broken) if broken else reason,
        tone="chosen" if line["cheapest"] else "plain",
    )


def near_ties(words: Words, tables: Tables) -> Block | None:
    """Distinct plans that are nearly as good; simpler ones and those closer to today's first."""
    frame = tables["near_ties"]
    if frame.empty:
        return None
    heads = ("loss", "share", "loaded", "gaming", "measures", "distance")
    columns = [
        PageColumn(words.say("ties.plan"), "left", 1.8),
        PageColumn(words.say("ties.kind"), "left", 0.8),
        *(PageColumn(words.say(f"ties.{h}")) for h in heads),
    ]
    rows = [_tie(words, line) for _, line in frame.head(MOST_TIES).iterrows()]
    lead = [words.say("ties.lead", objective=objective(words, tables["summary"].iloc[0]))]
    return chapter(
        words.say("ties.title"),
        lead=lead,
        tables=[table(columns, rows)],
        notes=[words.say("ties.note", unit=words.write.symbol)],
    )


def _tie(words: Words, line: Any) -> Block:
    kinds = [words.say(f"ties.{k}") for k in ("near_tie", "simpler", "closer") if line[k]]
    return row(
        words.known_plan(line["known"], line["shift"], 400),
        ", ".join(kinds) or NOTHING,
        words.amount(line["loss"]),
        words.write.percent(line["loss_share"], 2),
        words.amount(line["loaded_pay"]),
        words.write.number(line["gaming_hours"]),
        words.write.number(line["measures"]),
        words.write.percent(line["distance"], 0),
    )


def alternatives(words: Words, tables: Tables) -> Block | None:
    """The best plans that differ from each other, the recommended one first."""
    frame = tables["alternatives"]
    if len(frame) < 2:
        return None
    columns = [
        PageColumn(words.say("next.rank"), "center"),
        PageColumn(words.say("proof.plan"), "left", 1.0),
        *(PageColumn(words.say(f"next.{h}")) for h in ("value", "behind", "share")),
        PageColumn(words.say("price.status"), "left"),
    ]
    rows = [_alternative(words, line) for _, line in frame.iterrows()]
    lead = [words.say("next.lead", objective=objective(words, tables["summary"].iloc[0]))]
    lead += [words.say("next.curves")] if frame.iloc[0]["curves"] else []
    return chapter(words.say("next.title"), lead=lead, tables=[table(columns, rows)])


def _alternative(words: Words, line: Any) -> Block:
    return row(
        words.write.number(line["rank"]),
        words.user(row_plan(words.names, line), 400),
        words.amount(line["value"]),
        words.amount(line["behind"]),
        words.write.percent(line["behind_share"], 2),
        words.say("price.proven") if line["proven"] else cell(words.say("price.unproven"), "warn"),
        tone="chosen" if line["rank"] == 1 else "plain",
    )
