"""Sources in words, in English and in French: answers as they were given, usual values with what they rest
on.

The library names publications by id (`hbr42 37 %`); here ids become titles. `said.json` has the sentences of
this package by key, `evidence.fr.json` the library's English notes in French.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from optimizer.scenario.start.answer_types import Answers
from optimizer.scenario.start.library import LIBRARY
from optimizer.scenario.start.questions import AskedQuestion, questions_of

Pair = tuple[str, str]
"""A text in English and in French."""
_THIN = "\u202f"
_IDS = re.compile(r"\b[a-z][a-z_0-9]*\b")


@cache
def _texts() -> dict[str, list[str]]:
    texts: dict[str, list[str]] = json.loads(Path(__file__).with_name("said.json").read_text("utf-8"))
    return texts


@cache
def _french() -> dict[str, str]:
    texts: dict[str, str] = json.loads(Path(__file__).with_name("evidence.fr.json").read_text("utf-8"))
    return texts


def said(key: str, **values: str) -> Pair:
    """A sentence of `said.json`; a decimal point among its values is a comma in French."""
    en, fr = _texts()[key]
    in_french = {name: value.replace(".", ",") for name, value in values.items()}
    return en.format(**values), fr.format(**in_french)


def joined(*parts: Pair) -> Pair:
    """One text of several."""
    return "; ".join(en for en, _ in parts), " ; ".join(fr for _, fr in parts)


def answered(answers: Answers, question: str, team: str | None = None) -> Pair:
    """What was answered, with its unit and who knows; or what is taken instead."""
    asked = _by_path(answers.archetype)[team, question]
    value = getattr(answers.teams[team], question) if team is not None else answers.value(question)
    key = "default" if team is None and answers.skipped(question) else "answer"
    units = _texts()[f"unit.{asked.unit}"]
    texts = []
    for index, language in enumerate(("en", "fr")):
        values = {"label": asked.label.said_in(language), "who": asked.who.said_in(language)}
        texts.append(_texts()[key][index].format(value=_number(value, language), unit=units[index], **values))
    source = said_by(answers, f"teams.{team}.{question}" if team is not None else f"answers.{question}")
    return joined((texts[0], texts[1]), *source)


def said_by(answers: Answers, place: str) -> tuple[Pair, ...]:
    """Where somebody says that an answer comes from, as it was written; nothing where nobody does."""
    source = answers.sources.get(place)
    return () if source is None else ((source, source),)


@cache
def _by_path(archetype: str) -> dict[tuple[str | None, str], AskedQuestion]:
    return {(question.team, question.id): question for question in questions_of(archetype)}


def _number(value: float, language: str) -> str:
    text = f"{value:,.10g}"
    return text if language == "en" else text.replace(",", _THIN).replace(".", ",")


@cache
def evidence(source: str) -> Pair:
    """The library's note on a number, with titles for ids."""
    notes = [note.strip() for note in source.split("; ")]
    english = [_titled(note, 0) for note in notes]
    french = [_titled(_french().get(note, note), 1) for note in notes]
    return "; ".join(dict.fromkeys(english)), " ; ".join(dict.fromkeys(french))


def _titled(note: str, index: int) -> str:
    """Ids replaced by titles."""
    return _IDS.sub(lambda found: _title(found[0], index), note)


def _title(word: str, index: int) -> str:
    if word not in LIBRARY.sources:
        return word
    if f"ref.{word}" in _texts():
        return _texts()[f"ref.{word}"][index]
    title = LIBRARY.sources[word].title
    return f"“{title}”" if index == 0 else f"« {title} »"
