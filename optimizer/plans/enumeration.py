"""Every plan of a space, listed or only counted."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import comb, prod

import numpy as np

from optimizer.arrays import Ints
from optimizer.plans.rules import team_values
from optimizer.plans.space import PlanSpace


def team_rows(space: PlanSpace, i: int) -> Ints:
    """Every step count row of team i, (R, K), that keeps the rules on its own weights."""
    usable = np.flatnonzero(space.allowed[i])
    totals = range(int(space.least[i]), int(space.most[i]) + 1)
    rows = [r for total in totals for r in _compositions(total, len(usable))]
    units = np.zeros((len(rows), len(space.unit), space.allowed.shape[1]), dtype=np.intp)
    units[:, i, usable] = np.array(rows, dtype=np.intp).reshape(len(rows), len(usable))
    alone = [r.kept for r in team_values(space, i, space.euros(units))]
    return np.asarray(units[np.all(alone, axis=0)][:, i] if alone else units[:, i])


def _compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """Ways to write `total` as `parts` whole numbers, in lexicographic order."""
    if parts == 0:
        return iter([()] if total == 0 else [])
    bars = combinations(range(total + parts - 1), parts - 1)
    return (tuple(b - a - 1 for a, b in zip((-1, *c), (*c, total + parts - 1), strict=True)) for c in bars)


BLOCK = 4096
"""Plans handed out at once by `every_plan`."""


def every_plan(space: PlanSpace) -> Iterator[Ints]:
    """Every plan that keeps the rules on weights, in blocks (S, I, K) of step counts."""
    rows = [team_rows(space, i) for i in range(len(space.unit))]
    shape = tuple(len(r) for r in rows)
    for start in range(0, prod(shape), BLOCK):
        chosen = np.unravel_index(np.arange(start, min(start + BLOCK, prod(shape))), shape)
        yield np.stack([r[c] for r, c in zip(rows, chosen, strict=True)], axis=1)


def count_plans(space: PlanSpace, listed: int) -> int:
    """How many plans `every_plan` hands out; no fewer than that where a team has more than `listed` ways.

    Those are counted without listing them, before the rules on weights.
    """
    return prod(_count_rows(space, i, listed) for i in range(len(space.unit)))


def _count_rows(space: PlanSpace, i: int, listed: int) -> int:
    parts, totals = int(space.allowed[i].sum()), range(space.least[i], space.most[i] + 1)
    ways = sum(comb(total + parts - 1, parts - 1) for total in totals) if parts else 1
    return ways if ways > listed else len(team_rows(space, i))
