"""What bent pay costs where it is paid to persons who differ for good.

Budgets and plans are judged by the pay of a team's result (model.md §9). Where persons of the team differ
(`skill_spread`) and the pay curve bends, what persons earn on their own results comes to another amount:

    E Σ_k e_ik pay((1 + skill)(s_k + σ_k ε)),   skill normal with standard deviation `skill_spread`

more where pay is steeper above target, less where it is capped. Which of the two is paid is the company's
practice, so both are told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri

from optimizer.arrays import Floats
from optimizer.response.calibration import Calibrated
from optimizer.response.outcome import Outcome
from optimizer.scenario.charges import loading

FELT = 0.005
"""Share of the team's pay by which the two have to differ to be worth a word."""
POINTS = 2000
"""Equally likely skills."""
_LEAST = 1e-6
"""Of what the team attains: nobody attains less."""


@dataclass(frozen=True)
class PersonsPay:
    """Loaded expected pay of a team [currency/period]: on the team's result, and of all its persons, each on
    their own; `curved` are the KPIs whose pay bends."""

    team: str
    on_team: float
    on_persons: float
    curved: tuple[str, ...]


def persons_pay(cal: Calibrated, euros: Floats, outcome: Outcome) -> tuple[PersonsPay, ...]:
    """Teams under a plan (I, K) for which it makes a difference who is paid."""
    found = []
    for i, (name, team) in enumerate(cal.scenario.teams.items()):
        bent = (euros[i] > 0) & cal.curves.bent[i]
        if team.skill_spread > 0 and (team.headcount or 0) >= 2 and bent.any():
            level = cal.regimes.expect(
                _apart(cal, i, team.skill_spread, at.score) for at in outcome.by_regime
            )
            on_team = float(loading(cal.scenario)[i] * outcome.pay[i])
            more = float(loading(cal.scenario)[i] * (euros[i] @ level))
            if abs(more) > FELT * on_team:
                kpis = tuple(cal.network.kpis[k] for k in np.flatnonzero(bent))
                found.append(PersonsPay(name, on_team, on_team + more, kpis))
    return tuple(found)


def _apart(cal: Calibrated, i: int, spread: float, score: Floats) -> Floats:
    """E pay of persons less that of the team, per euro at target, (K,)."""
    skill = spread * ndtri((np.arange(POINTS) + 0.5) / POINTS)
    better = np.maximum(1 + skill, _LEAST)[:, None]
    alone = replace(cal.curves, noise=cal.curves.noise * better)
    return np.asarray(alone.expected(score * better)[:, i].mean(axis=0) - cal.curves.expected(score)[i])
