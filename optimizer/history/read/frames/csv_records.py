"""Where the records of a delimited text begin and end, and how many cells each has: whole files at once.

A newline or separator counts only outside quotes, that is after an even number of quotes; a doubled quote
keeps the parity. So a pass over the bytes with numpy finds every ragged record without parsing a cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from optimizer.scenario.files import refuse

_CHUNK = 1 << 24
Places = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Records:
    """The records of a text, from `starts` up to (without line end) `ends`."""

    data: bytes
    starts: Places
    ends: Places
    widths: Places
    """Cells of each record."""
    first: int = 1
    """Number of the first record, as a spreadsheet counts rows."""

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def lengths(self) -> Places:
        """Bytes of each record."""
        return self.ends - self.starts

    def text(self, i: int) -> str:
        return self.data[self.starts[i] : self.ends[i]].decode()

    def after(self, i: int) -> Records:
        """The records below the i-th."""
        rest = slice(i + 1, None)
        return Records(self.data, self.starts[rest], self.ends[rest], self.widths[rest], self.first + i + 1)

    def numbers(self, mask: Mask) -> Places:
        return np.flatnonzero(mask) + self.first

    def joined(self, mask: Mask) -> bytes:
        """The chosen records as one text."""
        if not mask.any():
            return b""
        view, chosen = memoryview(self.data), np.flatnonzero(mask)
        starts, ends = self.starts[chosen], self.ends[chosen]
        # One piece for records that follow each other up to their line ends.
        cut = ~np.isin(np.frombuffer(self.data, np.uint8)[ends[:-1]], (10, 13))
        apart = np.flatnonzero((np.diff(chosen) > 1) | cut)
        firsts, lasts = np.append(0, apart + 1), np.append(apart, len(chosen) - 1)
        return b"\n".join(view[starts[i] : ends[j]] for i, j in zip(firsts, lasts, strict=True))


def records_of(path: Path, data: bytes, separator: str) -> Records:
    """Every record of a text. Raises ScenarioError where a quote is never closed."""
    if not data.endswith(b"\n"):
        data += b"\n"
    ends_found, widths_found, quotes, begun = [], [], 0, 0
    for at in range(0, len(data), _CHUNK):
        chunk = np.frombuffer(data, np.uint8, min(_CHUNK, len(data) - at), at)
        marks = (chunk == 10) | (chunk == ord(separator))
        quoted = chunk == ord('"')
        if quotes % 2 or quoted.any():
            marks &= np.logical_xor.accumulate(quoted) == quotes % 2
        quotes += int(np.count_nonzero(quoted))
        places = np.flatnonzero(marks)
        lines = np.flatnonzero(chunk[places] == 10)
        ends_found.append(places[lines] + at)
        # Marks before a record's end, those of the chunks before among them; its own end is one too.
        widths_found.append(np.diff(lines, prepend=-1 - begun))
        begun = len(places) - 1 - int(lines[-1]) if len(lines) else begun + len(places)
    if quotes % 2:
        _refuse_open_quote(path, data)
    ends = np.concatenate(ends_found)
    starts = np.concatenate(([0], ends[:-1] + 1))
    return Records(data, starts, _without_returns(data, starts, ends), np.concatenate(widths_found))


def _without_returns(data: bytes, starts: Places, ends: Places) -> Places:
    """Record ends before the carriage return that Windows puts there."""
    letters = np.frombuffer(data, np.uint8)
    last = letters[np.maximum(ends - 1, 0)]
    return np.asarray(ends - ((last == 13) & (ends > starts)))


def _refuse_open_quote(path: Path, data: bytes) -> None:
    line = data.count(b"\n", 0, data.rfind(b'"')) + 1
    hint = "the file may be cut off, or a quote inside a cell is not doubled; export it again"
    refuse(path, "a quoted cell is never closed", hint, f"last quote on line {line}")
