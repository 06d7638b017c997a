"""One choice of every unit, with the largest net of all together under a common envelope."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from optimizer.arrays import CENT, Ints, half_up
from optimizer.rollout.envelope.unit_choices import BusinessUnit, Choice
from optimizer.solver.one_each import NothingFitsError, one_each

SECONDS = 60.0
"""Limit of one program; two hundred units take a fraction of a second."""


@dataclass(frozen=True)
class Combination:
    """One choice of every unit, in their order; None where none fits.

    `status`: optimal (no other combination of these choices has a larger net under the limit), feasible (time
    was up), infeasible (not even the cheapest choices fit).
    """

    limit: float
    status: Literal["optimal", "feasible", "infeasible"]
    chosen: tuple[Choice, ...] | None = None

    @property
    def spent(self) -> float:
        """Expected loaded payouts, booked [currency/period]; NaN without a combination."""
        return total(self.chosen, "loaded_pay") if self.chosen else np.nan

    @property
    def net(self) -> float:
        """Of all units [currency/period]; NaN without a combination."""
        return total(self.chosen, "net") if self.chosen else np.nan


def total(choices: Sequence[Choice], amount: str) -> float:
    """Sum of a booked amount over choices."""
    return float(half_up(sum(getattr(choice.money, amount) for choice in choices), CENT))


def least(units: Sequence[BusinessUnit]) -> float:
    """The smallest envelope under which every unit can be given something [currency/period]."""
    cheapest = [min(unit.choices, key=lambda choice: choice.money.loaded_pay) for unit in units]
    return float(half_up(total(cheapest, "loaded_pay") + reserves(units), CENT))


def reserves(units: Sequence[BusinessUnit]) -> float:
    """What of the envelope the units set aside [currency/period]."""
    return float(sum(unit.reserve for unit in units))


def best_combinations(units: Sequence[BusinessUnit], limits: Sequence[float]) -> tuple[Combination, ...]:
    """The best combination under each limit on expected loaded payouts and reserves.

    What fits a smaller envelope fits a larger one: where a program calls less optimal than that, the larger
    net is taken, and not called so.
    """
    return tuple(_never_less([_best(units, limit) for limit in limits]))


def _never_less(found: Sequence[Combination]) -> Iterator[Combination]:
    for one in found:
        fitting = [other for other in found if other.chosen and other.limit <= one.limit]
        known = max(fitting, key=lambda other: other.net, default=one)
        better = one.chosen is not None and known.net > one.net
        yield replace(one, status="feasible", chosen=known.chosen) if better else one


def _best(units: Sequence[BusinessUnit], limit: float) -> Combination:
    values = [np.array([choice.money.net for choice in unit.choices]) for unit in units]
    weights = [_cents([choice.money.loaded_pay for choice in unit.choices]) for unit in units]
    room = int(_cents(limit - reserves(units)))
    try:
        found = one_each(values, weights, room, SECONDS)
    except NothingFitsError:
        return Combination(limit, "infeasible")
    chosen = tuple(unit.choices[c] for unit, c in zip(units, found.positions, strict=True))
    return Combination(limit, "optimal" if found.proven else "feasible", chosen)


def _cents(amounts: Sequence[float] | float) -> Ints:
    """Whole cents of booked amounts."""
    return np.asarray(np.rint(np.asarray(amounts, dtype=float) * 10**CENT), dtype=np.int64)
