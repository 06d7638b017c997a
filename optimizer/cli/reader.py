"""The language of whoever reads the terminal, and problems in it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from optimizer.scenario.problems import InputProblem

ENGLISH = "en"
_LANGUAGE: ContextVar[str] = ContextVar("language", default=ENGLISH)
_ASKED: ContextVar[bool] = ContextVar("asked", default=False)
"""Whether somebody asked for the language (`--lang`), rather than the environment: JSON follows only then."""


def speak(language: str, *, asked: bool = False) -> None:
    """From now on, in this process."""
    _LANGUAGE.set(language)
    _ASKED.set(asked)


def asked_language() -> str | None:
    """What `--lang` before the verb, or after one without its own, named."""
    return language() if _ASKED.get() else None


def language() -> str:
    """Of the reader."""
    return _LANGUAGE.get()


def environment_language() -> str:
    """What the environment says: LC_ALL, LC_MESSAGES, LANG."""
    from reports.words.locales import spoken

    return spoken(*(os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")))


def said(text: str) -> str:
    """A sentence, or several lines of them, in the reader's language."""
    if language() == ENGLISH:
        return text
    from reports.words.turned import turned

    return turned(text, language(), _names(language()))


def numbers_said(text: str) -> str:
    """A cell, with its numbers as the reader's language writes them."""
    if language() == ENGLISH:
        return text
    from reports.words.turned import numbered

    return numbered(text, language())


def echo(text: object = "", *, err: bool = False) -> None:
    """Print what people read. What programs read is printed as it is (`click.echo`)."""
    click.echo(said(str(text)), err=err)


def problem_json(problem: InputProblem) -> dict[str, str]:
    """A problem as JSON: its sentences in the language that was asked for, keys and places as they are."""
    content = problem.as_json()
    if not _ASKED.get():
        return content
    return content | {key: said(content[key]) for key in ("message", "hint")}


def told(problem: InputProblem) -> str:
    """A problem as it is printed, in the reader's language."""
    if language() == ENGLISH:
        return str(problem)
    from optimizer.scenario.problems import LIST, MAPPING, NOTHING
    from reports.words.locales import phrase

    text = str(replace(problem, message=said(problem.message), hint=said(problem.hint)))
    value = said(problem.value) if problem.value in (MAPPING, LIST, NOTHING) else problem.value
    return text.replace(f" (got: {problem.value})", phrase(language(), "terminal.got").format(value=value), 1)


def all_told(problems: Iterable[InputProblem]) -> str:
    """Line under line."""
    return "\n".join(map(told, problems))


def warned(problem: InputProblem) -> str:
    """A problem that refuses nothing."""
    from reports.words.locales import phrase

    return phrase(language(), "terminal.warning").format(problem=told(problem))


@cache
def _names(language: str) -> dict[str, str]:
    """Labels of questions, teams and periods that sentences are made with, by the English ones."""
    from reports.words.locales import phrase

    periods = ("month", "quarter", "half_year", "year")
    return dict(_labels(language)) | {p.replace("_", "-"): phrase(language, f"period.{p}") for p in periods}


def _labels(language: str) -> Iterator[tuple[str, str]]:
    from optimizer.scenario.start.library import LIBRARY
    from optimizer.scenario.start.questions import questions_of

    for archetype, form in LIBRARY.archetypes.items():
        for named in (form.team, form.stage, form.kpi):
            yield from ((one.label.en, one.label.said_in(language)) for one in named.values())
        for question in questions_of(archetype):
            yield question.label.en, question.label.said_in(language)
            yield question.who.en, question.who.said_in(language)
