"""What attainment pays, on average over luck (model.md §9).

Attainment is score + σ·ε with ε standard normal, so that expected pay is smooth: over knots K with a jump J
and a slope change c there, and z = (score − K) / σ, with the σ of whose result is paid, team's or person's,

    E pay = Σ J Φ(z) + c [(score − K) Φ(z) + σ φ(z)],    dE pay / dscore = Σ J φ(z) / σ + c Φ(z)

(Bachelier's formula). Where pay hangs on another KPI (`gates`) the same holds with the moments of two
correlated normals (`hanging_pay`), and pay also moves with the score of that KPI.

Curves of all teams have a leading axis C: one for all teams, or one per team.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from scipy.special import ndtr

from optimizer.arrays import Bools, Floats, Ints, stacked
from optimizer.response.bent_lines import square_rises
from optimizer.response.gates import NO_GATES, Gates, Sensitivity
from optimizer.response.hanging_pay import HangingPay

_BY_CURVE = ("first_level", "first_slope", "knots", "jumps", "changes", "skill", "alone")
_SURE = 1e-9
"""Standard deviation of what is as good as certain."""


@dataclass(frozen=True)
class PayCurves:
    """Piecewise-linear pay per team and KPI: before the first knot, and jumps and slope changes at knots.

    Pay per euro at target, so 1 at target unless a threshold, cap or gate says otherwise. `expected`,
    `slope`, `variance` and `certain` take scores or attainments (..., K) and give (..., I, K). Numbers have a
    leading axis S more where scores (S, K) are those of different companies: then only `perceived` is meant.
    """

    teams: int
    """I."""
    first_level: Floats
    """Pay at attainment 0 on the line before the first knot, (C, K)."""
    first_slope: Floats
    """(C, K)."""
    knots: Floats
    """(C, K, J) attainments, rising."""
    jumps: Floats
    """(C, K, J) what is paid more at once, at and above each knot."""
    changes: Floats
    """(C, K, J) slope change at each knot; it and the jump are 0 where a KPI has fewer knots."""
    noise: Floats
    """σ_k of what a team attains, (K,)."""
    skill: Floats
    """Standard deviation of what lasts of a person's attainment around the team's, the same in all KPIs, (C,
    1); 0 where the team's result is paid (model.md §13.2)."""
    alone: Floats
    """That of a person's luck beyond the team's, (C, K); likewise."""
    gates: Gates
    patience: Floats
    """Worth today of a euro earned, (I, K): below 1 where a part vests later."""
    sight: Floats
    """v_ik, (I, K): what is left of a reward that a team discounts for luck and others (model.md §13.5)."""

    def expected(self, score: Floats) -> Floats:
        """E pay at scores."""
        line = self.first_level + self.first_slope * score[..., None, :]
        level = self._for_teams(line + self._beyond_knots(score, self._rises))
        return self._gated(score, level, lambda at: at.moment(self._rises, self.gates.rises), 1)

    def slope(self, score: Floats) -> Floats:
        """θ = dE pay/dscore of the same KPI; what a gate's score adds is in `sensitivity`."""
        return self.sensitivity(score).own

    def sensitivity(self, score: Floats) -> Sensitivity:
        """dE pay/dscores."""
        own = self._for_teams(self._slope(score))
        at = self._hanging(score)
        if at is None:
            return Sensitivity(own, np.zeros((*score.shape[:-1], 0)), self.gates)
        gated = own.copy()
        gated[..., self.gates.team, self.gates.kpi] *= self.gates.level
        gated[..., self.gates.team, self.gates.kpi] += at.own_slope(self._rises)
        return Sensitivity(gated, at.gate_slope(self._rises), self.gates)

    def perceived(self, score: Floats) -> Sensitivity:
        """dE pay/dscores as teams see it: what vests later, or is luck, counts less."""
        known = self.sensitivity(score)
        if self._at_face_value:
            return known
        g = self.gates
        return Sensitivity(known.own * self.regard, known.gate * self.regard[..., g.team, g.kpi], g)

    def certain(self, attainment: Floats) -> Floats:
        """Pay at realised attainments, gates included."""
        over = attainment[..., None, :, None] - self.knots
        line = self.first_level + self.first_slope * attainment[..., None, :]
        bent = np.where(over >= 0, self.jumps + self.changes * over, 0.0).sum(axis=-1)
        paid, g = self._for_teams(line + bent), self.gates
        if not len(g.team):
            return paid
        paid = paid.copy()
        paid[..., g.team, g.kpi] *= g.factor(attainment[..., g.on])
        return paid

    def of_team(self, attainment: Floats) -> Floats:
        """Pay of a whole team whose KPIs attain so: where persons are paid, its mean over what sets them
        apart.

        A team's own number of persons is taken as large: their luck among each other evens out.
        """
        sure = self.certain(attainment)
        if not self._among.any():
            return sure
        return np.where(self._among, self._persons.expected(attainment), sure)

    @cached_property
    def _among(self) -> Bools:
        """Pairs whose pay in a team differs from person to person, (I, K)."""
        among: Bools = np.array(self._for_teams(self.apart)) > 0
        g = self.gates
        among[g.team, g.kpi] |= among[g.team, g.on]
        return among

    @cached_property
    def _persons(self) -> PayCurves:
        """Curves whose luck is what sets persons apart, at what the team attains."""
        g, least = self.gates, np.maximum(self.apart, _SURE)
        row = np.minimum(g.team, len(self.skill) - 1)
        alike = self.skill[row, 0] ** 2 / (least[row, g.kpi] * least[row, g.on])
        alone = np.sqrt(np.maximum(least**2 - self.skill**2, 0.0))
        return replace(self, noise=0 * self.noise, alone=alone, gates=replace(g, correlation=alike))

    def variance(self, score: Floats) -> Floats:
        """Var pay from noise alone, per square euro at target: E pay² less the square of E pay.

        pay² is piecewise quadratic: over knots, a jump, a slope change and a change of curvature.
        """
        line = self.first_level + self.first_slope * score[..., None, :]
        straight = line**2 + (self.first_slope * self.spread) ** 2
        free = self._for_teams(straight + self._beyond_knots(score, self._square_rises))
        both = (self._square_rises, self.gates.square_rises)
        square = self._gated(score, free, lambda at: at.moment(*both), 2)
        return np.asarray(np.maximum(square - self.expected(score) ** 2, 0.0))

    def of_kpi(self, k: int) -> PayCurves:
        """The curves of one KPI alone, (C, 1), without gates: what teams are paid on it by itself."""
        some = slice(k, k + 1)
        return PayCurves(
            teams=len(self.knots),
            first_level=self.first_level[:, some],
            first_slope=self.first_slope[:, some],
            knots=self.knots[:, some],
            jumps=self.jumps[:, some],
            changes=self.changes[:, some],
            noise=self.noise[some],
            skill=self.skill,
            alone=self.alone[:, some],
            gates=NO_GATES,
            patience=self.patience[: len(self.knots), some],
            sight=self.sight[: len(self.knots), some],
        )

    def of_team_alone(self, i: int) -> PayCurves:
        """The curves of one team alone, as if there were no other."""
        c = slice(i, i + 1) if self.by_team else slice(0, 1)
        return replace(
            self,
            teams=1,
            gates=self.gates.of_team(i),
            patience=self.patience[i : i + 1],
            sight=self.sight[i : i + 1],
            **{name: getattr(self, name)[c] for name in _BY_CURVE},
        )

    # --- companies of one structure, answered at once

    @property
    def numbers(self) -> dict[str, Any]:
        """What may differ between companies that are answered at once, beside where gates open."""
        return {
            "first_level": self.first_level,
            "first_slope": self.first_slope,
            "knots": self.knots,
            "jumps": self.jumps,
            "changes": self.changes,
            "noise": self.noise,
            "skill": self.skill,
            "alone": self.alone,
            "patience": self.patience,
            "sight": self.sight,
        }

    @property
    def structure(self) -> Hashable:
        """What must be the same: shapes, and which pay hangs on which KPI."""
        return self.teams, self.knots.shape, self.gates.structure

    @staticmethod
    def stack(curves: Sequence[PayCurves]) -> PayCurves:
        """Several of one structure as one, with a row of numbers for each."""
        gates = Gates.stack([c.gates for c in curves])
        return replace(curves[0], **stacked([c.numbers for c in curves]), gates=gates)

    def select(self, rows: Ints) -> PayCurves:
        """Some rows of a stack, by position."""
        numbers = {name: values[rows] for name, values in self.numbers.items()}
        return replace(self, **numbers, gates=self.gates.select(rows))

    # --- parts

    @property
    def bent(self) -> Bools:
        """Pairs whose pay is not one straight line, (I, K): there, believed scores matter."""
        corners = ((self.jumps != 0) | (self.changes != 0)).any(axis=-1)
        bent: Bools = np.array(np.broadcast_to(corners, self.patience.shape))
        bent[self.gates.team, self.gates.kpi] = True
        return bent

    @property
    def by_team(self) -> bool:
        """Whether teams have their own curves; else those of the first team are everybody's."""
        return bool(self.knots.shape[-3] > 1)

    @property
    def _bent(self) -> bool:
        return bool(self.knots.shape[-1])

    @cached_property
    def _jumps(self) -> bool:
        return bool(self.jumps.any())

    @cached_property
    def regard(self) -> Floats:
        """How much of a euro at target a team counts on, (I, K)."""
        return self.patience * self.sight

    @cached_property
    def _at_face_value(self) -> bool:
        return bool((self.regard == 1).all())

    @cached_property
    def apart(self) -> Floats:
        """Standard deviation of one person's attainment around the team's, (C, K)."""
        return np.sqrt(self.skill**2 + self.alone**2)

    @cached_property
    def spread(self) -> Floats:
        """σ_ik of the attainment that is paid, (C, K): the team's luck, and what sets persons apart."""
        return np.sqrt(self.noise[..., None, :] ** 2 + self.apart**2)

    @cached_property
    def _sd(self) -> Floats:
        return np.where(self.spread > 0, self.spread, 1.0)

    @property
    def _rises(self) -> tuple[Floats, Floats]:
        return self.jumps, self.changes

    @property
    def _square_rises(self) -> tuple[Floats, Floats, Floats]:
        """Changes of pay² at each knot: its jump, its slope, and half its curvature."""
        return square_rises(self.first_level, self.first_slope, self.knots, self.jumps, self.changes)

    def _slope(self, score: Floats) -> Floats:
        """θ before gates, (..., C, K)."""
        if not self._bent:
            return np.broadcast_to(self.first_slope, (*score.shape[:-1], *self.first_slope.shape[-2:]))
        slope = self.first_slope
        for j in range(self.knots.shape[-1]):
            z = (score[..., None, :] - self.knots[..., j]) / self._sd
            slope = slope + self.changes[..., j] * ndtr(z)
            if self._jumps:
                slope = slope + self.jumps[..., j] * _density(z) / self._sd
        return slope

    def _beyond_knots(self, score: Floats, rises: tuple[Floats, ...]) -> Floats:
        """Σ_n Σ_j rise_nj · E[(y − K_j)^n; y ≥ K_j], (..., C, K): pay, or pay², above its first line."""
        total, sd = np.zeros(()), self._sd
        for j in range(self.knots.shape[-1]):
            gap = score[..., None, :] - self.knots[..., j]
            reached, spread = ndtr(gap / sd), sd * _density(gap / sd)
            moments = [reached, gap * reached + spread]
            if len(rises) > 2:
                moments.append((gap**2 + sd**2) * reached + gap * spread)
            total = total + sum(rise[..., j] * m for rise, m in zip(rises, moments, strict=True))
        return total

    def _for_teams(self, values: Floats) -> Floats:
        """(..., C, K) as (..., I, K), without a copy."""
        return np.broadcast_to(values, (*values.shape[:-2], self.teams, values.shape[-1]))

    def _gated(
        self, score: Floats, free: Floats, beyond: Callable[[HangingPay], Floats], power: int
    ) -> Floats:
        """`free`, pay or its square; where it hangs on another KPI, times the factor before its first knot,
        and what is `beyond` that."""
        at = self._hanging(score)
        if at is None:
            return np.asarray(free)
        out, pairs = np.array(free), (..., self.gates.team, self.gates.kpi)
        out[pairs] = self.gates.level**power * out[pairs] + beyond(at)
        return out

    def _hanging(self, score: Floats) -> HangingPay | None:
        """Pairs that hang on another KPI, at scores; None where there are none."""
        g = self.gates
        if not len(g.team):
            return None
        row = np.minimum(g.team, self.knots.shape[-3] - 1)
        return HangingPay(g, row, self.first_level, self.knots, self.spread, score)


def _density(z: Floats) -> Floats:
    return np.asarray(np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi))
