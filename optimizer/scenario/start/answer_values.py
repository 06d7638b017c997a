"""Answers as plain values, as an answers file holds them, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from optimizer.scenario.problems import Finding
from optimizer.scenario.start.answer_checks import problems_in
from optimizer.scenario.start.answer_types import Answers, TeamAnswers
from optimizer.scenario.start.library import LIBRARY

BEGIN = "start with `archetype:`; `incentives start` asks and writes such a file"


def answers_in(content: Any) -> tuple[Answers | None, list[Finding]]:
    """The answers that plain values say, and all that is wrong with them; None where anything is."""
    findings = problems_in(content)
    return (None, findings) if findings else (_answers_of(content), [])


def content_text(content: Mapping[str, Any]) -> str:
    """The same of plain values."""
    return yaml.safe_dump(
        dict(content), sort_keys=False, allow_unicode=True, default_flow_style=None, width=110
    )


def content_of(answers: Answers) -> dict[str, Any]:
    """Plain values, as an answers file holds them; what was skipped is left out."""
    head = {name: getattr(answers, name) for name in ("archetype", "company", "lang", "period")}
    teams = {name: _team_content(team) for name, team in answers.teams.items()}
    content = {**head, "teams": teams, "answers": {name: plain(v) for name, v in answers.answers.items()}}
    return {**content, "sources": dict(answers.sources)} if answers.sources else content


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
        dict(content.get("sources") or {}),
    )


def _team_of(content: Mapping[str, Any]) -> TeamAnswers:
    weights = {kpi: float(weight) for kpi, weight in (content.get("weights") or {}).items()}
    heads, fixed, variable = (float(content[name]) for name in ("heads", "fixed", "variable"))
    return TeamAnswers(heads, fixed, variable, weights)
