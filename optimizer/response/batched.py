"""Companies of one structure but with other numbers, answered at once: one row per plan of every company.

Each alone is so small that asking for its arithmetic takes longer than doing it. Here every array of numbers
gets a leading axis S, a row for every plan of every company. What is not an array of numbers (names, who owns
what, which work leads where) must be the same; companies of different kinds are answered apart.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.arrays import Floats, Ints
from optimizer.response.beliefs import Beliefs
from optimizer.response.calibration import Behaviour, Calibrated
from optimizer.response.equilibrium import Equilibrium, converged
from optimizer.response.network import Network
from optimizer.response.outcome import OutcomeBatch, outcome_of


@dataclass(frozen=True)
class _Company:
    """What equilibria in one regime depend on."""

    behaviour: Behaviour
    network: Network

    @property
    def structure(self) -> Hashable:
        return self.behaviour.structure, self.network.structure

    @staticmethod
    def stack(companies: Sequence[_Company]) -> _Company:
        behaviour = Behaviour.stack([company.behaviour for company in companies])
        return _Company(behaviour, Network.stack([company.network for company in companies]))

    def select(self, rows: Ints) -> _Company:
        return _Company(self.behaviour.select(rows), self.network.select(rows))


def evaluate_companies(
    companies: Sequence[Calibrated], plans: Sequence[Floats], start: Sequence[Beliefs] | None = None
) -> list[OutcomeBatch]:
    """`evaluate_plans`, once beliefs agree, of each company under its own plans (S, I, K).

    `start`, for each regime and the plans of any company, replaces the beliefs of each one's own baseline.
    """
    by_regime = []
    for regime in range(len(companies[0].regimes)) if companies else ():
        asked = [_Company(cal, cal.regimes.networks[regime]) for cal in companies]
        by_regime.append(_equilibria(asked, plans, start[regime] if start else None))
    every = zip(companies, plans, zip(*by_regime, strict=True), strict=True)
    return [outcome_of(cal, euros, regimes) for cal, euros, regimes in every]


def _equilibria(
    companies: Sequence[_Company], plans: Sequence[Floats], start: Beliefs | None
) -> list[Equilibrium]:
    """Of each company under its plans; those alike are answered together."""
    equilibria: dict[int, Equilibrium] = {}
    for alike in _alike(companies):
        sizes = [len(plans[c]) for c in alike]
        rows = np.repeat(np.arange(len(alike)), sizes)
        whole = _Company.stack([companies[c] for c in alike]).select(rows)
        begin = Beliefs.together([start] * len(alike)) if start else whole.behaviour.beliefs
        together = _settled(whole, np.concatenate([plans[c] for c in alike]), begin)
        owned = np.split(np.arange(len(rows)), np.cumsum(sizes)[:-1])
        for c, own in zip(alike, owned, strict=True):
            equilibria[c] = together.select(own, companies[c].network)
    return [equilibria[c] for c in range(len(companies))]


def _settled(whole: _Company, euros: Floats, start: Beliefs) -> Equilibrium:
    """The rows that answer are held until others are asked for."""
    at, answering = np.arange(len(euros)), whole

    def company(rows: Ints) -> tuple[Behaviour, Network]:
        nonlocal at, answering
        if not np.array_equal(rows, at):
            at, answering = rows, whole.select(rows)
        return answering.behaviour, answering.network

    return converged((whole.behaviour, whole.network), euros, start, company)


def _alike(companies: Sequence[_Company]) -> Iterable[list[int]]:
    """Positions of companies that differ in nothing but numbers."""
    groups: dict[Hashable, list[int]] = {}
    for c, company in enumerate(companies):
        groups.setdefault(company.structure, []).append(c)
    return groups.values()
