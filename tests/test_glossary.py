"""Words of French texts: the glossary beside the catalogues (reports/locale/glossary) holds for all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from reports.words.format import Formatter
from reports.words.locales import catalogue
from reports.words.periods import period_name
from reports.words.phrases import Phrases

ROOT = Path(__file__).parents[1]
GLOSSARY = json.loads((ROOT / "reports/locale/glossary/fr.json").read_text(encoding="utf-8"))
FRENCH = [
    "reports/locale/fr.json",
    "reports/locale/sentences/fr.json",
    "optimizer/scenario/start/evidence.fr.json",
]
"""Files of French texts, by key."""
BOTH = [
    "optimizer/scenario/start/library.json",
    "optimizer/scenario/starter.yaml",
    "scenarios/alignment/scenario.yaml",
]
"""Files of texts in two languages, `{en, fr}`."""


def texts(node: Any) -> Iterator[str]:
    """Every text below."""
    if isinstance(node, str):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from texts(child)


def french(node: Any) -> Iterator[str]:
    """Every text below that stands under `fr`."""
    if isinstance(node, dict):
        for key, child in node.items():
            yield from texts(child) if key == "fr" else french(child)
    for child in node if isinstance(node, list) else ():
        yield from french(child)


def content(file: str) -> Any:
    return yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))


def looked_for(word: str) -> re.Pattern[str]:
    """A word or its plural, however its apostrophe and spaces are typed."""
    plain = re.escape(word).replace("’", "['’]").replace("\\ ", "[ \u00a0\u202f]")
    return re.compile(rf"(?<!\w){plain}s?(?!\w)", re.IGNORECASE)


def forbidden_in(told: Iterator[str]) -> list[tuple[str, str]]:
    return [(word, text) for text in told for word in GLOSSARY["forbidden"] if looked_for(word).search(text)]


def test_one_english_term_has_one_french_one() -> None:
    terms = [part.strip() for term in GLOSSARY["terms"] for part in re.split("[,;/]", term["en"])]
    assert len(terms) > 130
    assert sorted(t for t in set(terms) if terms.count(t) > 1) == []


def test_a_term_is_none_of_the_words_that_it_is_not() -> None:
    for term in GLOSSARY["terms"]:
        named = {part.strip().lower() for part in re.split("[,;/(]", term["fr"])}
        assert not named & {word.lower() for word in term["not"]}, term["en"]
        assert not forbidden_in(iter([term["fr"]])), term["en"]


@pytest.mark.parametrize("file", FRENCH)
def test_no_french_catalogue_holds_a_forbidden_word(file: str) -> None:
    assert forbidden_in(texts(content(file))) == []


@pytest.mark.parametrize("file", BOTH)
def test_no_french_label_holds_a_forbidden_word(file: str) -> None:
    told = list(french(content(file)))
    assert told
    assert forbidden_in(iter(told)) == []


@pytest.mark.parametrize("word", ["Les pistes", "payé à l'objectif : paie à l'objectif", "pires 5 % des cas"])
def test_forbidden_words_are_found_however_they_are_typed(word: str) -> None:
    assert forbidden_in(iter([word]))


@pytest.mark.parametrize("word", ["pistes cyclables".replace("pistes", "pistent"), "`revenue`", "du année"])
def test_what_only_begins_like_one_is_none(word: str) -> None:
    assert not forbidden_in(iter([word]))


# --- periods --------------------------------------------------------------------------------------------

PERIODS = ("month", "quarter", "half_year", "year")
WRONG = re.compile(
    r"\bmoiss\b|\bdu an\b|\bde année|\bpar (?:le|la|l’)|\b(?:de|à) le\b|\b(?:un|le|ce) année|\bla an\b"
    r"|\ba half-years\b|\ba months\b|\ba an\b|\beach (?:months|quarters|years)\b|\bhalf_year\b|\{",
    re.IGNORECASE,
)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("period", PERIODS)
def test_every_sentence_has_its_period_in_the_right_form(language: str, period: str) -> None:
    words = Phrases(Formatter(language, "EUR"))
    name, told = period_name(words, period), 0
    for key, entry in catalogue(language).items():
        for text in [entry] if isinstance(entry, str) else entry.values():
            if "{period" not in text or key == "transition.fan.point":
                continue
            values = {v: "1" for v in re.findall(r"\{(\w+)[.}]", text) if v != "period"}
            said = words.write.text(text.format(**values, period=name))
            assert not WRONG.search(said), (key, said)
            told += 1
    assert told > 40


@pytest.mark.parametrize("count", [0, 0.5, 1])
def test_french_zero_and_one_are_singular(count: float) -> None:
    assert Formatter("fr", "EUR").plural(count) == "one"
