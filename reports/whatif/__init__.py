"""The what-if page: one HTML file that computes any plan's equilibrium in the browser, with nothing to load.

`core/` is the numeric part, without a page; `page/` draws. Both are plain scripts, joined in this order. Data
travel as JSON in a block that cannot end early; texts of the scenario only ever become text nodes.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import html
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Template
from typing import Any

from reports.run import Document, RunContent
from reports.style import COLOURS
from reports.whatif.page_labels import in_words
from reports.words.format import Formatter
from reports.words.locales import as_given, catalogue, languages, phrase

HERE = Path(__file__).parent
CORE = (
    "bivariate",
    "pay",
    "quadratic",
    "company",
    "beliefs",
    "response",
    "booking",
    "outcome",
    "linear",
    "exposure",
    "rules",
    "weights",
    "text",
)
PAGE = ("dom", "teams", "results", "main")
PHRASES = ("whatif.", "period.month", "period.quarter", "period.half_year", "period.year")
"""Beginnings of the keys that the page says."""

Json = dict[str, Any]


def whatif_page(run: RunContent, language: str, _date: dt.date | None) -> Iterator[Document]:
    """`whatif.html`, where the run knows the calibrated company."""
    if run.company is not None:
        yield Document("whatif.html", page_of(run.company, language).encode())


def page_of(company: Mapping[str, Any], language: str = "en") -> str:
    """The page for a company's data (`optimizer.tables.whatif.SCHEMA`), first shown in a language.

    Every other is a click away. The same data give the same text."""
    currency, given = company["scenario"]["currency"], company["scenario"]["status"] == "given"
    source: Json = {
        "company": in_words(company),
        "language": language,
        "catalogues": {lang: page_words(lang, currency, given=given) for lang in languages()},
    }
    style, script = (
        _style(),
        f'"use strict";(() => {{\n{_joined("core", CORE)}\n{_joined("page", PAGE)}}})();\n',
    )
    return Template((HERE / "page.html").read_text(encoding="utf-8")).substitute(
        language=language,
        policy=_policy(style, script),
        title=html.escape(source["company"]["scenario"]["label"][language]),
        style=style,
        script=script,
        data=embedded(source),
    )


def page_words(language: str, currency: str, *, given: bool = False) -> Json:
    """Phrases of a language, and how it writes numbers and money, as the PDF does."""
    write = Formatter(language, currency)
    numbers = {
        "group": write.number(1000)[1:-3],
        "decimal": write.number(0.1, 1)[1:-1],
        "percent": write.percent(0.01, 0).replace("1", "{n}"),
        "money": write.money(1).replace("1", "{n}"),
        "locale": str(write.locale).replace("_", "-"),
    }
    said = {key: as_given(language, text) if given else text for key, text in _phrases(language)}
    phrases = {key: write.text(text) for key, text in said.items()}
    return {"name": phrase(language, "language.name"), "phrases": phrases, "numbers": numbers}


def core_script() -> str:
    """The numeric part alone, for any JavaScript engine."""
    return _joined("core", CORE)


def embedded(value: Any) -> str:
    """JSON for a script block: no character that could end the block or a line of script."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _phrases(language: str) -> Iterator[tuple[str, str]]:
    """What the page says: `whatif.<key>` as `<key>`, with a key per plural form, and periods."""
    for key, entry in catalogue(language).items():
        if isinstance(entry, dict):
            forms = {f"{key}.{form}": text for form, text in entry.items()}
        else:
            forms = {key: entry}
        if key.startswith(PHRASES):
            yield from ((name.removeprefix(PHRASES[0]), text) for name, text in forms.items())


def _style() -> str:
    colours = "".join(f"--{name}:{value};" for name, value in COLOURS.items())
    return f":root{{{colours}}}\n" + (HERE / "page.css").read_text(encoding="utf-8")


def _joined(folder: str, names: tuple[str, ...]) -> str:
    return "\n".join((HERE / folder / f"{name}.js").read_text(encoding="utf-8") for name in names)


def _policy(style: str, script: str) -> str:
    """Nothing but this very style and script; nothing from anywhere."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
