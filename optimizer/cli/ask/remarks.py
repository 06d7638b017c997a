"""What the answers so far say together: whether counts and rates give what is signed (rule R1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from optimizer.scenario.start.answers import answers_in, content_of, example_answers
from optimizer.scenario.start.company import company_of
from optimizer.scenario.start.library import LIBRARY
from optimizer.scenario.start.questions import AskedQuestion, questions_of
from optimizer.scenario.start.reconcile import Reconciled, reconciled
from optimizer.scenario.start.unfinished import Content, value_at
from reports.words.asking import Asking


def remark(content: Content, words: Asking) -> str:
    """A sentence on what is signed against what counts and rates give; empty where that is not known yet."""
    found = _found(content)
    if found is None:
        return ""
    told = {"given": words.write.number(found.found, 1), "signed": words.write.number(found.signed)}
    if found.is_apart:
        return words.say("ask.counts.far", back=words.command("back"), **told)
    if not found.is_moved:
        return words.say("ask.counts", **told)
    return words.say("ask.counts.moved", moved=words.write.percent(found.step, 1, signed=True), **told)


def _found(content: Content) -> Reconciled | None:
    """What counts and rates give, once all that it hangs on is answered; what it does not hang on is taken
    from an example."""
    if content.get("archetype") not in LIBRARY.archetypes:
        return None
    if any(question.required and value_at(content, question.path) is None for question in _before(content)):
        return None
    example = content_of(example_answers(content["archetype"]))
    answers = {**_required(example["answers"], content["archetype"]), **content["answers"]}
    whole = {**example, "period": content.get("period", example["period"]), "answers": answers}
    complete, findings = answers_in(whole)
    return None if complete is None or findings else reconciled(company_of(complete))


def _before(content: Content) -> Iterator[AskedQuestion]:
    """Questions up to that of what is signed: counts and rates come before it."""
    form = LIBRARY.archetypes[content["archetype"]]
    for question in questions_of(content["archetype"]):
        if question.team is None:
            yield question
        if question.id == form.count:
            return


def _required(answers: dict[str, Any], archetype: str) -> dict[str, Any]:
    """Without answers to questions that have a default."""
    needed = {question.id for question in questions_of(archetype) if question.required}
    return {name: value for name, value in answers.items() if name in needed}
