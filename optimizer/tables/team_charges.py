"""Employer charges of every team: the rate that its variable pay has, and what it follows from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from optimizer.scenario.charge_types import Charges
from optimizer.scenario.charges import charge_rate, charges_of, published, yearly_pay
from optimizer.tables.table import Column, Row, Table

if TYPE_CHECKING:
    from optimizer.scenario.types import Scenario, Team

TEAM_CHARGES = Table(
    "team_charges",
    team=Column(str, "name", "name of the team", "team"),
    basis=Column(str, "code", "rate, brackets or preset: what the scenario says", "charges_basis"),
    preset=Column(str, "text", "published rates by their name; empty without"),
    as_of=Column(
        str, "text", "day from which brackets or published rates hold, YYYY-MM-DD; empty if not said"
    ),
    fixed_year=Column(float, "money", "fixed pay of a head in a year; empty where one rate is given"),
    variable_year=Column(float, "money", "variable pay at 100 % of a head in a year; likewise"),
    rate=Column(float, "share", "charges on the variable at 100 %, on top of the fixed: what payouts have"),
    next_euro=Column(float, "share", "charges on one more unit of pay above that"),
    average=Column(float, "share", "charges on all of that pay over it; empty where one rate is given"),
)
CHARGE_BRACKETS = Table(
    "charge_brackets",
    team=Column(str, "name", "name of the team", "team"),
    above=Column(float, "money", "gross pay of a head in a year from which the rate holds"),
    to=Column(float, "money", "pay up to which it holds; empty: without end"),
    rate=Column(float, "share", "charges on what lies in the bracket"),
)


def team_charges_rows(scenario: Scenario) -> Iterator[Row]:
    """One per team."""
    for name, team in scenario.teams.items():
        rate = charge_rate(scenario, team)
        start: Row = {"team": name, **_said(team)}
        if isinstance(team.charges, Charges):
            yield {**start, "rate": rate, **_of_pay(scenario, team, team.charges)}
        else:
            pay = dict.fromkeys(("fixed_year", "variable_year", "average"), np.nan)
            yield {**start, "rate": rate, "next_euro": rate, **pay}


def _said(team: Team) -> Row:
    if not isinstance(team.charges, Charges):
        return {"basis": "rate", "preset": "", "as_of": ""}
    preset, own = team.charges.preset, team.charges.as_of or ""
    if preset is None:
        return {"basis": "brackets", "preset": "", "as_of": own}
    return {"basis": "preset", "preset": preset, "as_of": str(published(preset)["as_of"])}


def _of_pay(scenario: Scenario, team: Team, charges: Charges) -> Row:
    fixed, variable = yearly_pay(scenario, team)
    whole = fixed + variable
    here, beyond = (float(v) for v in charges_of(charges)(np.array([whole, whole + 1])))
    return {
        "fixed_year": fixed,
        "variable_year": variable,
        "next_euro": beyond - here,
        "average": here / whole if whole else np.nan,
    }


def charge_brackets_rows(scenario: Scenario) -> Iterator[Row]:
    """Brackets as they are stated; none of a preset, which is a curve."""
    for name, team in scenario.teams.items():
        low = 0.0
        for bracket in team.charges.brackets if isinstance(team.charges, Charges) else ():
            end = np.nan if bracket.to is None else bracket.to
            yield {"team": name, "above": low, "to": end, "rate": bracket.rate}
            low = end
