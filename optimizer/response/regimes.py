"""States of the market, each with a probability and the funnel as it is then (model.md §2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from optimizer.arrays import Floats
from optimizer.response.network import Network
from optimizer.response.scenario_network import build_network
from optimizer.scenario.types import Scenario

T = TypeVar("T")


@dataclass(frozen=True)
class Regimes:
    """R of them, in the order of the scenario; one without a name, of probability 1, where it names none.

    Whatever is said by regime has R entries in this order.
    """

    names: tuple[str, ...]
    odds: tuple[float, ...]
    networks: tuple[Network, ...]

    @classmethod
    def of(cls, scenario: Scenario, baseline: Network) -> Regimes:
        """As stated, with the funnel of each; `baseline` is the funnel where none multiplies anything."""
        stated = scenario.regimes
        if not stated:
            return cls(("",), (1.0,), (baseline,))
        networks = tuple(build_network(scenario, regime) for regime in stated.values())
        return cls(tuple(stated), tuple(regime.probability for regime in stated.values()), networks)

    def __len__(self) -> int:
        return len(self.odds)

    @property
    def endings(self) -> tuple[tuple[str, ...], ...]:
        """What the name of a rule ends with in each: nothing where there is only one."""
        return tuple((name,) if name else () for name in self.names)

    def expect(self, values: Iterable[Floats]) -> Floats:
        """The expectation of an array by regime."""
        return np.asarray(sum(p * v for p, v in zip(self.odds, values, strict=True)))

    def beside(self, values: Iterable[T]) -> Iterator[tuple[Network, T]]:
        """The funnel of each, beside what else is known by regime."""
        return zip(self.networks, values, strict=True)
