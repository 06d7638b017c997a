"""Expected payouts at linearised scores, exactly, and the budgets on them (FORMULATION.md 11 to 13)."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.model.bounds import Bounds
from optimizer.model.data import ModelData, RegimeData
from optimizer.scenario.charges import loading

Moving = dict[tuple[str, str], list[str]]
"""Per pair (team, KPI), the KPIs whose scores move its pay."""


def add_payouts(m: pyo.ConcreteModel, data: ModelData, bounds: tuple[Bounds, ...]) -> None:
    """pay_i = Σ_k e_ik (level_ik + Σ_j θ_ikj ŝ_j), j is k or what it hangs on.

    One product per digit and score: digit × (score above its lower bound).
    """
    needed = _pays_matter(data)
    moving = _moving(m, data) if needed else {}
    scored = sorted({j for some in moving.values() for j in some})
    of = {w.name: (w, b) for w, b in zip(data.regimes, bounds, strict=True)}
    kpi = data.cal.network.kpis.index
    width = {(s, k): float(np.ptp(_ends(of[s][1], kpi(k)))) for s in of for k in scored}
    m.above = pyo.Var(
        m.REGIMES, scored, bounds=lambda m, s, k: (0.0, width[s, k]), doc="ŝ_k above its lower bound"
    )

    def score(m: pyo.ConcreteModel, s: str, k: str) -> pyo.Expression:
        regime, low = of[s][0], float(of[s][1].score.low[kpi(k)])
        row, names = regime.score[kpi(k)], regime.network.activities
        flow = sum(float(row[a]) * m.x[s, names[a]] for a in np.flatnonzero(row))
        return m.above[s, k] == flow + float(regime.score_constant[kpi(k)]) - low

    m.linear_score = pyo.Constraint(m.REGIMES, scored, rule=score, doc="(11) ŝ_k at the believed rate")
    _products(m, moving, width)
    if needed:
        _pay_expressions(m, data, of, moving)


def _moving(m: pyo.ConcreteModel, data: ModelData) -> Moving:
    """The KPIs whose scores move the pay of each pair."""
    teams, kpis = data.cal.network.teams, data.cal.network.kpis
    felt = np.any([w.slope != 0 for w in data.regimes], axis=0)
    return {
        (i, k): [j for n, j in enumerate(kpis) if j == k or felt[teams.index(i), kpis.index(k), n]]
        for i, k in m.PAIRS
    }


def _ends(bounds: Bounds, k: int) -> tuple[float, float]:
    return float(bounds.score.low[k]), float(bounds.score.high[k])


def _pays_matter(data: ModelData) -> bool:
    budget = data.rules.budget
    rules = (budget.expected, budget.min_share_of_target, budget.cvar, budget.percentile)
    limited = bool(budget.teams) or any(rule is not None for rule in rules)
    return limited or data.rules.objective == "net"


def _products(m: pyo.ConcreteModel, moving: Moving, width: dict[tuple[str, str], float]) -> None:
    """credit = digit · above, by McCormick: exact because a digit is 0 or 1."""
    digits = [(s, i, k, b, j) for s in m.REGIMES for i, k, b in m.digit for j in moving.get((i, k), [])]
    m.credit = pyo.Var(digits, domain=pyo.NonNegativeReals, doc="digit × ŝ_j above its lower bound")
    m.credit_off = pyo.Constraint(
        digits,
        rule=lambda m, s, i, k, b, j: m.credit[s, i, k, b, j] <= width[s, j] * m.digit[i, k, b],
        doc="(12) nothing without the digit",
    )
    m.credit_most = pyo.Constraint(
        digits,
        rule=lambda m, s, i, k, b, j: m.credit[s, i, k, b, j] <= m.above[s, j],
        doc="(12) at most the score",
    )
    m.credit_least = pyo.Constraint(
        digits,
        rule=lambda m, s, i, k, b, j: (
            m.credit[s, i, k, b, j] >= m.above[s, j] - width[s, j] * (1 - m.digit[i, k, b])
        ),
        doc="(12) all of the score with the digit",
    )


def _pay_expressions(
    m: pyo.ConcreteModel, data: ModelData, of: dict[str, tuple[RegimeData, Bounds]], moving: Moving
) -> None:
    """Expected payout before charges per team, in each regime and over them."""
    unit = dict(zip(data.cal.network.teams, data.space.unit, strict=True))
    team, kpi = data.cal.network.teams.index, data.cal.network.kpis.index

    def paid(m: pyo.ConcreteModel, s: str, i: str) -> pyo.Expression:
        regime, bounds = of[s]
        total = 0.0
        for k in (k for t, k in m.PAIRS if t == i):
            slope = regime.slope[team(i), kpi(k)]
            sure = float(regime.level[team(i), kpi(k)] + slope @ bounds.score.low)
            varying = sum(
                float(slope[kpi(j)] * unit[i]) * 2**b * m.credit[s, i, k, b, j]
                for j in moving[i, k]
                for b in m.BITS[i, k]
            )
            total += sure * m.euros[i, k] + varying
        return total

    odds = {s: regime.probability for s, (regime, _) in of.items()}
    m.payout_in = pyo.Expression(m.REGIMES, m.PAID, rule=paid)
    m.payout = pyo.Expression(m.PAID, rule=lambda m, i: sum(odds[s] * m.payout_in[s, i] for s in m.REGIMES))
    charge = dict(zip(data.cal.network.teams, map(float, loading(data.cal.scenario)), strict=True))
    m.loaded = pyo.Expression(m.PAID, rule=lambda m, i: charge[i] * m.payout[i])
    m.loaded_in = pyo.Expression(
        m.REGIMES, rule=lambda m, s: sum(charge[i] * m.payout_in[s, i] for i in m.PAID)
    )


def add_budgets(m: pyo.ConcreteModel, data: ModelData) -> None:
    """Expected loaded payouts within budget; nobody asked to lose."""
    budget = data.rules.budget
    m.budget_total = pyo.Constraint(
        ["base"] if budget.expected is not None and len(m.PAID) else [],
        rule=lambda m, _: sum(m.loaded[i] for i in m.PAID) <= budget.expected,
        doc="(13) total budget",
    )
    m.budget_team = pyo.Constraint(
        [i for i in budget.teams if i in m.PAID],
        rule=lambda m, i: m.loaded[i] <= budget.teams[i],
        doc="(13) team budget",
    )
    m.budget_share = pyo.Constraint(
        m.PAID if budget.min_share_of_target is not None else [],
        rule=lambda m, i: m.payout[i] >= budget.min_share_of_target * m.pay[i] - data.cent,
        doc="(13) least share of target pay",
    )
