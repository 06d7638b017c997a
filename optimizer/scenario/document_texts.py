"""Texts that plan documents print, by their place, and those that are not in the document's language."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path as FilePath
from typing import NamedTuple

from optimizer.scenario.problems import Path
from optimizer.scenario.types import Scenario
from optimizer.scenario.value_types import Label

KPI_TEXTS = ("unit", "definition", "counted_on", "data_source", "excluded", "measured_by")
"""Keys of a KPI that only people read."""
LANGUAGES = {"en": "English", "fr": "French"}
"""Languages whose words are known here, by code."""

_WORDS = FilePath(__file__).with_name("languages.json")
"""Words that only one language has: of its grammar, without which there is no sentence, and of business, for
labels that have none."""
_WORD = re.compile(r"[^\W\d_]+")


class Mistold(NamedTuple):
    """A text that is not in the language in which a document would print it."""

    path: Path
    language: str
    text: str


def plan_texts(scenario: Scenario) -> dict[str, Label]:
    """The texts of `plan_document`, by key."""
    given = ((key, getattr(scenario.plan_document, key)) for key in type(scenario.plan_document).model_fields)
    return {key: text for key, text in given if isinstance(text, Label)}


def document_texts(scenario: Scenario) -> Iterator[tuple[Path, Label]]:
    """Every text that a plan document may print, by its place in the file; a name where there is no label."""
    if scenario.label is not None:
        yield ("label",), scenario.label
    for team, who in scenario.teams.items():
        yield ("teams", team, "label"), who.label or _plain(team)
    for name, kpi in scenario.kpis.items():
        yield ("kpis", name, "label"), kpi.label or _plain(name)
        for key in KPI_TEXTS:
            if (text := getattr(kpi, key)) is not None:
                yield ("kpis", name, key), text
    yield from ((("plan_document", key), text) for key, text in plan_texts(scenario).items())


def _plain(name: str) -> Label:
    """A name as documents print it."""
    return Label(en=name.replace("_", " "), fr=name.replace("_", " "))


def mistold(scenario: Scenario) -> Iterator[Mistold]:
    """Texts in the wrong language: what is written as one text, for both, is in one of the two. A company is
    called the same in every language."""
    for path, label in document_texts(scenario):
        if path == ("label",) and label.en == label.fr:
            continue
        for language, text in label.model_dump().items():
            spoken = reads_as(text, labels=label.en == label.fr and path[-1] != "data_source")
            if spoken not in ("", language):
                yield Mistold(path, language, text)


def reads_as(text: str, *, labels: bool) -> str:
    """The language a text is in, by words that only one has; empty where that cannot be told.

    `labels`: also by words of business, which systems and products have in their names.
    """
    words = [word.lower() for word in _WORD.findall(text)]
    counts = {
        language: sum(word in _known(language, labels) for word in words) for language in Label.model_fields
    }
    most = max(counts, key=lambda language: counts[language])
    return most if counts[most] > min(counts.values()) else ""


@cache
def _known(language: str, labels: bool) -> frozenset[str]:
    words = json.loads(_WORDS.read_text(encoding="utf-8"))
    kinds = ("grammar", "business") if labels else ("grammar",)
    return frozenset(word for kind in kinds for word in words[kind][language].split())
