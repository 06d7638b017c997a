"""What `locale/<language>.json` says: every phrase by key, with plural forms where a count decides.

A language is one file. `language.name` is how it calls itself, `language.locale` how Babel does, and
`language.other` is the language into which its glossary translates.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

LOCALE = Path(__file__).parents[1] / "locale"
Entry = str | dict[str, str]
FIRST = "en"
"""What is said where nobody asks for another; labels are in it where a company has none in another."""


@cache
def catalogue(language: str) -> dict[str, Entry]:
    """Every phrase of a language, by key."""
    entries: dict[str, Entry] = json.loads((LOCALE / f"{language}.json").read_text(encoding="utf-8"))
    return entries


@cache
def languages() -> tuple[str, ...]:
    """Those that there are, in the order of their names."""
    return tuple(sorted(file.stem for file in LOCALE.glob("*.json")))


def spoken(*wanted: str) -> str:
    """The language that an environment wants: `fr_FR.UTF-8`; the first of several that says any."""
    codes = (name.split(":")[0].partition(".")[0].partition("_")[0].lower() for name in wanted if name)
    code = next(codes, FIRST)
    return code if code in languages() else FIRST


def as_given(language: str, text: str) -> str:
    """A phrase about a recommended plan, said of one that was imposed."""
    said, instead = phrase(language, "word.recommended"), phrase(language, "word.imposed")
    return text.replace(said, instead).replace(said.capitalize(), instead.capitalize())


def phrase(language: str, key: str) -> str:
    """A phrase as it stands in the file, which has no plural forms."""
    entry = catalogue(language)[key]
    assert isinstance(entry, str), f"{key} needs a count"
    return entry
