"""The questions of a kind of company as the lines of a workbook, with what was answered already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from optimizer.cli.ask.prompts import offered
from optimizer.scenario.problems import dotted
from optimizer.scenario.start.library import LIBRARY, Archetype
from optimizer.scenario.start.questions import WEIGHTS, AskedQuestion, questions_of
from optimizer.scenario.start.unfinished import value_at
from optimizer.scenario.value_types import Period
from reports.words.asking import Asking, asking
from reports.workbook.asked import MOST_KPIS, Choices, Line, asked_workbook


def answers_workbook(content: Mapping[str, Any]) -> bytes:
    """The workbook of a kind of company in a language, filled in as far as there are answers."""
    form = LIBRARY.archetypes[content["archetype"]]
    words = asking(content["lang"], content.get("period") or form.period)
    asked = questions_of(content["archetype"])
    company = content.get("company") or form.label.said_in(words.language)
    title = words.say("ask.sheet.title", company=company)
    lines = [*_head(content, form, words), *_of_questions(content, form, asked, words)]
    return asked_workbook(title, lines, _choices(content, form, words), list(_notes(asked, words)), words)


def _head(content: Mapping[str, Any], form: Archetype, words: Asking) -> Iterator[Line]:
    label, periods = form.label.said_in(words.language), _periods(words)
    yield Line(words.say("ask.part.company"))
    fixed = words.say("ask.sheet.fixed")
    yield Line(words.say("ask.sheet.kind"), "archetype", default=fixed, value=label, fixed=True)
    yield Line(words.say("language.name"), "lang", value=words.language, fixed=True)
    yield Line(words.say("ask.company"), "company", default=label, value=content.get("company"))
    period = content.get("period")
    yield Line(
        words.say("ask.period"),
        "period",
        choices="period",
        default=periods[form.period],
        value=None if period is None else periods[period],
    )


def _periods(words: Asking) -> dict[str, str]:
    return {name: words.say(f"period.{name}") for name in get_args(Period)}


def _of_questions(
    content: Mapping[str, Any], form: Archetype, asked: tuple[AskedQuestion, ...], words: Asking
) -> Iterator[Line]:
    part: str | None = ""
    for question in asked:
        if question.team != part:
            part = question.team
            heading = form.team[part].label.said_in(words.language) if part else words.say("ask.part.numbers")
            yield Line(heading)
        if question.id == WEIGHTS:
            yield from _of_weights(content, form, question, words)
        else:
            yield _of_number(content, question, words)


def _of_number(content: Mapping[str, Any], question: AskedQuestion, words: Asking) -> Line:
    default = "" if question.default is None else words.amount(question.default, question.unit)
    return Line(
        words.per(question.label.said_in(words.language)),
        dotted(question.path),
        question.unit,
        question.low,
        question.high,
        question.who.said_in(words.language),
        default,
        value=value_at(content, question.path),
        sourced=True,
        source=_source(content, question),
    )


def _source(content: Mapping[str, Any], question: AskedQuestion) -> str:
    return str(value_at(content, ("sources", dotted(question.path))) or "")


def _of_weights(
    content: Mapping[str, Any], form: Archetype, question: AskedQuestion, words: Asking
) -> Iterator[Line]:
    """A line for each KPI that the team may be paid on."""
    given = value_at(content, question.path) or {}
    labels = {name: kpi.label.said_in(words.language) for name, kpi in form.kpi.items()}
    usual = words.weights([(labels[kpi], percent) for kpi, percent in (question.usual or {}).items()])
    who = question.who.said_in(words.language)
    pairs = list(given.items())
    for number in range(1, max(MOST_KPIS, len(pairs)) + 1):
        kpi, percent = pairs[number - 1] if number <= len(pairs) else (None, None)
        yield Line(
            words.say("ask.sheet.paid_on", n=words.write.number(number)),
            f"{dotted(question.path)}.{number}",
            choices=f"kpi:{question.team}",
            who=who,
            default=usual if number == 1 else "",
            value=None if kpi is None else labels[kpi],
            weight=percent,
            weighed=True,
            sourced=number == 1,
            source=_source(content, question) if number == 1 else "",
        )


def _choices(content: Mapping[str, Any], form: Archetype, words: Asking) -> Choices:
    """What may be chosen; KPIs of each team first those that it is likely to be paid on."""
    labels = {name: kpi.label.said_in(words.language) for name, kpi in form.kpi.items()}
    of_teams = {
        f"kpi:{team}": [(kpi, labels[kpi]) for kpi in dict.fromkeys((*offered(form, team), *form.kpi))]
        for team in form.team
    }
    kind = [(content["archetype"], form.label.said_in(words.language))]
    return {"archetype": kind, "period": list(_periods(words).items()), **of_teams}


def _notes(asked: tuple[AskedQuestion, ...], words: Asking) -> Iterator[tuple[str, str]]:
    """What each question means, once for all teams."""
    for name in ("company", "period"):
        yield words.say(f"ask.{name}"), words.meaning(name)
    told = set()
    for question in asked:
        if question.id not in told:
            told.add(question.id)
            label = LIBRARY.questions[question.id].label if question.team else question.label
            yield (
                words.per(label.said_in(words.language).replace(" {team}", " …")),
                words.meaning(question.id),
            )
