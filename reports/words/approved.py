"""Version and approvals of a run, in words: what report, plan documents and workbook print alike."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from optimizer.tables.approvals import SHORT, Approval
from reports.run import RunContent
from reports.words.catalogue import LONGEST_LABEL, Words, day_said

NAMED = 2
"""Approvals that a line names; of more it says how many there are."""
LONGEST_COMMENT = 200


class Approved(NamedTuple):
    """One approval as people read it."""

    role: str
    by: str
    date: str
    comment: str
    hash: str


def version_said(run: RunContent) -> str:
    """The first digits of what the run says; empty for tables without a run."""
    return run.version[:SHORT]


def approvals_in(words: Words, run: RunContent) -> tuple[Approved, ...]:
    """Oldest first."""
    return tuple(_approved(words, one) for one in run.approvals)


def _approved(words: Words, one: Approval) -> Approved:
    day = day_said(words, dt.date.fromisoformat(one.date))
    by, role = (words.user(text, LONGEST_LABEL) for text in (one.by, one.role))
    return Approved(role, by, day, words.user(one.comment, LONGEST_COMMENT), one.short)


def version_line(words: Words, run: RunContent) -> str:
    """Version, and who approved it; empty for tables without a run."""
    if not run.version:
        return ""
    said = [words.say("approved.version", version=version_said(run))]
    given = approvals_in(words, run)
    if len(given) > NAMED:
        said.append(words.count("approved.many", len(given), day=given[-1].date))
    elif given:
        who = words.say("separator").join(words.say("approved.who", **one._asdict()) for one in given)
        said.append(words.say("approved.by", who=who))
    return " · ".join(said)
