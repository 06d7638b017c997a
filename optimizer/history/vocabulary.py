"""What a heading's or a cell's words mean; the words are in vocabulary.json, by language."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_PLURAL = re.compile(r"\b([A-Z]{2,})s\b")
"""Of capitals, as in `IDs`."""
_WORD = re.compile(r"[^\W\d_]+|\d+|#")
_ASIDE = re.compile(r"^\s*\([^)]*\)\s*(?=\S)")
"""What systems write before a heading that must not be changed, such as `(Do Not Modify)`."""
_SHORTEST, _SHORT = 3, ("id", "nr", "on", "at", "by")
"""Letters of a word that is part of a longer one, and words that may be shorter: `modifiedon`."""
_ENDINGS = ("s", "es", "n", "en")
"""Of plurals."""


@cache
def lexicon() -> Mapping[str, Any]:
    """The whole file of words."""
    text = (files("optimizer.history") / "vocabulary.json").read_text(encoding="utf-8")
    content: Mapping[str, Any] = json.loads(text)
    return content


@cache
def words_of(section: str, name: str) -> frozenset[str]:
    """All words for one idea, whatever the language."""
    return frozenset(word for words in lexicon()[section][name].values() for word in words.split())


def unaccented(text: str) -> str:
    """Letters without accents, composed or not; odd spaces and full-width digits become plain ones."""
    if text.isascii():
        return text
    letters = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def folded(text: str) -> str:
    """Lower case without accents: composed and decomposed letters, ß and ss are alike."""
    return unaccented(text.replace("°", "o").replace("'", " ").replace("’", " ")).casefold()


def is_yes(text: str) -> bool:
    return folded(text) in lexicon()["yes"]


def is_no(text: str) -> bool:
    return folded(text) in lexicon()["no"]


def words(text: str) -> list[str]:
    """The words of a text; `snake_case`, `camelCase` and `Any - Other` are split alike."""
    return _WORD.findall(folded(_CAMEL.sub(" ", _PLURAL.sub(r"\1", text))))


@cache
def ideas(heading: str) -> frozenset[str]:
    """Ideas that a heading is about, such as `created`, `date`, `owner`."""
    said = " ".join(words(_ASIDE.sub("", heading)))
    for phrase, word in lexicon()["headings_in_words"].items():
        said = re.sub(rf"\b{phrase}\b", word, said)
    return frozenset().union(*(_ideas_of(word) for word in said.split()))


def _ideas_of(word: str) -> frozenset[str]:
    known = _dictionary()
    forms = (word, *(word.removesuffix(ending) for ending in _ENDINGS if word.endswith(ending)))
    whole = next((known[form] for form in forms if form in known), None)
    parts = next((found for form in forms if (found := _parts(form))), ())
    return whole or frozenset().union(*(known[part] for part in parts or _heads(word)))


def _heads(word: str) -> Sequence[str]:
    """The last parts of a compound whose first is unknown: a `Vorgangsnummer` is a number, a
    `hubspotownerid` the id of an owner."""
    ends = (_parts(word[n:]) for n in range(1, len(word) - 2 * _SHORTEST + 2))
    several = next((found for found in ends if sum(map(len, found)) > 2 * _SHORTEST), ())
    return several or [head for head in lexicon()["heads_of_compounds"] if word.endswith(head)]


@cache
def _dictionary() -> Mapping[str, frozenset[str]]:
    """Ideas by word."""
    found: dict[str, set[str]] = {}
    for idea in lexicon()["headings"]:
        for word in words_of("headings", idea):
            found.setdefault(word, set()).add(idea)
    return {word: frozenset(those) for word, those in found.items()}


@cache
def _parts(word: str) -> tuple[str, ...]:
    """A compound such as `createdate` or `Abschlussdatum` as known words, the last as long as can be; none
    where a piece is unknown."""
    known = _dictionary()
    ends = [n for n in range(2, len(word)) if word[:n] in known and _long_enough(word[:n])]
    for end, rest in ((n, word[n + len(link) :]) for n in ends for link in _links(word[n:])):
        if rest in known and _long_enough(rest):
            return word[:end], rest
        if further := _parts(rest):
            return word[:end], *further
    return ()


def _links(rest: str) -> list[str]:
    """Letters between parts, as in `Angebotsdatum`; none first."""
    return ["", *(link for link in _ENDINGS if rest.startswith(link))]


def _long_enough(part: str) -> bool:
    return len(part) >= _SHORTEST or part in _SHORT


def any_word(those: Iterable[str], section: str, name: str) -> bool:
    return not words_of(section, name).isdisjoint(those)
