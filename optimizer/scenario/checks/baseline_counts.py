"""The baseline, counted: units and hours per period under the current plan."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from optimizer.scenario.problems import Finding
from optimizer.scenario.types import Activity, Kpi, Scenario, Team

Findings = Iterator[Finding]
Credit = dict[str, float]
"""Units of a KPI per unit of each activity, without zeros."""

RELATIVE = 1e-9
"""Room for rounding where flows and hours are added up."""
SUM = 1e-6
"""Weights and probabilities sum to 1 within this."""


@dataclass(frozen=True)
class BaselineCounts:
    """Who takes from, feeds and works what, and how much of it happens today."""

    arriving: Mapping[str, float]
    """F_n per stage."""
    inflow: Mapping[str, float]
    """F_n + Σ P_na x⁰_a per stage."""
    takers: Mapping[str, list[str]]
    """Activities that take from each stage."""
    workers: Mapping[str, list[str]]
    """Activities of each team."""
    producers: Mapping[str, Mapping[str, float]]
    """P_na of the activities that yield each stage."""
    volume: Mapping[str, float]
    """x⁰ of every activity, `leave:<stage>` and `other:<team>` included."""

    def numerator(self, kpi: Kpi) -> Credit:
        """N_ka: written directly, plus coefficient · P_na (model.md §6)."""
        return self._credit(kpi.numerator, kpi.entering)

    def denominator(self, kpi: Kpi) -> Credit:
        """D_ka, likewise."""
        return self._credit(kpi.denominator, kpi.entering_denominator)

    def movers(self, kpi: Kpi) -> set[str]:
        """Activities that the KPI counts, above or below the line."""
        return self.numerator(kpi).keys() | self.denominator(kpi).keys()

    def total(self, credit: Credit) -> float:
        """Σ credit · x⁰."""
        return sum(coefficient * self.volume.get(name, 0.0) for name, coefficient in credit.items())

    def counted(self, kpi: Kpi) -> float:
        """N⁰ + Σ N_a x⁰_a: a constant, and what enters its stages by itself, count too (model.md §13.1)."""
        return kpi.constant + self.total(self.numerator(kpi)) + self._arriving(kpi.entering)

    def divided_by(self, kpi: Kpi) -> float:
        """D⁰ + Σ D_a x⁰_a; 1 for a count."""
        if not kpi.is_rate:
            return 1.0
        return self.total(self.denominator(kpi)) + self._arriving(kpi.entering_denominator)

    def value(self, kpi: Kpi) -> float:
        """What the KPI shows at baseline; NaN for a rate whose denominator is 0."""
        bottom = self.divided_by(kpi)
        return self.counted(kpi) / bottom if bottom else math.nan

    def _arriving(self, by_stage: Mapping[str, float]) -> float:
        return sum(credit * self.arriving.get(stage, 0.0) for stage, credit in by_stage.items())

    def _credit(self, direct: Mapping[str, float], by_stage: Mapping[str, float]) -> Credit:
        total: dict[str, float] = defaultdict(float, direct)
        for stage, coefficient in by_stage.items():
            for activity, units in self.producers.get(stage, {}).items():
                total[activity] += coefficient * units
        return {name: credit for name, credit in total.items() if credit != 0}


def baseline_counts(scenario: Scenario) -> BaselineCounts:
    """The baseline of a scenario whose names need not all exist."""
    takers, workers = defaultdict(list), defaultdict(list)
    producers: dict[str, dict[str, float]] = defaultdict(dict)
    for name, activity in scenario.activities.items():
        workers[activity.team].append(name)
        if activity.from_ is not None:
            takers[activity.from_].append(name)
        for stage, units in activity.yields.items():
            producers[stage][name] = units
    volume = {name: activity.baseline for name, activity in scenario.activities.items()}
    inflow = {
        name: stage.inflow + sum(units * volume[activity] for activity, units in producers[name].items())
        for name, stage in scenario.stages.items()
    }
    for name in owned_stages(scenario):
        volume[f"leave:{name}"] = max(0.0, inflow[name] - sum(volume[a] for a in takers[name]))
    for name, hours in limited_teams(scenario).items():
        worked = sum(hours_worked(scenario.activities[a]) for a in workers[name])
        volume[f"other:{name}"] = max(0.0, hours - worked)
    arriving = {name: stage.inflow for name, stage in scenario.stages.items()}
    return BaselineCounts(arriving, inflow, takers, workers, producers, volume)


def owned_stages(scenario: Scenario) -> list[str]:
    """Stages that somebody works, so that something can be left there."""
    return [name for name, stage in scenario.stages.items() if stage.owner is not None]


def limited_teams(scenario: Scenario) -> dict[str, float]:
    """Hours of the teams that have a limit, so that there can be other work."""
    return {name: team.hours for name, team in scenario.teams.items() if team.hours is not None}


def hours_worked(activity: Activity) -> float:
    """h_a x⁰_a."""
    return activity.hours * activity.baseline


def has_pay(team: Team) -> bool:
    """Some variable pay today."""
    return team.current_pay > 0
