"""What is earned in a year and when it is paid: the liability between the two, charges included.

A period's pay falls due `paid.after_days` after its end; what a curve pays later (`vesting`), so many periods
after that. The year opens with what today's plan, followed for long by today's people in the same seasons,
has earned and not paid. Opening + earned − paid + true-up = closing; payments go on into the next year.

The true-up, in the year's last period, is what charges by brackets of a year's pay are beyond those booked
period by period at one rate; without brackets there is none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.arrays import Floats, half_up
from optimizer.response.booking import Booked, book
from optimizer.response.calibration import Calibrated
from optimizer.response.pay_knots import curve_of
from optimizer.rollout.year.earned import Year, foreseen_levels
from optimizer.scenario.charge_types import Charges
from optimizer.scenario.charges import charge_rate, charges_of, yearly_pay
from optimizer.scenario.phasing_types import DAYS_AFTER
from optimizer.scenario.plan import IN_FORCE, PlanTerms
from optimizer.scenario.types import Scenario
from optimizer.scenario.value_types import MONTHS

DAYS = 365.0
"""Of a year."""
_NEARLY = 1e-9


@dataclass(frozen=True)
class Cash:
    """Loaded amounts by period and team, (P, I): the year, then periods in which the rest is paid."""

    opening: Floats
    """Earned and not paid at the beginning of each period."""
    earned: Floats
    paid: Floats
    true_up: Floats
    before: Floats
    """Of what is paid, what was earned before the year."""
    shares: Floats
    """Of what is earned in each period of the year, by the periods from then to the payment, (T, D, I)."""
    decimals: int

    @property
    def closing(self) -> Floats:
        """Opening + earned − paid + true-up."""
        return half_up(self.opening + self.earned - self.paid + self.true_up, self.decimals)


def delay_of(scenario: Scenario) -> float:
    """From the end of a period to the payment for it [periods]."""
    told = (scenario.phasing.paid.after_days, scenario.plan_document.paid_after_days)
    days = next((day for day in told if day is not None), DAYS_AFTER)
    return days * (MONTHS["year"] // MONTHS[scenario.period]) / DAYS


def cash_of(year: Year) -> Cash:
    """Of a year, and of the periods after it until all of it is paid."""
    earned, before = year.booked.loaded, _before(year)
    shares = _shares(year.cal, year.terms, year.at_target * year.level)
    now = _instalments(earned, shares, year.decimals)
    periods, later = len(earned), now.shape[1] - 1
    paid = np.zeros((max(periods + later, len(before)), earned.shape[1]))
    for t, instalments in enumerate(now):
        paid[t : t + later + 1] += instalments
    paid[: len(before)] += before
    true_up = np.zeros_like(paid)
    true_up[periods - 1] = _true_up(year)
    paid[periods - 1 + (now[-1] > 0).argmax(axis=0), np.arange(paid.shape[1])] += true_up[periods - 1]
    earned = np.concatenate([earned, np.zeros((len(paid) - periods, earned.shape[1]))])
    flows = np.cumsum(earned - paid + true_up, axis=0)
    opening = before.sum(axis=0) + np.concatenate([np.zeros_like(flows[:1]), flows[:-1]])
    opening, paid = half_up(opening, year.decimals), half_up(paid, year.decimals)
    older = np.concatenate([before, np.zeros((len(paid) - len(before), paid.shape[1]))])
    return Cash(opening, earned, paid, true_up, older, shares, year.decimals)


def _true_up(year: Year) -> Floats:
    """What charges by a head's pay in the year are expected to be beyond those at one rate, (I,)."""
    scenario, gross = year.cal.scenario, year.gross.sum(axis=0)
    found = np.zeros(gross.shape[1])
    for i, team in enumerate(scenario.teams.values()):
        heads = float(year.staffing.present[:, i].mean())
        if isinstance(team.charges, Charges) and heads > 0:
            fixed, _ = yearly_pay(scenario, team)
            charged = charges_of(team.charges)
            each = charged(fixed + gross[:, i] / heads) - charged(fixed)
            found[i] = float((heads * each - charge_rate(scenario, team) * gross[:, i]).mean())
    return half_up(found, year.decimals)


def _before(year: Year) -> Floats:
    """What today's plan has earned and is paid in each period from the first on, (P, I): the liability that
    the year opens with. Its people and levels are today's, its seasons those of the year."""
    run, in_force = year.transition, year.cal.paid_by(IN_FORCE)
    level = foreseen_levels(in_force, run.stay, run.luck)[0].mean(axis=0)
    lines = in_force.current * year.season[:, None, :] * level
    shares = _shares(in_force, IN_FORCE, lines)
    later = shares.shape[1] - 1
    back = [-p % year.periods for p in range(1, later + 1)]
    booked: Booked = book(in_force.scenario, (lines * (1 + year.leave)).sum(axis=2))
    each = _instalments(booked.loaded, shares, year.decimals)
    due = np.zeros((later, lines.shape[1]))
    for ago, t in enumerate(back, 1):
        rest = each[t, ago:]
        due[: len(rest)] += rest
    return due


def _shares(cal: Calibrated, terms: PlanTerms, lines: Floats) -> Floats:
    """Share of a team's pay of each period that is paid so many periods later, (T, D, I); `lines` (T, I, K)
    are what it is paid by KPI."""
    by_kpi = _delays(cal, terms)
    paid = lines.sum(axis=2)
    parts = np.einsum("tik,dik->tdi", lines, by_kpi)
    flat = np.zeros(len(by_kpi))
    flat[_whole(delay_of(cal.scenario))] = 1.0
    return np.where(paid[:, None] > 0, parts / np.where(paid > 0, paid, 1.0)[:, None], flat[:, None])


def _delays(cal: Calibrated, terms: PlanTerms) -> Floats:
    """Share of pay on a KPI by the periods from its own to the payment, (D, I, K)."""
    network, delay = cal.network, delay_of(cal.scenario)
    spread: dict[tuple[int, int, int], float] = {}
    for i, team in enumerate(network.teams):
        for k, kpi in enumerate(network.kpis):
            curve = curve_of(cal.scenario, team, kpi, terms)
            later = [(_whole(delay + part.after), part.share) for part in (curve.vesting if curve else ())]
            at_once = 1 - sum(share for _, share in later)
            for d, share in [(_whole(delay), at_once), *later]:
                spread[d, i, k] = spread.get((d, i, k), 0.0) + share
    shares = np.zeros((1 + max(d for d, _, _ in spread), len(network.teams), len(network.kpis)))
    for place, share in spread.items():
        shares[place] = share
    return shares


def _whole(periods: float) -> int:
    """The period in which a day falls, counted from the one whose end is 0: that end is in it."""
    return int(np.ceil(periods - _NEARLY))


def _instalments(loaded: Floats, shares: Floats, decimals: int) -> Floats:
    """Booked amounts (T, I) in instalments (T, D, I), each rounded; what rounding leaves is in the first."""
    each = half_up(loaded[:, None] * shares, decimals)
    first = (shares > 0).argmax(axis=1)[:, None]
    rest = half_up(loaded - each.sum(axis=1), decimals)[:, None]
    np.put_along_axis(each, first, np.take_along_axis(each, first, axis=1) + rest, axis=1)
    return half_up(each, decimals)
