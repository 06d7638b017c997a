"""What must be read before the numbers: what failed, is broken, doubtful or lost, and why nothing moved."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import pandas as pd

from reports.words.catalogue import Words
from reports.words.changed import anew_said, changes_said
from reports.words.control_words import failed_controls
from reports.words.doubts import doubts
from reports.words.money_alerts import (
    above_target,
    counted_twice,
    hard_or_sure,
    limit_exceeded,
    little_control,
    net_falls,
    person_by_person,
    results_moved,
    under_limit,
)
from reports.words.sentences import Row, Tables, objective

MOST_ALERTS = 4
"""On page one."""
MOST_NAMED = 3
"""KPIs or rules named in a sentence."""


Alert = dict[str, Any]


def alerts(words: Words, tables: Tables) -> list[Alert]:
    """All of them, in the order in which they are read."""
    planned = bool((tables["plans"]["kind"] == "chosen").any())
    searched = planned and tables["summary"].iloc[0]["status"] != "given"
    blocks = _changed(words, tables)
    blocks += [{**block, "large": True} for block in _sentences(net_falls(words, tables), "bad")]
    blocks += _sentences(limit_exceeded(words, tables), "bad")
    blocks += [*_failed(words, tables), *failed_controls(words, tables)]
    blocks += [*_broken(words, tables), *_beliefs(words, tables)]
    if planned:
        blocks += [block for tell in _OF_MEASURES for block in _sentences(tell(words, tables), "warn")]
    blocks += [*_better_outside(words, tables), *doubts(words, tables["warnings"])]
    if not tables["summary"].iloc[0]["moved"] and searched:
        blocks.append({"title": words.say("alert.still"), "lines": _still(words, tables), "tone": "warn"})
    return blocks


_OF_MEASURES = (
    above_target,
    results_moved,
    person_by_person,
    little_control,
    counted_twice,
    hard_or_sure,
)


def _sentences(said: Iterable[str], tone: str) -> list[Alert]:
    """One alert for what is of one kind: the first sentence, then the others."""
    lines = list(said)
    return [{"title": lines[0], "lines": lines[1:], "tone": tone}] if lines else []


def split_alerts(words: Words, tables: Tables, most: int = MOST_ALERTS) -> tuple[list[Alert], list[Alert]]:
    """Those of page one, and those that page two has; where why nothing moved is told it is on page one."""
    every = alerts(words, tables)
    still = [block for block in every if block["title"] == words.say("alert.still")]
    others = [block for block in every if block not in still]
    first = [*others[: most - len(still)], *still]
    return first, [block for block in others if block not in first]


def _changed(words: Words, tables: Tables) -> list[dict[str, Any]]:
    """A what-if: these are not the figures of the scenario's file."""
    lines = [*changes_said(words, tables), *anew_said(words, tables)]
    return [{"title": words.say("alert.changed"), "lines": lines, "tone": "warn"}] if lines else []


def _failed(words: Words, tables: Tables) -> list[dict[str, Any]]:
    checks, summary = tables["checks"], tables["summary"].iloc[0]
    failed = [_check_line(words, c) for _, c in checks[~checks["ok"].astype(bool)].iterrows()]
    if not failed:
        return []
    wrong, planned = summary["status"] == "error", (tables["plans"]["kind"] == "chosen").any()
    title = words.say(("alert.failed" if wrong else "alert.unproven") if planned else "alert.no_plan")
    return [{"title": title, "lines": failed, "tone": "bad" if wrong else "warn"}]


def _better_outside(words: Words, tables: Tables) -> list[dict[str, Any]]:
    """Known plans that bring more, keep every rule, and could not be chosen: the best of those to choose from
    is not the best that is known."""
    plans, summary = tables["plans"], tables["summary"].iloc[0]
    better = plans[plans["better_outside"].astype(bool)].sort_values("value", ascending=False, kind="stable")
    if better.empty:
        return []
    told = str(summary["objective"])
    known = [
        words.say(
            "alert.outside_plan",
            plan=words.plan(plan),
            value=words.money(plan[told]),
            more=words.money(plan[told] - plans.iloc[-1][told], signed=True),
        )
        for _, plan in better.head(MOST_NAMED).iterrows()
    ]
    known += ["…"] if len(better) > MOST_NAMED else []
    name = objective(words, summary)
    why = words.say(
        "alert.outside_why", objective=name[:1].upper() + name[1:], plans=words.write.listed(known)
    )
    return [{"title": words.count("alert.outside", len(better)), "lines": [why], "tone": "bad"}]


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
    if check in COUNTED:
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
        lines += under_limit(words, tables)
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
