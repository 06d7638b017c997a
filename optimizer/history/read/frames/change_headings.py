"""Headings that say when a record was last changed."""

from __future__ import annotations

from optimizer.history.vocabulary import ideas

_OF_SOMETHING = frozenset(
    (
        "by",
        "stage",
        "status",
        "owner",
        "user",
        "activity",
        "creator",
        "value",
        "closed",
        "created",
        "next",
        "count",
    )
)
"""Ideas of headings about the change of a part of a record, or about who made it."""


def says_changed(heading: str) -> bool:
    """Whether a heading is that of the last change of a record, in any language of the vocabulary."""
    said = ideas(heading)
    return "modified" in said and not said & _OF_SOMETHING
