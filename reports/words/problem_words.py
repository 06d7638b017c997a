"""What is wrong with an input, in the language of the reader.

Problems are found deep inside, where no language is known, and said there in English. A sentence is turned
by itself, as gettext does: `locale/problems/<language>.json` has it, with `{}` for every value in it (`{w}`
for one without spaces), and beside it the sentence of the language, where the values stand by their places,
`{0}`, `{1}`. What it does not have stays English; a test says what that is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from reports.words.format import Formatter
from reports.words.locales import LOCALE

FOLDER = LOCALE / "problems"
GAPS = {"{}": "(.+?)", "{w}": r"(\S+)"}


@dataclass(frozen=True)
class _Sentence:
    """A sentence of the catalogue: what it looks like with its values, how much of it is words, and what it
    becomes."""

    looks: re.Pattern[str]
    words: int
    becomes: str


def problem_said(text: str, language: str, names: Mapping[str, str] | None = None) -> str:
    """A sentence about a problem in a language; `names` turns values in it, labels that an English sentence
    was made with."""
    if language == "en" or not text:
        return text
    told = _turned(text, language, names or {})
    return text if told is None else Formatter(language, "EUR").text(told)


def _turned(text: str, language: str, names: Mapping[str, str]) -> str | None:
    """None where the catalogue has no such sentence."""
    for sentence in _sentences(language):
        found = sentence.looks.fullmatch(text)
        if found is not None:
            values = (names.get(v) or _turned(v, language, names) or v for v in found.groups())
            return sentence.becomes.format(*values)
    return None


@cache
def _sentences(language: str) -> tuple[_Sentence, ...]:
    """Those that say most by themselves come first."""
    file = FOLDER / f"{language}.json"
    told = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    made = (_Sentence(_pattern(said), _words(said), becomes) for said, becomes in told.items())
    return tuple(sorted(made, key=lambda sentence: -sentence.words))


def _pattern(said: str) -> re.Pattern[str]:
    parts = re.split(r"(\{w?\})", said)
    return re.compile("".join(GAPS.get(part, re.escape(part)) for part in parts), re.DOTALL)


def _words(said: str) -> int:
    return len(re.sub(r"\{w?\}", "", said))
