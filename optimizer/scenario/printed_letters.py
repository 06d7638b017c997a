"""Characters that documents can print: Latin, Greek, Cyrillic, signs; and what of a text they cannot.

The type itself lies with the reports, which the scenario must not know; a test compares the two.
"""

from __future__ import annotations

import unicodedata
from functools import cache

_RANGES = """
    20-7e a0-17f 192 1fa-1ff 218-21b 237 2b9-2dd 300-304 306-30c 327-328 386-38a 38c 38e-3a1 3a3-3ce
    400-45f 490-491 1e80-1e85 1ef2-1ef3 2000-200b 2010 2012-2015 2018-201e 2020-2022 2026 202f-2030
    2032-2033 2039-203a 2044 2070-2071 2074-207b 2080-2089 20a0-20b5 20b8-20ba 2116 2122 2126 2190-2195
    2202 2206 220f 2211-2212 2215 2219-221a 221e 222b 2248 2260 2264-2265 25a1 25ca-25cc 25cf fb01-fb02
"""
"""Code points of every face of the type, hexadecimal."""
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn")
"""Categories of controls and marks without a shape."""


@cache
def printed() -> frozenset[str]:
    """Every character that documents print."""
    ends = [part.split("-") for part in _RANGES.split()]
    return frozenset(chr(code) for end in ends for code in range(int(end[0], 16), int(end[-1], 16) + 1))


def missing(text: str) -> str:
    """The characters of a text that documents cannot print, in its order; blanks are not counted."""
    shown = "".join(unicodedata.normalize("NFC", text).split())
    return "".join(c for c in shown if c not in printed() or unicodedata.category(c) in _HIDDEN)


def is_readable(text: str) -> bool:
    """Whether at least half of a text can be printed; else its thing is better called by its name."""
    return 2 * len(missing(text)) <= len("".join(text.split()))
