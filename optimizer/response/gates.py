"""Pay that hangs on another KPI, and how pay then moves with scores."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimizer.arrays import Floats, Ints


@dataclass(frozen=True)
class Gates:
    """Pairs (team, KPI) whose pay hangs on another KPI, (P,) each: paid where its attainment ≥ `at`."""

    team: Ints
    kpi: Ints
    on: Ints
    at: Floats
    correlation: Floats
    """Of the luck of the KPI and of its gate."""

    @property
    def structure(self) -> Hashable:
        """What must be the same in companies that are answered at once: all but numbers."""
        return self.team.tobytes(), self.kpi.tobytes(), self.on.tobytes()

    @staticmethod
    def stack(gates: Sequence[Gates]) -> Gates:
        """Several of one structure as one, with a row of numbers for each."""
        at, correlation = np.stack([g.at for g in gates]), np.stack([g.correlation for g in gates])
        return replace(gates[0], at=at, correlation=correlation)

    def select(self, rows: Ints) -> Gates:
        """Some rows of a stack, by position."""
        return replace(self, at=self.at[rows], correlation=self.correlation[rows])


_NONE: Ints = np.zeros(0, dtype=np.intp)
NO_GATES = Gates(_NONE, _NONE, _NONE, np.zeros(0), np.zeros(0))


@dataclass(frozen=True)
class Sensitivity:
    """How the pay of a pair moves with scores: with its own KPI's, (..., I, K), and its gate's, (..., P)."""

    own: Floats
    gate: Floats
    gates: Gates

    def pull(self, euros: Floats) -> Floats:
        """What a team earns per unit of each score, (..., I, K), from euros at target (..., I, K)."""
        g = self.gates
        pull = np.asarray(euros * self.own)
        for p, (i, k, on) in enumerate(zip(g.team, g.kpi, g.on, strict=True)):
            pull[..., i, on] += euros[..., i, k] * self.gate[..., p]
        return pull

    def change(self, scores: Floats) -> Floats:
        """First-order change of pay per euro, (..., I, K), when scores change by (..., K)."""
        g = self.gates
        change = np.asarray(self.own * scores[..., None, :])
        change[..., g.team, g.kpi] += self.gate * scores[..., g.on]
        return change

    def through(self, credit: Floats, team: Ints) -> Floats:
        """Σ_j ∂pay_{i(a)k}/∂s_j · credit_ja, (S, K, A): per euro on KPI k, by the score that work moves."""
        g = self.gates
        gained = np.swapaxes(self.own[:, team, :], 1, 2) * credit
        for p, (i, k, on) in enumerate(zip(g.team, g.kpi, g.on, strict=True)):
            gained[:, k] += np.where(team == i, self.gate[:, p, None] * credit[:, on], 0.0)
        return gained

    def matrix(self) -> Floats:
        """∂pay_ik/∂s_j, (..., I, K, K)."""
        g = self.gates
        rates = self.own[..., None] * np.eye(self.own.shape[-1])
        rates[..., g.team, g.kpi, g.on] += self.gate
        return np.asarray(rates)
