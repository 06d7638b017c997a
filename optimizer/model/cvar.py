"""Limits on payouts in bad cases, exact on the sample of `draws.rule_noise` (FORMULATION.md 22 and 23).

The payout of a draw is that of its regime plus what noise adds, linear in the plan's euros:

    P_sd = loaded_s + Σ_ik (1 + τ_i) e_ik [ pay_k(m_k + σ_k ε_kd) − E pay_k(m_k) ].
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import Bools, Floats
from optimizer.model.bounds import Bounds
from optimizer.model.data import ModelData
from optimizer.risk.cvar import CVAR_DRAWS, PERCENTILE_DRAWS, ROUNDING, payout_range, probabilities
from optimizer.risk.draws import rule_noise
from optimizer.scenario.charges import loading
from optimizer.scenario.rule_types import Cvar, Percentile

_SPARE = 1e-6
"""Big-M is larger than it need be by this share."""


@dataclass(frozen=True)
class _Sample:
    """Draws of all regimes, (N,): the `regime` of each, its probability `weight`, and `most`, which no plan's
    payout exceeds; per euro on each pair (N, P), charges included, what is `added` by noise to what is paid
    before it, `low` to `high`."""

    regime: list[str]
    weight: Floats
    added: Floats
    low: Floats
    high: Floats
    most: Floats


def add_tail(m: pyo.ConcreteModel, data: ModelData, bounds: tuple[Bounds, ...]) -> None:
    """`budget.cvar` and `budget.percentile`; nothing where the scenario has neither."""
    budget = data.rules.budget
    if budget.cvar is None and budget.percentile is None:
        return
    m.spent = pyo.Var(m.REGIMES, doc="expected loaded payout in a regime")
    m.expected_payout = pyo.Constraint(
        m.REGIMES, rule=lambda m, s: m.spent[s] == m.loaded_in[s], doc="(22) payout before noise"
    )
    m.staked = pyo.Var(m.PAIRS, doc="e_ik, once more")
    m.stakes = pyo.Constraint(
        m.PAIRS, rule=lambda m, *p: m.staked[p] == m.euros[p], doc="(22) what noise moves"
    )
    if budget.cvar is not None:
        _add_cvar(m, _sample(data, bounds, CVAR_DRAWS), budget.cvar)
    if budget.percentile is not None:
        _add_percentile(m, data, _sample(data, bounds, PERCENTILE_DRAWS), budget.percentile)


def _add_cvar(m: pyo.ConcreteModel, sample: _Sample, rule: Cvar) -> None:
    """Mean of the worst cases by linear rows (Rockafellar & Uryasev 2000, doi:10.21314/JOR.2000.038)."""
    draws = range(len(sample.weight))
    m.paid_in_draws = partial(_all_paid, m, sample)
    m.threshold = pyo.Var(doc="payout that the worst cases exceed")
    m.beyond = pyo.Var(draws, domain=pyo.NonNegativeReals, doc="payout of a draw above the threshold")
    m.cvar_beyond = pyo.Constraint(
        draws,
        rule=lambda m, d: m.beyond[d] >= _paid(m, sample, d) - m.threshold,
        doc="(22) payout above the threshold",
    )
    mean = sum(float(sample.weight[d]) * m.beyond[d] for d in draws)
    m.budget_cvar = pyo.Constraint(
        ["base"],
        rule=lambda m, _: m.threshold + mean / (1 - rule.level) <= rule.limit,
        doc="(22) mean of the worst cases",
    )


def _add_percentile(m: pyo.ConcreteModel, data: ModelData, sample: _Sample, rule: Percentile) -> None:
    """The payout within the limit in all but few draws; binaries say which, where plans differ in that."""
    m.cap = pyo.Var(bounds=(rule.limit, None), doc="payout that only few draws exceed")
    m.budget_percentile = pyo.Constraint(
        ["base"], rule=lambda m, _: m.cap <= rule.limit, doc="(23) all but the worst cases"
    )
    sure, open_, few = _known(data, sample, rule)
    m.percentile_sure = pyo.Constraint(
        sure,
        rule=lambda m, d: _paid(m, sample, d) <= m.cap,
        doc="(23) draws that too many others exceed",
    )
    m.exceeded = pyo.Var(open_, domain=pyo.Binary, doc="the draw is among the few")
    room = (1 + _SPARE) * (sample.most - rule.limit)
    m.percentile_open = pyo.Constraint(
        open_,
        rule=lambda m, d: _paid(m, sample, d) <= m.cap + float(room[d]) * m.exceeded[d],
        doc="(23) within the limit, or among the few",
    )
    m.percentile_few = pyo.Constraint(
        ["base"] if open_ else [],
        rule=lambda m, _: sum(float(sample.weight[d]) * m.exceeded[d] for d in open_) <= few,
        doc="(23) how few",
    )


def _paid(m: pyo.ConcreteModel, sample: _Sample, d: int) -> pyo.Expression:
    """P_sd of a draw."""
    added = zip(sample.added[d], m.PAIRS, strict=True)
    return m.spent[sample.regime[d]] + sum(float(c) * m.staked[p] for c, p in added)


def _all_paid(m: pyo.ConcreteModel, sample: _Sample, value: Callable[[pyo.Var], float]) -> Floats:
    """P_sd of every draw, (N,), at values of the columns: what a certificate compares."""
    spent = {regime: value(m.spent[regime]) for regime in m.REGIMES}
    staked = np.array([value(m.staked[p]) for p in m.PAIRS])
    return np.asarray([spent[regime] for regime in sample.regime] + sample.added @ staked)


def _sample(data: ModelData, bounds: tuple[Bounds, ...], count: int) -> _Sample:
    """What noise adds in every regime, and how far payouts can go; no score ever lowers pay."""
    cal, pairs = data.cal, data.space.pairs
    noise = rule_noise(cal, count)
    at = [i * len(cal.network.kpis) + k for i, k in pairs]
    team, kpi = [i for i, _ in pairs], [k for _, k in pairs]
    charge = loading(cal.scenario)[team]
    added, ends = [], []
    for regime, box in zip(data.regimes, bounds, strict=True):
        added.append(charge * payout_range(cal, regime.believed[None], noise)[0][:, at])
        both = [
            charge * (regime.level + regime.slope @ s)[team, kpi] for s in (box.score.low, box.score.high)
        ]
        ends.append(np.repeat(np.array(both)[:, None], count, axis=1))
    low, high = np.concatenate(ends, axis=1)
    every = np.concatenate(added)
    return _Sample(
        regime=[regime.name for regime in data.regimes for _ in range(count)],
        weight=probabilities([w.probability for w in data.regimes], count),
        added=every,
        low=low,
        high=high,
        most=-_least(data, -(every + high)),
    )


def _known(data: ModelData, sample: _Sample, rule: Percentile) -> tuple[list[int], list[int], float]:
    """Draws within the limit under every plan that keeps it, draws that need a binary, and the probability
    left to these.

    A draw that others of probability above 1 − level always exceed cannot be above the limit; one that always
    exceeds all but 1 − level may be above it for nothing. Rows that follow from another row are left out.
    """
    few, below = 1 - rule.level + ROUNDING, _below(data, sample)
    within = below @ sample.weight + sample.weight > few
    beyond = 1 - sample.weight @ below <= few
    felt = sample.most > rule.limit
    sure = within & ~(below & within).any(axis=1) & felt
    left = few - float(sample.weight[beyond].sum())
    return np.flatnonzero(sure).tolist(), np.flatnonzero(~within & ~beyond & felt).tolist(), left


def _below(data: ModelData, sample: _Sample) -> Bools:
    """(N, N): whether draw d pays no more than d' under every plan; of two that pay the same, the first.

    It compares what noise adds, and across regimes the most of the one with the least of the other.
    """
    regime = np.array(sample.regime)
    gap = np.empty((len(regime), len(regime)))
    for d, own in enumerate(regime):
        before = np.where((regime == own)[:, None], 0.0, sample.low - sample.high[d])
        gap[d] = _least(data, sample.added - sample.added[d] + before)
    same = (gap >= 0) & (gap.T >= 0)
    return np.asarray((gap >= 0) & (~same | np.triu(same, 1)))


def _least(data: ModelData, per_euro: Floats) -> Floats:
    """The least that any plan makes of amounts per euro of each pair (N, P), each team on its poorest."""
    space, total = data.space, np.zeros(len(per_euro))
    team = np.array([i for i, _ in space.pairs])
    for i in np.unique(team):
        worst = per_euro[:, team == i].min(axis=1)
        total += worst * space.unit[i] * np.where(worst < 0, space.most[i], space.least[i])
    return total
