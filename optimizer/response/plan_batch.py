"""Plans side by side, not all with the same curves and targets: today's plan beside one with others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from optimizer.arrays import Floats, Ints
from optimizer.scenario.plan import PlanTerms


@dataclass(frozen=True)
class PlanBatch:
    """S plans, `euros` (S, I, K) at target; `place` (S,) says which of `terms` are each plan's."""

    euros: Floats
    terms: tuple[PlanTerms, ...]
    place: Ints

    @classmethod
    def of(cls, plans: Iterable[tuple[Floats, PlanTerms]]) -> PlanBatch:
        """From each plan's euros (I, K) and terms."""
        every = list(plans)
        found: list[PlanTerms] = []
        for _, terms in every:
            if terms not in found:
                found.append(terms)
        places = np.array([found.index(terms) for _, terms in every], dtype=np.intp)
        return cls(np.array([euros for euros, _ in every]), tuple(found), places)

    def __len__(self) -> int:
        return len(self.euros)

    def each(self) -> Iterator[tuple[Floats, PlanTerms]]:
        """Euros (I, K) and terms of every plan."""
        return ((euros, self.terms[place]) for euros, place in zip(self.euros, self.place, strict=True))

    def parts(self) -> Iterator[tuple[PlanTerms, Ints]]:
        """The terms of the batch, and the plans that are paid by each."""
        for place, terms in enumerate(self.terms):
            yield terms, np.flatnonzero(self.place == place)
