"""Everything that is asked at the terminal, in order: how it is put, and how an answer is read and told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, get_args

from optimizer.cli.ask.typed_weights import read_weights
from optimizer.scenario.start.answer_checks import is_unusual, why_impossible
from optimizer.scenario.start.answer_values import plain
from optimizer.scenario.start.library import LIBRARY, Archetype
from optimizer.scenario.start.questions import WEIGHTS, AskedQuestion, questions_of
from optimizer.scenario.start.typed_number import Unreadable, typed_number
from optimizer.scenario.value_types import Period
from reports.words.asking import Asking

HEAD = ("archetype", "company", "period")
"""What is asked before teams and numbers."""


class Refused(NamedTuple):
    """A text that is no answer."""

    said: str


class Read(NamedTuple):
    """What a text was read as."""

    value: Any
    told: str
    unusual: str = ""
    """The usual range, where the value is outside of it."""


@dataclass(frozen=True)
class Prompt:
    """One thing that is asked."""

    place: tuple[str, ...]
    part: str
    """The heading that it stands under."""
    label: str
    about: str
    """How to answer, in one line."""
    read: Callable[[str], Read | Refused]
    told: Callable[[Any], str]
    """An answer in words."""
    meaning: str
    help: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    """What may be chosen, numbered from 1."""
    default: str = ""
    """What is taken without an answer, in words; empty where nothing is."""
    unit: str = ""


def prompts_of(content: Mapping[str, Any], words: Asking) -> tuple[Prompt, ...]:
    """All that is asked, as far as it is known by the answers so far."""
    kind = _kind(words)
    form = LIBRARY.archetypes.get(content.get("archetype", ""))
    if form is None:
        return (kind,)
    head = (kind, _company(form, words), _period(form, words))
    return (*head, *(_asked(question, form, words) for question in questions_of(content["archetype"])))


# --- the company ----------------------------------------------------------------------------------------


def _kind(words: Asking) -> Prompt:
    names = tuple(LIBRARY.archetypes)
    labels = tuple(form.label.said_in(words.language) for form in LIBRARY.archetypes.values())
    return _choice("archetype", names, labels, "", words)


def _period(form: Archetype, words: Asking) -> Prompt:
    names = get_args(Period)
    labels = tuple(words.say(f"period.{name}") for name in names)
    return _choice("period", names, labels, labels[names.index(form.period)], words)


def _choice(
    name: str, values: tuple[str, ...], labels: tuple[str, ...], default: str, words: Asking
) -> Prompt:
    def read(text: str) -> Read | Refused:
        typed = text.casefold()
        found = [
            i for i, both in enumerate(zip(values, labels, strict=True)) if typed in map(str.casefold, both)
        ]
        if typed.isdecimal() and 0 < int(typed) <= len(values):
            found = [int(typed) - 1]
        if not found:
            return Refused(words.say("ask.wrong.choice", n=words.write.number(len(values))))
        return Read(values[found[0]], labels[found[0]])

    def told(value: Any) -> str:
        return labels[values.index(value)]

    about = words.say(f"ask.{name}.how")
    label = words.say(f"ask.{name}")
    return Prompt((name,), words.say("ask.part.company"), label, about, read, told, words.meaning(name),
                  choices=labels, default=default)  # fmt: skip


def _company(form: Archetype, words: Asking) -> Prompt:
    def read(text: str) -> Read | Refused:
        name = "".join(c if c.isprintable() else " " for c in text).strip()
        return Read(name, name) if name else Refused(words.say("ask.wrong.empty"))

    about, label = words.say("ask.company.how"), words.say("ask.company")
    part, meaning = words.say("ask.part.company"), words.meaning("company")
    default = form.label.said_in(words.language)
    return Prompt(("company",), part, label, about, read, str, meaning, default=default)


# --- numbers --------------------------------------------------------------------------------------------


def _asked(question: AskedQuestion, form: Archetype, words: Asking) -> Prompt:
    part = words.say("ask.part.numbers")
    if question.team is not None:
        part = form.team[question.team].label.said_in(words.language)
    if question.id == WEIGHTS:
        return _of_weights(question, form, words, part)
    return _of_number(question, words, part)


def _of_number(question: AskedQuestion, words: Asking, part: str) -> Prompt:
    unit, who = question.unit, question.who.said_in(words.language)
    usual = words.span(question.low, question.high, unit)

    def read(text: str) -> Read | Refused:
        found = typed_number(text, unit, words.language, words.period)
        if isinstance(found, Unreadable):
            return Refused(words.refused(found.why, unit, found.meant))
        why = why_impossible(question, found)
        if why is not None:
            return Refused(_impossible(why, found, question, words))
        value = plain(found)
        return Read(value, words.amount(value, unit), usual if is_unusual(question, value) else "")

    def told(value: Any) -> str:
        return words.amount(value, unit)

    default = "" if question.default is None else told(question.default)
    help_ = (
        words.say("ask.help.unit", unit=words.unit(unit), range=usual),
        words.say("ask.help.who", who=who),
        words.say("ask.help.default", value=default) if default else words.say("ask.help.needed"),
        words.say("ask.help.write"),
    )
    about = words.about(unit, question.low, question.high, who)
    label = words.per(question.label.said_in(words.language))
    return Prompt(question.path, part, label, about, read, told, words.meaning(question.id), help_,
                  default=default, unit=unit)  # fmt: skip


def _impossible(why: str, value: float, question: AskedQuestion, words: Asking) -> str:
    known = {"part": "whole", "outside": "whole"}
    bounds = {"low": words.write.number(question.low), "high": words.write.number(question.high)}
    return words.refused(known.get(why, why), question.unit, (100 * value,), **bounds)


def offered(form: Archetype, team: str) -> tuple[str, ...]:
    """KPIs that a team is likely to be paid on: its usual plan, then what it can see and move."""
    return tuple(dict.fromkeys((*form.usual[team], *form.measures[team])))


def _of_weights(question: AskedQuestion, form: Archetype, words: Asking, part: str) -> Prompt:
    assert question.team is not None
    names = offered(form, question.team)
    labels = {name: kpi.label.said_in(words.language) for name, kpi in form.kpi.items()}

    def read(text: str) -> Read | Refused:
        found = read_weights(text, names, labels, words)
        return Refused(found) if isinstance(found, str) else Read(found, told(found))

    def told(value: Mapping[str, float]) -> str:
        return words.weights([(labels[kpi], percent) for kpi, percent in value.items()])

    who = question.who.said_in(words.language)
    help_ = (
        words.say("ask.help.who", who=who),
        words.say("ask.help.default", value=told(question.usual or {})),
    )
    label, about = question.label.said_in(words.language), words.say("ask.weights.how")
    choices, default = tuple(labels[name] for name in names), told(question.usual or {})
    meaning = words.meaning(WEIGHTS)
    return Prompt(question.path, part, label, about, read, told, meaning, help_, choices, default)
