"""The decision in a sentence, and what has to be said beside it on page one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from reports.words.catalogue import Words
from reports.words.doubts import doubts
from reports.words.naming import plain_name
from reports.words.periods import PeriodName, period_name

Tables = dict[str, pd.DataFrame]
Row = Any
MOST_NAMED = 3
"""KPIs or rules named in a sentence."""


def decision(words: Words, tables: Tables) -> dict[str, str]:
    """`what` is to be done, and the `result` that it brings."""
    summary = tables["summary"].iloc[0]
    chosen = tables["plans"][tables["plans"]["kind"] == "chosen"]
    if chosen.empty:
        return _without_plan(words, tables, summary)
    if not summary["moved"]:
        return _stay(words, summary, chosen.iloc[0])
    imposed = words.say("decision.imposed") if summary["status"] == "imposed" else ""
    result = [imposed, _result(words, tables, chosen.iloc[0]), _net(words, summary, chosen.iloc[0])]
    return {"what": _changes(words, tables), "result": " ".join(said for said in result if said)}


def objective(words: Words, summary: Row) -> str:
    return words.say(f"objective.{summary['objective']}")


def period(words: Words, summary: Row) -> PeriodName:
    return period_name(words, str(summary["period"]))


def _result(words: Words, tables: Tables, chosen: Row) -> str:
    """What the objective gains; a loss, too: where today's plan breaks rules, or may not be chosen."""
    summary = tables["summary"].iloc[0]
    name = objective(words, summary)
    broken = int(tables["plans"].iloc[0]["broken_rules"])
    return words.say(
        "decision.rises" if summary["gain"] >= 0 else f"decision.{'falls' if broken else 'falls_outside'}",
        objective=name[:1].upper() + name[1:],
        gain=words.money(abs(summary["gain"])),
        period=period(words, summary),
        share=words.write.percent(summary["gain_share"], 1, signed=True),
        loaded=words.money(chosen["loaded_pay"]),
        change=words.money(chosen["loaded_change"], signed=True),
    )


def _net(words: Words, summary: Row, chosen: Row) -> str:
    """What is left after payouts, where something else is maximized: a loss is as large as the gain."""
    if summary["objective"] == "net":
        return ""
    change = float(chosen["net_change"])
    return words.say(
        "decision.net_rises" if change >= 0 else "decision.net_falls",
        net=words.money(abs(change)),
        share=words.write.percent(chosen["net_change_share"], 1, signed=True),
    )


def _stay(words: Words, summary: Row, chosen: Row) -> dict[str, str]:
    proven = summary["status"] if summary["status"] in ("optimal", "imposed") else "feasible"
    result = words.say(
        f"decision.none_{proven}",
        objective=objective(words, summary),
        value=words.money(chosen["value"]),
        period=period(words, summary),
        loaded=words.money(chosen["loaded_pay"]),
    )
    return {"what": words.say("decision.none"), "result": result}


def _changes(words: Words, tables: Tables) -> str:
    teams = tables["teams"]
    moved = [_change(words, tables, team) for _, team in teams[teams["moved"]].iterrows()]
    changes = words.say("separator").join(moved)
    kept = [
        words.label(team, "team") for _, team in teams[~teams["moved"] & (teams["target_now"] > 0)].iterrows()
    ]
    if kept:
        return words.say("decision.pay_keep", changes=changes, kept=words.write.listed(kept))
    return words.say("decision.pay", changes=changes)


def _change(words: Words, tables: Tables, team: Row) -> str:
    weights = tables["weights"]
    mine = weights[weights["team"] == team["team"]]
    new, old = _measures(words, mine, "then"), _measures(words, mine, "now")
    parts = {"team": words.label(team, "team"), "new": new, "old": old}
    if not old or not new:
        return words.say("change.paid" if new else "change.unpaid", **parts)
    change = words.say("change.kpis" if team["weights_moved"] else "change.same", **parts)
    terms = list(_terms(words, team))
    return words.say("change.with", change=change, terms=words.write.listed(terms)) if terms else change


def _terms(words: Words, team: Row) -> Iterator[str]:
    """Target pay and pay curve, where they change."""
    if team["pay_moved"]:
        amounts = {"pay": words.money(team["target_then"]), "before": words.money(team["target_now"])}
        yield words.say("change.pay", **amounts)
    if team["curve_moved"]:
        curve, before = (curve_name(words, team[c]) for c in ("curve_then", "curve_now"))
        key = "change.curve" if before else "change.curve_today"
        yield words.say(key, curve=curve, before=before)


def curve_name(words: Words, name: str) -> str:
    """A named curve in plain words, quoted; empty for one without a name."""
    return words.quoted(words.user(plain_name(name))) if name else ""


def _measures(words: Words, mine: pd.DataFrame, when: str) -> str:
    """The KPIs that a team is paid on, heaviest first."""
    used = mine[mine[when] > 0].sort_values(when, ascending=False, kind="stable")
    if used.empty:
        return ""
    names = [words.quoted(words.label(r, "kpi")) for _, r in used.iterrows()]
    if len(names) == 1:
        return words.say("measure.alone", kpi=names[0])
    weights = [words.write.weight(w) for w in used[when]]
    return words.write.listed(
        [words.say("measure", kpi=k, weight=w) for k, w in zip(names, weights, strict=True)]
    )


def _without_plan(words: Words, tables: Tables, summary: Row) -> dict[str, str]:
    if summary["status"] not in ("infeasible", "not_found"):
        return {"what": words.say("decision.no_plan"), "result": ""}
    what = words.say(f"decision.{status_of(tables)}")
    return {"what": what, "result": way_out(words, tables["conflict"])}


def way_out(words: Words, conflict: pd.DataFrame) -> str:
    """The cheapest way out where every plan was judged, else one that suffices."""
    moves = [relaxation(words, r) for _, r in conflict.iterrows() if r["by"] > 0]
    if not moves:
        return words.say("decision.no_way_out")
    key = "decision.relax" if conflict.iloc[0]["exact"] else "decision.relax_about"
    return words.say(key, moves=words.write.listed(moves))


def status_of(tables: Tables) -> str:
    """The status of the solve."""
    return str(tables["summary"].iloc[0]["status"])


def relaxation(words: Words, conflict: Row) -> str:
    """How far a rule must move."""
    numbers = {c: as_written(words, conflict["unit"], conflict[c]) for c in ("limit", "by", "relaxed")}
    known = "relax.move" if conflict["exact"] else "relax.about"
    key = known if math.isfinite(conflict["relaxed"]) else "relax.by"
    return words.say(key, rule=words.label(conflict, "rule", 80), **numbers)


def as_written(words: Words, unit: str, value: float) -> str:
    """A limit that is to be written into the scenario: with all the digits that count."""
    if unit in ("money", "money_per_unit"):
        return words.write.money(value, 2)
    if unit == "share":
        return words.write.percent(value, 2)
    return words.write.number(value, 0 if unit == "count" else 2)


def in_unit(words: Words, unit: str, value: float, signed: bool = False) -> str:
    """A number of a rule, written in the rule's own unit."""
    if unit == "money":
        return words.money(value, signed)
    if unit == "money_per_unit":
        return words.write.money(value, 2, signed)
    if unit == "share":
        return words.write.percent(value, 1, signed)
    return words.write.number(value, 0 if unit == "count" else 1, signed)


# --- boxes ----------------------------------------------------------------------------------------------


def alerts(words: Words, tables: Tables) -> list[dict[str, Any]]:
    """What must be read before the numbers: what failed, is broken or doubtful, and why nothing moved."""
    blocks = [*_failed(words, tables), *_loss_of_net(words, tables), *_broken(words, tables)]
    blocks += _beliefs(words, tables)
    blocks += doubts(words, tables["warnings"])
    summary = tables["summary"].iloc[0]
    if not summary["moved"] and (tables["plans"]["kind"] == "chosen").any():
        blocks.append({"title": words.say("alert.still"), "lines": _still(words, tables), "tone": "warn"})
    return blocks


def _failed(words: Words, tables: Tables) -> list[dict[str, Any]]:
    checks, summary = tables["checks"], tables["summary"].iloc[0]
    failed = [_check_line(words, c) for _, c in checks[~checks["ok"].astype(bool)].iterrows()]
    if not failed:
        return []
    wrong, planned = summary["status"] == "error", (tables["plans"]["kind"] == "chosen").any()
    title = words.say(("alert.failed" if wrong else "alert.unproven") if planned else "alert.no_plan")
    return [{"title": title, "lines": failed, "tone": "bad" if wrong else "warn"}]


def _loss_of_net(words: Words, tables: Tables) -> list[dict[str, Any]]:
    """The plan brings more of its objective and leaves less: that is no matter for a column of a table."""
    summary, chosen = tables["summary"].iloc[0], tables["plans"].iloc[-1]
    if not summary["moved"] or chosen["kind"] != "chosen" or chosen["net_change"] >= 0:
        return []
    net = words.money(-chosen["net_change"])
    line = words.say(
        "alert.net_why",
        objective=objective(words, summary),
        loaded=words.money(chosen["loaded_change"], signed=True),
        revenue=words.money(chosen["revenue_change"], signed=True),
        net=net,
        share=words.write.percent(chosen["net_change_share"], 1, signed=True),
    )
    title = words.say("alert.net", net=net, period=period(words, summary))
    return [{"title": title, "lines": [line], "tone": "bad"}]


def _check_line(words: Words, check: Row) -> str:
    if check["check"] == "no_better_plan":
        return words.say("alert.unlisted", n=words.write.number(check["value"]))
    return words.say(
        "alert.check",
        check=words.label(check, "check"),
        value=check_number(words, check["check"], check["value"]),
        limit=check_number(words, check["check"], check["limit"]),
    )


COUNTED = (
    *("no_better_plan", "model_accepts_plan", "every_plan_judged", "sample", "amounts", "every_curve"),
    *("solver", "time"),
)
"""Checks of the certificate whose value is a number of things."""


def check_number(words: Words, check: str, value: float) -> str:
    """A number of the certificate: gaps as percents, counts as they are, errors in powers of ten."""
    if not math.isfinite(value):
        return words.say("proof.unknown")
    if check in ("gap", "enumeration"):
        return words.write.percent(value, 2 if abs(value) < 0.1 else 1)
    if check == "denominator_floor":
        return words.write.percent(value, 0)
    if check in (
        "no_better_plan",
        "model_accepts_plan",
        "every_plan_judged",
        "every_curve",
        "solver",
        "time",
    ):
        return words.write.number(value)
    return words.write.tiny(value)


def _broken(words: Words, tables: Tables) -> list[dict[str, Any]]:
    rules = tables["rules"]
    broken = [words.label(r, "rule", 80) for _, r in rules[rules["state"] == "broken"].iterrows()]
    if not broken:
        return []
    return [{"title": words.say("alert.rules"), "lines": [words.write.listed(broken)], "tone": "bad"}]


def _beliefs(words: Words, tables: Tables) -> list[dict[str, Any]]:
    if tables["summary"].iloc[0]["beliefs"] == "consistent":
        return []
    return [{"title": words.say("alert.beliefs"), "lines": [], "tone": "warn"}]


def _still(words: Words, tables: Tables) -> list[str]:
    """Why the best plan is today's: rules, a flat objective, near-ties, and what is left of the budget."""
    summary, rules = tables["summary"].iloc[0], tables["rules"]
    lines = []
    if summary["better_but_broken"]:
        named = _named(words, rules[rules["blocks"] > 0])
        lines.append(words.count("still.blocked", int(summary["better_but_broken"]), rules=named))
    bound = rules[(rules["state"] == "binding") & (rules["blocks"] == 0)]
    if len(bound):
        lines.append(words.say("still.binding", rules=_named(words, bound)))
    lines.append(_next_best(words, summary))
    if summary["near_ties"]:
        lines.append(words.count("still.ties", int(summary["near_ties"])))
    if math.isfinite(summary["budget_unused"]):
        amounts = {"unused": words.money(summary["budget_unused"]), "budget": words.money(summary["budget"])}
        lines.append(words.say("still.unused", **amounts))
    return lines


def _next_best(words: Words, summary: Row) -> str:
    if not math.isfinite(summary["next_best"]):
        return words.say("still.alone")
    key = "still.flat" if summary["near_ties"] else "still.best"
    return words.say(key, next=words.money(summary["next_best"], signed=True))


def _named(words: Words, rules: pd.DataFrame) -> str:
    names = [words.label(r, "rule", 80) for _, r in rules.iterrows()]
    shown = names[:MOST_NAMED] + (["…"] if len(names) > MOST_NAMED else [])
    return words.write.listed(shown)
