"""Page one: what is asked, what it is worth, what is avoided, what is simpler, cost and risk, alerts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from reports.board.cost import cost_section
from reports.board.weights import weights_section
from reports.typesetting.blocks import Block, PageColumn, cell, row, section, table
from reports.words.alerts import split_alerts
from reports.words.badge import badge
from reports.words.catalogue import Words, day_said
from reports.words.decision_asked import asked, others_named
from reports.words.format import NOTHING
from reports.words.naming import pairs_of
from reports.words.sentences import Tables, as_written, period, status_of
from reports.words.worth_words import reversal_said, simplest_said, worth_said

MOST_LOSSES = 4
MOST_RULES = 2
"""Named of a plan."""


def first_page(words: Words, tables: Tables, planned: bool) -> list[Block]:
    """Blocks in their order; each says its shape."""
    parts = _of_a_plan(words, tables) if planned else _without_plan(words, tables)
    return [{"shape": "asked", "text": asked(words, tables)}, *parts, *_alerts(words, tables, planned)]


def _of_a_plan(words: Words, tables: Tables) -> Iterator[Block]:
    losses, moved = losses_section(words, tables), bool(tables["summary"].iloc[0]["moved"])
    first = losses is not None and losses_lead(tables)
    yield _titled(weights_section(words, tables))
    if first and losses is not None:
        yield _titled(losses)
    if moved:
        yield from _worth(words, tables)
    if losses is not None and not first:
        yield _titled(losses)
    if simple := simple_section(words, tables):
        yield _titled(simple)
    yield _titled(cost_section(words, tables))
    turn = list(reversal_said(words, tables))
    if turn:
        yield _titled({**section(words.say("turn.title")), "lines": turn})


def _titled(part: Block) -> Block:
    return {"lines": [], **part, "shape": "section"}


def _without_plan(words: Words, tables: Tables) -> Iterator[Block]:
    parts = (
        conflict_section(words, tables),
        losses_section(words, tables, "losses.title_known"),
        cost_section(words, tables),
    )
    yield from (_titled(part) for part in parts if part is not None)


def _alerts(words: Words, tables: Tables, planned: bool) -> Iterator[Block]:
    """At most four where there is a second page for the others."""
    shown, rest = split_alerts(words, tables, *(() if planned else (99,)))
    yield from ({**alert, "shape": "alert"} for alert in shown)
    if rest:
        yield {"shape": "note", "text": words.count("alert.more", len(rest))}


def head(words: Words, tables: Tables, version: str, date: dt.date | None) -> Block:
    """Title, version line and badge."""
    summary = tables["summary"].iloc[0]
    parts = [
        words.say("head.version", version=version) if version else "",
        day_said(words, date) if date else "",
        words.say("head.amounts", period=period(words, summary), currency=str(summary["currency"])),
    ]
    return {
        "title": words.name("company", summary["scenario"], 90),
        "subtitle": " · ".join(part for part in parts if part),
        "badge": badge(words, tables),
    }


# --- worth ----------------------------------------------------------------------------------------------


def _worth(words: Words, tables: Tables) -> Iterator[Block]:
    """Contribution, payouts and net in the same size, year 1 first; then luck, and who would see it."""
    worth = tables["worth"].iloc[0]
    yield {"shape": "cards", "title": words.say("worth.title"), "cards": cards(words, worth)}
    notes = [*worth_said(words, tables), " ".join(words.say(f"worth.{w}") for w in ("known", "values"))]
    yield {"shape": "lines", "lines": notes[:-1], "note": notes[-1]}


def cards(words: Words, worth: Any) -> list[Block]:
    """The first year large, a year at full effect below it."""
    return [
        {
            "label": words.say(f"card.{name}"),
            "value": words.money(worth[f"year_{name}"], signed=True),
            "notes": [words.say("card.full", change=words.money(worth[f"full_{name}"], signed=True))],
        }
        for name in ("revenue", "loaded", "net")
    ]


# --- losses avoided -------------------------------------------------------------------------------------


def losses_lead(tables: Tables) -> bool:
    """Whether what is avoided matters more than what is gained: nobody would see the gain, or every other
    named plan loses more than it."""
    if tables["worth"].empty:
        return True
    worth, others = tables["worth"].iloc[0], others_named(tables["plans"])
    lost = -others["net_year"]
    return bool(worth["grade"] != "visible" or (lost > max(worth["full_net"], 0.0)).all())


def losses_section(words: Words, tables: Tables, title: str = "losses.title") -> Block | None:
    """Other named plans that lose net or break rules, a year, worst first; those that people know at all
    where there is no plan to recommend."""
    others = others_named(tables["plans"])
    bad = (others["net_year"] < 0) | (others["broken_rules"] > 0)
    shown = others[bad] if title == "losses.title" else others
    if shown.empty:
        return None
    columns = [
        PageColumn(words.say("losses.plan"), "left", 1.0),
        PageColumn(words.say("losses.net")),
        PageColumn(words.say("losses.rules"), "left", 1.6),
    ]
    rows = [_loss(words, plan) for _, plan in shown.head(MOST_LOSSES).iterrows()]
    left_out = len(shown) - MOST_LOSSES
    notes = [words.count("losses.more", left_out) if left_out > 0 else ""]
    starved = [words.plan(plan, 40) for _, plan in shown[shown["starved"].astype(bool)].iterrows()]
    notes += [words.say("plans.starved", plans=words.write.listed(starved))] if starved else []
    return section(words.say(title), body=table(columns, rows), notes=notes)


def _loss(words: Words, plan: Any) -> Block:
    net = words.amount(plan["net_year"], signed=True) if plan["settled"] else NOTHING
    rules = rules_broken(words, str(plan["broken"])) or words.say("losses.none")
    return row(words.plan(plan, 60), cell(net, "bold") if plan["net_year"] < 0 else net, rules)


def rules_broken(words: Words, broken: str) -> str:
    """The first rules by name, and how many more."""
    names = broken.split("; ") if broken else []
    told = words.name("rule_list", "; ".join(names[:MOST_RULES]), 160)
    left_out = len(names) - MOST_RULES
    return words.count("losses.and_more", left_out, rules=told) if left_out > 0 else told


# --- simpler --------------------------------------------------------------------------------------------


def simple_section(words: Words, tables: Tables) -> Block | None:
    """The simplest plan beside the recommended one, and what one change brings."""
    said = list(simplest_said(words, tables))
    if not said:
        return None
    return {**section(words.say("simple.title"), body=_side_by_side(words, tables)), "lines": said}


def _side_by_side(words: Words, tables: Tables) -> Block | None:
    """Teams that the simplest plan pays otherwise; nothing where it is the recommended one."""
    frame, weights = tables["simplest"], tables["weights"]
    if frame.empty or frame.iloc[0]["recommended"]:
        return None
    simple = {team: {k: float(w) for k, w in paid} for team, paid in pairs_of(frame.iloc[0]["plan"])}
    columns = [PageColumn(words.say(f"simple.{h}"), "left", 1.0) for h in ("team", "recommended", "simplest")]
    rows = []
    for _, team in tables["teams"].iterrows():
        mine = weights[(weights["team"] == team["team"]) & (weights["then"] > 0)]
        recommended = {str(w["kpi"]): float(w["then"]) for _, w in mine.iterrows()}
        other = {kpi: weight for kpi, weight in simple.get(team["team"], {}).items() if weight > 0}
        if not _alike(recommended, other):
            cells = (_paid(words, paid) for paid in (recommended, other))
            rows.append(row(words.label(team, "team"), *cells))
    return table(columns, rows) if rows else None


def _alike(one: dict[str, float], other: dict[str, float]) -> bool:
    return one.keys() == other.keys() and all(abs(one[k] - other[k]) < 1e-5 for k in one)


def _paid(words: Words, weights: dict[str, float]) -> str:
    return words.write.listed(
        [
            words.say("weights.of", kpi=words.name("kpi", kpi, 40), weight=words.write.weight(weight))
            for kpi, weight in weights.items()
        ]
    )


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
