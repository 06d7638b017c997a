"""A generated scenario for people: what was adjusted and assumed, and every given number found again."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from rich.table import Table

from optimizer.cli.show.terminal import row, show, table
from optimizer.scenario.start.adjustments import Said
from optimizer.scenario.start.answer_types import Answers
from optimizer.scenario.start.default_rules import FLOOR
from optimizer.scenario.start.kept_answers import KeptAnswer
from optimizer.scenario.start.questions import AskedQuestion, questions_of
from reports.words.asking import CURRENCY, amount, asking
from reports.words.format import Formatter, digits
from reports.words.phrases import Phrases

SAME = 5e-5
"""Relative difference below which a number came out as it was given."""
_DECIMALS = {"found": 1, "factor": 2, "size": 2, "heads": 2, "times": 1}
"""Of numbers that are no shares."""
_SHARES = {
    "step": 1,
    "rate": 0,
    "power": 2,
    "leave": 1,
    "given": 1,
    "usual": 0,
    "by_hour": 0,
    "booked": 0,
    "noise": 0,
    "lapsing": 1,
    "kept": 1,
}


def phrases(language: str) -> Phrases:
    """Phrases of a language for amounts in euros."""
    return Phrases(Formatter(language, CURRENCY))


def sentences(answers: Answers, said: Sequence[Said], words: Phrases) -> list[str]:
    """What was adjusted, assumed or doubted, in the order of the rules."""
    return [_sentence(answers, remark, words) for remark in said]


def _sentence(answers: Answers, said: Said, words: Phrases) -> str:
    key = f"start.said.{said.code}"
    if said.code == "horizon":
        return words.count(key, int(said.numbers["years"]))
    question = _question(answers, said.about) if said.code == "skipped" else None
    about = _label(answers, said.about, words.language) if said.about else ""
    values = {name: _number(name, value, words.write, question) for name, value in said.numbers.items()}
    return words.say(key, about=about, floor=words.write.percent(FLOOR, 0), **values)


def _number(name: str, value: float, write: Formatter, question: AskedQuestion | None) -> str:
    if question is not None:
        return amount(value, question.unit, write)
    if name == "controllability":
        return write.percent(value, 1)
    if name in _SHARES:
        return write.percent(value, _SHARES[name], signed=name == "step")
    if name in ("value", "pay"):
        return write.money(value)
    return write.number(value, digits(value, _DECIMALS.get(name, 2)))


def _question(answers: Answers, about: str) -> AskedQuestion:
    return next(q for q in questions_of(answers.archetype) if q.team is None and q.id == about)


def _label(answers: Answers, about: str, language: str) -> str:
    """A team, a stage, a KPI or a question by its name."""
    form = answers.form
    for named in (form.team, form.stage, form.kpi):
        if about in named:
            return named[about].label.said_in(language)
    return asking(language, answers.period).per(_question(answers, about).label.said_in(language))


# --- answers found again --------------------------------------------------------------------------------


def answers_table(answers: Answers, kept: Sequence[KeptAnswer], words: Phrases) -> Table:
    """What was answered against what the scenario gives."""
    columns = [words.say(f"start.answers.{name}") for name in ("question", "given", "found", "difference")]
    drawn = table(words.say("start.answers.title"), columns)
    for answer in kept:
        row(drawn, *_cells(answers, answer, words))
    return drawn


def _cells(answers: Answers, kept: KeptAnswer, words: Phrases) -> Iterator[str]:
    unit, write = kept.question.unit, words.write
    named = asking(words.language, answers.period).per(kept.question.label.said_in(words.language))
    colon = words.say("start.answers.colon")
    kpi = f"{colon}{answers.form.kpi[kept.kpi].label.said_in(words.language)}" if kept.kpi else ""
    assumed = f" ({words.say('start.answers.assumed')})" if kept.skipped else ""
    yield words.write.text(named + kpi + assumed)
    yield amount(kept.given, unit, write)
    yield amount(round(kept.found, 2), unit, write)
    yield "" if abs(kept.difference) < SAME else write.percent(kept.difference, 2, signed=True)


def show_started(answers: Answers, said: Sequence[Said], kept: Sequence[KeptAnswer], words: Phrases) -> None:
    """Sentences, then the table."""
    show(*sentences(answers, said, words), answers_table(answers, kept, words))


def started_json(answers: Answers, said: Sequence[Said], words: Phrases) -> list[dict[str, Any]]:
    """Codes with their numbers, and the sentence."""
    told = sentences(answers, said, words)
    return [
        {"code": s.code, "about": s.about, "numbers": dict(s.numbers), "doubt": s.is_doubt, "text": text}
        for s, text in zip(said, told, strict=True)
    ]


def _known(value: float) -> float | None:
    """None for what the file does not tell."""
    return value if math.isfinite(value) else None


def kept_json(kept: Sequence[KeptAnswer]) -> list[dict[str, Any]]:
    """The table as plain values, in the units of the questions."""
    return [
        {
            "id": answer.question.id,
            "team": answer.question.team,
            "kpi": answer.kpi or None,
            "unit": answer.question.unit,
            "given": answer.given,
            "found": _known(answer.found),
            "difference": _known(answer.difference),
            "assumed": answer.skipped,
        }
        for answer in kept
    ]
