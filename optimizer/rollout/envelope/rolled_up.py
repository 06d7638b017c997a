"""Several units under one envelope: what they cost together, and the best choice of a plan for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.arrays import CENT, rounded
from optimizer.rollout.envelope.best import Combination, best_combinations, least, reserves
from optimizer.rollout.envelope.joint import JointPayouts, drawn_payouts, joint_payouts
from optimizer.rollout.envelope.unit_choices import BusinessUnit, Choice

AROUND = (0.9, 0.95, 1.0, 1.05, 1.1)
"""Envelopes beside the one given, as shares of it."""


@dataclass(frozen=True)
class Side:
    """One choice of every unit, and what luck does to their payouts."""

    choices: tuple[Choice, ...]
    payouts: JointPayouts


@dataclass(frozen=True)
class RolledUp:
    """`units` under a common `limit` on expected loaded payouts and reserves [currency/period].

    `least` is the smallest limit that any combination keeps; `best` is None where that is above the limit.
    """

    units: tuple[BusinessUnit, ...]
    limit: float
    seed: int
    least: float
    in_force: Side
    best: Side | None
    envelopes: tuple[Combination, ...]
    """The best combinations at AROUND of the limit."""

    @property
    def reserve(self) -> float:
        return reserves(self.units)

    @property
    def status(self) -> str:
        """Of the combination at the limit itself."""
        return self.envelopes[AROUND.index(1.0)].status


def roll_up(units: Sequence[BusinessUnit], limit: float, seed: int) -> RolledUp:
    """Choose for every unit, and draw luck once for all."""
    envelopes = best_combinations(units, [rounded(share * limit, CENT) for share in AROUND])
    chosen = envelopes[AROUND.index(1.0)].chosen
    sides = [tuple(unit.in_force for unit in units), *([] if chosen is None else [chosen])]
    in_force, *best = (
        Side(choices, joint_payouts(choices, paid, limit, reserves(units), seed))
        for choices, paid in zip(sides, drawn_payouts(sides, seed), strict=True)
    )
    return RolledUp(tuple(units), limit, seed, least(units), in_force, best[0] if best else None, envelopes)
