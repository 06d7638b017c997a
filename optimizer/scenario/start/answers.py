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
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from optimizer.scenario.files import read_plain
from optimizer.scenario.problems import Finding, InputProblem, dotted
from optimizer.scenario.read import raise_any
from optimizer.scenario.start.answer_checks import problems_in, warnings_of
from optimizer.scenario.start.answer_types import Answers, Lang, TeamAnswers
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

_BEGIN = "start with `archetype:`; `incentives start` asks and writes such a file"


def read_answers(path: str | os.PathLike[str]) -> Answers:
    """Read and check a file of answers. Raises ScenarioError with everything that is wrong with it."""
    tree = tree_of(read_plain(Path(path)), _BEGIN)
    answers, findings = answers_in(tree.root.content())
    raise_any(tree, findings)
    assert answers is not None
    return answers


def answers_in(content: Any) -> tuple[Answers | None, list[Finding]]:
    """The answers that plain values say, and all that is wrong with them; None where anything is."""
    findings = problems_in(content)
    return (None, findings) if findings else (_answers_of(content), [])


def answers_text(answers: Answers) -> str:
    """YAML that reads back equal."""
    return yaml.safe_dump(
        content_of(answers), sort_keys=False, allow_unicode=True, default_flow_style=None, width=110
    )


def content_of(answers: Answers) -> dict[str, Any]:
    """Plain values, as an answers file holds them; what was skipped is left out."""
    head = {name: getattr(answers, name) for name in ("archetype", "company", "lang", "period")}
    teams = {name: _team_content(team) for name, team in answers.teams.items()}
    return {**head, "teams": teams, "answers": {name: plain(v) for name, v in answers.answers.items()}}


def _team_content(team: TeamAnswers) -> dict[str, Any]:
    pay: dict[str, Any] = {name: plain(getattr(team, name)) for name in ("heads", "fixed", "variable")}
    weights = {kpi: plain(weight) for kpi, weight in team.weights.items()}
    return {**pay, "weights": weights} if weights else pay


def plain(value: float) -> float | int:
    """A whole number without `.0`."""
    return int(value) if float(value).is_integer() and abs(value) < 1e15 else float(value)


def _answers_of(content: Mapping[str, Any]) -> Answers:
    form = LIBRARY.archetypes[content["archetype"]]
    teams = {name: _team_of(content["teams"][name]) for name in form.team}
    given = content.get("answers") or {}
    return Answers(
        content["archetype"],
        content.get("company") or form.label.en,
        content.get("lang") or "en",
        content.get("period") or form.period,
        teams,
        {name: float(given[name]) for name in form.questions if name in given},
    )


def _team_of(content: Mapping[str, Any]) -> TeamAnswers:
    weights = {kpi: float(weight) for kpi, weight in (content.get("weights") or {}).items()}
    heads, fixed, variable = (float(content[name]) for name in ("heads", "fixed", "variable"))
    return TeamAnswers(heads, fixed, variable, weights)


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
    return tuple(InputProblem(dotted(f.path), f.value, f.message, f.hint, file) for f in warnings_of(answers))
