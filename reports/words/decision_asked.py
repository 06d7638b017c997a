"""The decision that is asked for, in one sentence: the first form that holds. All tests use net."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from reports.words.catalogue import Words, day_said
from reports.words.sentences import Tables, as_written, objective

if TYPE_CHECKING:
    import pandas as pd

LITTLE = 0.005
"""Of the contribution in force: a net gain below is little."""
MOST_NAMED = 2
"""Plans or rules named in the sentence."""
MOST_TEAMS = 4


def asked(words: Words, tables: Tables) -> str:
    """At most 30 words, no percentages."""
    summary = tables["summary"].iloc[0]
    if summary["status"] in ("error", "no_equilibrium"):
        return words.say("asked.error")
    if drafted := int(summary["placeholders"]):
        return words.count("decision.draft", drafted)
    if summary["status"] in ("infeasible", "not_found"):
        return _without_plan(words, tables, str(summary["status"]))
    if summary["status"] in ("imposed", "given"):
        plan = words.quoted(words.plan(tables["plans"].iloc[-1]))
        return words.say(
            f"asked.{summary['status']}", **({"plan": plan} if summary["status"] == "given" else {})
        )
    return _of_a_plan(words, tables, summary)


def _without_plan(words: Words, tables: Tables, status: str) -> str:
    conflict = tables["conflict"]
    moves = [_move(words, rule) for _, rule in conflict.iterrows() if rule["by"] > 0][:MOST_NAMED]
    if moves:
        return words.say("asked.no_plan", moves=words.write.listed(moves))
    return words.say("asked.no_plan_plain" if status == "infeasible" else "asked.none_found")


def _move(words: Words, rule: Any) -> str:
    by = as_written(words, rule["unit"], rule["by"])
    return words.say("asked.move", rule=words.label(rule, "rule", 80), by=by)


def _of_a_plan(words: Words, tables: Tables, summary: Any) -> str:
    plans = tables["plans"]
    chosen, current, worth = plans.iloc[-1], plans.iloc[0], tables["worth"].iloc[0]
    if chosen["broken_rules"]:
        return words.say("asked.breaks")
    if chosen["net_change"] <= 0:
        return _no_gain(words, summary, current)
    if worth["grade"] != "visible" and chosen["net_change"] < LITTLE * abs(current["revenue"]):
        return _little(words, plans)
    if worth["carrier"]:
        return _dated(words, tables, "asked.only", team=words.name("team", worth["carrier"]))
    return _adopt(words, tables)


def _no_gain(words: Words, summary: Any, current: Any) -> str:
    if current["broken_rules"] and summary["moved"]:
        return words.say("asked.today_breaks")
    if summary["moved"] and summary["objective"] != "net":
        return words.say("asked.keep_other", objective=objective(words, summary))
    known = summary["status"] == "optimal" and summary["objective"] == "net"
    return words.say("asked.keep" if known and summary["beliefs"] == "consistent" else "asked.keep_found")


def _little(words: Words, plans: pd.DataFrame) -> str:
    worst = losing(plans).head(MOST_NAMED)
    if worst.empty:
        return words.say("asked.little")
    names = [words.quoted(words.plan(plan, 40)) for _, plan in worst.iterrows()]
    return words.say("asked.little_but", plans=words.write.listed(names))


def losing(plans: pd.DataFrame) -> pd.DataFrame:
    """Other named plans that leave less net than today's, worst first; none that is today's."""
    others = others_named(plans)
    worse: pd.DataFrame = others[others["net_year"] < 0]
    return worse


def others_named(plans: pd.DataFrame) -> pd.DataFrame:
    """Plans that people know beside today's, by net, worst first; none that is today's."""
    known = plans[plans["kind"].isin(["named", "equal"]) & ~plans["same_as_current"].astype(bool)]
    ordered: pd.DataFrame = known.sort_values("net_year", kind="stable")
    return ordered


def _adopt(words: Words, tables: Tables) -> str:
    teams = tables["teams"]
    moved = [words.label(team, "team", 40) for _, team in teams[teams["moved"].astype(bool)].iterrows()]
    if len(moved) > MOST_TEAMS:
        return words.count("asked.adopt_many", len(moved))
    return _dated(words, tables, "asked.adopt", teams=words.write.listed(moved))


def _dated(words: Words, tables: Tables, key: str, **values: str) -> str:
    """From the first day of the plan where the scenario says it."""
    start = str(tables["plan_terms"].iloc[0]["start"]) if len(tables["plan_terms"]) else ""
    if not start:
        return words.say(f"{key}_undated", **values)
    return words.say(key, **values, date=day_said(words, dt.date.fromisoformat(start)))
