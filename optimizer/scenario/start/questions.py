"""What a designer is asked, in the order asked: people and pay team by team, then the archetype's list.

Percent means 45 for 45 %. A question that has a default may be skipped; it is then listed as assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from optimizer.scenario.start.library import LIBRARY, Archetype, Question, TeamForm, default_of
from optimizer.scenario.value_types import Label

WEIGHTS = "weights"
"""The one question that is answered by a number for each KPI."""
FAR, FAR_FOR_PAY = 100, 5
"""Times what is plausible beyond which an answer is refused; for pay a head and for the share of variable pay
that was paid, which may not be as far below either."""
_TEAM = "{team}"


@dataclass(frozen=True)
class AskedQuestion:
    """One question of one archetype."""

    id: str
    """Its id in the library, and in an answers file."""
    team: str | None
    """The team that it is asked of; None where the whole company is meant."""
    label: Label
    """With the team's name filled in."""
    unit: str
    low: float
    high: float
    """What is plausible, in the unit; beyond is warned of, the impossible refused."""
    who: Label
    """Who in a company knows."""
    default: float | None = None
    """What is taken where it is skipped; None: it must be answered."""
    usual: Mapping[str, float] | None = None
    """Of weights: the usual plan in percent, taken where they are skipped."""

    @property
    def required(self) -> bool:
        return self.default is None and self.usual is None

    @property
    def is_percent(self) -> bool:
        return self.unit.startswith("%")

    def is_far(self, value: float) -> bool:
        """So far from what is plausible that it is in another unit, or has digits too many."""
        paid = self.id == "attainment"
        times = FAR_FOR_PAY if paid or self.unit == "EUR/year" else FAR
        return value > times * self.high or (paid and value < self.low / times)

    @property
    def path(self) -> tuple[str, ...]:
        """Where its answer stands in an answers file."""
        return ("answers", self.id) if self.team is None else ("teams", self.team, self.id)


def questions_of(archetype: str) -> tuple[AskedQuestion, ...]:
    """All questions of an archetype, in the order asked."""
    form = LIBRARY.archetypes[archetype]
    of_teams = [_of_team(form, team, name) for team in form.teams for name in LIBRARY.per_team_questions]
    return (*of_teams, *(_of_company(form, name) for name in form.questions))


def _of_team(form: Archetype, team: TeamForm, name: str) -> AskedQuestion:
    question = LIBRARY.questions[name]
    label = Label(
        en=question.label.en.replace(_TEAM, team.label.en), fr=question.label.fr.replace(_TEAM, team.label.fr)
    )
    usual = form.usual[team.id] if name == WEIGHTS else None
    return _asked(question, name, team.id, label, usual=usual)


def _of_company(form: Archetype, name: str) -> AskedQuestion:
    question = question_in(form, name)
    return _asked(question, name, None, question.label, default_of(form, name))


def question_in(form: Archetype, name: str) -> Question:
    """A question as this kind of company words it."""
    question = LIBRARY.questions[name]
    here = dict(form.asked[name]) if name in form.asked else {}
    return question.model_copy(
        update={part: said for part, said in here.items() if part != "default" and said is not None}
    )


def _asked(
    question: Question,
    name: str,
    team: str | None,
    label: Label,
    default: float | None = None,
    usual: Mapping[str, float] | None = None,
) -> AskedQuestion:
    about = (question.unit, question.low, question.high, question.who)
    return AskedQuestion(name, team, label, *about, default, usual)
