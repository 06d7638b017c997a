"""What a parser had read ahead when it refused: brackets and quotes that it never reported as events.

A parser reads on until it knows whether a value is a key, so it may refuse (brackets nested deeper than it
likes, say) before it reports the values that we count. What it refuses, and in which words, differs between
libraries and their versions; what stands in the text does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_TOKEN = r"""
    (?P<space>[\s,:]+) | (?P<comment>\#[^\n]*)
  | (?P<quoted>"(?:\\.|[^"\\])*" | '(?:''|[^'])*') | (?P<unclosed>["'].*)
  | (?P<opening>[\[{]) | (?P<closing>[\]}])
  | (?P<property>[&!*][^\s,\[\]{}]*)
"""
_PLAIN_IN_FLOW = r"| (?P<plain>(?:(?<!\s)\# | :(?=[^\s\[\]{},]) | [^\n\[\]{},:\#])+)"
_PLAIN_IN_BLOCK = r"| (?P<dash>[-?](?=\s)) | (?P<plain>(?:(?<!\s)\# | :(?=\S) | [^\n:\#])+)"
_IN_FLOW = re.compile(_TOKEN + _PLAIN_IN_FLOW, re.VERBOSE | re.DOTALL)
_IN_BLOCK = re.compile(_TOKEN + _PLAIN_IN_BLOCK, re.VERBOSE | re.DOTALL)


class Token(NamedTuple):
    """A stretch of text: an `opening` or `closing` bracket, `quoted` text, an `unclosed` quote, others."""

    kind: str
    start: int
    level: int
    """Brackets opened since the start and not closed, this token included."""


def tokens_ahead(content: str, start: int, stop: int, in_flow: bool) -> Iterator[Token]:
    """The tokens of a stretch of YAML.

    `start` is the end of a token; `in_flow` says whether a bracket is open there already. Brackets inside
    quotes, comments and plain text are text. Unbalanced ones are the parser's to report.
    """
    position, level = start, 0
    while position < stop:
        token = (_IN_FLOW if in_flow or level > 0 else _IN_BLOCK).match(content, position, stop)
        if token is None:
            return
        kind = str(token.lastgroup)
        level += {"opening": 1, "closing": -1}.get(kind, 0)
        yield Token(kind, position, level)
        position = token.end()
