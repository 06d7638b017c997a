"""Bad cases for the payer: the loaded payout of all teams over draws of noise, in every regime.

The payout of a draw is what is expected plus what noise adds at the scores that people believe,

    P_sd = loaded_s + Σ_i (1 + τ_i) Σ_k e_ik [ pay_k(m_k + σ_k ε_kd) − E pay_k(m_k) ],   probability π_s / D.

At consistent beliefs loaded_s is E pay at the same scores m, moved results included, and P_sd is what would
really be paid: there `moving` says what luck adds, in place of `added`, which the model sees. Rules hold on a
sample drawn once (`draws.rule_noise`), the same for every plan, for the solver and for its judge.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.arrays import Floats
from optimizer.response.calibration import Calibrated
from optimizer.response.long_run import attained, long_runs, moved_level
from optimizer.response.outcome import expected_pay, team_pay
from optimizer.risk.draws import rule_before, rule_noise
from optimizer.scenario.charges import loading

CVAR_DRAWS = 512
"""Per regime, for `budget.cvar`."""
PERCENTILE_DRAWS = 128
"""Per regime, for `budget.percentile`: each is a binary of the model."""
ROUNDING = 1e-9
"""Probabilities closer than this are the same."""
_MOST = 2_000_000
"""Numbers held at once while plans are judged."""


@dataclass(frozen=True)
class BadCases:
    """Of S plans, (S,) currency per period each; None where no rule asks for it."""

    cvar: Floats | None = None
    percentile: Floats | None = None


NO_TAIL = BadCases()


def has_tail_rule(cal: Calibrated) -> bool:
    """Whether a rule looks at more than expectations."""
    budget = cal.scenario.rules.budget
    return budget.cvar is not None or budget.percentile is not None


Luck = Callable[[Calibrated, Floats, Floats, Floats], Floats]
"""What draws of noise (D, K) add to the loaded payouts of plans (S, I, K) at scores (S or 1, K), (S, D)."""


def tail_of(
    cal: Calibrated, euros: Floats, loaded: Sequence[Floats], score: Sequence[Floats], luck: Luck
) -> BadCases:
    """What the rules on bad cases look at, for plans (S, I, K).

    Per regime: `loaded` (S,), the expected loaded payout, and `score` (S or 1, K), at which noise is added.
    """
    budget, odds = cal.scenario.rules.budget, cal.regimes.odds
    measures = {}
    if budget.cvar is not None:
        paid = _sampled(cal, euros, loaded, score, luck, CVAR_DRAWS)
        measures["cvar"] = cvar(paid, probabilities(odds, CVAR_DRAWS), budget.cvar.level)
    if budget.percentile is not None:
        paid = _sampled(cal, euros, loaded, score, luck, PERCENTILE_DRAWS)
        measures["percentile"] = percentile(
            paid, probabilities(odds, PERCENTILE_DRAWS), budget.percentile.level
        )
    return BadCases(**measures)


def probabilities(odds: Sequence[float], count: int) -> Floats:
    """Probability of every draw, regimes one after the other, (R·D,)."""
    return np.repeat(np.asarray(odds) / count, count)


def _sampled(
    cal: Calibrated,
    euros: Floats,
    loaded: Sequence[Floats],
    score: Sequence[Floats],
    luck: Luck,
    count: int,
) -> Floats:
    """P_sd of every plan, (S, R·D)."""
    noise = rule_noise(cal, count)
    parts = [
        all_paid[:, None] + luck(cal, euros, at, noise) for all_paid, at in zip(loaded, score, strict=True)
    ]
    return np.concatenate(parts, axis=1)


def added(cal: Calibrated, euros: Floats, score: Floats, noise: Floats) -> Floats:
    """What each draw of noise (D, K) adds to the loaded payouts of plans (S, I, K), (S, D)."""
    charged = (euros * loading(cal.scenario)[:, None]).reshape(len(euros), -1, 1)
    if len(score) == 1:
        return np.asarray((charged[:, :, 0]) @ payout_range(cal, score, noise)[0].T)
    block = max(1, _MOST // (len(noise) * charged.shape[1]))
    extra = np.empty((len(euros), len(noise)))
    for at in range(0, len(euros), block):
        some = slice(at, at + block)
        extra[some] = (payout_range(cal, score[some], noise) @ charged[some])[:, :, 0]
    return extra


def moving(cal: Calibrated, euros: Floats, score: Floats, noise: Floats) -> Floats:
    """What each draw adds where people move results over the end of the period; scores (S, K)."""
    if not long_runs(cal):
        return added(cal, euros, score, noise)
    before, charged = rule_before(cal.scenario, cal.seed, len(noise)), euros * loading(cal.scenario)[:, None]
    level = expected_pay(cal, score) + moved_level(cal, euros, score)
    extra = np.empty((len(euros), len(noise)))
    for plan, at in enumerate(score):
        reached = team_pay(cal, attained(cal, euros[plan], at, noise, before))
        extra[plan] = np.einsum("ik,dik->d", charged[plan], reached - level[plan])
    return extra


def payout_range(cal: Calibrated, score: Floats, noise: Floats) -> Floats:
    """pay(m + σε) − E pay(m) per euro at target, (S, D, I·K)."""
    attained = score[:, None, :] + cal.curves.noise * noise
    luck = team_pay(cal, attained) - expected_pay(cal, score)[:, None]
    return luck.reshape(*luck.shape[:2], -1)


def cvar(values: Floats, weight: Floats, level: float) -> Floats:
    """Mean of the worst 1 − level of the probability, (...,); `values` (..., N), the largest are worst.

    A draw on the edge counts in part (Rockafellar & Uryasev 2002, doi:10.1016/S0378-4266(02)00271-6).
    """
    order = np.argsort(-values, axis=-1, kind="stable")
    mass = np.take_along_axis(np.broadcast_to(weight, values.shape), order, axis=-1)
    before = np.cumsum(mass, axis=-1) - mass
    counted = np.clip(1 - level - before, 0.0, mass)
    return np.asarray((np.take_along_axis(values, order, axis=-1) * counted).sum(axis=-1) / (1 - level))


def percentile(values: Floats, weight: Floats, level: float) -> Floats:
    """The least value that is not exceeded with probability `level`, (...,)."""
    order = np.argsort(values, axis=-1, kind="stable")
    reached = np.cumsum(np.take_along_axis(np.broadcast_to(weight, values.shape), order, axis=-1), axis=-1)
    first = (reached >= level - ROUNDING).argmax(axis=-1)
    at = np.take_along_axis(order, first[..., None], axis=-1)
    return np.asarray(np.take_along_axis(values, at, axis=-1)[..., 0])
