"""Payouts as they are booked: the one rounding rule (docs/money.md).

What is computed stays unrounded. The payee is the team: its payout for a period is rounded once, half up, to
the cent; its charges are the rounded payout times their rate, rounded once; loaded is the two. Totals add
booked amounts, and limits are tested on them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.arrays import CENT, Floats, half_up, rounded
from optimizer.response.outcome import Outcome
from optimizer.scenario.charges import charge_rates
from optimizer.scenario.money_unit import has_cents
from optimizer.scenario.types import Scenario

FINE = 9
"""Decimals where amounts are in a unit so large that cents of it would be money."""


def booking_decimals(scenario: Scenario, money: float = 1.0) -> int:
    """Decimals to which a company's payouts are booked: cents, whatever the currency.

    `money` is the unit in which the scenario is told, per unit of its file.
    """
    return CENT if has_cents(scenario, money) else FINE


@dataclass(frozen=True)
class Booked:
    """Booked amounts [currency/period]: `pay` before charges and `charges`, of teams (..., I) or of a sum."""

    pay: Floats
    charges: Floats
    decimals: int

    @property
    def loaded(self) -> Floats:
        """With charges."""
        return half_up(self.pay + self.charges, self.decimals)

    def of(self, team: int) -> Booked:
        """Of one team."""
        return Booked(self.pay[..., team], self.charges[..., team], self.decimals)

    @property
    def company(self) -> Booked:
        """Of all teams together: the sums of their booked amounts."""
        pay, charges = (half_up(part.sum(axis=-1), self.decimals) for part in (self.pay, self.charges))
        return Booked(pay, charges, self.decimals)


def book(scenario: Scenario, pay: Floats) -> Booked:
    """Payouts of teams (..., I) before charges as they are booked."""
    decimals = booking_decimals(scenario)
    gross = half_up(pay, decimals)
    return Booked(gross, half_up(gross * charge_rates(scenario), decimals), decimals)


def most_rounding(scenario: Scenario, money: float = 1.0) -> Floats:
    """How far booking can move a team's loaded payout, (I,): half a cent of pay with the charges on it, and
    half a cent of charges."""
    cent = money * 10.0 ** -booking_decimals(scenario, money)
    return np.asarray(0.5 * cent * (2 + charge_rates(scenario)))


@dataclass(frozen=True)
class BookedMoney:
    """What one plan brings and costs, as told [currency/period]: payouts as booked, all else to the cent.

    `gross_value` is what enters stages is worth; `gross_pay`, `charges` and `loaded_pay` are payouts.
    """

    gross_value: float
    direct_costs: float
    revenue: float
    gross_pay: float
    charges: float
    loaded_pay: float
    net: float


def booked_money(scenario: Scenario, outcome: Outcome) -> BookedMoney:
    """Every total once, from what is not rounded but for payouts; net is revenue less booked payouts."""
    paid = book(scenario, outcome.pay).company
    gross, costs, revenue, net = (
        rounded(amount, paid.decimals)
        for amount in (
            outcome.gross,
            outcome.direct_costs,
            outcome.revenue,
            outcome.revenue - float(paid.loaded),
        )
    )
    loaded = float(paid.loaded)
    return BookedMoney(gross, costs, revenue, float(paid.pay), float(paid.charges), loaded, net)
