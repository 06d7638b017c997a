"""What a cell says of a deal: won, lost, neither, or what only its company knows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from optimizer.history.vocabulary import any_word, folded, lexicon, words, words_of

_ASIDES = re.compile(r"\([^)]*\)|\[[^\]]*\]|^\s*\d+\s*[.:)-]|\d+\s*%")
_COMPOUND = re.compile(r"^(closed|close)(won|lost)$")


def meaning(value: str) -> str:
    """What a cell says: `won`, `taken` (won in some companies), `untaken`, `lost`, `doubtful` or `open`."""
    plain = _ASIDES.sub(" ", folded(value))
    aside = words(" ".join(_ASIDES.findall(folded(value))))
    said = [part for word in words(plain) for part in _split(word)]
    phrase = " ".join(said)
    for end in ("lost", "won"):
        if phrase in lexicon()["outcomes"]["phrases"][end]:
            return end
    found = _of_words(said)
    return "open" if found == "taken" and any_word(aside, "outcomes", "open") else found


def _split(word: str) -> tuple[str, ...]:
    match = _COMPOUND.match(word)
    return match.groups() if match else (word,)


def _of_words(said: Sequence[str]) -> str:
    won, lost = (any_word(said, "outcomes", end) for end in ("won", "lost"))
    unsure = any_word(said, "outcomes", "not") or any_word(said, "outcomes", "hedge")
    if won and lost:
        return "doubtful"
    if lost:
        spared = _said_before(said, "not", "lost") or any_word(said, "outcomes", "nearly")
        return "open" if spared else "lost"
    if won and _only(said, "won", "filler", "not") and unsure:
        return "lost"
    if won:
        return "open" if unsure else "won"
    if any_word(said, "outcomes", "taken") and _only(said, "taken", "filler", "not"):
        return "untaken" if any_word(said, "outcomes", "not") else "taken"
    return "doubtful" if any_word(said, "outcomes", "doubtful") and not unsure else "open"


def _said_before(said: Sequence[str], first: str, then: str) -> bool:
    """Whether a word of one idea comes before one of the other, as in `not lost`."""
    at = [[i for i, word in enumerate(said) if word in words_of("outcomes", name)] for name in (first, then)]
    return bool(at[0] and at[1]) and at[0][0] < at[1][0]


def _only(said: Iterable[str], *names: str) -> bool:
    return set(said) <= frozenset().union(*(words_of("outcomes", name) for name in names))


def spoken(values: Iterable[str]) -> dict[str, list[str]]:
    """Values by meaning."""
    found: dict[str, list[str]] = {}
    for value in values:
        found.setdefault(meaning(value), []).append(value)
    return found
