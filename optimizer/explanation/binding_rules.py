"""What stands in the way: every rule at the chosen plan, and what one shift of weight away would bring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from optimizer.arrays import Bools, Floats
from optimizer.explanation.evaluated import evaluated
from optimizer.plans.local_search import neighbours
from optimizer.plans.rules import Line
from optimizer.plans.space import PlanSpace
from optimizer.response.calibration import Calibrated
from optimizer.response.outcome import Outcome

State = Literal["broken", "binding", "near", "far"]
AT_LIMIT = 0.01
NEAR_LIMIT = 0.10
"""Slack, relative to the limit, up to which a rule binds, and up to which it is near."""
NEAR_TIE = 1e-3
"""Relative loss of value up to which another plan is a near-tie."""


@dataclass(frozen=True)
class RuleState:
    """A rule at the chosen plan.

    `closeness` is slack relative to the limit (to the activity's scale for caps); `blocks` counts plans one
    shift away that would bring more but break this rule.
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
    every = evaluated(cal, space, np.concatenate([euros[None], space.euros(around)]))
    better = every.value > every.value[0] + 1e-9 * abs(every.value[0])
    caps, lines = _slack_of_caps(cal, every.outcome, every.lines), every.lines
    rules = tuple(_state(r, caps.get(r.name), better) for r in lines if _says_something(space, r))
    return rules, _neighbourhood(every.value, every.kept, better)


def _neighbourhood(value: Floats, kept: Bools, better: Bools) -> Neighbourhood:
    """Row 0 is the chosen plan, the others its neighbours."""
    others = value[1:][kept[1:]]
    return Neighbourhood(
        count=len(value) - 1,
        better_but_broken=int((better & ~kept)[1:].sum()),
        near_ties=int((np.abs(others - value[0]) <= NEAR_TIE * abs(value[0])).sum()),
        next_best=float(others.max() - value[0]) if len(others) else np.nan,
    )


def _says_something(space: PlanSpace, line: Line) -> bool:
    """Whether a rule could bind: not a weight of at most 1, nor a target pay that is given."""
    rule, _, rest = line.name.partition(".")
    if rule == "target_pay":
        i = list(space.scenario.teams).index(rest.rpartition(".")[0])
        return bool(space.least[i] < space.most[i])
    limits = space.scenario.rules.weights
    idle = {"weights.max.": limits.max >= 1, "weights.min.": limits.min <= 0, "measures.": True}
    return not any(line.name.startswith(start) and no for start, no in idle.items())


def _slack_of_caps(cal: Calibrated, outcome: Outcome, lines: tuple[Line, ...]) -> dict[str, float]:
    """Slack of each gaming cap as a share of the activity's scale, at the chosen plan.

    Where nobody does it, slack counts from the volume that would be negative: how far it is from starting.
    """
    regimes = [f".{name}" for name in cal.scenario.regimes] or [""]
    found = {}
    for line in lines:
        for suffix, at, (_, network) in zip(regimes, outcome.by_regime, cal.regimes, strict=True):
            name = line.name.removeprefix("gaming.").removesuffix(suffix)
            if line.name == f"gaming.{name}{suffix}" and name in network.activities:
                a = network.activities.index(name)
                missing = at.response.reduced_cost[0, a] / cal.quadratic[a]
                found[line.name] = float((line.slack[0] + missing) / network.scale[a])
    return found


def _state(line: Line, share: float | None, better: Bools) -> RuleState:
    slack, limit = float(line.slack[0]), float(line.limit[0])
    closeness = slack / (abs(limit) or 1.0) if share is None else share
    blocks = int((better & ~line.kept)[1:].sum())
    state: State = "far"
    if not line.kept[0]:
        state = "broken"
    elif closeness <= AT_LIMIT or blocks:
        state = "binding"
    elif closeness <= NEAR_LIMIT:
        state = "near"
    return RuleState(line.name, float(line.value[0]), limit, slack, line.at_least, closeness, blocks, state)
