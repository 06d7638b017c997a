"""The page of `incentives start --page`: it asks, draws the funnel as it grows, saves answers and scenario.

`core/` reads what is typed and generates the scenario, as `optimizer.scenario.start` does; `page/` asks and
draws. Nothing is loaded, nothing is sent, nothing is kept but in the files that a person saves: a page opened
from a disk shares its storage with every other such page, so pay has no place there.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reports.browser import DOM, LINEAR, PERIODS, WORDS, Json, html_page, words_for
from reports.words.locales import languages, phrase

HERE = Path(__file__).parent
CORE = (
    "questions",
    "yaml",
    "state",
    "company",
    "ways",
    "walk",
    "reconcile",
    "work",
    "hours",
    "cycle",
    "values",
    "activities",
    "kpis",
    "rules",
    "generate",
    "remarks",
    "steering",
    "evidence",
    "sources",
    "funnel",
)
"""One for each module of `optimizer.scenario.start`, in the order in which they are needed."""
PAGE = ("fields", "form", "funnel", "told", "assumed", "files", "main")
CURRENCY = "EUR"
"""In which the library's amounts are."""
SAID = ("start.said.", *PERIODS)
"""Phrases of others that the page says too."""
NEEDED = (
    "sources",
    "parameters",
    "families",
    "questions",
    "per_team_questions",
    "defaults",
    "archetypes",
    "france",
)
"""Parts of the library that generation needs."""


def start_page(
    library: Mapping[str, Any],
    texts: Mapping[str, Any],
    french: Mapping[str, str],
    examples: Mapping[str, Any],
    language: str = "en",
    archetype: str | None = None,
) -> str:
    """The page for a library, the sentences of its sources with its notes in French, and an example set of
    answers of each of its kinds of company."""
    data: Json = {
        "library": {part: library[part] for part in NEEDED} | {"texts": texts, "french": french},
        "examples": examples,
        "language": language,
        "archetype": archetype,
        "catalogues": {code: words_for(code, CURRENCY, "start_page.", SAID) for code in languages()},
    }
    return html_page(
        data,
        language=language,
        title=phrase(language, "start_page.title"),
        style=HERE / "page.css",
        scripts=[WORDS, LINEAR, *_files("core", CORE), DOM, *_files("page", PAGE)],
    )


def _files(folder: str, names: tuple[str, ...]) -> list[Path]:
    return [HERE / folder / f"{name}.js" for name in names]
