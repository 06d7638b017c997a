"""Words of a short workbook: of the locale when it is written; when it is read, those that it carries.

The hidden sheet CODES holds the language, the headings as they were written, every word of a list in every
language, and the labels that things had: so a workbook is read without a locale, and a changed heading or
label is followed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from optimizer.scenario.value_types import Label
from optimizer.scenario.xlsx.short.sheet_blocks import WORDS

CODES = "codes"
"""The hidden sheet."""
Say = Callable[..., str]
"""A phrase by its key, with values put in."""
LABEL_LANGUAGES = tuple(Label.model_fields)
LEFT = "leave"
"""Code of how units left waiting at a stage are called."""


@dataclass(frozen=True)
class SheetWords:
    """What a short workbook says, in its language, and words of lists in every one."""

    language: str
    spoken: Mapping[str, Say]

    @property
    def say(self) -> Say:
        return self.spoken[self.language]

    @property
    def here(self) -> str:
        """The language of its labels: its own, or the first where things have none in it."""
        return label_language(self.language)

    def word(self, group: str, code: str) -> str:
        return self.say(f"sheets.word.{group}.{code}")

    def rows(self) -> Iterator[list[str]]:
        """Of the hidden sheet: the language, and the words of lists."""
        yield ["language", self.language]
        ordered = [self.say, *(say for name, say in self.spoken.items() if name != self.language)]
        for group, codes in WORDS.items():
            for code in codes:
                yield ["word", f"{group}.{code}", *(say(f"sheets.word.{group}.{code}") for say in ordered)]
        yield ["word", f"{LEFT}.", *(say("sheets.left", stage="") for say in ordered)]


def label_language(language: str) -> str:
    return language if language in LABEL_LANGUAGES else LABEL_LANGUAGES[0]


def other_language(here: str) -> str:
    """The language of the labels that a workbook shows beside those of its own."""
    return next(language for language in LABEL_LANGUAGES if language != here)


def folded(text: object) -> str:
    """A text without what people do not see in it: letters' case, accents' form, kinds of spaces."""
    return " ".join(unicodedata.normalize("NFC", str(text)).casefold().split())


@dataclass
class CarriedWords:
    """What the hidden sheet of a workbook says."""

    language: str = LABEL_LANGUAGES[0]
    headings: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """The codes of a heading, by its block and its text; a plan may be called like another column."""
    columns: dict[str, list[str]] = field(default_factory=dict)
    """Headings of a block as people see them."""
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    """The code of a word of a list, by group and text."""
    listed: dict[str, list[str]] = field(default_factory=dict)
    """Words of lists as people see them."""
    former: dict[str, dict[str, str]] = field(default_factory=dict)
    """The code of a thing, by section and the label that it had."""

    @property
    def here(self) -> str:
        return label_language(self.language)


def carried_words(rows: Sequence[Sequence[Any]]) -> CarriedWords:
    """The words of the rows of the hidden sheet; rows that say nothing of the kind are left alone."""
    carried = CarriedWords()
    for row in rows:
        texts = [str(value) for value in row if value is not None]
        if len(texts) > 1:
            _take(carried, texts[0], texts[1], texts[2:])
    return carried


def _take(carried: CarriedWords, kind: str, code: str, texts: Sequence[str]) -> None:
    group, _, name = code.partition(".")
    if kind == "language":
        carried.language = code
    elif kind == "heading" and texts:
        carried.headings.setdefault((group, folded(texts[0])), []).append(name)
        carried.columns.setdefault(group, []).append(texts[0])
    elif kind == "word":
        carried.words.setdefault(group, {}).update({folded(text): name for text in texts})
        carried.listed.setdefault(group, []).extend(texts[:1])
    elif kind == "was" and texts:
        carried.former.setdefault(group, {})[folded(texts[0])] = name
