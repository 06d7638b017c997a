"""Problems with an input, as values: where, what was seen, what is wrong, and what to write instead."""

from __future__ import annotations

import difflib
import json
import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

Path = tuple[str | int, ...]
"""Keys and list positions from the top of a file down to a value."""

Mark = tuple[int, ...]
"""A place in a file, from 0 and in reading order: line and column, or sheet, row and column."""

NAME = r"^[A-Za-z][A-Za-z0-9_]*$"
LONGEST_NAME = 64
"""What a name in a file looks like."""
_LISTED = 16
"""Names listed in a hint before it says how many more there are."""
_COMPARED = 2000
"""Beyond this many candidates the nearest name is not searched: the file is generated, and speed counts."""


class Finding(NamedTuple):
    """Something wrong or doubtful at a path of the scenario, before it is joined to a file position."""

    path: Path
    value: str
    """What was seen, as text; empty where the message says it already."""
    message: str
    hint: str
    at_key: bool = False
    """Point at the key rather than at its value."""

    def problem(self, file: str = "", mark: Mark = (), spot: str = "") -> InputProblem:
        """Joined to what it is in, and where there, as far as that is known."""
        return InputProblem(dotted(self.path), self.value, self.message, self.hint, file, mark, spot)


@dataclass(frozen=True)
class InputProblem:
    """One problem, explaining itself: place, value seen, what is wrong, remedy."""

    where: str
    """Dotted path inside the file, e.g. `kpis.wins.noise`; empty for the file as a whole."""
    value: str
    message: str
    hint: str
    file: str = ""
    mark: Mark = ()
    """Where in the file, for sorting; empty where unknown or the file as a whole."""
    spot: str = ""
    """The same for people, as their editor counts: `12:5`, or `teams!C4` in a workbook."""
    excerpt: str = ""
    """The source line and a caret below the column, ready to print."""

    @property
    def line(self) -> int | None:
        """Line, or row of a sheet, counted from 1."""
        return self.mark[-2] + 1 if len(self.mark) > 1 else None

    @property
    def column(self) -> int | None:
        """Column counted from 1, in characters or in cells."""
        return self.mark[-1] + 1 if len(self.mark) > 1 else None

    @property
    def place(self) -> str:
        """`file:line:column` or `file:sheet!cell`, as far as known: what editors turn into a link."""
        return ":".join(part for part in (self.file, self.spot) if part)

    def __str__(self) -> str:
        heads = (
            f"{self.place}:" if self.place else "",
            f"[{self.where}]" if self.where else "",
            self.message,
        )
        head = _harmless(" ".join(part for part in heads if part))
        seen = _harmless(f" (got: {self.value})" if self.value else "")
        if self.excerpt:
            return f"{head}{seen}\n{self.excerpt} {self.hint}".rstrip()
        return f"{head}{seen}\n    {self.hint}" if self.hint else f"{head}{seen}"

    def as_json(self) -> dict[str, str]:
        """`{"where", "value", "message", "hint"}`; `where` is the place and the path."""
        where = " ".join(part for part in (self.place, self.where) if part)
        return {"where": where, "value": self.value, "message": self.message, "hint": self.hint}


class ScenarioError(Exception):
    """An input that cannot be used; `problems` holds every reason found, in the order of the file."""

    def __init__(self, problems: Iterable[InputProblem]) -> None:
        self.problems: tuple[InputProblem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def dotted(path: Path) -> str:
    """`("rules", "measures", "sales", 1)` as `rules.measures.sales[1]`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).removeprefix(".")


MAPPING, LIST, NOTHING = "a mapping", "a list", "nothing"
"""What values are called that are no word or number."""


def shown(value: object) -> str:
    """A value as it would be written in the file, on one line, at most 60 characters."""
    if isinstance(value, dict):
        return MAPPING if value else "{}"
    if isinstance(value, list | tuple):
        return LIST if value else "[]"
    if value is None:
        return NOTHING
    if isinstance(value, float) and not math.isfinite(value):
        return f"{'-' if value < 0 else ''}.{abs(value)}"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _harmless(text: str) -> str:
    """The text with a space for whatever could command a terminal: names and values are other people's."""
    return "".join(c if c.isprintable() else " " for c in text)


def printable(text: str) -> str:
    """One line without control characters, so that it cannot command a terminal or start a formula."""
    line = " ".join(_harmless(text).split())
    return f"'{line}" if line.startswith(("=", "+", "-", "@")) else line


def number(value: float) -> str:
    """A number as people write it in the file: 2500000, 0.3, not 2.5e+06 or 0.30000000000000004."""
    return format(value, ".10g")


def listed(names: Iterable[str]) -> str:
    """`a, b, c`, cut where it gets long."""
    everything = list(names)
    rest = len(everything) - _LISTED
    return ", ".join(everything[:_LISTED]) + (f" and {rest} more" if rest > 0 else "")


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate most like `name`, or None where none is close."""
    by_lower = {candidate.lower(): candidate for candidate in candidates}
    if len(by_lower) > _COMPARED or len(name) > 200:
        return None
    matches = difflib.get_close_matches(name.lower(), by_lower, n=1)
    return by_lower[matches[0]] if matches else None


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """The nearest candidate, if any, and all that are allowed."""
    allowed = list(candidates)
    if not allowed:
        return "nothing of this kind is defined"
    near = nearest(name, allowed)
    return (f'did you mean "{near}"? ' if near else "") + f"allowed: {listed(allowed)}"


def within(path: str, start: str) -> bool:
    """Whether a dotted path is another, or leads on from it: `kpis.wins.noise` is within `kpis.wins`."""
    return path == start or path.startswith((f"{start}.", f"{start}["))


def is_name(text: str) -> bool:
    return len(text) <= LONGEST_NAME and re.fullmatch(NAME, text) is not None


def as_name(text: str) -> str:
    """The valid name most like a text: `Été 2025` gives `Ete_2025`."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    name = re.sub(r"[^A-Za-z0-9_]+", "_", plain).strip("_")
    if not name:
        return "scenario"
    return (name if name[0].isalpha() else f"s_{name}")[:LONGEST_NAME]
