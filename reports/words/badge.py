"""The badge of a run: what its calculation is, never what the company or the plan are (six, and a failure).

| badge | when |
|---|---|
| Check failed: do not use | a check of the certificate failed; before all others |
| Draft | some number has not been given yet |
| No plan keeps all rules | there is none, or none was found |
| Imposed plan | the rules leave one, or it was given |
| Best found, search not finished | stopped by time or gap, at today's beliefs alone, or not explained |
| Best of N plans | every plan that may be chosen was judged |
| Checked computation | the search ended within its gap, and every check holds |
"""

from __future__ import annotations

import math

from reports.words.catalogue import Words
from reports.words.drafts import placeholders_in
from reports.words.sentences import Tables, period, status_of

Badge = dict[str, str]


def badge(words: Words, tables: Tables) -> Badge:
    """Its words, what is told beside them, and its tone."""
    status = status_of(tables)
    if status in ("error", "no_equilibrium"):
        return _of(words.say("badge.error"), tone="bad")
    if drafted := placeholders_in(tables):
        return _of(words.count("badge.draft", drafted), tone="warn")
    if status in ("infeasible", "not_found"):
        more = words.say("badge.none_found") if status == "not_found" else ""
        return _of(words.say("badge.infeasible"), more, "warn")
    if status in ("imposed", "given"):
        return _of(words.say("badge.imposed"))
    return _of_a_search(words, tables)


def _of_a_search(words: Words, tables: Tables) -> Badge:
    if not finished(tables):
        return _of(words.say("badge.feasible"), _improvement(words, tables), "warn")
    judged = judged_plans(tables)
    if judged is not None:
        return _of(words.count("badge.best_of", judged))
    return _of(words.say("badge.optimal"))


def _of(text: str, more: str = "", tone: str = "neutral") -> Badge:
    return {"text": text, "more": more, "tone": tone}


def finished(tables: Tables) -> bool:
    """Whether search and explanation both came to their end, at beliefs that last."""
    summary = tables["summary"].iloc[0]
    whole = not summary["moved"] or len(tables["assumptions"]) or not _ranged(tables)
    return bool(summary["status"] == "optimal" and summary["beliefs"] == "consistent" and whole)


def _ranged(tables: Tables) -> bool:
    """Whether any source says how far its number may be off."""
    return bool(tables["sources"][["range", "factor"]].notna().any(axis=None))


def _improvement(words: Words, tables: Tables) -> str:
    """How much better another plan may be, as an amount; nothing without a bound."""
    summary = tables["summary"].iloc[0]
    more = float(summary["bound"] - summary["value"])
    if summary["status"] != "feasible" or not math.isfinite(more):
        return ""
    return words.say("badge.improvement", amount=words.money(more), period=period(words, summary))


def judged_plans(tables: Tables) -> int | None:
    """How many plans were judged where that is every one that may be chosen; None where not."""
    checks = tables["checks"]
    found = checks[(checks["check"] == "every_plan_judged") & checks["ok"].astype(bool)]
    return None if found.empty else int(found.iloc[0]["value"])
