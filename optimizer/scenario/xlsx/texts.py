"""What cells hold so that it is read back as it was: all digits of numbers, texts that a cell gives back."""

from __future__ import annotations

import datetime
import re

from optimizer.scenario.problems import shown

WRITTEN = datetime.datetime(2000, 1, 1)
"""The date of every workbook, so that the same scenario gives the same bytes."""
_LONGEST = 32_767
"""Characters that a cell can hold."""
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_|x005F_")
"""What a cell cannot hold, or would not give back."""


class UnwritableError(ValueError):
    """A text that a cell of a workbook cannot hold."""


class _Number(float):
    """Written with all its digits: the library rounds to sixteen, and doubles need seventeen."""

    def __format__(self, _spec: str) -> str:
        return repr(float(self))


class _Whole(int):
    """Likewise."""

    def __format__(self, _spec: str) -> str:
        return repr(int(self))


def exact(value: float) -> float:
    """A number as it is to be handed to the library."""
    return _Whole(value) if isinstance(value, int) else _Number(value)


def writable(text: str) -> str:
    """The text, if a cell can hold it. Raises UnwritableError."""
    match = _UNWRITABLE.search(text)
    if match or len(text) > _LONGEST or text == "":
        reason = (
            f"{shown(match[0])} in it" if match else "its length" if text else "there being nothing in it"
        )
        raise UnwritableError(f"a cell cannot hold the text {shown(text)}, for {reason}; change it first")
    return text
