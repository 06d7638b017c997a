"""Every given number found again in the scenario: what was answered, what the file gives, and the difference.

Counts of leads and rates differ by what rule R1 moved them, all by the same factor; visits are only compared;
whatever else was answered comes out as it was given.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from optimizer.scenario.checks.baseline_counts import BaselineCounts, baseline_counts
from optimizer.scenario.start.answer_types import Answers
from optimizer.scenario.start.company import DAYS_A_MONTH, GROUP_RATES, company_of
from optimizer.scenario.start.library import LIBRARY, StageForm
from optimizer.scenario.start.questions import WEIGHTS, AskedQuestion, questions_of
from optimizer.scenario.start.stage_values import MONTHS_A_YEAR, first_part, worth_later
from optimizer.scenario.start.way_yields import PUSHED
from optimizer.scenario.start.work import EVENT, TARGETED, WIDE
from optimizer.scenario.types import Scenario
from optimizer.scenario.value_types import MONTHS


@dataclass(frozen=True)
class KeptAnswer:
    """One answer and what became of it, in the question's unit."""

    question: AskedQuestion
    kpi: str
    """Of a weight; else empty."""
    given: float
    found: float
    """NaN where the file has no such number."""
    skipped: bool
    """The default was taken."""

    @property
    def difference(self) -> float:
        """Relative to what was given."""
        return (self.found - self.given) / abs(self.given) if self.given else self.found - self.given


def kept_answers(answers: Answers, scenario: Scenario) -> tuple[KeptAnswer, ...]:
    """In the order of the questions."""
    reading = _Reading(answers, scenario)
    return tuple(kept for question in questions_of(answers.archetype) for kept in reading.kept(question))


def _share(part: float, whole: float) -> float:
    """A ratio; NaN of nothing."""
    return part / whole if whole else math.nan


class _Reading:
    """What one scenario says about the questions that it was made of."""

    def __init__(self, answers: Answers, scenario: Scenario) -> None:
        self.answers, self.scenario = answers, scenario
        self.today: BaselineCounts = baseline_counts(scenario)
        self.company = company_of(answers)
        self.form = answers.form
        self.stages = [stage for stage in self.form.stages if stage.id in scenario.stages]

    def kept(self, question: AskedQuestion) -> Iterator[KeptAnswer]:
        team = question.team
        if question.id == WEIGHTS and team is not None:
            skipped = not self.answers.teams[team].weights
            for kpi, weight in self.answers.weights(team).items():
                found = 100 * self.scenario.current_plan[team].get(kpi, 0.0)
                yield KeptAnswer(question, kpi, weight, found, skipped)
        elif team is not None:
            given = float(getattr(self.answers.teams[team], question.id))
            yield KeptAnswer(question, "", given, self._of_team(team, question.id), False)
        else:
            given, skipped = self.answers.value(question.id), self.answers.skipped(question.id)
            yield KeptAnswer(question, "", given, self._of_company(question), skipped)

    # --- teams

    def _of_team(self, name: str, part: str) -> float:
        """Full-time equivalents stand behind hours as long as nobody replaced these."""
        team, months = self.scenario.teams[name], MONTHS[self.scenario.period]
        given = self.answers.teams[name].heads
        if part == "heads":
            usual = given * LIBRARY.parameters["hours_per_head_month"].mid * months
            kept = team.hours is not None and math.isclose(team.hours, usual, rel_tol=1e-9)
            return given if kept else float(team.headcount or math.nan)
        pay = team.base_pay if part == "fixed" else team.current_pay
        return pay / given / months * MONTHS_A_YEAR

    # --- the company

    def _of_company(self, question: AskedQuestion) -> float:
        special: dict[str, Callable[[], float]] = {
            "wins": lambda: sum(self._arriving(stage) for stage in self.form.count_stages),
            "attainment": self._attainment,
            "fit_share": self._fit_share,
            "unworked": self._unworked,
            "discount_share": lambda: self._pushed(PUSHED[0]),
            "push_share": self._lapsing,
            "discount_depth": self._depth,
            "cycle_days": self._cycle,
            "price": self._price,
            "margin": self._margin,
            "partner_share": self._partner_share,
            "expansion_price": self._expansion_price,
            "horizon": self._horizon,
            "spend": self._spend,
            "visits": self._visits,
        }
        if question.id in special:
            found = special[question.id]()
        elif question.id in self.company.counts:
            found = self._count(question.id)
        else:
            found = self._rate(question.id)
        return 100 * found if question.is_percent else found

    def _arriving(self, stage: str) -> float:
        return self.today.inflow.get(stage, 0.0)

    def _volume(self, act: str) -> float:
        return self.today.volume.get(act, 0.0)

    def _brought(self, act: str) -> float:
        if act not in self.scenario.activities:
            return 0.0
        return self._volume(act) * sum(self.scenario.activities[act].yields.values())

    def _count(self, question: str) -> float:
        """What arrives by itself, and what hourly work and campaigns bring of the same count."""
        campaign = self.form.campaign
        if campaign is not None and question == campaign.answer:
            return self._brought(TARGETED) + self._brought(WIDE)
        if campaign is not None and question == campaign.event_answer:
            return self._brought(EVENT)
        by_itself = sum(self.scenario.stages[s.id].inflow for s in self.stages if s.inflow == question)
        return by_itself + sum(self._brought(w.act) for w in self.form.hourly if w.answer == question)

    def _successes(self, stage: StageForm) -> float:
        return sum(self._brought(way.act) for way in stage.ways)

    def _rate(self, question: str) -> float:
        """Successes per unit arriving, over all stages that share the rate."""
        group = next((name for name, rate in GROUP_RATES.items() if rate == question), None)
        mine = [s for s in self.stages if s.owner and (s.rate == question or (group and s.group == group))]
        arriving = sum(self._arriving(stage.id) for stage in mine)
        return _share(sum(self._successes(stage) for stage in mine), arriving)

    def _unworked(self) -> float:
        mine = [stage for stage in self.stages if stage.leave == "unworked"]
        arriving = sum(self._arriving(stage.id) for stage in mine)
        worked = sum(self._volume(way.act) for stage in mine for way in stage.ways)
        return 1 - _share(worked, arriving)

    def _fit_share(self) -> float:
        campaign = self.form.campaign
        assert campaign is not None
        known = [act for act in (TARGETED, WIDE) if act in self.scenario.activities]
        yields = {act: self.scenario.activities[act].yields for act in known}
        fit = sum(self._volume(act) * yields[act].get(campaign.fit, 0.0) for act in known)
        return _share(fit, sum(self._brought(act) for act in known))

    def _pushed(self, kind: str) -> float:
        """Share of a stage's successes that come by the way of which that was asked."""
        mine = [s for s in self.stages if any(way.share == kind for way in s.ways)]
        pushed = sum(self._brought(way.act) for s in mine for way in s.ways if way.share == kind)
        return _share(pushed, sum(self._successes(stage) for stage in mine))

    def _lapsing(self) -> float:
        """Of all that is signed, what arrives where pushed sales go."""
        to = {to for s in self.stages for way in s.ways if way.share == PUSHED[1] for to in way.to}
        whole = sum(self._arriving(stage) for stage in self.form.count_stages)
        return _share(sum(self._arriving(stage) for stage in to), whole)

    def _attainment(self) -> float:
        """Of all KPIs with a target, on average."""
        kpis = [kpi for kpi in self.scenario.kpis.values() if kpi.target is not None]
        return _share(sum(self.today.value(kpi) / (kpi.target or math.nan) for kpi in kpis), len(kpis))

    def _cycle(self) -> float:
        """Days over all steps, each the mean over its successes."""
        return sum(self._step(step) for step in self.form.cycle)

    def _step(self, step: str) -> float:
        known = self.scenario.activities
        ways = [
            w for s in self.stages if s.cycle == step for w in s.ways if w.act in known and not w.lag_days
        ]
        brought = sum(self._brought(way.act) for way in ways)
        waited = sum(self._brought(way.act) * known[way.act].lag for way in ways)
        return _share(waited, brought) * MONTHS[self.scenario.period] * DAYS_A_MONTH

    # --- money

    def _value(self, formula: str) -> float:
        return next((self.scenario.stages[s.id].value for s in self.stages if s.value == formula), math.nan)

    def _credit(self, name: str) -> float:
        """Euros per contract of the KPI that counts this amount; NaN where none does."""
        for kpi in self.form.kpis:
            for stage, coefficient in kpi.num.enter.items():
                if coefficient == name and kpi.id in self.scenario.kpis:
                    return self.scenario.kpis[kpi.id].entering.get(stage, math.nan)
        return math.nan

    def _first_year(self) -> float:
        """price x margin."""
        return self._value("first_year") / first_part(self.company)

    def _price(self) -> float:
        price = self._credit("price")
        return _share(self._first_year(), self.company.shares["margin"]) if math.isnan(price) else price

    def _margin(self) -> float:
        return _share(self._first_year(), self._price())

    def _depth(self) -> float:
        return _share(self._first_year() - self._value("first_year_discounted"), self._price())

    def _partner_share(self) -> float:
        return _share(self._first_year() - self._value("first_year_partner"), self._price())

    def _expansion_price(self) -> float:
        value = self._value("expansion")
        return self.answers.value("expansion_price") if math.isnan(value) else _share(value, self._margin())

    def _horizon(self) -> float:
        """The number of years of which later years come nearest to the value that stands there."""
        stays = self.company.shares["retention"]
        yearly, later = self._first_year(), self._value("later_years")
        later -= yearly * (1 - first_part(self.company))
        low, high = int(LIBRARY.questions["horizon"].low), int(LIBRARY.questions["horizon"].high)
        years = range(low, high + 1)
        return float(min(years, key=lambda n: abs(worth_later(yearly, stays, n) - later)))

    def _spend(self) -> float:
        known = [act for act in (TARGETED, WIDE, EVENT) if act in self.scenario.activities]
        return sum(self._volume(act) * self.scenario.activities[act].cash for act in known)

    def _visits(self) -> float:
        visits = self.scenario.kpis.get("visits")
        return self.today.counted(visits) if visits is not None else math.nan
