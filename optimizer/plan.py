"""Plans, and what attainment pays (model.md §9).

A plan is handled as euros: `e_ik = B_i w_ik`, what team i earns on KPI k at target, so that weights and
target pay are one array (I, K).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from optimizer.network import Floats
from optimizer.scenario import Kpi, Scenario

PlanWeights = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Plan:
    """Weights per team and KPI, and each team's target pay [currency/period]."""

    weights: dict[str, dict[str, float]]
    target_pay: dict[str, float]

    def euros(self, scenario: Scenario) -> Floats:
        """e_ik = B_i w_ik, (I, K) currency per period at target."""
        rows = [
            [self.target_pay[team] * self.weights.get(team, {}).get(kpi, 0.0) for kpi in scenario.kpis]
            for team in scenario.teams
        ]
        return np.array(rows, dtype=float)


def plan_of(scenario: Scenario, weights: PlanWeights) -> Plan:
    """A plan at today's target pay."""
    pay = {name: float(team.current_pay) for name, team in scenario.teams.items()}
    return Plan({team: dict(w) for team, w in weights.items()}, pay)


def plan_from_euros(scenario: Scenario, euros: Floats) -> Plan:
    """The plan with e_ik = euros; weights below rounding are dropped, a team without pay has none."""
    pay = {team: float(row.sum()) for team, row in zip(scenario.teams, euros, strict=True)}
    weights = {
        team: {
            k: _tidy(e / pay[team]) for k, e in zip(scenario.kpis, row, strict=True) if e > 1e-9 * pay[team]
        }
        for team, row in zip(scenario.teams, euros, strict=True)
    }
    return Plan(weights, {team: _tidy(value) for team, value in pay.items()})


def _tidy(value: float) -> float:
    return round(float(value), 10)


@dataclass(frozen=True)
class PayCurves:
    """Piecewise-linear pay per KPI: slope before the first knot, knots, and slope changes there.

    Attainment is score + σ·ε with ε standard normal, so the expected curve is smooth (Bachelier's formula).
    """

    first_slope: Floats
    """(K,)."""
    knots: Floats
    """(K, J) attainment."""
    changes: Floats
    """(K, J) slope change at each knot; 0 where a KPI has fewer knots."""
    noise: Floats
    """σ_k, (K,)."""

    def expected(self, score: Floats) -> Floats:
        """E pay at `score` (..., K), as a share of the euros at target."""
        above, _, _ = self._beyond_knots(score)
        return np.asarray(self.first_slope * score + (self.changes * above).sum(axis=-1))

    def slope(self, score: Floats) -> Floats:
        """θ = dE pay/dscore at `score` (..., K)."""
        _, z = self._standardised(score)
        return np.asarray(self.first_slope + (self.changes * ndtr(z)).sum(axis=-1))

    def certain(self, attainment: Floats) -> Floats:
        """Pay at a realised attainment (..., K), as a share of the euros at target."""
        over = np.maximum(attainment[..., None] - self.knots, 0.0)
        return np.asarray(self.first_slope * attainment + (self.changes * over).sum(axis=-1))

    def variance(self, score: Floats) -> Floats:
        """Var pay at `score` (..., K) from noise alone, per square euro at target.

        With u_j = (y − K_j)+ and K_i ≤ K_j: E u_i u_j = E u_j² + (K_j − K_i) E u_j; Cov(y, u_j) = σ² Φ(z_j).
        """
        above, square, reached = self._beyond_knots(score)
        ahead = self.knots[:, :, None] - self.knots[:, None, :]
        later = square[..., None] + ahead * above[..., None]
        products = np.where(ahead >= 0, later, np.swapaxes(later, -1, -2))
        bent = np.einsum("ki,kj,...kij->...k", self.changes, self.changes, products)
        straight = self.first_slope * (self.first_slope + 2 * (self.changes * reached).sum(axis=-1))
        return np.asarray(
            np.maximum(straight * self.noise**2 + bent - (self.changes * above).sum(axis=-1) ** 2, 0.0)
        )

    def _beyond_knots(self, score: Floats) -> tuple[Floats, Floats, Floats]:
        """E u_j, E u_j² and P(y > K_j) at each knot, (..., K, J)."""
        gap, z = self._standardised(score)
        spread = self._sd * np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi)
        reached = ndtr(z)
        return gap * reached + spread, (gap**2 + self._sd**2) * reached + gap * spread, reached

    @property
    def _sd(self) -> Floats:
        return np.where(self.noise > 0, self.noise, 1.0)[:, None]

    def _standardised(self, score: Floats) -> tuple[Floats, Floats]:
        gap = score[..., None] - self.knots
        return gap, gap / self._sd


def pay_curves(kpis: Mapping[str, Kpi]) -> PayCurves:
    """Linear and unbounded without a curve; `cap` means 0 below 0 and constant above the cap."""
    capped = np.array([k.curve is not None for k in kpis.values()])
    caps = np.array([k.curve.cap if k.curve else 0.0 for k in kpis.values()])
    return PayCurves(
        first_slope=np.where(capped, 0.0, 1.0),
        knots=np.stack([np.zeros(len(kpis)), caps], axis=1),
        changes=np.stack([capped.astype(float), -capped.astype(float)], axis=1),
        noise=np.array([k.noise for k in kpis.values()]),
    )
