"""What a draft says of itself: numbers of the scenario that nobody has given yet."""

from __future__ import annotations

from typing import Any

from reports.words.catalogue import LONGEST_LABEL, Words
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
    """Where a number comes from, in the language of the document where the scenario says it there."""
    return words.user(words.labels.get(("source", str(row["path"])), str(row["source"])), longest)


def provisional(words: Words, row: Any, label: str) -> str:
    """A number's label, marked where nobody has given it."""
    return words.say("doubt.provisional", label=label) if row["placeholder"] else label


def provisional_note(words: Words, shown: Any) -> list[str]:
    """What marks beside bars mean; nothing where no bar has one."""
    marked = int(shown["placeholder"].sum())
    return [words.count("doubt.provisional_note", marked)] if marked else []
