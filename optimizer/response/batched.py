"""Companies of one structure but with other numbers, answered at once: one row per plan of every company.

Each alone is so small that asking for its arithmetic takes longer than doing it. Here every array of numbers
gets a leading axis S, a row for every plan of every company. What is not an array of numbers (names, who owns
what, which work leads where) must be the same; companies of different kinds are answered apart.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass, fields, is_dataclass
from functools import reduce
from typing import Any, TypeVar, cast

import numpy as np

from optimizer.arrays import Floats, Ints
from optimizer.response.beliefs import Beliefs
from optimizer.response.calibration import Behaviour, Calibrated
from optimizer.response.equilibrium import Equilibrium, converged
from optimizer.response.network import Network
from optimizer.response.outcome import Outcome, joined, outcome_of

T = TypeVar("T")


@dataclass(frozen=True)
class _Company:
    """What equilibria in one regime depend on."""

    behaviour: Behaviour
    network: Network


def evaluate_companies(
    companies: Sequence[Calibrated], plans: Sequence[Floats], start: Sequence[Beliefs] | None = None
) -> list[Outcome]:
    """`evaluate_plans`, once beliefs agree, of each company under its own plans (S, I, K).

    `start`, for each regime and the plans of any company, replaces the beliefs of each one's own baseline.
    """
    by_regime = []
    for regime in range(len(companies[0].regimes)) if companies else ():
        asked = [_Company(_behaviour(cal), cal.regimes[regime][1]) for cal in companies]
        by_regime.append(_equilibria(asked, plans, start[regime] if start else None))
    every = zip(companies, plans, zip(*by_regime, strict=True), strict=True)
    return [outcome_of(cal, euros, regimes) for cal, euros, regimes in every]


def _behaviour(cal: Calibrated) -> Behaviour:
    return Behaviour(**{f.name: getattr(cal, f.name) for f in fields(Behaviour)})


def _equilibria(
    companies: Sequence[_Company], plans: Sequence[Floats], start: Beliefs | None
) -> list[Equilibrium]:
    """Of each company under its plans; those alike are answered together."""
    found: dict[int, Equilibrium] = {}
    for alike in _alike(companies):
        sizes = [len(plans[c]) for c in alike]
        rows = np.repeat(np.arange(len(alike)), sizes)
        whole = _some_rows(_stacked([companies[c] for c in alike]), rows)
        begin = reduce(joined, [start] * len(alike)) if start else whole.behaviour.beliefs
        together = _settled(whole, np.concatenate([plans[c] for c in alike]), begin)
        owned = np.split(np.arange(len(rows)), np.cumsum(sizes)[:-1])
        for c, own in zip(alike, owned, strict=True):
            found[c] = _some_rows(together, own)
    return [found[c] for c in range(len(companies))]


def _settled(whole: _Company, euros: Floats, start: Beliefs) -> Equilibrium:
    """The rows that answer are held until others are asked for."""
    at, answering = np.arange(len(euros)), whole

    def company(rows: Ints) -> tuple[Behaviour, Network]:
        nonlocal at, answering
        if not np.array_equal(rows, at):
            at, answering = rows, _some_rows(whole, rows)
        return answering.behaviour, answering.network

    return converged((whole.behaviour, whole.network), euros, start, company)


# --- rows -----------------------------------------------------------------------------------------------


def _alike(companies: Sequence[_Company]) -> Iterable[list[int]]:
    """Positions of companies that differ in nothing but numbers."""
    groups: dict[Hashable, list[int]] = {}
    for c, company in enumerate(companies):
        groups.setdefault(_kind(company), []).append(c)
    return groups.values()


def _kind(part: Any) -> Hashable:
    if isinstance(part, np.ndarray):
        return part.shape if _numeric(part) else part.tobytes()
    if is_dataclass(part):
        return tuple(_kind(getattr(part, f.name)) for f in fields(part))
    return cast(Hashable, part)


def _numeric(part: Any) -> bool:
    return isinstance(part, np.ndarray) and part.dtype.kind == "f"


def _stacked(parts: Sequence[T]) -> T:
    """Things of one kind as one, whose arrays of numbers have a row for each."""
    first, same = parts[0], cast(Any, parts)
    if _numeric(first):
        return cast(T, np.stack(same))
    if isinstance(first, Beliefs):  # these have the axis already
        return cast(T, reduce(joined, same))
    if is_dataclass(first):
        inside = {f.name: _stacked([getattr(part, f.name) for part in same]) for f in fields(first)}
        return cast(T, type(same[0])(**inside))
    return first


def _some_rows(part: T, rows: Ints) -> T:
    """The same for some of the rows; what was derived from the numbers is not derived again."""
    if isinstance(part, np.ndarray):
        return cast(T, part[rows] if _numeric(part) else part)
    if isinstance(part, tuple):
        return cast(T, tuple(_some_rows(inside, rows) for inside in part))
    if is_dataclass(part):
        some = copy(part)
        vars(some).update({name: _some_rows(inside, rows) for name, inside in vars(part).items()})
        return cast(T, some)
    return part
