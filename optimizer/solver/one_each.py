"""One of each group, with the largest value in all under a common limit: a multiple-choice knapsack.

Kellerer, Pferschy and Pisinger 2004, Knapsack Problems, chapter 11 (doi:10.1007/978-3-540-24777-7). A 0-1
variable per choice and one row per group; solved without a gap, and added up again afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import Floats, Ints
from optimizer.solver.highs import Limits, compile_model, solve_milp

HALF = 0.5
"""Sums of whole numbers keep a limit that lies between two, whatever the tolerance of the program. With a
limit on the whole number itself HiGHS 1.15.1 has passed over what met it exactly, and called less optimal."""


@dataclass(frozen=True)
class OneEach:
    """Positions of the choices in their groups; `proven` where no others have a larger value."""

    positions: tuple[int, ...]
    proven: bool


class NothingFitsError(ValueError):
    """Not even the lightest choices keep the limit."""


def one_each(values: Sequence[Floats], weights: Sequence[Ints], limit: int, seconds: float) -> OneEach:
    """The choices of largest value whose weights, whole numbers, come to at most the limit.

    A pair of arrays per group, both of the length of its choices. Raises NothingFitsError, and RuntimeError
    where the program finds nothing though something fits, or what does not fit.
    """
    if sum(int(group.min()) for group in weights) > limit:
        raise NothingFitsError
    model = _model(values, weights, limit)
    result = solve_milp(compile_model(model), Limits(gap=0.0, seconds=seconds))
    if not result.values:
        raise RuntimeError(f"HiGHS found no choice ({result.status}), though the lightest fits")
    taken = [[result.value(model.take[g, c]) for c in range(len(group))] for g, group in enumerate(values)]
    positions = tuple(int(np.argmax(group)) for group in taken)
    if sum(int(group[c]) for group, c in zip(weights, positions, strict=True)) > limit:
        raise RuntimeError("HiGHS chose what does not fit")
    return OneEach(positions, result.status == "optimal")


def _model(values: Sequence[Floats], weights: Sequence[Ints], limit: int) -> pyo.ConcreteModel:
    model = pyo.ConcreteModel()
    pairs = [(g, c) for g, group in enumerate(values) for c in range(len(group))]
    model.take = pyo.Var(pairs, domain=pyo.Binary)
    model.one = pyo.Constraint(
        range(len(values)), rule=lambda m, g: sum(m.take[g, c] for c in range(len(values[g]))) == 1
    )
    model.limit = pyo.Constraint(
        expr=sum(int(weights[g][c]) * model.take[g, c] for g, c in pairs) <= limit + HALF
    )
    model.value = pyo.Objective(
        expr=sum(float(values[g][c]) * model.take[g, c] for g, c in pairs), sense=pyo.maximize
    )
    return model
