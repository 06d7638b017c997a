"""What stands in the way: every rule at the chosen plan, and what one shift of weight away would bring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from optimizer.arrays import Bools, Floats
from optimizer.plans.evaluation import evaluate_batch
from optimizer.plans.local_search import neighbours
from optimizer.plans.rules.caps import room
from optimizer.plans.rules.family import RuleOfPlan
from optimizer.plans.space import PlanSpace
from optimizer.response.calibration import Calibrated

State = Literal["broken", "binding", "near", "far"]
AT_LIMIT = 0.01
NEAR_LIMIT = 0.10
"""Slack, relative to the limit, up to which a rule binds, and up to which it is near."""
NEAR_TIE = 1e-3
"""Relative loss of value up to which another plan is a near-tie."""


@dataclass(frozen=True)
class RuleState:
    """A rule at the chosen plan.

    Value and limit of payouts are booked amounts. `closeness` is slack relative to the limit (to the
    activity's scale for caps); `blocks` counts plans one shift away that would bring more but break it.
    """

    name: str
    value: float
    limit: float
    slack: float
    at_least: bool
    closeness: float
    blocks: int
    state: State


@dataclass(frozen=True)
class Neighbourhood:
    """Plans one shift of weight away from the chosen one, at their own consistent beliefs.

    `better_but_broken` would bring more and break a rule; `near_ties` keep the rules and bring at most
    NEAR_TIE less; `next_best` is what the best of those that keep the rules brings above the chosen plan
    [currency/period], NaN where none keeps them.
    """

    count: int
    better_but_broken: int
    near_ties: int
    next_best: float


def rules_and_neighbours(
    cal: Calibrated, space: PlanSpace, euros: Floats
) -> tuple[tuple[RuleState, ...], Neighbourhood]:
    """Every rule at the chosen plan, and what one shift of weight away would bring."""
    around = neighbours(space, space.units(euros))
    every = evaluate_batch(cal, space, np.concatenate([euros[None], space.euros(around)]))
    better = every.value > every.value[0] + 1e-9 * abs(every.value[0])
    caps = room(cal, every.consistent.by_regime)
    rules = tuple(
        _state(r.one(0), caps.get(r.name), int((better & ~r.kept)[1:].sum()))
        for r in every.rules
        if not r.quiet
    )
    return rules, _neighbourhood(every.value, every.kept, better)


def rules_at(cal: Calibrated, space: PlanSpace, euros: Floats) -> tuple[RuleState, ...]:
    """Every rule at a plan, without a look at others."""
    every = evaluate_batch(cal, space, euros[None])
    caps = room(cal, every.consistent.by_regime)
    return tuple(_state(r.one(0), caps.get(r.name), 0) for r in every.rules if not r.quiet or not r.kept[0])


def _neighbourhood(value: Floats, kept: Bools, better: Bools) -> Neighbourhood:
    """Row 0 is the chosen plan, the others its neighbours."""
    others = value[1:][kept[1:]]
    return Neighbourhood(
        count=len(value) - 1,
        better_but_broken=int((better & ~kept)[1:].sum()),
        near_ties=int((np.abs(others - value[0]) <= NEAR_TIE * abs(value[0])).sum()),
        next_best=float(others.max() - value[0]) if len(others) else np.nan,
    )


def _state(rule: RuleOfPlan, share: float | None, blocks: int) -> RuleState:
    closeness = rule.slack / (abs(rule.limit) or 1.0) if share is None else share
    state: State = "far"
    if not rule.kept:
        state = "broken"
    elif closeness <= AT_LIMIT or blocks:
        state = "binding"
    elif closeness <= NEAR_LIMIT:
        state = "near"
    told = rule.told, rule.told_limit
    return RuleState(rule.name, *told, rule.slack, rule.at_least, closeness, blocks, state)
