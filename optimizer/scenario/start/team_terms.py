"""Rule R10: pay, charges, patience and responsiveness of teams.

Charges are what one more euro of variable pay costs in France at the team's average pay a head and month
(fixed and variable), interpolated in the library's table: 0.928 at its lowest pay and below, 0.43 from
three minimum wages on. A flat rate would understate a bonus of 2 minimum wages by 13 points.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from optimizer.scenario.start.company import Company
from optimizer.scenario.start.hours import team_hours
from optimizer.scenario.start.library import LIBRARY
from optimizer.scenario.start.numbers import exactly, short
from optimizer.scenario.start.stage_values import MONTHS_A_YEAR

LEVEL = 0.43
"""Charges from three minimum wages on."""
LEVEL_FROM = 3.0
"""In minimum wages."""
MONTHS_A_QUARTER = 3
SKILLED = ("sdr", "sales", "inside", "field", "branch", "partners")
"""Functions whose people have results of their own."""


def charges(pay: float) -> float:
    """Employer charges on one more euro, by gross pay a head and month [EUR]."""
    rows = LIBRARY.marginal
    wage = rows[0].pay / rows[0].pay_in_smic
    if pay >= LEVEL_FROM * wage:
        return LEVEL
    if pay <= rows[0].pay:
        return rows[0].on_one_more_euro
    below, above = next((a, b) for a, b in pairwise(rows) if a.pay <= pay <= b.pay)
    part = (pay - below.pay) / (above.pay - below.pay)
    return below.on_one_more_euro + part * (above.on_one_more_euro - below.on_one_more_euro)


def discount(company: Company) -> float:
    """delta: 0.85 per quarter of waiting, for the company's period."""
    return short(LIBRARY.parameters["discount_quarter"].mid ** (company.months / MONTHS_A_QUARTER))


def heads(company: Company, team: str) -> int:
    """Whole people, at least one; a half counts as one more."""
    return max(1, math.floor(company.answers.teams[team].heads + 0.5))


def terms(company: Company) -> dict[str, Mapping[str, Any]]:
    """The section `teams`."""
    return {team.id: _team(company, team.id) for team in company.form.teams}


def _team(company: Company, team: str) -> dict[str, Any]:
    form, given = company.form.team[team], company.answers.teams[team]
    years = company.months / MONTHS_A_YEAR
    skilled = {"skill_spread": LIBRARY.parameters["skill_spread"].mid} if form.function in SKILLED else {}
    return {
        "label": form.label.model_dump(),
        "headcount": heads(company, team),
        "hours": exactly(team_hours(company, team)),
        "base_pay": exactly(given.heads * given.fixed * years),
        "target_pay": exactly(given.heads * given.variable * years),
        "charges": short(charges((given.fixed + given.variable) / MONTHS_A_YEAR)),
        "discount": discount(company),
        "responsiveness": LIBRARY.parameters["responsiveness"].mid,
        **skilled,
    }
