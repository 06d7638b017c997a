"""The decision in a sentence, with what it brings."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from reports.words.catalogue import Words
from reports.words.naming import plain_name
from reports.words.periods import PeriodName, period_name

if TYPE_CHECKING:
    import pandas as pd

Tables = dict[str, "pd.DataFrame"]
Row = Any


def decision(words: Words, tables: Tables) -> dict[str, str]:
    """`what` is to be done, and the `result` that it brings."""
    summary = tables["summary"].iloc[0]
    if drafted := int(summary["placeholders"]):
        return {"what": words.count("decision.draft", drafted), "result": ""}
    chosen = tables["plans"][tables["plans"]["kind"] == "chosen"]
    if chosen.empty:
        return _without_plan(words, tables, summary)
    if not summary["moved"]:
        return _stay(words, summary, chosen.iloc[0])
    alone = summary["status"] in ("imposed", "given")
    imposed = words.say(f"decision.{summary['status']}") if alone else ""
    result = [imposed, _result(words, tables, chosen.iloc[0]), _other(words, summary, chosen.iloc[0])]
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
    why = "falls_given" if summary["status"] == "given" else "falls" if broken else "falls_outside"
    return words.say(
        "decision.rises" if summary["gain"] >= 0 else f"decision.{why}",
        objective=name[:1].upper() + name[1:],
        gain=words.money(abs(summary["gain"])),
        period=period(words, summary),
        share=words.write.percent(summary["gain_share"], 1, signed=True),
        loaded=words.money(chosen["loaded_pay"]),
        change=words.money(chosen["loaded_change"], signed=True),
    )


def _other(words: Words, summary: Row, chosen: Row) -> str:
    """Net and revenue stand side by side, whichever is maximized: a loss is as large as the gain."""
    other = "revenue" if summary["objective"] == "net" else "net"
    change = float(chosen[f"{other}_change"])
    return words.say(
        f"decision.{other}_{'rises' if change >= 0 else 'falls'}",
        change=words.money(abs(change)),
        share=words.write.percent(chosen[f"{other}_change_share"], 1, signed=True),
    )


def _stay(words: Words, summary: Row, chosen: Row) -> dict[str, str]:
    proven = summary["status"] if summary["status"] in ("optimal", "imposed", "given") else "feasible"
    result = words.say(
        f"decision.none_{proven}",
        objective=objective(words, summary),
        value=words.money(chosen["value"]),
        period=period(words, summary),
        loaded=words.money(chosen["loaded_pay"]),
    )
    given = summary["status"] == "given"
    return {"what": "" if given else words.say("decision.none"), "result": result}


def _changes(words: Words, tables: Tables) -> str:
    teams = tables["teams"]
    moved = [_change(words, tables, team) for _, team in teams[teams["moved"]].iterrows()]
    changes = words.say("separator").join(moved)
    kept = [
        words.label(team, "team") for _, team in teams[~teams["moved"] & (teams["target_now"] > 0)].iterrows()
    ]
    given = "_given" if status_of(tables) == "given" else ""
    if kept:
        return words.say(f"decision.pay_keep{given}", changes=changes, kept=words.write.listed(kept))
    return words.say(f"decision.pay{given}", changes=changes)


def _change(words: Words, tables: Tables, team: Row) -> str:
    weights = tables["weights"]
    mine = weights[weights["team"] == team["team"]]
    new, old = _measures(words, mine, "then"), _measures(words, mine, "now")
    parts = {"team": words.label(team, "team"), "new": new, "old": old}
    if not old or not new:
        return words.say("change.paid" if new else "change.unpaid", **parts)
    change = words.say("change.kpis" if team["weights_moved"] else "change.same", **parts)
    terms = [*_terms(words, team), *goals(words, tables, mine, team)]
    return words.say("change.with", change=change, terms=words.write.listed(terms)) if terms else change


def _terms(words: Words, team: Row) -> Iterator[str]:
    """Target pay and pay curve, where they change."""
    if team["pay_moved"]:
        amounts = {"pay": words.money(team["target_then"]), "before": words.money(team["target_now"])}
        yield words.say("change.pay", **amounts)
    if team["curve_moved"]:
        curve, before = (curve_name(words, team[c]) for c in ("curve_then", "curve_now"))
        key = "change.curve" if before else "change.curve_today"
        yield words.say(key if curve else "change.curve_own", curve=curve, before=before)


def goals(words: Words, tables: Tables, mine: pd.DataFrame, team: Row) -> Iterator[str]:
    """Targets of KPIs that a team is paid on, where they change."""
    if not team["goals_moved"]:
        return
    paid = set(mine[mine["then"] > 0]["kpi"])
    moved = [
        words.say(
            "change.goal",
            kpi=words.quoted(words.label(kpi, "kpi")),
            target=plain_amount(words, kpi["target"]),
            before=plain_amount(words, kpi["target_now"]),
        )
        for _, kpi in tables["kpis"].iterrows()
        if kpi["kpi"] in paid and abs(kpi["target"] - kpi["target_now"]) > 1e-9 * abs(kpi["target_now"])
    ]
    yield from moved or [words.say("change.goals_issued")]


def plain_amount(words: Words, value: float) -> str:
    """A target in the KPI's own unit: decimals where it is small."""
    size = abs(value)
    return words.write.number(value, 0 if size >= 100 else 1 if size >= 10 else 2)


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
        return words.write.money(value, max(2, words.decimals), signed)
    if unit == "money_per_unit":
        return words.write.money(value, 2, signed)
    if unit == "share":
        return words.write.percent(value, 1, signed)
    return words.write.number(value, 0 if unit == "count" else 1, signed)
