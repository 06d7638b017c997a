"""Rows of an export that are not used as they stand, counted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

ROW = "__row"
"""Column with the number of the record in its file, counted from 1 as in a spreadsheet."""
SHOWN = 3
"""Rows named as examples."""


class Loss(NamedTuple):
    """Rows not used, and the first of them by number."""

    reason: str
    """A code: people read `calibration.loss.<reason>` of a catalogue."""
    rows: int
    examples: tuple[int, ...]
    values: tuple[tuple[str, int], ...] = ()
    """What their cells say, with counts, the commonest first; empty where that tells nothing."""

    @property
    def what(self) -> str:
        """The reason in a problem or a note."""
        return self.reason.replace("_", " ")


def combined(losses: Iterable[Loss]) -> tuple[Loss, ...]:
    """One of each reason, what several files or columns lose added up; none without rows."""
    by_reason: dict[str, Loss] = {}
    for loss in losses:
        if not loss.rows:
            continue
        known = by_reason.get(loss.reason, Loss(loss.reason, 0, ()))
        texts = dict(known.values)
        for text, count in loss.values:
            texts[text] = texts.get(text, 0) + count
        values = tuple(sorted(texts.items(), key=lambda item: (-item[1], item[0])))
        examples = (*known.examples, *loss.examples)[:SHOWN]
        by_reason[loss.reason] = Loss(loss.reason, known.rows + loss.rows, examples, values)
    return tuple(by_reason.values())
