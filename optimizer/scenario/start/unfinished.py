"""Answers that are not complete yet: plain values as an answers file holds them, with questions still open.

They are given at the terminal one by one, filled into a workbook, or measured from a history; a file of them
may lack answers, and is otherwise checked like any other.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from optimizer.scenario.files import read_plain
from optimizer.scenario.problems import Finding, ScenarioError, dotted
from optimizer.scenario.read import raise_any
from optimizer.scenario.start.answer_checks import KEYS, MISSING, problems_in
from optimizer.scenario.start.answer_types import Answers
from optimizer.scenario.start.answer_values import BEGIN, answers_in
from optimizer.scenario.start.library import LIBRARY
from optimizer.scenario.start.questions import AskedQuestion, questions_of
from optimizer.scenario.yaml_nodes import tree_of

Content = dict[str, Any]
Place = tuple[str, ...]
"""Where an answer stands: `("teams", "sdr", "heads")`."""


def value_at(content: Mapping[str, Any], place: Place) -> Any:
    """The answer at a place; None where there is none."""
    found: Any = content
    for part in place:
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def with_value(content: Content, place: Place, value: Any) -> Content:
    """The same with an answer put in, or taken out where the value is None; keys in the order asked."""
    changed = copy.deepcopy(content)
    inner = changed
    for part in place[:-1]:
        inner = inner.setdefault(part, {})
    inner.pop(place[-1], None)
    if value is not None:
        inner[place[-1]] = value
    return in_order(changed)


def without_source(content: Content, place: Place) -> Content:
    """The same without where the answer at a place came from."""
    left = {where: text for where, text in content.get("sources", {}).items() if where != dotted(place)}
    return in_order({**content, "sources": left})


def in_order(content: Content) -> Content:
    """Keys as questions are asked; what holds nothing is left out."""
    form = LIBRARY.archetypes.get(content.get("archetype", ""))
    ordered = {key: content[key] for key in KEYS if content.get(key) is not None}
    if form is not None:
        given = ordered.get("teams", {})
        names = LIBRARY.per_team_questions
        teams = {
            team: {n: given[team][n] for n in names if n in given[team]}
            for team in form.team
            if given.get(team)
        }
        ordered["teams"] = {team: answers for team, answers in teams.items() if answers}
        answers = ordered.get("answers", {})
        ordered["answers"] = {name: answers[name] for name in form.questions if name in answers}
    return {key: value for key, value in ordered.items() if value != {}}


def read_unfinished(path: Path) -> Content:
    """The answers of a file that may lack some. Raises ScenarioError with all that is wrong otherwise."""
    tree = tree_of(read_plain(path), BEGIN)
    content = tree.root.content()
    raise_any(tree, [finding for finding in problems_in(content) if not is_open(finding)])
    return in_order(content)


def is_open(finding: Finding) -> bool:
    """Whether a problem of answers is that something was not answered."""
    return finding.message == MISSING


def open_questions(content: Content) -> Iterator[AskedQuestion]:
    """Questions without default that have no answer; none where the kind of company is not known yet."""
    if content.get("archetype") in LIBRARY.archetypes:
        for question in questions_of(content["archetype"]):
            if question.required and value_at(content, question.path) is None:
                yield question


def joined(first: Mapping[str, Any], over: Mapping[str, Any]) -> Content:
    """Answers of both; those of the second stand where both answer. Of two kinds of company the second's."""
    known = first.get("archetype"), over.get("archetype")
    if None not in known and known[0] != known[1]:
        return in_order(dict(over))
    both: Content = {**first, **over}
    for key in ("teams", "answers", "sources"):
        both[key] = {**first.get(key, {}), **over.get(key, {})}
    for team in both["teams"]:
        of_both = (value_at(content, ("teams", team)) or {} for content in (first, over))
        both["teams"][team] = {name: value for answers in of_both for name, value in answers.items()}
    return in_order(both)


def finished(content: Content, file: Path) -> Answers:
    """Checked answers. Raises ScenarioError where some are missing."""
    answers, findings = answers_in(content)
    if answers is None:
        raise ScenarioError(finding.problem(str(file)) for finding in findings)
    return answers
