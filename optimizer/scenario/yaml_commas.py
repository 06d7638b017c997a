"""Decimal commas inside brackets, where YAML reads them as the end of a value: `{charges: 0,42}`."""

from __future__ import annotations

import re
from typing import NamedTuple

DECIMAL_COMMA = "a decimal comma, which ends a value inside brackets"
_HEAD = re.compile(r"(?<![^\s:,\[{])([-+]?[0-9][0-9.]*)((?:,[0-9]+)*),\Z")
_TAILS = re.compile(r"[0-9]+(?:,[0-9]+)*(?:[eE][-+]?[0-9]+)?")
_LONGEST = 40
"""Characters of a number that is looked for."""
_NUMBERS = re.compile(r"\[[-+0-9.,\s]*\]")
_CUT = re.compile(r"(?<![0-9.,])[-+]?[0-9]+,[0-9]+(?![0-9.]|,\S)")
_THOUSANDS = re.compile(r"[-+]?[1-9][0-9]{0,2}(?:,[0-9]{3})+")


class Cut(NamedTuple):
    """A number cut in two by its comma."""

    comma: int
    """Place of the comma."""
    text: str
    """The number as it is written."""
    first: bool
    """Whether this is its first comma."""

    @property
    def value(self) -> float:
        """What was probably meant, so that what follows from it is not judged twice."""
        joined, point = self._readings
        return float(point if point.count(".") == 1 and not _THOUSANDS.fullmatch(self.text) else joined)

    @property
    def _readings(self) -> tuple[str, str]:
        """Commas as separators of thousands, and as decimal ones."""
        whole = self.text.replace(".", "")
        return whole.replace(",", ""), whole.replace(",", ".")

    @property
    def hint(self) -> str:
        """What to write instead."""
        joined, point = self._readings
        if _THOUSANDS.fullmatch(self.text):
            other = f", or {point} if the comma is a decimal one" if point.count(".") == 1 else ""
            return f"write {joined} (no thousands separator){other}"
        if point.count(".") != 1:
            return "write one number, with a point before its decimals"
        return f"write {point}, with a point"


def cut_key(content: str, start: int) -> Cut | None:
    """The number that what stands at `start`, where a key is expected, is the rest of; None where it is none:
    a space before it, a colon after it, or no number on either side."""
    head = _HEAD.search(content, max(0, start - _LONGEST), start)
    tails = _TAILS.match(content, start, start + _LONGEST)
    if head is None or tails is None or content[tails.end() :].lstrip()[:1] not in (",", "}", "#", ""):
        return None
    return Cut(start - 1, head[1] + head[2] + "," + tails[0], head[2] == "")


def cut_list(content: str, start: int, end: int) -> list[Cut]:
    """The cut numbers of a list, `[0,5, 0,25]`: some commas have a space after them, and others none."""
    text = content[start:end]
    if not _NUMBERS.fullmatch(text) or not re.search(r",\s", text):
        return []
    cuts = [(m.start(), m.group()) for m in _CUT.finditer(text)]
    return [Cut(start + at + digits.index(","), digits, True) for at, digits in cuts]
