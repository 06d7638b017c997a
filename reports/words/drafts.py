"""What a draft says of itself: numbers of the scenario that nobody has given yet."""

from __future__ import annotations

from typing import Any

from reports.words.catalogue import LONGEST_LABEL, Words, plain_number
from reports.words.sentences import Tables


def placeholders_in(tables: Tables) -> int:
    """How many numbers nobody has given yet."""
    return int(tables["summary"].iloc[0]["placeholders"])


def draft_mark(words: Words, tables: Tables) -> str:
    """The word across every page of a draft; empty where every number was given."""
    return words.say("draft.mark") if placeholders_in(tables) else ""


def draft_said(words: Words, tables: Tables) -> list[str]:
    """That nothing can be decided on yet; nothing where every number was given."""
    drafted = placeholders_in(tables)
    return [words.count("decision.draft", drafted)] if drafted else []


def source_text(words: Words, row: Any, longest: int = LONGEST_LABEL) -> str:
    """Where a number comes from, in the language of the document where the scenario says it there; what it
    spoke of, where the number is another one since."""
    text = words.user(words.labels.get(("source", str(row["path"])), str(row["source"])), longest)
    if not row["changed"]:
        return text
    return words.say("source.changed", source=text, of=_spoken(words, str(row["of"])))


def _spoken(words: Words, of: str) -> str:
    """A number as the language writes it; several as the file does."""
    try:
        return plain_number(words, float(of))
    except ValueError:
        return words.user(of)


def provisional(words: Words, row: Any, label: str) -> str:
    """A number's label, marked where nobody has given it."""
    return words.say("doubt.provisional", label=label) if row["placeholder"] else label


def provisional_note(words: Words, shown: Any) -> list[str]:
    """What marks beside bars mean; nothing where no bar has one."""
    marked = int(shown["placeholder"].sum())
    return [words.count("doubt.provisional_note", marked)] if marked else []
