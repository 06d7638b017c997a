"""Pay that hangs on another KPI, and how pay then moves with scores.

It is multiplied by a function of that KPI's attainment in straight pieces, as pay curves are. A gate is the
function that is 0, and 1 from an attainment on.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from optimizer.arrays import Floats, Ints, stacked
from optimizer.response.bent_lines import square_rises


@dataclass(frozen=True)
class Gates:
    """Pairs (team, KPI) whose pay hangs on another KPI, (P,) each: multiplied by a `factor`."""

    team: Ints
    kpi: Ints
    on: Ints
    level: Floats
    """The factor before its first knot."""
    knots: Floats
    """(P, M) attainments, rising."""
    jumps: Floats
    """(P, M) by how much more is paid at once, at and above each knot."""
    changes: Floats
    """(P, M) change of the factor's slope at each knot; it and the jump are 0 where a factor has fewer."""
    correlation: Floats
    """Of the luck of the KPI and of the one it hangs on."""

    def factor(self, attainment: Floats) -> Floats:
        """By what pay is multiplied at realised attainments (..., P) of the KPIs it hangs on."""
        return np.stack([self.of_pair(p, attainment[..., p]) for p in range(len(self.team))], axis=-1)

    def of_pair(self, p: int, attainment: Floats) -> Floats:
        """The same for one pair, at attainments of any shape."""
        factor = np.full(attainment.shape, self.level[p])
        for at, jump, change in zip(self.knots[p], self.jumps[p], self.changes[p], strict=True):
            if jump or change:
                factor += (attainment >= at) * (jump + change * (attainment - at))
        return factor

    @property
    def rises(self) -> tuple[Floats, Floats]:
        """Of the factor at its knots."""
        return self.jumps, self.changes

    @property
    def square_rises(self) -> tuple[Floats, Floats, Floats]:
        """Of its square: jumps, slopes and half curvatures."""
        return square_rises(self.level, np.zeros_like(self.level), self.knots, self.jumps, self.changes)

    @property
    def numbers(self) -> dict[str, Any]:
        """What may differ between companies that are answered at once."""
        return {
            "level": self.level,
            "knots": self.knots,
            "jumps": self.jumps,
            "changes": self.changes,
            "correlation": self.correlation,
        }

    @property
    def structure(self) -> Hashable:
        """What must be the same in those: all but numbers."""
        return self.team.tobytes(), self.kpi.tobytes(), self.on.tobytes(), self.knots.shape

    @staticmethod
    def stack(gates: Sequence[Gates]) -> Gates:
        """Several of one structure as one, with a row of numbers for each."""
        return replace(gates[0], **stacked([g.numbers for g in gates]))

    def select(self, rows: Ints) -> Gates:
        """Some rows of a stack, by position."""
        return replace(self, **{name: values[rows] for name, values in self.numbers.items()})

    def of_team(self, i: int) -> Gates:
        """Those of one team, as if it were the only one."""
        mine = self.team == i
        first = np.zeros(int(mine.sum()), dtype=np.intp)
        numbers = {name: values[mine] for name, values in self.numbers.items()}
        return Gates(first, self.kpi[mine], self.on[mine], **numbers)


_NONE: Ints = np.zeros(0, dtype=np.intp)
_NOTHING = np.zeros((0, 0))
NO_GATES = Gates(_NONE, _NONE, _NONE, np.zeros(0), _NOTHING, _NOTHING, _NOTHING, np.zeros(0))


@dataclass(frozen=True)
class Sensitivity:
    """How the pay of a pair moves with scores: with its own KPI's, (..., I, K), and with that of the KPI it
    hangs on, (..., P)."""

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
