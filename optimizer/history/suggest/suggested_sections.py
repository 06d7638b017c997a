"""The sections of a suggested map, one for each file that is used."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from optimizer.history.read.leads.stage_changes import names_a_deal
from optimizer.history.suggest.column_facts import Column
from optimizer.history.suggest.export_kinds import Known
from optimizer.history.suggest.map_lines import Line, check, not_found
from optimizer.history.vocabulary import any_word, folded, ideas, is_yes, lexicon, words, words_of

PROMISING = "promising"
_MEANT = {
    "created": "when it arrived",
    "closed": "when it was won or lost",
    "owner": "who works it",
    "source": "where it came from",
    "value": "what it is worth",
}
_KINDS = {
    "created": ("date", "text"),
    "closed": ("date",),
    "owner": ("text",),
    "source": ("text",),
    "value": ("number",),
}
_EXTRA = ("response", "segment", "product", "modified", "currency")
"""Roles of which nothing is said where there is no column."""


def deals_lines(known: Known, lead: str | None = None) -> list[Line]:
    """The main section. `lead` is the heading of the lead that a deal came from."""
    columns = [Line("columns"), _id(known), *(_role(known, role) for role in _MEANT)]
    columns += [_role(known, role) for role in _EXTRA if role in known.told.roles]
    if lead is not None:
        columns.append(Line("lead", lead, "of the lead that it came from", deep=2))
    return [
        *columns,
        *([Line("changes", True, check(_CHANGES))] if known.changes else []),
        *_ends(known),
        *_others(known),
    ]


_CHANGES = "each row seems to be a stage that a deal came to, so that a deal has several"


def _id(known: Known) -> Line:
    if (heading := known.changes or known.told.heading("id")) is not None:
        doubt = known.told.roles["id"].check if "id" in known.told.roles and not known.changes else ""
        return Line("id", heading, check(doubt), deep=2)
    again = next((name for name in known.export.columns if names_a_deal(name) or ideas(name) == {"id"}), None)
    if again is not None:
        return Line(
            "id", again, check("it repeats: its rows are read as states or lines of one deal"), deep=2
        )
    return Line("id", None, "id: no column differs in every row, so every row is a deal of its own", deep=2)


def _role(known: Known, role: str) -> Line:
    choice = known.told.roles.get(role)
    if choice is not None:
        return Line(role, choice.heading, check(choice.check), deep=2)
    needed = role == "created"
    unused = [c for c in known.told.unused(*_KINDS[role]) if _may_be(role, c)]
    otherwise = "" if needed or not unused else ", or leave it out"
    return Line(role, None, not_found(f"{role} ({_MEANT[role]})", unused, otherwise), deep=2, needed=needed)


def _may_be(role: str, column: Column) -> bool:
    """Whether to name a column among those of which a reader may choose one."""
    if role in ("source", "owner"):
        return bool(column.values) and not column.ideas & {"id", "name", "currency", "reason"}
    return role != "value" or not column.ideas & {"id", "probability"}


def _ends(known: Known) -> list[Line]:
    """What is won and what is lost."""
    outcome = known.told.outcome
    if not outcome.won:
        text = "won (what makes a row won, such as {Stage: [Closed Won]})"
        return [Line("won", None, not_found(text, _tellers(known)), needed=True)]
    lines = [
        Line("won", _one(outcome.won)),
        *(Line("", None, check(sentence)) for sentence in outcome.checks),
    ]
    if outcome.lost:
        return [*lines, Line("lost", _one(outcome.lost))]
    return [*lines, Line("lost", None, not_found("lost (what makes a row lost)", _tellers(known)))]


def _tellers(known: Known) -> list[Column]:
    """Columns that may tell wins: categories first, then anything."""
    few = [c for c in known.told.unused("text", "flag") if 2 <= c.different <= 60]
    return few or [c for c in known.told.columns if 2 <= c.different <= 60] or list(known.told.columns)


def _one(conditions: tuple[dict[str, Any], ...]) -> object:
    return conditions[0] if len(conditions) == 1 else list(conditions)


def leads_lines(known: Known, deal: str | None) -> list[Line]:
    """The section of leads that became deals of the main file, or none. `deal` is the heading of the deal;
    None where deals name their lead."""
    about = (
        "" if "lead" in ideas(known.told.heading("id") or "") else "each row counts as a lead, deal or not"
    )
    found = [Line("id", known.told.heading("id"), check(about))]
    found += [Line("deal", deal)] if deal is not None else []
    for role in ("created", "owner", "source"):
        if role in known.told.roles:
            found.append(Line(role, known.told.heading(role), check(known.told.roles[role].check)))
    if known.told.outcome.lost:
        found.append(Line("lost", _one(known.told.outcome.lost)))
    return found + [line for line in _others(known) if line.key != "good"]


def closed_lines(known: Known, id_: str, closed: str) -> list[Line]:
    """The section of an export of wins alone."""
    found = [Line("id", id_), Line("closed", closed)]
    return found + [
        Line(role, known.told.heading(role)) for role in ("owner", "value") if role in known.told.roles
    ]


def spend_lines(known: Known, sources: Iterable[str]) -> list[Line]:
    """The section of costs. `sources` are those of the deals: only with the same names do costs find them."""
    there, own = {folded(s) for s in sources}, known.spend["spender"].column
    here = {folded(v) for v in own.values}
    strange = sorted(v for v in own.values if folded(v) not in there)[:3]
    remark = f"none of its names is a source of the deals: {', '.join(strange)}" if not here & there else ""
    doubt = known.spend["spender"].check
    return [
        Line("date", known.spend["day"].heading, check(known.spend["day"].check)),
        Line("source", own.heading, check("; ".join(filter(None, (doubt, remark))))),
        Line("cost", known.spend["cost"].heading, check(known.spend["cost"].check)),
    ]


# --- junk, promising leads -------------------------------------------------------------------------------


def _others(known: Known) -> list[Line]:
    """What was never a lead, and what makes one promising, as far as values tell."""
    patterns = (("reason", _is_junk), ("source", _is_junk), ("deleted", is_yes))
    junk = [{heading: values} for role, like in patterns if (heading := known.told.heading(role))
            if (values := _like(known, role, like))]  # fmt: skip
    lines = [Line("junk", junk)] if junk else []
    if (heading := known.told.heading("grade")) and (good := _like(known, "grade", _is_good)):
        lines += [Line("steps", {PROMISING: {heading: good}}), Line("good", PROMISING)]
    return lines


def _like(known: Known, role: str, like: Callable[[str], bool]) -> list[str]:
    return [value for value in known.told.roles[role].column.values if like(value)]


def _is_junk(value: str) -> bool:
    said = words(value)
    return any_word(said, "outcomes", "junk") or " ".join(said) in lexicon()["outcomes"]["phrases"]["junk"]


def _is_good(value: str) -> bool:
    said = words(re.sub(r"[()]", " ", value))
    strong = {word for word in words_of("outcomes", "promising") if len(word) > 1}
    return bool(said) and (said[0] in words_of("outcomes", "promising") or not strong.isdisjoint(said))
