"""What is no YAML, in our words: told from the text and where the parser stopped, never from what it says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from optimizer.scenario.files import TextFile
from optimizer.scenario.problems import InputProblem, Mark
from optimizer.scenario.yaml_ahead import Token

_INDENTATION = (
    "check the indentation and that a colon follows every key; put text with special characters in quotes"
)


class Refused(NamedTuple):
    """Where a parser refused a text."""

    at: int
    """Place of the first character that it could not use."""
    ahead: Sequence[Token]
    """What it had read up to there and not reported."""
    bracket: Mark | None
    """The innermost bracket that was open before that."""


def syntax_problem(text: TextFile, refused: Refused) -> InputProblem:
    """Why a text is no YAML, where, and what to write."""
    place, message, hint = _reason(text, refused)
    return text.problem(text.mark_at(place), "", f"not valid YAML: {message}", hint)


def control_character(text: TextFile, code: int) -> InputProblem:
    """A character that no text has."""
    mark = text.mark_at(max(0, text.content.find(chr(code))))
    return text.problem(mark, "", "a control character", "delete it", f"U+{code:04X}")


def _reason(text: TextFile, refused: Refused) -> tuple[int, str, str]:
    at = refused.at
    character = text.content[at : at + 1]
    if refused.ahead and refused.ahead[-1].kind == "unclosed":
        return _inside_quotes(text.content, refused.ahead[-1].start, at)
    if "\t" in text.content[text.content.rfind("\n", 0, at) + 1 : at + 1]:
        return at, "a tab where only spaces are read", "indent with spaces, not with tabs"
    if (bracket := _open_bracket(text, refused)) is not None:
        message = "a comma or a closing bracket is missing" if character != "," else "a comma after nothing"
        return at, message, f"the bracket opens on line {bracket[0] + 1}"
    if character == ":":
        hint = 'indent keys of one mapping alike; put text that contains ": " in quotes'
        return at, "a second colon, or a key where none can stand", hint
    if character and character in "]}":
        return at, "a bracket closes that is not open", "delete it, or put the text in quotes"
    if character and character in "@`%":
        return at, f"text cannot start with {character}", "put it in quotes"
    return at, "this does not continue what is above it", _INDENTATION


def _inside_quotes(content: str, quote: int, at: int) -> tuple[int, str, str]:
    if at >= len(content):
        hint = "close it where the text ends; double a quote that belongs to the text"
        return quote, "a quote is not closed", hint
    escape = content.rfind("\\", quote, at + 1)
    named = content[escape + 1 : escape + 2] in "xuU"
    hint = "write the character itself" if named else "write two backslashes, or use single quotes"
    return escape, "a backslash that stands for no character", hint


def _open_bracket(text: TextFile, refused: Refused) -> Mark | None:
    places: list[int] = []
    for token in refused.ahead:
        if token.kind == "opening":
            places.append(token.start)
        elif token.kind == "closing" and places:
            places.pop()
    return text.mark_at(places[-1]) if places else refused.bracket
