"""The answers as numbers to compute with: shares for percentages, counts per period, stages that have work.

Stages that nothing arrives at, because a designer answered 0, are left out with their KPIs: a company without
renewals has no stage of contracts due.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from optimizer.scenario.start.answer_types import Answers
from optimizer.scenario.start.library import LIBRARY, Archetype, Hourly, KpiForm, StageForm
from optimizer.scenario.value_types import MONTHS

DAYS_A_MONTH = 365.25 / 12
GROUP_RATES = {"lead": "r_lead", "meeting": "r_meeting", "retention": "retention"}
"""The answer that says the common rate of a group of stages."""


@dataclass(frozen=True)
class Company:
    """What the rules work on. `counts` are per period, `shares` 0-1; both by id of the question."""

    answers: Answers
    counts: Mapping[str, float]
    shares: Mapping[str, float]

    @property
    def form(self) -> Archetype:
        return self.answers.form

    @property
    def months(self) -> int:
        """Of the period."""
        return MONTHS[self.answers.period]

    @property
    def days(self) -> float:
        """Of the period."""
        return self.months * DAYS_A_MONTH

    @cached_property
    def hourly(self) -> tuple[Hourly, ...]:
        """Work whose result was asked and is not nil."""
        return tuple(work for work in self.form.hourly if self.counts[work.answer] > 0)

    @cached_property
    def stages(self) -> tuple[StageForm, ...]:
        """Stages that something can arrive at, in the order of the funnel."""
        reached = {work.to for work in self.hourly}
        campaign = self.form.campaign
        if campaign is not None and self.counts[campaign.answer] > 0:
            reached |= {campaign.fit, campaign.broad}
        if campaign is not None and self.counts[campaign.event_answer] > 0:
            reached |= set(campaign.event_to)
        kept = []
        for stage in self.form.stages:
            if stage.id in reached or (stage.inflow is not None and self.counts[stage.inflow] > 0):
                kept.append(stage)
                reached |= {to for way in stage.ways for to in way.to}
        return tuple(kept)

    @cached_property
    def kpis(self) -> tuple[KpiForm, ...]:
        """KPIs that count something of this company."""
        ids = {stage.id for stage in self.stages}
        acts = {way.act for stage in self.stages for way in stage.ways} | {w.act for w in self.hourly}
        return tuple(kpi for kpi in self.form.kpis if _counts(kpi, ids, acts))

    def rate(self, stage: StageForm) -> float:
        """What leaves a stage per unit arriving, of the stage itself or of its group."""
        name = stage.rate or GROUP_RATES[str(stage.group)]
        return self.shares[name]

    def leave(self, stage: StageForm) -> float:
        """u: share of arrivals that nobody works."""
        return self.shares[stage.leave] if isinstance(stage.leave, str) else stage.leave

    def money(self, question: str) -> float:
        """An amount in euros."""
        return self.answers.value(question)

    def with_numbers(self, counts: Mapping[str, float], shares: Mapping[str, float]) -> Company:
        """The same company with other counts and rates."""
        return replace(self, counts=counts, shares=shares)


def _counts(kpi: KpiForm, stages: set[str], acts: set[str]) -> bool:
    """Whether all that it counts is there."""
    counted = {*kpi.num.enter, *kpi.num.work}
    known = bool(counted & stages) or bool(set(kpi.num.acts) & acts)
    return known and all(stage in stages for stage in kpi.den or ())


def company_of(answers: Answers) -> Company:
    """Percentages as shares, counts as they are, defaults where a question was skipped."""
    names = answers.form.questions
    asked = {name: LIBRARY.questions[name] for name in names}
    counts = {name: answers.value(name) for name, question in asked.items() if question.unit == "per period"}
    shares = {name: answers.value(name) / 100 for name, q in asked.items() if q.unit.startswith("%")}
    return Company(answers, counts, shares)
