"""What a run was told otherwise than its scenario says, in words."""

from __future__ import annotations

import re
from typing import Any

from reports.words.catalogue import Words
from reports.words.sentences import Tables

NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
MOST = 6
"""Changes that are listed on a page; all are in the table."""
LONGEST = 80
"""Letters of a value that is no number."""


def changes_said(words: Words, tables: Tables) -> list[str]:
    """`rules.budget.expected: 145,000 → 152,250`, a line each; nothing where nothing was changed."""
    changed = tables["changed"]
    lines = [_said(words, change) for _, change in changed.head(MOST).iterrows()]
    rest = len(changed) - len(lines)
    more = [words.count("changed.more", rest)] if rest else []
    return [*lines, *more]


def anew_said(words: Words, tables: Tables) -> list[str]:
    """That today is the changed company's, and where to ask the other question; nothing where it is not."""
    changed = tables["changed"]
    anew = changed[changed["anew"].astype(bool)]
    if anew.empty:
        return []
    paths, places = (list(dict.fromkeys(filter(None, anew[key].astype(str)))) for key in ("path", "instead"))
    said = [words.say("changed.anew", paths=_few(paths))]
    return [*said, words.say("changed.instead", places=_few(places))] if places else said


def _few(names: list[str]) -> str:
    return ", ".join([*names[:MOST], *(["…"] if len(names) > MOST else [])])


def _said(words: Words, change: Any) -> str:
    values = {side: _value(words, str(change[side])) for side in ("before", "after")}
    return words.say("changed.line", path=str(change["path"]), **values)


def _value(words: Words, text: str) -> str:
    """A number as the language writes it; any other value as the file has it."""
    if not text:
        return words.say("changed.nothing")
    if NUMBER.fullmatch(text):
        places = len(text.partition(".")[2])
        return words.write.number(float(text), places)
    return words.user(text, LONGEST)


def what_if_said(words: Words, tables: Tables) -> list[str]:
    """That these are the figures of a what-if, and what today then is; nothing where nothing was changed."""
    lines = changes_said(words, tables) if "changed" in tables else []
    if not lines:
        return []
    return [words.say("letter.changed", changes="; ".join(lines)), *anew_said(words, tables)]
