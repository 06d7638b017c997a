"""Answers that passed the checks, as frozen types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from optimizer.scenario.start.library import LIBRARY, Archetype, default_of
from optimizer.scenario.value_types import Period

Lang = Literal["en", "fr"]


@dataclass(frozen=True)
class TeamAnswers:
    """What one team is and is paid."""

    heads: float
    """Full-time equivalents."""
    fixed: float
    """Gross pay a head and year [EUR]."""
    variable: float
    """At target, gross, a head and year [EUR]."""
    weights: Mapping[str, float] = field(default_factory=dict)
    """KPI to percent of the variable pay; empty: the archetype's usual plan."""


@dataclass(frozen=True)
class Answers:
    """One set of answers that passed the checks."""

    archetype: str
    company: str
    lang: Lang
    period: Period
    teams: Mapping[str, TeamAnswers]
    answers: Mapping[str, float]
    """By id of the question, in its unit; what is left out takes its default."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Where an answer comes from, by its dotted place (`answers.wins`), as far as somebody says."""

    @property
    def form(self) -> Archetype:
        """The archetype itself."""
        return LIBRARY.archetypes[self.archetype]

    def value(self, question: str) -> float:
        """The answer, or the default where it was skipped."""
        if question in self.answers:
            return self.answers[question]
        default = default_of(self.form, question)
        if default is None:
            raise KeyError(question)
        return default

    def skipped(self, question: str) -> bool:
        """Its default stands in."""
        return question not in self.answers

    def weights(self, team: str) -> Mapping[str, float]:
        """Percent by KPI that the team is paid on today, or usually where it was not said."""
        return self.teams[team].weights or self.form.usual[team]
