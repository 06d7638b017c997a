"""Plans side by side, not all paid by the same curves: today's plan beside one that chooses others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from optimizer.arrays import Floats, Ints
from optimizer.scenario.plan import CurveNames


@dataclass(frozen=True)
class PlanBatch:
    """S plans, `euros` (S, I, K) at target; `curve` (S,) is the place of each plan's curves in `curves`."""

    euros: Floats
    curves: tuple[CurveNames, ...]
    curve: Ints

    @classmethod
    def of(cls, plans: Iterable[tuple[Floats, CurveNames]]) -> PlanBatch:
        """From each plan's euros (I, K) and curves."""
        every = list(plans)
        curves: list[CurveNames] = []
        for _, names in every:
            if names not in curves:
                curves.append(names)
        places = np.array([curves.index(names) for _, names in every], dtype=np.intp)
        return cls(np.array([euros for euros, _ in every]), tuple(curves), places)

    def __len__(self) -> int:
        return len(self.euros)

    def each(self) -> Iterator[tuple[Floats, CurveNames]]:
        """Euros (I, K) and curves of every plan."""
        return ((euros, self.curves[place]) for euros, place in zip(self.euros, self.curve, strict=True))

    def parts(self) -> Iterator[tuple[CurveNames, Ints]]:
        """The curves of the batch, and the plans that are paid by each."""
        for place, names in enumerate(self.curves):
            yield names, np.flatnonzero(self.curve == place)
