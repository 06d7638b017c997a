"""What the numbers say to people (model.md §13.12): what 10 % more variable pay would do to each team's work.

`responsiveness` multiplies (change of net reward) / κ before hours bind, so it is no elasticity of output;
these answers are, at the baseline, and so is the share of hours that pay can still win.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.arrays import Floats
from optimizer.response.calibration import Calibrated
from optimizer.response.outcome import evaluate_plans

MORE = 0.1
"""Raise of all that a team is paid for at target."""
LITTLE = 0.15
"""Share of hours left unbooked below which pay can win next to no time."""


@dataclass(frozen=True)
class PayResponse:
    """One team's answer, on today's beliefs, to a tenth more pay on everything it is paid for.

    `booked_hours` and `score`, relative changes of the hours in its activities and of the KPI that most of
    its pay hangs on (`kpi`, empty without pay); `unbooked`, the share of its hours in no activity today. NaN
    where the team has no limit on hours.
    """

    team: str
    booked_hours: float
    kpi: str
    score: float
    unbooked: float


def pay_responses(cal: Calibrated) -> tuple[PayResponse, ...]:
    """Of every team, each raised alone."""
    teams = len(cal.network.teams)
    raised = np.array(
        [cal.current * np.where(np.arange(teams) == i, 1 + MORE, 1.0)[:, None] for i in range(teams)]
    )
    now, then = (evaluate_plans(cal, euros, "first_response") for euros in (cal.current[None], raised))
    return tuple(_of_team(cal, i, now.x[0], then.x[i], then.score[i] / now.score[0]) for i in range(teams))


def _of_team(cal: Calibrated, i: int, now: Floats, then: Floats, score: Floats) -> PayResponse:
    network = cal.network
    booked = np.where((network.team == i) & network.explicit, network.unit_hours, 0.0)
    hours, before = network.hours[i], float(booked @ now)
    k, paid = int(cal.current[i].argmax()), bool(cal.current[i].any())
    return PayResponse(
        team=network.teams[i],
        booked_hours=float(booked @ then) / before - 1 if before > 0 else np.nan,
        kpi=network.kpis[k] if paid else "",
        score=float(score[k]) - 1 if paid else np.nan,
        unbooked=1 - float(booked @ network.baseline) / float(hours) if np.isfinite(hours) else np.nan,
    )
