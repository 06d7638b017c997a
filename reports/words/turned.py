"""Sentences that are said in English where they are found, in the language of the reader.

Problems are found deep inside, where no language is known, and terminals are written to from many places. A
sentence is turned by itself, as gettext does: `locale/sentences/<language>.json` has it, with `{}` for every
value in it (`{w}` for one without spaces, `{c}` for a currency), and beside it the sentence of the language,
where the values stand by their places, `{0}`, `{1}`. Numbers are written as the language does. What the file
does not have stays English; a test says what that is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from reports.words.format import Formatter
from reports.words.locales import LOCALE

FOLDER = LOCALE / "sentences"
GAPS = {"{}": "(.+?)", "{w}": r"(\S+)", "{c}": "([A-Z]{3})"}
ENGLISH = "en"
NUMBER = re.compile(r"(?<![\w.,])[-+−]?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+|\d+(?=%))%?(?![\w.]*\w)")
"""A number as English writes it, that other languages write otherwise; not one in a name or a date."""


@dataclass(frozen=True)
class _Sentence:
    """A sentence of the catalogue: what it looks like with its values, how much of it is words, and what it
    becomes."""

    looks: re.Pattern[str]
    words: int
    becomes: str


def turned(text: str, language: str, names: Mapping[str, str] | None = None) -> str:
    """A sentence in a language; `names` turns values in it, labels that an English sentence was made with.
    Lines are turned one by one."""
    if language == ENGLISH or not text.strip():
        return text
    if "\n" in text:
        return "\n".join(turned(line, language, names) for line in text.split("\n"))
    told = _turned(text, language, names or {})
    return text if told is None else Formatter(language, "EUR").text(told)


def _turned(text: str, language: str, names: Mapping[str, str]) -> str | None:
    """None where the catalogue has no such sentence."""
    plain = text.strip()
    start, end = text[: text.find(plain)], text[text.find(plain) + len(plain) :]
    for sentence in _sentences(language):
        found = sentence.looks.fullmatch(plain)
        if found is not None:
            values = (
                names.get(v) or _turned(v, language, names) or numbered(v, language) for v in found.groups()
            )
            return f"{start}{sentence.becomes.format(*values)}{end}"
    return None


def numbered(text: str, language: str) -> str:
    """The text with its numbers as a language writes them."""
    if language == ENGLISH:
        return text
    symbols = Formatter(language, "EUR").locale.number_symbols["latn"]

    def written(found: re.Match[str]) -> str:
        digits = found[0].replace(",", "\0").replace(".", symbols["decimal"]).replace("\0", symbols["group"])
        return digits.replace("%", "\u202f%")

    return NUMBER.sub(written, text)


@cache
def _sentences(language: str) -> tuple[_Sentence, ...]:
    """Those that say most by themselves come first."""
    file = FOLDER / f"{language}.json"
    told = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    made = (_Sentence(_pattern(said), _words(said), becomes) for said, becomes in told.items())
    return tuple(sorted(made, key=lambda sentence: -sentence.words))


def _pattern(said: str) -> re.Pattern[str]:
    parts = re.split(r"(\{[wc]?\})", said)
    return re.compile("".join(GAPS.get(part, re.escape(part)) for part in parts))


def _words(said: str) -> int:
    return len(re.sub(r"\{[wc]?\}", "", said))
