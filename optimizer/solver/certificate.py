"""What must hold before a plan is handed out, recomputed outside the solver (model.md §8, certificate)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimizer.arrays import Floats, Ints
from optimizer.plans.evaluator import Scores, consistent_tail, linearised
from optimizer.plans.space import TOLERANCE
from optimizer.response.beliefs import DENOMINATOR_FLOOR, Beliefs
from optimizer.response.best_response import regrets
from optimizer.response.calibration import Calibrated
from optimizer.response.equilibrium import CONSISTENT, consistent_response
from optimizer.response.global_response import PROFIT, deviations, is_searched
from optimizer.response.outcome import Outcome, value_of
from optimizer.risk.cvar import CVAR_DRAWS, has_tail_rule, percentile, probabilities
from optimizer.risk.draws import PERIODS, Draws, draw, rule_before, rule_noise
from optimizer.risk.payouts import company_pay, tail_elsewhere
from optimizer.solver.check_words import because, because_of
from optimizer.solver.gap import AGREEMENT
from optimizer.solver.highs import Limits
from optimizer.solver.program.at_beliefs import Answer, FixedModel, digits_of
from optimizer.solver.solution import Check

REGRET_LIMIT = 1e-6
SAME = 1e-6
"""Relative difference of volumes between equilibria from two starts (beliefs stop at 1e-10)."""
SAMPLE = 0.03
"""Relative difference between the sample on which a rule holds and a larger one: several of its errors."""
ROUNDING = 2 * TOLERANCE
"""Shares of pay within which the model may move a plan without steps: rules bind to their tolerance only."""


def check_model(fixed: FixedModel | None, units: Ints, beliefs: tuple[Beliefs, ...]) -> Iterator[Check]:
    """The plan put back into the model: same value, no regret, nothing on a bound.

    `fixed` is None where the model has no plan at all at these beliefs.
    """
    answer = pinned(fixed, units) if fixed is not None else None
    if fixed is None or answer is None or answer.x is None or answer.units is None:
        yield Check("model_accepts_plan", False, 0.0, 1.0, **because("rejected_by_model"))
        return
    cal, money = fixed.data.cal, fixed.data.money
    beliefs = tuple(b.with_money(money) for b in beliefs)
    euros = fixed.data.space.euros(answer.units)[None]
    seen = linearised(cal, euros, beliefs)
    value = float(value_of(cal, seen)[0]) / money
    miss = abs(answer.objective - value) / max(1.0, abs(value))
    yield Check("model_value", miss <= AGREEMENT, miss, AGREEMENT, **because("model_value"))
    if answer.paid is not None and seen.tail.cvar is not None:
        yield _model_cvar(cal, answer.paid, float(seen.tail.cvar[0]) / money)
    yield _regret(cal, euros, beliefs, answer.x)
    yield _inside(fixed, seen.by_regime)


def _model_cvar(cal: Calibrated, paid: Floats, outside: float) -> Check:
    """The worst cases of what the model pays, draw by draw, against those found without it."""
    inside = worst_mean(cal, paid)
    miss = abs(inside - outside) / max(1.0, abs(outside))
    why = because("model_worst_cases", model=inside, response=outside)
    return Check("model_cvar", miss <= AGREEMENT, miss, AGREEMENT, **why)


def worst_mean(cal: Calibrated, paid: Floats) -> float:
    """CVaR of payouts (R·D,) in the draws of the rule: the edge, and the mean excess over it."""
    rule = cal.scenario.rules.budget.cvar
    assert rule is not None
    weight = probabilities(cal.regimes.odds, CVAR_DRAWS)
    edge = float(percentile(paid, weight, rule.level))
    return edge + float(weight @ np.maximum(paid - edge, 0.0)) / (1 - rule.level)


def pinned(fixed: FixedModel, units: Ints) -> Answer:
    """The model with the plan fixed, by bounds: rows of constants alone would be judged without tolerance.

    Without steps, within rounding of the plan, or a rule that binds could reject it.
    """
    m = fixed.model
    values = digits_of(m, fixed.data, units)
    room = ROUNDING if fixed.data.space.continuous else 0.0
    for digit in m.digit.values():
        digit.setlb(max(0.0, values[id(digit)] - room))
        digit.setub(min(1.0, values[id(digit)] + room))
    m.excluded.deactivate()
    if hasattr(m, "cutoff"):
        m.cutoff.deactivate()
    answer = fixed.solve(Limits(gap=1e-9))
    m.excluded.activate()
    for digit in m.digit.values():
        digit.setlb(0)
        digit.setub(1)
    if hasattr(m, "cutoff"):
        m.cutoff.activate()
    return answer


def _regret(cal: Calibrated, euros: Floats, beliefs: tuple[Beliefs, ...], x: Floats) -> Check:
    """Each team's regret at the model's volumes, by the numpy solver, as a share of its target pay.

    A team that the plan does not pay is measured by what its hours are worth.
    """
    hours = np.where(np.isfinite(cal.network.hours), cal.network.hours, 0.0) * cal.hour_price
    pay = np.maximum(np.where(euros[0].any(axis=1), euros[0].sum(axis=1), hours), 1.0)
    worst = max(
        float((regrets(cal, network, at, euros, x[s][None])[0] / pay).max())
        for s, (network, at) in enumerate(cal.regimes.beside(beliefs))
    )
    return Check("regret", worst <= REGRET_LIMIT, worst, REGRET_LIMIT, **because("largest_regret"))


def _inside(fixed: FixedModel, regimes: tuple) -> Check:  # type: ignore[type-arg]
    """The equilibrium lies within every bound the model stands on, in the scales in which they were found."""
    worst = -np.inf
    cal = fixed.data.cal
    usual, owned = cal.network.scale, cal.network.owner >= 0
    for bounds, at in zip(fixed.bounds, regimes, strict=True):
        parts = (
            (bounds.x, at.response.x[0], slice(None), usual),
            (bounds.reduced_cost, at.response.reduced_cost[0], slice(None), cal.quadratic * usual),
            (bounds.stage_price, at.response.stage_price[0], owned, 1.0),
            (bounds.hour_price, at.response.hour_price[0], slice(None), 1.0),
        )
        for interval, value, some, scale in parts:
            size = np.maximum(1 + np.abs(value[some]), scale)
            beyond = np.maximum(interval.low[some] - value[some], value[some] - interval.high[some]) / size
            worst = max(worst, float(beyond.max(initial=-np.inf)))
    return Check("bounds", worst <= AGREEMENT, worst, AGREEMENT, **because("within_bounds"))


def check_equilibrium(cal: Calibrated, euros: Floats, outcome: Outcome) -> Iterator[Check]:
    """Beliefs agree with what happens, from two starts; no denominator on its floor."""
    residual = outcome.residual
    why = because("beliefs_and_facts")
    yield Check("equilibrium_residual", outcome.converged, residual, CONSISTENT, **why)
    apart = max(_apart(cal, s, euros, outcome) for s in range(len(cal.regimes)))
    yield Check("one_equilibrium", apart <= SAME, apart, SAME, **because("two_starts"))
    floor = max(_floor_share(cal, s, outcome) for s in range(len(cal.regimes)))
    yield Check(
        "denominator_floor",
        floor < 1,
        floor,
        1.0,
        **because("above_floor", floor=DENOMINATOR_FLOOR),
    )


def check_global(cal: Calibrated, euros: Floats, outcome: Outcome) -> Iterator[Check]:
    """Nobody would gain by quite other work under the true curves; only where pay is not linear in work."""
    if not is_searched(cal, euros):
        return
    better = sorted(deviations(cal, euros, outcome), key=lambda d: -d.share)
    worst = better[0].share if better else 0.0
    yield Check("global_response", not better, worst, PROFIT, **because_of(better))


def _apart(cal: Calibrated, s: int, euros: Floats, outcome: Outcome) -> float:
    """Largest relative difference of volumes when people start from other beliefs."""
    base, network = cal.beliefs, cal.regimes.networks[s]
    shares = np.zeros_like(base.routing)
    for taking in network.from_stage:
        if len(taking):
            shares[:, taking] = 1 / len(taking)
    market = network.source < 0
    other = Beliefs(
        np.where(market, base.routing, 0.5 * base.routing + 0.5 * shares),
        1.25 * base.numerator,
        1.25 * base.denominator,
        0.5 * base.price,
    )
    response = consistent_response(cal, network, euros[None], other)
    scale = np.maximum(network.scale, 1e-9)
    return float((np.abs(response.x[0] - outcome.by_regime[s].x) / scale).max())


def _floor_share(cal: Calibrated, s: int, outcome: Outcome) -> float:
    """Floor over believed denominator, the largest among rates; 1 means it binds."""
    rate = cal.network.is_rate
    believed = outcome.equilibria[s].beliefs.denominator[0]
    return float((DENOMINATOR_FLOOR * cal.beliefs.denominator[0] / believed)[rate].max(initial=0.0))


def check_sample(cal: Calibrated, euros: Floats, outcome: Outcome) -> Iterator[Check]:
    """What rules on bad cases limit, on their own sample and on a larger one drawn apart from it."""
    if not has_tail_rule(cal):
        return
    in_sample = consistent_tail(cal, euros[None], outcome.equilibria)
    if in_sample.cvar is not None:
        yield _realised_cvar(cal, euros, outcome, float(in_sample.cvar[0]))
    elsewhere = tail_elsewhere(cal, euros, outcome, draw(cal.scenario, cal.seed))
    for name, (value, error) in elsewhere.items():
        inside = getattr(in_sample, name)
        apart = abs(value / float(inside[0]) - 1)
        why = because("other_draws", paid=float(value), draws=PERIODS, error=float(error))
        yield Check(f"{name}_sample", apart <= SAMPLE, apart, SAMPLE, **why)


def _realised_cvar(cal: Calibrated, euros: Floats, outcome: Outcome, judged: float) -> Check:
    """Worst cases of what is really paid in the draws of the rule, by another path than the rule's."""
    regimes = len(cal.regimes)
    own = (rule_noise(cal, CVAR_DRAWS), rule_before(cal.scenario, cal.seed, CVAR_DRAWS))
    noise, before = (np.tile(drawn, (regimes, 1)) for drawn in own)
    draws = Draws(np.repeat(np.arange(regimes), CVAR_DRAWS), noise, before, cal.seed)
    paid = worst_mean(cal, company_pay(cal, euros, outcome, draws))
    miss = abs(paid - judged) / max(1.0, abs(paid))
    why = because("worst_cases", paid=paid, judged=judged)
    return Check("realised_cvar", miss <= AGREEMENT, miss, AGREEMENT, **why)


def check_rules(judgement: Scores) -> Check:
    """Every rule, recomputed from the equilibrium."""
    broken = float(judgement.violation[0])
    return Check("rules", bool(judgement.kept[0]), broken, TOLERANCE, **because("excess_of_rules"))
