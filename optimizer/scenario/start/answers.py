"""What a designer answered: `{archetype, company, lang, period, teams, answers}`, read from YAML or JSON.

    archetype: distribution
    company: Tarvenne
    lang: fr
    period: quarter
    teams:
      inside: {heads: 6, fixed: 29000, variable: 5000, weights: {quotes: 100}}    # pay a head and year
    answers: {leads_campaign: 420, r_lead: 42, ...}                              # percent as 42, not 0.42

A question left out takes its default. What is impossible is a problem, what is merely implausible a warning.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

from optimizer.scenario.files import WORKBOOK, read_plain
from optimizer.scenario.problems import InputProblem, dotted
from optimizer.scenario.read import raise_any
from optimizer.scenario.start.answer_checks import warnings_of
from optimizer.scenario.start.answer_sheet import answers_in_workbook
from optimizer.scenario.start.answer_types import Answers, Lang, TeamAnswers
from optimizer.scenario.start.answer_values import BEGIN, answers_in, content_of, content_text, plain
from optimizer.scenario.start.library import LIBRARY
from optimizer.scenario.yaml_nodes import tree_of

__all__ = [
    "Answers",
    "Lang",
    "TeamAnswers",
    "answers_in",
    "answers_text",
    "content_of",
    "doubts_of",
    "example_answers",
    "plain",
    "read_answers",
]


def read_answers(path: str | os.PathLike[str]) -> Answers:
    """Read and check a file of answers: YAML, JSON, or the workbook that was filled in. Raises ScenarioError
    with everything that is wrong with it."""
    if Path(path).suffix.lower() == WORKBOOK:
        return answers_in_workbook(Path(path))
    tree = tree_of(read_plain(Path(path)), BEGIN)
    answers, findings = answers_in(tree.root.content())
    raise_any(tree, findings)
    assert answers is not None
    return answers


def answers_text(answers: Answers) -> str:
    """YAML that reads back equal."""
    return content_text(content_of(answers))


@cache
def _examples() -> dict[str, dict[str, Any]]:
    more: dict[str, Any] = json.loads(Path(__file__).with_name("examples.json").read_text("utf-8"))
    return {**LIBRARY.examples, **more}


def example_answers(archetype: str) -> Answers:
    """A complete set of an invented company of that kind."""
    answers, findings = answers_in({"archetype": archetype, **_examples()[archetype]})
    if answers is None:
        raise ValueError("; ".join(f"{dotted(f.path)}: {f.message}" for f in findings))
    return answers


def doubts_of(answers: Answers, file: str = "") -> tuple[InputProblem, ...]:
    """Answers outside of what is plausible: warnings."""
    return tuple(finding.problem(file) for finding in warnings_of(answers))
