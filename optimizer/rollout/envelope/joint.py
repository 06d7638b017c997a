"""What luck does to the sum of the payouts of several units, and to each alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.arrays import Floats
from optimizer.risk.draws import Draws, Stream, draw_units, generator
from optimizer.risk.payouts import Spread, company_pay, spread
from optimizer.rollout.envelope.best import total
from optimizer.rollout.envelope.unit_choices import Choice
from optimizer.scenario.charges import loading


@dataclass(frozen=True)
class JointPayouts:
    """Loaded payouts [currency/period] of one choice of every unit: of all `together` on draws in which they
    share the common factor and regimes, of all where every unit has its `own_luck`, and of `each` unit."""

    together: Spread
    own_luck: Spread
    each: tuple[Spread, ...]


def drawn_payouts(combinations: Sequence[Sequence[Choice]], seed: int) -> Iterator[list[Floats]]:
    """(D,) loaded payouts of every unit, for combinations of the same units over the same draws."""
    drawn = [_of_unit(choices, draws) for choices, draws in _units(combinations, seed)]
    for number in range(len(combinations)):
        yield [payouts[number] for payouts in drawn]


def joint_payouts(
    choices: Sequence[Choice], paid: Sequence[Floats], limit: float, reserve: float, seed: int
) -> JointPayouts:
    """From the payouts that were drawn for the choices. Luck of its own in every unit is the same payouts,
    each unit's in an order of its own."""
    target, expected = sum(map(_target, choices)), total(choices, "loaded_pay")
    shuffled = [generator(seed, Stream.UNITS, n, 1).permutation(each) for n, each in enumerate(paid)]
    together, own_luck = (
        spread(np.sum(payouts, axis=0), target, expected, limit, reserve=reserve)
        for payouts in (paid, shuffled)
    )
    each = tuple(_alone(choice, payouts) for choice, payouts in zip(choices, paid, strict=True))
    return JointPayouts(together, own_luck, each)


def _units(combinations: Sequence[Sequence[Choice]], seed: int) -> Iterator[tuple[tuple[Choice, ...], Draws]]:
    """What each unit is given by the combinations, with its draws."""
    units = list(zip(*combinations, strict=True))
    scenarios = [choices[0].evaluation.cal.scenario for choices in units]
    return zip(units, draw_units(scenarios, seed), strict=True)


def _of_unit(choices: Sequence[Choice], draws: Draws) -> list[Floats]:
    """Payouts of every choice, each computed once."""
    paid: dict[int, Floats] = {}
    for at in (choice.evaluation for choice in choices):
        if id(at) not in paid:
            paid[id(at)] = company_pay(at.cal, at.euros, at.consistent, draws)
    return [paid[id(choice.evaluation)] for choice in choices]


def _target(choice: Choice) -> float:
    at = choice.evaluation
    return float(at.euros.sum(axis=1) @ loading(at.cal.scenario))


def _alone(choice: Choice, paid: Floats) -> Spread:
    """`spread` reorders what it is given."""
    budget = choice.evaluation.cal.scenario.rules.budget
    limit = np.nan if budget.expected is None else float(budget.expected)
    return spread(paid.copy(), _target(choice), choice.money.loaded_pay, limit, reserve=budget.reserve)
