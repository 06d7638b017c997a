"""Who is there in each period of the year, and for how much of a full objective they count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.arrays import Floats
from optimizer.scenario.phasing_types import Phasing
from optimizer.scenario.types import Scenario, Team


@dataclass(frozen=True)
class Staffing:
    """People of every team by period, (T, I).

    `present`: paid; NaN where the scenario does not say how many people there are. `new`, `gone`: more or
    fewer than the period before. `counted`: present as parts of the team's people, new ones by their ramp; 1
    is the whole team. `ramping`: the parts that the ramp leaves out. `output`: what those present do as parts
    of what the team does, where objectives stay although people are missing; else 1. `heads`: the team's
    people.
    """

    present: Floats
    new: Floats
    gone: Floats
    counted: Floats
    ramping: Floats
    output: Floats
    heads: Floats


def staffing(scenario: Scenario, periods: int) -> Staffing:
    """Of the year; each team by itself."""
    phasing = scenario.phasing
    each = [_team(name, team, phasing, periods) for name, team in scenario.teams.items()]
    return Staffing(*(np.stack(columns, axis=1) for columns in zip(*each, strict=True)))


def _team(name: str, team: Team, phasing: Phasing, periods: int) -> tuple[Floats, ...]:
    """Columns of `Staffing`."""
    whole = float(team.headcount or 1)
    present = np.array(phasing.headcount.get(name, [whole] * periods), dtype=float)
    change = np.diff(present, prepend=whole)
    new, gone = np.maximum(change, 0.0), np.maximum(-change, 0.0)
    full = ramped(present, new, gone, phasing.ramp.get(name, ()))
    counted = full / whole
    keeps = phasing.vacancy.get(name) == "keeps_target"
    output = np.minimum(1.0, counted) if keeps else np.ones(periods)
    known = present if team.headcount or name in phasing.headcount else np.full(periods, np.nan)
    return known, new, gone, counted, (present - full) / whole, output, np.full(periods, whole)


def ramped(present: Floats, new: Floats, gone: Floats, ramp: Sequence[float]) -> Floats:
    """People as full objectives, (T,): of those who came j periods ago the share `ramp[j]` counts.

    Whoever goes has been there longest: people of the start, then earlier arrivals.
    """
    cohorts = [float(present[0] - new[0])]
    full: list[float] = []
    for arrived, left in zip(new, gone, strict=True):
        cohorts = [*_without(cohorts, float(left) if full else 0.0), float(arrived)]
        ages = range(len(cohorts) - 2, -1, -1)
        shares = [1.0, *(ramp[age] if age < len(ramp) else 1.0 for age in ages)]
        full.append(sum(n * share for n, share in zip(cohorts, shares, strict=True)))
    return np.array(full)


def _without(cohorts: list[float], left: float) -> list[float]:
    """Cohorts, eldest first, once so many have gone."""
    rest = []
    for people in cohorts:
        rest.append(people - min(people, left))
        left -= people - rest[-1]
    return rest
