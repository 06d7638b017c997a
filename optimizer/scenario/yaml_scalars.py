"""Plain scalars of YAML 1.2, core schema: what unquoted text means, and where it could mean two things."""

from __future__ import annotations

import math
import re
from typing import Any, NamedTuple

from optimizer.scenario.problems import number

_LONGEST = 400
"""Characters of the longest number read; more is a slip, and Python would take quadratic time over it."""

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_BASED = re.compile(r"0o[0-7]{1,16}|0x[0-9a-fA-F]{1,16}")
FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_OCTAL = re.compile(r"[-+]?0[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?")
_SEXAGESIMAL = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_UNDERSCORED = re.compile(r"[-+]?[0-9][0-9.]*_[0-9_.]*(?:[eE][-+]?[0-9]+)?")

NOT_TEXT = {
    "null": re.compile(r"(?:~|null|Null|NULL)?\Z"),
    "bool": re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z"),
    "int": re.compile(rf"(?:{_INTEGER.pattern}|{_BASED.pattern})\Z"),
    "float": re.compile(rf"(?:{FLOAT.pattern}|{_SPECIAL.pattern})\Z"),
    "ambiguous": re.compile(rf"(?:{_OCTAL.pattern}|{_SEXAGESIMAL.pattern}|{_UNDERSCORED.pattern})\Z"),
}
"""What must be quoted to stay text, by the YAML tag it would get instead."""


class AmbiguousScalar(NamedTuple):
    """Why a plain scalar is refused, and what to write."""

    message: str
    hint: str


def resolved(text: str) -> Any:
    """The value of a plain scalar, or an AmbiguousScalar; dates, `yes`, `no` and `on` are text."""
    if text in _WORDS:
        return _WORDS[text]
    if not text.startswith(tuple("+-.0123456789")):
        return text
    if FLOAT.fullmatch(text):
        return _number(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    if _SPECIAL.fullmatch(text):
        return float(text.replace(".", ""))
    remedy = _remedy(text) if len(text) <= _LONGEST else ""
    return AmbiguousScalar("can be read in more than one way", remedy) if remedy else text


def _number(text: str) -> int | float | AmbiguousScalar:
    if len(text) > _LONGEST or math.isinf(float(text)):
        return AmbiguousScalar("is too large or too long a number", "write a number below 1e300")
    return int(text) if _INTEGER.fullmatch(text) else float(text)


def _remedy(text: str) -> str:
    """What to write where the YAML versions, or people, read a number differently."""
    if _OCTAL.fullmatch(text):
        return f'write {number(float(text))} for a number, "{text}" in quotes for text'
    if _UNDERSCORED.fullmatch(text):
        return f'write {text.replace("_", "")} for a number, "{text}" in quotes for text'
    if _SEXAGESIMAL.fullmatch(text):
        return f'write "{text}" in quotes for text; a duration is a plain number of hours, e.g. 12.5'
    return ""
