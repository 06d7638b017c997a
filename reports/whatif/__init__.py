"""The what-if page: one HTML file that computes any plan's equilibrium in the browser, with nothing to load.

`core/` is the numeric part, without a page; `page/` draws. Both are plain scripts, joined in this order.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from reports.browser import DOM, LINEAR, WORDS, Json, html_page, joined, words_for
from reports.run import Document, RunContent
from reports.whatif.page_labels import in_words
from reports.words.locales import as_given, languages

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
    "exposure",
    "rules",
    "weights",
    "text",
)
PAGE = ("bars", "teams", "results", "main")


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
    return html_page(
        source,
        language=language,
        title=source["company"]["scenario"]["label"][language],
        style=HERE / "page.css",
        scripts=[*_core(), DOM, *(HERE / "page" / f"{name}.js" for name in PAGE)],
    )


def page_words(language: str, currency: str, *, given: bool = False) -> Json:
    """What the page says in a language; of a plan that was given it says so."""
    if given:
        return words_for(language, currency, "whatif.", as_said=partial(as_given, language))
    return words_for(language, currency, "whatif.")


def core_script() -> str:
    """The numeric part alone, for any JavaScript engine."""
    return joined(_core())


def _core() -> list[Path]:
    return [WORDS, LINEAR, *(HERE / "core" / f"{name}.js" for name in CORE)]
