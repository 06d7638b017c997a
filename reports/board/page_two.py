"""Page two: what each team does differently, the gaming ledger, rules, assumptions, the certificate."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from optimizer.tables.certificate import is_budget
from reports.typesetting.blocks import Block, PageColumn, cell, row, section, table
from reports.words.alerts import check_number
from reports.words.catalogue import LONGEST_TEAM, Words
from reports.words.format import NOTHING
from reports.words.sentences import Tables, in_unit, period

MOST_TEAMS = 6
MOST_LINES = 24
"""Activities shown, over all teams."""
MOST_GAMING = 8
MOST_RULES = 7
ERRORS = (
    *("gap", "rules", "model_value", "regret", "bounds", "equilibrium_residual", "one_equilibrium"),
    *("global_response", "amounts", "model_cvar", "realised_cvar", "cvar_sample", "percentile_sample"),
)
"""Checks whose number is nothing but an error near zero: that they hold says it."""


# --- what each team does differently --------------------------------------------------------------------


def work(words: Words, tables: Tables) -> Block:
    """One small table per team: its largest changes."""
    teams, activities = tables["teams"], tables["activities"]
    size = activities.groupby("team")["size"].sum()
    largest = sorted(teams["team"], key=lambda t: -float(size.get(t, 0.0)))[:MOST_TEAMS]
    shown = teams[teams["team"].isin(largest)]
    each = min(8, MOST_LINES // max(len(shown), 1))
    name = period(words, tables["summary"].iloc[0])
    left_out = len(teams) - len(shown)
    notes = [words.say("work.note", period=name), words.count("work.more", left_out) if left_out else ""]
    parts = [_team(words, team, activities, each, name) for _, team in shown.iterrows()]
    return {"title": words.say("work.title"), "parts": parts, "notes": [n for n in notes if n]}


def _team(words: Words, team: Any, activities: pd.DataFrame, each: int, name: str) -> Block:
    mine = activities[(activities["team"] == team["team"]) & (activities["rank"] <= each)]
    paid = words.say("work.unpaid")
    if team["target_then"] > 0:
        share = words.write.percent(team["share_then"], 0)
        paid = words.say("work.paid", pay=words.money(team["pay_then"]), share=share)
    columns = [
        PageColumn(words.say("work.activity", period=name), "left", 1.0),
        *(PageColumn(words.say(f"work.{h}")) for h in ("now", "next", "then", "hours")),
    ]
    rows = [_activity(words, a) for _, a in mine.iterrows()]
    return {"title": words.label(team, "team"), "paid": paid, "table": table(columns, rows)}


def _activity(words: Words, activity: Any) -> Block:
    digits = int(activity["digits"])
    units = [words.units(activity[c], digits) for c in ("now", "next", "then")]
    hours = activity["hours_change"]
    name = words.label(activity, "activity", 46)
    name = words.say("work.gaming", activity=name) if activity["gaming"] else name
    written = words.write.number(hours, signed=True) if activity["hours_now"] or hours else NOTHING
    return row(cell(name, "warn") if activity["gaming"] else name, *units, written)


# --- gaming ledger --------------------------------------------------------------------------------------


def gaming(words: Words, tables: Tables) -> Block:
    """Behaviour, who gains, what it costs, margin of deterrence."""
    games = tables["gaming"]
    title = words.say("gaming.title")
    if not len(games):
        return section(title, notes=[words.say("gaming.none")])
    volume = games[["now", "then"]].max(axis=1) > 0
    order = games.assign(done=volume).sort_values("done", ascending=False, kind="stable")
    shown = games.loc[sorted(order.head(MOST_GAMING).index)]
    columns = [
        PageColumn(words.say("gaming.behaviour"), "left", 1.85),
        PageColumn(words.say("gaming.team"), "left", 1.15),
        *(PageColumn(words.say(f"gaming.{h}")) for h in ("now", "then", "cap")),
        *(PageColumn(words.say(f"gaming.{h}"), share=0.86) for h in ("reward", "cost", "loss", "margin")),
    ]
    rows = [_gaming_row(words, line) for _, line in shown.iterrows()]
    left_out = len(games) - len(shown)
    notes = [words.say("gaming.note"), words.count("gaming.more", left_out) if left_out else ""]
    return section(title, body=table(columns, rows), notes=notes)


def _gaming_row(words: Words, line: Any) -> Block:
    digits = int(line["digits"])
    over = line["then"] > line["cap"]
    recommended = words.units(line["then"], digits)
    return row(
        words.label(line, "activity", 46),
        words.label(line, "team", LONGEST_TEAM),
        words.units(line["now"], digits),
        cell(recommended, "bad") if over else recommended,
        words.units(line["cap"], digits) if math.isfinite(line["cap"]) else words.say("gaming.no_cap"),
        words.per_unit(line["team_reward"]) if line["team_reward"] >= 0 else NOTHING,
        words.per_unit(line["company_cost"]) if line["company_cost"] >= 0 else NOTHING,
        loss_said(words, line["company_loss"]),
        margin_text(words, line["margin"]),
    )


def loss_said(words: Words, loss: float) -> str:
    """What it costs the company; what it brings where that is below nothing."""
    return words.money(loss) if loss >= 0 else words.say("gaming.brings", amount=words.money(-loss))


def margin_text(words: Words, margin: float) -> str:
    if math.isnan(margin):
        return words.say("gaming.no_cap")
    if math.isinf(margin):
        return words.say("gaming.no_credit")
    return words.write.percent(margin, 0, signed=True)


# --- rules ----------------------------------------------------------------------------------------------

ORDER = {"broken": 0, "binding": 1, "near": 2, "far": 3}
TONES = {"broken": "bad", "binding": "warn", "near": "plain", "far": "muted"}


def rules(words: Words, tables: Tables) -> Block:
    """Rules nearest to their limit, and every budget with what is unused."""
    shown = shown_rules(tables)
    title = words.say("rules.title")
    if shown.empty:
        return section(title, notes=[words.say("rules.none"), _around(words, tables)])
    columns = [
        PageColumn(words.say("rules.rule"), "left", 1.0),
        *(PageColumn(words.say(f"rules.{h}")) for h in ("value", "limit", "slack", "state")),
    ]
    body = table(columns, [rule_row(words, r) for _, r in shown.iterrows()])
    rest = len(tables["rules"]) - len(shown)
    notes = [words.count("rules.rest", rest) if rest else "", _around(words, tables)]
    return section(title, body=body, notes=notes)


def shown_rules(tables: Tables) -> pd.DataFrame:
    """Broken and binding first, then near ones; budgets always, for what they leave unused."""
    frame = tables["rules"]
    budget = frame["rule"].map(is_budget).astype(bool)
    keep = frame[budget | (frame["state"] != "far")]
    rank = keep["state"].map(ORDER) - budget[keep.index] * (keep["state"] == "far") * 1
    order = keep.assign(rank=rank).sort_values(["rank", "closeness"], kind="stable")
    return order.head(MOST_RULES)


def rule_row(words: Words, rule: Any) -> Block:
    key = "rules.at_least" if rule["at_least"] else "rules.at_most"
    limit = words.say(key, limit=in_unit(words, rule["unit"], rule["limit"]))
    state = cell(words.say(f"rule_state.{rule['state']}"), TONES[rule["state"]])
    value, slack = (in_unit(words, rule["unit"], rule[c]) for c in ("value", "slack"))
    return row(words.label(rule, "rule", 110), value, limit, slack, state)


def _around(words: Words, tables: Tables) -> str:
    """How many plans one shift away are better but forbidden, and how many are as good."""
    summary = tables["summary"].iloc[0]
    of = {"n": "neighbours", "better": "better_but_broken", "ties": "near_ties"}
    counts = {name: words.write.number(summary[column]) for name, column in of.items()}
    return words.say("rules.around", **counts) if summary["neighbours"] else ""


# --- certificate ----------------------------------------------------------------------------------------


def certificate(words: Words, tables: Tables) -> Block:
    """What is proven, in words with numbers, and every check."""
    columns = [
        PageColumn(words.say("proof.check"), "left", 1.0),
        *(PageColumn(words.say(f"proof.{h}")) for h in ("value", "limit")),
        PageColumn("", "left"),
    ]
    rows = [_check(words, c) for _, c in tables["checks"].iterrows()]
    body = table(columns, rows) if rows else None
    return {**section(words.say("proof.title"), body=body), "lines": proof_lines(words, tables)}


def proof_lines(words: Words, tables: Tables) -> list[str]:
    """The certificate in sentences."""
    summary = tables["summary"].iloc[0]
    numbers = {
        "bound": words.money(summary["bound"]),
        "value": words.money(summary["value"]),
        "gap": words.write.percent(summary["gap"], 2),
    }
    if summary["beliefs"] == "baseline":
        return [words.say("proof.baseline", **numbers), words.say("proof.independent")]
    share = summary["gap_of_gain"]
    of_gain = words.say("proof.of_gain", gap=words.write.percent(share, 1)) if math.isfinite(share) else ""
    if summary["status"] in ("imposed", "given"):
        return [words.say(f"proof.{summary['status']}", **numbers), words.say("proof.independent")]
    every = _count(tables, "every_plan_judged")
    if summary["status"] == "optimal" and every is not None:
        return [words.count("proof.whole", every, **numbers), words.say("proof.independent")]
    listed, rounds = _count(tables, "no_better_plan"), len(tables["rounds"])
    drawn = _count(tables, "sample")
    status = "optimal_listed" if summary["status"] == "optimal" and listed else summary["status"]
    if status == "feasible" and not math.isfinite(summary["bound"]):
        status = "unbounded"
    known = status in ("optimal", "optimal_listed", "feasible", "unbounded")
    lines = [
        words.say(f"proof.{status}", **numbers, of_gain=of_gain) if known else words.say("proof.error"),
        words.count("proof.listed", listed) if listed else "",
        words.say("proof.none_listed") if listed == 0 and known else "",
        words.count("proof.sampled", drawn, share=words.write.percent(3 / drawn, 1)) if drawn else "",
        words.count("proof.rounds", rounds) if rounds else "",
        words.say("proof.independent"),
    ]
    return [line for line in lines if line]


def _count(tables: Tables, check: str) -> int | None:
    """Plans that a check of the certificate counts; None where it fails or was not made."""
    checks = tables["checks"]
    found = checks[(checks["check"] == check) & checks["ok"].astype(bool)]
    return None if found.empty else int(found.iloc[0]["value"])


def _check(words: Words, check: Any) -> Block:
    value, limit = (check_number(words, check["check"], check[c]) for c in ("value", "limit"))
    if check["check"] in ("no_better_plan", "every_plan_judged", "sample"):
        limit = NOTHING
    if check["ok"] and check["check"] in ERRORS:
        value = limit = NOTHING
    state = cell(words.say("proof.ok"), "good") if check["ok"] else cell(words.say("proof.failed"), "bad")
    return row(words.label(check, "check"), value, limit, state)
