"""Expected payouts at linearised scores, exactly, and the budgets on them (FORMULATION.md 11 to 13)."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.model.bounds import Bounds
from optimizer.model.setting import Setting
from optimizer.outcome import loading


def add_payouts(m: pyo.ConcreteModel, setting: Setting, bounds: tuple[Bounds, ...]) -> None:
    """pay_i = Σ_k e_ik (level_k + θ_k ŝ_k): one product per digit, digit × (score above its lower bound)."""
    needed = _pays_matter(setting)
    scored = sorted({k for _, k in m.PAIRS}) if needed else []
    of = {w.name: (w, b) for w, b in zip(setting.worlds, bounds, strict=True)}
    kpi = setting.cal.network.kpis.index
    width = {(s, k): float(np.ptp(_ends(of[s][1], kpi(k)))) for s in of for k in scored}
    m.above = pyo.Var(
        m.REGIMES, scored, bounds=lambda m, s, k: (0.0, width[s, k]), doc="ŝ_k above its lower bound"
    )

    def score(m: pyo.ConcreteModel, s: str, k: str) -> pyo.Expression:
        world, low = of[s][0], float(of[s][1].score.low[kpi(k)])
        row, names = world.score[kpi(k)], world.network.activities
        flow = sum(float(row[a]) * m.x[s, names[a]] for a in np.flatnonzero(row))
        return m.above[s, k] == flow + float(world.score_constant[kpi(k)]) - low

    m.linear_score = pyo.Constraint(m.REGIMES, scored, rule=score, doc="(11) ŝ_k at the believed rate")
    _products(m, scored, width)
    if needed:
        _pay_expressions(m, setting, of)


def _ends(bounds: Bounds, k: int) -> tuple[float, float]:
    return float(bounds.score.low[k]), float(bounds.score.high[k])


def _pays_matter(setting: Setting) -> bool:
    budget = setting.rules.budget
    rules = (budget.expected, budget.min_share_of_target, budget.cvar, budget.percentile)
    limited = bool(budget.teams) or any(rule is not None for rule in rules)
    return limited or setting.rules.objective == "net"


def _products(m: pyo.ConcreteModel, scored: list[str], width: dict[tuple[str, str], float]) -> None:
    """credit = digit · above, by McCormick: exact because a digit is 0 or 1."""
    digits = [(s, i, k, b) for s in m.REGIMES for i, k, b in m.digit if k in scored]
    m.credit = pyo.Var(digits, domain=pyo.NonNegativeReals, doc="digit × ŝ_k above its lower bound")
    m.credit_off = pyo.Constraint(
        digits,
        rule=lambda m, s, i, k, b: m.credit[s, i, k, b] <= width[s, k] * m.digit[i, k, b],
        doc="(12) nothing without the digit",
    )
    m.credit_most = pyo.Constraint(
        digits, rule=lambda m, s, i, k, b: m.credit[s, i, k, b] <= m.above[s, k], doc="(12) at most the score"
    )
    m.credit_least = pyo.Constraint(
        digits,
        rule=lambda m, s, i, k, b: (
            m.credit[s, i, k, b] >= m.above[s, k] - width[s, k] * (1 - m.digit[i, k, b])
        ),
        doc="(12) all of the score with the digit",
    )


def _pay_expressions(m: pyo.ConcreteModel, setting: Setting, of: dict[str, tuple]) -> None:  # type: ignore[type-arg]
    """Expected payout before charges per team, in each regime and over them."""
    unit = dict(zip(setting.cal.network.teams, setting.space.unit, strict=True))
    kpi = setting.cal.network.kpis.index

    def paid(m: pyo.ConcreteModel, s: str, i: str) -> pyo.Expression:
        world, bounds = of[s]
        total = 0.0
        for k in (k for t, k in m.PAIRS if t == i):
            sure = float(world.level[kpi(k)] + world.slope[kpi(k)] * bounds.score.low[kpi(k)])
            slope = float(world.slope[kpi(k)]) * float(unit[i])
            varying = sum(slope * 2**b * m.credit[s, i, k, b] for b in m.BITS[i, k])
            total += sure * m.euros[i, k] + varying
        return total

    odds = {s: world.probability for s, (world, _) in of.items()}
    m.payout_in = pyo.Expression(m.REGIMES, m.PAID, rule=paid)
    m.payout = pyo.Expression(m.PAID, rule=lambda m, i: sum(odds[s] * m.payout_in[s, i] for s in m.REGIMES))
    charge = dict(zip(setting.cal.network.teams, map(float, loading(setting.cal)), strict=True))
    m.loaded = pyo.Expression(m.PAID, rule=lambda m, i: charge[i] * m.payout[i])
    m.loaded_in = pyo.Expression(
        m.REGIMES, rule=lambda m, s: sum(charge[i] * m.payout_in[s, i] for i in m.PAID)
    )


def add_budgets(m: pyo.ConcreteModel, setting: Setting) -> None:
    """Expected loaded payouts within budget; nobody asked to lose."""
    budget = setting.rules.budget
    m.budget_total = pyo.Constraint(
        [] if budget.expected is None else ["expected"],
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
        rule=lambda m, i: m.payout[i] >= budget.min_share_of_target * m.pay[i],
        doc="(13) least share of target pay",
    )
