"""Whether a drafted scenario leaves anything to choose, and which columns or facts would open a choice.

Where all leads are alike and are worked in one way, every plan moves the same work: the best is today's.
"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from optimizer.history.draft.funnel import split_leads
from optimizer.history.estimate.history_study import Study
from optimizer.history.read.maps.assumptions import PROMPT


class Opening(NamedTuple):
    """Something that would open a choice."""

    what: str
    """`step`, `response` or `spend`."""
    where: str
    """Where it goes in the map."""
    why: str


STEP = Opening(
    "step",
    "deals.steps and deals.good",
    "a column that tells promising leads from others: quality can then be paid beside volume",
)
RESPONSE = Opening(
    "response",
    "deals.columns.response",
    "when leads were first answered, some soon and some late: answering in time can then be paid",
)
SPEND = Opening("spend", "spend", "an export of what sources cost: cheap leads then differ from dear ones")


class Choices(NamedTuple):
    """What a plan can choose between, and what would open more."""

    open: tuple[str, ...]
    would_open: tuple[Opening, ...]

    @property
    def nothing(self) -> bool:
        """Every plan brings what today's does."""
        return not self.open


def choices_of(study: Study) -> Choices:
    """By what the history has, whether or not its map says what no CRM knows."""
    there = {STEP: len(split_leads(study)) > 1, RESPONSE: _answered_both_ways(study)}
    missing = [opening for opening, has in there.items() if not has]
    missing += [] if study.costs else [SPEND]
    return Choices(tuple(opening.what for opening, has in there.items() if has), tuple(missing))


def _answered_both_ways(study: Study) -> bool:
    """Some leads were answered in time, others late."""
    assume = study.given.assume
    limit = PROMPT if assume is None else assume.prompt_within
    answered = study.mature.filter(pl.col("response") > 0)["response"]
    return bool((answered <= limit).any() and (answered > limit).any())
