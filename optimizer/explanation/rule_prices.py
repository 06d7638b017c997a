"""What every rule costs: the optimum without it, and with it relaxed by one step, each solved again.

A price is local to nothing: it compares best plans, so it is right for whole rules and for any plan space,
and it costs a solve each. Relaxing keeps every plan that was allowed, so no price is negative.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from optimizer.explanation.resolve import Job, Optimum, optimum_of, resolved
from optimizer.parallel.pool import ALONE, OnDone, Workers
from optimizer.response.calibration import Calibrated
from optimizer.scenario.types import GamingRules, Rules, Scenario
from optimizer.solver import Options, Solution

Change = Literal["relaxed", "removed"]
SHARE_STEP = 0.05
"""A step of shares, tolerances and ratios."""
MONEY_STEP = 0.01
"""A step of a budget, as a share of it."""
CAP_STEP = 0.1
"""A step of a cap in units, as a share of it; at least one unit."""
FREE = 1e4
"""Units, in natural scales, that nobody reaches: a cap on an activity without hours that is none."""


@dataclass(frozen=True)
class RulePrice:
    """A rule relaxed by a step or removed: `limit`, `new_limit` in its own unit (NaN where there is none).

    `price` is the objective of the best plan then less that of the chosen plan [currency/period].
    """

    rule: str
    change: Change
    limit: float
    new_limit: float
    best: Optimum
    price: float


@dataclass(frozen=True)
class _Relaxed:
    rule: str
    change: Change
    limit: float
    new_limit: float
    rules: Rules


def rule_prices(
    solution: Solution, options: Options, workers: Workers = ALONE, on_done: OnDone | None = None
) -> tuple[RulePrice, ...]:
    """Every rule of the scenario that could bind, in the order of the file; empty without a plan."""
    here = optimum_of(solution)
    if here.weights is None:
        return ()
    cases = list(relaxations(solution.cal))
    jobs = [Job.of(_with_rules(solution.cal.scenario, c.rules), options) for c in cases]
    known = [here] if solution.linearised is None else []
    found = [o.beaten_by(known, options.gap) for o in workers.each(resolved, jobs, on_done)]
    return tuple(
        RulePrice(c.rule, c.change, c.limit, c.new_limit, best, best.value - here.value)
        for c, best in zip(cases, found, strict=True)
    )


def _with_rules(scenario: Scenario, rules: Rules) -> Scenario:
    return scenario.model_copy(update={"rules": rules, "sources": {}})


def relaxations(cal: Calibrated) -> Iterator[_Relaxed]:
    """Every rule, relaxed where it has a limit that can move by a step, and removed."""
    rules = cal.scenario.rules
    yield from _of_weights(rules)
    for team in rules.measures:
        rest = {t: m for t, m in rules.measures.items() if t != team}
        yield _removed(f"measures.{team}", np.nan, _updated(rules, measures=rest))
    for team, weights in rules.locks.items():
        for kpi, weight in weights.items():
            left = {k: w for k, w in weights.items() if k != kpi}
            locks = {t: left if t == team else w for t, w in rules.locks.items()}
            kept = {t: w for t, w in locks.items() if w}
            yield _removed(f"locks.{team}.{kpi}", weight, _updated(rules, locks=kept))
    if rules.change_limit is not None:
        step = 2 * rules.weights.step
        yield from _limit(rules, "change_limit", rules.change_limit, rules.change_limit + step)
    yield from _of_budget(rules)
    for name in ("floor", "mean"):
        least = getattr(rules.controllability, name)
        if least:
            yield from _limit(rules, f"controllability.{name}", least, max(0.0, least - SHARE_STEP))
    if rules.gaming is not None:
        yield from _of_gaming(cal, rules, rules.gaming)


def _of_weights(rules: Rules) -> Iterator[_Relaxed]:
    w = rules.weights
    if w.min > 0:
        yield from _limit(rules, "weights.min", w.min, max(0.0, w.min - w.step), 0.0)
    if w.max < 1:
        yield from _limit(rules, "weights.max", w.max, min(1.0, w.max + w.step), 1.0)
    if w.max_measures is not None:
        yield from _limit(rules, "weights.max_measures", w.max_measures, w.max_measures + 1)


def _of_budget(rules: Rules) -> Iterator[_Relaxed]:
    budget = rules.budget
    if budget.expected is not None:
        yield from _limit(rules, "budget.expected", budget.expected, budget.expected * (1 + MONEY_STEP))
    for team, limit in budget.teams.items():
        more = {**budget.teams, team: limit * (1 + MONEY_STEP)}
        rest = {t: v for t, v in budget.teams.items() if t != team}
        name = f"budget.teams.{team}"
        yield _Relaxed(name, "relaxed", limit, more[team], _updated(rules, "budget", teams=more))
        yield _removed(name, limit, _updated(rules, "budget", teams=rest))
    for name in ("cvar", "percentile"):
        case = getattr(budget, name)
        if case is not None:
            wider = case.model_copy(update={"limit": case.limit * (1 + MONEY_STEP)})
            relaxed = _updated(rules, "budget", **{name: wider})
            yield _Relaxed(f"budget.{name}", "relaxed", case.limit, wider.limit, relaxed)
            yield _removed(f"budget.{name}", case.limit, _updated(rules, "budget", **{name: None}))
    least = budget.min_share_of_target
    if least:
        yield from _limit(rules, "budget.min_share_of_target", least, max(0.0, least - SHARE_STEP))


def _of_gaming(cal: Calibrated, rules: Rules, gaming: GamingRules) -> Iterator[_Relaxed]:
    free = _without_tolerance(cal)
    yield from _limit(rules, "gaming.tolerance", gaming.tolerance, gaming.tolerance + SHARE_STEP, free)
    for name, cap in gaming.caps.items():
        limits = (cap + max(1.0, CAP_STEP * cap), _never_reached(cal, name))
        for change, limit in zip(("relaxed", "removed"), limits, strict=True):
            caps = _updated(rules, "gaming", caps={**gaming.caps, name: limit})
            shown = limit if change == "relaxed" else np.nan
            yield _Relaxed(f"gaming.caps.{name}", _change(change), cap, shown, caps)
    if gaming.margin is not None:
        less = max(0.0, gaming.margin - SHARE_STEP)
        yield from _limit(rules, "gaming.margin", gaming.margin, less)
    for n, pair in enumerate(gaming.pairs):
        wider = pair.model_copy(update={"ratio": pair.ratio + SHARE_STEP})
        more = (*gaming.pairs[:n], wider, *gaming.pairs[n + 1 :])
        rest = (*gaming.pairs[:n], *gaming.pairs[n + 1 :])
        name = f"gaming.pairs.{n}"
        yield _Relaxed(name, "relaxed", pair.ratio, wider.ratio, _updated(rules, "gaming", pairs=more))
        yield _removed(name, pair.ratio, _updated(rules, "gaming", pairs=rest))
    if gaming.exposure is not None:
        yield from _limit(rules, "gaming.exposure", gaming.exposure, gaming.exposure + SHARE_STEP)


def _limit(
    rules: Rules, name: str, limit: float, wider: float, none: float | None = None
) -> Iterator[_Relaxed]:
    """A rule that is one number: a step wider, and `none`, the number that means no rule."""
    section, _, key = name.rpartition(".")
    if wider != limit:
        yield _Relaxed(name, "relaxed", float(limit), float(wider), _updated(rules, section, **{key: wider}))
    yield _removed(name, float(limit), _updated(rules, section, **{key: none}))


def _removed(name: str, limit: float, rules: Rules) -> _Relaxed:
    return _Relaxed(name, "removed", limit, np.nan, rules)


def _change(name: str) -> Change:
    return "relaxed" if name == "relaxed" else "removed"


def _updated(rules: Rules, section: str = "", **values: Any) -> Rules:
    """The rules, or one section of them, with other values."""
    if not section:
        return rules.model_copy(update=values)
    return rules.model_copy(update={section: getattr(rules, section).model_copy(update=values)})


def _without_tolerance(cal: Calibrated) -> float:
    """The tolerance at which no cap that follows from it can bind: each share 1, each hour of the team."""
    network, most = cal.network, [0.0]
    for a in np.flatnonzero(network.gaming & (network.baseline > 0)):
        if network.source[a] >= 0:
            most.append(1 / float(cal.beliefs.routing[0, a]) - 1)
        else:
            most.append(_never_reached(cal, network.activities[a]) / float(network.baseline[a]) - 1)
    return max(most)


def _never_reached(cal: Calibrated, activity: str) -> float:
    """Units that a team could do at most: all its hours, or FREE scales where hours do not bind."""
    network = cal.network
    a = network.activities.index(activity)
    hours, each = network.hours[network.team[a]], network.unit_hours[a]
    return float(hours / each if np.isfinite(hours) and each > 0 else FREE * network.scale[a])
