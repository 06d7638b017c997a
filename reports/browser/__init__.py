"""What every page for a browser shares: one HTML file with nothing to load, its words, policy and parts.

Data travel as JSON in a block that cannot end early; texts of people only ever become text nodes (`dom.js`).
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from string import Template
from typing import Any

from reports.style import COLOURS
from reports.words.format import Formatter
from reports.words.locales import catalogue, phrase

HERE = Path(__file__).parent
WORDS = HERE / "words.js"
LINEAR = HERE / "linear.js"
DOM = HERE / "dom.js"
PERIODS = ("period.month", "period.quarter", "period.half_year", "period.year")

Json = dict[str, Any]


def html_page(data: Json, *, language: str, title: str, style: Path, scripts: list[Path]) -> str:
    """One file: data, a style after the common one, and scripts as one, in a scope of their own."""
    colours = "".join(f"--{name}:{value};" for name, value in COLOURS.items())
    css = f":root{{{colours}}}\n{_read(HERE / 'page.css')}{_read(style)}"
    script = f'"use strict";(() => {{\n{joined(scripts)}\n}})();\n'
    return Template(_read(HERE / "page.html")).substitute(
        language=language,
        policy=_policy(css, script),
        title=html.escape(title),
        style=css,
        script=script,
        data=embedded(data),
    )


def words_for(
    language: str,
    currency: str,
    prefix: str,
    also: tuple[str, ...] = PERIODS,
    as_said: Callable[[str], str] = lambda text: text,
) -> Json:
    """Phrases of a language that begin with a prefix, without it, and `also` others by their whole key; and
    how it writes numbers, as in PDFs."""
    write = Formatter(language, currency)
    numbers = {
        "group": write.number(1000)[1:-3],
        "decimal": write.number(0.1, 1)[1:-1],
        "percent": write.percent(0.01, 0).replace("1", "{n}"),
        "money": write.money(1).replace("1", "{n}"),
        "locale": str(write.locale).replace("_", "-"),
    }
    phrases = {key: write.text(as_said(text)) for key, text in _phrases(language, prefix, also)}
    return {"name": phrase(language, "language.name"), "phrases": phrases, "numbers": numbers}


def embedded(value: Any) -> str:
    """JSON for a script block: no character that could end the block or a line of script."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def joined(scripts: list[Path]) -> str:
    """Plain scripts, one after the other."""
    return "\n".join(map(_read, scripts))


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def _phrases(language: str, prefix: str, also: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """What a page says: `<prefix><key>` as `<key>`, with a key per plural form."""
    for key, entry in catalogue(language).items():
        if isinstance(entry, dict):
            forms = {f"{key}.{form}": text for form, text in entry.items()}
        else:
            forms = {key: entry}
        if key.startswith((prefix, *also)):
            yield from ((name.removeprefix(prefix), text) for name, text in forms.items())


def _policy(style: str, script: str) -> str:
    """Nothing but this very style and script; nothing from anywhere."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
