"""Employer charges on variable pay: the one place that reads what a scenario says of them.

The model has one rate per team, τ_i. Where charges depend on a head's pay in a year, it is what the variable
at 100 % costs on top of the fixed pay, over that variable: each euro is charged where it falls.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from optimizer.arrays import Floats
from optimizer.scenario.charge_types import Charges
from optimizer.scenario.types import Scenario, Team
from optimizer.scenario.value_types import MONTHS

Curve = Callable[[ArrayLike], Floats]
"""Charges of a year on the gross pay of a head in that year [currency]."""


def charge_rate(scenario: Scenario, team: Team) -> float:
    """τ_i: what the employer pays on top, as a share of a team's variable pay."""
    if not isinstance(team.charges, Charges):
        return team.charges
    fixed, variable = yearly_pay(scenario, team)
    more = variable if variable > 0 else max(1.0, 0.01 * fixed)
    low, high = charges_of(team.charges)(np.array([fixed, fixed + more]))
    return float(high - low) / more


def charge_rates(scenario: Scenario) -> Floats:
    """τ_i, (I,)."""
    return np.array([charge_rate(scenario, team) for team in scenario.teams.values()])


def loading(scenario: Scenario) -> Floats:
    """1 + τ_i, (I,): what a unit of a team's variable pay costs."""
    return 1 + charge_rates(scenario)


def yearly_pay(scenario: Scenario, team: Team) -> tuple[float, float]:
    """Fixed and variable pay at 100 % of a head in a year [currency/year]."""
    each = MONTHS["year"] / MONTHS[scenario.period] / (team.headcount or 1)
    return team.base_pay * each, team.current_pay * each


def charges_of(charges: Charges) -> Curve:
    """What is charged on a head's gross pay in a year."""
    if charges.preset:
        return partial(_preset, published(charges.preset), charges.accidents)
    return partial(_brackets, charges)


def _brackets(charges: Charges, pay: ArrayLike) -> Floats:
    total, low = np.zeros_like(np.asarray(pay, dtype=float)), 0.0
    for bracket in charges.brackets:
        high = np.inf if bracket.to is None else bracket.to
        total += bracket.rate * (np.clip(pay, low, high) - low)
        low = high
    return total


# --- published rates ------------------------------------------------------------------------------------


@cache
def published(preset: str) -> dict[str, Any]:
    """Rates of a country and a year, from their file: `as_of`, `source` and what they are on."""
    import json
    from pathlib import Path

    file = Path(__file__).with_name("presets") / f"{preset}.json"
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return content


def _preset(rates: dict[str, Any], own: float, pay: ArrayLike) -> Floats:
    """Contributions, with the company's own rate, less the general reduction."""
    gross = np.asarray(pay, dtype=float)
    total = own * gross - _reduction(rates, gross)
    for part in rates["contributions"]:
        low, high = (
            part.get(end, other) * rates["ceiling"] for end, other in (("from", 0.0), ("to", np.inf))
        )
        due = gross > part.get("once_above", -1.0) * rates["ceiling"]
        total += np.where(due, part["rate"] * (np.clip(gross, low, high) - low), 0.0)
    return np.asarray(total)


def _reduction(rates: dict[str, Any], gross: Floats) -> Floats:
    """C × pay below so many minimum wages: C = least + more × ((until × minimum / pay − 1) / 2)^exponent,
    largest at the minimum wage; crossing the end loses the least on all pay."""
    of, top = rates["reduction"], rates["reduction"]["until"] * rates["minimum_wage"]
    reach = (of["until"] - 1) / 2
    below = np.clip((top / np.maximum(gross, 1.0) - 1) / 2, 0.0, reach)
    share = of["least"] + of["more"] * (below / reach) ** of["exponent"]
    return np.asarray(np.where(gross < top, share * gross, 0.0))
