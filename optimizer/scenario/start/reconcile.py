"""Rule R1: counts that do not balance.

A designer gives the counts at the top, every rate, and what was signed; the three never agree. Counts of
leads and conversion rates are uncertain (s = 0.10), what is invoiced is not. With every uncertain number
multiplied by exp(t), t solves n(t) = signed: the weighted least-squares reconciliation to first order.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from optimizer.scenario.start.company import Company
from optimizer.scenario.start.funnel_today import FunnelToday, funnel_of
from optimizer.scenario.start.way_yields import HIGHEST, STEPS

ASK = (0.87, 1.15)
"""Signatures that counts and rates give over those signed, beyond which a number is of another period or
misses a source."""
REFUSE = (0.67, 1.5)
"""Beyond which the numbers do not describe one company."""
UNCERTAIN_COUNTS = (
    "leads_campaign",
    "leads_event",
    "leads_hot",
    "referrals",
    "partner_opps",
    "walkins",
)
UNCERTAIN_RATES = ("r_hot", "r_lead", "r_meeting", "r_offer", "r_partner", "r_walkin")
SAME = 5e-4
"""Of a relative move, below which nothing is said: in tenths of a percent it reads as none."""
WIDEST = 1.0
"""Largest |t| that is tried."""


@dataclass(frozen=True)
class Reconciled:
    """The company whose counts and rates give what was signed."""

    company: Company
    funnel: FunnelToday
    found: float
    """n(0): signatures that the numbers as given add up to."""
    signed: float
    step: float
    """exp(t) - 1: what counts and rates were moved by."""

    @property
    def ratio(self) -> float:
        """n(0) over what was signed."""
        return self.found / self.signed

    @property
    def is_apart(self) -> bool:
        """Whether a number is of another period, or a source is missing."""
        low, high = ASK
        return not low <= self.ratio <= high

    @property
    def is_moved(self) -> bool:
        """Whether counts and rates were moved by so much that it shows."""
        return abs(self.step) > SAME


def reconciled(company: Company) -> Reconciled:
    """Solves n(t) = signed by bisection."""
    signed = company.counts[company.form.count]
    found = _signatures(company, 0.0)
    low, high = -WIDEST, WIDEST
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if _signatures(company, middle) < signed else (low, middle)
    t = (low + high) / 2
    moved = _moved(company, t)
    return Reconciled(moved, funnel_of(moved), found, signed, math.expm1(t))


def _signatures(company: Company, t: float) -> float:
    """n(t)."""
    moved = _moved(company, t)
    return funnel_of(moved, _leading(moved)).count(company.form.count_stages)


def _leading(company: Company) -> frozenset[str]:
    """Stages that something signed can come from."""
    counted = set(company.form.count_stages)
    leading: set[str] = set()
    for stage in reversed(company.stages):
        if {to for way in stage.ways for to in way.to} & (leading | counted) - {stage.id}:
            leading.add(stage.id)
    return frozenset(leading - counted)


def _moved(company: Company, t: float) -> Company:
    """Every uncertain count and rate multiplied by exp(t); no rate beyond 0.97, unless it was given so."""
    factor = math.exp(t)
    moving = uncertain(company)
    counts = {n: v * factor if n in moving else v for n, v in company.counts.items()}
    shares = {n: _rate(v, factor) if n in moving else v for n, v in company.shares.items()}
    return company.with_numbers(counts, shares)


def _rate(rate: float, factor: float) -> float:
    return min(rate * factor, max(rate, HIGHEST))


def uncertain(company: Company) -> frozenset[str]:
    """Counts of leads and conversion rates; the rate of a stock too where what comes of it is signed."""
    signed = set(company.form.count_stages)
    rates = {s.rate for s in company.stages if any(to in signed for way in s.ways for to in way.to)}
    return frozenset({*UNCERTAIN_COUNTS, *UNCERTAIN_RATES, *(rate for rate in rates if rate)})
