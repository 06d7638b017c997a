"""Colours, type and the characters that the type has. Every pair that carries text has a contrast of 4.5."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"
FAMILY = "Incentive Sans"
MISSING = "□"
"""Stands for a character that the type does not have."""

COLOURS = {
    "paper": "#FFFFFF",
    "ink": "#1B2733",
    "muted": "#4F5C68",
    "line": "#D3DAE0",
    "panel": "#F2F5F7",
    "accent": "#0B5563",
    "good": "#1B6336",
    "good_tint": "#E2F1E7",
    "warn": "#734600",
    "warn_tint": "#FBEFD5",
    "bad": "#971B1B",
    "bad_tint": "#FBE6E4",
    "heat1": "#E6F1F3",
    "heat2": "#CBE3E7",
    "heat3": "#A9D0D7",
    "risk1": "#FBEFD5",
    "risk2": "#F6DDB0",
    "risk3": "#EDC388",
    "faint": "#8E9AA5",
    "rival": "#8A5A12",
}

PAIRS = (
    ("ink", "paper"),
    ("ink", "panel"),
    ("ink", "heat1"),
    ("ink", "heat2"),
    ("ink", "heat3"),
    ("ink", "risk1"),
    ("ink", "risk2"),
    ("ink", "risk3"),
    ("muted", "paper"),
    ("muted", "panel"),
    ("accent", "paper"),
    ("accent", "panel"),
    ("accent", "heat1"),
    ("paper", "accent"),
    ("good", "paper"),
    ("good", "good_tint"),
    ("warn", "paper"),
    ("warn", "warn_tint"),
    ("bad", "paper"),
    ("bad", "bad_tint"),
    ("rival", "paper"),
    ("ink", "warn_tint"),
    ("ink", "bad_tint"),
    ("ink", "good_tint"),
)
"""(text, ground) pairs that templates and charts use."""


def contrast(text: str, ground: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    high, low = sorted((_luminance(text), _luminance(ground)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def font_files() -> list[Path]:
    return sorted(FONTS.glob("*.ttf"))


@cache
def characters() -> frozenset[str]:
    """What every face of the type can print."""
    from matplotlib.ft2font import FT2Font

    maps = [set(FT2Font(str(file)).get_charmap()) for file in font_files()]
    return frozenset(chr(code) for code in set.intersection(*maps))


SHY = "\u00ad"
LONG_WORD = 18
"""Words longer than this may be broken, so that they stay in their column."""


def printable_text(text: str, longest: int | None = None) -> str:
    """Text of a user, on one line, in characters that the type has; cut visibly at `longest` characters."""
    flat = " ".join(unicodedata.normalize("NFC", text).split())
    shown = "".join(c if c in characters() and not _hidden(c) else MISSING for c in flat)
    if longest is not None and len(shown) > longest:
        shown = shown[: longest - 1].rstrip() + "…"
    return " ".join(_breakable(word) for word in shown.split(" "))


def _hidden(character: str) -> bool:
    """Controls and marks without a shape: they could hide or reorder text."""
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn")


def _breakable(word: str) -> str:
    if len(word) <= LONG_WORD:
        return word
    return SHY.join(word[at : at + 10] for at in range(0, len(word), 10))
